//! What a question is about: the wire has no topic. A payload may name one; else it follows from the title.

use aws_lc_rs::digest::{SHA256, digest};
use ringonce_domain::encoding;
use ringonce_domain::names::Topic;
use ringonce_domain::text::{Payload, Title};
use serde::Deserialize;

use crate::error::GraphError;

/// Most bytes of a title's words in a topic.
const LONGEST: usize = 64;
/// How many characters of a title's hash tell it from others with the same words.
const HASH: usize = 10;

pub(crate) fn topic(title: &Title, payload: Option<&Payload>) -> Result<Topic, GraphError> {
    let name = payload.and_then(|payload| named(payload.as_str())).unwrap_or_else(|| slug(title.as_str()));
    Topic::try_from(name).map_err(|invalid| GraphError::invalid("message.attachment.payload.payload.topic", &invalid.rule))
}

/// The `topic` of a payload that is JSON.
fn named(payload: &str) -> Option<String> {
    #[derive(Deserialize)]
    struct Naming {
        topic: String,
    }
    serde_json::from_str(payload).ok().map(|Naming { topic }| topic)
}

/// The title's words in lower case, with hyphens between them. Where letters had to be left out, or the title is long, a hash
/// of the whole follows: two titles that differ in more than case and punctuation are two topics.
fn slug(title: &str) -> String {
    let words: Vec<_> = title.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty()).collect();
    let words = words.join("-").to_ascii_lowercase();
    if title.is_ascii() && !words.is_empty() && words.len() <= LONGEST {
        return words;
    }
    let hash = encoding::to_text(digest(&SHA256, title.as_bytes()).as_ref());
    let words = &words[..words.len().min(LONGEST)];
    [words, &hash[..HASH]].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("-")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(title: &str, payload: Option<&str>) -> Option<String> {
        let payload = payload.map(|payload| Payload::try_from(payload.to_owned()).expect("valid"));
        topic(&Title::try_from(title.to_owned()).expect("valid"), payload.as_ref()).ok().map(String::from)
    }

    #[test]
    fn a_topic_is_named_by_the_payload_or_follows_from_the_title() {
        assert_eq!(of("Rad shirt, M!", None).as_deref(), Some("rad-shirt-m"));
        assert_eq!(of("  RAD shirt M", Some("opaque")).as_deref(), Some("rad-shirt-m"));
        assert_eq!(of("Rad shirt", Some(r#"{"topic":"shirt-m","sku":7}"#)).as_deref(), Some("shirt-m"));
        assert_eq!(of("Rad shirt", Some(r#"{"topic":7}"#)).as_deref(), Some("rad-shirt"));
        assert_eq!(of("Rad shirt", Some(r#"{"topic":"no topic"}"#)), None);
    }

    #[test]
    fn titles_in_any_script_are_topics_of_their_own() {
        let titles = ["シャツ", "靴", "Größe M", "Große M", "!!!", "???", &"long ".repeat(13), &"long ".repeat(12)];
        let mut topics: Vec<_> = titles.iter().map(|title| of(title, None).expect("a topic")).collect();
        topics.sort();
        topics.dedup();
        assert_eq!(topics.len(), titles.len(), "{topics:?}");
    }
}

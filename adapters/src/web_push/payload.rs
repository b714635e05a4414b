//! What a push says: a declarative push message (Push API, section 3.3), which browsers show without a line of script, and
//! which the service worker (`functions/grant-token/assets/sw.js`) reads where they do not.

use aws_lc_rs::digest::{SHA256, digest};
use ringonce_domain::encoding;
use serde::Serialize;

use super::encrypt::LONGEST_PLAIN;

/// Says that a push message is a declarative one.
const DECLARATIVE: u16 = 8_030;
/// Bytes of a tag's hash: 24 are 32 characters, as many as RFC 8030 (section 5.4) lets a `Topic` have.
const TAG_LEN: usize = 24;

/// What a person sees of a message.
#[derive(Clone, Copy)]
pub struct Notice<'a> {
    /// The message's id: the same on every attempt, so that the person is alerted once.
    pub id: &'a str,
    /// The heading.
    pub title: &'a str,
    /// The words.
    pub body: &'a str,
    /// What a tap opens: an absolute address.
    pub url: &'a str,
    /// The words' language, as BCP 47 writes it.
    pub lang: Option<&'a str>,
    /// The words' direction.
    pub dir: Direction,
}

/// Which way words are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Direction {
    /// As the words themselves say.
    #[default]
    Auto,
    /// From left to right.
    Ltr,
    /// From right to left.
    Rtl,
}

/// What stands for a message in its `Topic` header and in its notification's `tag`: 32 characters of base64url, the same for
/// the same id. A push service sees it, and learns no id from it.
#[must_use]
pub fn tag(id: &str) -> String {
    encoding::to_text(&digest(&SHA256, id.as_bytes()).as_ref()[..TAG_LEN])
}

#[derive(Serialize)]
struct Declared<'a> {
    web_push: u16,
    notification: Notification<'a>,
    /// Has a browser that could show it alone ask the service worker first, which knows what the person has seen. Where
    /// there is no worker any more, the browser shows it.
    mutable: bool,
}

#[derive(Serialize)]
struct Notification<'a> {
    title: &'a str,
    navigate: &'a str,
    body: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    lang: Option<&'a str>,
    dir: Direction,
    tag: &'a str,
    data: Data<'a>,
}

#[derive(Serialize)]
struct Data<'a> {
    id: &'a str,
}

/// The push message as JSON: at most [`LONGEST_PLAIN`] bytes, for which a long body is shortened. Where even the rest is
/// longer it stays so, and cannot be encrypted.
#[must_use]
pub fn json(notice: &Notice<'_>) -> Vec<u8> {
    let tag = tag(notice.id);
    let whole = written(notice, &tag, notice.body);
    if whole.len() <= LONGEST_PLAIN {
        return whole;
    }
    // How many bytes a character takes as JSON is JSON's affair: the longest beginning that fits is searched for.
    let ends: Vec<usize> = notice.body.char_indices().map(|(at, _)| at).collect();
    let shortened = |end: usize| written(notice, &tag, &format!("{}…", notice.body[..end].trim_end()));
    let fitting = ends.partition_point(|end| shortened(*end).len() <= LONGEST_PLAIN);
    shortened(fitting.checked_sub(1).map_or(0, |last| ends[last]))
}

fn written(notice: &Notice<'_>, tag: &str, body: &str) -> Vec<u8> {
    let Notice { id, title, url, lang, dir, .. } = *notice;
    let notification = Notification { title, navigate: url, body, lang, dir, tag, data: Data { id } };
    let declared = Declared { web_push: DECLARATIVE, notification, mutable: true };
    serde_json::to_vec(&declared).expect("strings and numbers always serialise")
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn notice(body: &str) -> Notice<'_> {
        let url = "https://notify.example/r/x";
        Notice { id: "ro_msg_1", title: "Rad shirt", body, url, lang: Some("en"), dir: Direction::Auto }
    }

    fn read(notice: &Notice<'_>) -> Value {
        serde_json::from_slice(&json(notice)).expect("json")
    }

    #[test]
    fn a_push_is_a_declarative_push_message() {
        let declared = json!({
            "web_push": 8030,
            "notification": {
                "title": "Rad shirt",
                "navigate": "https://notify.example/r/x",
                "body": "It is back.",
                "lang": "en",
                "dir": "auto",
                "tag": tag("ro_msg_1"),
                "data": {"id": "ro_msg_1"},
            },
            "mutable": true,
        });
        assert_eq!(read(&notice("It is back.")), declared);
    }

    #[test]
    fn a_tag_is_a_topic_and_the_same_for_the_same_id_alone() {
        let one = tag("ro_msg_1");
        assert_eq!((one.len(), tag("ro_msg_1") == one, tag("ro_msg_2") == one), (32, true, false));
        assert!(one.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_')), "{one}");
    }

    #[test]
    fn a_long_body_is_shortened_where_a_character_ends() {
        for body in ["x".repeat(5_000), "ü".repeat(3_000), "👩".repeat(1_500), "\"\u{1}".repeat(2_000), "a \n".repeat(2_000)] {
            let pushed = json(&notice(&body));
            let shown = read(&notice(&body))["notification"]["body"].as_str().expect("text").to_owned();
            let kept = shown.strip_suffix('…').expect("says that there was more");
            assert!(body.starts_with(kept) && !kept.is_empty(), "{shown}");
            assert!((LONGEST_PLAIN - 16..=LONGEST_PLAIN).contains(&pushed.len()), "{}", pushed.len());
        }
    }

    #[test]
    fn a_body_that_just_fits_is_left_whole() {
        let room = LONGEST_PLAIN - json(&notice("")).len();
        let whole = "x".repeat(room);
        assert_eq!(read(&notice(&whole))["notification"]["body"], whole);
        let more = "x".repeat(room + 1);
        assert_eq!(read(&notice(&more))["notification"]["body"], format!("{}…", &more[..room - 3]));
    }

    #[test]
    fn what_cannot_be_shortened_stays_too_long() {
        let url = format!("https://notify.example/{}", "x".repeat(LONGEST_PLAIN));
        assert!(json(&Notice { url: &url, ..notice("It is back.") }).len() > LONGEST_PLAIN);
    }
}

//! The one message that a token sends.

use serde::{Deserialize, Serialize};

use crate::text::{Invalid, Title, text_type};

text_type!(
    /// The words of a message: at most 1,000 characters and 4,000 bytes.
    MessageText, "message.text", graphemes: 1_000, bytes: 4_000, lines: true
);
text_type!(
    /// A link in a message: `https://` (or `http://` on a loopback host), at most 2,000 bytes.
    LinkText, "message.url", graphemes: 2_000, bytes: 2_000, lines: false
);

/// Most bytes of `data` as JSON.
pub const LONGEST_DATA: usize = 4_096;

/// A message: words, and what a channel or the business's own sender may add.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "description", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Message {
    /// A heading; without one, channels use the opt-in's title.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<Title>,
    /// The words.
    pub text: MessageText,
    /// Where the message leads.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<Url>,
    /// What the business's own sender gets untouched, at most [`LONGEST_DATA`] bytes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub data: Option<Data>,
}

/// An absolute web address without user name or password.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "LinkText", into = "LinkText")]
pub struct Url(LinkText);

impl Url {
    /// The address.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }
}

impl TryFrom<LinkText> for Url {
    type Error = Invalid;

    fn try_from(text: LinkText) -> Result<Self, Invalid> {
        let rule = "must be an absolute https:// address without spaces, quotes or a user name";
        let rest = text.as_str().strip_prefix("https://").or_else(|| loopback(text.as_str()));
        let host = rest.map(|rest| rest.split(['/', '?', '#']).next().unwrap_or_default());
        let sound = host.is_some_and(|host| !host.is_empty() && !host.contains('@'))
            && text.as_str().bytes().all(|b| b.is_ascii_graphic() && !matches!(b, b'"' | b'<' | b'>' | b'\\' | b'`'));
        if sound { Ok(Self(text)) } else { Err(Invalid::new("message.url", rule)) }
    }
}

fn loopback(text: &str) -> Option<&str> {
    let rest = text.strip_prefix("http://")?;
    let host = rest.split(['/', '?', '#', ':']).next()?;
    matches!(host, "localhost" | "127.0.0.1").then_some(rest)
}

impl From<Url> for LinkText {
    fn from(url: Url) -> Self {
        url.0
    }
}

/// A JSON object of the business's own, at most [`LONGEST_DATA`] bytes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "serde_json::Map<String, serde_json::Value>")]
pub struct Data(serde_json::Map<String, serde_json::Value>);

impl TryFrom<serde_json::Map<String, serde_json::Value>> for Data {
    type Error = Invalid;

    fn try_from(map: serde_json::Map<String, serde_json::Value>) -> Result<Self, Invalid> {
        let length = serde_json::to_string(&map).map_or(usize::MAX, |json| json.len());
        if length > LONGEST_DATA {
            return Err(Invalid::new("message.data", format!("must be at most {LONGEST_DATA} bytes of JSON, and is {length}")));
        }
        Ok(Self(map))
    }
}

impl Message {
    /// The message as the JSON that items hold and hashes cover.
    #[must_use]
    pub fn to_json(&self) -> String {
        serde_json::to_string(self).expect("strings and JSON values always serialise")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(json: &str) -> Result<Message, String> {
        serde_json::from_str(json).map_err(|e| e.to_string())
    }

    #[test]
    fn a_message_reads_as_it_was_written() {
        let json = r#"{"title":"Rad shirt","text":"It is back.","url":"https://shop.example/m","data":{"sku":7}}"#;
        assert_eq!(message(json).expect("valid").to_json(), json);
    }

    #[test]
    fn a_bad_message_is_refused_by_the_name_of_its_field() {
        let big = format!(r#"{{"text":"x","data":{{"a":"{}"}}}}"#, "y".repeat(LONGEST_DATA));
        for (json, field) in [
            (r#"{"text":""}"#, "message.text"),
            (r#"{"text":"x","url":"javascript:alert(1)"}"#, "message.url"),
            (r#"{"text":"x","url":"https://a@b/"}"#, "message.url"),
            (r#"{"text":"x","url":"http://shop.example/"}"#, "message.url"),
            (r#"{"text":"x","colour":"red"}"#, "colour"),
            (big.as_str(), "message.data"),
        ] {
            let error = message(json).expect_err(json);
            assert!(error.contains(field), "{error}");
        }
        assert!(message(r#"{"text":"x","url":"http://127.0.0.1:9000/"}"#).is_ok());
    }

    #[test]
    fn a_link_is_an_absolute_address_that_ends_no_attribute() {
        let url = |text: &str| LinkText::try_from(text.to_owned()).and_then(Url::try_from);
        for good in ["https://shop.example", "https://shop.example?a=1", "http://localhost/x", "http://localhost", "http://127.0.0.1#x"] {
            assert_eq!(url(good).expect(good).as_str(), good);
        }
        let bad = ["https://", "https:///x", "https://?x", "shop.example", "http://localhost.evil.example/", "https://me@shop.example"];
        for bad in bad.into_iter().chain([
            "https://x/\"",
            "https://x/<",
            "https://x/>",
            "https://x/\\",
            "https://x/`",
            "https://x/ y",
            "https://x/ü",
        ]) {
            assert_eq!(url(bad).map_err(|e| e.field), Err("message.url"), "{bad}");
        }
    }

    #[test]
    fn data_has_its_longest_size() {
        let data = |length: usize| message(&format!(r#"{{"text":"x","data":{{"a":"{}"}}}}"#, "y".repeat(length - r#"{"a":""}"#.len())));
        assert!(data(LONGEST_DATA).is_ok());
        assert!(data(LONGEST_DATA + 1).expect_err("too long").contains("at most 4096 bytes of JSON, and is 4097"));
    }
}

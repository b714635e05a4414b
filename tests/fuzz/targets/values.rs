//! Values as callers give them: messages, addresses, subscriptions, and how often one may ask.

use ringonce_domain::caps::Caps;
use ringonce_domain::email::EmailAddress;
use ringonce_domain::message::{LONGEST_DATA, Message};
use ringonce_domain::push::{LONGEST_ENDPOINT, Subscription};
use serde::Serialize;
use serde::de::DeserializeOwned;
use url::Url;

use crate::harness::{Outcome, Target};

pub(super) const TARGET: Target = Target {
    name: "values",
    seeds: Vec::new,
    words: &[
        "\"text\":",
        "\"title\":",
        "\"url\":\"https://",
        "\"url\":\"http://localhost",
        "\"data\":{\"",
        "\"endpoint\":\"https://",
        "\"keys\":{",
        "@",
        ".com",
        "xn--",
        "ü",
        "\r\nBcc: ",
        "\u{202E}",
        "\u{2066}",
        "\\u2028",
        "\\ud83d\\ude80",
        "1e22",
        "0.1",
        "-0.0",
        "javascript:",
        "https://",
        "user@",
        ":443",
        "\\\\",
    ],
    check,
};

fn check(input: &[u8]) -> Outcome {
    let text = String::from_utf8_lossy(input);
    let message: Option<Message> = kept(&text);
    if let Some(message) = &message {
        sound(message);
    }
    let subscription: Option<Subscription> = kept(&text);
    if let Some(subscription) = &subscription {
        assert!(subscription.endpoint().len() <= LONGEST_ENDPOINT && subscription.endpoint().is_ascii());
    }
    let address = EmailAddress::try_from(text.to_string());
    if let Ok(address) = &address {
        deliverable(address);
    }
    let caps: Option<Caps> = kept(&text);
    let of_message =
        message.map(|message| (message.title.is_some(), message.url.is_some(), message.data.is_some(), message.text.as_str().len().min(9)));
    let of_address = address.map(|address| address.domain().len() % 16).map_err(|invalid| invalid.rule);
    Outcome::of((of_message, subscription.is_some(), of_address, caps.is_some()))
}

/// What JSON is read as, where that is one of its kind: written, it is read as the same.
fn kept<T: DeserializeOwned + Serialize + PartialEq + std::fmt::Debug>(json: &str) -> Option<T> {
    let value: T = serde_json::from_str(json).ok()?;
    let written = serde_json::to_string(&value).unwrap();
    assert_eq!(serde_json::from_str::<T>(&written).unwrap(), value, "{written}");
    assert_eq!(serde_json::to_string(&serde_json::from_str::<T>(&written).unwrap()).unwrap(), written);
    Some(value)
}

/// A message keeps to its lengths, shows what it says, and leads nowhere but to https, or to this machine.
fn sound(message: &Message) {
    let text = message.text.as_str();
    assert!(text.len() <= 4_000 && !text.trim().is_empty());
    assert!(!text.chars().any(|c| (c.is_control() && !"\n\r\t".contains(c)) || ('\u{202A}'..='\u{202E}').contains(&c)), "{text:?}");
    let data = serde_json::to_string(&message.data).unwrap();
    assert!(data.len() <= LONGEST_DATA, "{} bytes", data.len());
    // What no program can read as an address leads nowhere at all.
    if let Some(url) = message.url.as_ref().and_then(|url| Url::parse(url.as_str()).ok()) {
        let local = matches!(url.host_str(), Some("localhost" | "127.0.0.1"));
        assert!(url.scheme() == "https" || (url.scheme() == "http" && local), "{url}");
        assert!(url.username().is_empty() && url.password().is_none(), "{url}");
    }
}

/// An address stands in a header and in a command of SMTP as it is.
fn deliverable(address: &EmailAddress) {
    let text = address.as_str();
    assert!(text.len() <= 254 && text.bytes().all(|byte| byte.is_ascii_graphic()), "{text:?}");
    assert!(!text.bytes().any(|byte| b"<>()[]:;,\\\"".contains(&byte)), "{text:?}");
    assert_eq!(text.matches('@').count(), 1, "{text}");
    let labels: Vec<_> = address.domain().split('.').collect();
    assert!(labels.len() >= 2 && labels.iter().all(|label| (1..=63).contains(&label.len())), "{text}");
    assert!(address.domain().bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b".-".contains(&byte)), "{text}");
    assert_eq!(EmailAddress::try_from(text.to_owned()).as_ref(), Ok(address), "an address is read as it was written");
}

//! Events in the form of Messenger's webhooks, as its bots' receivers read them: one entry, with one event in it, in ASCII.

use std::fmt::Write;

use serde::Deserialize;
use serde_json::{Value, json};

use crate::event::Event;
use crate::names::BusinessId;
use crate::time::{Timestamp, rfc3339};

/// What stands before the ids of questions and messages on Messenger's wire.
pub const MESSAGE_ID: &str = "m_";

/// An event's own body, as far as it is told again.
#[derive(Deserialize)]
struct Told {
    r#type: String,
    #[serde(deserialize_with = "rfc3339::deserialize")]
    timestamp: Timestamp,
    data: Value,
}

/// The body of `event` in Messenger's form. A grant is its opt-in webhook and a message's end its delivery receipt; for what
/// Messenger has no event, the event's own type and data stand under `ringonce`, where a bot passes over them. `None` where
/// the event is none of ours.
#[must_use]
pub fn body(business: &BusinessId, event: &Event) -> Option<String> {
    let Told { r#type, timestamp, data } = serde_json::from_str(&event.body).ok()?;
    let at = timestamp.millis();
    let text = |name: &str| data[name].as_str().unwrap_or_default();
    let mut messaging = json!({ "sender": { "id": text("user") }, "recipient": { "id": business }, "timestamp": at });
    let (name, told) = match r#type.as_str() {
        "optin.granted" => {
            let optin = json!({ "type": "one_time_notif_req", "payload": text("payload"), "one_time_notif_token": text("token") });
            ("optin", optin)
        }
        "notification.sent" => {
            let mid = format!("{MESSAGE_ID}{}", text("notification"));
            ("delivery", json!({ "mids": [mid], "watermark": at }))
        }
        _ => ("ringonce", json!({ "type": r#type, "data": data })),
    };
    messaging[name] = told;
    let body = json!({ "object": "page", "entry": [{ "id": business, "time": at, "messaging": [messaging] }] });
    Some(ascii(&body.to_string()))
}

/// JSON with everything escaped that is not ASCII: it stands in strings alone.
#[must_use]
pub fn ascii(json: &str) -> String {
    let mut ascii = String::with_capacity(json.len());
    for c in json.chars() {
        if c.is_ascii() {
            ascii.push(c);
            continue;
        }
        for unit in c.encode_utf16(&mut [0; 2]) {
            let _ = write!(ascii, "\\u{unit:04x}");
        }
    }
    ascii
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(kind: &str, data: &Value) -> Value {
        let body = json!({ "type": kind, "timestamp": "2026-11-25T10:39:10.123Z", "data": data }).to_string();
        let business = BusinessId::try_from("shop".to_owned()).expect("valid");
        let body = super::body(&business, &Event { id: "evt_1".to_owned(), body }).expect("ours");
        assert!(body.is_ascii(), "{body}");
        serde_json::from_str(&body).expect("JSON")
    }

    #[test]
    fn a_grant_is_messengers_opt_in() {
        let body = told("optin.granted", &json!({ "user": "ada", "payload": "größe 👕", "token": "ro_tok_x", "title": "T" }));
        let at = 1_795_603_150_123_u64;
        let optin = json!({ "type": "one_time_notif_req", "payload": "größe 👕", "one_time_notif_token": "ro_tok_x" });
        let messaging = json!([{ "sender": { "id": "ada" }, "recipient": { "id": "shop" }, "timestamp": at, "optin": optin }]);
        assert_eq!(body, json!({ "object": "page", "entry": [{ "id": "shop", "time": at, "messaging": messaging }] }));
    }

    #[test]
    fn what_messenger_has_no_event_for_stands_apart() {
        let sent = told("notification.sent", &json!({ "user": "ada", "notification": "ro_msg_1" }));
        assert_eq!(sent["entry"][0]["messaging"][0]["delivery"]["mids"], json!(["m_ro_msg_1"]));
        for kind in ["optin.asked", "optin.declined", "notification.failed", "release.finished"] {
            let event = &told(kind, &json!({ "user": "ada", "x": 1 }))["entry"][0]["messaging"][0];
            assert_eq!(event["ringonce"], json!({ "type": kind, "data": { "user": "ada", "x": 1 } }));
            assert!(event["optin"].is_null() && event["delivery"].is_null());
        }
    }
}

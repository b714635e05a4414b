//! What the demo shop has heard by its webhook.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

use serde::Serialize;
use serde_json::Value;

/// How many events are remembered.
const MOST: usize = 20;

/// The last events, the newest first.
#[derive(Debug, Default)]
pub(in crate::dev) struct Feed(Mutex<VecDeque<Heard>>);

/// What is shown of an event.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct Heard {
    id: String,
    kind: String,
    at: String,
    user: String,
    topic: String,
}

impl Feed {
    /// Remembers an event. They come at least once: one that was heard is passed over.
    pub(in crate::dev) fn hear(&self, id: &str, body: &[u8]) {
        let body: Value = serde_json::from_slice(body).unwrap_or_default();
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let data = &body["data"];
        let heard = Heard {
            id: id.to_owned(),
            kind: text(&body["type"]),
            at: text(&body["timestamp"]),
            user: text(&data["user"]),
            topic: text(&data["topic"]),
        };
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if all.iter().all(|known| known.id != heard.id) {
            all.push_front(heard);
            all.truncate(MOST);
        }
    }

    /// What was heard.
    pub(super) fn heard(&self) -> Vec<Heard> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).iter().cloned().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_that_comes_twice_is_heard_once_and_the_newest_stands_first() {
        let feed = Feed::default();
        for id in ["evt_1", "evt_2", "evt_1"] {
            feed.hear(id, br#"{"type":"optin.granted","timestamp":"2026-11-25T12:00:00Z","data":{"user":"anon:1","topic":"shirt-m"}}"#);
        }
        let ids: Vec<_> = feed.heard().into_iter().map(|heard| heard.id).collect();
        assert_eq!(ids, ["evt_2", "evt_1"]);
    }
}

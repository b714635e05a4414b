//! A provider that accepts, refuses, hangs and lies, and the business's endpoint.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use http::HeaderMap;
use ringonce_adapters::email::{Mail, Mailer};
use ringonce_adapters::open_web::{Reply, SimulatedWeb};
use ringonce_adapters::webhook::Verdict;
use serde_json::Value;
use tokio::time::sleep;

use crate::dice::{chance, one_of};
use crate::faults::Faults;
use crate::log::{Log, Seen};

/// What a call comes to, as its caller sees it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Said {
    Accepted,
    Refused,
    Later,
    NotSent,
    /// Nothing, or something that says nothing of what was done.
    Unclear,
}

/// Longer than anybody waits.
const FOR_EVER: Duration = Duration::from_secs(60);
/// As long as a mail client waits for an answer.
const AS_LONG: Duration = Duration::from_secs(10);

/// The provider and the endpoint, as one process reaches them.
#[derive(Clone)]
pub(crate) struct Provider {
    pub(crate) log: Log,
    pub(crate) faults: Faults,
    /// Whether it misbehaves.
    pub(crate) on: Arc<AtomicBool>,
}

impl Provider {
    /// Whether it takes what it is handed, and what it says: a liar takes it and says nothing, or only says nothing.
    fn decide(&self) -> (bool, Said) {
        if !self.on.load(Ordering::SeqCst) || chance(50) {
            return (true, Said::Accepted);
        }
        one_of(&[
            (false, Said::Refused),
            (false, Said::Later),
            (false, Said::Later),
            (false, Said::NotSent),
            (false, Said::Unclear),
            (true, Said::Unclear),
        ])
    }

    /// One call; `take` notes that it was taken.
    async fn call(&self, hang: Duration, take: impl FnOnce()) -> Said {
        let (takes, said) = self.decide();
        self.faults.may_die().await;
        if takes {
            take();
        }
        self.faults.may_die().await;
        if said == Said::Unclear && chance(50) {
            sleep(hang).await;
        }
        said
    }
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

#[async_trait]
impl SimulatedWeb for Provider {
    async fn answer(&self, _: &str, headers: &HeaderMap, body: &[u8]) -> Reply {
        let event: Value = serde_json::from_slice(body).unwrap_or_default();
        let (kind, person) = (text(&event["type"]), text(&event["data"]["user"]));
        let said = if kind == "notification.deliver" {
            let id = headers.get("webhook-id").and_then(|id| id.to_str().ok()).unwrap_or_default().to_owned();
            let text = text(&event["data"]["message"]["text"]);
            self.log.note(Seen::Called { person: person.clone() });
            self.call(FOR_EVER, || self.log.note(Seen::Taken { person, id, text, recognises: true })).await
        } else {
            self.call(FOR_EVER, || self.log.note(Seen::Told { kind, person })).await
        };
        let status = |status| Reply::Answered { status, retry_after: None };
        match said {
            Said::Accepted => status(204),
            Said::Refused => status(400),
            Said::Later => status(503),
            Said::NotSent => Reply::NotSent,
            Said::Unclear => one_of(&[status(500), Reply::Unclear]),
        }
    }
}

#[async_trait]
impl Mailer for Provider {
    async fn send(&self, mail: &Mail) -> Verdict {
        let person = mail.to.local().to_owned();
        let id = mail.message_id.as_str().to_owned();
        // The link by which an address is confirmed is no message.
        if mail.unsubscribe.is_none() {
            return Verdict::Accepted;
        }
        self.log.note(Seen::Called { person: person.clone() });
        let text = mail.text.lines().next().unwrap_or_default().to_owned();
        match self.call(AS_LONG, || self.log.note(Seen::Taken { person, id, text, recognises: false })).await {
            Said::Accepted => Verdict::Accepted,
            Said::Refused => Verdict::Refused,
            Said::Later => Verdict::Later(None),
            Said::NotSent => Verdict::Unreachable,
            Said::Unclear => Verdict::Unclear,
        }
    }
}

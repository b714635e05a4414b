//! The business's webhook.

use serde::{Deserialize, Serialize};

use crate::Timestamp;
use crate::open::open_enum;

open_enum! {
    /// How a webhook does.
    WebhookState {
        /// It takes what comes.
        Healthy = "healthy",
        /// It takes nothing since a while.
        Failing = "failing",
        /// Nothing is sent to it any more.
        Disabled = "disabled",
    }
}

open_enum! {
    /// What came of a test event.
    Verdict {
        /// The endpoint took it.
        Accepted = "accepted",
        /// It answered with an error that another try will not mend.
        Refused = "refused",
        /// It answered 410.
        Gone = "gone",
        /// It asked to be tried later.
        Busy = "busy",
        /// There was no connection to it.
        Unreachable = "unreachable",
        /// The deployment holds no key that opens the webhook's secrets.
        Unsigned = "unsigned",
        /// No clear answer came in time.
        Unclear = "unclear",
    }
}

/// How a webhook does, since when and why.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[non_exhaustive]
pub struct WebhookHealth {
    /// Where events go.
    pub url: String,
    /// How it does.
    pub state: WebhookState,
    /// Since when.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<Timestamp>,
    /// Why it is disabled: `gone` or `failing`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// The last failure that was noted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_failure: Option<WebhookFailure>,
    /// When it recovered from earlier failures.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recovered_at: Option<Timestamp>,
    /// When it was disabled and enabled.
    #[serde(default)]
    pub events: Vec<WebhookEvent>,
}

/// A failure that was noted.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[non_exhaustive]
pub struct WebhookFailure {
    /// When.
    pub at: Timestamp,
    /// Why.
    pub reason: String,
}

/// Something that happened to a webhook.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[non_exhaustive]
pub struct WebhookEvent {
    /// When.
    pub at: Timestamp,
    /// `disabled` or `enabled`.
    pub kind: String,
    /// Why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// What came of a test event.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Tested {
    /// Where it went.
    pub url: String,
    /// The event's id.
    pub event: String,
    /// What came of it.
    pub verdict: Verdict,
}

/// What is to be sent again.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Replay {
    /// Only events of what happened at this time or later.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub since: Option<Timestamp>,
    /// Only count them.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub dry_run: bool,
    /// Where to go on: the `next` of the answer before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub after: Option<String>,
}

/// What was missed, as far as one call went.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Replayed {
    /// Events that were missed.
    pub found: u64,
    /// Of these, how many are due now.
    pub made_due: u64,
    /// Of these, how many were due or being sent already.
    pub under_way: u64,
    /// Where the next call goes on; none at the end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

//! Releases: one message to those who wait for a topic.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::Message;
use crate::Timestamp;
use crate::open::open_enum;

open_enum! {
    /// Who comes first.
    Order {
        /// Who has waited longest.
        Oldest = "oldest",
        /// Who has waited shortest.
        Newest = "newest",
    }
}

open_enum! {
    /// Where a release is in its life.
    ReleaseState {
        /// It is under way.
        Running = "running",
        /// It has come to its end.
        Finished = "finished",
        /// It ended before that.
        Stopped = "stopped",
    }
}

open_enum! {
    /// Why a release ended.
    ReleaseReason {
        /// As many people were taken as it was for.
        LimitReached = "limit-reached",
        /// Nobody waits any more.
        NobodyWaits = "nobody-waits",
        /// What `check_url` answered ends it.
        CheckRefused = "check-refused",
        /// `check_url` gave no clear answer.
        CheckUnclear = "check-unclear",
        /// The business stopped it.
        ByBusiness = "by-business",
        /// The table was restored to an earlier time.
        Restored = "restored",
    }
}

/// Steps of a release.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Batch {
    /// How many people a step takes.
    pub size: u32,
    /// How long it is from one step's beginning to the next one's, such as `15m`.
    pub every: String,
}

/// What is to be released.
#[derive(Debug, Clone, Serialize)]
pub struct NewRelease {
    /// The message, the same for all.
    pub message: Message,
    /// How many people get it in all; without it, everybody who waits.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
    /// Who comes first; without it, who has waited longest.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub order: Option<Order>,
    /// In which steps; without it, in one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub batch: Option<Batch>,
    /// What is asked before each step.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub check_url: Option<String>,
}

impl NewRelease {
    /// The message to everybody who waits, the oldest first, in one step.
    #[must_use]
    pub const fn of(message: Message) -> Self {
        Self { message, limit: None, order: None, batch: None, check_url: None }
    }
}

/// A release that was accepted.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Started {
    /// Its id.
    pub id: String,
    /// `running`, or where it has got to when a repeat is answered.
    pub state: ReleaseState,
}

/// A release, as it stands. The counts from `sent` on are seconds behind.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Release {
    /// Its id.
    pub id: String,
    /// To whom: those who wait for this.
    pub topic: String,
    /// Where it is in its life.
    pub state: ReleaseState,
    /// Why it ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<ReleaseReason>,
    /// The message.
    pub message: Message,
    /// How many people get it in all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
    /// Who comes first.
    pub order: Order,
    /// How many people a step takes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub batch_size: Option<u32>,
    /// How long it is from one step's beginning to the next one's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub batch_every: Option<String>,
    /// What is asked before each step.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub check_url: Option<String>,
    /// The step that is being taken, or waited for.
    pub step: u32,
    /// How many people it has taken so far.
    pub taken: u64,
    /// Messages of those that were delivered.
    #[serde(default)]
    pub sent: i64,
    /// Messages that were not and never will be, by reason.
    #[serde(default)]
    pub failed: BTreeMap<String, i64>,
    /// Messages of which nobody can know whether they were delivered.
    #[serde(default)]
    pub unknown: i64,
    /// Messages whose token was given back.
    #[serde(default)]
    pub returned: i64,
    /// Messages that were taken back before they were delivered.
    #[serde(default)]
    pub revoked: i64,
    /// Messages whose time was up.
    #[serde(default)]
    pub expired: i64,
    /// Messages that were under way when their person was erased.
    #[serde(default)]
    pub erased: i64,
    /// How many of those that it has taken have come to none of these yet.
    #[serde(default)]
    pub under_way: i64,
    /// When the next step begins, while it is waited for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_step_at: Option<Timestamp>,
    /// When it was started.
    pub created_at: Timestamp,
}

/// A page of a business's releases, the latest first.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ReleaseList {
    /// The releases.
    pub releases: Vec<Release>,
    /// Where the next page goes on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

//! A release: one message to the grants that wait for a topic, as many as are wanted, step by step. Pure: what a worker
//! found becomes the release's next state, which one conditional write makes so.

use std::time::Duration;

use aws_lc_rs::digest::{SHA256, digest};
use serde::{Deserialize, Serialize};

use crate::address::{ReleaseKey, TopicKey};
use crate::call::CallId;
use crate::keyring::KeyId;
use crate::message::Message;
use crate::names::{BusinessId, Topic};
use crate::optin::{KEPT_AFTER, TOKEN_LIFE};
use crate::time::Timestamp;

/// Most grants of one page of a plan: what one worker claims in one go, well within its time.
pub const PAGE: usize = 500;
/// Youngest grants that a step takes: the index of those who wait is a moment behind the table.
pub const SETTLED: Duration = Duration::from_secs(5);
/// How long a worker may take over a page before the sweep looks at it.
pub const WATCH: Duration = Duration::from_secs(60);
/// Least time between two steps.
pub const SHORTEST_PAUSE: Duration = Duration::from_secs(1);
/// Longest time between two steps.
pub const LONGEST_PAUSE: Duration = Duration::from_secs(30 * 86_400);

/// Who comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "description", derive(utoipa::ToSchema))]
#[serde(rename_all = "lowercase")]
pub enum Order {
    /// Whoever was granted first.
    #[default]
    Oldest,
    /// Whoever was granted last.
    Newest,
}

/// How many a step takes, and how long it is until the next one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Batch {
    /// How many.
    pub size: u32,
    /// How long, from one step's beginning to the next one's.
    pub every: Duration,
}

/// Where a release is in its life.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "description", derive(utoipa::ToSchema))]
#[serde(rename_all = "lowercase")]
pub enum ReleaseState {
    /// Steps are being taken, or waited for.
    Running,
    /// It has come to its end.
    Finished,
    /// It was stopped, or could not go on.
    Stopped,
}

/// Why a release ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "description", derive(utoipa::ToSchema))]
#[serde(rename_all = "kebab-case")]
pub enum ReleaseReason {
    /// It took as many as it was to take.
    LimitReached,
    /// Nobody waits any more.
    NobodyWaits,
    /// `check_url` said no.
    CheckRefused,
    /// `check_url` gave no clear answer.
    CheckUnclear,
    /// The business stopped it.
    ByBusiness,
    /// The table was restored to a time at which it was under way: whom it has reached since is not known.
    Restored,
}

/// What is to be done next.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Phase {
    /// Wait for the next step's time.
    Waiting,
    /// Plan the next page of the step.
    Planning,
    /// Claim the page that is planned.
    Claiming,
    /// Tell the business of the end.
    Telling,
    /// Nothing.
    Over,
}

/// What a business wants to release.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Terms {
    /// The MAC key of the release's id.
    pub mac_key: KeyId,
    /// Whose it is.
    pub business: BusinessId,
    /// To whom: those who wait for this.
    pub topic: Topic,
    /// Where they wait.
    pub topic_key: TopicKey,
    /// The message, stored here once for all.
    pub message: Message,
    /// How many it takes in all; without it, everybody.
    pub limit: Option<u32>,
    /// Who comes first.
    pub order: Order,
    /// In which steps; without it, in one.
    pub batch: Option<Batch>,
    /// What is asked before each step.
    pub check_url: Option<String>,
    /// The call that starts it.
    pub call: CallId,
}

/// A release.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Release {
    /// Where it stands.
    pub key: ReleaseKey,
    /// What its business wants.
    #[serde(flatten)]
    pub terms: Terms,
    /// When it was started.
    pub created_at: Timestamp,
    /// Where it is in its life.
    pub state: ReleaseState,
    /// Why it ended.
    pub reason: Option<ReleaseReason>,
    /// What is to be done next.
    pub phase: Phase,
    /// The step, from 1.
    pub step: u32,
    /// When the step began.
    pub step_at: Timestamp,
    /// The page of the step, from 1.
    pub page: u32,
    /// Up to where in the line the step has planned.
    pub cursor: Option<String>,
    /// How many the step has taken.
    pub taken_in_step: u32,
    /// How many all steps have taken.
    pub taken: u32,
    /// How often the business was told of the end in vain.
    pub tellings: u32,
    /// When the sweep is to look at it: stands in its item as the key of the `due` index, and nowhere else.
    #[serde(skip)]
    pub due_at: Option<Timestamp>,
    /// When it last changed.
    pub changed_at: Timestamp,
    /// Rises with every change.
    pub version: u32,
}

impl Release {
    /// A release that stands at `key`, about to plan its first page.
    #[must_use]
    pub fn started(key: ReleaseKey, terms: Terms, now: Timestamp) -> Self {
        Self {
            key,
            terms,
            created_at: now,
            state: ReleaseState::Running,
            reason: None,
            phase: Phase::Planning,
            step: 1,
            step_at: now,
            page: 1,
            cursor: None,
            taken_in_step: 0,
            taken: 0,
            tellings: 0,
            due_at: Some(now + WATCH),
            changed_at: now,
            version: 1,
        }
    }

    /// The call by which a step claims: a grant that was given back may be claimed again by a later step, and never by
    /// the same.
    #[must_use]
    pub fn claim(&self) -> CallId {
        let hash = digest(&SHA256, &[b"claim".as_slice(), self.key.as_bytes(), &self.step.to_be_bytes()].concat());
        let mut call = [0; 16];
        call[..8].copy_from_slice(&hash.as_ref()[..8]);
        call[8..].copy_from_slice(&self.key.as_bytes()[..8]);
        CallId::from_bytes(call)
    }

    /// How many the next page may take.
    #[must_use]
    pub fn wanted(&self) -> usize {
        let of_limit = self.terms.limit.map_or(u32::MAX, |limit| limit.saturating_sub(self.taken));
        let of_step = self.terms.batch.map_or(u32::MAX, |batch| batch.size.saturating_sub(self.taken_in_step));
        usize::try_from(of_limit.min(of_step)).unwrap_or(usize::MAX).min(PAGE)
    }

    /// Whether the business is asked before this page is planned: once before each step.
    #[must_use]
    pub fn is_to_be_checked(&self) -> bool {
        self.phase == Phase::Planning && self.page == 1 && self.terms.check_url.is_some()
    }

    /// Whether a further page is to be planned or claimed now.
    #[must_use]
    pub fn is_stepping(&self) -> bool {
        self.state == ReleaseState::Running && matches!(self.phase, Phase::Planning | Phase::Claiming)
    }

    fn changed(&self, now: Timestamp, due_at: Option<Timestamp>) -> Self {
        Self { due_at, changed_at: now, version: self.version + 1, ..self.clone() }
    }

    /// The next step's time has come.
    #[must_use]
    pub fn begun(&self, now: Timestamp) -> Self {
        let next = self.changed(now, Some(now + WATCH));
        Self { phase: Phase::Planning, step_at: now, ..next }
    }

    /// A page is planned, up to `cursor` in the line.
    #[must_use]
    pub fn planned(&self, cursor: String, now: Timestamp) -> Self {
        Self { phase: Phase::Claiming, cursor: Some(cursor), ..self.changed(now, Some(now + WATCH)) }
    }

    /// The planned page is claimed, and `taken` of its grants stand to this release.
    #[must_use]
    pub fn claimed(&self, taken: u32, now: Timestamp) -> Self {
        let counted = Self {
            taken: self.taken + taken,
            taken_in_step: self.taken_in_step + taken,
            page: self.page + 1,
            phase: Phase::Planning,
            ..self.changed(now, Some(now + WATCH))
        };
        match counted.terms.limit {
            Some(limit) if counted.taken >= limit => counted.over(ReleaseState::Finished, ReleaseReason::LimitReached, now),
            _ if counted.wanted() == 0 => counted.paused(now),
            _ => counted,
        }
    }

    /// Its business stops it. A page that a worker may be at is counted when that worker is done for sure.
    #[must_use]
    pub fn stopped(&self, now: Timestamp) -> Self {
        if self.phase == Phase::Claiming {
            let (state, reason) = (ReleaseState::Stopped, Some(ReleaseReason::ByBusiness));
            return Self { state, reason, ..self.changed(now, Some(now + WATCH)) };
        }
        self.ended(ReleaseState::Stopped, ReleaseReason::ByBusiness, now)
    }

    /// It was stopped while a page was being claimed, of which it took so many.
    #[must_use]
    pub fn counted(&self, taken: u32, now: Timestamp) -> Self {
        let counted = Self { taken: self.taken + taken, taken_in_step: self.taken_in_step + taken, ..self.changed(now, None) };
        counted.over(ReleaseState::Stopped, ReleaseReason::ByBusiness, now)
    }

    /// The step is full: the next one begins in its time.
    fn paused(self, now: Timestamp) -> Self {
        let every = self.terms.batch.map_or(SHORTEST_PAUSE, |batch| batch.every);
        let due_at = Some((self.step_at + every).max(now));
        Self { phase: Phase::Waiting, step: self.step + 1, page: 1, cursor: None, taken_in_step: 0, due_at, ..self }
    }

    /// It has come to its end: the business is told.
    #[must_use]
    pub fn ended(&self, state: ReleaseState, reason: ReleaseReason, now: Timestamp) -> Self {
        self.changed(now, None).over(state, reason, now)
    }

    fn over(self, state: ReleaseState, reason: ReleaseReason, now: Timestamp) -> Self {
        Self { state, reason: Some(reason), phase: Phase::Telling, due_at: Some(now + WATCH), ..self }
    }

    /// It was found where nothing takes it up any more: the next sweep does.
    #[must_use]
    pub fn found(&self, now: Timestamp) -> Self {
        self.changed(now, Some(now))
    }

    /// The business could not be told, and is told again at `due_at`, or never.
    #[must_use]
    pub fn told_in_vain(&self, due_at: Option<Timestamp>, now: Timestamp) -> Self {
        let phase = if due_at.is_some() { Phase::Telling } else { Phase::Over };
        Self { tellings: self.tellings + 1, phase, ..self.changed(now, due_at) }
    }

    /// The business was told of the end, or has no webhook to be told by.
    #[must_use]
    pub fn told(&self, now: Timestamp) -> Self {
        Self { phase: Phase::Over, ..self.changed(now, None) }
    }

    /// When the table may forget it: no token that it redeemed, and whose message stands here, is kept any more.
    #[must_use]
    pub fn forget_at(&self) -> Timestamp {
        self.changed_at + TOKEN_LIFE + 2 * KEPT_AFTER
    }
}

/// When the table may forget what was last counted at `counted_at` of a release. The release itself changes no later than
/// a pause and the day of its telling after its last grant was counted, so that its counts never go before it.
#[must_use]
pub fn counts_forget_at(counted_at: Timestamp) -> Timestamp {
    counted_at + TOKEN_LIFE + 2 * KEPT_AFTER + 2 * LONGEST_PAUSE
}

#[cfg(test)]
#[path = "release_tests.rs"]
pub(crate) mod tests;

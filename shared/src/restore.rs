//! A table that was restored to an earlier time: what happened since is gone from it. A token that was used lives again, a
//! message that waited may have gone, an erasure is undone. This says what is to be made safe before anything works on it.
//! Pure: what stands is read, and each thing becomes one conditional write.

use async_trait::async_trait;
use serde::{Deserialize, Serialize};

use crate::address::PersonKey;
use crate::business::Business;
use crate::names::BusinessId;
use crate::optin::{Optin, Reason, State};
use crate::reconcile::Count;
use crate::release::{Release, ReleaseReason, ReleaseState};
use crate::rules::{Outcome, Revoke, Settle, Settler};
use crate::store::{Commands, Cursor, People, Releases, Stored};
use crate::time::Timestamp;

/// Something that stands in a restored table and may be unsettled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Standing {
    /// An opt-in.
    Optin(Box<Optin>),
    /// A release.
    Release(Box<Release>),
    /// A business.
    Business(Box<Business>),
}

/// A page of a restored table.
#[derive(Debug, Clone, Default)]
pub struct StandingPage {
    /// What may be unsettled, in no order.
    pub standing: Vec<Standing>,
    /// How many items were read for it.
    pub read: u64,
    /// How many of them are none that this program writes.
    pub unreadable: u64,
    /// Where it goes on, if it does.
    pub next: Option<Cursor>,
}

/// What an operator does to a restored table. No function may do this: it reads the whole table.
#[async_trait]
pub trait Restores: Commands + People + Releases {
    /// A page of what may be unsettled, from `after` on.
    async fn standing(&self, after: Option<&Cursor>) -> Stored<StandingPage>;
    /// Holds a business's tokens, in its settings and in those of all of its keys; false where nothing was left to do.
    async fn freeze(&self, business: &BusinessId) -> Stored<bool>;
}

/// Something that is to be made safe.
#[derive(Debug, Clone)]
pub enum Unsettled {
    /// A message that may have gone, from this state: nobody will know.
    Message(State, Settle),
    /// A release that was under way, as it was read, and as it is stopped.
    Release(Box<Release>, Box<Release>),
    /// A business whose tokens are to be held, and whether they are not.
    Business(BusinessId, bool),
}

/// What is to be made safe of an item. Its condition decides whether it still is as it was read.
#[must_use]
pub fn unsettled(standing: &Standing, now: Timestamp) -> Option<Unsettled> {
    match standing {
        Standing::Optin(optin) => ended(optin, now).map(|settle| Unsettled::Message(optin.state, settle)),
        Standing::Release(release) if release.state == ReleaseState::Running => {
            let stopped = release.ended(ReleaseState::Stopped, ReleaseReason::Restored, now);
            Some(Unsettled::Release(release.clone(), Box::new(stopped)))
        }
        Standing::Release(_) => None,
        Standing::Business(business) => Some(Unsettled::Business(business.id.clone(), !business.settings.frozen)),
    }
}

/// How a message that is not over ends: it may have been sent, moved or cancelled since, whatever its state was then.
fn ended(optin: &Optin, now: Timestamp) -> Option<Settle> {
    let redemption = optin.redemption.as_ref()?;
    matches!(optin.state, State::Scheduled | State::Queued | State::Attempting).then(|| Settle {
        address: optin.address,
        ask: optin.ask,
        redemption: redemption.number,
        call: redemption.call,
        granted_at: optin.answered_at,
        channel: optin.channel,
        by: Settler::Restored(optin.version),
        outcome: Outcome::Unknown(Reason::Restored),
        now,
    })
}

/// How a grant ends that may have been redeemed since the time of the restore: one that was asked for at `asked_by` or
/// before, by the clock that sealed its link. What is still to be confirmed would become one, with the same token.
#[must_use]
pub fn doubtful(standing: &Standing, business: &BusinessId, asked_by: Timestamp, now: Timestamp) -> Option<Revoke> {
    let Standing::Optin(optin) = standing else {
        return None;
    };
    let is_open = matches!(optin.state, State::Confirming | State::Granted) && !optin.has_lapsed(now);
    let is_doubtful = is_open && optin.business == *business && optin.asked_at <= asked_by;
    is_doubtful.then_some(Revoke { address: optin.address, ask: optin.ask, reason: Reason::Restored, now })
}

/// An erasure, as the log outside the table has it: no more than a keyed hash and a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Erasure {
    /// Who was erased.
    pub person: PersonKey,
    /// When.
    pub at: Timestamp,
}

/// What was read of a restored table, found in it and done. In each count `mended` is what this run made safe.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Settlement {
    /// Items that were read.
    pub read: u64,
    /// Items that are none that this program writes.
    pub unreadable: u64,
    /// Messages that waited for their time.
    pub scheduled: Count,
    /// Messages that were queued.
    pub queued: Count,
    /// Messages that were leaving.
    pub attempting: Count,
    /// Releases that were under way.
    pub releases: Count,
    /// Businesses whose tokens were not held.
    pub businesses: Count,
    /// Erasures that are undone.
    pub erasures: Count,
}

impl Settlement {
    /// Notes one thing that was found, and whether it was made safe.
    pub const fn note(&mut self, found: &Unsettled, mended: bool) {
        let count = match found {
            Unsettled::Message(State::Scheduled, _) => &mut self.scheduled,
            Unsettled::Message(State::Attempting, _) => &mut self.attempting,
            Unsettled::Message(..) => &mut self.queued,
            Unsettled::Release(..) => &mut self.releases,
            // It was held already.
            Unsettled::Business(_, false) if !mended => return,
            Unsettled::Business(..) => &mut self.businesses,
        };
        note(count, mended);
    }

    /// Notes an erasure that is undone, and whether it was done again.
    pub const fn note_erasure(&mut self, mended: bool) {
        note(&mut self.erasures, mended);
    }

    /// Each count, with words for what it counts.
    #[must_use]
    pub const fn counts(&self) -> [(&'static str, Count); 6] {
        [
            ("scheduled messages", self.scheduled),
            ("queued messages", self.queued),
            ("messages that were leaving", self.attempting),
            ("releases that were under way", self.releases),
            ("businesses whose tokens were not held", self.businesses),
            ("erasures that were undone", self.erasures),
        ]
    }

    /// How much was found and not made safe.
    #[must_use]
    pub fn left(&self) -> u64 {
        self.counts().iter().map(|(_, count)| count.found - count.mended).sum()
    }
}

const fn note(count: &mut Count, mended: bool) {
    count.found += 1;
    if mended {
        count.mended += 1;
    }
}

#[cfg(test)]
#[path = "restore_tests.rs"]
mod tests;

//! Which write is allowed over which item, as `shared/src/rules` states it.

use crate::design::{Design, Rule};
use crate::item::{Due, Item, Lease, State};
use crate::{MOST_RETURNS, REDEMPTIONS};

/// What a rule says of a write.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ruling<R> {
    /// It is done; the item becomes this.
    Apply(Item),
    /// It was done already, by this very writer.
    Own,
    /// It may not be done.
    Refused(R),
}

/// Why a redemption is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RedeemRefusal {
    /// Another call redeemed it.
    Used,
    /// It was taken back.
    Revoked,
}

/// Rules on a redemption by a call.
#[must_use]
pub fn redeem(design: &Design, old: &Item, call: u8) -> Ruling<RedeemRefusal> {
    let came_back = design.keeps(Rule::ReturnedRemembered) && old.returned.contains(&Some(call));
    if design.keeps(Rule::OwnRepeat) && (came_back || old.call == Some(call)) {
        return Ruling::Own;
    }
    match old.state {
        State::Granted if usize::from(old.redemption) < REDEMPTIONS => Ruling::Apply(redeemed(old, call)),
        State::Revoked => Ruling::Refused(RedeemRefusal::Revoked),
        _ => Ruling::Refused(RedeemRefusal::Used),
    }
}

fn redeemed(old: &Item, call: u8) -> Item {
    Item {
        state: State::Queued,
        redemption: old.redemption + 1,
        call: Some(call),
        attempts: 0,
        lease: Lease::None,
        unclear: false,
        due: Due::Never,
        ..*old
    }
}

/// What an attempt begins from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum From {
    /// A message that waits.
    Queue,
    /// An attempt of this epoch whose lease has ended.
    EndedLease(u8),
}

/// An attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Attempt {
    /// Whose.
    pub by: u8,
    /// The redemption whose message is to leave.
    pub redemption: u8,
    /// What it begins from.
    pub from: From,
    /// Whether the sweep is to look at it when the lease ends.
    pub watched: bool,
}

/// Why an attempt is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AttemptRefusal {
    /// The message does not wait.
    NotQueued,
    /// It waits for a later time.
    NotDue,
    /// Another worker is at it.
    LiveLease(u8),
    /// Another worker was at it, and its lease has ended.
    EndedLease(u8),
}

/// Rules on an attempt.
#[must_use]
pub fn attempt(design: &Design, old: &Item, attempt: Attempt) -> Ruling<AttemptRefusal> {
    if old.redemption == 0 || (old.redemption != attempt.redemption && design.keeps(Rule::HintNamesRedemption)) {
        return Ruling::Refused(AttemptRefusal::NotQueued);
    }
    let mine = old.attempt == Some(attempt.by);
    match old.state {
        State::Attempting if mine => Ruling::Own,
        State::Attempting if old.lease == Lease::Live => Ruling::Refused(AttemptRefusal::LiveLease(old.epoch)),
        State::Attempting if attempt.from == From::EndedLease(old.epoch) => Ruling::Apply(attempted(design, old, attempt)),
        State::Attempting => Ruling::Refused(AttemptRefusal::EndedLease(old.epoch)),
        State::Queued if mine || attempt.from != From::Queue => Ruling::Refused(AttemptRefusal::NotQueued),
        State::Queued if old.due == Due::Later => Ruling::Refused(AttemptRefusal::NotDue),
        State::Queued => Ruling::Apply(attempted(design, old, attempt)),
        _ if !design.keeps(Rule::AttemptFromQueue) => Ruling::Apply(attempted(design, old, attempt)),
        State::Granted | State::Sent | State::Failed | State::Unknown | State::Revoked => Ruling::Refused(AttemptRefusal::NotQueued),
    }
}

fn attempted(design: &Design, old: &Item, attempt: Attempt) -> Item {
    let taken_over = attempt.from != From::Queue && design.keeps(Rule::TakeOverIsUnclear);
    Item {
        state: State::Attempting,
        attempt: Some(attempt.by),
        epoch: old.epoch + 1,
        attempts: old.attempts + 1,
        lease: Lease::Live,
        unclear: old.unclear || taken_over,
        due: if attempt.watched { Due::Later } else { Due::Never },
        ..*old
    }
}

/// Has the sweep look at an attempt of this epoch when its lease ends; `None` when it is under way no more.
#[must_use]
pub fn watch(design: &Design, old: &Item, epoch: u8) -> Option<Item> {
    let due = if old.lease == Lease::Ended || !design.keeps(Rule::WatchWaits) { Due::Now } else { Due::Later };
    (old.state == State::Attempting && old.epoch == epoch).then_some(Item { due, ..*old })
}

/// What came of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Outcome {
    /// Delivered.
    Sent,
    /// Certainly not delivered, for good.
    Failed,
    /// Nobody can know.
    Unknown,
    /// Certainly not delivered, and the token is whole again.
    Returned,
    /// To be tried again.
    Parked {
        /// When.
        due: Due,
        /// Whether it may have been delivered.
        unclear: bool,
    },
}

/// The outcome as it may be recorded, over what the worker knows of the item.
#[must_use]
pub fn recorded(design: &Design, unclear: bool, returns: u8, outcome: Outcome) -> Outcome {
    match outcome {
        Outcome::Failed | Outcome::Returned if unclear && design.keeps(Rule::AmbiguitySticks) => Outcome::Unknown,
        Outcome::Returned if returns >= MOST_RETURNS => Outcome::Failed,
        other => other,
    }
}

/// What entitles a worker to settle.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Settler {
    /// It holds the attempt of this epoch.
    Attempt(u8),
    /// The lease of this epoch has ended, and no attempt may follow.
    EndedLease(u8),
}

/// A settlement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Settle {
    /// Whose.
    pub worker: u8,
    /// Of which redemption.
    pub redemption: u8,
    /// What entitles to it.
    pub by: Settler,
    /// What came of the message.
    pub outcome: Outcome,
}

/// Another worker, a revocation or a later redemption came first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LostLease;

/// Rules on a settlement.
#[must_use]
pub fn settle(design: &Design, old: &Item, settle: Settle) -> Ruling<LostLease> {
    if !design.keeps(Rule::ConditionalSettle) {
        return Ruling::Apply(settled(old, settle));
    }
    if old.redemption != settle.redemption && design.keeps(Rule::HintNamesRedemption) {
        return Ruling::Refused(LostLease);
    }
    let (entitled, own) = entitlement(design, old, settle);
    match (entitled, own) {
        (true, _) => Ruling::Apply(settled(old, settle)),
        (false, true) => Ruling::Own,
        (false, false) => Ruling::Refused(LostLease),
    }
}

/// Whether a settlement may be done, and if not, whether it was.
fn entitlement(design: &Design, old: &Item, settle: Settle) -> (bool, bool) {
    match settle.by {
        Settler::Attempt(_) if !design.keeps(Rule::AttemptFirst) => (old.state == State::Queued, false),
        Settler::Attempt(epoch) => {
            let mine = (old.epoch == epoch && old.attempt == Some(settle.worker)) || !design.keeps(Rule::Fence);
            (mine && old.state == State::Attempting, mine)
        }
        Settler::EndedLease(epoch) => {
            let ended = old.epoch == epoch && old.lease == Lease::Ended;
            (ended && old.state == State::Attempting, old.epoch == epoch && old.state == State::Unknown)
        }
    }
}

fn settled(old: &Item, settle: Settle) -> Item {
    let new = Item { lease: Lease::None, due: Due::Never, ..*old };
    match settle.outcome {
        Outcome::Sent => Item { state: State::Sent, ..new },
        Outcome::Failed => Item { state: State::Failed, ..new },
        Outcome::Unknown => Item { state: State::Unknown, ..new },
        Outcome::Parked { due, unclear } => Item { state: State::Queued, due, unclear: old.unclear || unclear, ..new },
        Outcome::Returned => {
            let mut returned = old.returned;
            if let Some(next) = returned.iter_mut().find(|call| call.is_none()) {
                *next = old.call;
            }
            Item { state: State::Granted, returned, ..new }
        }
    }
}

/// Why a revocation is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RevokeRefusal {
    /// The message is leaving the table.
    InFlight,
    /// It is over.
    Ended,
}

/// Rules on a revocation.
#[must_use]
pub fn revoke(design: &Design, old: &Item) -> Ruling<RevokeRefusal> {
    let revoked = |state| Ruling::Apply(Item { state, due: Due::Never, revoked: true, ..*old });
    let keeps_unclear = design.keeps(Rule::RevokeKeepsUnclear);
    match old.state {
        State::Queued if old.unclear && keeps_unclear => revoked(State::Unknown),
        State::Granted | State::Queued => revoked(State::Revoked),
        State::Attempting if !design.keeps(Rule::RevokeWaits) => revoked(State::Revoked),
        State::Revoked => Ruling::Own,
        State::Unknown if old.unclear && old.revoked => Ruling::Own,
        State::Attempting => Ruling::Refused(RevokeRefusal::InFlight),
        State::Sent | State::Failed | State::Unknown => Ruling::Refused(RevokeRefusal::Ended),
    }
}

use super::{Ruling, is_about, stepped_to};
use crate::address::OptinAddress;
use crate::call::CallId;
use crate::optin::{AttemptId, Delivery, Optin, Reason, State};
use crate::time::Timestamp;

/// The attempt command: a worker is about to let a message leave the table.
#[derive(Debug, Clone, Copy)]
pub struct Attempt {
    /// The opt-in's address.
    pub address: OptinAddress,
    /// Its ask.
    pub ask: CallId,
    /// The redemption whose message leaves.
    pub redemption: u32,
    /// Who attempts.
    pub attempt: AttemptId,
    /// When.
    pub now: Timestamp,
    /// Until when the worker may act.
    pub lease: Timestamp,
    /// What is attempted.
    pub from: AttemptFrom,
    /// Whether the sweep is to look at it when the lease ends. Where a stream record began the attempt it comes again
    /// if its worker dies; an attempt that a sweep begins has nothing but this.
    pub watched: bool,
}

/// What an attempt begins from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AttemptFrom {
    /// A message that waits in the queue.
    Queue,
    /// An attempt of this epoch whose lease has ended: only where the channel recognises repeats.
    EndedLease(u32),
}

/// Why an attempt is refused.
#[must_use]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AttemptRefusal {
    /// The message is not waiting to be sent: it was, or was revoked, or is another redemption's.
    NotQueued,
    /// It waits for a later time.
    NotDue,
    /// Another worker is at it until then.
    LiveLease {
        /// Its epoch.
        epoch: u32,
        /// The lease's end.
        until: Timestamp,
    },
    /// Another worker was at it and its lease has ended.
    EndedLease {
        /// Its epoch.
        epoch: u32,
    },
}

/// Rules on an attempt over the opt-in at its address.
pub fn attempt(standing: Option<&Optin>, attempt: &Attempt) -> Ruling<AttemptRefusal> {
    let Some(old) = standing.filter(|old| is_about(old, attempt.ask, attempt.redemption)) else {
        return Ruling::Refused(AttemptRefusal::NotQueued);
    };
    let Delivery { epoch, lease, due_at, .. } = old.delivery;
    let until = lease.unwrap_or(Timestamp::ZERO);
    let mine = old.delivery.attempt == Some(attempt.attempt);
    match old.state {
        State::Attempting if mine => Ruling::own(old),
        State::Attempting if until > attempt.now => Ruling::Refused(AttemptRefusal::LiveLease { epoch, until }),
        State::Attempting if attempt.from == AttemptFrom::EndedLease(epoch) => Ruling::apply(attempted(old, attempt)),
        State::Attempting => Ruling::Refused(AttemptRefusal::EndedLease { epoch }),
        State::Queued if mine || attempt.from != AttemptFrom::Queue => Ruling::Refused(AttemptRefusal::NotQueued),
        State::Queued if due_at.is_some_and(|due| due > attempt.now) => Ruling::Refused(AttemptRefusal::NotDue),
        State::Queued => Ruling::apply(attempted(old, attempt)),
        State::Confirming
        | State::Granted
        | State::Declined
        | State::Scheduled
        | State::Sent
        | State::Failed
        | State::Unknown
        | State::Revoked
        | State::Expired => Ruling::Refused(AttemptRefusal::NotQueued),
    }
}

/// The reason that an attempt's step gives.
#[must_use]
pub fn attempt_reason(from: AttemptFrom) -> Option<Reason> {
    match from {
        AttemptFrom::Queue => None,
        AttemptFrom::EndedLease(_) => Some(Reason::LeaseEnded),
    }
}

fn attempted(old: &Optin, attempt: &Attempt) -> Optin {
    let taken_over = attempt.from != AttemptFrom::Queue;
    let mut new = stepped_to(old, State::Attempting, attempt.now, attempt_reason(attempt.from));
    new.delivery = Delivery {
        attempt: Some(attempt.attempt),
        epoch: old.delivery.epoch + 1,
        attempts: old.delivery.attempts + 1,
        lease: Some(attempt.lease),
        unclear: old.delivery.unclear || taken_over,
        due_at: attempt.watched.then_some(attempt.lease),
    };
    new
}

/// The watch command: somebody found an attempt under way, and has the sweep look at it when its lease ends.
#[derive(Debug, Clone, Copy)]
pub struct Watch {
    /// The opt-in's address.
    pub address: OptinAddress,
    /// Its ask.
    pub ask: CallId,
    /// The attempt's epoch.
    pub epoch: u32,
    /// The lease's end.
    pub due_at: Timestamp,
}

/// Whether what `watch` means is still under way.
#[must_use]
pub fn is_under_way(standing: Option<&Optin>, watch: &Watch) -> bool {
    standing.is_some_and(|old| old.ask == watch.ask && old.state == State::Attempting && old.delivery.epoch == watch.epoch)
}

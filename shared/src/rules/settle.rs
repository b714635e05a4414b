use super::{Ruling, is_about, stepped_to};
use crate::address::OptinAddress;
use crate::business::ChannelKind;
use crate::call::CallId;
use crate::optin::{AttemptId, Optin, Reason, State};
use crate::retry::MOST_RETURNS;
use crate::time::Timestamp;

/// The settle command: a worker records what came of a message.
#[derive(Debug, Clone, Copy)]
pub struct Settle {
    /// The opt-in's address.
    pub address: OptinAddress,
    /// Its ask.
    pub ask: CallId,
    /// The redemption that is settled.
    pub redemption: u32,
    /// The call that made it: remembered, should the token be given back.
    pub call: CallId,
    /// When the grant was made, and for which channel: its place in the line, should the token be given back.
    pub granted_at: Timestamp,
    /// The channel.
    pub channel: ChannelKind,
    /// What entitles the worker to it.
    pub by: Settler,
    /// What came of it.
    pub outcome: Outcome,
    /// When.
    pub now: Timestamp,
}

/// What entitles a worker to settle.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Settler {
    /// It holds the attempt of this epoch.
    Attempt(AttemptId, u32),
    /// The message is queued in this version, so that nothing is leaving the table; this worker ends it under an
    /// attempt id of its own.
    Queue(AttemptId, u32),
    /// The lease of this epoch has ended, and no attempt may follow.
    EndedLease(u32),
    /// The table was restored, and nothing works on it: whoever settles it read the message in this version, waiting for
    /// its time, queued or leaving, and what came of it since is not known.
    Restored(u32),
}

/// What came of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// Delivered.
    Sent,
    /// Certainly not delivered, for good.
    Failed(Reason),
    /// Nobody can know.
    Unknown(Reason),
    /// Certainly not delivered, and the token is whole again.
    Returned(Reason),
    /// To be tried again at that time.
    Parked {
        /// When.
        due_at: Timestamp,
        /// Why not now.
        reason: Reason,
        /// Whether it may have been delivered.
        unclear: bool,
    },
}

impl Outcome {
    /// The state that it leads to, and the reason that its step gives.
    #[must_use]
    pub const fn leads_to(self) -> (State, Reason) {
        match self {
            Self::Sent => (State::Sent, Reason::Accepted),
            Self::Failed(reason) => (State::Failed, reason),
            Self::Unknown(reason) => (State::Unknown, reason),
            Self::Returned(reason) => (State::Granted, reason),
            Self::Parked { reason, .. } => (State::Queued, reason),
        }
    }
}

/// Why a settlement is refused: another worker, a revocation or a later redemption came first.
#[must_use]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LostLease;

/// Rules on a settlement over the opt-in at its address.
pub fn settle(standing: Option<&Optin>, settle: &Settle) -> Ruling<LostLease> {
    let Some(old) = standing.filter(|old| is_about(old, settle.ask, settle.redemption)) else {
        return Ruling::Refused(LostLease);
    };
    let delivery = &old.delivery;
    let (entitled, own) = match settle.by {
        Settler::Attempt(attempt, epoch) => {
            let mine = delivery.epoch == epoch && delivery.attempt == Some(attempt);
            (mine && old.state == State::Attempting, mine)
        }
        Settler::Queue(attempt, version) => (old.state == State::Queued && old.version == version, delivery.attempt == Some(attempt)),
        Settler::EndedLease(epoch) => {
            let ended = delivery.epoch == epoch && delivery.lease.is_some_and(|lease| lease <= settle.now);
            (ended && old.state == State::Attempting, delivery.epoch == epoch && old.state == State::Unknown)
        }
        Settler::Restored(version) => {
            let is_open = matches!(old.state, State::Scheduled | State::Queued | State::Attempting);
            (is_open && old.version == version, old.state == State::Unknown && old.version == version + 1)
        }
    };
    match (entitled, own) {
        (true, _) => Ruling::apply(settled(old, settle)),
        (false, true) => Ruling::own(old),
        (false, false) => Ruling::Refused(LostLease),
    }
}

/// The outcome as it may be recorded: ambiguity sticks, and a token is given back only so often.
#[must_use]
pub fn recorded(old: &Optin, outcome: Outcome) -> Outcome {
    match outcome {
        Outcome::Failed(reason) | Outcome::Returned(reason) if old.delivery.unclear => Outcome::Unknown(reason),
        Outcome::Returned(_) if old.returned.len() >= MOST_RETURNS => Outcome::Failed(Reason::ReturnedTooOften),
        other => other,
    }
}

fn settled(old: &Optin, settle: &Settle) -> Optin {
    let (state, reason) = settle.outcome.leads_to();
    let mut new = stepped_to(old, state, settle.now, Some(reason));
    new.delivery.lease = None;
    new.delivery.due_at = None;
    if let Settler::Queue(attempt, _) = settle.by {
        new.delivery.attempt = Some(attempt);
    }
    match settle.outcome {
        Outcome::Parked { due_at, unclear, .. } => {
            new.delivery.due_at = Some(due_at);
            new.delivery.unclear |= unclear;
        }
        Outcome::Returned(_) => {
            new.returned.push(settle.call);
            new.message = None;
            new.release = None;
        }
        Outcome::Sent | Outcome::Failed(_) | Outcome::Unknown(_) => {}
    }
    new
}

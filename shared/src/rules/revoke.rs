use super::{Ruling, stepped_to};
use crate::address::OptinAddress;
use crate::call::CallId;
use crate::optin::{Optin, Reason, State};
use crate::time::Timestamp;

/// The revoke command: the person or the business takes a grant back.
#[derive(Debug, Clone, Copy)]
pub struct Revoke {
    /// The opt-in's address.
    pub address: OptinAddress,
    /// Its ask.
    pub ask: CallId,
    /// Who wants it: [`Reason::ByPerson`], [`Reason::ByBusiness`] or [`Reason::Blocked`]; [`Reason::Restored`] where
    /// it may have been redeemed before a restore.
    pub reason: Reason,
    /// When.
    pub now: Timestamp,
}

/// Why a revocation is refused.
#[must_use]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RevokeRefusal {
    /// No such opt-in stands.
    Unknown,
    /// Its message is leaving the table right now.
    InFlight,
    /// It is over.
    Ended(State),
}

/// Rules on a revocation over the opt-in at its address.
pub fn revoke(standing: Option<&Optin>, revoke: &Revoke) -> Ruling<RevokeRefusal> {
    let Some(old) = standing.filter(|old| old.ask == revoke.ask) else {
        return Ruling::Refused(RevokeRefusal::Unknown);
    };
    match old.state {
        State::Confirming | State::Granted | State::Scheduled | State::Queued => {
            let mut new = stepped_to(old, revoked_state(old), revoke.now, Some(revoke.reason));
            new.delivery.due_at = None;
            Ruling::apply(new)
        }
        State::Revoked => Ruling::own(old),
        State::Unknown if old.delivery.unclear && old.reason() == Some(revoke.reason) => Ruling::own(old),
        State::Attempting => Ruling::Refused(RevokeRefusal::InFlight),
        State::Declined | State::Sent | State::Failed | State::Unknown | State::Expired => Ruling::Refused(RevokeRefusal::Ended(old.state)),
    }
}

/// Where a revocation leads. No attempt begins after it; but a message that may have gone out before is not made
/// unsent by it: ambiguity sticks.
fn revoked_state(old: &Optin) -> State {
    if old.state == State::Queued && old.delivery.unclear { State::Unknown } else { State::Revoked }
}

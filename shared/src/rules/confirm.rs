//! A typed address is its person's once a link that was sent there is confirmed; the opt-in counts as granted from then on.

use super::{Ruling, stepped_to};
use crate::address::OptinAddress;
use crate::call::CallId;
use crate::optin::{Optin, State, TOKEN_LIFE};
use crate::time::Timestamp;

/// The confirm command: whoever reads what is sent to the address confirms it.
#[derive(Debug, Clone, Copy)]
pub struct Confirm {
    /// The opt-in's address in the table.
    pub address: OptinAddress,
    /// Its ask.
    pub ask: CallId,
    /// The hash of the address that is confirmed: a link that went to a mistyped one confirms no other.
    pub hash: [u8; 16],
    /// When.
    pub now: Timestamp,
}

/// Why a confirmation is refused.
#[must_use]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ConfirmRefusal {
    /// Another address or answer has taken its place, or it was taken back before it was confirmed.
    Superseded,
    /// It was not confirmed in time.
    Expired,
}

/// Rules on a confirmation over the opt-in at its address.
pub fn confirm(standing: Option<&Optin>, confirm: &Confirm) -> Ruling<ConfirmRefusal> {
    let is_its_own = |old: &&Optin| old.ask == confirm.ask && old.leads_to(confirm.hash);
    let Some(old) = standing.filter(is_its_own) else {
        return Ruling::Refused(ConfirmRefusal::Superseded);
    };
    match old.state {
        State::Confirming if old.has_lapsed(confirm.now) => Ruling::Refused(ConfirmRefusal::Expired),
        State::Confirming => Ruling::apply(confirmed(old, confirm.now)),
        _ if was_granted(old) => Ruling::own(old),
        State::Expired => Ruling::Refused(ConfirmRefusal::Expired),
        _ => Ruling::Refused(ConfirmRefusal::Superseded),
    }
}

fn was_granted(old: &Optin) -> bool {
    old.timeline.iter().any(|step| step.state == State::Granted)
}

fn confirmed(old: &Optin, now: Timestamp) -> Optin {
    let mut new = stepped_to(old, State::Granted, now, None);
    new.answered_at = now;
    new.expires_at = now + TOKEN_LIFE;
    new.delivery.due_at = None;
    new.delivery.attempts = 0;
    new
}

/// The remind command: when a link that could not be sent is to be sent again. No transition.
#[derive(Debug, Clone, Copy)]
pub struct Remind {
    /// The opt-in's address in the table.
    pub address: OptinAddress,
    /// Its ask.
    pub ask: CallId,
    /// The hash of the address that it is sent to.
    pub hash: [u8; 16],
    /// How often it was tried, as the worker saw it: of two workers one goes on.
    pub seen: u32,
    /// When it is tried again; not any more when missing.
    pub due_at: Option<Timestamp>,
}

/// The opt-in after a reminder was set; `None` where it does not wait for its confirmation any more.
#[must_use]
pub fn remind(standing: Option<&Optin>, remind: &Remind) -> Option<Optin> {
    let waits = |old: &&Optin| {
        let is_its_own = old.ask == remind.ask && old.leads_to(remind.hash);
        is_its_own && old.state == State::Confirming && old.delivery.attempts == remind.seen
    };
    let mut new = standing.filter(waits)?.clone();
    new.delivery.attempts += 1;
    new.delivery.due_at = remind.due_at;
    Some(new)
}

//! What businesses, releases and the sweep do.

use std::time::Duration;

use super::Form;
use super::shown::{of_call, ruled};
use super::standing::{FIRST, address, at, attempt_id, call, granted, message, release_key};
use crate::business::ChannelKind;
use crate::call::{Call, CallId};
use crate::optin::{Occupant, Optin, Reason};
use crate::rules::*;
use crate::time::Timestamp;

/// When a command comes that nothing else is said of.
pub(super) const NOW: Timestamp = Timestamp::from_millis(1_764_000_000_000 + 1_000_000);
/// The least span of time.
pub(super) const MILLI: Duration = Duration::from_millis(1);
const SKEW: Duration = Duration::from_secs(5);

/// An ask that none of the standings answers.
pub(super) fn other_ask() -> CallId {
    call(9, 9)
}

/// What stands at the address, and the opt-in that commands are about: where none stands, one that was granted.
pub(super) struct Over<'a> {
    pub(super) standing: Option<&'a Occupant>,
    pub(super) old: Optin,
}

impl<'a> Over<'a> {
    pub(super) fn new(standing: Option<&'a Occupant>) -> Self {
        let old = standing.cloned().and_then(Occupant::optin).unwrap_or_else(granted);
        Self { standing, old }
    }

    pub(super) fn optin(&self) -> Option<&Optin> {
        match self.standing {
            Some(Occupant::Optin(optin)) => Some(optin),
            Some(Occupant::Erased(_)) | None => None,
        }
    }

    /// The number of its redemption.
    pub(super) fn number(&self) -> u32 {
        self.old.redemption.as_ref().map_or(1, |redemption| redemption.number)
    }

    /// The call of its redemption.
    pub(super) fn call(&self) -> CallId {
        self.old.redemption.as_ref().map_or(call(FIRST, 1), |redemption| redemption.call)
    }

    /// The call whose redemption came back first.
    pub(super) fn returned(&self) -> CallId {
        self.old.returned.first().copied().unwrap_or(call(8, 8))
    }

    /// When it is due.
    pub(super) fn due_at(&self) -> Timestamp {
        self.old.delivery.due_at.unwrap_or(at(3_000))
    }
}

fn redemption(over: &Over) -> Redeem {
    let call = Call { id: call(40, 2), keyed: true };
    Redeem { address: address(), ask: over.old.ask, call, message: message(), send_at: None, now: NOW }
}

fn revocation(over: &Over) -> Revoke {
    Revoke { address: address(), ask: over.old.ask, reason: Reason::ByPerson, now: NOW }
}

pub(super) fn redemptions_of_another_ask(over: &Over) -> Vec<Form> {
    let ruling = redeem(over.optin(), &Redeem { ask: other_ask(), ..redemption(over) });
    vec![("right", ruled(over.optin(), NOW, ruling))]
}

pub(super) fn revocations_of_another_ask(over: &Over) -> Vec<Form> {
    let ruling = revoke(over.optin(), &Revoke { ask: other_ask(), ..revocation(over) });
    vec![("right", ruled(over.optin(), NOW, ruling))]
}

pub(super) fn redemptions(over: &Over) -> Vec<Form> {
    let keyed = |id| Call { id, keyed: true };
    let unkeyed = |id| Call { id, keyed: false };
    let right = redemption(over);
    let by = |call| Redeem { call, ..right.clone() };
    let sent_at = |send_at| Redeem { send_at: Some(send_at), ..right.clone() };
    let (ends, latest) = (over.old.expires_at, latest_send_at(over.old.expires_at));
    let reused = |id: CallId| call(id.caller()[0], 2);
    let forms = [
        ("right", right.clone()),
        ("own repeat", by(keyed(over.call()))),
        ("own key reused", by(keyed(reused(over.call())))),
        ("same request, another key", by(keyed(call(40, 1)))),
        ("same request, no key", by(unkeyed(call(40, 1)))),
        ("another request, no key", by(unkeyed(call(40, 2)))),
        ("repeat of what came back", by(keyed(over.returned()))),
        ("key reused of what came back", by(keyed(reused(over.returned())))),
        ("1 ms before expiry", Redeem { now: ends.before(MILLI), ..right.clone() }),
        ("at expiry", Redeem { now: ends, ..right.clone() }),
        ("sent at once by its time", sent_at(NOW)),
        ("sent in 1 ms", sent_at(NOW + MILLI)),
        ("sent as late as may be", sent_at(latest)),
        ("sent 1 ms later", sent_at(latest + MILLI)),
    ];
    let ruling = |command: &Redeem| ruled(over.optin(), command.now, redeem(over.optin(), command));
    let ruling = |command: &Redeem| ruling(command).replace(&of_call(&command.call.id), "call");
    forms.iter().map(|(name, command)| (*name, ruling(command))).collect()
}

pub(super) fn takes(over: &Over) -> Vec<Form> {
    let ends = over.old.expires_at;
    let right = Take { address: address(), release: release_key(), call: call(40, 2), to_inbox: None, now: NOW };
    let to_inbox = Take { to_inbox: Some(attempt_id(9)), ..right };
    let forms = [
        ("right", right),
        ("to the inbox", to_inbox),
        ("own repeat", Take { call: over.call(), ..right }),
        ("own repeat to the inbox", Take { call: over.call(), ..to_inbox }),
        ("own caller, another step", Take { call: call(over.call().caller()[0], 2), ..right }),
        ("caller of what came back", Take { call: call(over.returned().caller()[0], 2), ..right }),
        ("1 ms before expiry", Take { now: ends.before(MILLI), ..right }),
        ("at expiry", Take { now: ends, ..right }),
    ];
    let ruling = |command: &Take| ruled(over.optin(), command.now, take(over.optin(), command));
    let ruling = |command: &Take| ruling(command).replace(&of_call(&command.call), "call");
    forms.iter().map(|(name, command)| (*name, ruling(command))).collect()
}

pub(super) fn revocations(over: &Over) -> Vec<Form> {
    let right = revocation(over);
    let forms = [
        ("by the person", right),
        ("by the business", Revoke { reason: Reason::ByBusiness, ..right }),
        ("by a block", Revoke { reason: Reason::Blocked, ..right }),
        ("by a restore", Revoke { reason: Reason::Restored, ..right }),
    ];
    let ruling = |command: &Revoke| ruled(over.optin(), command.now, revoke(over.optin(), command));
    let ruling = |command: &Revoke| ruling(command).replace(command.reason.word(), "its reason");
    forms.iter().map(|(name, command)| (*name, ruling(command))).collect()
}

pub(super) fn lapses(over: &Over) -> Vec<Form> {
    let over_for_all = over.old.expires_at + SKEW;
    let right = Lapse { address: address(), ask: over.old.ask, now: over_for_all, skew: SKEW };
    let forms = [
        ("right", right),
        ("1 ms earlier", Lapse { now: over_for_all.before(MILLI), ..right }),
        ("1 ms later", Lapse { now: over_for_all + MILLI, ..right }),
        ("another ask", Lapse { ask: other_ask(), ..right }),
    ];
    forms.map(|(name, command)| (name, ruled(over.optin(), command.now, lapse(over.optin(), &command)))).to_vec()
}

pub(super) fn starts(over: &Over) -> Vec<Form> {
    let (due, ends) = (over.due_at() + SKEW, over.old.expires_at.before(SKEW));
    let right = Start { address: address(), ask: over.old.ask, redemption: over.number(), now: due, skew: SKEW };
    let forms = [
        ("right", right),
        ("1 ms earlier", Start { now: due.before(MILLI), ..right }),
        ("1 ms before the token may have ended", Start { now: ends.before(MILLI), ..right }),
        ("when the token may have ended", Start { now: ends, ..right }),
        ("another ask", Start { ask: other_ask(), ..right }),
        ("another redemption", Start { redemption: over.number() + 1, ..right }),
    ];
    forms.map(|(name, command)| (name, ruled(over.optin(), command.now, start(over.optin(), &command)))).to_vec()
}

pub(super) fn cancellations(over: &Over) -> Vec<Form> {
    let right = Cancel {
        address: address(),
        ask: over.old.ask,
        redemption: over.number(),
        call: over.call(),
        granted_at: over.old.answered_at,
        channel: ChannelKind::Webhook,
        now: NOW,
    };
    let forms = [
        ("right", right),
        ("repeat of what came back", Cancel { redemption: 1, call: over.returned(), ..right }),
        ("another ask", Cancel { ask: other_ask(), ..right }),
        ("another redemption", Cancel { redemption: over.number() + 1, call: call(40, 2), ..right }),
    ];
    forms.map(|(name, command)| (name, ruled(over.optin(), command.now, cancel(over.optin(), &command)))).to_vec()
}

pub(super) fn reschedulings(over: &Over) -> Vec<Form> {
    let latest = latest_send_at(over.old.expires_at);
    let (ask, redemption) = (over.old.ask, over.number());
    let right = Reschedule { address: address(), ask, redemption, send_at: at(20_000), now: NOW };
    let forms = [
        ("right", right),
        ("own repeat", Reschedule { send_at: over.due_at(), ..right }),
        ("to now", Reschedule { send_at: NOW, ..right }),
        ("to 1 ms from now", Reschedule { send_at: NOW + MILLI, ..right }),
        ("as late as may be", Reschedule { send_at: latest, ..right }),
        ("1 ms later", Reschedule { send_at: latest + MILLI, ..right }),
        ("another ask", Reschedule { ask: other_ask(), ..right }),
        ("another redemption", Reschedule { redemption: redemption + 1, ..right }),
    ];
    forms.map(|(name, command)| (name, ruled(over.optin(), command.now, reschedule(over.optin(), &command)))).to_vec()
}

//! What workers do with a message.

use super::Form;
use super::commands::{MILLI, NOW, Over, other_ask};
use super::shown::ruled;
use super::standing::{address, at, attempt_id};
use crate::optin::{AttemptId, Reason};
use crate::rules::*;
use crate::time::Timestamp;

/// The attempt id, epoch and lease that a worker knows; where there was none, such as no opt-in has.
fn known(over: &Over) -> (AttemptId, u32, Timestamp) {
    let delivery = &over.old.delivery;
    (delivery.attempt.unwrap_or(attempt_id(77)), delivery.epoch, delivery.lease.unwrap_or(at(2_000)))
}

pub(super) fn attempts(over: &Over) -> Vec<Form> {
    let (own, epoch, lease) = known(over);
    let (ask, redemption, due) = (over.old.ask, over.number(), over.due_at());
    let (attempt_id, until) = (attempt_id(9), at(60_000));
    let from = AttemptFrom::Queue;
    let right = Attempt { address: address(), ask, redemption, attempt: attempt_id, now: due, lease: until, from, watched: false };
    let ended = Attempt { from: AttemptFrom::EndedLease(epoch), now: lease, ..right };
    let forms = [
        ("right", right),
        ("watched", Attempt { watched: true, ..right }),
        ("1 ms before due", Attempt { now: due.before(MILLI), ..right }),
        ("1 ms after due", Attempt { now: due + MILLI, ..right }),
        ("another ask", Attempt { ask: other_ask(), ..right }),
        ("another redemption", Attempt { redemption: redemption + 1, ..right }),
        ("own id", Attempt { attempt: own, ..right }),
        ("from the lease", ended),
        ("from the lease, watched", Attempt { watched: true, ..ended }),
        ("from the lease, 1 ms early", Attempt { now: lease.before(MILLI), ..ended }),
        ("from the lease, 1 ms late", Attempt { now: lease + MILLI, ..ended }),
        ("from the lease of another epoch", Attempt { from: AttemptFrom::EndedLease(epoch + 1), ..ended }),
        ("from the lease, own id", Attempt { attempt: own, ..ended }),
        ("from the queue, 1 ms before the lease's end", Attempt { now: lease.before(MILLI), ..right }),
        ("from the queue, at the lease's end", Attempt { now: lease, ..right }),
    ];
    forms.map(|(name, command)| (name, ruled(over.optin(), command.now, attempt(over.optin(), &command)))).to_vec()
}

pub(super) fn watches(over: &Over) -> Vec<Form> {
    let epoch = over.old.delivery.epoch;
    let right = Watch { address: address(), ask: over.old.ask, epoch, due_at: at(60_000) };
    let forms =
        [("right", right), ("another ask", Watch { ask: other_ask(), ..right }), ("another epoch", Watch { epoch: epoch + 1, ..right })];
    let ruling = |command: &Watch| if is_under_way(over.optin(), command) { "under way" } else { "not under way" };
    forms.iter().map(|(name, command)| (*name, ruling(command).to_owned())).collect()
}

fn outcomes() -> [(&'static str, Outcome); 6] {
    let parked = |unclear| Outcome::Parked { due_at: at(90_000), reason: Reason::Busy, unclear };
    [
        ("sent", Outcome::Sent),
        ("failed", Outcome::Failed(Reason::Gone)),
        ("unknown", Outcome::Unknown(Reason::LeaseEnded)),
        ("returned", Outcome::Returned(Reason::Refused)),
        ("parked", parked(false)),
        ("parked unclear", parked(true)),
    ]
}

fn settlement(over: &Over) -> Settle {
    let (own, epoch, _) = known(over);
    Settle {
        address: address(),
        ask: over.old.ask,
        redemption: over.number(),
        call: over.call(),
        granted_at: over.old.answered_at,
        channel: over.old.channel,
        by: Settler::Attempt(own, epoch),
        outcome: Outcome::Sent,
        now: NOW,
    }
}

/// Each outcome by whoever attempted last.
pub(super) fn settlements(over: &Over) -> Vec<Form> {
    let right = settlement(over);
    let ruling = |outcome| ruled(over.optin(), NOW, settle(over.optin(), &Settle { outcome, ..right }));
    outcomes().map(|(name, outcome)| (name, ruling(outcome))).to_vec()
}

/// One outcome by everything that may entitle to it.
pub(super) fn rights(over: &Over) -> Vec<Form> {
    let (own, epoch, lease) = known(over);
    let version = over.old.version;
    let right = settlement(over);
    let by = |by| Settle { by, ..right };
    let ended = Settle { now: lease, outcome: Outcome::Unknown(Reason::LeaseEnded), ..by(Settler::EndedLease(epoch)) };
    let restored = |version| Settle { outcome: Outcome::Unknown(Reason::Restored), ..by(Settler::Restored(version)) };
    let forms = [
        ("attempt", right),
        ("another ask", Settle { ask: other_ask(), ..right }),
        ("another redemption", Settle { redemption: right.redemption + 1, ..right }),
        ("attempt of another epoch", by(Settler::Attempt(own, epoch + 1))),
        ("attempt of another id", by(Settler::Attempt(attempt_id(9), epoch))),
        ("queue", by(Settler::Queue(attempt_id(9), version))),
        ("queue, another version", by(Settler::Queue(attempt_id(9), version + 1))),
        ("queue, own id, another version", by(Settler::Queue(own, version + 1))),
        ("ended lease", ended),
        ("ended lease, 1 ms early", Settle { now: lease.before(MILLI), ..ended }),
        ("ended lease, 1 ms late", Settle { now: lease + MILLI, ..ended }),
        ("ended lease of another epoch", Settle { by: Settler::EndedLease(epoch + 1), ..ended }),
        ("restored", restored(version)),
        ("restored, one version back", restored(version - 1)),
        ("restored, one version ahead", restored(version + 1)),
    ];
    forms.map(|(name, command)| (name, ruled(over.optin(), command.now, settle(over.optin(), &command)))).to_vec()
}

/// Each outcome as it may be recorded.
pub(super) fn records(over: &Over) -> Vec<Form> {
    let Some(old) = over.optin() else {
        return Vec::new();
    };
    let shown = |outcome| match recorded(old, outcome) {
        same if same == outcome => "as it is".to_owned(),
        other => format!("as {other:?}"),
    };
    outcomes().map(|(name, outcome)| (name, shown(outcome))).to_vec()
}

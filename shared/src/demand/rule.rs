//! What a committed write adds to the counts of a topic, of a day, and of a release.

use super::{Counter, Day, Scope, Tally};
use crate::names::{BusinessId, Topic};
use crate::optin::{Occupant, Optin, State};
use crate::person::Person;
use crate::store::Change;
use crate::time::Timestamp;

/// What one committed write adds to the counts of a topic, a day or a release.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Counted {
    /// What it is counted of.
    pub of: Scope,
    /// Whose topic it is and what it is called, where the write says: an ask holds its topic's key alone, and a
    /// release is listed already.
    pub name: Option<(BusinessId, Topic)>,
    /// What is added.
    pub tally: Tally,
}

/// What a committed write adds: nothing, or something of a topic, of a day, of a release.
#[must_use]
pub fn of_change(change: &Change) -> Vec<Counted> {
    match change {
        Change::Person { old, new } => {
            let asked = of_ask(old.as_deref(), new);
            let day = asked.as_ref().and_then(|asked| of_day(&asked.tally, &new.business, new.register.slots().first()?.at));
            asked.into_iter().chain(day).collect()
        }
        Change::Optin { old, new } => {
            let (old, new) = (old.as_ref(), new.as_ref());
            let of_topic = of_optin(old, new);
            let day = of_topic.as_ref().zip(standing(new).or(standing(old)));
            let day = day.and_then(|(counted, optin)| of_day(&counted.tally, &optin.business, happened_at(optin)));
            of_topic.into_iter().chain(day).chain(of_released(old, new)).collect()
        }
        Change::Release(_) => Vec::new(),
    }
}

/// The same of the day on which it came to pass: the write itself says when, so that a repeat comes to the same day.
fn of_day(tally: &Tally, business: &BusinessId, at: Timestamp) -> Option<Counted> {
    let tally = tally.of_a_day();
    (!tally.is_empty()).then(|| Counted { of: Scope::Day(business.clone(), Day::of(at)), name: None, tally })
}

fn happened_at(optin: &Optin) -> Timestamp {
    optin.timeline.last().map_or(optin.answered_at, |step| step.at)
}

/// A new ask is a new front slot in the register; a block or an erasure leaves it as it was.
fn of_ask(old: Option<&Person>, new: &Person) -> Option<Counted> {
    let front = new.register.slots().first()?;
    if old.and_then(|old| old.register.slots().first()) == Some(front) {
        return None;
    }
    let mut tally = Tally::default();
    tally.add(Counter::Asked, 1);
    Some(Counted { of: Scope::Topic(front.topic), name: None, tally })
}

fn of_optin(old: Option<&Occupant>, new: Option<&Occupant>) -> Option<Counted> {
    let (before, after) = (standing(old), standing(new));
    let named = after.or(before)?;
    let mut tally = Tally::default();
    tally.add(Counter::Waiting, waits(after) - waits(before));
    tally.add(Counter::Redeemed, i64::from(after.is_some_and(|after| is_redeemed_anew(before, after))));
    if let Some(before) = before.filter(|before| has_lapsed_unsaid(before, new)) {
        tally.add(Counter::Expired, waits(Some(before)));
    }
    if let Some(counter) = after.and_then(|after| reached(before, after)) {
        tally.add(counter, 1);
    }
    let name = Some((named.business.clone(), named.topic.clone()));
    (!tally.is_empty()).then_some(Counted { of: Scope::Topic(named.address.topic), name, tally })
}

/// What the write adds to the counts of the release that redeemed the opt-in. One that was given back names the release
/// in its old image alone; one that a release puts into an inbox is taken and sent at once.
fn of_released(old: Option<&Occupant>, new: Option<&Occupant>) -> Option<Counted> {
    let (before, after) = (standing(old), standing(new));
    let mut tally = Tally::default();
    let release = match (before, after) {
        (before, Some(after)) => {
            if after.release.is_some() && is_redeemed_anew(before, after) {
                tally.add(Counter::Taken, 1);
            }
            if let Some(counter) = reached(before, after) {
                tally.add(counter, 1);
            }
            let before = before.filter(|before| before.ask == after.ask);
            after.release.or(before.and_then(|before| before.release))
        }
        // Whatever had not ended will not be heard of again.
        (Some(before), None) if !before.state.is_end() => {
            tally.add(Counter::Erased, 1);
            before.release
        }
        _ => None,
    };
    (!tally.is_empty()).then_some(Counted { of: Scope::Release(release?), name: None, tally })
}

/// Whether the write redeems. One that was given back, and so waits again, keeps the number of its last redemption.
fn is_redeemed_anew(before: Option<&Optin>, after: &Optin) -> bool {
    let number = |optin: &Optin| optin.redemption.as_ref().map(|redemption| redemption.number);
    number(after) != before.filter(|before| before.ask == after.ask).and_then(number)
}

fn standing(occupant: Option<&Occupant>) -> Option<&Optin> {
    match occupant {
        Some(Occupant::Optin(optin)) => Some(optin),
        Some(Occupant::Erased(_)) | None => None,
    }
}

fn waits(optin: Option<&Optin>) -> i64 {
    i64::from(optin.is_some_and(|optin| optin.state == State::Granted))
}

/// Only a grant that has lapsed is replaced by a later answer, or forgotten by the table. An erasure takes any.
fn has_lapsed_unsaid(before: &Optin, new: Option<&Occupant>) -> bool {
    match new {
        Some(Occupant::Optin(new)) => new.ask != before.ask,
        Some(Occupant::Erased(_)) => false,
        None => true,
    }
}

/// What the opt-in has come to by this write; nothing when it is in the state that it was in, or on its way.
fn reached(before: Option<&Optin>, after: &Optin) -> Option<Counter> {
    let before = before.filter(|before| before.ask == after.ask);
    if before.is_some_and(|before| before.state == after.state) {
        return None;
    }
    match after.state {
        // What was never granted comes to nothing that is counted; once it is confirmed it counts as any grant.
        State::Revoked | State::Expired if before.is_some_and(|before| before.state == State::Confirming) => None,
        State::Granted if before.is_some_and(|before| before.state != State::Confirming) => Some(Counter::Returned),
        State::Granted => Some(Counter::Granted),
        State::Declined => Some(Counter::Declined),
        State::Sent => Some(Counter::Sent),
        // Every failure is recorded with its reason.
        State::Failed => after.reason().map(Counter::Failed),
        State::Unknown => Some(Counter::Unknown),
        State::Revoked => Some(Counter::Revoked),
        State::Expired => Some(Counter::Expired),
        State::Confirming | State::Scheduled | State::Queued | State::Attempting => None,
    }
}

#[cfg(test)]
#[path = "rule_tests.rs"]
mod tests;

//! What a committed write adds to a topic's counts.

use super::{Counter, Tally};
use crate::address::TopicKey;
use crate::names::{BusinessId, Topic};
use crate::optin::{Occupant, Optin, State};
use crate::person::Person;
use crate::store::Change;

/// What one committed write adds to a topic's counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Counted {
    /// The topic.
    pub topic: TopicKey,
    /// Whose topic it is and what it is called, where the write says: an ask holds its topic's key alone.
    pub name: Option<(BusinessId, Topic)>,
    /// What is added.
    pub tally: Tally,
}

/// What a committed write adds, if anything.
#[must_use]
pub fn of_change(change: &Change) -> Option<Counted> {
    match change {
        Change::Person { old, new } => of_ask(old.as_deref(), new),
        Change::Optin { old, new } => of_optin(old.as_ref(), new.as_ref()),
        Change::Release(_) => None,
    }
}

/// A new ask is a new front slot in the register; a block or an erasure leaves it as it was.
fn of_ask(old: Option<&Person>, new: &Person) -> Option<Counted> {
    let front = new.register.slots().first()?;
    if old.and_then(|old| old.register.slots().first()) == Some(front) {
        return None;
    }
    let mut tally = Tally::default();
    tally.add(Counter::Asked, 1);
    Some(Counted { topic: front.topic, name: None, tally })
}

fn of_optin(old: Option<&Occupant>, new: Option<&Occupant>) -> Option<Counted> {
    let (before, after) = (standing(old), standing(new));
    let named = after.or(before)?;
    let mut tally = Tally::default();
    tally.add(Counter::Waiting, waits(after) - waits(before));
    if let Some(before) = before.filter(|before| has_lapsed_unsaid(before, new)) {
        tally.add(Counter::Expired, waits(Some(before)));
    }
    if let Some(counter) = after.and_then(|after| reached(before, after)) {
        tally.add(counter, 1);
    }
    let name = Some((named.business.clone(), named.topic.clone()));
    (!tally.is_empty()).then_some(Counted { topic: named.address.topic, name, tally })
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
        State::Granted if before.is_some() => Some(Counter::Returned),
        State::Granted => Some(Counter::Granted),
        State::Declined => Some(Counter::Declined),
        State::Sent => Some(Counter::Sent),
        // Every failure is recorded with its reason.
        State::Failed => after.reason().map(Counter::Failed),
        State::Unknown => Some(Counter::Unknown),
        State::Revoked => Some(Counter::Revoked),
        State::Expired => Some(Counter::Expired),
        State::Scheduled | State::Queued | State::Attempting => None,
    }
}

#[cfg(test)]
#[path = "rule_tests.rs"]
mod tests;

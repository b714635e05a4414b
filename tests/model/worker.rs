//! What a worker does, as `adapters/src/delivery/message.rs` has it.

use crate::MOST_ATTEMPTS;
use crate::actions::{Fate, Verdict};
use crate::design::{Channel, Design, Rule};
use crate::item::{Due, Item, Lease, State};
use crate::rules::{Attempt, AttemptRefusal, From, LostLease, Outcome, Ruling, Settle, Settler, attempt, recorded, settle, watch};
use crate::state::{Driver, Held, Worker, World};

/// A worker goes on to something. Whoever begins draws a new attempt id: an old one of its own is nobody's.
pub(crate) fn becomes(world: &mut World, slot: u8, next: Worker) {
    if matches!(next, Worker::Begins { .. }) && world.item.attempt == Some(slot) {
        world.item.attempt = None;
    }
    world.workers[usize::from(slot)] = next;
}

/// A worker dies. The stream brings its hint again, a sweep leaves nothing behind.
pub(crate) fn dies(world: &mut World, slot: u8) -> Option<()> {
    world.goes_wrong()?;
    if let Driver::Stream(redemption) = world.workers[usize::from(slot)].driver()? {
        world.hints[usize::from(redemption) - 1] += 1;
    }
    becomes(world, slot, Worker::Idle);
    Some(())
}

/// A write is done; what its worker does next depends on the answer.
fn writes(world: &mut World, slot: u8, item: Item, fate: Fate, next: Worker) -> Option<()> {
    world.item = item;
    match fate {
        Fate::Answered => becomes(world, slot, next),
        Fate::Lost => return world.goes_wrong(),
        Fate::Died => return dies(world, slot),
    }
    Some(())
}

/// Nothing is written; what became of its answer makes no difference then.
fn goes_on(world: &mut World, slot: u8, fate: Fate, next: Worker) -> Option<()> {
    (fate == Fate::Answered).then(|| becomes(world, slot, next))
}

/// The worker's next read or write.
pub(crate) fn steps(design: &Design, world: &mut World, slot: u8, fate: Fate) -> Option<()> {
    match world.workers[usize::from(slot)] {
        Worker::Idle | Worker::Holds { .. } => None,
        Worker::Listed => {
            let next = resumes(design, &world.item);
            goes_on(world, slot, fate, next)
        }
        Worker::Begins { driver, redemption, from } => {
            let watched = driver == Driver::Sweep;
            begins(design, world, driver, Attempt { by: slot, redemption, from, watched }, fate)
        }
        Worker::Settles { driver, redemption, by, outcome } => {
            settles(design, world, driver, Settle { worker: slot, redemption, by, outcome }, fate)
        }
        Worker::Looks { driver } => {
            let next = match world.item.state {
                State::Attempting => watches(design, driver, world.item.epoch),
                _ => Worker::Idle,
            };
            goes_on(world, slot, fate, next)
        }
        Worker::Watches { epoch, .. } => match watch(design, &world.item, epoch) {
            Some(item) => writes(world, slot, item, fate, Worker::Idle),
            None => goes_on(world, slot, fate, Worker::Idle),
        },
    }
}

/// What a sweep does about an item that was due when it was listed.
fn resumes(design: &Design, item: &Item) -> Worker {
    let (driver, redemption) = (Driver::Sweep, item.redemption);
    match item.state {
        State::Queued => Worker::Begins { driver, redemption, from: From::Queue },
        State::Attempting if item.lease == Lease::Ended => {
            let again = design.sends_again() && may_try_again(design, item.attempts);
            let by = Settler::EndedLease(item.epoch);
            match again {
                true => Worker::Begins { driver, redemption, from: From::EndedLease(item.epoch) },
                false => Worker::Settles { driver, redemption, by, outcome: Outcome::Unknown },
            }
        }
        _ => Worker::Idle,
    }
}

fn may_try_again(design: &Design, attempts: u8) -> bool {
    attempts < MOST_ATTEMPTS || !design.keeps(Rule::Exhaustion)
}

fn watches(design: &Design, driver: Driver, epoch: u8) -> Worker {
    if design.keeps(Rule::Watch) { Worker::Watches { driver, epoch } } else { Worker::Idle }
}

fn begins(design: &Design, world: &mut World, driver: Driver, command: Attempt, fate: Fate) -> Option<()> {
    let slot = command.by;
    match attempt(design, &world.item, command) {
        Ruling::Apply(item) if !design.keeps(Rule::AttemptFirst) => {
            let next = holds(driver, command.redemption, &Item { epoch: world.item.epoch, ..item });
            goes_on(world, slot, fate, next)
        }
        Ruling::Apply(item) => {
            world.seen.attempt_after_revoke |= world.seen.revoked;
            writes(world, slot, item, fate, holds(driver, command.redemption, &item))
        }
        Ruling::Own => {
            let next = holds(driver, command.redemption, &world.item);
            goes_on(world, slot, fate, next)
        }
        Ruling::Refused(AttemptRefusal::NotQueued | AttemptRefusal::NotDue) => goes_on(world, slot, fate, Worker::Idle),
        Ruling::Refused(AttemptRefusal::LiveLease(epoch) | AttemptRefusal::EndedLease(epoch)) => {
            goes_on(world, slot, fate, watches(design, driver, epoch))
        }
    }
}

fn holds(driver: Driver, redemption: u8, item: &Item) -> Worker {
    let Item { epoch, attempts, unclear, .. } = *item;
    Worker::Holds { driver, held: Held { redemption, epoch, attempts, unclear } }
}

fn settles(design: &Design, world: &mut World, driver: Driver, command: Settle, fate: Fate) -> Option<()> {
    match settle(design, &world.item, command) {
        Ruling::Apply(item) => writes(world, command.worker, item, fate, Worker::Idle),
        Ruling::Own => goes_on(world, command.worker, fate, Worker::Idle),
        Ruling::Refused(LostLease) => goes_on(world, command.worker, fate, Worker::Looks { driver }),
    }
}

/// The worker calls the provider, and hears what came of it.
pub(crate) fn sends(design: &Design, world: &mut World, slot: u8, verdict: Verdict) -> Option<()> {
    let Worker::Holds { driver, held } = world.workers[usize::from(slot)] else {
        return None;
    };
    let redemption = held.redemption;
    if matches!(verdict, Verdict::Accepted | Verdict::UnclearTaken) {
        let shown = &mut world.seen.shown[usize::from(redemption) - 1];
        *shown = if design.channel == Channel::Recognises { 1 } else { (*shown + 1).min(2) };
    }
    let outcome = recorded(design, held.unclear, redemption - 1, outcome(design, held.attempts, verdict));
    becomes(world, slot, Worker::Settles { driver, redemption, by: Settler::Attempt(held.epoch), outcome });
    Some(())
}

/// What a provider's word means for the message.
fn outcome(design: &Design, attempts: u8, verdict: Verdict) -> Outcome {
    let again = may_try_again(design, attempts);
    match verdict {
        Verdict::Accepted => Outcome::Sent,
        Verdict::Refused => Outcome::Returned,
        Verdict::Gone => Outcome::Failed,
        Verdict::Later if again => Outcome::Parked { due: Due::Later, unclear: false },
        Verdict::Later => Outcome::Returned,
        Verdict::UnclearTaken | Verdict::UnclearNotTaken if again && design.sends_again() => {
            Outcome::Parked { due: Due::Later, unclear: true }
        }
        Verdict::UnclearTaken | Verdict::UnclearNotTaken => Outcome::Unknown,
    }
}

/// The worker finds that the time no longer suffices to send: nothing has left the table.
pub(crate) fn runs_short(world: &mut World, slot: u8) -> Option<()> {
    let Worker::Holds { driver, held } = world.workers[usize::from(slot)] else {
        return None;
    };
    world.goes_wrong()?;
    world.seen.ran_short += 1;
    let outcome = Outcome::Parked { due: Due::Now, unclear: false };
    becomes(world, slot, Worker::Settles { driver, redemption: held.redemption, by: Settler::Attempt(held.epoch), outcome });
    Some(())
}

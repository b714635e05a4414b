//! What can happen next.

use crate::design::Design;
use crate::item::{Due, Lease};
use crate::state::{Worker, World};

/// What becomes of a write, once it is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// Its writer is told.
    Answered,
    /// The answer is lost: its writer repeats it, under the same id.
    Lost,
    /// Its writer dies.
    Died,
}

/// What a provider does with a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Takes it, and says so.
    Accepted,
    /// Refuses it for good.
    Refused,
    /// Says that the address is gone.
    Gone,
    /// Asks to be tried later.
    Later,
    /// Takes it, and gives no clear answer.
    UnclearTaken,
    /// Does not take it, and gives no clear answer.
    UnclearNotTaken,
}

impl Verdict {
    /// All of them.
    pub const ALL: [Self; 6] = [Self::Accepted, Self::Refused, Self::Gone, Self::Later, Self::UnclearTaken, Self::UnclearNotTaken];
}

/// One step of somebody's, or of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// A caller's write.
    Redeem(u8, Fate),
    /// A caller who was answered calls again.
    CallAgain(u8),
    /// The person's or business's write.
    Revoke(Fate),
    /// The stream brings a worker the hint of a redemption.
    Bring(u8, u8),
    /// The stream will bring that hint once more.
    ExtraHint(u8),
    /// The stream loses a copy of it.
    LoseHint(u8),
    /// A worker's sweep lists the item as due.
    List(u8),
    /// A worker's reconcile finds that the item was lost.
    Find(u8),
    /// A worker's next read or write.
    Step(u8, Fate),
    /// A worker calls the provider.
    Send(u8, Verdict),
    /// A worker finds that the time no longer suffices to send.
    RunShort(u8),
    /// A worker dies before its next step.
    Crash(u8),
    /// The lease ends.
    LeaseEnds,
    /// A parked message's time comes.
    TimeComes,
}

/// What can happen in a state.
pub(crate) fn possible(design: &Design, world: &World, actions: &mut Vec<Action>) {
    of_callers(world, actions);
    of_stream(world, actions);
    for (slot, worker) in (0..).zip(&world.workers) {
        of_worker(world, slot, worker, actions);
    }
    if let Some(idle) = idle(world).filter(|_| world.is_found_by_sweep(design)) {
        actions.push(Action::List(idle));
    }
    if let Some(idle) = idle(world).filter(|_| world.is_found_by_reconcile(design)) {
        actions.push(Action::Find(idle));
    }
    if world.item.lease == Lease::Live {
        actions.push(Action::LeaseEnds);
    }
    if world.item.lease == Lease::None && world.item.due == Due::Later {
        actions.push(Action::TimeComes);
    }
}

fn of_callers(world: &World, actions: &mut Vec<Action>) {
    let may_fail = world.faults_left > 0;
    for (call, caller) in (0..).zip(&world.callers) {
        match caller.waits {
            true => {
                actions.push(Action::Redeem(call, Fate::Answered));
                actions.extend(may_fail.then_some(Action::Redeem(call, Fate::Lost)));
            }
            false => actions.extend(may_fail.then_some(Action::CallAgain(call))),
        }
    }
    if world.revoker_waits {
        actions.push(Action::Revoke(Fate::Answered));
        actions.extend(may_fail.then_some(Action::Revoke(Fate::Lost)));
    }
}

fn of_stream(world: &World, actions: &mut Vec<Action>) {
    let may_fail = world.faults_left > 0;
    for (redemption, copies) in (1..=world.item.redemption).zip(world.hints) {
        if let Some(idle) = idle(world).filter(|_| copies > 0) {
            actions.push(Action::Bring(idle, redemption));
        }
        actions.extend((may_fail && copies > 0).then_some(Action::LoseHint(redemption)));
        actions.extend(may_fail.then_some(Action::ExtraHint(redemption)));
    }
}

fn of_worker(world: &World, slot: u8, worker: &Worker, actions: &mut Vec<Action>) {
    let may_fail = world.faults_left > 0;
    match worker {
        Worker::Idle => return,
        Worker::Holds { .. } => {
            actions.extend(Verdict::ALL.map(|verdict| Action::Send(slot, verdict)));
            actions.extend(may_fail.then_some(Action::RunShort(slot)));
        }
        Worker::Listed | Worker::Looks { .. } => actions.push(Action::Step(slot, Fate::Answered)),
        Worker::Begins { .. } | Worker::Settles { .. } | Worker::Watches { .. } => {
            actions.push(Action::Step(slot, Fate::Answered));
            actions.extend(may_fail.then_some(Action::Step(slot, Fate::Lost)));
            actions.extend(may_fail.then_some(Action::Step(slot, Fate::Died)));
        }
    }
    // A sweep that dies over a list has done nothing: as if it had not begun.
    let matters = *worker != Worker::Listed;
    actions.extend((may_fail && matters).then_some(Action::Crash(slot)));
}

/// The first worker who has nothing to do: they are all alike.
fn idle(world: &World) -> Option<u8> {
    (0..).zip(&world.workers).find(|(_, worker)| **worker == Worker::Idle).map(|(slot, _)| slot)
}

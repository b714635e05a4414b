//! The life of one opt-in's message as a model, all of whose runs are checked.
//!
//! Two callers redeem the token, two workers deliver, each brought to it by the stream or by a sweep, and the person or
//! the business may revoke once. The store is one item that changes by conditional writes alone ([`rules`]); a test
//! compares these rules with the domain's, over each item that the model reaches. What workers do between writes follows
//! `adapters/src/delivery/message.rs`. What must hold stands in [`properties`]; that every run ends, in [`ending`].
//!
//! The model is a test of the design, and [`Rule`] one of the model: without any one of these rules it fails, and each
//! time by the promise that the rule is there for.
//!
//! # Bounds
//!
//! Each run may have [`check::FAULTS`] faults, of any kind and at any step:
//! - a worker dies: before a read, a write or a call of the provider, after it, or before what came of it is recorded;
//! - a write is done and its answer lost, so that its writer (worker, caller or who revokes) repeats it under the same id;
//! - the stream brings a hint once more, however late, or loses it, so that a reconcile has to find its message;
//! - a caller who was answered calls again;
//! - a worker finds, its attempt written, that too little time is left to send.
//!
//! These cost nothing, and may come at any moment: a lease ends, though its holder may still act, hints come late and out
//! of order, a provider says whatever it likes, or nothing clear, having delivered or not. A message is tried three times
//! and a token given back once, instead of 20 and eight times.
//!
//! Left out: expiry, messages for later, the inbox (from which nothing leaves), calls without a key, and blocks, which add
//! a read before an attempt.

pub mod actions;
pub mod check;
pub mod design;
pub mod ending;
pub mod item;
pub mod properties;
pub mod rules;
pub mod state;
mod steps;
mod worker;

use stateright::{Model, Property};

pub use actions::{Action, Fate, Verdict};
pub use design::{BROKEN, Channel, Design, Rule};
pub use state::World;

/// Most attempts at one message.
pub const MOST_ATTEMPTS: u8 = 3;
/// How often a token is given back before its message counts as failed.
pub const MOST_RETURNS: u8 = 1;
/// How many redemptions there can be: each call makes one at the most.
pub const REDEMPTIONS: usize = state::CALLERS;

/// One opt-in's message, by a design, with so many faults.
#[derive(Debug, Clone, Copy)]
pub struct OneMessage {
    /// Which rules hold, over which channel.
    pub design: Design,
    /// How much may go wrong.
    pub faults: u8,
}

impl Model for OneMessage {
    type State = World;
    type Action = Action;

    fn init_states(&self) -> Vec<World> {
        vec![World::granted(self.faults)]
    }

    fn actions(&self, world: &World, actions: &mut Vec<Action>) {
        actions::possible(&self.design, world, actions);
    }

    fn next_state(&self, last: &World, action: Action) -> Option<World> {
        let mut world = *last;
        steps::act(&self.design, &mut world, action)?;
        world.normalise();
        (world != *last).then_some(world)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        properties::all()
    }
}

//! Checks a design, and finds the shortest run on which one fails.

use stateright::{Checker, HasDiscoveries, Model};

use crate::properties::{PROMISES, REACHED};
use crate::{Action, Channel, Design, OneMessage, Rule};

/// In how many ways something goes wrong in one run, of whatever kind.
pub const FAULTS: u8 = 3;
/// The same where every run is followed to its end.
pub const FAULTS_OF_RUNS: u8 = 2;
/// The same in every run of the tests.
pub const FAULTS_OF_TESTS: u8 = 2;
const THREADS: usize = 2;

/// What a check of all states came to.
#[derive(Debug)]
pub struct Checked {
    /// How many there are.
    pub states: usize,
    /// Which promises are broken, and by what.
    pub broken: Vec<(&'static str, Vec<Action>)>,
    /// What no state shows that one should.
    pub unreached: Vec<&'static str>,
}

/// Checks the whole design in each of its states, with so many faults.
#[must_use]
pub fn whole(channel: Channel, faults: u8) -> Checked {
    let model = OneMessage { design: Design::whole(channel), faults };
    let checker = model.checker().threads(THREADS).spawn_bfs().join();
    let mut found = checker.discoveries();
    Checked {
        states: checker.unique_state_count(),
        broken: PROMISES.iter().filter_map(|name| found.remove(name).map(|path| (*name, path.into_actions()))).collect(),
        unreached: REACHED.iter().map(|(name, _)| *name).filter(|name| !found.contains_key(name)).collect(),
    }
}

/// A run on which a promise is broken.
#[derive(Debug)]
pub struct Counterexample {
    /// How many states were looked at.
    pub states: usize,
    /// What happens; no shorter run breaks the promise.
    pub actions: Vec<Action>,
}

/// Checks the design without a rule until it breaks a promise.
#[must_use]
pub fn without(rule: Rule, channel: Channel, promise: &'static str) -> Option<Counterexample> {
    let model = OneMessage { design: Design::without(rule, channel), faults: FAULTS };
    let mut shortest = search(model, promise, None)?;
    while let Some(shorter) = search(model, promise, Some(shortest.actions.len())) {
        shortest = shorter;
    }
    Some(shortest)
}

/// A counterexample of fewer actions than that.
fn search(model: OneMessage, promise: &'static str, fewer_than: Option<usize>) -> Option<Counterexample> {
    let builder = model.checker().finish_when(HasDiscoveries::AllOf([promise].into()));
    let builder = match fewer_than {
        // The checker counts states, one more than actions, and looks at no state of the depth that it is given.
        Some(actions) => builder.target_max_depth(actions + 1),
        None => builder,
    };
    let checker = builder.spawn_bfs().join();
    let states = checker.unique_state_count();
    checker.discovery(promise).map(|path| Counterexample { states, actions: path.into_actions() })
}

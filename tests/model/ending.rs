//! That every run ends: no state leads back to itself, and where nothing can happen any more all is quiet.
//!
//! Without that, "where all is quiet the message has ended" would promise nothing to a run that never becomes quiet.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};

use stateright::Model;

use crate::{OneMessage, World};

/// What a search through all runs came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Runs {
    /// How many states there are.
    pub states: usize,
    /// Whether a run comes back to where it was.
    pub goes_round: bool,
    /// Whether a run stops though somebody has something left to do.
    pub is_stuck: bool,
}

/// Whether a state stands on the run that is looked at, or every run from it is done with.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Mark {
    OnRun,
    Done,
}

struct Place {
    print: u64,
    ahead: Vec<World>,
}

/// Follows each run to its end, depth first.
#[must_use]
pub fn follow(model: &OneMessage) -> Runs {
    let mut marks = HashMap::new();
    let mut runs = Runs { states: 0, goes_round: false, is_stuck: false };
    for world in model.init_states() {
        let mut run = vec![arrive(model, &world, &mut marks, &mut runs)];
        while let Some(place) = run.last_mut() {
            let Some(next) = place.ahead.pop() else {
                marks.insert(place.print, Mark::Done);
                run.pop();
                continue;
            };
            match marks.get(&print(&next)) {
                Some(Mark::Done) => {}
                Some(Mark::OnRun) => runs.goes_round = true,
                None => run.push(arrive(model, &next, &mut marks, &mut runs)),
            }
        }
    }
    runs
}

fn arrive(model: &OneMessage, world: &World, marks: &mut HashMap<u64, Mark>, runs: &mut Runs) -> Place {
    let (print, ahead) = (print(world), model.next_states(world));
    marks.insert(print, Mark::OnRun);
    runs.states += 1;
    runs.is_stuck |= ahead.is_empty() && !world.is_quiet(&model.design);
    Place { print, ahead }
}

fn print(world: &World) -> u64 {
    let mut hasher = DefaultHasher::new();
    world.hash(&mut hasher);
    hasher.finish()
}

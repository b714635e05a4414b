//! Whether a history is linearizable: some order of its calls, in which each is at one moment between its beginning and its
//! end, is one that the model allows (Wing and Gong's search, with Lowe's memory of what was tried).

use std::collections::HashSet;
use std::hash::Hash;

/// What calls do, one at a time.
pub trait Model {
    /// The state between calls.
    type State: Clone + Eq + Hash;
    /// A call with its answer; `None` in it is an answer that never came.
    type Call;

    /// The state before the first.
    fn begin() -> Self::State;
    /// The states after `call`, if it can be answered so from `state`.
    fn step(state: &Self::State, call: &Self::Call) -> Vec<Self::State>;
}

/// A call, from when to when.
#[derive(Debug, Clone)]
pub struct Span<C> {
    /// When it began.
    pub from: u64,
    /// When it was answered; never when missing: it may take effect at any time after it began, or at none.
    pub to: Option<u64>,
    /// What was called, and answered.
    pub call: C,
}

/// Whether the history of at most 64 calls is linearizable.
///
/// # Panics
/// When there are more calls.
#[must_use]
pub fn is_linearizable<M: Model>(history: &[Span<M::Call>]) -> bool {
    assert!(history.len() <= 64, "a history of at most 64 calls");
    search::<M>(history, 0, &M::begin(), &mut HashSet::new())
}

/// Whether what is not in `done` yet can follow from `state`.
fn search<M: Model>(history: &[Span<M::Call>], done: u64, state: &M::State, tried: &mut HashSet<(u64, M::State)>) -> bool {
    let left = || history.iter().enumerate().filter(move |(index, _)| done & (1 << index) == 0);
    // Calls without an answer need not have happened.
    if left().all(|(_, span)| span.to.is_none()) {
        return true;
    }
    if !tried.insert((done, state.clone())) {
        return false;
    }
    let first_end = left().filter_map(|(_, span)| span.to).min().unwrap_or(u64::MAX);
    let may_be_next = left().filter(|(_, span)| span.from <= first_end);
    for (index, span) in may_be_next {
        for next in M::step(state, &span.call) {
            if search::<M>(history, done | (1 << index), &next, tried) {
                return true;
            }
        }
    }
    false
}

//! Chance, as it follows from the seed: the code under test draws from the same source.

use std::time::Duration;

use ringonce_adapters::ambient::simulated;

/// A number below `sides`.
pub(crate) fn roll(sides: u64) -> u64 {
    simulated::next().map_or(0, |number| number % sides.max(1))
}

/// True in `percent` of a hundred cases.
pub(crate) fn chance(percent: u64) -> bool {
    roll(100) < percent
}

/// One of them.
pub(crate) fn one_of<T: Clone>(options: &[T]) -> T {
    let index = usize::try_from(roll(options.len() as u64)).unwrap_or_default();
    options[index].clone()
}

/// A span up to `longest`.
pub(crate) fn span(longest: Duration) -> Duration {
    Duration::from_millis(roll(u64::try_from(longest.as_millis()).unwrap_or(u64::MAX) + 1))
}

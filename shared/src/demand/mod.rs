//! Demand: what came of asking about a topic, counted from committed writes, each exactly once.
//!
//! A stream brings its records at least once. Within a shard they come in order the first time; a repeat may come late,
//! in another grouping, or at the same moment from a worker that was given up. So each topic's statistics remember, for
//! every shard, the [`Place`] up to which they were counted, and what is not beyond it is left out.

mod batch;
mod rule;

pub use batch::{Batch, Left, MARK_KEPT, Mark, Place, Shard};
pub use rule::{Counted, of_change};

use std::collections::BTreeMap;

use crate::optin::Reason;

/// Something that is counted of a topic.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Counter {
    /// Asks made.
    Asked,
    /// Grants.
    Granted,
    /// Grants that can be redeemed now.
    Waiting,
    /// Declined asks.
    Declined,
    /// Messages that were delivered.
    Sent,
    /// Messages that never will be, by reason.
    Failed(Reason),
    /// Messages of which nobody can know.
    Unknown,
    /// Grants and messages that were taken back.
    Revoked,
    /// Grants and messages whose time was up.
    Expired,
    /// Messages whose token was given back.
    Returned,
    /// Openings of a message's link.
    Opened,
}

/// What precedes the reason in the name of a counter of failures.
const FAILED: &str = "failed:";

impl Counter {
    const PLAIN: [Self; 10] = [
        Self::Asked,
        Self::Granted,
        Self::Waiting,
        Self::Declined,
        Self::Sent,
        Self::Unknown,
        Self::Revoked,
        Self::Expired,
        Self::Returned,
        Self::Opened,
    ];

    /// Its name, as an item holds it: `sent`, `failed:gone`.
    #[must_use]
    pub fn name(self) -> String {
        let plain = match self {
            Self::Failed(reason) => return format!("{FAILED}{reason}"),
            Self::Asked => "asked",
            Self::Granted => "granted",
            // `waiting` is the key of an index.
            Self::Waiting => "waiting_now",
            Self::Declined => "declined",
            Self::Sent => "sent",
            Self::Unknown => "unknown",
            Self::Revoked => "revoked",
            Self::Expired => "expired",
            Self::Returned => "returned",
            Self::Opened => "opened",
        };
        plain.to_owned()
    }

    /// The counter of that name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        match name.strip_prefix(FAILED) {
            Some(reason) => Reason::from_word(reason).map(Self::Failed),
            None => Self::PLAIN.into_iter().find(|counter| counter.name() == name),
        }
    }
}

/// Counts, or changes to them. A counter that is not in it stands at nought.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Tally(BTreeMap<Counter, i64>);

impl Tally {
    /// How much a counter holds.
    #[must_use]
    pub fn of(&self, counter: Counter) -> i64 {
        self.0.get(&counter).copied().unwrap_or(0)
    }

    /// Adds to a counter.
    pub fn add(&mut self, counter: Counter, by: i64) {
        let sum = self.of(counter) + by;
        if sum == 0 {
            self.0.remove(&counter);
        } else {
            self.0.insert(counter, sum);
        }
    }

    /// Adds all of another tally.
    pub fn add_all(&mut self, other: &Self) {
        for (counter, by) in other.iter() {
            self.add(counter, by);
        }
    }

    /// Every counter that does not stand at nought.
    pub fn iter(&self) -> impl Iterator<Item = (Counter, i64)> + '_ {
        self.0.iter().map(|(counter, count)| (*counter, *count))
    }

    /// Whether it says nothing.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_counter_reads_as_it_was_written() {
        let failures = Reason::ALL.iter().copied().map(Counter::Failed);
        for counter in Counter::PLAIN.into_iter().chain(failures) {
            assert_eq!(Counter::from_name(&counter.name()), Some(counter));
        }
        for other in ["", "waiting", "failed", "failed:whim", "topic"] {
            assert_eq!(Counter::from_name(other), None, "{other}");
        }
    }
}

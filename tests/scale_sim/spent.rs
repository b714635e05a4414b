//! Where a release's time went.

use crate::clock::Micros;
use crate::limits::Resource;

/// What a release waits for. What holds back most is the bottleneck.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cause {
    /// From a change of the release to the worker that it starts.
    StreamHop,
    /// Other records in the release's own lane.
    BusyLane,
    /// Reading the line, writing pages, counting them.
    Planning,
    /// The processor of the worker that claims.
    Processor,
    /// The table's answers, of which a worker awaits so many at a time.
    Answers,
    /// A partition of the table.
    TablePartition,
    /// The table's throughput.
    Table,
    /// A partition of the index.
    IndexPartition,
    /// The index's throughput.
    Index,
    /// Messages that are still to be delivered when all are claimed.
    Deliveries,
}

impl Cause {
    /// All of them.
    pub const ALL: [Self; 10] = [
        Self::StreamHop,
        Self::BusyLane,
        Self::Planning,
        Self::Processor,
        Self::Answers,
        Self::TablePartition,
        Self::Table,
        Self::IndexPartition,
        Self::Index,
        Self::Deliveries,
    ];

    /// In words.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::StreamHop => "stream hops",
            Self::BusyLane => "other records in its lane",
            Self::Planning => "planning",
            Self::Processor => "a worker's processor",
            Self::Answers => "16 claims at a time",
            Self::TablePartition => "a table partition",
            Self::Table => "the table's throughput",
            Self::IndexPartition => "an index partition",
            Self::Index => "the index's throughput",
            Self::Deliveries => "deliveries behind the claims",
        }
    }
}

impl From<Resource> for Cause {
    fn from(resource: Resource) -> Self {
        match resource {
            Resource::TablePartition(_) => Self::TablePartition,
            Resource::Table => Self::Table,
            Resource::IndexPartition(_) => Self::IndexPartition,
            Resource::Index => Self::Index,
        }
    }
}

/// Time by what it went into.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Spent([Micros; Cause::ALL.len()]);

impl Spent {
    /// Adds to a cause.
    pub fn add(&mut self, cause: Cause, time: Micros) {
        self.0[cause as usize] += time;
    }

    /// Adds all of another.
    pub fn add_all(&mut self, other: &Self) {
        for (mine, theirs) in self.0.iter_mut().zip(other.0) {
            *mine += theirs;
        }
    }

    /// All of it.
    #[must_use]
    pub fn total(&self) -> Micros {
        self.0.iter().sum()
    }

    /// The same shares of another time: what many claims waited for side by side, of the time that all of them took.
    #[must_use]
    pub fn shared_out(&self, time: Micros) -> Self {
        let total = self.total().max(1);
        Self(self.0.map(|part| Micros::try_from(u128::from(part) * u128::from(time) / u128::from(total)).unwrap_or(Micros::MAX)))
    }

    /// What took most, and what took second most, each with its part of the whole.
    #[must_use]
    pub fn largest_two(&self) -> [(Cause, f64); 2] {
        let mut causes = Cause::ALL;
        causes.sort_by_key(|cause| std::cmp::Reverse(self.0[*cause as usize]));
        let part = |cause: Cause| (cause, self.0[cause as usize] as f64 / self.total().max(1) as f64);
        [part(causes[0]), part(causes[1])]
    }
}

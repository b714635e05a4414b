//! What a second has room for: each partition, the table and its index, booked ten milliseconds at a time.

use std::collections::VecDeque;

use crate::clock::{MILLISECOND, Micros};
use crate::published::{PARTITION_READS, WRITE_WEIGHT};

/// No burst is counted on beyond this.
const SLOT: Micros = 10 * MILLISECOND;
const SLOTS_A_SECOND: u32 = 100;

/// What can hold a call up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Resource {
    /// A partition of the table.
    TablePartition(usize),
    /// The table as a whole.
    Table,
    /// A partition of the index of those who wait.
    IndexPartition(usize),
    /// The index as a whole.
    Index,
}

/// A second's room, and what was taken of it.
struct Limit {
    a_slot: u32,
    first: u64,
    booked: VecDeque<u32>,
    seconds: Vec<u32>,
}

impl Limit {
    fn new(a_second: u32) -> Self {
        Self { a_slot: a_second / SLOTS_A_SECOND, first: 0, booked: VecDeque::new(), seconds: Vec::new() }
    }

    fn forget_before(&mut self, slot: u64) {
        while self.first < slot && self.booked.pop_front().is_some() {
            self.first += 1;
        }
        self.first = self.first.max(slot);
    }

    fn has_room(&self, slot: u64, weight: u32) -> bool {
        let booked = self.booked(slot);
        // What is larger than a slot goes through an empty one, and the next ones pay.
        booked == 0 || booked + weight <= self.a_slot
    }

    fn book(&mut self, mut slot: u64, weight: u32) {
        let mut left = weight;
        while left > 0 {
            let part = if weight > self.a_slot { left.min(self.a_slot.saturating_sub(self.booked(slot))) } else { left };
            self.add(slot, part);
            left -= part;
            slot += 1;
        }
    }

    fn booked(&self, slot: u64) -> u32 {
        self.booked.get(place(slot - self.first)).copied().unwrap_or(0)
    }

    /// Adds to a slot and, on another account, to its whole second: a test sees there whether the slots hold.
    fn add(&mut self, slot: u64, weight: u32) {
        let (slot_at, second) = (place(slot - self.first), place(slot / u64::from(SLOTS_A_SECOND)));
        self.booked.resize(self.booked.len().max(slot_at + 1), 0);
        self.booked[slot_at] += weight;
        self.seconds.resize(self.seconds.len().max(second + 1), 0);
        self.seconds[second] += weight;
    }
}

fn place(number: u64) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}

/// The limits of a table and its index.
pub struct Limits {
    partitions: usize,
    all: Vec<Limit>,
}

/// When a call may be served, and what it waited for.
#[derive(Debug, Clone, Copy)]
pub struct Booking {
    /// When.
    pub at: Micros,
    /// What held it up last, if anything did.
    pub held_by: Option<Resource>,
}

impl Limits {
    /// A table that takes so many write units a second, with a partition for each thousand of them, and its index alike.
    #[must_use]
    pub fn new(writes: u32) -> Self {
        let weight = writes * WRITE_WEIGHT;
        let partitions = usize::try_from(weight / PARTITION_READS).unwrap_or(1);
        let whole = [Limit::new(weight), Limit::new(weight)];
        let all = whole.into_iter().chain((0..2 * partitions).map(|_| Limit::new(PARTITION_READS))).collect();
        Self { partitions, all }
    }

    /// How many partitions the table has; the index has as many.
    #[must_use]
    pub fn partitions(&self) -> usize {
        self.partitions
    }

    fn place(&self, resource: Resource) -> usize {
        match resource {
            Resource::Table => 0,
            Resource::Index => 1,
            Resource::TablePartition(number) => 2 + number % self.partitions,
            Resource::IndexPartition(number) => 2 + self.partitions + number % self.partitions,
        }
    }

    /// Books what a call weighs, at the first moment from `now` on at which all of it has room.
    pub fn book(&mut self, now: Micros, wanted: &[(Resource, u32)]) -> Booking {
        let mut slot = now / SLOT;
        let mut held_by = None;
        for (resource, _) in wanted {
            let place = self.place(*resource);
            // Calls are booked a worker's own processor time ahead, never further back than this.
            self.all[place].forget_before(slot.saturating_sub(u64::from(SLOTS_A_SECOND)));
        }
        while let Some((full, _)) = wanted.iter().find(|(resource, weight)| !self.all[self.place(*resource)].has_room(slot, *weight)) {
            held_by = Some(*full);
            slot += 1;
        }
        let at = now.max(slot * SLOT);
        for (resource, weight) in wanted {
            let place = self.place(*resource);
            self.all[place].book(slot, *weight);
        }
        Booking { at, held_by }
    }

    /// The fullest second of each kind of resource, as a part of what it may take.
    #[must_use]
    pub fn fullest(&self) -> [(&'static str, f64); 4] {
        let part = |limit: &Limit| {
            let fullest = limit.seconds.iter().max().copied().unwrap_or(0);
            f64::from(fullest) / f64::from(limit.a_slot * SLOTS_A_SECOND)
        };
        let most = |limits: &[Limit]| limits.iter().map(part).fold(0.0, f64::max);
        let (table, index) = self.all[2..].split_at(self.partitions);
        [("table", part(&self.all[0])), ("index", part(&self.all[1])), ("table partition", most(table)), ("index partition", most(index))]
    }
}

//! The table's stream as Lambda brings it: a shard for each partition of the table, lanes in each shard, one batch of a
//! lane at a time.

use std::collections::VecDeque;

use crate::clock::Micros;
use crate::dice::hash;
use crate::published::{Assumed, BATCH, LANES, RECORDS_OF_A_READ};

/// What a record leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Work {
    /// A piece of the release's.
    Release,
    /// A message to be delivered by webhook.
    Deliver,
    /// An event that tells of a message.
    Tell,
    /// Nothing but a look.
    Look,
}

/// A record on its way to a worker.
#[derive(Debug, Clone, Copy)]
pub struct Record {
    /// What it leads to.
    pub work: Work,
    /// When its write was made.
    pub written_at: Micros,
    /// When Lambda has read it.
    pub read_at: Micros,
}

#[derive(Default)]
struct Lane {
    records: VecDeque<Record>,
    is_busy: bool,
}

#[derive(Default)]
struct Shard {
    lanes: [Lane; LANES],
    last_read: Micros,
    of_last_read: u32,
    most_of_a_read: u32,
    reads: u64,
}

impl Shard {
    /// The read that brings what is visible from a moment on. Reads are `poll` apart, and up to a quarter more for what a
    /// read takes itself; a shard that was at rest is read at any moment within `poll`.
    fn read_of(&mut self, visible: Micros, poll: Micros) -> Micros {
        if visible > self.last_read || self.of_last_read == RECORDS_OF_A_READ {
            let chance = hash(self.reads);
            let next = self.last_read + poll + chance % (poll / 4);
            (self.last_read, self.of_last_read) = (if visible > next { visible + chance % poll } else { next }, 0);
            self.reads += 1;
        }
        self.of_last_read += 1;
        self.most_of_a_read = self.most_of_a_read.max(self.of_last_read);
        self.last_read
    }
}

/// The stream.
pub struct Stream {
    shards: Vec<Shard>,
    assumed: Assumed,
}

impl Stream {
    /// A stream of so many shards.
    #[must_use]
    pub fn new(shards: usize, assumed: Assumed) -> Self {
        Self { shards: (0..shards).map(|_| Shard::default()).collect(), assumed }
    }

    /// Puts a record; true when its lane was at rest and is to be worked on from now on.
    pub fn put(&mut self, shard: usize, lane: usize, work: Work, written_at: Micros) -> bool {
        let read_at = self.shards[shard].read_of(written_at + self.assumed.publish, self.assumed.poll);
        let shard = &mut self.shards[shard];
        let lane = &mut shard.lanes[lane];
        lane.records.push_back(Record { work, written_at, read_at });
        !std::mem::replace(&mut lane.is_busy, true)
    }

    /// When a lane's next record has been read; nothing where there is none, and the lane is at rest then.
    pub fn next(&mut self, shard: usize, lane: usize) -> Option<Micros> {
        let lane = &mut self.shards[shard].lanes[lane];
        let next = lane.records.front().map(|record| record.read_at);
        lane.is_busy = next.is_some();
        next
    }

    /// A batch of a lane: what has been read by `now`.
    pub fn batch(&mut self, shard: usize, lane: usize, now: Micros) -> Vec<Record> {
        let records = &mut self.shards[shard].lanes[lane].records;
        let read = records.iter().take(BATCH).take_while(|record| record.read_at <= now).count();
        records.drain(..read).collect()
    }

    /// Most records that one read of a shard brought.
    #[must_use]
    pub fn most_of_a_read(&self) -> u32 {
        self.shards.iter().map(|shard| shard.most_of_a_read).max().unwrap_or(0)
    }
}

//! The simulated table: who waits in which shard, and what a call takes of which limit.

use async_trait::async_trait;
use ringonce_domain::address::PersonKey;
use ringonce_domain::business::ChannelKind;
use ringonce_domain::store::{Due, Line, Outbox, ParkedEvent, StoreError, Stored, Waiting, place};
use ringonce_domain::time::Timestamp;

use crate::dice::hash;
use crate::limits::Resource;
use crate::published::WRITE_WEIGHT;
use crate::spent::Spent;
use crate::worker::Worker;

/// What one call takes, in weights of a read unit.
#[derive(Debug, Clone, Default)]
pub struct Call {
    /// Of which limit how much.
    pub wanted: Vec<(Resource, u32)>,
    /// Write units that are paid for.
    pub writes: u32,
    /// Read units that are paid for.
    pub reads: u32,
}

impl Call {
    /// A write of an item in a partition.
    #[must_use]
    pub fn write(partition: usize, units: u32) -> Self {
        let weight = units * WRITE_WEIGHT;
        Self { wanted: vec![(Resource::TablePartition(partition), weight), (Resource::Table, weight)], writes: units, reads: 0 }
    }

    /// The same write takes an item out of a shard of the line. A partition of the index that has no room for it holds up
    /// the write itself: <https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/gsi-throttling.html>
    #[must_use]
    pub fn out_of_line(mut self, shard: usize) -> Self {
        self.wanted.extend([(Resource::IndexPartition(shard), WRITE_WEIGHT), (Resource::Index, WRITE_WEIGHT)]);
        Self { writes: self.writes + 1, ..self }
    }

    /// Units of the index `due`, of which there is more than enough.
    #[must_use]
    pub fn and_paid(self, writes: u32) -> Self {
        Self { writes: self.writes + writes, ..self }
    }

    /// A consistent read of an item each in these partitions.
    #[must_use]
    pub fn read(partitions: impl Iterator<Item = usize>) -> Self {
        let mut call = Self { wanted: vec![(Resource::Table, 0)], ..Self::default() };
        for partition in partitions {
            call.reads += 1;
            match call.wanted.iter_mut().find(|(resource, _)| *resource == Resource::TablePartition(partition)) {
                Some((_, weight)) => *weight += 1,
                None => call.wanted.push((Resource::TablePartition(partition), 1)),
            }
        }
        call.wanted[0].1 = call.reads;
        call
    }

    /// A query of a shard of the line: keys of some 100 bytes, not consistent, 8 KB a unit.
    #[must_use]
    pub fn query(shard: usize, items: usize) -> Self {
        let reads = 1 + u32::try_from(items * 100 / 8_192).unwrap_or(u32::MAX);
        Self { wanted: vec![(Resource::IndexPartition(shard), reads), (Resource::Index, reads)], writes: 0, reads }
    }
}

/// The grants of one topic, by shard.
pub struct Grants {
    shards: Vec<Vec<(Timestamp, PersonKey)>>,
    claims: Vec<u8>,
}

/// Where a person's items stand.
#[derive(Debug, Clone, Copy)]
pub struct Where {
    /// Number of the person.
    pub number: usize,
    /// Shard of the line.
    pub shard: usize,
    /// Partition of the table, and so shard of the stream.
    pub partition: usize,
    /// Lane in that shard.
    pub lane: usize,
}

fn person(number: u32) -> PersonKey {
    let mut key = [0; 16];
    key[..8].copy_from_slice(&hash(u64::from(number)).to_be_bytes());
    key[12..].copy_from_slice(&number.to_be_bytes());
    PersonKey::from_bytes(key)
}

impl Grants {
    /// So many people, granted a millisecond apart, in so many shards: by the rule of the code, the key's first byte.
    #[must_use]
    pub fn new(people: u32, shards: u8) -> Self {
        let mut grants = Self { shards: vec![Vec::new(); usize::from(shards)], claims: vec![0; people as usize] };
        for number in 0..people {
            let key = person(number);
            grants.shards[usize::from(key.as_bytes()[0] % shards)].push((Timestamp::from_millis(u64::from(number)), key));
        }
        grants
    }

    /// Where a person's items stand in a table of so many partitions.
    #[must_use]
    pub fn find(&self, person: PersonKey, partitions: usize, lanes: usize) -> Where {
        let key = person.as_bytes();
        let number = u32::from_be_bytes([key[12], key[13], key[14], key[15]]) as usize;
        let (by_partition, by_lane) = (u16::from_be_bytes([key[1], key[2]]), u16::from_be_bytes([key[3], key[4]]));
        Where {
            number,
            shard: usize::from(key[0]) % self.shards.len(),
            partition: usize::from(by_partition) % partitions,
            lane: usize::from(by_lane) % lanes,
        }
    }

    /// Claims a person's grant; false when it was claimed before.
    pub fn claim(&mut self, number: usize) -> bool {
        self.claims[number] += 1;
        self.claims[number] == 1
    }

    /// How many were claimed exactly once.
    #[must_use]
    pub fn claimed_once(&self) -> usize {
        self.claims.iter().filter(|claims| **claims == 1).count()
    }

    fn waiting(&self, line: &Line, shard: u8, limit: usize) -> Vec<Waiting> {
        let shard = &self.shards[usize::from(shard)];
        let comes_before = |(at, person): &(Timestamp, PersonKey)| {
            line.after.as_ref().is_some_and(|after| place(*at, *person, ChannelKind::Inbox) <= *after)
        };
        let first = shard.partition_point(comes_before);
        let waiting = shard[first..].iter().take_while(|(at, _)| *at < line.before);
        waiting.take(limit).map(|(at, person)| Waiting { place: place(*at, *person, ChannelKind::Inbox), person: *person }).collect()
    }
}

/// The line as a worker reads it. A release goes on after the place that it planned to, so what the index still shows of
/// the claimed is never asked for.
pub struct LineOf<'a>(pub &'a Worker);

fn not_simulated<T>() -> Stored<T> {
    Err(StoreError::Unavailable("not simulated".to_owned()))
}

#[async_trait]
impl Outbox for LineOf<'_> {
    async fn waiting(&self, line: &Line, shard: u8, limit: usize) -> Stored<Vec<Waiting>> {
        let call = Call::query(usize::from(shard), limit);
        self.0.call(call, &mut Spent::default()).await;
        Ok(self.0.world.grants().waiting(line, shard, limit))
    }

    async fn park(&self, _: &ParkedEvent) -> Stored<()> {
        not_simulated()
    }

    async fn parked(&self, _: PersonKey, _: &str) -> Stored<Option<ParkedEvent>> {
        not_simulated()
    }

    async fn claim_event(&self, _: &ParkedEvent, _: &ParkedEvent) -> Stored<bool> {
        not_simulated()
    }

    async fn unpark(&self, _: PersonKey, _: &str) -> Stored<()> {
        not_simulated()
    }

    async fn due(&self, _: u8, _: Timestamp, _: usize) -> Stored<Vec<(Timestamp, Due)>> {
        not_simulated()
    }
}

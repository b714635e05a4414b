//! One run of the simulation: what it is to be of, what it holds, and what came of it.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use ringonce_adapters::delivery::releases::GOES_ON;
use ringonce_domain::address::{PersonKey, ReleaseKey, TopicKey};
use ringonce_domain::call::CallId;
use ringonce_domain::keyring::KeyId;
use ringonce_domain::message::Message;
use ringonce_domain::names::{BusinessId, Topic};
use ringonce_domain::release::{Order, Release, Terms};
use ringonce_domain::time::Timestamp;

use crate::clock::{Clock, Micros, SECOND};
use crate::limits::Limits;
use crate::published::{self, Assumed, LANES};
use crate::spent::{Cause, Spent};
use crate::stream::{Stream, Work};
use crate::table::{Grants, Where};
use crate::worker::work_off;

/// By which way messages go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Channel {
    /// A claim ends the message in the same write.
    Inbox,
    /// A claim queues it, and the stream brings it to be delivered.
    Webhook,
}

/// How a worker goes about a release.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pace {
    /// For how long it goes on with the next piece by itself, before it leaves that to the stream.
    pub goes_on_for: Micros,
    /// How many pages are planned at once, and claimed by a worker each.
    pub abreast: usize,
}

impl Pace {
    /// As the code does it.
    pub const AS_BUILT: Self = Self { goes_on_for: GOES_ON.as_micros() as Micros, abreast: 1 };
}

/// What is simulated.
#[derive(Debug, Clone, Copy)]
pub struct Setup {
    /// How many wait.
    pub people: u32,
    /// In how many shards.
    pub shards: u8,
    /// By which way messages go.
    pub channel: Channel,
    /// Write units a second that the table takes.
    pub writes: u32,
    /// How a worker goes about it.
    pub pace: Pace,
    /// What nobody publishes.
    pub assumed: Assumed,
}

/// What came of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Outcome {
    /// Until the last message was sent.
    pub time: Micros,
    /// How many grants were claimed once.
    pub claimed_once: usize,
    /// How many messages were sent.
    pub sent: usize,
    /// Where the time went.
    pub spent: Spent,
    /// Write units, the indexes' included.
    pub write_units: u64,
    /// Read units.
    pub read_units: u64,
    /// Invocations.
    pub invocations: u64,
    /// Time of all invocations.
    pub billed: Micros,
    /// Most invocations at once.
    pub most_at_once: usize,
    /// From a write to the worker that it starts, on the average of the release's own.
    pub hop: Micros,
    /// The fullest second of each kind of limit, as a part of it.
    pub fullest: [(&'static str, f64); 4],
    /// Most records of one read of a stream shard.
    pub most_of_a_read: u32,
}

impl Outcome {
    /// People a second.
    #[must_use]
    pub fn pace(&self) -> f64 {
        self.sent as f64 * SECOND as f64 / self.time as f64
    }

    /// Dollars.
    #[must_use]
    pub fn dollars(&self) -> f64 {
        let table = self.write_units as f64 * published::DOLLARS_A_MILLION_WRITE_UNITS
            + self.read_units as f64 * published::DOLLARS_A_MILLION_READ_UNITS;
        let invocations = self.invocations as f64 * published::DOLLARS_A_MILLION_INVOCATIONS;
        let gb_seconds = self.billed as f64 / SECOND as f64 * published::MEMORY_GB;
        (table + invocations) / 1e6 + gb_seconds * published::DOLLARS_A_GB_SECOND
    }
}

/// What is counted on the way.
#[derive(Debug, Default)]
pub struct Tally {
    /// Where the release's time went.
    pub spent: Spent,
    /// Messages sent.
    pub sent: usize,
    /// When the last one was.
    pub last_sent: Micros,
    /// When the last page was claimed.
    pub last_claimed: Micros,
    /// Write units.
    pub write_units: u64,
    /// Read units.
    pub read_units: u64,
    /// Invocations, and their time.
    pub invocations: u64,
    /// Their time.
    pub billed: Micros,
    /// Invocations under way.
    pub at_once: usize,
    /// Most of them.
    pub most_at_once: usize,
    /// The release's own hops, and their time.
    pub hops: u64,
    /// Their time.
    pub hopped: Micros,
}

/// All that a run holds.
pub struct World {
    /// What is simulated.
    pub setup: Setup,
    /// Its time.
    pub clock: Clock,
    partitions: usize,
    limits: Mutex<Limits>,
    stream: Mutex<Stream>,
    grants: Mutex<Grants>,
    release: Mutex<(Release, Vec<Vec<PersonKey>>)>,
    tally: Mutex<Tally>,
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Where the release's item stands.
pub const RELEASE_AT: (usize, usize) = (0, 0);
/// When the simulation begins: long after the last grant.
const BEGINNING: u64 = 1_000_000_000;

impl World {
    fn new(setup: Setup) -> Self {
        let limits = Limits::new(setup.writes);
        let partitions = limits.partitions();
        Self {
            setup,
            clock: Clock::default(),
            partitions,
            limits: Mutex::new(limits),
            stream: Mutex::new(Stream::new(partitions, setup.assumed)),
            grants: Mutex::new(Grants::new(setup.people, setup.shards)),
            release: Mutex::new((release_to_all(), Vec::new())),
            tally: Mutex::default(),
        }
    }

    /// The time as the code knows it.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        Timestamp::from_millis(BEGINNING + self.clock.now() / 1_000)
    }

    /// The limits.
    pub fn limits(&self) -> MutexGuard<'_, Limits> {
        locked(&self.limits)
    }

    /// The stream.
    pub fn stream(&self) -> MutexGuard<'_, Stream> {
        locked(&self.stream)
    }

    /// The grants.
    pub fn grants(&self) -> MutexGuard<'_, Grants> {
        locked(&self.grants)
    }

    /// The release, and the pages that are planned of it.
    pub fn release(&self) -> MutexGuard<'_, (Release, Vec<Vec<PersonKey>>)> {
        locked(&self.release)
    }

    /// What is counted.
    pub fn tally(&self) -> MutexGuard<'_, Tally> {
        locked(&self.tally)
    }

    /// Where a person's items stand.
    #[must_use]
    pub fn find(&self, person: PersonKey) -> Where {
        self.grants().find(person, self.partitions, LANES)
    }

    /// A write was made: its record goes its way.
    pub fn record(self: &Arc<Self>, (shard, lane): (usize, usize), work: Work) {
        if self.stream().put(shard, lane, work, self.clock.now()) {
            self.clock.spawn(work_off(Arc::clone(self), shard, lane));
        }
    }

    fn outcome(&self) -> Outcome {
        let tally = self.tally();
        let mut spent = tally.spent;
        spent.add(Cause::Deliveries, tally.last_sent.saturating_sub(tally.last_claimed));
        Outcome {
            time: tally.last_sent,
            claimed_once: self.grants().claimed_once(),
            sent: tally.sent,
            spent,
            write_units: tally.write_units,
            read_units: tally.read_units,
            invocations: tally.invocations,
            billed: tally.billed,
            most_at_once: tally.most_at_once,
            hop: tally.hopped / tally.hops.max(1),
            fullest: self.limits().fullest(),
            most_of_a_read: self.stream().most_of_a_read(),
        }
    }
}

fn release_to_all() -> Release {
    let terms = Terms {
        mac_key: KeyId(1),
        business: BusinessId::try_from("shop".to_owned()).expect("valid"),
        topic: Topic::try_from("shirt-m".to_owned()).expect("valid"),
        topic_key: TopicKey::from_bytes([9; 16]),
        message: serde_json::from_str::<Message>(r#"{"text":"It is back."}"#).expect("valid"),
        limit: None,
        order: Order::Oldest,
        batch: None,
        check_url: None,
        call: CallId::from_bytes([1; 16]),
    };
    Release::started(ReleaseKey::from_bytes([7; 16]), terms, Timestamp::from_millis(BEGINNING))
}

/// Simulates a release from its start to its last message.
#[must_use]
pub fn simulate(setup: Setup) -> Outcome {
    let world = Arc::new(World::new(setup));
    world.record(RELEASE_AT, Work::Release);
    world.clock.run();
    world.outcome()
}

//! A hundred million people, each of whom goes through a lifecycle by inbox every so often: what the busiest minute of that
//! asks of each limit. Who comes when, and about which topic, is drawn; what each step writes is what the code writes.

use ringonce_domain::business::ChannelKind;
use ringonce_domain::cost::{Steps, steps};
use ringonce_domain::optin::{KEPT_AFTER, TOKEN_LIFE};
use ringonce_domain::store::WAITING_SHARDS;

use crate::clock::SECOND;
use crate::dice::hash;
use crate::published::{Assumed, CALLS, CONCURRENCY, NEW_TABLE, PARTITION_BYTES, PARTITION_WRITES, TABLE_QUOTA};

/// Bytes of a person's item with a full register, and of an opt-in's with texts of 200 bytes: both within one write unit.
const PERSON: u64 = 700;
const OPTIN: u64 = 1_000;
/// What the busiest minute has of an average one's load.
const PEAK: u64 = 10;
/// Topics that people wait for, for the n-th an n-th part of those who wait for the first.
const TOPICS: u32 = 10_000;
const LINE: u64 = WAITING_SHARDS as u64;
const DAY: u64 = 86_400;
const MINUTE: u64 = 60;

/// How much of the people's load there is.
#[derive(Debug, Clone, Copy)]
pub struct Load {
    /// How many they are.
    pub people: u64,
    /// In so many days each of them goes through a lifecycle.
    pub every_days: u64,
}

/// One limit, and what the busiest second asks of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Asked {
    /// Its name.
    pub limit: &'static str,
    /// What it lets through at most, in a second or at once.
    pub most: u64,
    /// What is asked of it.
    pub asked: u64,
}

/// What the load comes to.
#[derive(Debug, Clone, PartialEq)]
pub struct Everyday {
    /// Lifecycles a second in the busiest minute.
    pub lifecycles: u64,
    /// Bytes that are kept.
    pub kept: u64,
    /// Partitions of the table, each with a shard of the stream.
    pub partitions: u64,
    /// Of each limit, the one that is met first before all others.
    pub asked: Vec<Asked>,
}

impl Asked {
    /// The part of the limit that is used.
    #[must_use]
    pub fn part(&self) -> f64 {
        self.asked as f64 / self.most as f64
    }
}

/// Simulates the busiest minute.
#[must_use]
pub fn simulate(load: Load) -> Everyday {
    let each_day = load.people / load.every_days;
    let lifecycles = (each_day * PEAK).div_ceil(DAY);
    let life = (TOKEN_LIFE + KEPT_AFTER).as_secs() / DAY;
    let kept = load.people * PERSON + each_day * life * OPTIN;
    let Steps { ask, grant, redeem, deliver, .. } = steps(ChannelKind::Inbox);
    let all = [ask, grant, redeem, deliver];
    let writes = all.iter().map(|step| step.writes).sum::<f64>() as u64;
    let units = all.iter().map(|step| step.write_units).sum::<f64>() as u64;
    let (of_table, of_index) = (lifecycles * writes, lifecycles * (units - writes));
    // On demand there is room for twice what a table has seen, and a partition for each 10 GB.
    let grown = |units: u64| (2 * units).max(u64::from(NEW_TABLE)).div_ceil(u64::from(PARTITION_WRITES));
    let partitions = grown(of_table).max(kept.div_ceil(PARTITION_BYTES));
    let busiest = Busiest::of(lifecycles, load.people, partitions, grown(of_index));
    let mut asked = vec![
        Asked { limit: "calls of the HTTP API", most: CALLS, asked: lifecycles * 3 },
        Asked { limit: "the table's write units", most: TABLE_QUOTA.into(), asked: of_table },
        Asked { limit: "the index's write units", most: TABLE_QUOTA.into(), asked: of_index },
        Asked { limit: "the busiest partition of the table", most: PARTITION_WRITES.into(), asked: busiest.table },
        Asked { limit: "the busiest partition of the index", most: PARTITION_WRITES.into(), asked: busiest.index },
        Asked { limit: "invocations at once", most: CONCURRENCY as u64, asked: at_once(lifecycles, partitions) },
    ];
    asked.sort_by(|one, other| other.part().total_cmp(&one.part()));
    Everyday { lifecycles, kept, partitions, asked }
}

/// Invocations at once: those of the three functions that are called, with one call of the table each; and for each shard
/// that is read, one that delivers what a read brought, with two calls for each message.
fn at_once(lifecycles: u64, shards: u64) -> u64 {
    let Assumed { call, processor, invocation, poll, .. } = Assumed::default();
    let called = lifecycles * 3 * (invocation + call + processor);
    let brought = lifecycles * 2 * (call + processor) + shards * (SECOND / poll) * invocation;
    (called + brought).div_ceil(SECOND)
}

/// The most write units that a partition takes in any second.
struct Busiest {
    table: u64,
    index: u64,
}

impl Busiest {
    /// Each second as many ask, say yes, are sent to and are delivered to, each of them somebody, about some topic.
    fn of(lifecycles: u64, people: u64, partitions: u64, of_index: u64) -> Self {
        let mut busiest = Self { table: 0, index: 0 };
        let topics = Topics::new();
        for second in 0..MINUTE {
            let (mut table, mut index) = (vec![0; partitions as usize], vec![0; of_index as usize]);
            for number in 0..lifecycles * 4 {
                let drawn = hash(second << 40 | number);
                let person = hash(drawn) % people;
                table[(hash(person) % partitions) as usize] += 1;
                // A yes enters the line, and a message leaves it.
                if number % 4 < 2 {
                    let key = topics.drawn(hash(drawn ^ 1)) * LINE + hash(drawn ^ 2) % LINE;
                    index[(hash(key) % of_index) as usize] += 1;
                }
            }
            busiest.table = busiest.table.max(table.into_iter().max().unwrap_or_default());
            busiest.index = busiest.index.max(index.into_iter().max().unwrap_or_default());
        }
        busiest
    }
}

/// Topics by how many wait for them.
struct Topics(Vec<f64>);

impl Topics {
    fn new() -> Self {
        let sums = (1..=TOPICS).scan(0.0, |sum, topic| {
            *sum += 1.0 / f64::from(topic);
            Some(*sum)
        });
        Self(sums.collect())
    }

    fn drawn(&self, chance: u64) -> u64 {
        let all = self.0.last().copied().unwrap_or_default();
        let point = chance as f64 / u64::MAX as f64 * all;
        self.0.partition_point(|sum| *sum < point) as u64
    }
}

const HEAD: &str = "
| each goes through one every | lifecycles a second | kept | partitions | met first | then |
| ---: | ---: | ---: | ---: | --- | --- |
";

/// The table of a hundred million people.
#[must_use]
pub fn text() -> String {
    let rows = [30, 7, 1].map(|every_days| {
        let Everyday { lifecycles, kept, partitions, asked } = simulate(Load { people: 100_000_000, every_days });
        let share = |asked: &Asked| format!("{} {:.0} %", asked.limit, asked.part() * 100.0);
        let days = if every_days == 1 { "day".to_owned() } else { format!("{every_days} days") };
        format!("| {days} | {lifecycles} | {} GB | {partitions} | {} | {} |\n", kept / 1_000_000_000, share(&asked[0]), share(&asked[1]))
    });
    format!("{HEAD}{}", rows.concat())
}

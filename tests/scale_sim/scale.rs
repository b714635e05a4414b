//! What the simulation keeps to, and that the document says what it says.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails by panicking")]

use std::fs;

use scale_sim::clock::SECOND;
use scale_sim::everyday::{self, Load};
use scale_sim::published::{Assumed, CONCURRENCY, NEW_TABLE, RECORDS_OF_A_READ, TABLE_QUOTA};
use scale_sim::report::{self, as_built_row, by_inbox};
use scale_sim::stream::{Stream, Work};
use scale_sim::world::{Channel, Outcome, Pace, Setup, simulate};

const PEOPLE: u32 = 20_000;
/// More at once than a shard, or a new table, has room for.
const CROWD: Pace = Pace { goes_on_for: 20 * SECOND, abreast: 64 };

fn setups() -> Vec<Setup> {
    let mut setups = Vec::new();
    for (shards, writes) in [(1, NEW_TABLE), (8, NEW_TABLE), (8, TABLE_QUOTA), (64, TABLE_QUOTA)] {
        for channel in [Channel::Inbox, Channel::Webhook] {
            setups.extend([Pace::AS_BUILT, CROWD].map(|pace| Setup { channel, pace, ..by_inbox(PEOPLE, shards, writes) }));
        }
    }
    setups
}

#[test]
fn each_grant_is_claimed_once_and_each_message_sent() {
    for setup in setups() {
        let outcome = simulate(setup);
        assert_eq!((outcome.claimed_once, outcome.sent), (PEOPLE as usize, PEOPLE as usize), "{setup:?}");
    }
}

#[test]
fn no_second_of_a_partition_table_or_index_and_no_read_of_the_stream_is_over_its_limit() {
    for setup in setups() {
        let outcome = simulate(setup);
        assert!(outcome.fullest.iter().all(|(_, part)| *part <= 1.0), "{setup:?}: {:?}", outcome.fullest);
        assert!(outcome.most_of_a_read <= RECORDS_OF_A_READ, "{setup:?}: {}", outcome.most_of_a_read);
        assert!(outcome.most_at_once <= CONCURRENCY, "{setup:?}: {}", outcome.most_at_once);
    }
}

#[test]
fn a_read_of_the_stream_brings_a_thousand_records_at_most() {
    let mut stream = Stream::new(1, Assumed::default());
    for _ in 0..2_500 {
        let _ = stream.put(0, 0, Work::Look, 0);
    }
    assert_eq!(stream.most_of_a_read(), RECORDS_OF_A_READ);
}

#[test]
fn a_crowd_is_held_back_by_the_limit_that_it_meets() {
    let crowd = |shards, writes| simulate(Setup { pace: CROWD, ..by_inbox(PEOPLE, shards, writes) });
    let part = |outcome: &Outcome, of: &str| outcome.fullest.iter().find(|(name, _)| *name == of).unwrap().1;
    let one_shard = crowd(1, TABLE_QUOTA);
    assert!(part(&one_shard, "index partition") > 0.98 && part(&one_shard, "table") < 0.5, "{:?}", one_shard.fullest);
    let new_table = crowd(64, NEW_TABLE);
    assert!(part(&new_table, "index") > 0.9, "{:?}", new_table.fullest);
}

#[test]
fn every_run_comes_out_the_same() {
    for setup in setups() {
        assert_eq!(simulate(setup), simulate(setup), "{setup:?}");
    }
}

#[test]
fn the_table_in_the_document_is_what_the_simulation_says() {
    let document = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../../ARCHITECTURE.md")).unwrap();
    let (place, words) = report::find(&document).unwrap();
    assert_eq!(document[place], report::marked(words), "run `make scale-sim`");
    let setup = by_inbox(1_000_000, 8, NEW_TABLE);
    let row = as_built_row(&setup, &simulate(setup));
    assert!(words.lines().any(|line| line == row), "run `make scale-sim`: {row}");
}

#[test]
fn of_a_hundred_million_people_the_calls_are_met_first_and_nobodys_partition_is_hot() {
    let all = everyday::simulate(Load { people: 100_000_000, every_days: 1 });
    assert_eq!(all.lifecycles, 11_575);
    let part = |limit: &str| all.asked.iter().find(|asked| asked.limit == limit).unwrap().part();
    assert_eq!(all.asked[0].limit, "calls of the HTTP API");
    let partition = part("the busiest partition of the table");
    let after = ["the table's write units", "the busiest partition of the index"].map(part);
    assert!(after[0] > 1.0 && after[1] > 1.0 && after[1] < after[0], "{:?}", all.asked);
    let share = 4.0 * 11_575.0 / all.partitions as f64 / 1_000.0;
    assert!(partition >= share && partition < share + 0.05, "{partition} of {share}");
}

#[test]
fn a_popular_topic_makes_its_index_partition_the_fullest() {
    let few = everyday::simulate(Load { people: 100_000_000, every_days: 30 });
    assert_eq!(few.asked[0].limit, "the busiest partition of the index");
    let even = 2 * few.lifecycles / 4;
    assert!(few.asked[0].asked > even && few.asked[0].asked < 3 * even, "{:?}", few.asked[0]);
}

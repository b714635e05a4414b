//! What is simulated, and the tables that say what came of it.

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use crate::clock::{MILLISECOND, SECOND};
use crate::dice::mark;
use crate::everyday;
use crate::published::{Assumed, NEW_TABLE, TABLE_QUOTA};
use crate::world::{Channel, Outcome, Pace, Setup, simulate};

/// A release by inbox, as the code does it.
#[must_use]
pub fn by_inbox(people: u32, shards: u8, writes: u32) -> Setup {
    Setup { people, shards, channel: Channel::Inbox, writes, pace: Pace::AS_BUILT, assumed: Assumed::default() }
}

const SHARDS: [u8; 4] = [1, 8, 16, 64];

fn as_built(people: u32) -> Vec<Setup> {
    let mut setups = Vec::new();
    for channel in [Channel::Inbox, Channel::Webhook] {
        for writes in [NEW_TABLE, TABLE_QUOTA] {
            setups.extend(SHARDS.map(|shards| Setup { channel, ..by_inbox(people, shards, writes) }));
        }
    }
    setups
}

/// For how long the code's worker goes on, of the 30 seconds that it has.
const GOES_ON: u64 = Pace::AS_BUILT.goes_on_for;

fn other_paces(people: u32) -> Vec<Setup> {
    let of = |shards, goes_on_for, abreast| Setup { pace: Pace { goes_on_for, abreast }, ..by_inbox(people, shards, TABLE_QUOTA) };
    let with_eight = [(0, 1), (0, 4), (0, 16), (GOES_ON, 1), (GOES_ON, 4), (GOES_ON, 16)];
    let mut setups = with_eight.map(|(goes_on_for, abreast)| of(8, goes_on_for, abreast)).to_vec();
    setups.extend(SHARDS.map(|shards| of(shards, GOES_ON, 64)));
    setups
}

/// The assumptions, and what becomes of eight shards, inbox and a new table with another of them.
fn other_assumptions(people: u32) -> Vec<(&'static str, Setup)> {
    let base = Assumed::default();
    let of = |milliseconds: u64| milliseconds * MILLISECOND;
    let rows = [
        ("none", base),
        ("a stream hop of about 100 ms", Assumed { publish: of(40), poll: of(100), ..base }),
        ("a stream hop of about 500 ms", Assumed { publish: of(365), ..base }),
        ("the table answers in 10 ms", Assumed { call: of(10), ..base }),
        ("half the processor time for a call", Assumed { processor: base.processor / 2, ..base }),
        ("twice the processor time for a call", Assumed { processor: base.processor * 2, ..base }),
    ];
    rows.map(|(words, assumed)| (words, Setup { assumed, ..by_inbox(people, 8, NEW_TABLE) })).to_vec()
}

/// Simulates all of them, on as many threads as there are processors. Each is deterministic by itself.
fn simulate_all(setups: &[Setup]) -> Vec<Outcome> {
    let (next, outcomes) = (AtomicUsize::new(0), Mutex::new(vec![None; setups.len()]));
    let threads = thread::available_parallelism().map_or(1, usize::from);
    thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                while let Some((number, setup)) = Some(next.fetch_add(1, Ordering::Relaxed)).and_then(|n| Some((n, setups.get(n)?))) {
                    let outcome = simulate(*setup);
                    outcomes.lock().expect("no thread panicked")[number] = Some(outcome);
                }
            });
        }
    });
    outcomes.into_inner().expect("no thread panicked").into_iter().flatten().collect()
}

/// All tables.
#[must_use]
pub fn text(people: u32) -> String {
    let (as_built, other_paces, others) = (as_built(people), other_paces(people), other_assumptions(people));
    let (words, other_assumptions): (Vec<_>, Vec<_>) = others.into_iter().unzip();
    let mut outcomes = simulate_all(&[as_built.as_slice(), &other_paces, &other_assumptions].concat()).into_iter();
    let mut text = String::from(AS_BUILT);
    let mut line = |row: String| text.extend([row.as_str(), "\n"]);
    as_built.iter().zip(&mut outcomes).for_each(|(setup, outcome)| line(as_built_row(setup, &outcome)));
    line(OTHER_PACES.to_owned());
    other_paces.iter().zip(&mut outcomes).for_each(|(setup, outcome)| line(pace_row(setup, &outcome)));
    line(OTHER_ASSUMPTIONS.to_owned());
    words.iter().zip(&mut outcomes).for_each(|(words, outcome)| line(assumption_row(words, &outcome)));
    text + &everyday::text()
}

const AS_BUILT: &str = "\
| shards | channel | table | time | people/s | held back most by | write units | dollars |
| ---: | --- | ---: | ---: | ---: | --- | ---: | ---: |
";
const OTHER_PACES: &str = "
| shards | pages abreast | goes on for | time | people/s | held back most by | workers at once | dollars |
| ---: | ---: | ---: | ---: | ---: | --- | ---: | ---: |";
const OTHER_ASSUMPTIONS: &str = "
| another assumption | measured hop | time | people/s |
| --- | ---: | ---: | ---: |";

/// A row of the first table.
#[must_use]
pub fn as_built_row(setup: &Setup, outcome: &Outcome) -> String {
    let channel = if setup.channel == Channel::Inbox { "inbox" } else { "webhook" };
    let (shards, writes, pace, units) = (setup.shards, setup.writes, outcome.pace(), outcome.write_units as f64 / 1e6);
    let (time, held_by, dollars) = (minutes(outcome), held_by(outcome), outcome.dollars());
    format!("| {shards} | {channel} | {writes} | {time} | {pace:.0} | {held_by} | {units:.2} M | {dollars:.2} |")
}

fn pace_row(setup: &Setup, outcome: &Outcome) -> String {
    let (shards, abreast, goes_on_for) = (setup.shards, setup.pace.abreast, setup.pace.goes_on_for / SECOND);
    let (time, held_by, pace, at_once, dollars) =
        (minutes(outcome), held_by(outcome), outcome.pace(), outcome.most_at_once, outcome.dollars());
    format!("| {shards} | {abreast} | {goes_on_for} s | {time} | {pace:.0} | {held_by} | {at_once} | {dollars:.2} |")
}

fn assumption_row(words: &str, outcome: &Outcome) -> String {
    let (hop, time, pace) = (outcome.hop / MILLISECOND, minutes(outcome), outcome.pace());
    format!("| {words} | {hop} ms | {time} | {pace:.0} |")
}

/// How many people the simulation is of by whose mark a change of it shows in a test.
const FEW: u32 = 20_000;
const BEGIN: &str = "<!-- make scale-sim: ";
const END: &str = "<!-- end of make scale-sim -->\n";

/// The text with the marks of its own words and of what the same program says of a few.
#[must_use]
pub fn marked(text: &str) -> String {
    format!("{BEGIN}{} {} -->\n{text}{END}", mark(&self::text(FEW)), mark(text))
}

/// Where the marked text begins and ends in a document, and its words.
#[must_use]
pub fn find(document: &str) -> Option<(std::ops::Range<usize>, &str)> {
    let begin = document.find(BEGIN)?;
    let words = begin + document[begin..].find('\n')? + 1;
    let end = words + document[words..].find(END)?;
    Some((begin..end + END.len(), &document[words..end]))
}

fn minutes(outcome: &Outcome) -> String {
    let seconds = outcome.time.div_ceil(SECOND);
    format!("{}:{:02} min", seconds / 60, seconds % 60)
}

fn held_by(outcome: &Outcome) -> String {
    let [(first, of_first), (second, of_second)] = outcome.spent.largest_two();
    format!("{} {:.0} %, {} {:.0} %", first.words(), of_first * 100.0, second.words(), of_second * 100.0)
}

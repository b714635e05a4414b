//! What is aimed at, each figure beside its bound.

use crate::cold::Apart;
use crate::figure::Figure;
use crate::floor::Floor;
use crate::report::Of;
use crate::side::Who;
use crate::workload::float;

/// A row of the table.
#[derive(Debug, serde::Serialize)]
pub(crate) struct Row {
    pub(crate) what: &'static str,
    pub(crate) found: String,
    pub(crate) target: &'static str,
    pub(crate) holds: bool,
}

fn row(what: &'static str, found: String, target: &'static str, holds: bool) -> Row {
    Row { what, found, target, holds }
}

fn at(sides: &[Of], who: Who) -> &Of {
    sides.iter().find(|side| side.who == who).unwrap()
}

/// All of them.
pub(crate) fn all(sides: &[Of], floor: &Floor, apart: &Apart) -> Vec<Row> {
    [counts(sides), processor(sides), starts(sides, apart), floors(floor), vec![price(sides)]].into_iter().flatten().collect()
}

fn counts(sides: &[Of]) -> Vec<Row> {
    let trips = |side: &Of| side.measured.good(|tally| float(tally.round_trips));
    let writes = |side: &Of| side.measured.good(|tally| tally.write_units);
    let ours = at(sides, Who::Ringonce);
    let least = |count: &dyn Fn(&Of) -> f64| Figure::of(sides.iter().filter(|side| side.who != Who::Ringonce).map(count)).min;
    let writing = float(
        ours.measured
            .steps
            .values()
            .flat_map(|tally| &tally.operations)
            .filter(|(name, _)| *name != "GetItem")
            .map(|(_, count)| count)
            .sum(),
    );
    vec![
        row("writes of a lifecycle by inbox: round trips", format!("{writing}"), "4", writing <= 4.0),
        row(
            "round trips of a lifecycle, beside the best peer's",
            format!("{} of {}", trips(ours), least(&trips)),
            "fewer",
            trips(ours) < least(&trips),
        ),
        row("write units of a lifecycle", format!("{}", writes(ours)), "at most 6", writes(ours) <= 6.0),
        row(
            "write units, beside the best peer's",
            format!("{} of {}", writes(ours), least(&writes)),
            "fewer",
            writes(ours) < least(&writes),
        ),
    ]
}

fn processor(sides: &[Of]) -> Vec<Row> {
    let each = |who| at(sides, who).measured.cpu_of_all().median;
    let ours = each(Who::Ringonce);
    let (node, python) = (each(Who::Node) / ours, each(Who::Python) / ours);
    vec![
        row("warm CPU an invocation, ms", format!("{ours:.2}"), "at most 0.3", ours <= 0.3),
        row("Node's warm CPU, in ours", format!("{node:.1}"), "at least 8", node >= 8.0),
        row("Python's warm CPU, in ours", format!("{python:.1}"), "at least 20", python >= 20.0),
    ]
}

fn starts(sides: &[Of], apart: &Apart) -> Vec<Row> {
    let cpu = |who| at(sides, who).start(|start| start.cpu).median;
    let ours = cpu(Who::Ringonce);
    let (node, python) = (cpu(Who::Node) / ours, cpu(Who::Python) / ours);
    let ratio = Figure::of(apart.defaults.iter().map(|start| start.cpu)).median / ours;
    vec![
        row("Node's CPU of a cold start, in ours", format!("{node:.0}"), "at least 50", node >= 50.0),
        row("Python's CPU of a cold start, in ours", format!("{python:.0}"), "at least 50", python >= 50.0),
        row("the default Rust build's CPU of a cold start, in ours", format!("{ratio:.1}"), "at least 3", ratio >= 3.0),
    ]
}

fn floors(floor: &Floor) -> Vec<Row> {
    let ratio = Figure::of(floor.send.iter().zip(&floor.bare).map(|(send, bare)| send / bare));
    let free = floor.forged_round_trips == 0;
    vec![
        row("CPU of a send, in that of a bare conditional update", ratio.text(2), "at most 1.3", ratio.median <= 1.3),
        row(
            "forged tokens that one core refuses in a second",
            format!("{:.0}", floor.forged),
            "at least 100,000",
            floor.forged >= 100_000.0,
        ),
        row("requests to the table for them", floor.forged_round_trips.to_string(), "0", free),
    ]
}

fn price(sides: &[Of]) -> Row {
    let all = |side: &Of| side.bill().all();
    let best = Figure::of(sides.iter().filter(|side| side.who != Who::Ringonce).map(all)).min;
    let ratio = all(at(sides, Who::Ringonce)) / best;
    row("price of a million lifecycles, in the best peer's", format!("{ratio:.2}"), "at most 0.75", ratio <= 0.75)
}

//! What was found, as `docs/benchmarks.md` and as JSON.

use std::fmt::Write;
use std::path::Path;
use std::process::{Command, ExitCode};

use ringonce_tests::root;
use serde::Serialize;
use serde_json::json;

use crate::cold::{Apart, Start};
use crate::figure::Figure;
use crate::floor::Floor;
use crate::instructions::Instructions;
use crate::price::{ANSWER, Bill, Prices, REGION};
use crate::proxy::Tally;
use crate::races::Raced;
use crate::side::Who;
use crate::targets::{self, Row};
use crate::workload::{Measured, float};

/// What stands around the summary in other documents.
const MARKS: [&str; 2] = ["<!-- of docs/benchmarks.md -->", "<!-- end -->"];

/// What was found of one side.
#[derive(Debug, Serialize)]
pub(crate) struct Of {
    #[serde(serialize_with = "name")]
    pub(crate) who: Who,
    pub(crate) measured: Measured,
    pub(crate) starts: Vec<Start>,
    pub(crate) raced: Raced,
}

fn name<S: serde::Serializer>(who: &Who, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(who.name())
}

impl Of {
    pub(crate) fn start(&self, count: impl Fn(&Start) -> f64) -> Figure {
        Figure::of(self.starts.iter().map(count))
    }

    pub(crate) fn bill(&self) -> Bill {
        Bill::of(self.who, &self.measured, &Prices::read())
    }
}

/// All that was found.
pub(crate) struct Report {
    lifecycles: u64,
    sides: Vec<Of>,
    floor: Floor,
    instructions: Instructions,
    apart: Apart,
    rows: Vec<Row>,
}

impl Report {
    pub(crate) fn of(lifecycles: u64, sides: Vec<Of>, floor: Floor, instructions: Instructions, apart: Apart) -> Self {
        let rows = targets::all(&sides, &floor, &apart);
        Self { lifecycles, sides, floor, instructions, apart, rows }
    }

    /// Writes both files, and fails where a target is missed.
    pub(crate) fn write(&self) -> ExitCode {
        let (document, folder) = (root().join("docs/benchmarks.md"), root().join("target/bench"));
        std::fs::create_dir_all(&folder).unwrap();
        let all = json!({ "lifecycles": self.lifecycles, "sides": self.sides, "floor": self.floor, "instructions": self.instructions, "apart": self.apart, "targets": self.rows });
        std::fs::write(folder.join("benchmarks.json"), serde_json::to_string_pretty(&all).unwrap()).unwrap();
        std::fs::write(&document, self.text()).unwrap();
        self.show_in(&root().join("README.md"));
        print!("{}", self.targets());
        let missed = self.rows.iter().filter(|row| !row.holds).count();
        println!("\n{missed} of {} targets missed. {}", self.rows.len(), document.display());
        if missed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
    }

    fn text(&self) -> String {
        let mut text = include_str!("benchmarks.md").to_owned();
        let parts = [
            ("machine", machine()),
            ("versions", versions()),
            ("lifecycles", self.lifecycles.to_string()),
            ("rounds", self.sides[0].raced.rounds.to_string()),
            ("answer", ANSWER.to_string()),
            ("region", REGION.to_owned()),
            ("summary", self.summary()),
            ("targets", self.targets()),
            ("counts", self.counts()),
            ("processor", self.processor()),
            ("instructions", self.instructions()),
            ("starts", self.starts()),
            ("races", self.races()),
            ("prices", self.prices()),
        ];
        for (name, part) in parts {
            text = text.replace(&format!("<{name}>"), part.trim_end());
        }
        text
    }

    /// Puts the summary between the marks that stand there for it.
    fn show_in(&self, document: &Path) {
        let text = std::fs::read_to_string(document).unwrap();
        let (before, rest) = text.split_once(MARKS[0]).unwrap();
        let (_, after) = rest.split_once(MARKS[1]).unwrap();
        std::fs::write(document, format!("{before}{}\n{}{}{after}", MARKS[0], self.summary(), MARKS[1])).unwrap();
    }

    fn summary(&self) -> String {
        let mut text = "| | round trips | write units | warm CPU, ms | cold start's CPU, ms | dollars a million | sent twice | caps exceeded |\n| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |\n".to_owned();
        for side in &self.sides {
            let trips = side.measured.good(|tally| float(tally.round_trips));
            let writes = side.measured.good(|tally| tally.write_units);
            let (warm, cold) = (side.measured.cpu_of_all().median, side.start(|start| start.cpu).median);
            let (all, Raced { rounds, double, over, .. }) = (side.bill().all(), &side.raced);
            writeln!(
                text,
                "| {} | {trips} | {writes} | {warm:.2} | {cold:.1} | {all:.2} | {double} of {rounds} | {over} of {rounds} |",
                side.who.name()
            )
            .unwrap();
        }
        text
    }

    fn targets(&self) -> String {
        let mut text = "| figure | found | target | |\n| --- | ---: | ---: | --- |\n".to_owned();
        for Row { what, found, target, holds } in &self.rows {
            writeln!(text, "| {what} | {found} | {target} | {} |", if *holds { "" } else { "**missed**" }).unwrap();
        }
        text
    }

    fn counts(&self) -> String {
        let steps = ["ask", "grant", "send", "deliver"];
        let mut text = "| | ask | grant | send | deliver | round trips | write units | read units | KB |\n| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |\n".to_owned();
        for side in &self.sides {
            let good = |count: fn(&Tally) -> f64| side.measured.good(count);
            let of_steps = steps.map(|step| side.measured.steps[step].round_trips.to_string()).join(" | ");
            let (trips, bytes) = (good(|tally| float(tally.round_trips)), good(|tally| float(tally.bytes)) / 1_000.0);
            let (writes, reads) = (good(|tally| tally.write_units), good(|tally| tally.read_units));
            writeln!(text, "| {} | {of_steps} | {trips} | {writes} | {reads} | {bytes:.1} |", side.who.name()).unwrap();
        }
        text.push_str("\nOf the whole workload, each figure divided by the lifecycles:\n\n| | round trips | write units | read units |\n| --- | ---: | ---: | ---: |\n");
        for side in &self.sides {
            let each = |count: fn(&Tally) -> f64| side.measured.each(count).text(2);
            let (trips, writes) = (each(|tally| float(tally.round_trips)), each(|tally| tally.write_units));
            writeln!(text, "| {} | {trips} | {writes} | {} |", side.who.name(), each(|tally| tally.read_units)).unwrap();
        }
        text
    }

    fn processor(&self) -> String {
        let functions = ["request-optin", "grant-token", "send-notification", "deliver"];
        let mut text = "| | request-optin | grant-token | send-notification | deliver | of all | in ours | peak, MB |\n| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |\n".to_owned();
        let ours = self.sides[0].measured.cpu_of_all().median;
        for side in &self.sides {
            let of = |function| side.measured.cpu(function).map_or_else(String::new, |cpu| format!("{:.2}", cpu.median));
            let all = side.measured.cpu_of_all();
            let functions = functions.map(of).join(" | ");
            writeln!(
                text,
                "| {} | {functions} | {} | {:.1} | {:.0} |",
                side.who.name(),
                all.text(2),
                all.median / ours,
                side.measured.peak
            )
            .unwrap();
        }
        text
    }

    fn instructions(&self) -> String {
        let Instructions { ours, textbook, bare } = self.instructions;
        let mut text = "| | instructions | in a bare update's |\n| --- | ---: | ---: |\n".to_owned();
        for (what, count) in [("Ringonce", ours), ("textbook (Rust), of two requests", textbook), ("a bare conditional update", bare)] {
            writeln!(text, "| {what} | {count} | {:.2} |", float(count) / float(bare)).unwrap();
        }
        text
    }

    fn starts(&self) -> String {
        let mut text = "| | CPU, ms | in ours | to the first poll, ms | peak, MB |\n| --- | ---: | ---: | ---: | ---: |\n".to_owned();
        let ours = self.sides[0].start(|start| start.cpu).median;
        let sides = self.sides.iter().map(|side| (side.who.name(), &side.starts));
        let apart = [("only answers (Rust)", &self.apart.hello), ("the SDK's defaults (Rust)", &self.apart.defaults)];
        for (name, starts) in sides.chain(apart) {
            let of = |count: fn(&Start) -> f64| Figure::of(starts.iter().map(count));
            let (cpu, wall, peak) = (of(|start| start.cpu), of(|start| start.wall), of(|start| start.peak));
            writeln!(text, "| {name} | {} | {:.1} | {} | {:.0} |", cpu.text(1), cpu.median / ours, wall.text(1), peak.median).unwrap();
        }
        text
    }

    fn races(&self) -> String {
        let mut text =
            "| | tokens sent twice | tokens never sent | caps exceeded | caps not reached |\n| --- | ---: | ---: | ---: | ---: |\n"
                .to_owned();
        for Of { who, raced, .. } in &self.sides {
            writeln!(text, "| {} | {} | {} | {} | {} |", who.name(), raced.double, raced.unsent, raced.over, raced.under).unwrap();
        }
        text
    }

    fn prices(&self) -> String {
        let mut text =
            "| | table | compute | front | all | in ours | a release to a million |\n| --- | ---: | ---: | ---: | ---: | ---: | ---: |\n"
                .to_owned();
        let ours = self.sides[0].bill().all();
        for side in &self.sides {
            let bill = side.bill();
            let Bill { table, compute, front, release } = bill;
            writeln!(
                text,
                "| {} | {table:.2} | {compute:.2} | {front:.2} | {:.2} | {:.2} | {release:.2} |",
                side.who.name(),
                bill.all(),
                bill.all() / ours
            )
            .unwrap();
        }
        text
    }
}

fn printed(program: &str, arguments: &[&str]) -> String {
    let output = Command::new(program).args(arguments).current_dir(root()).output();
    output.map_or_else(|_| "unknown".to_owned(), |output| String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

fn machine() -> String {
    let cpus = std::fs::read_to_string("/proc/cpuinfo").unwrap();
    let model =
        cpus.lines().find_map(|line| line.strip_prefix("model name")).map_or("unknown", |rest| rest.trim_start_matches([' ', '\t', ':']));
    let cores = std::thread::available_parallelism().map_or(0, std::num::NonZero::get);
    format!("{cores} cores of {} ({model}), {}", std::env::consts::ARCH, printed("date", &["-u", "+%B %Y"]))
}

fn versions() -> String {
    let pins = std::fs::read_to_string(root().join("bench/peers/python/requirements.txt")).unwrap();
    let python: Vec<_> = pins
        .lines()
        .filter(|line| ["boto3=", "aws-lambda-powertools=", "zae-limiter="].iter().any(|name| line.starts_with(name)))
        .collect();
    let package: serde_json::Value =
        serde_json::from_str(&std::fs::read_to_string(root().join("bench/peers/node/package.json")).unwrap()).unwrap_or_default();
    let node: Vec<_> = package["dependencies"]
        .as_object()
        .into_iter()
        .flatten()
        .map(|(name, version)| format!("{name} {}", version.as_str().unwrap_or_default()))
        .collect();
    format!(
        "{}; Node {}: {}; Python: {}",
        printed("rustc", &["--version"]),
        printed("node", &["--version"]),
        node.join(", "),
        python.join(", ").replace("==", " ")
    )
}

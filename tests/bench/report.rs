//! What was found, as a table: each row beside its target.

use std::process::ExitCode;

use ringonce_tests::counts::{self, Row};

use crate::release::Measured;

/// The report, and how many rows miss their target.
#[derive(Default)]
pub(crate) struct Report {
    text: String,
    rows: Vec<[String; 3]>,
    missed: usize,
}

impl Report {
    pub(crate) fn counts(&mut self, rows: &[Row]) {
        self.text = counts::table(rows);
        self.missed += rows.iter().filter(|row| row.at_most.is_some_and(|most| row.write_units > most)).count();
    }

    pub(crate) fn inbox(&mut self, few: &Measured, many: &Measured) {
        let people = many.people;
        self.row(
            &format!("release to {people} by inbox: writes a second, of those of bare conditional updates"),
            many.rate / many.bare,
            Bound::Least(0.8),
        );
        self.row(
            "time a person, of that in the smaller release, the engine's own slowdown divided out",
            growth(few, many),
            Bound::Within(0.15),
        );
        self.row("write units a person", many.units / people, Bound::Most(3.0));
        self.row("write units of counting, a person", many.counting / people, Bound::Most(0.05));
        self.row("read units a person", many.reads / people, Bound::None);
        self.row("most memory, engine and all, MB", many.peak, Bound::Most(200.0));
        self.row("people a second (says how this machine does)", people / many.took.as_secs_f64(), Bound::None);
    }

    pub(crate) fn webhook(&mut self, measured: &Measured) {
        self.row(
            &format!("release to {} by webhook: write units a person", measured.people),
            measured.units / measured.people,
            Bound::Most(4.0),
        );
        self.row("write units of counting, a person", measured.counting / measured.people, Bound::Most(0.05));
    }

    fn row(&mut self, what: &str, found: f64, bound: Bound) {
        let (target, holds) = bound.judge(found);
        self.missed += usize::from(!holds);
        self.rows.push([what.to_owned(), format!("{found:.3}"), if holds { target } else { format!("{target}, MISSED") }]);
    }

    pub(crate) fn print(&self) -> ExitCode {
        println!("{}", self.text);
        println!("| what | found | target |\n| --- | ---: | --- |");
        for [what, found, target] in &self.rows {
            println!("| {what} | {found} | {target} |");
        }
        println!("\n{} of the targets missed.", self.missed);
        if self.missed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
    }
}

/// Time a person against time a person, each against what the engine did beside it.
fn growth(few: &Measured, many: &Measured) -> f64 {
    let each = |measured: &Measured| measured.took.as_secs_f64() / measured.people * measured.bare;
    each(many) / each(few)
}

enum Bound {
    Least(f64),
    Most(f64),
    Within(f64),
    None,
}

impl Bound {
    fn judge(self, found: f64) -> (String, bool) {
        match self {
            Self::Least(least) => (format!("at least {least}"), found >= least),
            Self::Most(most) => (format!("at most {most}"), found <= most),
            Self::Within(part) => (format!("1, within {part}"), (found - 1.0).abs() <= part),
            Self::None => (String::new(), true),
        }
    }
}

/// Most memory that this process has held so far, in MB.
pub(crate) fn memory_peak() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    peak.trim().trim_end_matches(" kB").parse::<f64>().unwrap() / 1_024.0
}

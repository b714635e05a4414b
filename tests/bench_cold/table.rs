//! The table that is printed, with each target beside its figure.

use std::process::ExitCode;
use std::time::Duration;

use ringonce_tests::lambda::cold::{Charged, MOST_INSTRUCTIONS, most_kib};
use ringonce_tests::lambda::package::PACKAGES;

/// Most CPU beyond that of a function that only answers.
const BEYOND_HELLO: Duration = Duration::from_millis(2);

/// What was measured of one program.
pub(crate) struct Row {
    /// Its name.
    pub(crate) name: &'static str,
    /// Its instructions.
    pub(crate) instructions: u64,
    /// The bytes of its zip.
    pub(crate) zip: u64,
    /// What each start was charged.
    pub(crate) charges: Vec<Charged>,
}

/// All of them; the first is the function that only answers.
pub(crate) struct Table(pub(crate) Vec<Row>);

impl Row {
    /// The middle one of what `of` reads in each start.
    fn median<T: Ord>(&self, of: impl Fn(&Charged) -> T) -> T {
        let mut all: Vec<_> = self.charges.iter().map(of).collect();
        all.sort();
        all.swap_remove(all.len() / 2)
    }

    fn cpu(&self) -> Duration {
        self.median(|charged| charged.cpu)
    }

    /// What of it misses its target; of a program that is none of ours, nothing.
    fn missed(&self, hello: Duration) -> Vec<String> {
        let Some((_, zip)) = PACKAGES.iter().find(|(name, _)| *name == self.name) else { return Vec::new() };
        let most_kib = most_kib(self.name);
        let peak = self.median(|charged| charged.peak_kib);
        let beyond = self.cpu().saturating_sub(hello);
        let targets = [
            (self.instructions > MOST_INSTRUCTIONS, format!("{} instructions of {MOST_INSTRUCTIONS}", self.instructions)),
            (beyond > BEYOND_HELLO, format!("{beyond:.1?} of CPU beyond hello, of {BEYOND_HELLO:?}")),
            (peak > most_kib, format!("{peak} KiB of {most_kib}")),
            (self.zip > *zip, format!("a zip of {} bytes of {zip}", self.zip)),
        ];
        targets.into_iter().filter(|(missed, _)| *missed).map(|(_, what)| format!("{}: {what}", self.name)).collect()
    }

    fn print(&self, hello: Duration) {
        let milliseconds = |time: Duration| time.as_secs_f64() * 1_000.0;
        println!(
            "| {} | {:.1} | {:.1} | {:+.1} | {:.1} | {} | {:.1} | {:.2} |",
            self.name,
            self.instructions as f64 / 1e6,
            milliseconds(self.cpu()),
            milliseconds(self.cpu()) - milliseconds(hello),
            milliseconds(self.median(|charged| charged.wall)),
            self.median(|charged| charged.faults),
            self.median(|charged| charged.peak_kib) as f64 / 1024.0,
            self.zip as f64 / 1e6,
        );
    }
}

impl Table {
    /// Prints it, and what misses its target.
    pub(crate) fn print(&self) -> ExitCode {
        let hello = self.0[0].cpu();
        println!("| function | M instructions | CPU, ms | beyond hello | to the first poll, ms | page faults | peak, MiB | zip, MB |");
        println!("| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |");
        self.0.iter().for_each(|row| row.print(hello));
        println!("| target | 15 | | +2 | | | 12; deliver and sweep 16 | 2.5; console, deliver and sweep 3.5 |");
        println!(
            "\nMedians of {} starts each, in turn. Keys read, client built, connection open; the table without TLS.",
            self.0[0].charges.len()
        );
        let missed: Vec<_> = self.0.iter().flat_map(|row| row.missed(hello)).collect();
        missed.iter().for_each(|missed| println!("MISSED {missed}"));
        if missed.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
    }
}

//! What strangers send, made up by the million: each target takes bytes, does with them what the program does, and asserts
//! what must hold. `make fuzz SECONDS=60` runs each target for so long and prints a line of it; a test runs each for a
//! second, always from the same seed.
//!
//! The harness is our own, because the engines that are led by coverage need an unstable compiler: without one `bolero`
//! plays a corpus back as it is and never changes it, draws another seed each time, and counts nothing. Here the corpus is
//! changed, and what leads to an outcome of another kind is kept and changed further.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails by panicking")]

mod harness;
mod targets;

use std::process::ExitCode;
use std::time::Duration;

use harness::{Report, Target};

/// Where the changes begin unless `SEED` says otherwise.
const SEED: u64 = 20_261_125;

fn main() -> ExitCode {
    let seconds = std::env::args().nth(1).map_or(60, |text| text.parse().expect("how many seconds for each target"));
    let seed = std::env::var("SEED").map_or(SEED, |text| text.parse().expect("SEED is a number"));
    let only = std::env::var("TARGET").unwrap_or_default();
    println!("seed {seed}, {seconds} seconds for each target");
    let mut sound = true;
    for target in targets::ALL.iter().filter(|target| target.name.starts_with(&only)) {
        let report = harness::run(target, seed, Duration::from_secs(seconds));
        println!("{}", line(target, &report));
        sound &= report.finding.is_none();
    }
    if sound { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn line(target: &Target, Report { cases, kinds, time, finding }: &Report) -> String {
    let found = finding.as_ref().map_or("no finding".to_owned(), |finding| format!("1 finding: {finding}"));
    let a_second = *cases * 1_000 / u64::try_from(time.as_millis()).unwrap().max(1);
    format!("{:12} {cases:>9} cases {a_second:>7}/s {kinds:>5} kinds of outcome   {found}", target.name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn for_a_second(name: &str) {
        let target = targets::ALL.iter().find(|target| target.name == name).unwrap();
        let report = harness::run(target, SEED, Duration::from_secs(1));
        println!("{}", line(target, &report));
        assert!(report.finding.is_none(), "{}", report.finding.unwrap());
        assert!(report.kinds > 1, "{name} reaches nothing");
    }

    #[test]
    fn an_id_or_token_is_read_only_as_it_was_written() {
        for_a_second("ids");
    }

    #[test]
    fn a_link_opens_only_as_it_was_sealed() {
        for_a_second("link");
    }

    #[test]
    fn a_value_keeps_to_its_rule_and_is_read_as_it_was_written() {
        for_a_second("values");
    }

    #[test]
    fn only_https_to_a_public_address_passes_the_guard() {
        for_a_second("guard");
    }

    #[test]
    fn a_header_is_read_as_its_rule_says() {
        for_a_second("headers");
    }

    #[test]
    fn whatever_a_provider_answers_has_its_verdict() {
        for_a_second("providers");
    }

    #[test]
    fn whatever_is_asked_of_the_api_is_answered_well_formed() {
        for_a_second("api");
    }

    #[test]
    fn whatever_is_asked_of_the_graph_is_answered_well_formed() {
        for_a_second("graph");
    }

    #[test]
    fn whatever_the_gateway_brings_is_answered_or_refused() {
        for_a_second("gateway");
    }

    #[test]
    fn whatever_a_schedule_brings_is_carried_out_or_refused() {
        for_a_second("occurrences");
    }

    #[test]
    fn whatever_the_stream_brings_is_dealt_with_or_named() {
        for_a_second("stream");
    }

    #[test]
    fn whatever_item_the_table_holds_is_read_or_called_corrupt() {
        for_a_second("items");
    }

    #[test]
    fn every_target_is_tested() {
        for Target { name, .. } in targets::ALL {
            assert!(include_str!("main.rs").contains(&format!("for_a_second(\"{name}\")")), "{name}");
        }
    }
}

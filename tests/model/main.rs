//! `cargo run -p ringonce-model --bin model`: checks the design and each design that lacks a rule, and prints one line a
//! check. Ends with 1 where a promise is broken, or one that should be is not. An argument says how many faults a run of
//! the whole design may have instead.

use std::process::ExitCode;
use std::time::Instant;

use ringonce_model::check::{self, Counterexample, FAULTS, FAULTS_OF_RUNS};
use ringonce_model::ending::follow;
use ringonce_model::properties::{ENDS, PROMISES};
use ringonce_model::{BROKEN, Channel, Design, OneMessage};

fn main() -> ExitCode {
    let faults = std::env::args().nth(1).map_or(Ok(FAULTS), |argument| argument.parse());
    let Ok(faults) = faults else {
        eprintln!("how many faults a run may have is a number");
        return ExitCode::FAILURE;
    };
    println!("| promise | design | method | states | violations | seconds |");
    println!("| --- | --- | --- | ---: | --- | ---: |");
    let whole = [Channel::Recognises, Channel::Forgets].map(|channel| keeps_its_promises(channel, faults) & ends(channel));
    let broken = BROKEN.map(|(rule, channel, promise)| {
        let begun = Instant::now();
        let found = check::without(rule, channel, promise);
        let (states, violations) = match &found {
            Some(Counterexample { states, actions }) => (*states, format!("expected, in {} steps", actions.len())),
            None => (0, "none, but expected".to_owned()),
        };
        line(promise, &format!("without {rule:?}, {channel:?}"), states, &violations, begun);
        found.is_some()
    });
    let all_well = whole.iter().chain(&broken).all(|well| *well);
    if all_well { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn keeps_its_promises(channel: Channel, faults: u8) -> bool {
    let begun = Instant::now();
    let checked = check::whole(channel, faults);
    for promise in PROMISES {
        let by = checked.broken.iter().find(|(broken, _)| *broken == promise);
        let violations = by.map_or_else(|| "0".to_owned(), |(_, actions)| format!("{actions:?}"));
        line(promise, &format!("whole, {channel:?}"), checked.states, &violations, begun);
    }
    for name in &checked.unreached {
        line(name, &format!("whole, {channel:?}"), checked.states, "never reached", begun);
    }
    checked.broken.is_empty() && checked.unreached.is_empty()
}

fn ends(channel: Channel) -> bool {
    let begun = Instant::now();
    let runs = follow(&OneMessage { design: Design::whole(channel), faults: FAULTS_OF_RUNS });
    let violations = match (runs.goes_round, runs.is_stuck) {
        (false, false) => "0",
        (true, _) => "a run goes round",
        (false, true) => "a run is stuck",
    };
    line(&format!("{ENDS}: no run goes on for ever"), &format!("whole, {channel:?}"), runs.states, violations, begun);
    violations == "0"
}

fn line(promise: &str, design: &str, states: usize, violations: &str, begun: Instant) {
    println!("| {promise} | {design} | model | {states} | {violations} | {:.1} |", begun.elapsed().as_secs_f32());
}

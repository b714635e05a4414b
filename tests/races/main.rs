//! Races under faults, at length: REDEEMS (100,000) racing redemptions, eight for each token, most of them with a tenth of all
//! requests going wrong, and questions at a cap; SEED chooses another course.

use std::process::ExitCode;

use ringonce_tests::faults::{Raced, caps, tokens};

const RACERS: u64 = 8;
/// How many of a hundred redemptions are tried with how many of a hundred requests going wrong.
const SHARES: [(u64, u64); 4] = [(10, 0), (70, 10), (10, 30), (10, 60)];
/// Of so many calls with a tenth of the requests going wrong no more than one may remain without an answer.
const ANSWERED: u64 = 1_000;

fn number(name: &str, otherwise: u64) -> u64 {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(otherwise)
}

#[tokio::main]
async fn main() -> ExitCode {
    let (redeems, seed) = (number("REDEEMS", 100_000), number("SEED", 20_261_125));
    let mut sound = true;
    for (share, percent) in SHARES {
        let raced = tokens(redeems * share / 100 / RACERS, RACERS, percent, seed).await;
        sound &= tell("redemptions", percent, &raced);
    }
    for percent in [0, 10, 60] {
        let raced = caps(redeems / 1_000, 12, percent, seed).await;
        sound &= tell("questions", percent, &raced);
    }
    if sound { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Prints what came of races, and says whether all is as promised.
fn tell(of: &str, percent: u64, raced: &Raced) -> bool {
    let Raced { calls, answered, double, winners_told_no, unexplained } = raced;
    let is_answered = percent > 10 || (calls - answered) * ANSWERED <= *calls;
    println!(
        "races: {calls} {of} at {percent} % faults: {answered} answered, {double} double, {winners_told_no} winners told no, \
         {unexplained} histories that nothing explains"
    );
    raced.violations() == 0 && is_answered
}

//! `bench-peers`: Ringonce beside what people would use instead, on the same engine, by the same events, in the same run.
//! Writes `docs/benchmarks.md`, and everything that was measured to `target/bench/benchmarks.json`.

#![expect(clippy::unwrap_used, reason = "a bench that cannot be set up fails by panicking")]

mod capacity;
mod cold;
mod figure;
mod floor;
mod instructions;
mod price;
mod profile;
mod proxy;
mod races;
mod report;
mod side;
mod targets;
mod workload;

use std::path::Path;
use std::process::ExitCode;

use report::{Of, Report};
use side::ALL;

/// A number of the environment, or else `otherwise`.
fn number(name: &str, otherwise: u64) -> u64 {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(otherwise)
}

#[tokio::main]
async fn main() -> ExitCode {
    let arguments: Vec<_> = std::env::args().skip(1).collect();
    match &arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        [] => measure().await,
        ["instructions"] => {
            println!("{:?}", instructions::run().await);
            ExitCode::SUCCESS
        }
        ["profile", program] => {
            profile::run(Path::new(program)).await;
            ExitCode::SUCCESS
        }
        _ => panic!("bench-peers, bench-peers instructions, or bench-peers profile PROGRAM"),
    }
}

async fn measure() -> ExitCode {
    let (lifecycles, rounds) = (number("LIFECYCLES", 2_000), number("RACES", 20));
    let mut sides = Vec::new();
    for who in ALL {
        eprintln!("{}: {lifecycles} lifecycles", who.name());
        let measured = workload::run(who, lifecycles).await;
        eprintln!("{}: cold starts", who.name());
        let starts = cold::run(who).await;
        eprintln!("{}: {rounds} races of each kind", who.name());
        let raced = races::run(who, rounds).await;
        sides.push(Of { who, measured, starts, raced });
    }
    eprintln!("the floors");
    let floor = floor::run().await;
    eprintln!("instructions");
    let instructions = instructions::run().await;
    Report::of(lifecycles, sides, floor, instructions, cold::apart().await).write()
}

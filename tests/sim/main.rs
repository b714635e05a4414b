//! `make sim SEEDS=100000`: runs so many seeds from `FROM` on, over all cores. A violation is printed with the seed that
//! replays it: `make sim FROM=<seed> SEEDS=1`.

use std::collections::BTreeMap;
use std::process::ExitCode;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use ringonce_sim::{Outcome, Scenario, run};

fn number(name: &str, otherwise: u64) -> u64 {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(otherwise)
}

fn main() -> ExitCode {
    let (from, seeds) = (number("FROM", 0), number("SEEDS", 10_000));
    let began = Instant::now();
    let (next, broken, states) = (AtomicU64::new(from), Mutex::new(0_u64), Mutex::new(BTreeMap::<String, u64>::new()));
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                while let Some(seed) = Some(next.fetch_add(1, Ordering::Relaxed)).filter(|seed| *seed < from + seeds) {
                    let outcome = run(seed);
                    if !outcome.violations.is_empty() {
                        *broken.lock().expect("not poisoned") += 1;
                        tell(&outcome);
                    }
                    let mut states = states.lock().expect("not poisoned");
                    outcome.states.into_iter().for_each(|state| *states.entry(state).or_default() += 1);
                }
            });
        }
    });
    let broken = *broken.lock().expect("not poisoned");
    let ends: Vec<_> = states.lock().expect("not poisoned").iter().map(|(state, count)| format!("{state} {count}")).collect();
    println!(
        "simulation: {seeds} seeds from {from}, {broken} with violations, {} s; opt-ins ended: {}",
        began.elapsed().as_secs(),
        ends.join(", ")
    );
    if broken == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn tell(outcome: &Outcome) {
    println!("seed {}: {:?}", outcome.seed, Scenario::of(outcome.seed));
    for violation in &outcome.violations {
        println!("seed {}: {}: {}", outcome.seed, violation.promise, violation.how);
    }
}

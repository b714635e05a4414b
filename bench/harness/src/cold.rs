//! Cold starts, from the start of a program until it asks for its first event.

use std::process::Command;
use std::time::Instant;

use ringonce_tests::lambda::cold::Charged;
use ringonce_tests::lambda::function::Function;
use ringonce_tests::lambda::package::unpack_zip;
use ringonce_tests::root;
use serde::Serialize;

use crate::side::{PATIENCE, Side, Who};
use crate::workload::float;

/// Starts of each.
const STARTS: usize = 11;

/// One start.
#[derive(Debug, Clone, Copy, Serialize)]
pub(crate) struct Start {
    /// CPU, in milliseconds.
    pub(crate) cpu: f64,
    /// On the wall, in milliseconds.
    pub(crate) wall: f64,
    /// Most memory until then, in MB.
    pub(crate) peak: f64,
}

/// Starts of functions that are on nobody's side.
#[derive(Debug, Serialize)]
pub(crate) struct Apart {
    /// That only answers, built as ours are.
    pub(crate) hello: Vec<Start>,
    /// That is built as the SDK's examples are.
    pub(crate) defaults: Vec<Start>,
}

pub(crate) async fn run(who: Who) -> Vec<Start> {
    // What is read from the disk for the first time, or unpacked, is in none of the figures.
    let side = Side::start(who, 1).await;
    measured(async |number| side.process("send-notification", number).await).await
}

pub(crate) async fn apart() -> Apart {
    Apart { hello: of_build("hello").await, defaults: of_build("defaults").await }
}

async fn of_build(name: &str) -> Vec<Start> {
    let zip = root().join(format!("bench/cold/{name}/target/lambda/{name}/bootstrap.zip"));
    assert!(zip.exists(), "{} is missing: `make bench` builds it", zip.display());
    let side = Side::start(Who::Ringonce, 0).await;
    let program = unpack_zip(&zip, &side.folder(name));
    measured(async |number| side.run("send-notification", Command::new(&program), number).await).await
}

async fn measured(start: impl AsyncFn(usize) -> Function) -> Vec<Start> {
    let mut starts = Vec::new();
    for number in 1..=STARTS {
        let begun = Instant::now();
        let process = start(number).await;
        process.started(PATIENCE).await;
        let Charged { cpu, wall, peak_kib, .. } = Charged::until_now(process.id(), begun.elapsed());
        let peak = float(peak_kib) / 1_024.0;
        starts.push(Start { cpu: cpu.as_secs_f64() * 1_000.0, wall: wall.as_secs_f64() * 1_000.0, peak });
    }
    starts
}

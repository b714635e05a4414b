//! `make bench-cold`: what a cold start of each packaged function costs, beside a function that only answers and beside what
//! the SDK's examples come to, each measured again and again in turn on this machine.

mod table;

use std::path::PathBuf;
use std::process::ExitCode;

use ringonce_domain::keyring::KeyRing;
use ringonce_tests::engine::Engine;
use ringonce_tests::lambda::cold::{Charged, charged, instructions, valgrind};
use ringonce_tests::lambda::function::Surroundings;
use ringonce_tests::lambda::package::{Folder, PACKAGES, unpack_zip, zip};
use ringonce_tests::lambda::template::Template;
use ringonce_tests::root;
use table::{Row, Table};

/// Starts of each.
const STARTS: usize = 21;

/// Whose environment a program is given that is none of ours.
const STAND_IN: &str = "send-notification";

/// What is started: its name, its program, and the bytes of its zip.
struct Started {
    name: &'static str,
    program: PathBuf,
    zip: u64,
}

#[tokio::main]
async fn main() -> ExitCode {
    let (engine, template, folder) = (Engine::embedded().await, Template::read(), Folder::new());
    let keys = KeyRing::generate([[1; 32], [2; 32], [3; 32]]);
    let surroundings = Surroundings { template: &template, table: &engine.table, endpoint: &engine.endpoint, keys: &keys };
    let all = all(&folder);
    let mut charges: Vec<Vec<Charged>> = vec![Vec::new(); all.len()];
    for round in 1..=STARTS {
        eprintln!("starting each for the {round}th time of {STARTS}");
        for (one, charges) in all.iter().zip(&mut charges) {
            charges.push(charged(environment(one.name), &one.program, &surroundings).await);
        }
    }
    let valgrind = valgrind();
    let mut rows = Vec::new();
    for (one, charges) in all.iter().zip(charges) {
        eprintln!("counting the instructions of {}", one.name);
        let instructions = instructions(&valgrind, environment(one.name), &one.program, &surroundings).await;
        rows.push(Row { name: one.name, instructions, zip: one.zip, charges });
    }
    Table(rows).print()
}

fn environment(name: &'static str) -> &'static str {
    if PACKAGES.iter().any(|(package, _)| *package == name) { name } else { STAND_IN }
}

fn all(folder: &Folder) -> Vec<Started> {
    let started = |name, path: PathBuf| {
        let zip = std::fs::metadata(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display())).len();
        Started { name, program: unpack_zip(&path, &folder.0.join(name)), zip }
    };
    let beside =
        ["hello", "defaults"].map(|name| started(name, root().join(format!("bench/cold/{name}/target/lambda/{name}/bootstrap.zip"))));
    let ours = PACKAGES.map(|(name, _)| started(name, zip(name)));
    beside.into_iter().chain(ours).collect()
}

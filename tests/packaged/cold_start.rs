//! What a cold start costs, in instructions: a measure that no busy machine changes.

use std::process::Command;
use std::time::Duration;

use ringonce_domain::keyring::KeyRing;
use ringonce_tests::engine::Engine;

use crate::gatekeeper::Gatekeeper;
use crate::package::{Folder, PACKAGES, runs_here, unpack};
use crate::permissions::granted;
use ringonce_tests::lambda::function::{Function, Surroundings};
use ringonce_tests::lambda::template::Template;

/// Most instructions until the first event is asked for.
const AT_MOST: u64 = 15_000_000;

/// A program runs fifty times slower when its instructions are counted.
const PATIENCE: Duration = Duration::from_secs(120);

/// Where valgrind is: a program that starts with no environment finds nothing by its name.
fn valgrind() -> String {
    let found = Command::new("sh").args(["-c", "command -v valgrind"]).output().unwrap();
    assert!(found.status.success(), "valgrind counts the instructions: `make setup` installs it");
    String::from_utf8(found.stdout).unwrap().trim().to_owned()
}

/// The number in the line `==123== Collected : 456`.
fn collected(log: &str) -> u64 {
    let (_, rest) = log.split_once("Collected : ").unwrap_or_else(|| panic!("nothing was counted:\n{log}"));
    rest.split_whitespace().next().unwrap().parse().unwrap()
}

/// The instructions of a function's program from its start until it asks for its first event.
async fn instructions(valgrind: &str, name: &str, surroundings: &Surroundings<'_>) -> u64 {
    let folder = Folder::new();
    let mut command = Command::new(valgrind);
    command.args(["--tool=callgrind", "--callgrind-out-file=/dev/null"]).arg(unpack(name, &folder.0));
    let mut function = Function::start(name, command, surroundings, &folder.0).await;
    function.started(PATIENCE).await;
    function.stop();
    collected(&function.logged())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cold_start_takes_few_instructions() {
    if !runs_here() {
        return;
    }
    let valgrind = valgrind();
    let (engine, template) = (Engine::embedded().await, Template::read());
    let roles = PACKAGES.map(|(name, _)| (name.to_owned(), granted(&template, name))).into();
    let gatekeeper = Gatekeeper::start(&engine.endpoint, &engine.table, roles).await;
    let (keys, endpoint) = (KeyRing::generate([[1; 32], [2; 32], [3; 32]]), format!("http://{}", gatekeeper.address));
    let surroundings = Surroundings { template: &template, table: &engine.table, endpoint: &endpoint, keys: &keys };
    for (name, _) in PACKAGES {
        let instructions = instructions(&valgrind, name, &surroundings).await;
        println!("a cold start of {name} takes {instructions} instructions of {AT_MOST}, TLS to the table not counted");
        assert!(instructions <= AT_MOST, "{name}: {instructions} instructions, and {AT_MOST} at the most");
    }
    assert_eq!(gatekeeper.denied(), [""; 0]);
    let unprimed: Vec<_> = gatekeeper.unused().into_iter().filter(|unused| unused.contains(":GetItem")).collect();
    assert_eq!(unprimed, [""; 0], "each has opened its connection by a read");
}

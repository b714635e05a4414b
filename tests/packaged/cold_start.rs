//! What a cold start costs, in instructions and in memory: measures that no busy machine changes.

use ringonce_domain::keyring::KeyRing;
use ringonce_tests::engine::Engine;
use ringonce_tests::lambda::cold::{charged, instructions, valgrind};
use ringonce_tests::lambda::function::Surroundings;
use ringonce_tests::lambda::package::{Folder, PACKAGES, runs_here, unpack};
use ringonce_tests::lambda::template::Template;

use crate::gatekeeper::Gatekeeper;
use crate::permissions::granted;

/// Most instructions until the first event is asked for.
const INSTRUCTIONS: u64 = 15_000_000;

/// Most memory by then, in KiB. What carries the open web's TLS beside AWS's may take more.
fn most_kib(function: &str) -> u64 {
    if matches!(function, "deliver" | "sweep") { 16 * 1024 } else { 12 * 1024 }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cold_start_takes_few_instructions_and_little_memory() {
    if !runs_here() {
        return;
    }
    let valgrind = valgrind();
    let (engine, template) = (Engine::embedded().await, Template::read());
    let roles = PACKAGES.map(|(name, _)| (name.to_owned(), granted(&template, name))).into();
    let gatekeeper = Gatekeeper::start(&engine.endpoint, &engine.table, roles).await;
    let (keys, endpoint) = (KeyRing::generate([[1; 32], [2; 32], [3; 32]]), format!("http://{}", gatekeeper.address));
    let surroundings = Surroundings { template: &template, table: &engine.table, endpoint: &endpoint, keys: &keys };
    let folder = Folder::new();
    for (name, _) in PACKAGES {
        let program = unpack(name, &folder.0);
        let instructions = instructions(&valgrind, name, &program, &surroundings).await;
        let peak = charged(name, &program, &surroundings).await.peak_kib;
        println!(
            "a cold start of {name} takes {instructions} instructions of {INSTRUCTIONS}, TLS to the table not counted, and {peak} KiB"
        );
        assert!(instructions <= INSTRUCTIONS, "{name}: {instructions} instructions, and {INSTRUCTIONS} at the most");
        assert!(peak <= most_kib(name), "{name}: {peak} KiB, and {} at the most", most_kib(name));
    }
    assert_eq!(gatekeeper.denied(), [""; 0]);
    let unprimed: Vec<_> = gatekeeper.unused().into_iter().filter(|unused| unused.contains(":GetItem")).collect();
    assert_eq!(unprimed, [""; 0], "each has opened its connection by a read");
}

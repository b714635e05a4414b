//! What a cold start costs, in instructions and in memory: measures that no busy machine changes.

use ringonce_domain::keyring::KeyRing;
use ringonce_tests::engine::Engine;
use ringonce_tests::lambda::cold::{MOST_INSTRUCTIONS, charged, instructions, most_kib, valgrind};
use ringonce_tests::lambda::function::Surroundings;
use ringonce_tests::lambda::package::{Folder, PACKAGES, runs_here, unpack};
use ringonce_tests::lambda::template::Template;

use crate::gatekeeper::Gatekeeper;
use crate::permissions::granted;

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
            "a cold start of {name} takes {instructions} instructions of {MOST_INSTRUCTIONS}, TLS to the table not counted, and {peak} KiB"
        );
        assert!(instructions <= MOST_INSTRUCTIONS, "{name}: {instructions} instructions, and {MOST_INSTRUCTIONS} at the most");
        assert!(peak <= most_kib(name), "{name}: {peak} KiB, and {} at the most", most_kib(name));
    }
    assert_eq!(gatekeeper.denied(), [""; 0]);
    let unprimed: Vec<_> = gatekeeper.unused().into_iter().filter(|unused| unused.contains(":GetItem")).collect();
    assert_eq!(unprimed, [""; 0], "each has opened its connection by a read");
}

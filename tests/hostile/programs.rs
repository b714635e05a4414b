//! The functions' programs over one table.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use ringonce_domain::keyring::KeyRing;
use ringonce_tests::engine::Engine;
use ringonce_tests::lambda::function::{Function, Surroundings};
use ringonce_tests::lambda::runtime_api::Outcome;
use ringonce_tests::lambda::template::Template;
use serde_json::Value;

/// Longest wait for a program's start.
const START: Duration = Duration::from_secs(60);

/// Running functions, their table and their logs.
pub(crate) struct Programs {
    functions: BTreeMap<&'static str, Function>,
    _engine: Engine,
    folder: PathBuf,
}

impl Programs {
    /// Starts the functions of those names.
    pub(crate) async fn start(names: &[&'static str]) -> Self {
        let (engine, template) = (Engine::embedded().await, Template::read());
        let keys = KeyRing::generate([[1; 32], [2; 32], [3; 32]]);
        let folder = std::env::temp_dir().join(format!("ringonce-hostile-{}-{}", std::process::id(), engine.table));
        std::fs::create_dir_all(&folder).unwrap();
        let surroundings = Surroundings { template: &template, table: &engine.table, endpoint: &engine.endpoint, keys: &keys };
        let mut functions = BTreeMap::new();
        for name in names {
            functions.insert(*name, Function::start(name, Command::new(program(name)), &surroundings, &folder).await);
        }
        for function in functions.values() {
            function.started(START).await;
        }
        Self { functions, _engine: engine, folder }
    }

    /// What a function makes of an event. One that has died makes nothing of it, and the test ends.
    pub(crate) async fn outcome(&self, name: &str, event: &str) -> Outcome {
        self.functions[name].outcome(event).await
    }

    /// What a function has logged.
    pub(crate) fn logged(&self, name: &str) -> String {
        self.functions[name].logged()
    }

    /// Checks at the end that every process lives, and that every line that was logged is JSON, as Lambda was asked for: a
    /// panic's is not.
    pub(crate) fn assert_sound(&mut self) {
        for (name, function) in &mut self.functions {
            assert!(function.lives(), "{name} has ended:\n{}", function.logged());
            for line in function.logged().lines() {
                assert!(serde_json::from_str::<Value>(line).is_ok_and(|line| line.is_object()), "{name} logs {line}");
            }
        }
    }
}

impl Drop for Programs {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

/// The program that stands beside this test's own.
fn program(name: &str) -> PathBuf {
    let own = std::env::current_exe().unwrap();
    let program = own.parent().and_then(|deps| deps.parent()).unwrap().join(name);
    assert!(program.exists(), "there is no {name}: run `cargo build --workspace --bins`");
    program
}

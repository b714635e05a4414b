//! Every command that the README shows is run here.

use std::path::Path;
use std::process::Command;

use crate::dev::{Dev, Folder};

pub(crate) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap()
}

/// The lines of all `sh` blocks.
fn commands() -> Vec<String> {
    let readme = std::fs::read_to_string(root().join("README.md")).unwrap();
    let blocks = readme.split("```sh\n").skip(1).map(|rest| rest.split("```").next().unwrap().to_owned());
    blocks.flat_map(|block| block.lines().map(str::to_owned).collect::<Vec<_>>()).filter(|line| !line.trim().is_empty()).collect()
}

#[test]
fn every_command_of_the_readme_runs() {
    let folder = Folder::new("readme");
    let local = |command: &mut Command| {
        command.current_dir(root()).env("RINGONCE_PORT", "0").env("RINGONCE_STATE_DIR", &folder.0);
    };
    let mut make_dev = Command::new("make");
    make_dev.arg("dev");
    local(&mut make_dev);
    let dev = Dev::spawn(make_dev);
    let commands = commands();
    assert!(commands.len() >= 4, "{commands:?}");
    let program = Path::new(env!("CARGO_BIN_EXE_ringonce")).parent().unwrap();
    let path = format!("{}:{}", program.display(), std::env::var("PATH").unwrap());
    for line in commands {
        match line.as_str() {
            // It runs already; and this test is part of the other.
            "make dev" | "make test" => {}
            line => {
                let mut shell = Command::new("bash");
                shell.args(["-c", line]).env("PATH", &path);
                local(&mut shell);
                let output = shell.output().unwrap();
                assert!(output.status.success(), "{line}: {}", String::from_utf8_lossy(&output.stderr));
            }
        }
    }
    drop(dev);
}

#[test]
fn ci_calls_exactly_the_readmes_test_command() {
    let ci = std::fs::read_to_string(root().join(".ci/run")).unwrap();
    let commands: Vec<_> = ci.lines().filter(|line| !line.trim().is_empty() && !line.starts_with('#')).collect();
    assert_eq!(commands, ["set -eu", "cd \"$(dirname \"$0\")/..\"", "make test"]);
}

/// All Rust sources of the workspace, as one text.
fn sources(folder: &Path) -> String {
    let mut text = String::new();
    for entry in std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
        if entry.is_dir() && !entry.ends_with("target") && !entry.ends_with(".git") {
            text.push_str(&sources(&entry));
        } else if entry.extension().is_some_and(|extension| extension == "rs") {
            text.push_str(&std::fs::read_to_string(&entry).unwrap());
        }
    }
    text
}

#[test]
fn every_invariant_names_a_test_that_exists() {
    let architecture = std::fs::read_to_string(root().join("ARCHITECTURE.md")).unwrap();
    let invariants: Vec<_> = architecture.lines().filter(|line| line.starts_with("Invariant: ")).collect();
    assert!(invariants.len() >= 15, "{}", invariants.len());
    let sources = sources(root());
    for invariant in invariants {
        let test = invariant.rsplit_once("(`").and_then(|(_, rest)| rest.strip_suffix("`).")).unwrap_or_else(|| panic!("{invariant}"));
        assert!(sources.contains(&format!("fn {test}(")), "no test `{test}`");
    }
}

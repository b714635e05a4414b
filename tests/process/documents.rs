//! Every command that the documents show is run here, and what they say of the repository is so.

use std::path::Path;
use std::process::Command;

use ringonce_tests::root;

use crate::dev::{Dev, Folder};

const DOCUMENTS: [&str; 7] =
    ["README.md", "docs/from-messenger.md", "docs/deploy.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "CHANGELOG.md", "SECURITY.md"];

/// Commands that other tests carry out, that this one is part of, or that need an AWS account: only planned here. Of the
/// last, `template` and `packaged` check what can be checked without one.
const PLANNED: [&str; 10] = [
    "make dev",
    "make watch",
    "make setup",
    "make lint",
    "make nextest",
    "make check-api",
    "make check-template",
    "make test",
    "make package",
    "make deploy DEPLOY=--guided",
];

fn read(document: &str) -> String {
    std::fs::read_to_string(root().join(document)).unwrap()
}

/// The code blocks of a document: language and text.
fn blocks(document: &str) -> Vec<(String, String)> {
    let text = read(document);
    let fenced = text.split("```").skip(1).step_by(2);
    fenced.map(|block| block.split_once('\n').unwrap()).map(|(language, text)| (language.to_owned(), text.to_owned())).collect()
}

/// A block as it can be run here, where the port and the folder are others.
fn runnable(block: &str, dev: &Dev, folder: &Folder) -> String {
    let line = |line: &str| if PLANNED.contains(&line) { line.replacen("make", "make --dry-run", 1) } else { line.to_owned() };
    let script = block.lines().map(line).collect::<Vec<_>>().join("\n");
    script.replace("http://127.0.0.1:9000", &dev.api).replace(".ringonce/", &format!("{}/", folder.0.display()))
}

/// Has the function itself read a block as a schedule's input, when EventBridge Scheduler has replaced its keywords.
fn read_as_input(block: &str) {
    let input = block.replace("<aws.scheduler.schedule-arn>", "arn").replace("<aws.scheduler.scheduled-time>", "2026-12-24T18:00:00Z");
    let read = send_notification::Occurrence::parse(&input);
    assert!(read.is_ok(), "{block}: {}", read.err().unwrap().detail());
}

#[test]
fn every_code_block_of_the_documents_runs() {
    let folder = Folder::new("documents");
    let local = |command: &mut Command| {
        command.current_dir(root()).env("RINGONCE_PORT", "0").env("RINGONCE_STATE_DIR", &folder.0);
    };
    let mut make_dev = Command::new("make");
    make_dev.arg("dev");
    local(&mut make_dev);
    let dev = Dev::spawn(make_dev);
    let program = Path::new(env!("CARGO_BIN_EXE_ringonce")).parent().unwrap();
    let path = format!("{}:{}", program.display(), std::env::var("PATH").unwrap());
    let mut said = String::new();
    for (language, block) in DOCUMENTS.iter().flat_map(|document| blocks(document)) {
        match language.as_str() {
            "text" | "html" => continue,
            "json" => {
                read_as_input(&block);
                continue;
            }
            "sh" => {}
            other => panic!("nobody runs a block of `{other}`:\n{block}"),
        }
        let mut shell = Command::new("bash");
        shell.args(["-euo", "pipefail", "-c", &runnable(&block, &dev, &folder)]).env("PATH", &path);
        local(&mut shell);
        let output = shell.output().unwrap();
        let printed = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        assert!(output.status.success(), "{block}\n{printed}");
        said.push_str(&printed);
    }
    for expected in ["\"state\":\"asked\"", "\"state\":\"granted\"", "\"state\":\"queued\"", "\"code\":\"token-used\"", "ro_sk_"] {
        assert!(said.contains(expected), "no `{expected}` in {said}");
    }
}

#[test]
fn the_readmes_first_screen_says_how_to_begin() {
    let readme = read("README.md");
    let screen: Vec<_> = readme.lines().take(40).collect();
    for command in ["make dev", "make test"] {
        assert!(screen.contains(&command), "{command}");
    }
}

/// `make bench` writes both.
#[test]
fn the_readmes_comparison_is_that_of_the_last_bench() {
    let (readme, benchmarks) = (read("README.md"), read("docs/benchmarks.md"));
    let (_, rest) = readme.split_once("<!-- of docs/benchmarks.md -->\n").unwrap();
    let (summary, _) = rest.split_once("<!-- end -->").unwrap();
    assert!(summary.lines().count() > 3 && benchmarks.contains(summary), "{summary}");
}

#[test]
fn ci_calls_exactly_the_readmes_test_commands() {
    let ci = read(".ci/run");
    let commands: Vec<_> = ci.lines().filter(|line| !line.trim().is_empty() && !line.starts_with('#')).collect();
    assert_eq!(commands, ["set -eu", "cd \"$(dirname \"$0\")/..\"", "make test-all"]);
}

#[test]
fn the_workflow_of_forks_calls_targets_that_there_are() {
    let (workflow, makefile) = (read(".github/workflows/test.yaml"), read("Makefile"));
    let runs: Vec<_> = workflow.lines().filter_map(|line| line.trim().strip_prefix("- run: ")).collect();
    assert!(!runs.is_empty());
    for run in runs {
        for target in run.strip_prefix("make ").unwrap_or_else(|| panic!("`{run}` is no target")).split(' ') {
            assert!(makefile.lines().any(|line| line.starts_with(&format!("{target}:"))), "no target `{target}`");
        }
    }
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

/// The tests that the end of a line names: `... (`one`, `another`)` of an invariant, `... | `one`, `another` |` of a row.
fn named<'a>(line: &'a str, begins: &str, ends: &str) -> Vec<&'a str> {
    let (_, tests) = line.rsplit_once(begins).unwrap_or_else(|| panic!("{line}"));
    tests.strip_suffix(ends).unwrap_or_else(|| panic!("{line}")).split("`, `").collect()
}

#[test]
fn every_invariant_names_a_test_that_exists() {
    let (architecture, security) = (read("ARCHITECTURE.md"), read("SECURITY.md"));
    let invariants: Vec<_> = architecture.lines().filter(|line| line.starts_with("Invariant: ")).collect();
    assert!(invariants.len() >= 15, "{}", invariants.len());
    let risk = |number| security.lines().find(|line| line.starts_with(&format!("| API{number} "))).unwrap();
    let risks = (1..=10).map(risk);
    let of_invariants = invariants.into_iter().flat_map(|line| named(line, " (`", "`)."));
    let sources = sources(root());
    for test in of_invariants.chain(risks.flat_map(|row| named(row, " | `", "` |"))) {
        assert!(sources.contains(&format!("fn {test}(")), "no test `{test}`");
    }
}

/// What `make sabotage` changes has to stand where the document says, once, and the test that is to notice has to exist.
#[test]
fn every_sabotage_finds_its_line_and_its_test() {
    let (proof, sources) = (read("docs/proof.md"), sources(root()));
    let (_, table) = proof.split_once("## Sabotage").unwrap();
    let rows: Vec<_> = table.lines().filter(|line| line.starts_with("| ") && line.as_bytes()[2].is_ascii_digit()).collect();
    assert!(rows.len() >= 10, "{}", rows.len());
    for row in rows {
        let cells: Vec<_> = row.trim_matches('|').split(" | ").map(|cell| cell.trim().trim_matches('`').replace("\\|", "|")).collect();
        let [number, _, file, before, after, test] = cells.as_slice() else { panic!("{row}") };
        assert_eq!(read(file).matches(before.as_str()).count(), 1, "sabotage {number}: `{before}` in {file}");
        assert_ne!(before, after, "sabotage {number}");
        let name = test.rsplit([' ', ':']).next().unwrap();
        let stands = [format!("fn {name}("), format!("mod {name};")].iter().any(|begin| sources.contains(begin));
        assert!(stands, "sabotage {number}: no test `{test}`");
    }
}

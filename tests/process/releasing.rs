//! `ringonce release`: a preview and a question, a bar or lines, and a Ctrl-C that stops nothing but the showing.

use std::io::{BufRead, BufReader, Read};
use std::process::{Command, Stdio};
use std::time::Instant;

use serde_json::Value;

use crate::caller::{Told, local, on_terminal, run};
use crate::dev::{Dev, Folder, PATIENCE};
use crate::releases::let_them_wait;

/// Some people who wait for `shirt-m` of the demo business.
async fn waiting(name: &str, people: usize) -> (Folder, Dev) {
    let folder = Folder::new(name);
    let dev = Dev::start(&folder.0, &[], None);
    let_them_wait(&folder.0, people).await;
    let begun = Instant::now();
    while run(&folder, &["topics", "shirt-m", "--json"]).json()["waiting"] != people {
        assert!(begun.elapsed() < PATIENCE, "they are not counted");
    }
    (folder, dev)
}

/// The release as it is listed, which it is moments after it was started.
fn release_of(folder: &Folder, id: &str) -> Value {
    let begun = Instant::now();
    loop {
        let listed = run(folder, &["release", "list", "--json"]).json();
        if let Some(release) = listed["releases"].as_array().unwrap().iter().find(|release| release["id"] == id) {
            return release.clone();
        }
        assert!(begun.elapsed() < PATIENCE, "{id} is not listed");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_release_is_started_watched_to_its_end_and_listed() {
    let (folder, _dev) = waiting("releasing", 5).await;
    let start = ["release", "start", "shirt-m", "--text", "It is back."];
    let unasked = run(&folder, &start).failed(2);
    assert!(unasked.contains("add --yes"), "{unasked}");
    assert!(run(&folder, &["release", "list"]).done().contains("No release yet"));

    let told = run(&folder, &[&start[..], &["--limit", "2", "--yes"]].concat());
    assert!(told.err.is_empty(), "no bar where no terminal is: {}", told.err);
    let lines = told.done();
    let id = lines.lines().next().unwrap().strip_prefix("Started: ").unwrap();
    let end = format!("{id} is finished: as many people were taken as it was for\n  taken 2: sent 2\n");
    assert!(lines.ends_with(&end) && !lines.contains('\x1b'), "{lines}");

    let lines = run(&folder, &[&start[..], &["--title", "Shirts", "--order", "newest", "--yes", "--json"]].concat()).done();
    let lines: Vec<Value> = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let last = lines.last().unwrap();
    assert_eq!(
        (&lines[0]["id"], &last["state"], &last["sent"], &last["reason"]),
        (&last["id"], &"finished".into(), &3.into(), &"nobody-waits".into())
    );
    let listed = run(&folder, &["release", "list"]).done();
    assert!(listed.starts_with("STARTED") && listed.lines().count() == 3 && listed.contains("finished"), "{listed}");
    assert_eq!(run(&folder, &["release", "list", "--limit", "1", "--json"]).json()["releases"].as_array().unwrap().len(), 1);
    let over = run(&folder, &["release", "watch", id]).done();
    assert!(over.ends_with(&end), "{over}");
    assert!(run(&folder, &["release", "stop", id]).failed(3).contains("(already-finished)"));
    assert!(run(&folder, &["release", "watch", "r_nonsense"]).failed(3).contains("(not-found)"));
    let half = run(&folder, &[&start[..], &["--batch-size", "2", "--yes"]].concat());
    assert!(half.failed(2).contains("--batch-every"));
}

/// Waits for the first line that a command prints, and gives back the rest.
fn first_line(stdout: impl Read) -> (String, BufReader<impl Read>) {
    let (mut reader, mut line) = (BufReader::new(stdout), String::new());
    reader.read_line(&mut line).unwrap();
    (line, reader)
}

#[tokio::test(flavor = "multi_thread")]
async fn ctrl_c_ends_the_showing_and_not_the_release() {
    let (folder, _dev) = waiting("releasing-detached", 4).await;
    let steps = ["--batch-size", "1", "--batch-every", "2s", "--yes"];
    let mut start = local(&folder, &[&["release", "start", "shirt-m", "--text", "It is back."][..], &steps].concat());
    let mut child = start.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let (started, mut rest) = first_line(child.stdout.take().unwrap());
    let id = started.trim().strip_prefix("Started: ").unwrap().to_owned();
    let mut shown = String::new();
    rest.read_line(&mut shown).unwrap();
    assert!(shown.starts_with("taken "), "{shown}");
    assert!(Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap().success());
    let mut said = String::new();
    child.stderr.take().unwrap().read_to_string(&mut said).unwrap();
    assert!(child.wait().unwrap().success(), "{said}");
    let again = format!("ringonce release watch {id} --local --state-dir {}", folder.0.display());
    assert!(said.contains("the release goes on") && said.contains(&again), "{said}");

    assert_eq!(release_of(&folder, &id)["state"], "running");
    let watched = run(&folder, &["release", "watch", &id]).done();
    assert!(watched.contains("; the next step at 2") && watched.ends_with("taken 4: sent 4\n"), "{watched}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_release_that_is_stopped_takes_nobody_else_and_fails_the_watch() {
    let (folder, _dev) = waiting("releasing-stopped", 3).await;
    let steps = ["--batch-size", "1", "--batch-every", "1h", "--yes", "--detach"];
    let told = run(&folder, &[&["release", "start", "shirt-m", "--text", "x"][..], &steps].concat());
    assert!(told.err.contains("to watch it: ringonce release watch"), "{told:?}");
    let out = told.done();
    let id = out.trim().strip_prefix("Started: ").unwrap();
    let begun = Instant::now();
    while release_of(&folder, id)["sent"] != 1 {
        assert!(begun.elapsed() < PATIENCE, "the first step is not over");
    }
    let stopped = run(&folder, &["release", "stop", id]).done();
    assert_eq!(stopped, format!("{id} is stopped: it took 1 person, and nobody else.\n"));
    let watch = run(&folder, &["release", "watch", id]);
    assert!(watch.code == 1 && watch.err.contains("the release was stopped: the business stopped it"), "{watch:?}");
    let detached = local(&folder, &[&["release", "start", "shirt-m", "--text", "x", "--json"][..], &steps].concat()).output().unwrap();
    let started: Value = serde_json::from_str(&Told::from(detached).done()).unwrap();
    assert_eq!(run(&folder, &["release", "stop", started["id"].as_str().unwrap(), "--json"]).json()["state"], "stopped");
}

#[tokio::test(flavor = "multi_thread")]
async fn on_a_terminal_who_is_next_and_what_it_costs_are_shown_and_only_a_yes_begins() {
    let (folder, _dev) = waiting("releasing-terminal", 12).await;
    let start = ["release", "start", "shirt-m", "--text", "It is back."];
    for typed in ["n\n", "\n", "perhaps\n"] {
        let (code, shown) = on_terminal(&folder, &start, typed);
        assert!(code == 1 && shown.contains("nothing was started"), "{typed:?}: {shown}");
    }
    assert!(run(&folder, &["release", "list"]).done().contains("No release yet"));
    let (code, shown) = on_terminal(&folder, &[&start[..], &["--limit", "11"]].concat(), "y\n");
    for words in [
        "Waiting for shirt-m: 12 people",
        "the oldest ahead",
        "person-00000",
        "... and 1 more",
        "Message: It is back.",
        "write units",
        "dollars",
        "Send it to 11 people? [y/N]",
        "\x1b[32mfinished\x1b[0m",
        "taken 11: sent 11",
    ] {
        assert!(shown.contains(words), "no `{words}` in\n{shown}");
    }
    assert!(code == 0 && !shown.contains("person-00011"), "{shown}");
    assert!(shown.contains("/11  "), "a bar: {shown:?}");
    let (code, shown) = on_terminal(&folder, &["release", "start", "nothing", "--text", "x"], "y\n");
    assert!(code == 1 && shown.contains("nobody waits: nothing was started"), "{shown}");
}

//! What the commands of whoever has a key are tested with.

use std::io::Write;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use serde_json::Value;

use crate::dev::{Folder, ringonce};

/// What a command came to.
#[derive(Debug)]
pub(crate) struct Told {
    pub(crate) code: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl From<Output> for Told {
    fn from(output: Output) -> Self {
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        Self { code: output.status.code().unwrap(), out: text(output.stdout), err: text(output.stderr) }
    }
}

impl Told {
    /// That it was done.
    pub(crate) fn done(self) -> String {
        assert_eq!(self.code, 0, "{self:?}");
        self.out
    }

    /// What was printed as JSON, if it was done.
    pub(crate) fn json(self) -> Value {
        serde_json::from_str(&self.done()).unwrap()
    }

    /// What was said of a failure of this exit code: nothing is printed as an answer then.
    pub(crate) fn failed(self, code: i32) -> String {
        assert!(self.code == code && self.out.is_empty(), "{self:?}");
        self.err
    }
}

/// The program in an environment that names no Ringonce.
pub(crate) fn bare(arguments: &[&str]) -> Command {
    let mut command = ringonce();
    command.args(arguments).stdin(Stdio::null());
    for name in ["RINGONCE_ORIGIN", "RINGONCE_API_KEY", "RINGONCE_STATE_DIR"] {
        command.env_remove(name);
    }
    command
}

/// The program over the `ringonce dev` that uses `folder`.
pub(crate) fn local(folder: &Folder, arguments: &[&str]) -> Command {
    let mut command = bare(arguments);
    command.args(["--local", "--state-dir"]).arg(&folder.0);
    command
}

pub(crate) fn run(folder: &Folder, arguments: &[&str]) -> Told {
    local(folder, arguments).output().unwrap().into()
}

/// The same with something in standard input.
pub(crate) fn fed(folder: &Folder, arguments: &[&str], input: &str) -> Told {
    let mut command = local(folder, arguments);
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    child.wait_with_output().unwrap().into()
}

/// The same on a terminal, where `typed` is typed: the exit code and all that is shown.
pub(crate) fn on_terminal(folder: &Folder, arguments: &[&str], typed: &str) -> (i32, String) {
    let words = [env!("CARGO_BIN_EXE_ringonce")].into_iter().chain(arguments.iter().copied());
    let words = words.chain(["--local", "--state-dir", folder.0.to_str().unwrap()]);
    let line: Vec<_> = words.map(|word| format!("'{}'", word.replace('\'', r"'\''"))).collect();
    let mut script = Command::new("script");
    script.args(["-qec", &line.join(" "), "/dev/null"]).env("TERM", "xterm").env_remove("NO_COLOR");
    let mut child = script.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    // Held open: `script` passes its end on as the end of what is typed.
    let mut stdin = child.stdin.take().unwrap();
    stdin.write_all(typed.as_bytes()).unwrap();
    let mut shown = String::new();
    std::io::Read::read_to_string(&mut child.stdout.take().unwrap(), &mut shown).unwrap();
    drop(stdin);
    (child.wait().unwrap().code().unwrap(), shown)
}

/// Answers a link with yes, by the inbox.
pub(crate) fn say_yes(consent_url: &str) {
    let body = r#"{"answer":"grant","channel":"inbox"}"#;
    let curl = Command::new("curl").args(["-sS", "-H", "Content-Type: application/json", "-d", body, consent_url]).output().unwrap();
    let answer = String::from_utf8(curl.stdout).unwrap();
    assert!(answer.contains("\"state\":\"granted\""), "{answer}");
}

/// Asks a person, who says yes; gives the opt-in's id.
pub(crate) fn grant(folder: &Folder, user: &str, topic: &str) -> String {
    let asked = run(folder, &["ask", user, topic, "--title", "Rad shirt, M", "--json"]).json();
    say_yes(asked["consent_url"].as_str().unwrap());
    asked["id"].as_str().unwrap().to_owned()
}

/// A file for its owner.
pub(crate) fn keep(folder: &Path, name: &str, text: &str) -> String {
    let file = folder.join(name);
    std::fs::write(&file, text).unwrap();
    file.to_str().unwrap().to_owned()
}

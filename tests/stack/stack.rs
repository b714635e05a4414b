//! The stack on the emulator: how it is made, and how it is called.

use std::process::{Command, Output};
use std::time::{Duration, Instant};

use ringonce_adapters::ambient::Clock;
use ringonce_tests::http::{self, Answer};
use ringonce_tests::root;
use serde_json::Value;

/// Made up by the emulator for whoever asks.
const REGION: &str = "eu-central-1";
const NAME: &str = "ringonce";

/// The stack.
pub(crate) struct Stack {
    emulator: String,
    outputs: Value,
    keys: String,
}

fn output(command: &mut Command) -> Output {
    command.output().unwrap_or_else(|error| panic!("{command:?}: {error}"))
}

fn said(output: &Output) -> String {
    assert!(output.status.success(), "{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout.clone()).unwrap()
}

/// A command that takes the emulator for AWS.
fn at(emulator: &str, program: impl AsRef<std::ffi::OsStr>) -> Command {
    let mut command = Command::new(program);
    command.current_dir(root()).env("AWS_ENDPOINT_URL", emulator).envs([
        ("AWS_REGION", REGION),
        ("AWS_DEFAULT_REGION", REGION),
        ("AWS_ACCESS_KEY_ID", "test"),
        ("AWS_SECRET_ACCESS_KEY", "test"),
    ]);
    command
}

impl Stack {
    /// Makes the keys and then the stack, as an operator does.
    pub(crate) fn deploy() -> Self {
        let emulator = std::env::var("RINGONCE_MINISTACK").expect("`make test-stack` starts the emulator");
        said(&output(at(&emulator, env!("CARGO_BIN_EXE_ringonce")).arg("init")));
        let python = ["python", "scripts/stack.py", "deploy", NAME];
        let outputs = said(&output(at(&emulator, "scripts/with-tools").args(python)));
        let secret = ["python", "scripts/stack.py", "secret", "ringonce/keys"];
        let keys = said(&output(at(&emulator, "scripts/with-tools").args(secret)));
        Self { emulator, outputs: serde_json::from_str(&outputs).unwrap(), keys }
    }

    /// Its name.
    pub(crate) fn name(&self) -> &'static str {
        NAME
    }

    fn output(&self, name: &str) -> &str {
        self.outputs[name].as_str().unwrap_or_else(|| panic!("the stack puts out no {name}: {}", self.outputs))
    }

    /// What the program prints to the operator of this stack.
    pub(crate) fn ringonce(&self, arguments: &[&str]) -> String {
        let mut command = at(&self.emulator, env!("CARGO_BIN_EXE_ringonce"));
        command.envs([("RINGONCE_TABLE", self.output("Table")), ("RINGONCE_ORIGIN", self.output("Origin")), ("RINGONCE_KEYS", &self.keys)]);
        said(&output(command.args(arguments)))
    }

    /// Where the emulator serves what the origin would.
    pub(crate) fn here(&self, path: &str) -> String {
        let api = self.output("ApiEndpoint").strip_prefix("https://").unwrap().split('.').next().unwrap();
        format!("{}/_aws/execute-api/{api}/$default{path}", self.emulator)
    }

    /// The path of an address under the origin.
    fn path<'a>(&self, url: &'a str) -> &'a str {
        url.strip_prefix(self.output("Origin")).unwrap_or_else(|| panic!("{url} is not under {}", self.output("Origin")))
    }

    /// What the API answers to the holder of a key.
    pub(crate) async fn call(&self, method: &str, path: &str, key: &str, body: &Value) -> Answer {
        let bearer = format!("Bearer {key}");
        let headers = [("authorization", bearer.as_str()), ("content-type", "application/json")];
        let body = if body.is_null() { String::new() } else { body.to_string() };
        http::send(method, &self.here(path), &headers, body).await
    }

    /// A page that anybody may open.
    pub(crate) async fn open(&self, url: &str) -> Answer {
        http::send("GET", &self.here(self.path(url)), &[], "").await
    }

    /// A person's answer to the question at `url`.
    pub(crate) async fn answer(&self, url: &str, body: &Value) -> Answer {
        http::send("POST", &self.here(self.path(url)), &[("content-type", "application/json")], body.to_string()).await
    }

    /// The message once it has ended, or as it is when `patience` has.
    pub(crate) async fn ended(&self, key: &str, id: &str, patience: Duration) -> Value {
        let begun = Instant::now();
        loop {
            let message = self.call("GET", &format!("/v1/notifications/{id}"), key, &Value::Null).await.json();
            if begun.elapsed() > patience || !["queued", "scheduled", "attempting"].map(|state| message["state"] == state).contains(&true) {
                return message;
            }
            tokio::time::sleep(Duration::from_millis(500)).await;
        }
    }

    /// A time that is so far off, as the API takes it.
    pub(crate) fn in_seconds(&self, seconds: u64) -> String {
        (Clock::SYSTEM.now() + Duration::from_secs(seconds)).to_string()
    }
}

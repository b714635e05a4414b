//! A function's program as a process, in the environment that Lambda would give it and no other.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use serde_json::Value;
use tokio::time::timeout;

use super::runtime_api::{Outcome, RuntimeApi};
use super::template::Template;

/// What its environment is made of.
pub struct Surroundings<'a> {
    /// The template, which names variables, time-out and memory.
    pub template: &'a Template,
    /// The table's name.
    pub table: &'a str,
    /// Where DynamoDB is.
    pub endpoint: &'a str,
    /// The key ring.
    pub keys: &'a str,
}

/// A key for Web Push, private and public.
const PUSH_KEY: (&str, &str) = (
    "niWbvTXZMm85yx9a3tvqHna1dDpB1uzrazx4JiZEr1s",
    "BD8MoL8nl7CU3GTtxkPgwBW5wfQNjA5me2ef3QygwOxvNWzbwkcV6rbEg9XB0t6S-_y-U1tCyZkbvfb5f-nFhWI",
);

/// Where this deployment seems to be.
pub const ORIGIN: &str = "https://notify.example";

impl Surroundings<'_> {
    /// What the template sets, with its parameters' defaults.
    fn variable(&self, name: &str) -> String {
        let value = match name {
            "RINGONCE_TABLE" => self.table,
            "RINGONCE_ORIGIN" => ORIGIN,
            "RINGONCE_KEYS" => self.keys,
            "RINGONCE_CA_BUNDLE" => "",
            "RINGONCE_PROVIDER_SECONDS" => "10",
            // All channels are set up: what that costs a start and a package's memory is counted.
            "RINGONCE_MAIL_FROM" => "notify@shop.com",
            "RINGONCE_VAPID_PUBLIC_KEY" => PUSH_KEY.1,
            "RINGONCE_VAPID_SUBJECT" => "mailto:push@shop.com",
            "RINGONCE_VAPID_KEY" => PUSH_KEY.0,
            _ => panic!("template.yaml sets {name}, which this test knows no value for"),
        };
        value.to_owned()
    }

    /// Gives a command what Lambda gives to the function of that name.
    fn apply(&self, command: &mut Command, name: &str, runtime: &RuntimeApi) {
        let lambda = [
            ("AWS_LAMBDA_RUNTIME_API", runtime.address.to_string()),
            ("AWS_LAMBDA_FUNCTION_NAME", name.to_owned()),
            ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", self.template.memory(name).to_string()),
            ("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST".to_owned()),
            ("AWS_LAMBDA_LOG_GROUP_NAME", format!("/aws/lambda/{name}")),
            ("AWS_LAMBDA_LOG_STREAM_NAME", "2026/11/24/[$LATEST]0123456789abcdef0123456789abcdef".to_owned()),
            ("AWS_LAMBDA_LOG_FORMAT", "JSON".to_owned()),
            ("AWS_LAMBDA_LOG_LEVEL", "WARN".to_owned()),
            ("AWS_REGION", "eu-central-1".to_owned()),
            ("AWS_ACCESS_KEY_ID", name.to_owned()),
            ("AWS_SECRET_ACCESS_KEY", "secret".to_owned()),
            ("AWS_SESSION_TOKEN", "session".to_owned()),
            ("AWS_ENDPOINT_URL_DYNAMODB", self.endpoint.to_owned()),
        ];
        command.env_clear().envs(lambda);
        command.envs(self.template.variables().into_iter().map(|variable| (variable.clone(), self.variable(&variable))));
    }
}

/// A running function. It ends with the test.
pub struct Function {
    name: String,
    child: Child,
    runtime: RuntimeApi,
    log: PathBuf,
    timeout: Duration,
}

impl Function {
    /// Starts `command`, which is to run the program of the function of that name.
    pub async fn start(name: &str, command: Command, surroundings: &Surroundings<'_>, folder: &Path) -> Self {
        let timeout = surroundings.template.timeout(name);
        Self::within(name, command, timeout, folder, |command, runtime| surroundings.apply(command, name, runtime)).await
    }

    /// Starts `command` in another environment than the template's, which `surround` gives it.
    pub async fn within(
        name: &str,
        mut command: Command,
        timeout: Duration,
        folder: &Path,
        surround: impl FnOnce(&mut Command, &RuntimeApi),
    ) -> Self {
        let runtime = RuntimeApi::start(name).await;
        surround(&mut command, &runtime);
        let log = folder.join(format!("{name}.log"));
        let lines = File::options().create(true).append(true).open(&log).unwrap();
        let child = command.stdin(Stdio::null()).stdout(lines.try_clone().unwrap()).stderr(lines).spawn().unwrap();
        Self { name: name.to_owned(), child, runtime, log, timeout }
    }

    /// What it makes of an event.
    pub async fn invoke(&self, event: impl ToString) -> Value {
        self.outcome(event).await.unwrap_or_else(|error| panic!("{} reports {error}:\n{}", self.name, self.logged()))
    }

    /// The same, where it may report an error.
    pub async fn outcome(&self, event: impl ToString) -> Outcome {
        match timeout(self.timeout, self.runtime.invoke(event, self.timeout)).await {
            Ok(outcome) => outcome.unwrap(),
            Err(_) => panic!("{} does not answer within {:?}:\n{}", self.name, self.timeout, self.logged()),
        }
    }

    /// What it makes of an event whose time is up as it comes.
    pub async fn overdue(&self, event: impl ToString) -> Outcome {
        match timeout(self.timeout, self.runtime.invoke(event, Duration::ZERO)).await {
            Ok(outcome) => outcome.unwrap(),
            Err(_) => panic!("{} does not answer within {:?}:\n{}", self.name, self.timeout, self.logged()),
        }
    }

    /// Waits until it has asked for its first event.
    pub async fn started(&self, patience: Duration) {
        let polled = timeout(patience, self.runtime.first_poll()).await;
        assert!(polled.is_ok(), "{} does not start:\n{}", self.name, self.logged());
    }

    /// What it has logged.
    pub fn logged(&self) -> String {
        std::fs::read_to_string(&self.log).unwrap()
    }

    /// The process that was started.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Whether the process that was started still runs.
    pub fn lives(&mut self) -> bool {
        self.child.try_wait().unwrap().is_none()
    }

    /// Asks it to stop, and waits until it has.
    pub fn stop(&mut self) {
        assert!(Command::new("kill").args(["-TERM", &self.child.id().to_string()]).status().unwrap().success());
        self.child.wait().unwrap();
    }
}

impl Drop for Function {
    fn drop(&mut self) {
        let _ = self.child.kill(); // It may have ended by itself.
        let _ = self.child.wait();
    }
}

//! One side of the comparison: an engine of its own behind a counting proxy, and three functions (and ours, what delivers) as
//! processes, spoken to in the same events.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;
use std::time::Duration;

use ringonce_adapters::ambient::random;
use ringonce_cli::local::records::Records;
use ringonce_domain::api_key::{ApiKey, KeyKind};
use ringonce_domain::business::{ApiKeyRecord, Business, Settings};
use ringonce_domain::caps::{Cap, Caps};
use ringonce_domain::ids::OptinId;
use ringonce_domain::keyring::KeyRing;
use ringonce_domain::store::Directory;
use ringonce_domain::time::Timestamp;
use ringonce_memory::fixture;
use ringonce_tests::engine::Engine;
use ringonce_tests::lambda::cold::Charged;
use ringonce_tests::lambda::function::{Function, ORIGIN, Surroundings};
use ringonce_tests::lambda::package::{Folder, unpack};
use ringonce_tests::lambda::template::Template;
use ringonce_tests::{root, world};
use serde_json::{Value, json};

use crate::proxy::Proxy;

/// How often a person may be asked, by every side.
pub(crate) const CAP: Cap = Cap { count: 5, window_seconds: 86_400 };
/// Most that a function may take, and its start.
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);
/// Most records of a batch of the stream.
const BATCH: usize = 100;
/// What the peers sign with, and their business's key.
const SECRET: &str = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";
const KEY: &str = "a-key-as-long-as-one-of-ringonces-own-keys-0000";

/// Read before anything is measured: translating it takes a second.
static TEMPLATE: LazyLock<Template> = LazyLock::new(Template::read);

/// The three functions that every side has.
pub(crate) const FUNCTIONS: [&str; 3] = ["request-optin", "grant-token", "send-notification"];

/// Which side.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Who {
    Ringonce,
    Textbook,
    Node,
    Python,
}

pub(crate) const ALL: [Who; 4] = [Who::Ringonce, Who::Textbook, Who::Node, Who::Python];

impl Who {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Ringonce => "Ringonce",
            Self::Textbook => "textbook (Rust)",
            Self::Node => "Node 20",
            Self::Python => "Python 3.11",
        }
    }

    /// What starts one of its functions, or its set-up.
    pub(crate) fn command(self, function: &str, unpacked: &Path) -> Command {
        let peers = root().join("bench/peers");
        let with = |program: PathBuf, arguments: &[PathBuf]| {
            let mut command = Command::new(program);
            command.args(arguments);
            command
        };
        match self {
            Self::Ringonce => Command::new(unpacked_once(function, unpacked)),
            Self::Textbook => with(root().join("target/lambda/textbook/bootstrap"), &[function.into()]),
            Self::Node => with(found("node"), &[peers.join(format!("node/dist/{function}.mjs"))]),
            Self::Python => with(peers.join("python/venv/bin/python"), &[peers.join("python/main.py"), function.into()]),
        }
    }

    /// The memory that its functions would be given, in MB: what is usual for each, and it is what they are billed for.
    pub(crate) fn memory(self) -> f64 {
        match self {
            Self::Ringonce | Self::Textbook => 128.0,
            Self::Node | Self::Python => 256.0,
        }
    }
}

/// Unpacking takes longer than a start, and is none of it.
fn unpacked_once(function: &str, folder: &Path) -> PathBuf {
    let program = folder.join(function).join("bootstrap");
    if program.exists() { program } else { unpack(function, folder) }
}

fn found(program: &str) -> PathBuf {
    let found = Command::new("sh").args(["-c", &format!("command -v {program}")]).output().unwrap();
    assert!(found.status.success(), "{program} is missing: `make setup` installs it");
    String::from_utf8(found.stdout).unwrap().trim().into()
}

/// A running side.
pub(crate) struct Side {
    pub(crate) who: Who,
    pub(crate) proxy: Proxy,
    /// So many processes of each function.
    pub(crate) functions: BTreeMap<&'static str, Vec<Function>>,
    key: String,
    stream: Option<Records>,
    engine: Engine,
    folder: Folder,
}

/// CPU of a function until now, in milliseconds.
pub(crate) fn spent(function: &Function) -> f64 {
    Charged::until_now(function.id(), Duration::ZERO).cpu.as_secs_f64() * 1_000.0
}

/// What a function answered.
#[derive(Debug, Clone)]
pub(crate) struct Answer {
    pub(crate) status: u64,
    pub(crate) body: Value,
}

impl Answer {
    fn of(answer: &Value) -> Self {
        let body = answer["body"].as_str().and_then(|body| serde_json::from_str(body).ok()).unwrap_or_default();
        Self { status: answer["statusCode"].as_u64().unwrap(), body }
    }

    pub(crate) fn expect(self, status: u64) -> Self {
        assert!(self.status == status || (status == 201 && self.status == 200), "{} in place of {status}: {}", self.status, self.body);
        self
    }

    pub(crate) fn text(&self, name: &str) -> &str {
        self.body[name].as_str().unwrap_or_else(|| panic!("{name} is missing: {}", self.body))
    }
}

impl Side {
    /// Starts so many processes of each of its functions.
    pub(crate) async fn start(who: Who, processes: usize) -> Self {
        LazyLock::force(&TEMPLATE);
        let engine = Engine::embedded().await;
        let proxy = Proxy::before(&engine.endpoint).await;
        let mut side = Self { who, proxy, functions: BTreeMap::new(), key: KEY.to_owned(), stream: None, engine, folder: Folder::new() };
        if who == Who::Ringonce {
            side.add_shop().await
        } else {
            side.set_up()
        }
        for function in side.names() {
            for number in 0..processes {
                let process = side.process(function, number).await;
                process.started(PATIENCE).await;
                side.functions.entry(function).or_default().push(process);
            }
        }
        side.proxy.take();
        side
    }

    /// The functions of this side: ours has one that delivers.
    fn names(&self) -> Vec<&'static str> {
        let delivers = (self.who == Who::Ringonce).then_some("deliver");
        FUNCTIONS.into_iter().chain(delivers).collect()
    }

    /// The table of ours.
    pub(crate) fn table(&self) -> &str {
        &self.engine.table
    }

    /// A folder that goes with this side.
    pub(crate) fn folder(&self, name: &str) -> PathBuf {
        let folder = self.folder.0.join(name);
        std::fs::create_dir_all(&folder).unwrap();
        folder
    }

    /// One more process of a function.
    pub(crate) async fn process(&self, function: &'static str, number: usize) -> Function {
        self.run(function, self.who.command(function, &self.folder.0), number).await
    }

    /// The program of a command in the place of a function.
    pub(crate) async fn run(&self, function: &'static str, command: Command, number: usize) -> Function {
        let folder = self.folder(&number.to_string());
        if self.who == Who::Ringonce {
            let keys = KeyRing::generate([[1; 32], [2; 32], [3; 32]]);
            let surroundings = Surroundings { template: &TEMPLATE, table: &self.engine.table, endpoint: &self.proxy.endpoint, keys: &keys };
            return Function::start(function, command, &surroundings, &folder).await;
        }
        Function::within(function, command, PATIENCE, &folder, |command, runtime| {
            let (name, address) = (function.to_owned(), runtime.address.to_string());
            self.surround(command).envs([("AWS_LAMBDA_RUNTIME_API", address), ("AWS_LAMBDA_FUNCTION_NAME", name)]);
        })
        .await
    }

    pub(crate) fn surround<'a>(&self, command: &'a mut Command) -> &'a mut Command {
        command.env_clear().envs([
            ("AWS_ENDPOINT_URL_DYNAMODB", self.proxy.endpoint.as_str()),
            ("AWS_REGION", "eu-central-1"),
            ("AWS_ACCESS_KEY_ID", "key"),
            ("AWS_SECRET_ACCESS_KEY", "secret"),
            ("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST"),
            ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "256"),
            ("AWS_LAMBDA_LOG_GROUP_NAME", "/aws/lambda/peer"),
            ("AWS_LAMBDA_LOG_STREAM_NAME", "peer"),
            ("PEER_TABLE", "peer"),
            ("PEER_API_KEY", KEY),
            ("PEER_SECRET", SECRET),
        ]);
        command.env("PEER_CAP_COUNT", CAP.count.to_string()).env("PEER_CAP_SECONDS", CAP.window_seconds.to_string())
    }

    fn set_up(&self) {
        let mut command = self.who.command("setup", &self.folder.0);
        assert!(self.surround(&mut command).status().unwrap().success(), "the tables of {}", self.who.name());
    }

    async fn add_shop(&mut self) {
        let (id, key) = (fixture::business(), ApiKey::new(KeyKind::Secret, random()));
        let settings = Settings { caps: Caps::new(Duration::ZERO, vec![CAP]).unwrap(), ..world::settings() };
        let business = Business { id: id.clone(), settings: settings.clone(), webhook: None };
        assert!(self.engine.store.add_business(&business).await.unwrap());
        let last_four = key.last_four().to_owned();
        let record = ApiKeyRecord { business: id, kind: KeyKind::Secret, created_at: Timestamp::from_millis(0), last_four, settings };
        self.engine.store.add_api_key(&key.hash(), &record).await.unwrap();
        key.reveal().clone_into(&mut self.key);
        self.stream = Some(Records::of(self.engine.database.clone().unwrap(), &self.engine.table).unwrap());
    }

    /// Asks a person; the process of that number answers, as of every call.
    pub(crate) async fn ask(&self, process: usize, user: &str, topic: &str, call: &str) -> Answer {
        let body = json!({ "user": user, "topic": topic, "title": "Rad shirt, M", "payload": "sku-4711" });
        self.call("request-optin", process, "/v1/optins", "ANY /v1/optins", Some(call), &body).await
    }

    /// The person says yes to what an ask was answered with; comes back with the token.
    pub(crate) async fn grant(&self, process: usize, asked: &Answer) -> String {
        if self.who == Who::Ringonce {
            let path = asked.text("consent_url").strip_prefix(ORIGIN).unwrap();
            let body = json!({ "answer": "grant", "channel": "inbox" });
            self.call("grant-token", process, path, "ANY /c/{code}", None, &body).await.expect(200);
            // As the webhook brings it, which costs no call: the token follows from the opt-in's id.
            let (keys, business) = (fixture::keys(), fixture::business());
            let id = OptinId::parse(&keys, &business, asked.text("id")).unwrap();
            return id.token().reveal(&keys, &business).unwrap();
        }
        let body = json!({ "consent": asked.text("consent") });
        let granted = self.call("grant-token", process, "/v1/consents", "ANY /v1/consents", None, &body).await.expect(200);
        granted.text("token").to_owned()
    }

    /// Sends the message of a token.
    pub(crate) async fn send(&self, process: usize, token: &str, call: &str) -> Answer {
        let body = json!({ "token": token, "message": { "text": "The rad shirt is back in M." } });
        self.call("send-notification", process, "/v1/notifications", "ANY /v1/notifications", Some(call), &body).await
    }

    /// Brings the stream to what delivers, where there is one.
    pub(crate) async fn deliver(&mut self) {
        let Some(stream) = &mut self.stream else { return };
        loop {
            let records = stream.next(BATCH).unwrap();
            if records.is_empty() {
                return;
            }
            let records: Vec<_> = records
                .iter()
                .map(|record| {
                    json!({
                        "eventID": record.event_id, "eventName": record.event_name, "eventVersion": "1.1", "eventSource": "aws:dynamodb",
                        "awsRegion": "eu-central-1", "dynamodb": record.dynamodb
                    })
                })
                .collect();
            let answer = self.functions["deliver"][0].invoke(json!({ "Records": records })).await;
            assert_eq!(answer["batchItemFailures"], json!([]), "{answer}");
        }
    }

    async fn call(&self, function: &str, process: usize, path: &str, route: &str, call: Option<&str>, body: &Value) -> Answer {
        let mut event: Value = serde_json::from_str(include_str!("../../../tests/packaged/events/http_api_2_0.json")).unwrap();
        event["routeKey"] = json!(route);
        event["rawPath"] = json!(path);
        event["rawQueryString"] = json!("");
        event["requestContext"]["routeKey"] = json!(route);
        event["requestContext"]["http"]["method"] = json!("POST");
        event["requestContext"]["http"]["path"] = json!(path);
        event["headers"]["content-type"] = json!("application/json");
        event["headers"]["authorization"] = json!(format!("Bearer {}", self.key));
        if let Some(call) = call {
            event["headers"]["idempotency-key"] = json!(call);
        }
        event["body"] = json!(body.to_string());
        event["isBase64Encoded"] = json!(false);
        Answer::of(&self.functions[function][process].invoke(event).await)
    }
}

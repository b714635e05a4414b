//! A whole deployment: the six packaged programs, and the table behind the gatekeeper.

use std::collections::{BTreeMap, HashMap};
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use aws_sdk_dynamodb::types::AttributeValue;
use dynoxide::actions::get_records::Record;
use ringonce_adapters::ambient::{Clock, random};
use ringonce_cli::local::pump::windowed;
use ringonce_cli::local::records::Records;
use ringonce_domain::api_key::{ApiKey, KeyKind};
use ringonce_domain::business::{ApiKeyRecord, Business, ChannelKind, SealedSecret, Webhook};
use ringonce_domain::keyring::KeyRing;
use ringonce_domain::names::BusinessId;
use ringonce_domain::rules::Choice;
use ringonce_domain::store::{Commands, Directory};
use ringonce_domain::time::{Timestamp, rfc3339};
use ringonce_tests::emf;
use ringonce_tests::engine::Engine;
use ringonce_tests::http::Answer;
use ringonce_tests::world::settings;
use serde_json::{Value, json};

use crate::events::{self, Call, Payload};
use crate::gatekeeper::{Gatekeeper, Roles};
use crate::permissions::granted;
use ringonce_tests::lambda::function::{Function, Surroundings};
use ringonce_tests::lambda::package::{Folder, PACKAGES, unpack};
use ringonce_tests::lambda::runtime_api::Outcome;
use ringonce_tests::lambda::template::Template;

/// Longest wait for a program's start.
const START: Duration = Duration::from_secs(20);

/// Most records of a batch, as the template sets it.
const BATCH: usize = 100;

/// Nothing listens there, and nobody who is deployed may call it.
const UNREACHABLE: &str = "https://127.0.0.1:1/hook";

/// The deployment.
pub(crate) struct Deployment {
    /// The table's engine, for what the test sees or changes itself.
    pub(crate) engine: Engine,
    /// What every call of the table passes.
    pub(crate) gatekeeper: Gatekeeper,
    /// The secret key of the business `shop`.
    pub(crate) key: String,
    payload: Payload,
    functions: BTreeMap<&'static str, Function>,
    stream: Records,
    _folder: Folder,
}

impl Deployment {
    /// One behind an API of that kind, with the template's roles.
    pub(crate) async fn start(payload: Payload) -> Self {
        Self::with_roles(payload, |_| ()).await
    }

    /// As [`Deployment::start`], with the roles changed.
    pub(crate) async fn with_roles(payload: Payload, change: impl FnOnce(&mut Roles)) -> Self {
        let (engine, template) = (Engine::embedded().await, Template::read());
        let mut roles = PACKAGES.map(|(name, _)| (name.to_owned(), granted(&template, name))).into();
        change(&mut roles);
        let gatekeeper = Gatekeeper::start(&engine.endpoint, &engine.table, roles).await;
        let (keys, endpoint) = (KeyRing::generate([[1; 32], [2; 32], [3; 32]]), format!("http://{}", gatekeeper.address));
        let surroundings = Surroundings { template: &template, table: &engine.table, endpoint: &endpoint, keys: &keys };
        let folder = Folder::new();
        let functions = start_all(&surroundings, &folder.0).await;
        let stream = Records::of(engine.database.clone().unwrap(), &engine.table).unwrap();
        let deployment = Self { engine, gatekeeper, key: String::new(), payload, functions, stream, _folder: folder };
        let key = deployment.add_business("shop").await;
        Self { key, ..deployment }
    }

    /// A business whose webhook can never be called, and a key of it.
    pub(crate) async fn add_business(&self, name: &str) -> String {
        let (id, secret) = (BusinessId::try_from(name.to_owned()).unwrap(), random::<24>());
        let secrets = vec![SealedSecret::seal(&ringonce_memory::fixture::keys(), &id, &secret)];
        self.add(id, Some(Webhook::standard(UNREACHABLE.to_owned(), secrets))).await
    }

    /// A business without a webhook, and a key of it.
    pub(crate) async fn add_quiet_business(&self, name: &str) -> String {
        self.add(BusinessId::try_from(name.to_owned()).unwrap(), None).await
    }

    async fn add(&self, id: BusinessId, webhook: Option<Webhook>) -> String {
        let store = &self.engine.store;
        assert!(store.add_business(&Business { id: id.clone(), settings: settings(), webhook }).await.unwrap());
        let key = ApiKey::new(KeyKind::Secret, random());
        let (created_at, last_four) = (Timestamp::from_millis(0), key.last_four().to_owned());
        let record = ApiKeyRecord { business: id, kind: KeyKind::Secret, created_at, last_four, settings: settings() };
        store.add_api_key(&key.hash(), &record).await.unwrap();
        key.reveal().to_owned()
    }

    /// What the function answers to which the call is routed.
    pub(crate) async fn call(&self, call: &Call) -> Answer {
        self.call_of(call.function(), call).await
    }

    /// What that function answers, whatever the routes say.
    pub(crate) async fn call_of(&self, function: &str, call: &Call) -> Answer {
        let answer = self.functions[function].invoke(self.payload.event(call)).await;
        self.payload.answer(&answer)
    }

    /// The records that the stream has to bring.
    pub(crate) fn records(&mut self) -> Vec<Value> {
        next(&mut self.stream)
    }

    /// What `deliver` answers to a batch.
    pub(crate) async fn deliver(&self, records: &[Value]) -> Value {
        self.functions["deliver"].invoke(events::batch(records)).await
    }

    /// What `statistics` answers to a batch of one shard.
    pub(crate) async fn count(&self, records: &[Value]) -> Value {
        let event = windowed(&records, "shardId-00000001764000000000-0badcafe");
        self.functions["statistics"].invoke(event).await
    }

    /// Brings the stream until nothing is left in it, every batch to `statistics` twice.
    pub(crate) async fn drain(&mut self) {
        loop {
            let records = self.records();
            if records.is_empty() {
                return;
            }
            assert_eq!(self.deliver(&records).await, json!({ "batchItemFailures": [] }), "{records:?}");
            for _ in 0..2 {
                assert_eq!(self.count(&records).await, json!({ "state": {}, "batchItemFailures": [] }), "{records:?}");
            }
        }
    }

    /// What `sweep` answers to the schedule.
    pub(crate) async fn sweep(&self) -> Value {
        self.functions["sweep"].invoke(events::schedule()).await
    }

    /// What `sweep` answers to the nightly schedule's input.
    pub(crate) async fn begin_reconcile(&self) -> Value {
        self.functions["sweep"].invoke(json!({ "reconcile": "begin" })).await
    }

    /// What `send-notification` makes of a schedule's input.
    pub(crate) async fn occur(&self, input: Value) -> Outcome {
        self.functions["send-notification"].outcome(input).await
    }

    /// What a function has logged.
    pub(crate) fn logged(&self, function: &str) -> String {
        self.functions[function].logged()
    }

    /// Every item of the table.
    pub(crate) async fn items(&self) -> Vec<HashMap<String, AttributeValue>> {
        self.engine.client.scan().table_name(&self.engine.table).send().await.unwrap().items.unwrap()
    }

    /// Has everything that is parked be due, and says how much that is.
    pub(crate) async fn let_time_come(&self) -> usize {
        let parked: Vec<_> = self.items().await.into_iter().filter(|item| item.contains_key("due")).collect();
        for item in &parked {
            let update = self.engine.client.update_item().table_name(&self.engine.table);
            let update = update.key("pk", item["pk"].clone()).key("sk", item["sk"].clone()).update_expression("SET due_at = :past");
            update.expression_attribute_values(":past", AttributeValue::N("1".to_owned())).send().await.unwrap();
        }
        parked.len()
    }

    /// Has people of the business `shop` wait for a topic since a minute ago, by inbox.
    pub(crate) async fn let_wait(&self, topic: &str, users: &[&str]) {
        let past = Clock::SYSTEM.now().before(Duration::from_secs(60));
        for (number, user) in (1_u64..).zip(users) {
            let subject = ringonce_memory::fixture::subject_of(&ringonce_memory::fixture::keys(), user, topic);
            let mut answer = subject.grant(ringonce_memory::fixture::call(number, 0, false), past, past);
            answer.choice = Choice::Grant(ChannelKind::Inbox);
            assert!(self.engine.store.answer(&answer).await.unwrap().into_result().is_ok());
        }
    }

    /// What a function has said in metrics.
    pub(crate) fn said(&self, function: &str) -> BTreeMap<String, i64> {
        let lines: Vec<_> = self.logged(function).lines().filter(|line| is_metric(line)).map(str::to_owned).collect();
        emf::sums(&lines, &self.engine.table)
    }

    /// Checks at the end that every call was permitted, every process lives, and every line that was logged is JSON, as
    /// Lambda was asked for, with what its filter asks for and the invocation that it is of: a panic's is not.
    pub(crate) fn assert_sound(&mut self) {
        assert_eq!(self.gatekeeper.denied(), [""; 0], "the template's roles allow what the functions do");
        for (name, function) in &mut self.functions {
            assert!(function.lives(), "{name} has ended:\n{}", function.logged());
            for line in function.logged().lines() {
                let read: Value = serde_json::from_str(line).unwrap_or_else(|error| panic!("{name} logs {line}: {error}"));
                let is_kept = read["level"].is_string() && read["timestamp"].as_str().is_some_and(|at| rfc3339::parse(at).is_ok());
                assert!(is_kept && (is_metric(line) || read["request_id"].is_string()), "{name} logs {line}");
            }
        }
    }
}

fn is_metric(line: &str) -> bool {
    line.contains("\"_aws\"")
}

async fn start_all(surroundings: &Surroundings<'_>, folder: &Path) -> BTreeMap<&'static str, Function> {
    let mut functions = BTreeMap::new();
    for (name, _) in PACKAGES {
        let function = Function::start(name, Command::new(unpack(name, folder)), surroundings, folder).await;
        functions.insert(name, function);
    }
    for function in functions.values() {
        function.started(START).await;
    }
    functions
}

/// The next records of the stream, as Lambda has them.
fn next(stream: &mut Records) -> Vec<Value> {
    let recorded = |record: &Record| events::record(&record.event_id, &record.event_name, json!(record.dynamodb));
    stream.next(BATCH).unwrap().iter().map(recorded).collect()
}

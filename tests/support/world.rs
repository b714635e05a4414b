//! A whole Ringonce in the test's process: real handlers over real HTTP on a real engine, with a clock that the test
//! moves and a stream and sweep that run when the test says so.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use aws_lambda_events::streams::DynamoDbEventResponse;
use ringonce_adapters::ambient::{Clock, random};
use ringonce_adapters::app::App;
use ringonce_adapters::businesses::Businesses;
use ringonce_adapters::delivery::{Budget, Delivery, FUNCTION_TIMEOUT, PROVIDER_TIMEOUT};
use ringonce_adapters::metrics::Metrics;
use ringonce_adapters::open_web::{OpenWeb, Reach};
use ringonce_adapters::providers::Providers;
use ringonce_cli::local::front::{self, NoExtra};
use ringonce_cli::local::here;
use ringonce_cli::local::pump::{Mapped, Mapping, Pump, Step};
use ringonce_domain::api_key::{ApiKey, KeyKind};
use ringonce_domain::brand::Brand;
use ringonce_domain::business::{ApiKeyRecord, AppSecret, Business, ChannelKind, Origin, SealedSecret, Settings, Webhook, WebhookFormat};
use ringonce_domain::caps::{Cap, Caps};
use ringonce_domain::names::BusinessId;
use ringonce_domain::optin::{Occupant, Reason};
use ringonce_domain::reconcile::{HEAD, Phase, Report};
use ringonce_domain::rules::{Choice, Revoke, Ruling};
use ringonce_domain::store::{Commands, Directory, People, Reconciles};
use ringonce_domain::text::BusinessName;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::sync::Mutex;
use tracing_subscriber::filter::LevelFilter;

use crate::engine::Engine;
use crate::http::{self, Answer};
use crate::log::Log;
use crate::receiver::Receiver;
use ringonce_memory::fixture::{self, START};

/// Longest wait for the webhook endpoint.
pub const PROVIDER: Duration = Duration::from_millis(800);

/// The world.
pub struct World {
    /// Where the API listens.
    pub api: String,
    /// The secret key of the business `shop`.
    pub key: String,
    /// Its webhook endpoint.
    pub receiver: Receiver,
    /// Its webhook secret.
    pub secret: Vec<u8>,
    /// The engine below.
    pub engine: Engine,
    /// The parts.
    pub app: App,
    /// The worker.
    pub delivery: Delivery,
    /// The lines of metrics.
    pub metrics: Log,
    clock: Arc<AtomicU64>,
    pump: Mutex<Pump>,
    counting: Mutex<Pump>,
}

/// The functions behind the stream's mappings, with one worker to deliver.
struct Functions<'a>(&'a App, &'a Delivery);

impl Mapped for Functions<'_> {
    async fn bring(&self, to: Mapping, event: String) -> Result<DynamoDbEventResponse, String> {
        here::bring(self.0, self.1, to, &event).await
    }
}

/// A function that takes every batch and does nothing.
struct Deaf;

impl Mapped for Deaf {
    async fn bring(&self, _: Mapping, _: String) -> Result<DynamoDbEventResponse, String> {
        Ok(DynamoDbEventResponse::default())
    }
}

/// A function that takes every batch and keeps its records.
#[derive(Default)]
struct Gathered(std::sync::Mutex<Vec<Value>>);

impl Mapped for Gathered {
    async fn bring(&self, _: Mapping, event: String) -> Result<DynamoDbEventResponse, String> {
        let Value::Array(records) = serde_json::from_str::<Value>(&event).unwrap()["Records"].take() else { panic!("no records") };
        self.0.lock().unwrap().extend(records);
        Ok(DynamoDbEventResponse::default())
    }
}

/// Settings that let a test ask often.
pub fn settings() -> Settings {
    let caps = Caps::new(Duration::from_secs(60), vec![Cap { count: 10, window_seconds: 60 }]).unwrap();
    let origins = vec![Origin::try_from("https://shop.example".to_owned()).unwrap()];
    Settings {
        name: BusinessName::try_from("The Shop".to_owned()).unwrap(),
        caps,
        channels: ChannelKind::ALL.to_vec(),
        origins,
        brand: Brand::default(),
        app_secret: None,
        frozen: false,
    }
}

/// How often the stream may bring the same records again.
const MOST_REPEATS: u32 = 200;

/// Brings the stream until nothing is left in it.
async fn run_out(pump: &mut Pump, functions: &impl Mapped) {
    let mut again = 0;
    loop {
        match pump.step(functions).await.unwrap() {
            Step::Idle => return,
            Step::Done(_) => again = 0,
            Step::Again => again += 1,
        }
        assert!(again < MOST_REPEATS, "the stream does not move on");
    }
}

impl World {
    /// A world whose shop may ask ten times a minute.
    pub async fn start() -> Self {
        Self::with(settings()).await
    }

    /// A world whose workers wait for an endpoint as long as they may: for many messages to one that never hangs, however
    /// busy the machine is.
    pub async fn patient() -> Self {
        Self::waiting(settings(), PROVIDER_TIMEOUT).await
    }

    /// A world whose shop has these settings.
    pub async fn with(settings: Settings) -> Self {
        Self::waiting(settings, PROVIDER).await
    }

    /// A world with these providers.
    pub async fn reaching(providers: Providers) -> Self {
        Self::made(settings(), PROVIDER, providers).await
    }

    async fn waiting(settings: Settings, provider: Duration) -> Self {
        Self::made(settings, provider, Providers::default()).await
    }

    async fn made(settings: Settings, provider: Duration, providers: Providers) -> Self {
        // What is logged shows in the output of a test that fails.
        let _ = tracing_subscriber::fmt().with_test_writer().with_max_level(LevelFilter::WARN).try_init();
        let engine = Engine::embedded().await;
        let clock = Arc::new(AtomicU64::new(START.millis()));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let api = format!("http://{}", listener.local_addr().unwrap());
        let web = OpenWeb::new(Reach::PublicAndLoopback, provider);
        let metrics = Log::default();
        let app = App::new(engine.store.clone(), fixture::keys(), api.clone(), Clock::Manual(Arc::clone(&clock)), web);
        let app = App { metrics: Metrics::to(metrics.clone(), &engine.table), ..app.with(providers) };
        tokio::spawn(front::serve(listener, app.clone(), NoExtra));
        let receiver = Receiver::start().await;
        let secret = random::<24>().to_vec();
        let id = fixture::business();
        let webhook = Webhook::standard(receiver.url(), vec![SealedSecret::seal(&app.keys, &id, &secret)]);
        app.store.add_business(&Business { id: id.clone(), settings, webhook: Some(webhook) }).await.unwrap();
        let pump = |mapping| Pump::new(engine.database.clone().unwrap(), &engine.table, mapping).unwrap();
        let (pump, counting) = (Mutex::new(pump(Mapping::Deliver)), Mutex::new(pump(Mapping::Statistics)));
        let world =
            Self { api, key: String::new(), receiver, secret, delivery: app.delivery(), app, engine, metrics, clock, pump, counting };
        let key = world.new_key(&id, KeyKind::Secret).await;
        Self { key, ..world }
    }

    /// A further key of a business.
    pub async fn new_key(&self, business: &BusinessId, kind: KeyKind) -> String {
        let key = ApiKey::new(kind, random());
        let settings = self.app.store.business(business).await.unwrap().unwrap().settings;
        let last_four = key.last_four().to_owned();
        let record = ApiKeyRecord { business: business.clone(), kind, created_at: START, last_four, settings };
        self.app.store.add_api_key(&key.hash(), &record).await.unwrap();
        key.reveal().to_owned()
    }

    /// A second business with a key.
    pub async fn another_business(&self) -> String {
        let id = self.another_business_at(None).await;
        self.new_key(&id, KeyKind::Secret).await
    }

    /// A second business, with a webhook of its own or none.
    pub async fn another_business_at(&self, receiver: Option<&Receiver>) -> BusinessId {
        let id = BusinessId::try_from("rival".to_owned()).unwrap();
        let secrets = || vec![SealedSecret::seal(&self.app.keys, &id, &self.secret)];
        let webhook = receiver.map(|receiver| Webhook::standard(receiver.url(), secrets()));
        self.app.store.add_business(&Business { id: id.clone(), settings: settings(), webhook }).await.unwrap();
        id
    }

    /// Has the shop's events told in Messenger's form, signed with this app secret.
    pub async fn speak_messenger(&self, app_secret: &[u8]) {
        let id = fixture::business();
        let mut business = self.app.store.business(&id).await.unwrap().unwrap();
        let secret = AppSecret::seal(&self.app.keys, &id, app_secret);
        business.settings.app_secret = Some(secret.clone());
        business.webhook.as_mut().unwrap().format = WebhookFormat::Messenger(secret);
        assert!(self.app.store.set_business(&business).await.unwrap());
    }

    /// Moves the clock.
    pub fn pass(&self, span: Duration) {
        self.clock.fetch_add(u64::try_from(span.as_millis()).unwrap(), Ordering::SeqCst);
    }

    /// A call of the API with the shop's key.
    pub async fn call(&self, method: &str, path: &str, body: Value) -> Answer {
        self.call_with(method, path, &[], body).await
    }

    /// As [`World::call`], with more headers.
    pub async fn call_with(&self, method: &str, path: &str, headers: &[(&str, &str)], body: Value) -> Answer {
        let bearer = format!("Bearer {}", self.key);
        let mut all = vec![("authorization", bearer.as_str()), ("content-type", "application/json")];
        all.extend_from_slice(headers);
        let body = if body.is_null() { String::new() } else { body.to_string() };
        http::send(method, &format!("{}{path}", self.api), &all, body).await
    }

    /// Asks.
    pub async fn ask(&self, user: &str, topic: &str) -> Answer {
        self.call("POST", "/v1/optins", json!({ "user": user, "topic": topic, "title": format!("About {topic}") })).await
    }

    /// Answers a link as a native app would.
    pub async fn answer(&self, asked: &Answer, body: Value) -> Answer {
        http::send("POST", &asked.text("consent_url"), &[("content-type", "application/json")], body.to_string()).await
    }

    /// Asks, has the person say yes by `channel`, and gives back opt-in id and token.
    pub async fn grant(&self, user: &str, topic: &str, channel: &str) -> (String, String) {
        let asked = self.ask(user, topic).await;
        let granted = self.answer(&asked, json!({ "answer": "grant", "channel": channel })).await;
        assert_eq!(granted.status, 200, "{}", granted.body);
        let id = asked.text("id");
        let token = self.optin(&id).await["token"].as_str().unwrap().to_owned();
        (id, token)
    }

    /// Grants of many, straight into the table: the first of `users` said yes first, a millisecond before the next.
    pub async fn grant_many(&self, topic: &str, users: &[String], channel: ChannelKind) {
        let now = self.app.clock.now();
        for (number, user) in (1_u64..).zip(users) {
            let subject = fixture::subject_of(&self.app.keys, user, topic);
            let mut answer = subject.grant(fixture::call(1_000_000 + number, 0, false), now, now + Duration::from_millis(number));
            answer.choice = Choice::Grant(channel);
            assert!(matches!(self.app.store.answer(&answer).await.unwrap(), Ruling::Apply(_)));
        }
        self.pass(Duration::from_millis(users.len() as u64));
    }

    /// The business takes a person's grant back, straight in the table.
    pub async fn revoke_directly(&self, topic: &str, user: &str) {
        let address = fixture::subject_of(&self.app.keys, user, topic).address;
        let optin = self.app.store.occupant(address).await.unwrap().and_then(Occupant::optin).unwrap();
        let revoke = Revoke { address, ask: optin.ask, reason: Reason::ByBusiness, now: self.app.clock.now() };
        assert!(self.app.store.revoke(&revoke).await.unwrap().into_result().is_ok());
    }

    /// Redeems.
    pub async fn notify(&self, token: &str, text: &str) -> Answer {
        self.call("POST", "/v1/notifications", json!({ "token": token, "message": { "text": text } })).await
    }

    /// The state of an opt-in.
    pub async fn optin(&self, id: &str) -> Value {
        let answer = self.call("GET", &format!("/v1/optins/{id}"), Value::Null).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
        answer.json()
    }

    /// An opt-in's state and reason.
    pub async fn state(&self, id: &str) -> (String, String) {
        let optin = self.optin(id).await;
        let text = |field: &str| optin[field].as_str().unwrap_or_default().to_owned();
        (text("state"), text("reason"))
    }

    /// Runs the stream until nothing is left in it for any mapping.
    pub async fn drain(&self) {
        self.drain_with(&self.delivery).await;
        self.count_all().await;
    }

    /// Brings one event of a mapping to its function.
    pub async fn bring(&self, to: Mapping, event: &str) -> DynamoDbEventResponse {
        here::bring(&self.app, &self.delivery, to, event).await.unwrap()
    }

    /// Has statistics count what it has not counted yet.
    pub async fn count_all(&self) {
        run_out(&mut *self.counting.lock().await, &Functions(&self.app, &self.delivery)).await;
    }

    /// As [`World::count_all`], in batches of at most so many records.
    pub async fn count_in_batches_of(&self, batch: usize) {
        self.counting.lock().await.limit_to(batch);
        self.count_all().await;
    }

    /// Counts the stream from its start, in batches of at most so many records: what was counted before comes again.
    pub async fn count_again(&self, batch: usize) {
        let database = self.engine.database.clone().unwrap();
        let mut pump = Pump::new(database, &self.engine.table, Mapping::Statistics).unwrap();
        pump.limit_to(batch);
        run_out(&mut pump, &Functions(&self.app, &self.delivery)).await;
    }

    /// Brings the stream from its start to what follows from it, and then counts it again: every image comes late.
    pub async fn bring_all_again(&self) {
        let database = self.engine.database.clone().unwrap();
        let mut pump = Pump::new(database, &self.engine.table, Mapping::Deliver).unwrap();
        run_out(&mut pump, &Functions(&self.app, &self.delivery)).await;
        self.count_again(100).await;
    }

    /// What is counted of the shop's topic, as the API tells it.
    pub async fn demand(&self, topic: &str) -> Value {
        let answer = self.call("GET", &format!("/v1/topics/{topic}"), Value::Null).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
        answer.json()
    }

    /// A worker that has just started, and so remembers nothing of any business.
    pub fn new_worker(&self) -> Delivery {
        App { businesses: Businesses::new(self.app.store.clone()), ..self.app.clone() }.delivery()
    }

    /// Brings one batch of the stream.
    pub async fn step(&self) -> Step {
        self.pump.lock().await.step(&Functions(&self.app, &self.delivery)).await.unwrap()
    }

    /// Has everything delivered by a worker, and nothing counted.
    pub async fn drain_with(&self, delivery: &Delivery) {
        run_out(&mut *self.pump.lock().await, &Functions(&self.app, delivery)).await;
    }

    /// Has the stream lose, for what follows from it, everything that it has not brought yet.
    pub async fn lose(&self) {
        run_out(&mut *self.pump.lock().await, &Deaf).await;
    }

    /// Everything that the stream has not brought yet, as one event.
    pub async fn gather(&self) -> Value {
        let gathered = Gathered::default();
        run_out(&mut *self.pump.lock().await, &gathered).await;
        json!({ "Records": gathered.0.into_inner().unwrap() })
    }

    /// Every item of the table but the reconcile's own, in the order of their keys.
    pub async fn items(&self) -> Vec<String> {
        let mut pages = self.engine.client.scan().table_name(&self.engine.table).into_paginator().items().send();
        let mut items = Vec::new();
        while let Some(item) = pages.next().await {
            let sorted: BTreeMap<_, _> = item.unwrap().into_iter().collect();
            items.push(format!("{sorted:?}"));
        }
        items.retain(|item| !item.contains("S(\"X#"));
        items.sort();
        items
    }

    /// Runs a sweep, and the stream after it.
    pub async fn sweep(&self) -> sweep::Swept {
        let swept = self.sweep_for(sweep::Event::default(), FUNCTION_TIMEOUT).await;
        self.drain().await;
        swept
    }

    /// Runs a sweep with so much time, and no stream after it.
    pub async fn sweep_for(&self, event: sweep::Event, time: Duration) -> sweep::Swept {
        sweep::handle(&self.app, &self.delivery, event, Budget::of(time)).await
    }

    /// Begins a reconcile and has sweeps go on with it until it is over: what it came to. No stream comes after it.
    pub async fn reconcile(&self) -> Report {
        let nightly = sweep::Event { reconcile: Some(sweep::Reconcile::Begin) };
        assert_eq!(self.sweep_for(nightly, FUNCTION_TIMEOUT).await.failed, 0);
        loop {
            if let Some(head) = self.app.store.segment(HEAD).await.unwrap().filter(|head| head.phase == Phase::Over) {
                return head.total.unwrap();
            }
            assert_eq!(self.sweep_for(sweep::Event::default(), FUNCTION_TIMEOUT).await.failed, 0);
        }
    }
}

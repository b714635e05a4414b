//! One run: everything that a seed makes happen, and what came of it.

use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use ringonce_domain::address::{OptinAddress, PersonKey, TopicKey};
use ringonce_domain::api_key::{ApiKey, KeyKind};
use ringonce_domain::brand::Brand;
use ringonce_domain::business::{ApiKeyRecord, Business, ChannelKind, SealedSecret, Settings, Webhook};
use ringonce_domain::caps::{Cap, Caps};
use ringonce_domain::consent::SealedAddress;
use ringonce_domain::keyring::KeyRing;
use ringonce_domain::known_address::KnownAddress;
use ringonce_domain::names::{BusinessId, Topic, UserId};
use ringonce_domain::optin::{Occupant, Optin};
use ringonce_domain::store::{Addresses, DUE_SHARDS, Directory, Outbox, People};
use ringonce_domain::text::BusinessName;
use ringonce_domain::time::Timestamp;
use ringonce_memory::MemoryStore;
use tokio::runtime::Builder;
use tokio::task::LocalSet;
use tokio::time::{Instant, sleep, timeout};

use crate::audit::{Case, Violation};
use crate::callers::{Town, ask_often, is_seeded, live};
use crate::dice::span;
use crate::faults::Faults;
use crate::log::Log;
use crate::process::{BEGAN_AT, Maker, Pool};
use crate::scenario::{Clocks, Scenario};
use crate::stream::Stream;

/// How many questions a person may be asked in which span.
const CAP: Cap = Cap { count: 5, window_seconds: 3_600 };
/// Longest that people and businesses are at it.
const LONGEST: Duration = Duration::from_secs(600);
/// How long after that everything is tried that is parked.
const AFTERWARDS: Duration = Duration::from_secs(26 * 3_600);
const MINUTE: Duration = Duration::from_secs(60);
/// How many looks, two minutes apart, have to see nothing.
const LOOKS: u32 = 4;

/// What came of a run.
#[derive(Debug, Clone)]
pub struct Outcome {
    /// The seed that replays it.
    pub seed: u64,
    /// How many messages a provider was called with.
    pub calls: usize,
    /// How each person's opt-in ended.
    pub states: Vec<String>,
    /// What was broken.
    pub violations: Vec<Violation>,
}

/// Runs a seed.
///
/// # Panics
/// When the run cannot be set up.
#[must_use]
pub fn run(seed: u64) -> Outcome {
    let scenario = Scenario::of(seed);
    let runtime = Builder::new_current_thread().enable_time().start_paused(true).build().expect("a runtime");
    let outcome = LocalSet::new().block_on(&runtime, play(&scenario));
    assert!(is_seeded(), "the run has left its thread");
    outcome
}

async fn play(scenario: &Scenario) -> Outcome {
    let table = Arc::new(MemoryStore::default());
    let ring = KeyRing::generate([[1; 32], [2; 32], [3; 32]]);
    let keys = KeyRing::parse(&ring).expect("a ring that was just made");
    let business = BusinessId::try_from("shop".to_owned()).expect("a name");
    let key = settle_in(&table, &keys, &business, scenario).await;
    let (log, on) = (Log::new(), Arc::new(AtomicBool::new(true)));
    let faults = Faults::new(scenario.rates, Arc::clone(&on));
    let maker = Maker { table: Arc::clone(&table), ring, log: log.clone(), faults, on: Arc::clone(&on), began: Instant::now() };
    let pool = |size| Pool::new(&maker, size, scenario.clocks);
    let town = Rc::new(Town { pool: pool(2), log: log.clone(), key, keys, business });
    let (workers, sweepers) = (Rc::new(pool(2)), Rc::new(pool(2)));
    let stream = Rc::new(Stream::new(Arc::clone(&table)));
    for _ in 0..2 {
        let (stream, workers) = (Rc::clone(&stream), Rc::clone(&workers));
        tokio::task::spawn_local(async move { stream.work(&workers, 4).await });
    }
    let sweeper = Rc::clone(&sweepers);
    tokio::task::spawn_local(async move { sweep_for_ever(&sweeper).await });
    if scenario.clocks == Clocks::Wild {
        let pools = [Rc::clone(&workers), Rc::clone(&sweepers)];
        tokio::task::spawn_local(async move {
            loop {
                sleep(span(MINUTE)).await;
                pools.iter().for_each(|pool| pool.jump(Clocks::Wild));
            }
        });
    }
    let lives = scenario.people.iter().map(|plan| live(Rc::clone(&town), plan.clone()));
    let lives = async { futures_util::join!(futures_util::future::join_all(lives), ask_often(Rc::clone(&town), scenario.questions)) };
    let _ = timeout(LONGEST, lives).await;
    on.store(false, Ordering::SeqCst);
    [&workers, &sweepers].iter().for_each(|pool| pool.right());
    come_to_rest(&table, &stream).await;
    judge(scenario, &log, &table, &town).await
}

/// A business with a webhook and a key, and people whom it knows.
async fn settle_in(table: &MemoryStore, keys: &KeyRing, business: &BusinessId, scenario: &Scenario) -> String {
    let settings = Settings {
        name: BusinessName::try_from("The Shop".to_owned()).expect("a name"),
        caps: Caps::new(Duration::from_secs(60), vec![CAP]).expect("caps"),
        channels: ChannelKind::ALL.to_vec(),
        origins: Vec::new(),
        brand: Brand::default(),
        app_secret: None,
        frozen: false,
    };
    let webhook = Webhook::standard("https://shop.example/hook".to_owned(), vec![SealedSecret::seal(keys, business, b"secret")]);
    let shop = Business { id: business.clone(), settings: settings.clone(), webhook: Some(webhook) };
    table.add_business(&shop).await.expect("memory");
    let key = ApiKey::new(KeyKind::Secret, [7; 24]);
    let created_at = Timestamp::from_millis(BEGAN_AT);
    let last_four = key.last_four().to_owned();
    let record = ApiKeyRecord { business: business.clone(), kind: KeyKind::Secret, created_at, last_four, settings };
    table.add_api_key(&key.hash(), &record).await.expect("memory");
    for plan in scenario.people.iter().filter(|plan| plan.channel == ChannelKind::Email) {
        let person = person(keys, business, &plan.name);
        let to = Some(SealedAddress::seal(keys, &person, &format!("{}@home.example", plan.name)));
        let known = KnownAddress { person, channel: ChannelKind::Email, to, kept_at: Timestamp::ZERO, call: None };
        let _ = table.keep_address(&known).await.expect("memory");
    }
    key.reveal().to_owned()
}

fn person(keys: &KeyRing, business: &BusinessId, name: &str) -> PersonKey {
    PersonKey::of(keys, business, &UserId::try_from(name.to_owned()).expect("a name"))
}

async fn sweep_for_ever(pool: &Pool) {
    loop {
        sleep(MINUTE).await;
        let _ = pool
            .invoke(async |process, budget| sweep::handle(&process.app, &process.delivery, sweep::Event::default(), budget).await)
            .await;
    }
}

/// Waits until nothing is brought and nothing due any more, as long as anything may be tried. What a worker has in hand is
/// neither: over a span that no freeze outlasts every look has to see nothing.
async fn come_to_rest(table: &MemoryStore, stream: &Stream) {
    let end = Instant::now() + AFTERWARDS;
    let mut quiet = 0;
    while Instant::now() < end && quiet < LOOKS {
        sleep(2 * MINUTE).await;
        let mut due = 0;
        for shard in 0..DUE_SHARDS {
            due += table.due(shard, Timestamp::from_millis(u64::MAX), 1).await.expect("memory").len();
        }
        quiet = if due == 0 && stream.is_idle() { quiet + 1 } else { 0 };
    }
}

async fn judge(scenario: &Scenario, log: &Log, table: &MemoryStore, town: &Town) -> Outcome {
    let topic = TopicKey::of(&town.keys, &town.business, &Topic::try_from("t".to_owned()).expect("a name"));
    let mut optins: BTreeMap<String, Optin> = BTreeMap::new();
    for plan in &scenario.people {
        let address = OptinAddress { person: person(&town.keys, &town.business, &plan.name), topic };
        let standing = table.occupant(address).await.expect("memory").and_then(Occupant::optin);
        optins.extend(standing.map(|optin| (plan.name.clone(), optin)));
    }
    let entries = log.entries();
    let cap = (CAP.count, CAP.window_seconds * 1_000);
    let violations = Case { scenario, entries: &entries, optins: &optins, cap }.violations();
    let calls = entries.iter().filter(|(_, seen)| matches!(seen, crate::log::Seen::Called { .. })).count();
    let states = optins.values().map(|optin| optin.state.word().to_owned()).collect();
    Outcome { seed: scenario.seed, calls, states, violations }
}

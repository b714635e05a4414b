//! A Ringonce in memory, the same each time: a shop with its keys, and what stands under way.

use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::time::Duration;

use ringonce_adapters::ambient::Clock;
use ringonce_adapters::app::App;
use ringonce_adapters::open_web::{OpenWeb, Reach};
use ringonce_domain::api_key::{ApiKey, KeyKind};
use ringonce_domain::business::{ApiKeyRecord, Business, ChannelKind, SealedSecret, Webhook};
use ringonce_domain::call::Call;
use ringonce_domain::ids;
use ringonce_domain::keyring::KeyRing;
use ringonce_domain::rules::{Answer, Choice, Redeem};
use ringonce_domain::store::{Commands, Directory};
use ringonce_memory::MemoryStore;
use ringonce_memory::fixture::{self, START, Subject};
use ringonce_tests::world::settings;
use tokio::runtime::Runtime;

thread_local! {
    static RUNTIME: Runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    static KEYS: KeyRing = fixture::keys();
}

/// What a future comes to.
pub(super) fn block_on<T>(future: impl Future<Output = T>) -> T {
    RUNTIME.with(|runtime| runtime.block_on(future))
}

/// The parts.
pub(super) struct Here {
    pub(super) app: App<MemoryStore>,
}

/// Nothing may be called there, and so nothing leaves this process.
const NOWHERE: &str = "https://127.0.0.1:1/hook";

/// What stands for what only the keys of this deployment make, in the inputs.
const NAMES: [&str; 8] = ["$KEY", "$PUBLISHABLE", "$OPTIN", "$TOKEN", "$MESSAGE", "$LINK", "$PERSON", "$CONFIRM"];

impl Here {
    /// A new one, in which Ada may be sent a message about a shirt, one waits for Eve, and Ben is asked.
    pub(super) fn new() -> Self {
        let web = OpenWeb::new(Reach::Public, Duration::from_millis(100));
        let clock = Clock::Manual(Arc::new(AtomicU64::new(START.millis() + 1_000)));
        let store = Arc::new(MemoryStore::default());
        let app = App::new(store, fixture::keys(), "https://notify.example".to_owned(), clock, web);
        block_on(fill(&app));
        Self { app }
    }

    /// The shop's key of a kind.
    pub(super) fn key(kind: KeyKind) -> ApiKey {
        ApiKey::new(kind, [24; 24])
    }

    /// An input with its names replaced by what they stand for.
    pub(super) fn spelled(input: &str) -> String {
        if !input.contains('$') {
            return input.to_owned();
        }
        KEYS.with(|keys| {
            NAMES
                .iter()
                .fold(input.to_owned(), |text, name| if text.contains(name) { text.replace(name, &meant(keys, name)) } else { text })
        })
    }
}

fn ada(keys: &KeyRing) -> (Subject, Call) {
    (fixture::subject(keys, "ada"), fixture::call(1, 1, false))
}

fn eve(keys: &KeyRing) -> (Subject, Call) {
    (fixture::subject(keys, "eve"), fixture::call(3, 1, false))
}

fn meant(keys: &KeyRing, name: &str) -> String {
    let ((ada, call), shop) = (ada(keys), fixture::business());
    let asked = ada.sealed(call, START);
    match name {
        "$KEY" => Here::key(KeyKind::Secret).reveal().to_owned(),
        "$PUBLISHABLE" => Here::key(KeyKind::Publishable).reveal().to_owned(),
        "$OPTIN" => asked.id.to_text(keys, &shop).unwrap(),
        "$TOKEN" => asked.id.token().reveal(keys, &shop).unwrap(),
        "$MESSAGE" => eve(keys).0.sealed(eve(keys).1, START).id.notification(1).to_text(keys, &shop).unwrap(),
        "$LINK" => fixture::subject(keys, "ben").sealed(fixture::call(2, 1, false), START).seal(keys),
        "$PERSON" => ids::person_code(keys, &ada.address.person),
        _ => ids::confirm_code(keys, &ada.address, call.id, [7; 16]),
    }
}

async fn fill(app: &App<MemoryStore>) {
    let shop = fixture::business();
    let webhook = Webhook::standard(NOWHERE.to_owned(), vec![SealedSecret::seal(&app.keys, &shop, &[9; 24])]);
    app.store.add_business(&Business { id: shop.clone(), settings: settings(), webhook: Some(webhook) }).await.unwrap();
    for kind in [KeyKind::Secret, KeyKind::Publishable] {
        let (key, business) = (Here::key(kind), shop.clone());
        let record = ApiKeyRecord { business, kind, created_at: START, last_four: key.last_four().to_owned(), settings: settings() };
        app.store.add_api_key(&key.hash(), &record).await.unwrap();
    }
    let _ = app.store.ask(&ada(&app.keys).0.ask(ada(&app.keys).1, START)).await.unwrap();
    for (subject, call) in [ada(&app.keys), eve(&app.keys)] {
        let answer = Answer { choice: Choice::Grant(ChannelKind::Inbox), ..subject.grant(call, START, START) };
        assert!(app.store.answer(&answer).await.unwrap().into_result().is_ok());
    }
    let (eve, call) = eve(&app.keys);
    let send_at = Some(START + Duration::from_secs(7_200));
    let redeem = Redeem { send_at, ..eve.redeem(call, fixture::call(3, 2, false), "It is back.", START) };
    assert!(app.store.redeem(&redeem).await.unwrap().into_result().is_ok());
}

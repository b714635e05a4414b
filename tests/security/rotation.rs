//! Keys that rotate while people are asked, say yes and get their message, by processes that hold different rings.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst};
use std::time::Duration;

use ringonce_adapters::ambient::random;
use ringonce_adapters::app::App;
use ringonce_adapters::businesses::Businesses;
use ringonce_adapters::delivery::Budget;
use ringonce_cli::local::front::{self, NoExtra};
use ringonce_domain::keyring::{KeyId, KeyRing, Lists, Rotation};
use ringonce_tests::http::{self, Answer};
use ringonce_tests::world::World;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::sync::RwLock;

/// How many ask, answer and redeem at a time.
const CALLERS: usize = 6;
/// How many lifecycles each ring has to see.
const ROUNDS: usize = 15;

/// Processes of a deployment that is on its way from one ring to the next: callers meet any of them.
struct Deployment {
    world: World,
    fronts: RwLock<Vec<String>>,
    next: AtomicUsize,
}

impl Deployment {
    async fn new(ring: &str) -> Self {
        let world = World::start().await;
        let deployment = Self { world, fronts: RwLock::default(), next: AtomicUsize::new(0) };
        deployment.roll(ring).await;
        deployment
    }

    /// A process with that ring takes its place beside the one that came last; those before are ended.
    async fn roll(&self, ring: &str) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let api = format!("http://{}", listener.local_addr().unwrap());
        let app = App { keys: Arc::new(KeyRing::parse(ring).unwrap()), ..self.world.app.clone() };
        tokio::spawn(front::serve(listener, app, NoExtra));
        let mut fronts = self.fronts.write().await;
        fronts.push(api);
        let superfluous = fronts.len().saturating_sub(2);
        fronts.drain(..superfluous);
    }

    /// One of the processes, each in its turn.
    async fn api(&self) -> String {
        let fronts = self.fronts.read().await;
        fronts[self.next.fetch_add(1, SeqCst) % fronts.len()].clone()
    }

    async fn call(&self, method: &str, path: &str, body: Value) -> Answer {
        let bearer = format!("Bearer {}", self.world.key);
        let headers = [("authorization", bearer.as_str()), ("content-type", "application/json")];
        let body = if body.is_null() { String::new() } else { body.to_string() };
        http::send(method, &format!("{}{path}", self.api().await), &headers, body).await
    }

    async fn ask(&self, user: &str) -> Pending {
        let asked = self.call("POST", "/v1/optins", json!({ "user": user, "topic": "t", "title": "T" })).await;
        assert_eq!(asked.status, 201, "{}", asked.body);
        let url = asked.text("consent_url");
        Pending { id: asked.text("id"), consent: url[url.find("/c/").unwrap()..].to_owned() }
    }

    async fn say_yes(&self, pending: &Pending) -> Answer {
        self.call("POST", &pending.consent, json!({ "answer": "grant", "channel": "inbox" })).await
    }

    async fn redeem(&self, pending: &Pending) {
        let optin = self.call("GET", &format!("/v1/optins/{}", pending.id), Value::Null).await;
        assert_eq!(optin.status, 200, "{}", optin.body);
        let sent = self.call("POST", "/v1/notifications", json!({ "token": optin.text("token"), "message": { "text": "x" } })).await;
        assert_eq!(sent.status, 202, "{}", sent.body);
        let shown = self.call("GET", &format!("/v1/notifications/{}", sent.text("id")), Value::Null).await;
        assert_eq!(shown.status, 200, "{}", shown.body);
    }

    /// A worker with that ring, just started, brings what the stream holds: how many webhooks it has sent.
    async fn deliver(&self, ring: &str) -> usize {
        let before = self.world.receiver.received().len();
        let (keys, businesses) = (Arc::new(KeyRing::parse(ring).unwrap()), Businesses::new(Arc::clone(&self.world.app.store)));
        let worker = App { keys, businesses, ..self.world.app.clone() }.delivery();
        let event = serde_json::from_value(self.world.gather().await).unwrap();
        deliver::handle(&worker, event, Budget::of(Duration::from_secs(60))).await;
        self.world.receiver.received().len() - before
    }

    /// A lifecycle, each call of it by another process; then the person's page.
    async fn live(&self, user: &str) {
        let pending = self.ask(user).await;
        assert_eq!(self.call("GET", &pending.consent, Value::Null).await.status, 200);
        let granted = self.say_yes(&pending).await;
        assert_eq!(granted.status, 200, "{}", granted.body);
        self.redeem(&pending).await;
        let page = granted.text("manage_url");
        assert_eq!(self.call("GET", &page[page.find("/u/").unwrap()..], Value::Null).await.status, 200);
    }
}

/// A question that is not answered.
struct Pending {
    id: String,
    consent: String,
}

fn rotated(ring: &str, rotation: Rotation) -> String {
    KeyRing::rotated(ring, rotation).unwrap()
}

/// Rings as a deployment goes through them: the new keys behind, then first; and the same once more.
fn rings(first: &str) -> Vec<String> {
    let mut rings = vec![first.to_owned()];
    for id in [2, 3] {
        let behind = rotated(rings.last().unwrap(), Rotation::Behind([random(), random()]));
        let promoted = rotated(&behind, Rotation::Promote(KeyId(id)));
        rings.extend([behind, promoted]);
    }
    rings
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_rotate_under_load_without_a_single_refusal_and_what_a_dropped_key_made_is_refused() {
    let first = KeyRing::generate([[1; 32], [2; 32], [3; 32]]);
    let deployment = Arc::new(Deployment::new(&first).await);
    let (lives, is_over) = (Arc::<AtomicUsize>::default(), Arc::<AtomicBool>::default());
    let (old, unanswered) = (deployment.ask("old").await, deployment.ask("unanswered").await);
    assert_eq!(deployment.say_yes(&old).await.status, 200);
    let callers: Vec<_> = (0..CALLERS)
        .map(|caller| {
            let (deployment, lives, is_over) = (Arc::clone(&deployment), Arc::clone(&lives), Arc::clone(&is_over));
            tokio::spawn(async move {
                while !is_over.load(SeqCst) {
                    let number = lives.fetch_add(1, SeqCst);
                    deployment.live(&format!("person-{caller}-{number}")).await;
                }
            })
        })
        .collect();
    let rings = rings(&first);
    for ring in &rings[1..] {
        let seen = lives.load(SeqCst);
        deployment.roll(ring).await;
        while lives.load(SeqCst) < seen + ROUNDS {
            assert!(!callers.iter().any(tokio::task::JoinHandle::is_finished), "a caller was refused");
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }
    is_over.store(true, SeqCst);
    for caller in callers {
        caller.await.unwrap();
    }
    deployment.redeem(&old).await;
    assert!(deployment.deliver(rings.last().unwrap()).await > ROUNDS, "the webhook's secret is sealed under the first key");
    println!("{} lifecycles over {} rings", lives.load(SeqCst), rings.len());
    a_dropped_key_is_missed_cleanly(&deployment, rings.last().unwrap(), &unanswered).await;
}

/// Links and tokens of the first keys, once those are gone; and everything else goes on.
async fn a_dropped_key_is_missed_cleanly(deployment: &Deployment, last: &str, unanswered: &Pending) {
    let waits = deployment.ask("waits").await;
    assert_eq!(deployment.call("GET", &unanswered.consent, Value::Null).await.status, 200, "kept, the old key opens it");
    let unsealed = rotated(last, Rotation::Drop(KeyId(1), Lists::Sealing));
    deployment.roll(&unsealed).await;
    deployment.roll(&unsealed).await;
    for method in ["GET", "POST"] {
        let refused = deployment.call(method, &unanswered.consent, json!({ "answer": "grant", "channel": "inbox" })).await;
        assert_eq!((refused.status.as_u16(), refused.text("code")), (404, "link-invalid".to_owned()), "{method}");
    }
    deployment.live("unheard").await;
    assert_eq!(deployment.deliver(&unsealed).await, 0, "nothing goes out unsigned");
    let known = deployment.call("GET", &format!("/v1/optins/{}", unanswered.id), Value::Null).await;
    assert_eq!((known.status.as_u16(), known.text("state")), (200, "asked".to_owned()), "its MAC key is there");
    deployment.roll(&rotated(&unsealed, Rotation::Drop(KeyId(1), Lists::Mac))).await;
    deployment.roll(&rotated(&unsealed, Rotation::Drop(KeyId(1), Lists::Mac))).await;
    let unknown = deployment.call("GET", &format!("/v1/optins/{}", unanswered.id), Value::Null).await;
    assert_eq!((unknown.status.as_u16(), unknown.text("code")), (404, "not-found".to_owned()));
    assert_eq!(deployment.say_yes(&waits).await.status, 200);
    deployment.redeem(&waits).await;
    deployment.live("afterwards").await;
}

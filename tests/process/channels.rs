//! A kill at each point of a delivery, for each channel, on the first attempt and on the last that is permitted: the sweep
//! then brings exactly what the states promise, and no channel that knows no repeats gets a second message.

use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering::SeqCst;
use std::time::{Duration, Instant};

use ringonce_domain::crash::CrashPoint;
use ringonce_tests::push_service::PushService;
use ringonce_tests::receiver::Behaviour::Status;
use ringonce_tests::receiver::Receiver;
use serde_json::{Value, json};
use tokio::runtime::Builder;

use crate::crashes::call;
use crate::dev::{Dev, Folder, PATIENCE, ringonce};

/// Which attempt the process dies in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Of {
    First,
    /// The one a day after the redemption: no further one is permitted.
    Last,
}

/// A trial: where the process dies, and what comes of the message.
#[derive(Debug, Clone, Copy)]
struct Trial {
    channel: &'static str,
    point: CrashPoint,
    of: Of,
    /// State and reason at the end.
    ends: (&'static str, &'static str),
    /// How often the provider took it.
    taken: usize,
}

const SENT: (&str, &str) = ("sent", "accepted");
const UNKNOWN: (&str, &str) = ("unknown", "lease-ended");

fn trials() -> Vec<Trial> {
    use CrashPoint::{DeliverAfterAttempt, DeliverAfterSend, DeliverAfterSettle, DeliverBeforeAttempt};
    let row = |channel, of, point, ends, taken| Trial { channel, point, of, ends, taken };
    let mut all = vec![row("inbox", Of::First, DeliverAfterSettle, SENT, 0)];
    for channel in ["webhook", "webpush"] {
        // What was begun is begun again under the same id, which the other end knows.
        all.push(row(channel, Of::First, DeliverBeforeAttempt, SENT, 1));
        all.push(row(channel, Of::First, DeliverAfterAttempt, SENT, 1));
        all.push(row(channel, Of::First, DeliverAfterSend, SENT, 2));
        all.push(row(channel, Of::First, DeliverAfterSettle, SENT, 1));
        all.push(row(channel, Of::Last, DeliverBeforeAttempt, SENT, 1));
        all.push(row(channel, Of::Last, DeliverAfterAttempt, UNKNOWN, 0));
        all.push(row(channel, Of::Last, DeliverAfterSend, UNKNOWN, 1));
        all.push(row(channel, Of::Last, DeliverAfterSettle, SENT, 1));
    }
    for of in [Of::First, Of::Last] {
        // Nobody can know whether it went out, and it is not sent again.
        all.push(row("email", of, DeliverBeforeAttempt, SENT, 1));
        all.push(row("email", of, DeliverAfterAttempt, UNKNOWN, 0));
        all.push(row("email", of, DeliverAfterSend, UNKNOWN, 1));
        all.push(row("email", of, DeliverAfterSettle, SENT, 1));
    }
    all
}

/// Where messages go to.
struct Providers {
    folder: Folder,
    receiver: Receiver,
    push: PushService,
}

impl Providers {
    /// Starts a `ringonce dev` whose providers take nothing for now, or everything.
    fn dev(&self, ahead: &str, takes: bool, crash_at: Option<CrashPoint>) -> Dev {
        let mut command = ringonce();
        command.args(["dev", "--port", "0", "--clock-ahead", ahead, "--state-dir"]).arg(&self.folder.0);
        if !takes {
            command.env("RINGONCE_SMTP", "smtp://127.0.0.1:1");
        }
        if let Some(point) = crash_at {
            command.env("RINGONCE_CRASH_AT", point.name());
        }
        Dev::spawn(command)
    }

    /// How often each channel's provider has taken the message.
    fn taken(&self, channel: &str) -> usize {
        match channel {
            "webhook" => self.receiver.of_kind("notification.deliver").len(),
            "webpush" => self.push.pushed().len(),
            "email" => self.mails(),
            _ => 0,
        }
    }

    fn mails(&self) -> usize {
        let files = std::fs::read_dir(self.folder.0.join("outbox")).into_iter().flatten();
        files.filter(|file| std::fs::read_to_string(file.as_ref().unwrap().path()).unwrap().contains("It is back.")).count()
    }

    /// What an answer's `address` holds.
    fn address(&self, channel: &str) -> Option<String> {
        let keys = json!({
            "p256dh": "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4",
            "auth": "BTBZMqHH6r4Tts7J_aSIgg",
        });
        (channel == "webpush").then(|| json!({ "endpoint": format!("{}/x", self.push.origin()), "keys": keys }).to_string())
    }
}

/// A grant by the channel: the path of the opt-in, and its token.
async fn grant(dev: &Dev, providers: &Providers, channel: &str) -> (String, String) {
    let address = json!({ "channel": "email", "address": "ada@home.example" });
    call(dev, "PUT", "/v1/users/ada/address", &[], &address, 200).await.unwrap();
    let asked = call(dev, "POST", "/v1/optins", &[], &json!({ "user": "ada", "topic": "t", "title": "T" }), 201).await.unwrap();
    let url = asked["consent_url"].as_str().unwrap();
    let mut yes = json!({ "answer": "grant", "channel": channel });
    if let Some(address) = providers.address(channel) {
        yes["address"] = json!(address);
    }
    assert_eq!(call(dev, "POST", &url[url.find("/c/").unwrap()..], &[], &yes, 200).await.unwrap()["state"], "granted");
    let path = format!("/v1/optins/{}", asked["id"].as_str().unwrap());
    let token = call(dev, "GET", &path, &[], &Value::Null, 200).await.unwrap()["token"].as_str().unwrap().to_owned();
    (path, token)
}

async fn redeem(dev: &Dev, token: &str) {
    let body = json!({ "token": token, "message": { "text": "It is back." } });
    // Whether the process lives to answer is chance: the same call may be repeated.
    let _ = call(dev, "POST", "/v1/notifications", &[("idempotency-key", "k")], &body, 202).await;
}

async fn wait(what: &str, mut holds: impl AsyncFnMut() -> bool) {
    let begun = Instant::now();
    while !holds().await {
        assert!(begun.elapsed() < PATIENCE, "never: {what}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

async fn die(trial: Trial) {
    let name = format!("{}-{}-{:?}", trial.channel, trial.point.name(), trial.of);
    let providers = Providers { folder: Folder::new(&name), receiver: Receiver::start().await, push: PushService::start().await };
    let set_up = providers.dev("0s", trial.of == Of::First, None);
    let base = ["business", "set", "demo", "--webhook", &providers.receiver.url(), "--local", "--state-dir"];
    assert!(ringonce().args(base).arg(&providers.folder.0).status().unwrap().success());
    let (path, token) = grant(&set_up, &providers, trial.channel).await;
    let mut before = 0;
    if trial.of == Of::Last {
        providers.receiver.behave(&[Status(503)]);
        providers.push.behave(&[Status(503)]);
        redeem(&set_up, &token).await;
        let state = async || call(&set_up, "GET", &path, &[], &Value::Null, 200).await.unwrap();
        wait("it is parked", async || matches!(state().await["reason"].as_str(), Some("busy" | "unreachable"))).await;
        before = providers.taken(trial.channel);
    }
    set_up.stop();
    let ahead = if trial.of == Of::First { "0s" } else { "24h" };
    let mut dying = providers.dev(ahead, true, Some(trial.point));
    if trial.of == Of::First {
        redeem(&dying, &token).await;
    }
    wait(&format!("{name} dies"), async || dying.ended().is_some()).await;
    // An hour later every lease and every wait is over.
    let dev = providers.dev(if trial.of == Of::First { "1h" } else { "25h" }, true, None);
    if trial.of == Of::First {
        redeem(&dev, &token).await;
    }
    let state = async || call(&dev, "GET", &path, &[], &Value::Null, 200).await.unwrap();
    wait(&format!("{name} ends"), async || !matches!(state().await["state"].as_str(), Some("granted" | "queued" | "attempting"))).await;
    let ended = state().await;
    assert_eq!((ended["state"].as_str(), ended["reason"].as_str()), (Some(trial.ends.0), Some(trial.ends.1)), "{name}: {ended}");
    assert_eq!(providers.taken(trial.channel) - before, trial.taken, "{name}");
    one_id(&providers, &name);
}

/// However often it went out: under one id.
fn one_id(providers: &Providers, name: &str) {
    let ids = |mut ids: Vec<String>| {
        ids.sort();
        ids.dedup();
        ids.len()
    };
    let webhooks = providers.receiver.of_kind("notification.deliver").into_iter().map(|received| received.id).collect();
    let pushes = providers.push.pushed().iter().map(|pushed| pushed.header("topic").to_owned()).collect();
    assert!(ids(webhooks) <= 1 && ids(pushes) <= 1, "{name}");
}

/// How many are tried at a time.
const AT_ONCE: usize = 10;

#[test]
fn a_crash_at_each_point_of_each_channel_ends_as_the_states_promise() {
    let all = trials();
    let next = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for _ in 0..AT_ONCE {
            scope.spawn(|| {
                while let Some(trial) = all.get(next.fetch_add(1, SeqCst)) {
                    let runtime = Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
                    runtime.block_on(die(*trial));
                }
            });
        }
    });
    println!("{} crashes", all.len());
}

//! A kill at any named point, and a start after it: nothing is lost, and no message goes out under two ids.

use std::collections::BTreeSet;
use std::os::unix::process::ExitStatusExt;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use ringonce_domain::crash::CrashPoint;
use ringonce_tests::http::{Answer, try_send};
use ringonce_tests::receiver::{Behaviour, Receiver};
use serde_json::{Value, json};

use crate::dev::{Dev, Folder, PATIENCE, ringonce};

/// Where a crash is tried: at a point, with the clock of the run in which it is to happen. A message's points are passed
/// by the stream's delivery at first, and by the sweep's when it is tried again.
#[derive(Debug, Clone, Copy)]
struct Crash {
    point: CrashPoint,
    in_sweep: bool,
}

fn crashes() -> Vec<Crash> {
    let at = |in_sweep| move |point: &CrashPoint| Crash { point: *point, in_sweep };
    // A message for later, a release and a reconcile pass points of their own.
    let elsewhere = |point: &&CrashPoint| !is_of_release(**point) && !is_of_schedule(**point) && !is_of_reconcile(**point);
    let again = CrashPoint::ALL.iter().filter(|point| point.name().starts_with("deliver."));
    CrashPoint::ALL.iter().filter(elsewhere).map(at(false)).chain(again.map(at(true))).collect()
}

/// Whether only a release passes the point.
pub(crate) fn is_of_release(point: CrashPoint) -> bool {
    point.name().starts_with("release.")
}

/// Whether only a message for later passes the point.
pub(crate) fn is_of_schedule(point: CrashPoint) -> bool {
    matches!(point, CrashPoint::SweepBeforeStart | CrashPoint::SweepAfterStart)
}

/// Whether only a reconcile passes the point. Any `ringonce dev` begins one.
pub(crate) fn is_of_reconcile(point: CrashPoint) -> bool {
    point.name().starts_with("reconcile.")
}

/// How many points are tried at a time.
const AT_ONCE: usize = 12;
pub(crate) const SIGABRT: i32 = 6;

#[tokio::test(flavor = "multi_thread")]
async fn a_crash_at_any_named_point_loses_nothing() {
    try_all(crashes().into_iter().map(survive)).await;
}

/// Awaits them all, a few at a time.
pub(crate) async fn try_all(mut trials: impl Iterator<Item = impl Future<Output = ()> + Send + 'static>) {
    let mut running = tokio::task::JoinSet::new();
    loop {
        while running.len() < AT_ONCE
            && let Some(trial) = trials.next()
        {
            running.spawn(trial);
        }
        match running.join_next().await {
            Some(result) => result.unwrap(),
            None => return,
        }
    }
}

async fn survive(crash: Crash) {
    let name = crash.point.name();
    let folder = Folder::new(&format!("crash-{name}-{}", crash.in_sweep));
    let receiver = Receiver::start().await;
    // The first delivery of everything is asked to come later, so that parking and sweeping are passed through too.
    let seen = Mutex::new(BTreeSet::new());
    receiver.plan(move |received| seen.lock().unwrap().insert(received.id.clone()).then_some(Behaviour::Status(503)));
    let set_up = Dev::start(&folder.0, &[], None);
    let set = ringonce().args(["business", "set", "demo", "--webhook", &receiver.url(), "--local", "--state-dir"]).arg(&folder.0).status();
    assert!(set.unwrap().success());
    set_up.stop();

    let mut person = Lifecycle::default();
    let mut crashed = false;
    // The later ones are for a machine that is too busy for a sweep to come to it in time.
    for (run, ahead) in (0..6).zip(["0s", "60s", "120s", "180s", "240s", "300s"]) {
        let armed = run > 0 || !crash.in_sweep;
        let mut dev = Dev::start(&folder.0, &["--clock-ahead", ahead], armed.then_some(name));
        let enough = Duration::from_millis(if armed { 2_500 * (run + 1) } else { 500 });
        crashed |= person.go_on_until_crash(&mut dev, &receiver, enough).await;
        if crashed {
            break;
        }
        dev.stop();
    }
    assert!(crashed, "{crash:?} was not passed");
    // An hour later every lease and every wait is over.
    let mut dev = Dev::start(&folder.0, &["--clock-ahead", "1h"], None);
    let begun = Instant::now();
    while !person.is_complete(&dev, &receiver).await {
        assert!(begun.elapsed() < PATIENCE, "{crash:?}: {person:?}\n{}\n{:#?}", dev.printed(), kinds(&receiver));
        person.step(&dev).await;
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    person.audit(name, &dev, &receiver).await;
    assert_eq!(dev.ended(), None);
}

pub(crate) fn kinds(receiver: &Receiver) -> Vec<(String, String)> {
    receiver.received().into_iter().map(|received| (received.kind, received.id)).collect()
}

/// One person's lifecycle, as callers go on with it who repeat what was not answered.
#[derive(Debug, Default)]
struct Lifecycle {
    asked: Option<Value>,
    granted: bool,
    token: Option<String>,
    sent: Option<Value>,
}

impl Lifecycle {
    /// Goes on until the process has crashed; false when, with all done that it can do, `enough` passes without that.
    async fn go_on_until_crash(&mut self, dev: &mut Dev, receiver: &Receiver, enough: Duration) -> bool {
        let begun = Instant::now();
        while begun.elapsed() < Duration::from_secs(30) {
            if let Some(status) = dev.ended() {
                assert_eq!(status.signal(), Some(SIGABRT), "{}", dev.printed());
                return true;
            }
            self.step(dev).await;
            // Once all that this run can do is done and a sweep has passed, a later clock is needed.
            let quiet = self.sent.is_some() && !receiver.of_kind("notification.deliver").is_empty();
            if quiet && begun.elapsed() > enough {
                return false;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        false
    }

    /// The next call, if one is due. What is not answered is repeated as it was.
    async fn step(&mut self, dev: &Dev) {
        let key = [("idempotency-key", "crash-test")];
        let Some(asked) = &self.asked else {
            let body = json!({ "user": "ada", "topic": "t", "title": "T", "deliver_ask": true });
            self.asked = call(dev, "POST", "/v1/optins", &key, &body, 201).await;
            return;
        };
        if !self.granted {
            // The port is another after each start; the path is what counts.
            let url = asked["consent_url"].as_str().unwrap();
            let path = &url[url.find("/c/").unwrap()..];
            self.granted = call(dev, "POST", path, &[], &json!({ "answer": "grant", "channel": "webhook" }), 200).await.is_some();
        } else if self.token.is_none() {
            let optin = call(dev, "GET", &self.optin_path(), &[], &Value::Null, 200).await;
            self.token = optin.and_then(|optin| optin["token"].as_str().map(str::to_owned));
        } else if self.sent.is_none() {
            let body = json!({ "token": self.token, "message": { "text": "It is back." } });
            self.sent = call(dev, "POST", "/v1/notifications", &key, &body, 202).await;
        }
    }

    fn optin_path(&self) -> String {
        format!("/v1/optins/{}", self.asked.as_ref().unwrap()["id"].as_str().unwrap())
    }

    async fn is_complete(&self, dev: &Dev, receiver: &Receiver) -> bool {
        let told = |kind: &str| receiver.of_kind(kind).len() >= 2; // refused once, then taken
        let sent = match self.sent {
            Some(_) => call(dev, "GET", &self.optin_path(), &[], &Value::Null, 200).await,
            None => None,
        };
        sent.is_some_and(|optin| optin["state"] == "sent")
            && ["optin.asked", "optin.granted", "notification.deliver", "notification.sent"].into_iter().all(told)
    }

    async fn audit(&self, point: &str, dev: &Dev, receiver: &Receiver) {
        for kind in ["optin.asked", "optin.granted", "notification.deliver", "notification.sent"] {
            let ids: BTreeSet<_> = receiver.of_kind(kind).into_iter().map(|received| received.id).collect();
            assert_eq!(ids.len(), 1, "{point}: {kind} under several ids: {ids:?}");
        }
        let message = &receiver.of_kind("notification.deliver")[0].id;
        assert_eq!(self.sent.as_ref().unwrap()["id"], message.as_str(), "{point}: the id that the caller was told");
        let eligibility = call(dev, "GET", "/v1/users/ada/eligibility?topic=t", &[], &Value::Null, 200).await.unwrap();
        assert_eq!(eligibility["caps"][0]["left"], 4, "{point}: the ask counts once");
    }
}

/// The answer's body; nothing when the process went away. Anything but `expected` is a failure.
pub(crate) async fn call(dev: &Dev, method: &str, path: &str, headers: &[(&str, &str)], body: &Value, expected: u16) -> Option<Value> {
    let bearer = format!("Bearer {}", dev.key);
    let mut all = vec![("authorization", bearer.as_str()), ("content-type", "application/json")];
    all.extend_from_slice(headers);
    let answer: Answer = try_send(method, &format!("{}{path}", dev.api), &all, body.to_string()).await.ok()?;
    assert_eq!(answer.status, expected, "{method} {path}: {}", answer.body);
    Some(answer.json())
}

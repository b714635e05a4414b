//! The seller's real job, with the process dying under it: 40 shirts came back, 3,000 people wait, and at whatever point
//! of a step the program is killed, the 80 oldest get one message each and nobody else gets any.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use ringonce_adapters::ambient::Clock;
use ringonce_adapters::dynamo::DynamoStore;
use ringonce_cli::dev::LocalState;
use ringonce_cli::local::engine::{TABLE, local_client};
use ringonce_domain::crash::CrashPoint;
use ringonce_domain::names::BusinessId;
use ringonce_domain::rules::Ruling;
use ringonce_domain::store::Commands;
use ringonce_memory::fixture;
use ringonce_tests::receiver::{Behaviour, Receiver};
use serde_json::{Value, json};

use crate::crashes::{call, is_of_release, is_of_schedule};
use crate::dev::{Dev, Folder, PATIENCE, ringonce};

const WAITING: usize = 3_000;

fn person(number: usize) -> String {
    format!("person-{number:05}")
}

/// Grants of as many people, each a millisecond after the one before, straight into the table of a `ringonce dev` that runs.
pub(crate) async fn let_them_wait(folder: &Path, people: usize) {
    let (keys, engine) = LocalState::of_running(folder).unwrap();
    let store = DynamoStore::new(local_client(engine).unwrap(), TABLE);
    let demo = BusinessId::try_from("demo".to_owned()).unwrap();
    let begun = Clock::SYSTEM.now().before(Duration::from_secs(60));
    for number in 0..people {
        let moment = u64::try_from(number).unwrap();
        let subject = fixture::subject_of_business(&keys, &demo, &person(number), "shirt-m");
        let mut answer = subject.grant(fixture::call(1_000 + moment, 0, false), begun, begun + Duration::from_millis(moment));
        answer.ask.business = demo.clone();
        assert!(matches!(store.answer(&answer).await.unwrap(), Ruling::Apply(_)));
    }
}

fn set_webhook(folder: &Path, url: &str) {
    let set = ringonce().args(["business", "set", "demo", "--webhook", url, "--local", "--state-dir"]).arg(folder).status();
    assert!(set.unwrap().success());
}

/// Whether the release has come to its end and its business was told, as `dev` says it.
async fn has_ended(dev: &Dev, receiver: &Receiver) -> Option<Value> {
    let listed = call(dev, "GET", "/v1/releases", &[], &Value::Null, 200).await?;
    let release = listed["releases"][0].clone();
    (release["state"] == "finished" && !receiver.of_kind("release.finished").is_empty()).then_some(release)
}

async fn survive(point: CrashPoint, prepared: &Path) {
    let name = point.name();
    let folder = Folder::new(&format!("release-{name}"));
    let copied = Command::new("cp").arg("-a").arg(prepared.join(".")).arg(&folder.0).status().unwrap();
    assert!(copied.success());
    let receiver = Receiver::start().await;
    receiver.plan(|received| (received.kind == "release.check" && received.json["data"]["step"] == 3).then_some(Behaviour::Status(409)));
    let set_up = Dev::start(&folder.0, &[], None);
    set_webhook(&folder.0, &receiver.url());
    set_up.stop();
    let mut dev = Dev::start(&folder.0, &[], Some(name));
    let body = json!({
        "message": { "text": "It is back." }, "batch": { "size": 40, "every": "1s" }, "check_url": receiver.url()
    });
    let key = [("idempotency-key", "restock")];
    call(&dev, "POST", "/v1/topics/shirt-m/releases", &key, &body, 202).await;
    let begun = Instant::now();
    while dev.ended().is_none() {
        assert!(begun.elapsed() < PATIENCE, "{name} was not passed: {}", dev.printed());
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    // A later clock: whatever a worker that died has left is due.
    let dev = Dev::start(&folder.0, &["--clock-ahead", "2m"], None);
    call(&dev, "POST", "/v1/topics/shirt-m/releases", &key, &body, 202).await.unwrap();
    let begun = Instant::now();
    let release = loop {
        match has_ended(&dev, &receiver).await {
            Some(release) => break release,
            None => assert!(begun.elapsed() < PATIENCE, "{name} never ended: {}", dev.printed()),
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    };
    assert_eq!((&release["reason"], &release["taken"]), (&json!("check-refused"), &json!(80)), "{name}: {release}");
    audit(name, &dev, &receiver).await;
}

/// The receiver's log holds exactly 80 messages, of the 80 oldest; everybody else waits.
async fn audit(name: &str, dev: &Dev, receiver: &Receiver) {
    let oldest: BTreeSet<_> = (0..80).map(person).collect();
    let begun = Instant::now();
    while receiver.of_kind("notification.sent").iter().map(|received| received.id.clone()).collect::<BTreeSet<_>>().len() < 80 {
        assert!(begun.elapsed() < PATIENCE, "{name}: not all were told of: {}", dev.printed());
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let messages = receiver.of_kind("notification.deliver");
    let ids: BTreeSet<_> = messages.iter().map(|received| received.id.clone()).collect();
    let people: BTreeSet<_> = messages.iter().map(|received| received.json["data"]["user"].as_str().unwrap().to_owned()).collect();
    assert_eq!((ids.len(), &people), (80, &oldest), "{name}");
    let begun = Instant::now();
    loop {
        let demand = call(dev, "GET", "/v1/topics/shirt-m", &[], &Value::Null, 200).await.unwrap();
        if (&demand["granted"], &demand["sent"], &demand["waiting"]) == (&json!(WAITING), &json!(80), &json!(WAITING - 80)) {
            break;
        }
        assert!(begun.elapsed() < PATIENCE, "{name}: the counters say {demand}");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    for number in [80, 1_500, WAITING - 1] {
        let optins = call(dev, "GET", &format!("/v1/users/{}/optins", person(number)), &[], &Value::Null, 200).await.unwrap();
        assert_eq!(optins["optins"][0]["state"], "granted", "{name}: {number} waits");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn of_3000_who_wait_the_80_oldest_get_one_message_each_whatever_point_of_a_step_is_the_last() {
    let prepared = Folder::new("release-prepared");
    let dev = Dev::start(&prepared.0, &[], None);
    // Nobody is told of three thousand grants here.
    let quiet = ringonce().args(["business", "set", "demo", "--webhook", "none", "--local", "--state-dir"]).arg(&prepared.0).status();
    assert!(quiet.unwrap().success());
    let_them_wait(&prepared.0, WAITING).await;
    dev.stop();
    for point in CrashPoint::ALL.iter().filter(|point| is_of_release(**point)) {
        survive(*point, &prepared.0).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_for_later_is_sent_once_whatever_point_of_its_beginning_is_the_last() {
    for point in CrashPoint::ALL.iter().filter(|point| is_of_schedule(**point)) {
        let folder = Folder::new(&format!("schedule-{}", point.name()));
        let mut dev = Dev::start(&folder.0, &[], Some(point.name()));
        let asked = call(&dev, "POST", "/v1/optins", &[], &json!({ "user": "ada", "topic": "t", "title": "T" }), 201).await.unwrap();
        let url = asked["consent_url"].as_str().unwrap();
        call(&dev, "POST", &url[url.find("/c/").unwrap()..], &[], &json!({ "answer": "grant", "channel": "inbox" }), 200).await.unwrap();
        let optin = format!("/v1/optins/{}", asked["id"].as_str().unwrap());
        let token = call(&dev, "GET", &optin, &[], &Value::Null, 200).await.unwrap()["token"].clone();
        let send_at = (Clock::SYSTEM.now() + Duration::from_secs(1)).to_string();
        let body = json!({ "token": token, "message": { "text": "x" }, "send_at": send_at });
        call(&dev, "POST", "/v1/notifications", &[], &body, 202).await.unwrap();
        let begun = Instant::now();
        while dev.ended().is_none() {
            assert!(begun.elapsed() < PATIENCE, "{} was not passed", point.name());
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        let dev = Dev::start(&folder.0, &["--clock-ahead", "2m"], None);
        let begun = Instant::now();
        loop {
            let standing = call(&dev, "GET", &optin, &[], &Value::Null, 200).await.unwrap();
            let path: Vec<_> = standing["timeline"].as_array().unwrap().iter().map(|step| step["state"].clone()).collect();
            if standing["state"] == "sent" {
                assert_eq!(path, ["granted", "scheduled", "queued", "sent"]);
                break;
            }
            assert!(begun.elapsed() < PATIENCE, "{}: {standing}", point.name());
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }
}

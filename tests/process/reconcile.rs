//! A reconcile with the process dying under it: what the stream has lost is sent once, and the run comes to its end.

use std::collections::BTreeSet;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use ringonce_adapters::ambient::Clock;
use ringonce_adapters::dynamo::DynamoStore;
use ringonce_cli::dev::LocalState;
use ringonce_cli::local::engine::{Engine, TABLE};
use ringonce_domain::crash::CrashPoint;
use ringonce_domain::names::BusinessId;
use ringonce_domain::rules::Ruling;
use ringonce_domain::store::Commands;
use ringonce_memory::fixture;
use ringonce_tests::receiver::Receiver;
use rusqlite::Connection;
use serde_json::Value;

use crate::crashes::{SIGABRT, is_of_reconcile, kinds, try_all};
use crate::dev::{Dev, Folder, PATIENCE, ringonce};

/// People whose message waits. They stand in all segments.
const PEOPLE: u64 = 12;

/// Messages that are queued and that no record of the stream leads to.
async fn let_the_stream_lose_messages(folder: &Path) {
    let keys = LocalState::open(folder).unwrap().keys().unwrap();
    let engine = Engine::start(folder, 0).await.unwrap();
    let store = DynamoStore::new(engine.client.clone(), TABLE);
    let demo = BusinessId::try_from("demo".to_owned()).unwrap();
    let now = Clock::SYSTEM.now();
    for number in 0..PEOPLE {
        let subject = fixture::subject_of_business(&keys, &demo, &format!("person-{number}"), "t");
        let ask = fixture::call(number, 0, false);
        let mut answer = subject.grant(ask, now, now);
        answer.ask.business = demo.clone();
        assert!(matches!(store.answer(&answer).await.unwrap(), Ruling::Apply(_)));
        let redeem = subject.redeem(ask, fixture::call(number, 1, false), "It is back.", now);
        assert!(matches!(store.redeem(&redeem).await.unwrap(), Ruling::Apply(_)));
    }
    let records = Connection::open(folder.join("table.sqlite")).unwrap().execute("DELETE FROM _stream_records", []).unwrap();
    assert!(records >= usize::try_from(PEOPLE).unwrap() * 2);
}

fn status(folder: &Path) -> Option<Value> {
    let output = ringonce().args(["reconcile", "--local", "--status", "--json", "--state-dir"]).arg(folder).output().unwrap();
    output.status.success().then(|| serde_json::from_slice(&output.stdout).unwrap())
}

/// Waits until the run that the program began at its start is over.
fn wait_for_the_night(folder: &Path) {
    let begun = Instant::now();
    while status(folder).is_none_or(|status| status["ended_at"].is_null()) {
        assert!(begun.elapsed() < PATIENCE, "the first run does not end: {:?}", status(folder));
        std::thread::sleep(Duration::from_millis(50));
    }
}

/// Events of a kind, each once: an answer that a crash took along has its event come again.
fn ids(receiver: &Receiver, kind: &str) -> BTreeSet<String> {
    receiver.of_kind(kind).into_iter().map(|received| received.id).collect()
}

async fn survive(point: CrashPoint, prepared: PathBuf) {
    let name = point.name();
    let folder = Folder::new(&format!("crash-{name}"));
    assert!(Command::new("cp").arg("-a").arg(prepared.join(".")).arg(&folder.0).status().unwrap().success());
    let receiver = Receiver::start().await;
    let dev = Dev::start(&folder.0, &[], None);
    let set = ringonce().args(["business", "set", "demo", "--webhook", &receiver.url(), "--local", "--state-dir"]).arg(&folder.0).status();
    assert!(set.unwrap().success());
    wait_for_the_night(&folder.0);
    dev.stop();
    assert_eq!(receiver.received().len(), 0, "{name}: within its grace nothing is found");

    let mut dev = Dev::start(&folder.0, &["--clock-ahead", "3h"], Some(name));
    let begun = Instant::now();
    let status_of_end = loop {
        match dev.ended() {
            Some(status) => break status,
            None => assert!(begun.elapsed() < PATIENCE, "{name} was not passed: {}", dev.printed()),
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    };
    assert_eq!(status_of_end.signal(), Some(SIGABRT), "{}", dev.printed());

    let dev = Dev::start(&folder.0, &["--clock-ahead", "6h"], None);
    let begun = Instant::now();
    loop {
        let is_over = status(&folder.0).is_some_and(|status| !status["ended_at"].is_null());
        if is_over && ids(&receiver, "notification.sent").len() >= usize::try_from(PEOPLE).unwrap() {
            break;
        }
        let told = || kinds(&receiver);
        assert!(begun.elapsed() < PATIENCE, "{name}: {:?}, {:?}, {}", told(), status(&folder.0), dev.printed());
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    for kind in ["notification.deliver", "notification.sent"] {
        assert_eq!(ids(&receiver, kind).len(), usize::try_from(PEOPLE).unwrap(), "{name}: {kind}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_stream_has_lost_is_sent_once_whatever_point_of_a_reconcile_is_the_last() {
    let prepared = Folder::new("reconcile");
    Dev::start(&prepared.0, &[], None).stop();
    let_the_stream_lose_messages(&prepared.0).await;
    let points = CrashPoint::ALL.iter().copied().filter(|point| is_of_reconcile(*point));
    try_all(points.map(|point| survive(point, prepared.0.clone()))).await;
}

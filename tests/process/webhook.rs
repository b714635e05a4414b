//! `ringonce webhook`, against a running `ringonce dev`.

use std::collections::BTreeSet;
use std::process::{Command, Output};
use std::sync::Arc;
use std::sync::atomic::{AtomicU16, Ordering::SeqCst};
use std::time::{Duration, Instant};

use ringonce_tests::receiver::Behaviour::Status;
use ringonce_tests::receiver::Receiver;
use serde_json::Value;

use crate::dev::{Dev, Folder, PATIENCE, ringonce};

fn run(folder: &Folder, arguments: &[&str]) -> Output {
    ringonce().args(arguments).args(["--local", "--state-dir"]).arg(&folder.0).output().unwrap()
}

fn ok(folder: &Folder, arguments: &[&str]) -> String {
    let output = run(folder, arguments);
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    let quiet = output.stderr.is_empty() || arguments[0] != "webhook";
    assert!(quiet, "no progress where nobody looks: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

fn refused(folder: &Folder, arguments: &[&str]) -> String {
    let output = run(folder, arguments);
    assert_eq!(output.status.code(), Some(1), "{arguments:?}");
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

fn json(folder: &Folder, arguments: &[&str]) -> Value {
    serde_json::from_str(&ok(folder, &[arguments, &["--json"]].concat())).unwrap()
}

fn curl(arguments: &[&str]) -> Value {
    let output = Command::new("curl").arg("-sS").args(arguments).output().unwrap();
    serde_json::from_slice(&output.stdout).unwrap()
}

/// Asks a person, who says yes.
fn grant(dev: &Dev, key: &str, user: &str) {
    let bearer = format!("Authorization: Bearer {key}");
    let ask = format!(r#"{{"user":"{user}","topic":"t","title":"T"}}"#);
    let asked = curl(&["-H", &bearer, "-d", &ask, &format!("{}/v1/optins", dev.api)]);
    let yes = ["-H", "Content-Type: application/json", "-d", r#"{"answer":"grant"}"#, asked["consent_url"].as_str().unwrap()];
    assert_eq!(curl(&yes)["state"], "granted", "{asked}");
}

fn wait_until(what: &str, mut holds: impl FnMut() -> bool) {
    let begun = Instant::now();
    while !holds() {
        assert!(begun.elapsed() < PATIENCE, "never: {what}");
        std::thread::sleep(Duration::from_millis(50));
    }
}

#[test]
fn an_operator_sees_a_webhook_disabled_repairs_it_and_sends_what_it_missed() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let receiver = runtime.block_on(Receiver::start());
    let status = Arc::new(AtomicU16::new(410));
    let answer = Arc::clone(&status);
    receiver.plan(move |_| Some(Status(answer.load(SeqCst))));
    let folder = Folder::new("webhook");
    let dev = Dev::start(&folder.0, &[], None);
    ok(&folder, &["business", "add", "shop", "--webhook", &receiver.url()]);
    let key = ok(&folder, &["key", "add", "shop"]);
    assert!(ok(&folder, &["webhook", "status", "shop"]).ends_with("healthy\n"));

    grant(&dev, key.trim(), "ada");
    wait_until("disabled", || json(&folder, &["webhook", "status", "shop"])["state"] == "disabled");
    grant(&dev, key.trim(), "bea");
    wait_until("bea's event is kept", || json(&folder, &["webhook", "replay", "shop", "--dry-run"])["found"] == 2);
    let shown = ok(&folder, &["webhook", "status", "shop"]);
    assert!(shown.contains("disabled since 2") && shown.contains("answered an event with 410"), "{shown}");
    let bearer = format!("Authorization: Bearer {}", key.trim());
    let by_api = curl(&["-H", &bearer, &format!("{}/v1/webhook", dev.api)]);
    assert_eq!(by_api, json(&folder, &["webhook", "status", "shop"]), "the API shows the same");
    assert!(dev.logged().matches("a webhook is disabled").count() == 1, "{}", dev.logged());
    assert!(refused(&folder, &["webhook", "replay", "shop"]).contains("ringonce webhook enable shop"));
    assert!(refused(&folder, &["webhook", "test", "shop"]).contains("gone"));

    status.store(204, SeqCst);
    assert!(ok(&folder, &["webhook", "test", "shop"]).contains("accepted"), "a test goes out while it is disabled");
    assert!(ok(&folder, &["webhook", "enable", "shop"]).contains("ringonce webhook replay shop"));
    let none = ["webhook", "replay", "shop", "--dry-run", "--since", "2100-01-01T00:00:00Z"];
    assert!(ok(&folder, &none).starts_with("0 events would be"));
    let replayed = json(&folder, &["webhook", "replay", "shop"]);
    assert_eq!((&replayed["found"], &replayed["made_due"]), (&2.into(), &2.into()), "{replayed}");
    wait_until("nothing is left", || json(&folder, &["webhook", "replay", "shop"])["found"] == 0);
    let granted = receiver.of_kind("optin.granted");
    let ids: BTreeSet<_> = granted.iter().map(|received| &received.id).collect();
    assert_eq!((granted.len(), ids.len()), (3, 2), "one was refused and came again under its id, one came once");
}

#[test]
fn setting_a_webhook_again_takes_it_for_well() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let receiver = runtime.block_on(Receiver::start());
    receiver.plan(|_| Some(Status(410)));
    let folder = Folder::new("webhook-set");
    let dev = Dev::start(&folder.0, &[], None);
    ok(&folder, &["business", "add", "shop", "--webhook", &receiver.url()]);
    let key = ok(&folder, &["key", "add", "shop"]);
    grant(&dev, key.trim(), "ada");
    wait_until("disabled", || json(&folder, &["webhook", "status", "shop"])["state"] == "disabled");
    ok(&folder, &["business", "set", "shop", "--name", "The Shop"]);
    assert_eq!(json(&folder, &["webhook", "status", "shop"])["state"], "disabled", "another setting changes nothing");
    ok(&folder, &["business", "set", "shop", "--webhook", &receiver.url()]);
    let status = json(&folder, &["webhook", "status", "shop"]);
    assert_eq!((&status["state"], &status["events"][0]["kind"]), (&"healthy".into(), &"enabled".into()), "{status}");
}

#[test]
fn what_cannot_be_done_to_a_webhook_is_said() {
    let folder = Folder::new("webhook-refused");
    let _dev = Dev::start(&folder.0, &[], None);
    ok(&folder, &["business", "add", "shop"]);
    for command in ["status", "enable", "test", "replay"] {
        assert!(refused(&folder, &["webhook", command, "nobody"]).contains("ringonce business add nobody"), "{command}");
        assert!(refused(&folder, &["webhook", command, "shop"]).contains("ringonce business set shop --webhook"), "{command}");
    }
    assert!(ok(&folder, &["webhook", "enable", "demo"]).contains("healthy as it is"));
    ok(&folder, &["business", "set", "shop", "--webhook", "http://127.0.0.1:1/hook"]);
    assert!(refused(&folder, &["webhook", "test", "shop"]).contains("unreachable"));
    let help = ringonce().args(["webhook", "replay", "--help"]).output().unwrap();
    assert!(String::from_utf8(help.stdout).unwrap().contains("Reads the whole table"));
    let bad = ringonce().args(["webhook", "replay", "demo", "--since", "yesterday"]).output().unwrap();
    assert!(String::from_utf8(bad.stderr).unwrap().contains("RFC 3339"));
}

//! A process that stands still while it sends, until its lease has ended, and goes on as if nothing had happened.

use std::process::Command;
use std::time::{Duration, Instant};

use ringonce_tests::receiver::{Behaviour, Receiver};
use serde_json::{Value, json};

use crate::crashes::call;
use crate::dev::{Dev, Folder, PATIENCE, ringonce};

/// Longer than the lease of a worker: thirty seconds of a function, five that `ringonce dev` waits for a provider, and five by
/// which clocks may differ.
const PAST_THE_LEASE: Duration = Duration::from_secs(42);

fn signal(dev: &Dev, name: &str) {
    assert!(Command::new("kill").args([name, &dev.pid().to_string()]).status().unwrap().success());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_process_that_thaws_after_its_lease_sends_no_second_message_and_ends_in_truth() {
    let folder = Folder::new("frozen");
    let receiver = Receiver::start().await;
    let dev = Dev::start(&folder.0, &[], None);
    let base = ["business", "set", "demo", "--webhook", &receiver.url(), "--local", "--state-dir"];
    assert!(ringonce().args(base).arg(&folder.0).status().unwrap().success());
    let asked = call(&dev, "POST", "/v1/optins", &[], &json!({ "user": "ada", "topic": "t", "title": "T" }), 201).await.unwrap();
    let url = asked["consent_url"].as_str().unwrap();
    let yes = json!({ "answer": "grant", "channel": "webhook" });
    call(&dev, "POST", &url[url.find("/c/").unwrap()..], &[], &yes, 200).await.unwrap();
    let path = format!("/v1/optins/{}", asked["id"].as_str().unwrap());
    let state = async || call(&dev, "GET", &path, &[], &Value::Null, 200).await.unwrap();
    let token = state().await["token"].as_str().unwrap().to_owned();
    receiver.behave(&[Behaviour::Hang]);
    call(&dev, "POST", "/v1/notifications", &[], &json!({ "token": token, "message": { "text": "It is back." } }), 202).await.unwrap();
    let sends = || receiver.of_kind("notification.deliver");
    let begun = Instant::now();
    while sends().is_empty() {
        assert!(begun.elapsed() < PATIENCE, "nothing is sent");
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    signal(&dev, "-STOP");
    tokio::time::sleep(PAST_THE_LEASE).await;
    signal(&dev, "-CONT");
    let begun = Instant::now();
    while state().await["state"] != "sent" {
        assert!(begun.elapsed() < PATIENCE, "{}\n{}", state().await, dev.printed());
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let ids: std::collections::BTreeSet<_> = sends().into_iter().map(|sent| sent.id).collect();
    assert_eq!((ids.len(), sends().len()), (1, 2), "the other end knows the second by its id");
}

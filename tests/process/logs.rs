//! What is logged: that something failed, and never a secret, a person or a message.

use std::time::Instant;

use ringonce_tests::receiver::{Behaviour, Receiver};
use serde_json::{Value, json};

use crate::crashes::call;
use crate::dev::{Dev, Folder, PATIENCE, ringonce};

/// What else stands nowhere.
const SECRETS: [&str; 9] = [
    "ada.lovelace",
    "secret-topic",
    "A secret title",
    "a secret payload",
    "A secret message",
    "secret-address",
    "secret-key",
    "A secret bot",
    "whsec_",
];

/// An address that is kept, an e-mail, Messenger's wire, and calls that are refused.
async fn by_other_ways(dev: &Dev) {
    let address = json!({ "channel": "email", "address": "secret-address@home.example" });
    call(dev, "PUT", "/v1/users/ada.lovelace@example.com/address", &[], &address, 200).await.unwrap();
    let ask = json!({ "user": "grace", "topic": "secret-topic", "title": "A secret title", "deliver_ask": true });
    let asked = call(dev, "POST", "/v1/optins", &[], &ask, 201).await.unwrap();
    let url = asked["consent_url"].as_str().unwrap();
    let answer = json!({ "answer": "grant", "channel": "email", "address": "secret-address@work.example" });
    call(dev, "POST", &url[url.find("/c/").unwrap()..], &[], &answer, 200).await.unwrap();
    let payload = json!({ "template_type": "one_time_notif_req", "title": "A secret bot", "payload": "a secret payload" });
    let message = json!({ "attachment": { "type": "template", "payload": payload } });
    let question = json!({ "recipient": { "id": "ada.lovelace" }, "message": message, "access_token": dev.key });
    call(dev, "POST", "/v12.0/me/messages", &[], &question, 200).await.unwrap();
    call(dev, "POST", "/v12.0/me/messages?access_token=secret-key", &[], &json!({ "recipient": "A secret bot" }), 400).await.unwrap();
    call(dev, "POST", "/v1/optins", &[], &json!({ "user": "ada.lovelace", "topic": "A secret title" }), 400).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn no_key_token_code_person_or_message_is_ever_logged() {
    let folder = Folder::new("logs");
    let receiver = Receiver::start().await;
    receiver.plan(|received| received.kind.starts_with("notification.").then_some(Behaviour::Status(410)));
    let dev = Dev::start(&folder.0, &["--log", "trace"], None);
    let set = ringonce().args(["business", "set", "demo", "--webhook", &receiver.url(), "--local", "--state-dir"]).arg(&folder.0).status();
    assert!(set.unwrap().success());
    let ask = json!({ "user": "ada.lovelace@example.com", "topic": "secret-topic", "title": "A secret title", "payload": "a secret payload", "deliver_ask": true });
    let asked = call(&dev, "POST", "/v1/optins", &[], &ask, 201).await.unwrap();
    let url = asked["consent_url"].as_str().unwrap().to_owned();
    let code = &url[url.find("/c/").unwrap()..];
    call(&dev, "POST", code, &[], &json!({ "answer": "grant", "channel": "webhook" }), 200).await.unwrap();
    let optin = format!("/v1/optins/{}", asked["id"].as_str().unwrap());
    let token = call(&dev, "GET", &optin, &[], &Value::Null, 200).await.unwrap()["token"].as_str().unwrap().to_owned();
    let message = json!({ "token": token, "message": { "text": "A secret message." } });
    call(&dev, "POST", "/v1/notifications", &[], &message, 202).await.unwrap();
    call(&dev, "POST", "/v1/notifications", &[], &json!({ "token": token, "message": { "text": "Another." } }), 409).await.unwrap();
    by_other_ways(&dev).await;
    let begun = Instant::now();
    // The message failed, and its event is given up.
    while !dev.logged().contains("given up") {
        assert!(begun.elapsed() < PATIENCE, "{}", dev.printed());
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    let logged = dev.logged();
    assert!(receiver.received().iter().any(|received| received.kind == "notification.failed"), "{logged}");
    for secret in [dev.key.as_str(), &token, &code[3..]].into_iter().chain(SECRETS) {
        assert!(!logged.contains(secret), "`{secret}` is logged:\n{logged}");
    }
    assert!(!dev.printed().contains("\"_aws\""), "metrics are for CloudWatch, and not for a console");
}

//! The whole stack, as the template makes it, on an emulator of AWS: the packages as functions behind its HTTP API, its
//! stream mapping and its schedule. `make test-stack` starts the emulator, which these tests find by `RINGONCE_MINISTACK`.
//!
//! What MiniStack cannot do, tests/packaged does with an emulator of the Runtime API: it gives a mapping no tumbling window,
//! so that `statistics` refuses what it brings, and keeps nobody to a role.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails by panicking")]

mod stack;

use std::time::Duration;

use serde_json::{Value, json};
use stack::Stack;

/// The stack is made once: all that is looked at is looked at here.
#[tokio::test(flavor = "multi_thread")]
async fn the_template_makes_a_ringonce_that_asks_sends_sweeps_and_is_well() {
    let stack = Stack::deploy();
    let key = stack.ringonce(&["business", "add", "shop", "--name", "The Shop", "--channel", "inbox"]);
    assert!(key.contains("ringonce key add shop"), "{key}");
    let key = stack.ringonce(&["key", "add", "shop"]).trim().to_owned();

    by_the_stream(&stack, &key).await;
    by_the_schedule(&stack, &key).await;
    is_well(&stack);
}

/// A lifecycle through the HTTP API, whose message the stream's mapping has delivered.
async fn by_the_stream(stack: &Stack, key: &str) {
    let token = granted(stack, key, "restock").await;
    let body = json!({ "token": token, "message": { "text": "It is back." } });
    let sent = stack.call("POST", "/v1/notifications", key, &body).await;
    assert_eq!((sent.status.as_u16(), sent.text("state")), (202, "queued".to_owned()));
    let ended = stack.ended(key, &sent.text("id"), Duration::from_secs(30)).await;
    assert_eq!(ended["state"], "sent", "{ended}");
    let body = json!({ "token": token, "message": { "text": "Again." } });
    let again = stack.call("POST", "/v1/notifications", key, &body).await;
    assert_eq!((again.status.as_u16(), again.text("code")), (409, "token-used".to_owned()), "{}", again.body);
}

/// A message for later, which only the sweep begins.
async fn by_the_schedule(stack: &Stack, key: &str) {
    let token = granted(stack, key, "premiere").await;
    let at = stack.in_seconds(5);
    let body = json!({ "token": token, "message": { "text": "It begins." }, "send_at": at });
    let sent = stack.call("POST", "/v1/notifications", key, &body).await;
    assert_eq!((sent.status.as_u16(), sent.text("state")), (202, "scheduled".to_owned()), "{}", sent.body);
    let ended = stack.ended(key, &sent.text("id"), Duration::from_secs(150)).await;
    assert_eq!(ended["state"], "sent", "{ended}");
    let states: Vec<_> = ended["timeline"].as_array().unwrap().iter().map(|step| step["state"].clone()).collect();
    assert!(states.ends_with(&[json!("scheduled"), json!("queued"), json!("sent")]), "{states:?}");
}

/// The token of a person who said yes on the page.
async fn granted(stack: &Stack, key: &str, topic: &str) -> String {
    let body = json!({ "user": "ada", "topic": topic, "title": "Want to be told?" });
    let asked = stack.call("POST", "/v1/optins", key, &body).await;
    assert_eq!(asked.status.as_u16(), 201, "{}", asked.body);
    let page = stack.open(&asked.text("consent_url")).await;
    assert!(page.status.is_success() && page.body.contains("Want to be told?"), "{}", page.body);
    let answered = stack.answer(&asked.text("consent_url"), &json!({ "answer": "grant", "channel": "inbox" })).await;
    assert_eq!(answered.status.as_u16(), 200, "{}", answered.body);
    let optin = stack.call("GET", &format!("/v1/optins/{}", asked.text("id")), key, &Value::Null).await;
    optin.text("token")
}

/// What `ringonce doctor` says of it.
fn is_well(stack: &Stack) {
    let said = stack.ringonce(&["doctor", "--stack", stack.name(), "--origin", &stack.here(""), "--json"]);
    let said: Value = serde_json::from_str(&said).unwrap();
    assert_eq!(said["ok"], true, "{said:#}");
}

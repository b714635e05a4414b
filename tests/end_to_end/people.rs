//! The person is in control: revoke, block, unblock, erasure.

use std::time::Duration;

use ringonce_domain::ids::person_code;
use ringonce_memory::fixture::{self, at};
use ringonce_tests::http;
use ringonce_tests::receiver::Behaviour::Status;
use ringonce_tests::world::World;
use serde_json::{Value, json};

const FORM: [(&str, &str); 1] = [("content-type", "application/x-www-form-urlencoded")];

fn page(world: &World, user: &str) -> String {
    let person = fixture::subject(&world.app.keys, user).address.person;
    format!("{}/u/{}", world.api, person_code(&world.app.keys, &person))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_takes_a_grant_back_on_their_page() {
    let world = World::start().await;
    let (id, token) = world.grant("ada", "t", "inbox").await;
    let page = page(&world, "ada");
    let shown = http::send("GET", &page, &[], "").await;
    assert!(shown.body.contains("About t") && shown.body.contains("/revoke"), "{}", shown.body);
    let done = http::send("POST", &format!("{page}/revoke"), &FORM, format!("business=shop&optin={id}")).await;
    assert_eq!(done.status, 303);
    assert_eq!(world.state(&id).await, ("revoked".to_owned(), "by-person".to_owned()));
    let refused = world.notify(&token, "x").await;
    assert_eq!((refused.status.as_u16(), refused.text("code")), (410, "token-revoked".to_owned()));
    world.drain().await;
    assert_eq!(world.receiver.of_kind("optin.revoked").len(), 1);
    let shown = http::send("GET", &page, &[], "").await;
    assert!(shown.body.contains("Taken back") && !shown.body.contains("/revoke\""));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_that_was_revoked_in_the_queue_never_leaves() {
    let world = World::start().await;
    let (id, token) = world.grant("ada", "t", "webhook").await;
    world.notify(&token, "x").await;
    let revoked = world.call("POST", &format!("/v1/optins/{id}/revoke"), Value::Null).await;
    assert_eq!((revoked.status.as_u16(), revoked.text("state")), (200, "revoked".to_owned()));
    world.drain().await;
    assert!(world.receiver.of_kind("notification.deliver").is_empty());
    assert_eq!(world.state(&id).await, ("revoked".to_owned(), "by-business".to_owned()));
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_revokes_on_another_persons_page() {
    let world = World::start().await;
    let (id, _) = world.grant("ada", "t", "inbox").await;
    world.grant("bea", "t", "inbox").await;
    let answer = http::send("POST", &format!("{}/revoke", page(&world, "bea")), &FORM, format!("business=shop&optin={id}")).await;
    assert_eq!(answer.status, 404);
    assert_eq!(world.state(&id).await.0, "granted");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_block_stops_asks_at_once_revokes_what_is_open_and_holds_back_what_is_queued() {
    let world = World::start().await;
    let (open, _) = world.grant("ada", "open", "inbox").await;
    let (queued, token) = world.grant("ada", "queued", "webhook").await;
    let late = world.ask("ada", "late").await;
    world.drain().await;
    world.notify(&token, "x").await;
    let page = page(&world, "ada");
    assert_eq!(http::send("POST", &format!("{page}/block"), &FORM, "").await.status, 303);
    let refused = world.ask("ada", "more").await;
    assert_eq!((refused.status.as_u16(), refused.text("code")), (403, "person-blocked".to_owned()));
    world.drain().await;
    assert_eq!(world.state(&open).await, ("revoked".to_owned(), "blocked".to_owned()));
    // Both changes stand in one batch: the worker may find the block, or the block the message.
    let (state, reason) = world.state(&queued).await;
    assert!(matches!(state.as_str(), "failed" | "revoked") && reason == "blocked", "{state} {reason}");
    // A yes to an old link is the person's own word; the block still holds what would come of it.
    world.answer(&late, json!({ "answer": "grant", "channel": "webhook" })).await;
    let token = world.optin(&late.text("id")).await["token"].as_str().unwrap().to_owned();
    world.notify(&token, "x").await;
    world.drain().await;
    assert_eq!(world.state(&late.text("id")).await, ("failed".to_owned(), "blocked".to_owned()));
    assert!(world.receiver.of_kind("notification.deliver").is_empty());
    assert!(http::send("GET", &page, &[], "").await.body.contains("Unblock"));
    assert_eq!(http::send("POST", &format!("{page}/unblock"), &FORM, "").await.status, 303);
    assert_eq!(world.ask("ada", "more").await.status, 201);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_block_reaches_what_is_parked_and_the_page_says_what_may_have_gone_out() {
    let world = World::start().await;
    let mut ids = Vec::new();
    for (user, status) in [("clear", 503), ("unclear", 500)] {
        let (id, token) = world.grant(user, "t", "webhook").await;
        world.drain().await;
        world.receiver.behave(&[Status(status)]);
        world.notify(&token, "x").await;
        world.drain().await;
        http::send("POST", &format!("{}/block", page(&world, user)), &FORM, "").await;
        world.drain().await;
        ids.push(id);
    }
    world.pass(Duration::from_secs(13));
    world.sweep().await;
    for (id, (user, state, words)) in ids.iter().zip([("clear", "revoked", "no message will come"), ("unclear", "unknown", "is not known")])
    {
        assert_eq!(world.state(id).await, (state.to_owned(), "blocked".to_owned()));
        assert!(http::send("GET", &page(&world, user), &[], "").await.body.contains(words), "{user}");
    }
    assert_eq!(world.receiver.of_kind("notification.deliver").len(), 2, "no attempt begins after the block");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_erasure_leaves_nothing_of_the_person_and_no_link_brings_it_back() {
    let world = World::start().await;
    world.receiver.plan(|received| (received.kind == "optin.granted").then_some(Status(503)));
    let (first, token) = world.grant("ada lovelace", "t", "inbox").await;
    world.notify(&token, "A secret message.").await;
    world.drain().await;
    world.pass(Duration::from_secs(61));
    let (second, whole) = world.grant("ada lovelace", "t", "inbox").await;
    let unanswered = world.ask("ada lovelace", "u").await;
    world.drain().await;
    world.pass(Duration::from_secs(1));
    let erased = world.call("DELETE", "/v1/users/ada%20lovelace", Value::Null).await;
    assert_eq!((erased.status.as_u16(), erased.text("erased_at")), (202, at(62).to_string()));
    world.drain().await;

    let left = world.engine.client.scan().table_name(&world.engine.table).send().await.unwrap().items.unwrap();
    let left = format!("{left:?}");
    for secret in ["ada lovelace", "A secret message.", "About t", "About u", "evt_"] {
        assert!(!left.contains(secret), "{secret} is left: {left}");
    }
    for id in [first, second] {
        assert_eq!(world.call("GET", &format!("/v1/optins/{id}"), Value::Null).await.status, 404);
    }
    assert_eq!(world.notify(&whole, "x").await.text("code"), "token-unknown");
    let late = world.answer(&unanswered, json!({ "answer": "grant" })).await;
    assert_eq!((late.status.as_u16(), late.text("code")), (410, "link-superseded".to_owned()));
    world.pass(Duration::from_secs(61));
    let anew = world.ask("ada lovelace", "t").await;
    assert_eq!(world.answer(&anew, json!({ "answer": "grant" })).await.status, 200, "the person can begin anew");
    assert_eq!(world.call("DELETE", "/v1/users/nobody", Value::Null).await.status, 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_business_sees_all_of_a_persons_optins() {
    let world = World::start().await;
    let (first, _) = world.grant("ada", "t", "inbox").await;
    world.pass(Duration::from_secs(1));
    let (second, _) = world.grant("ada", "u", "inbox").await;
    let list = world.call("GET", "/v1/users/ada/optins", Value::Null).await.json();
    let ids: Vec<_> = list["optins"].as_array().unwrap().iter().map(|optin| optin["id"].clone()).collect();
    assert_eq!(ids, [second, first]);
}

//! Schedules of the user's own: each occurrence is carried out once, by the rules of the API's call that it stands for.

use std::sync::Arc;
use std::time::Duration;

use ringonce_adapters::wire::lambda::NotCarriedOut;
use ringonce_domain::business::ChannelKind;
use ringonce_domain::optin::TOKEN_LIFE;
use ringonce_tests::connector::Fault;
use ringonce_tests::world::World;
use serde_json::{Value, json};

const SETTLED: Duration = Duration::from_secs(6);
const SCHEDULE: &str = "arn:aws:scheduler:eu-central-1:123456789012:schedule/default/shirts";

/// What the schedule's occurrence of that hour is called.
fn at(hour: u32) -> String {
    format!("{SCHEDULE}#2026-12-24T{hour:02}:00:00Z")
}

fn send(execution: &str, token: &str, text: &str) -> Value {
    json!({ "ringonce": "send", "business": "shop", "execution": execution, "token": token, "message": { "text": text } })
}

fn release(execution: &str, topic: &str) -> Value {
    json!({ "ringonce": "release", "business": "shop", "execution": execution, "topic": topic, "message": { "text": "It is back." }, "limit": 2 })
}

async fn carry_out(world: &World, input: &Value) -> Result<Value, NotCarriedOut> {
    let answer = send_notification::carry_out(Arc::new(world.app.clone()), input.to_string()).await?;
    Ok(serde_json::from_str(&answer.body).unwrap())
}

async fn refused(world: &World, input: &Value) -> NotCarriedOut {
    carry_out(world, input).await.expect_err(&input.to_string())
}

async fn releases(world: &World) -> Vec<Value> {
    world.drain().await;
    world.call("GET", "/v1/releases", Value::Null).await.json()["releases"].as_array().unwrap().clone()
}

/// How many people a message has reached.
fn reached(world: &World) -> usize {
    world.receiver.of_kind("notification.deliver").len()
}

async fn let_wait(world: &World, topic: &str, people: usize) {
    let people: Vec<_> = (0..people).map(|number| format!("person-{number}")).collect();
    world.grant_many(topic, &people, ChannelKind::Webhook).await;
    world.pass(SETTLED);
}

/// How many writes the table has seen.
fn writes(world: &World) -> u64 {
    world.engine.meter.counts().iter().filter(|(name, _)| !matches!(name.as_str(), "GetItem" | "Query")).map(|(_, count)| count).sum()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_schedule_sends_one_message_however_often_its_event_comes() {
    let world = World::start().await;
    let (_, token) = world.grant("ada", "t", "webhook").await;
    let first = carry_out(&world, &send(&at(9), &token, "x")).await.unwrap();
    assert_eq!(first["state"], "queued");
    world.drain().await;
    let again = carry_out(&world, &send(&at(9), &token, "x")).await.unwrap();
    assert_eq!(again, json!({ "id": first["id"], "state": "sent" }));
    assert_eq!(refused(&world, &send(&at(9), &token, "y")).await.code, "idempotency-key-reused");
    assert_eq!(refused(&world, &send(&at(10), &token, "x")).await.code, "token-used");
    world.drain().await;
    assert_eq!(reached(&world), 1);
    let seen = world.call("GET", &format!("/v1/notifications/{}", first["id"].as_str().unwrap()), Value::Null).await;
    assert_eq!((seen.status.as_u16(), &seen.json()["message"]["text"]), (200, &json!("x")), "it is a message as any other");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_schedule_sends_for_later_too() {
    let world = World::start().await;
    let (id, token) = world.grant("ada", "t", "inbox").await;
    let mut input = send(&at(9), &token, "x");
    input["send_at"] = json!((world.app.clock.now() + Duration::from_secs(3_600)).to_string());
    assert_eq!(carry_out(&world, &input).await.unwrap()["state"], "scheduled");
    world.pass(Duration::from_secs(3_605));
    world.sweep().await;
    assert_eq!(world.state(&id).await.0, "sent");
}

#[tokio::test(flavor = "multi_thread")]
async fn each_occurrence_of_a_schedule_is_one_release_however_often_its_event_comes() {
    let world = World::patient().await;
    let_wait(&world, "t", 5).await;
    let at_once: Vec<_> = (0..8)
        .map(|_| {
            let (app, input) = (Arc::new(world.app.clone()), release(&at(9), "t").to_string());
            tokio::spawn(send_notification::carry_out(app, input))
        })
        .collect();
    let mut started = Vec::new();
    for one in at_once {
        started.push(one.await.unwrap().unwrap().body);
    }
    assert!(started.iter().all(|body| *body == started[0]), "{started:?}");
    assert_eq!((releases(&world).await.len(), reached(&world)), (1, 2));
    let late = carry_out(&world, &release(&at(9), "t")).await.unwrap();
    assert_eq!(late["state"], "finished", "its end is told: {late}");
    let second = carry_out(&world, &release(&at(21), "t")).await.unwrap();
    assert_ne!(second["id"], late["id"]);
    assert_eq!((releases(&world).await.len(), reached(&world)), (2, 4));
    assert_eq!(refused(&world, &release(&at(21), "u")).await.code, "idempotency-key-reused");
    assert_eq!(releases(&world).await.len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_release_of_a_schedule_goes_by_its_terms() {
    let world = World::patient().await;
    let_wait(&world, "t", 3).await;
    let mut input = release(&at(9), "t");
    input["limit"] = json!(3.0);
    input["order"] = json!("newest");
    input["batch"] = json!({ "size": 1, "every": "12h" });
    input["check_url"] = json!(world.receiver.url());
    carry_out(&world, &input).await.unwrap();
    let standing = releases(&world).await.remove(0);
    let terms = ["topic", "limit", "order", "batch_size", "batch_every", "check_url", "taken"].map(|field| standing[field].clone());
    assert_eq!(terms, [json!("t"), json!(3), json!("newest"), json!(1), json!("12h"), json!(world.receiver.url()), json!(1)]);
    assert_eq!(world.receiver.of_kind("notification.deliver")[0].json["data"]["user"], "person-2");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_execution_and_an_idempotency_key_of_the_same_words_are_two_calls() {
    let world = World::patient().await;
    let_wait(&world, "t", 5).await;
    let key = [("idempotency-key", "nightly-17")];
    let body = json!({ "message": { "text": "It is back." }, "limit": 2 });
    let by_key = world.call_with("POST", "/v1/topics/t/releases", &key, body).await;
    let by_schedule = carry_out(&world, &release("nightly-17", "t")).await.unwrap();
    assert_ne!(by_schedule["id"], by_key.text("id"));
    assert_eq!((releases(&world).await.len(), reached(&world)), (2, 4));
    let (_, token) = world.grant("ada", "u", "webhook").await;
    let body = json!({ "token": token, "message": { "text": "x" } });
    assert_eq!(world.call_with("POST", "/v1/notifications", &key, body).await.status, 202);
    assert_eq!(refused(&world, &send("nightly-17", &token, "x")).await.code, "token-used");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_schedule_is_refused_what_the_api_refuses() {
    let world = World::start().await;
    world.another_business().await;
    let (id, token) = world.grant("ada", "t", "webhook").await;
    let mut foreign = send(&at(9), &token, "x");
    foreign["business"] = json!("rival");
    assert_eq!(refused(&world, &foreign).await.code, "token-unknown");
    assert_eq!(refused(&world, &send(&at(9), "ro_tok_forged", "x")).await.code, "token-unknown");
    let (revoked, revoked_token) = world.grant("bea", "t", "webhook").await;
    world.call("POST", &format!("/v1/optins/{revoked}/revoke"), Value::Null).await;
    assert_eq!(refused(&world, &send(&at(9), &revoked_token, "x")).await.code, "token-revoked");
    world.pass(TOKEN_LIFE + Duration::from_secs(5));
    let expired = refused(&world, &send(&at(9), &token, "x")).await;
    assert_eq!((expired.code, expired.message.as_str()), ("token-expired", "The token has expired. Ask the person again."));
    world.drain().await;
    assert_eq!((world.state(&id).await.0.as_str(), reached(&world)), ("expired", 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_schedule_of_a_business_that_there_is_not_changes_nothing() {
    let world = World::start().await;
    let before = writes(&world);
    for mut input in [send(&at(9), "ro_tok_x", "x"), release(&at(9), "t")] {
        input["business"] = json!("nobody");
        let why = refused(&world, &input).await;
        assert_eq!(why.code, "invalid-field");
        assert!(why.message.contains("`business` is none of this deployment"), "{}", why.message);
    }
    assert_eq!(writes(&world), before);
}

/// An input in which a field is another, or missing.
fn with(mut input: Value, field: &str, value: Value) -> Value {
    match value {
        Value::Null => drop(input.as_object_mut().unwrap().remove(field)),
        value => input[field] = value,
    }
    input
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bad_input_is_refused_by_the_name_of_its_field_and_nothing_of_it_is_repeated() {
    let world = World::start().await;
    let (id, token) = world.grant("ada", "t", "inbox").await;
    let (send, release) = (send(&at(9), &token, "Dear Ada"), release(&at(9), "t"));
    let before = writes(&world);
    for (input, field) in [
        (with(send.clone(), "ringonce", json!("sent")), "ringonce"),
        (with(send.clone(), "ringonce", Value::Null), "ringonce"),
        (with(send.clone(), "business", json!("The Shop")), "business"),
        (with(send.clone(), "business", Value::Null), "business"),
        (with(send.clone(), "execution", json!("")), "execution"),
        (with(send.clone(), "execution", json!(17)), "execution"),
        (with(send.clone(), "execution", json!("x".repeat(256))), "execution"),
        (with(send.clone(), "execution", Value::Null), "execution"),
        (with(send.clone(), "token", json!([token])), "token"),
        (with(send.clone(), "token", Value::Null), "token"),
        (with(send.clone(), "message", json!("Dear Ada")), "message"),
        (with(send.clone(), "message", json!({ "text": ["Dear Ada"] })), "message.text"),
        (with(send.clone(), "message", json!({ "text": "Dear Ada", "html": "Dear Ada" })), "message.html"),
        (with(send.clone(), "send_at", json!("2020-01-01T00:00:00Z")), "send_at"),
        (with(send.clone(), "topic", json!("t")), "topic"),
        (with(send.clone(), "user", json!("Ada")), "user"),
        (with(release.clone(), "topic", json!("shirt m")), "topic"),
        (with(release.clone(), "topic", Value::Null), "topic"),
        (with(release.clone(), "token", json!(token)), "token"),
        (with(release.clone(), "message", Value::Null), "message"),
        (with(release.clone(), "limit", json!(0)), "limit"),
        (with(release.clone(), "order", json!("random")), "order"),
        (with(release.clone(), "batch", json!({ "size": 1 })), "batch.every"),
        (with(release.clone(), "batch", json!({ "size": 0, "every": "1h" })), "batch.size"),
        (with(release, "check_url", json!("ftp://shop.example/")), "check_url"),
    ] {
        let why = refused(&world, &input).await;
        assert_eq!(why.code, "invalid-field", "{input}: {}", why.message);
        assert!(why.message.contains(&format!("`{field}` ")), "{input}: {}", why.message);
        assert!(!why.message.contains("Ada") && !why.message.contains(&token), "{}", why.message);
    }
    for (input, code) in
        [(json!([send]), "malformed-body"), (with(send, "message", json!({ "text": "x".repeat(17_000) })), "body-too-large")]
    {
        assert_eq!(refused(&world, &input).await.code, code);
    }
    assert_eq!(writes(&world), before);
    assert_eq!((world.state(&id).await.0.as_str(), releases(&world).await.len()), ("granted", 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_placeholder_that_nobody_replaced_is_refused() {
    let world = World::start().await;
    let_wait(&world, "t", 1).await;
    for placeholder in ["<aws.scheduler.execution-id>", "<aws.scheduler.schedule-arn>#2026-12-24T09:00:00Z", "<anything>"] {
        let why = refused(&world, &release(placeholder, "t")).await;
        assert_eq!(why.code, "invalid-field");
        assert!(why.message.contains("`execution`") && why.message.contains("every occurrence would be taken for one"), "{}", why.message);
    }
    assert_eq!(releases(&world).await.len(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_occurrence_that_finds_no_table_fails_and_is_carried_out_once_when_it_comes_again() {
    let world = World::patient().await;
    let_wait(&world, "t", 5).await;
    for (fault, operation) in [(Fault::LostBefore, "GetItem"), (Fault::LostBefore, "PutItem"), (Fault::LostAfter, "PutItem")] {
        world.engine.meter.choose_faults(move |name| (name == operation).then_some(fault));
        let why = refused(&world, &release(&at(9), "t")).await;
        assert_eq!(why.code, "unavailable", "{operation}: {}", why.message);
        world.engine.meter.heal();
    }
    assert_eq!(carry_out(&world, &release(&at(9), "t")).await.unwrap()["state"], "running");
    assert_eq!((releases(&world).await.len(), reached(&world)), (1, 2));
}

//! A message for later: sent at its time, never early, and not at all when something came in between.

use std::time::Duration;

use ringonce_domain::optin::TOKEN_LIFE;
use ringonce_domain::time::Timestamp;
use ringonce_memory::fixture::START;
use ringonce_tests::http::Answer;
use ringonce_tests::world::World;
use serde_json::{Value, json};

const HOUR: Duration = Duration::from_secs(3_600);

fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

async fn schedule(world: &World, token: &str, send_at: Timestamp) -> Answer {
    let body = json!({ "token": token, "message": { "text": "x" }, "send_at": send_at.to_string() });
    world.call_with("POST", "/v1/notifications", &[("idempotency-key", &format!("for-{send_at}"))], body).await
}

/// A grant whose message is scheduled for an hour after the start: opt-in, notification.
async fn scheduled(world: &World, channel: &str) -> (String, String) {
    let (id, token) = world.grant("ada", "t", channel).await;
    let answer = schedule(world, &token, START + HOUR).await;
    assert_eq!((answer.status.as_u16(), answer.text("state")), (202, "scheduled".to_owned()), "{}", answer.body);
    world.drain().await;
    (id, answer.text("id"))
}

async fn notification(world: &World, id: &str) -> Value {
    world.call("GET", &format!("/v1/notifications/{id}"), Value::Null).await.json()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_scheduled_message_is_sent_at_its_time_and_never_early() {
    let world = World::start().await;
    let (id, sent) = scheduled(&world, "webhook").await;
    assert_eq!(notification(&world, &sent).await["send_at"], (START + HOUR).to_string());
    for _ in 0..3 {
        world.pass(seconds(1_200));
        world.sweep().await;
        assert_eq!(world.state(&id).await.0, "scheduled", "by a clock that is five seconds ahead its time would not have come");
    }
    world.pass(seconds(5));
    world.sweep().await;
    world.sweep().await;
    assert_eq!(world.state(&id).await, ("sent".to_owned(), "accepted".to_owned()));
    assert_eq!(world.receiver.of_kind("notification.deliver").len(), 1);
    assert_eq!(notification(&world, &sent).await["send_at"], Value::Null);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cancelled_message_leaves_its_token_whole() {
    let world = World::start().await;
    let (id, first) = scheduled(&world, "webhook").await;
    let path = format!("/v1/notifications/{first}");
    for _ in 0..2 {
        let cancelled = world.call("DELETE", &path, Value::Null).await;
        assert_eq!((cancelled.status.as_u16(), cancelled.text("state")), (200, "returned".to_owned()), "{}", cancelled.body);
    }
    let moved = world.call("PATCH", &path, json!({ "send_at": (START + 2 * HOUR).to_string() })).await;
    assert_eq!((moved.status.as_u16(), moved.text("code")), (409, "already-ended".to_owned()));
    assert!(moved.text("detail").ends_with("send it again with the token."), "{}", moved.body);
    world.pass(HOUR + seconds(60));
    world.sweep().await;
    assert_eq!(world.state(&id).await, ("granted".to_owned(), "cancelled".to_owned()));
    assert_eq!(world.receiver.of_kind("notification.returned")[0].json["data"]["reason"], "cancelled");
    let token = world.optin(&id).await["token"].as_str().unwrap().to_owned();
    assert_eq!(schedule(&world, &token, START + HOUR).await.text("id"), first, "the cancelled call comes late: it is answered");
    let second = world.notify(&token, "y").await;
    assert_ne!(second.text("id"), first);
    world.drain().await;
    assert_eq!(world.state(&id).await.0, "sent");
    assert_eq!(world.receiver.of_kind("notification.deliver").len(), 1);
    let late = world.call("DELETE", &format!("/v1/notifications/{}", second.text("id")), Value::Null).await;
    assert_eq!((late.status.as_u16(), late.text("code")), (409, "already-ended".to_owned()));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_is_given_back_at_most_eight_times() {
    let world = World::start().await;
    let (id, token) = world.grant("ada", "t", "inbox").await;
    for round in 0..9_u64 {
        let sent = schedule(&world, &token, START + HOUR + seconds(round)).await.text("id");
        let cancelled = world.call("DELETE", &format!("/v1/notifications/{sent}"), Value::Null).await;
        if round < 8 {
            assert_eq!(cancelled.status, 200, "{round}: {}", cancelled.body);
        } else {
            assert_eq!((cancelled.status.as_u16(), cancelled.text("code")), (409, "returned-too-often".to_owned()));
        }
    }
    assert_eq!(world.state(&id).await.0, "scheduled", "it is still sent at its time");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rescheduled_message_is_sent_at_its_new_time_alone() {
    let world = World::start().await;
    let (id, sent) = scheduled(&world, "inbox").await;
    let path = format!("/v1/notifications/{sent}");
    for _ in 0..2 {
        let moved = world.call("PATCH", &path, json!({ "send_at": (START + 2 * HOUR).to_string() })).await;
        assert_eq!((moved.status.as_u16(), moved.text("send_at")), (200, (START + 2 * HOUR).to_string()), "{}", moved.body);
    }
    world.pass(HOUR + seconds(60));
    world.sweep().await;
    assert_eq!(world.state(&id).await.0, "scheduled");
    let earlier = world.call("PATCH", &path, json!({ "send_at": (START + HOUR + seconds(120)).to_string() })).await;
    assert_eq!(earlier.status, 200, "{}", earlier.body);
    world.pass(seconds(65));
    world.sweep().await;
    assert_eq!(world.state(&id).await.0, "sent");
    let late = world.call("PATCH", &path, json!({ "send_at": (START + 9 * HOUR).to_string() })).await;
    assert_eq!((late.status.as_u16(), late.text("code")), (409, "already-ended".to_owned()));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_revoked_or_blocked_person_gets_no_scheduled_message() {
    let world = World::start().await;
    let (revoked, _) = scheduled(&world, "webhook").await;
    assert_eq!(world.call("POST", &format!("/v1/optins/{revoked}/revoke"), Value::Null).await.status, 200);
    let (blocked, token) = world.grant("bea", "t", "webhook").await;
    assert_eq!(schedule(&world, &token, START + HOUR).await.status, 202);
    let bea = ringonce_memory::fixture::subject(&world.app.keys, "bea").address.person;
    let page = ringonce_domain::ids::person_code(&world.app.keys, &bea);
    let form = [("content-type", "application/x-www-form-urlencoded")];
    let done = ringonce_tests::http::send("POST", &format!("{}/u/{page}/block", world.api), &form, "").await;
    assert_eq!(done.status, 303);
    world.drain().await;
    world.pass(HOUR + seconds(60));
    world.sweep().await;
    assert_eq!(world.state(&revoked).await, ("revoked".to_owned(), "by-business".to_owned()));
    assert_eq!(world.state(&blocked).await, ("revoked".to_owned(), "blocked".to_owned()));
    assert!(world.receiver.of_kind("notification.deliver").is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_whose_token_ended_first_is_not_sent_and_that_is_told() {
    let world = World::start().await;
    let (id, sent) = scheduled(&world, "webhook").await;
    // No sweep came for a year.
    world.pass(TOKEN_LIFE + seconds(5));
    world.sweep().await;
    assert_eq!(world.state(&id).await, ("expired".to_owned(), "expired".to_owned()));
    assert_eq!(notification(&world, &sent).await["state"], "expired");
    let failed = world.receiver.of_kind("notification.failed");
    assert_eq!((failed.len(), &failed[0].json["data"]["reason"]), (1, &json!("expired")));
    assert!(world.receiver.of_kind("notification.deliver").is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bad_time_is_refused_and_leaves_the_token_whole() {
    let world = World::start().await;
    let (id, token) = world.grant("ada", "t", "inbox").await;
    let end = START + TOKEN_LIFE;
    for bad in [json!("tomorrow"), json!(5), json!(START.to_string()), json!(end.to_string()), json!(end.before(seconds(119)).to_string())]
    {
        let body = json!({ "token": token, "message": { "text": "x" }, "send_at": bad });
        let answer = world.call("POST", "/v1/notifications", body).await;
        assert_eq!((answer.status.as_u16(), answer.text("field")), (400, "send_at".to_owned()), "{bad}: {}", answer.body);
    }
    assert_eq!(world.state(&id).await.0, "granted");
    let odd = json!({ "token": token, "message": { "text": "x" }, "send_at": "2026-01-01T02:00:00.5+02:00" });
    let sent = world.call("POST", "/v1/notifications", odd).await;
    assert_eq!(sent.status, 202, "any offset will do: {}", sent.body);
    assert_eq!(notification(&world, &sent.text("id")).await["send_at"], "2026-01-01T00:00:00.5Z");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_repeat_after_its_time_is_answered_as_the_first_call() {
    let world = World::start().await;
    let (_, token) = world.grant("ada", "t", "inbox").await;
    let first = schedule(&world, &token, START + HOUR).await;
    world.pass(HOUR + seconds(60));
    world.sweep().await;
    let again = schedule(&world, &token, START + HOUR).await;
    assert_eq!((again.status.as_u16(), again.text("id"), again.text("state")), (202, first.text("id"), "sent".to_owned()));
    assert_eq!(schedule(&world, &token, START + 3 * HOUR).await.text("code"), "token-used");
}

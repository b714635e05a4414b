//! What a deployment says of itself in CloudWatch's embedded metric format.

use std::collections::BTreeMap;
use std::time::Duration;

use ringonce_adapters::delivery::FUNCTION_TIMEOUT;
use ringonce_domain::business::ChannelKind;
use ringonce_domain::store::People;
use ringonce_domain::time::Timestamp;
use ringonce_memory::fixture;
use ringonce_tests::connector::Fault;
use ringonce_tests::emf;
use ringonce_tests::receiver::Behaviour::Status;
use ringonce_tests::world::World;
use serde_json::json;

use crate::demand::everything_happens;

/// What was said since the last look.
fn said(world: &World) -> BTreeMap<String, i64> {
    emf::sums(&world.metrics.take(), &world.engine.table)
}

fn these(counts: &[(&str, i64)]) -> BTreeMap<String, i64> {
    counts.iter().map(|(name, count)| ((*name).to_owned(), *count)).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_happened_is_said_once_however_often_the_stream_brings_it() {
    let world = World::start().await;
    let (_, token) = world.grant("ada", "t", "inbox").await;
    assert_eq!(world.notify(&token, "back").await.status, 202);
    world.drain().await;
    let lines = world.metrics.lines();
    assert!(lines.iter().all(|line| !line.contains("ada") && !line.contains(&token)), "{lines:?}");
    assert_eq!(said(&world), these(&[("Asked", 1), ("Granted", 1), ("Redeemed", 1), ("Sent", 1)]));
    everything_happens(&world, "shirt-m").await;
    let expected = [("Asked", 8), ("Granted", 6), ("Declined", 1), ("Redeemed", 4), ("Sent", 1), ("Failed", 1), ("Returned", 2)];
    let expected = these(&[&expected[..], &[("Failed gone", 1)]].concat());
    assert_eq!(said(&world), expected);
    for batch in [1, 7, 1_000] {
        world.count_again(batch).await;
        assert_eq!(said(&world), these(&[]), "again, in batches of {batch}");
    }
    everything_happens(&world, "socks").await;
    assert_eq!(said(&world), expected, "of another topic");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_batch_is_said_in_one_line_and_one_more_for_each_reason_of_a_failure() {
    let world = World::start().await;
    let mut tokens = Vec::new();
    for user in ["a", "b", "c"] {
        tokens.push(world.grant(user, "t", "webhook").await.1);
    }
    world.drain().await;
    assert_eq!(world.metrics.take().len(), 1);
    for token in &tokens[..2] {
        world.receiver.behave(&[Status(410)]);
        world.notify(token, "back").await;
        world.drain_with(&world.delivery).await;
    }
    // A token comes back eight times, and the ninth refusal is the last.
    for time in 0..9 {
        world.receiver.behave(&[Status(400)]);
        assert_eq!(world.notify(&tokens[2], &format!("back {time}")).await.status, 202);
        world.drain_with(&world.delivery).await;
    }
    world.count_all().await;
    assert_eq!(world.metrics.lines().len(), 3, "{:?}", world.metrics.lines());
    let failures = [("Failed", 3), ("Failed gone", 2), ("Failed returned-too-often", 1)];
    assert_eq!(said(&world), these(&[&[("Redeemed", 11), ("Returned", 8)], &failures[..]].concat()));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_release_took_is_said_of_releases_too() {
    let world = World::patient().await;
    let people = ["a", "b", "c"].map(str::to_owned);
    world.grant_many("t", &people[..2], ChannelKind::Inbox).await;
    world.grant_many("t", &people[2..], ChannelKind::Webhook).await;
    world.pass(Duration::from_secs(10));
    world.drain().await;
    assert_eq!(said(&world), these(&[("Granted", 3)]));
    world.receiver.plan(|received| (received.kind == "notification.deliver").then_some(Status(410)));
    let started = world.call("POST", "/v1/topics/t/releases", json!({ "message": { "text": "It is back." } })).await;
    assert_eq!(started.status, 202, "{}", started.body);
    world.drain().await;
    let of_topics = [("Redeemed", 3), ("Sent", 2), ("Failed", 1), ("Failed gone", 1)];
    let of_releases = [("ReleaseTaken", 3), ("ReleaseSent", 2), ("ReleaseFailed", 1)];
    assert_eq!(said(&world), these(&[&of_topics[..], &of_releases[..]].concat()));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_ask_that_a_cap_refuses_is_said_by_either_wire_and_no_other_refusal_is() {
    let world = World::start().await;
    for topic in 0..10 {
        assert_eq!(world.ask("ada", &format!("topic-{topic}")).await.status, 201);
    }
    assert_eq!(world.ask("ada", "topic-9").await.text("code"), "already-asked");
    assert_eq!(said(&world), these(&[]));
    assert_eq!(world.ask("ada", "one-more").await.text("code"), "cap-reached");
    assert_eq!(said(&world), these(&[("Capped", 1)]));
    let payload = json!({ "template_type": "one_time_notif_req", "title": "Rad shirt", "payload": "p" });
    let question = json!({ "attachment": { "type": "template", "payload": payload } });
    let body = json!({ "access_token": world.key, "recipient": { "id": "ada" }, "message": question });
    let refused = world.call("POST", "/v12.0/me/messages", body).await;
    assert_eq!(refused.status, 400, "{}", refused.body);
    assert_eq!(said(&world), these(&[("Capped", 1)]));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sweep_says_how_late_it_is_and_what_it_could_not_deal_with() {
    let world = World::start().await;
    world.sweep().await;
    assert_eq!(said(&world), these(&[("OldestDue", 0)]), "nothing is due");
    world.receiver.plan(|_| Some(Status(503)));
    world.grant("ada", "t", "inbox").await;
    world.drain().await;
    said(&world);
    let due_at = parked_until(&world).await;
    world.pass(due_at.since(world.app.clock.now()) + Duration::from_millis(61_900));
    world.engine.meter.choose_faults(|operation| (operation == "UpdateItem").then_some(Fault::ServerError));
    world.sweep_for(sweep::Event::default(), FUNCTION_TIMEOUT).await;
    world.engine.meter.heal();
    assert_eq!(said(&world), these(&[("OldestDue", 61), ("SweepFailed", 1)]));
    world.receiver.plan(|_| None);
    world.sweep_for(sweep::Event::default(), FUNCTION_TIMEOUT).await;
    assert_eq!(said(&world), these(&[("OldestDue", 61)]));
    world.sweep_for(sweep::Event::default(), FUNCTION_TIMEOUT).await;
    assert_eq!(said(&world), these(&[("OldestDue", 0)]));
}

/// When the one event of `ada` that is parked is due.
async fn parked_until(world: &World) -> Timestamp {
    let person = fixture::subject(&world.app.keys, "ada").address.person;
    let parked = world.app.store.records(person).await.unwrap().parked;
    parked[0].due_at.unwrap()
}

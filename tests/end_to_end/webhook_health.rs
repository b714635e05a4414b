//! How a webhook does: disabled after five days or when it is gone, never silently, and nothing that it missed is lost.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicU16, Ordering::SeqCst};
use std::time::Duration;

use ringonce_adapters::ambient::random;
use ringonce_domain::commands;
use ringonce_domain::health::{Revision, WebhookHealth};
use ringonce_domain::store::{Directory, Webhooks};
use ringonce_domain::time::Timestamp;
use ringonce_memory::fixture;
use ringonce_tests::connector::Fault;
use ringonce_tests::receiver::Behaviour::{Status, StatusAfter};
use ringonce_tests::world::World;
use serde_json::{Value, json};

const HOUR: Duration = Duration::from_secs(3_600);
const DAY: Duration = Duration::from_secs(86_400);

/// Has the endpoint answer this status to everything, until another is stored.
fn answering(world: &World, status: u16) -> Arc<AtomicU16> {
    let shared = Arc::new(AtomicU16::new(status));
    let answer = Arc::clone(&shared);
    world.receiver.plan(move |_| Some(Status(answer.load(SeqCst))));
    shared
}

/// What the API shows of the webhook.
async fn shown(world: &World) -> Value {
    let answer = world.call("GET", "/v1/webhook", Value::Null).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    answer.json()
}

/// An opt-in whose event goes to the endpoint.
async fn tell(world: &World, user: &str) {
    world.grant(user, "t", "inbox").await;
    world.drain().await;
}

/// A day on which one more person says yes, and the sweep runs every hour.
async fn a_day(world: &World, user: &str) {
    tell(world, user).await;
    for _ in 0..24 {
        world.pass(HOUR);
        world.sweep().await;
    }
}

async fn enable(world: &World) {
    let (store, id) = (world.app.store.as_ref(), fixture::business());
    let seen = WebhookHealth::standing(store.webhook_health(&id).await.unwrap(), &world.receiver.url());
    let now = world.app.clock.now();
    let change = |health: &WebhookHealth| health.enabled(now);
    assert!(commands::change_health(store, &id, seen, || Revision(random()), change).await.unwrap().changed);
}

async fn replay(world: &World) -> commands::Replayed {
    let missed = commands::missed_events(world.app.store.as_ref(), &fixture::business(), Timestamp::ZERO, |_, _| ()).await.unwrap();
    commands::replay(world.app.store.as_ref(), &missed, world.app.clock.now()).await.unwrap()
}

/// Ids of what was missed, in their order.
async fn missed(world: &World) -> Vec<String> {
    let store = world.app.store.as_ref();
    let missed = commands::missed_events(store, &fixture::business(), Timestamp::ZERO, |_, _| ()).await.unwrap();
    missed.into_iter().map(|event| event.id).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_endpoint_that_fails_for_less_than_five_days_is_not_disabled_and_recovers() {
    let world = World::start().await;
    assert_eq!(shown(&world).await, json!({ "url": world.receiver.url(), "state": "healthy", "events": [] }));
    let status = answering(&world, 503);
    for user in ["mo", "tu", "we", "th"] {
        a_day(&world, user).await;
    }
    let failing = shown(&world).await;
    assert_eq!((&failing["state"], &failing["since"]), (&json!("failing"), &json!(fixture::START.to_string())), "{failing}");
    assert_eq!(failing["last_failure"]["reason"], "busy");
    status.store(204, SeqCst);
    tell(&world, "fr").await;
    let well = shown(&world).await;
    assert_eq!((&well["state"], &well["recovered_at"]), (&json!("healthy"), &json!(world.app.clock.now().to_string())), "{well}");
    assert_eq!((&well["events"], &well["since"]), (&json!([]), &Value::Null));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_endpoint_that_fails_for_five_days_is_disabled_once_and_the_api_shows_it() {
    let world = World::start().await;
    answering(&world, 500);
    for user in ["mo", "tu", "we", "th", "fr", "sa"] {
        a_day(&world, user).await;
    }
    let disabled = shown(&world).await;
    let since = disabled["since"].as_str().unwrap();
    let since = ringonce_domain::time::rfc3339::parse(since).unwrap().since(fixture::START);
    assert!(since >= 5 * DAY && since <= 5 * DAY + 5 * HOUR, "{since:?}");
    assert_eq!((&disabled["state"], &disabled["reason"]), (&json!("disabled"), &json!("failing")));
    let event = json!({ "kind": "disabled", "at": disabled["since"], "reason": "failing" });
    assert_eq!(disabled["events"], json!([event]), "one event, however many deliveries failed");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_endpoint_that_answers_an_event_with_410_is_disabled_at_once() {
    let world = World::start().await;
    answering(&world, 410);
    for user in ["ada", "bea", "cleo"] {
        world.grant(user, "t", "inbox").await;
    }
    // All three at a time: each finds it gone, and one notes it.
    world.drain().await;
    let disabled = shown(&world).await;
    assert_eq!((&disabled["state"], &disabled["reason"]), (&json!("disabled"), &json!("gone")), "{disabled}");
    assert_eq!(disabled["events"].as_array().unwrap().len(), 1);
    assert_eq!(missed(&world).await.len(), 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_whose_person_is_gone_says_nothing_of_the_endpoint() {
    let world = World::start().await;
    for (user, status, state) in [("gone", 410, "failed"), ("refused", 400, "granted")] {
        let (id, token) = world.grant(user, "t", "webhook").await;
        world.drain().await;
        world.receiver.behave(&[Status(status)]);
        world.notify(&token, "x").await;
        world.drain().await;
        assert_eq!(world.state(&id).await.0, state);
        assert_eq!(shown(&world).await["state"], "healthy", "{user}");
    }
    let (_, token) = world.grant("busy", "t", "webhook").await;
    world.drain().await;
    world.receiver.behave(&[StatusAfter(503, 60)]);
    world.notify(&token, "x").await;
    world.drain().await;
    assert_eq!(shown(&world).await["state"], "failing", "what keeps it from answering is another matter");
    world.pass(Duration::from_secs(100));
    world.sweep().await;
    assert_eq!(shown(&world).await["state"], "healthy");
}

#[tokio::test(flavor = "multi_thread")]
async fn while_a_webhook_is_disabled_nothing_is_sent_to_it_and_nothing_is_lost() {
    let world = World::start().await;
    let (id, token) = world.grant("ada", "t", "webhook").await;
    world.drain().await;
    let status = answering(&world, 503);
    tell(&world, "waits").await;
    status.store(410, SeqCst);
    tell(&world, "bea").await;
    assert_eq!(shown(&world).await["state"], "disabled");
    status.store(204, SeqCst);
    let before = world.receiver.received().len();
    // A message, events, a retry that is due: by workers that knew it and by one that has just started.
    world.notify(&token, "x").await;
    world.drain().await;
    assert_eq!(world.state(&id).await, ("granted".to_owned(), "no-endpoint".to_owned()));
    world.grant("cleo", "t", "inbox").await;
    world.drain_with(&world.new_worker()).await;
    world.pass(HOUR);
    world.sweep().await;
    assert_eq!(world.receiver.received().len(), before, "nothing was sent");
    assert_eq!(missed(&world).await.len(), 4, "two grants that failed, a message's return, and a grant");
    assert_eq!(world.sweep().await, sweep::Swept::default(), "and nothing is due");
}

#[tokio::test(flavor = "multi_thread")]
async fn after_enabling_a_replay_sends_what_was_missed_each_event_under_its_own_id() {
    let world = World::start().await;
    let status = answering(&world, 410);
    for user in ["ada", "bea", "cleo", "dora"] {
        tell(&world, user).await;
        world.pass(Duration::from_secs(60));
    }
    let expected = missed(&world).await;
    assert_eq!(expected.len(), 4);
    world.pass(20 * DAY);
    status.store(204, SeqCst);
    enable(&world).await;
    assert_eq!(world.sweep().await, sweep::Swept::default(), "enabling alone sends nothing");
    let tried = world.receiver.received().len();
    assert_eq!(replay(&world).await, commands::Replayed { made_due: 4, under_way: 0 });
    assert_eq!(replay(&world).await, commands::Replayed { made_due: 0, under_way: 4 }, "a repeat repeats nothing");
    world.sweep().await;
    let arrived: Vec<_> = world.receiver.received()[tried..].iter().map(|received| received.id.clone()).collect();
    assert_eq!(arrived.len(), 4, "each once");
    assert_eq!(arrived.into_iter().collect::<BTreeSet<_>>(), expected.into_iter().collect());
    assert_eq!((missed(&world).await.len(), &shown(&world).await["state"]), (0, &json!("healthy")));
    let kinds: Vec<_> = shown(&world).await["events"].as_array().unwrap().iter().map(|event| event["kind"].clone()).collect();
    assert_eq!(kinds, ["enabled", "disabled"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_arises_after_a_webhook_was_enabled_is_sent_at_once() {
    let world = World::start().await;
    let (id, token) = world.grant("ada", "t", "webhook").await;
    let status = answering(&world, 410);
    world.drain().await;
    assert_eq!(shown(&world).await["state"], "disabled");
    status.store(204, SeqCst);
    enable(&world).await;
    // By the very worker that knew it as disabled.
    tell(&world, "bea").await;
    world.notify(&token, "x").await;
    world.drain().await;
    assert_eq!(world.state(&id).await.0, "sent");
    assert_eq!(missed(&world).await.len(), 1, "only what arose before");
}

/// A worker that read the webhook before the failure, and so knows nothing of it.
#[tokio::test(flavor = "multi_thread")]
async fn a_retry_that_succeeds_ends_the_failures_whoever_noted_them() {
    for channel in ["inbox", "webhook"] {
        let world = World::start().await;
        let (_, token) = world.grant("ada", "t", channel).await;
        world.drain().await;
        let status = answering(&world, 503);
        if channel == "webhook" {
            world.notify(&token, "x").await;
        } else {
            world.grant("bea", "t", "inbox").await;
        }
        world.drain_with(&world.new_worker()).await;
        assert_eq!(shown(&world).await["state"], "failing", "{channel}");
        status.store(204, SeqCst);
        world.pass(Duration::from_secs(13));
        assert_eq!(world.sweep().await, sweep::Swept { taken: 1, failed: 0 });
        assert_eq!(shown(&world).await["state"], "healthy", "{channel}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_replayed_event_that_fails_again_has_a_day_of_retries_again() {
    let world = World::start().await;
    let status = answering(&world, 410);
    tell(&world, "ada").await;
    world.pass(20 * DAY);
    enable(&world).await;
    status.store(503, SeqCst);
    replay(&world).await;
    world.sweep().await;
    world.pass(Duration::from_secs(13));
    status.store(204, SeqCst);
    world.sweep().await;
    assert_eq!(world.receiver.received().len(), 3, "the first try, the replay and its retry");
    assert_eq!(missed(&world).await.len(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_note_of_health_whose_answer_was_lost_disables_once_with_one_event() {
    let world = World::start().await;
    answering(&world, 410);
    world.grant("ada", "t", "inbox").await;
    world.engine.meter.reset();
    world.engine.meter.fail_next("UpdateItem", Fault::LostAfter);
    world.drain_with(&world.delivery).await;
    assert_eq!(world.engine.meter.counts()["UpdateItem"], 2, "the note, and its repeat");
    world.engine.meter.heal();
    let disabled = shown(&world).await;
    assert_eq!((&disabled["state"], disabled["events"].as_array().unwrap().len()), (&json!("disabled"), 1));
    assert_eq!(missed(&world).await.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_note_that_cannot_be_made_holds_up_nothing_and_is_made_by_the_next_failure() {
    let world = World::start().await;
    answering(&world, 410);
    world.grant("ada", "t", "inbox").await;
    world.engine.meter.choose_faults(|operation| (operation == "UpdateItem").then_some(Fault::AccessDenied));
    world.drain_with(&world.delivery).await;
    world.engine.meter.heal();
    assert_eq!((missed(&world).await.len(), &shown(&world).await["state"]), (1, &json!("healthy")));
    tell(&world, "bea").await;
    assert_eq!(shown(&world).await["state"], "disabled");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_moved_webhook_does_not_answer_for_its_former_address() {
    let world = World::start().await;
    answering(&world, 410);
    tell(&world, "ada").await;
    let business = world.app.store.business(&fixture::business()).await.unwrap().unwrap();
    let mut webhook = business.webhook.clone().unwrap();
    webhook.url = format!("{}?new", world.receiver.url());
    let moved = ringonce_domain::business::Business { webhook: Some(webhook), ..business };
    assert!(world.app.store.set_business(&moved).await.unwrap());
    world.receiver.plan(|_| None);
    let shown = shown(&world).await;
    assert_eq!((&shown["state"], shown["events"].as_array().unwrap().len()), (&json!("healthy"), 1), "{shown}");
    tell(&world, "bea").await;
    assert_eq!(world.receiver.received().len(), 2, "one to each address");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_webhook_that_was_well_for_ever_costs_no_write_and_one_that_fails_few() {
    let world = World::start().await;
    tell(&world, "warm").await;
    let health = || async { world.app.store.webhook_health(&fixture::business()).await.unwrap() };
    assert_eq!(health().await, None, "nothing was ever noted");
    answering(&world, 503);
    for number in 0..8 {
        world.grant(&format!("user-{number}"), "t", "inbox").await;
    }
    world.engine.meter.reset();
    world.drain_with(&world.delivery).await;
    let updates = world.engine.meter.counts().get("UpdateItem").copied().unwrap_or(0);
    assert!((1..=8).contains(&updates), "{updates}: those that were under way at once, at the most");
    let noted = health().await;
    world.pass(Duration::from_secs(5));
    tell(&world, "another").await;
    assert_eq!(health().await, noted, "ten minutes hold one note");
}

#[tokio::test(flavor = "multi_thread")]
async fn how_a_webhook_does_is_shown_to_its_business_alone() {
    let world = World::start().await;
    let rival = world.another_business().await;
    let headers = [("authorization", format!("Bearer {rival}"))];
    let headers: Vec<_> = headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let answer = ringonce_tests::http::send("GET", &format!("{}/v1/webhook", world.api), &headers, "").await;
    assert_eq!((answer.status.as_u16(), answer.text("code")), (404, "not-found".to_owned()), "it has none");
    let publishable = world.new_key(&fixture::business(), ringonce_domain::api_key::KeyKind::Publishable).await;
    let bearer = format!("Bearer {publishable}");
    let answer = ringonce_tests::http::send("GET", &format!("{}/v1/webhook", world.api), &[("authorization", &bearer)], "").await;
    assert_eq!(answer.status, 403);
}

//! A table that was restored to an earlier time: what happened since is gone from it, and nothing goes out twice.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use aws_sdk_dynamodb::types::AttributeValue;
use ringonce_adapters::app::App;
use ringonce_adapters::businesses::Businesses;
use ringonce_adapters::dynamo::DynamoStore;
use ringonce_adapters::restore;
use ringonce_domain::api_key::KeyKind;
use ringonce_domain::business::{Business, ChannelKind, Settings};
use ringonce_domain::consent::{AnswerAddress, SealedAddress};
use ringonce_domain::optin::{Occupant, Optin};
use ringonce_domain::reconcile::Count;
use ringonce_domain::restore::{Erasure, Restores, Settlement};
use ringonce_domain::rules::{Attempt, AttemptFrom, Choice, Ruling};
use ringonce_domain::store::{Commands, Directory, People};
use ringonce_domain::time::{Timestamp, rfc3339};
use ringonce_memory::fixture::{self, START, attempt_id, subject_of};
use ringonce_tests::world::World;
use serde_json::{Value, json};

const SECOND: Duration = Duration::from_secs(1);
const HOUR: Duration = Duration::from_secs(3_600);

type Item = HashMap<String, AttributeValue>;

/// All that the table holds.
async fn image(world: &World) -> Vec<Item> {
    let mut pages = world.engine.client.scan().table_name(&world.engine.table).into_paginator().items().send();
    let mut items = Vec::new();
    while let Some(item) = pages.next().await {
        items.push(item.unwrap());
    }
    items
}

/// A world over a table that holds what another one held, as late as it is there. Its stream begins empty.
async fn restored(lost: &World, items: &[Item]) -> World {
    let mut world = World::start().await;
    for item in items {
        world.engine.client.put_item().table_name(&world.engine.table).set_item(Some(item.clone())).send().await.unwrap();
    }
    world.lose().await;
    world.pass(lost.app.clock.now().since(START));
    world.key.clone_from(&lost.key);
    world
}

async fn settle(world: &World, erasures: &[Erasure]) -> Settlement {
    let settled = restore::settle(world.app.store.as_ref(), erasures, false, world.app.clock.now(), |_| ()).await.unwrap();
    Settlement { read: 0, ..settled }
}

async fn revoke_tokens(world: &World, asked_by: Timestamp) -> Count {
    let (id, now) = (fixture::business(), world.app.clock.now());
    restore::revoke_tokens(world.app.store.as_ref(), &id, asked_by, false, now, |_| ()).await.unwrap()
}

const fn count(found: u64, mended: u64) -> Count {
    Count { found, mended }
}

/// Lets the shop's tokens be used, with a key that nobody remembers from before.
async fn thaw(world: &mut World) {
    let id = fixture::business();
    let Business { settings, webhook, .. } = world.app.store.business(&id).await.unwrap().unwrap();
    let settings = Settings { frozen: false, ..settings };
    assert!(world.app.store.set_business(&Business { id: id.clone(), settings, webhook }).await.unwrap());
    world.key = world.new_key(&id, KeyKind::Secret).await;
}

async fn standing(world: &World, user: &str) -> Optin {
    world.app.store.occupant(subject_of(&world.app.keys, user, "t").address).await.unwrap().and_then(Occupant::optin).unwrap()
}

fn later(token: &str, send_at: Timestamp) -> Value {
    json!({ "token": token, "message": { "text": "x" }, "send_at": send_at.to_string() })
}

/// What stood in the table at the time of the restore, by opt-in id, notification id and token.
struct Then {
    items: Vec<Item>,
    granted: (String, String),
    queued: (String, String),
    scheduled: (String, String),
    attempting: String,
    sent: String,
}

/// Somebody in every state, and a release between two steps.
async fn then(world: &World) -> Then {
    let grant = async |user: &'static str| world.grant(user, "t", "webhook").await;
    let (granted, attempting, sent) = (grant("granted").await, grant("attempting").await, grant("sent").await);
    let (scheduled, queued) = (grant("scheduled").await, grant("queued").await);
    grant("erased").await;
    world.ask("asked", "t").await;
    let line = ["first", "second", "third"].map(str::to_owned);
    world.grant_many("line", &line, ChannelKind::Webhook).await;
    world.pass(10 * SECOND);
    world.drain().await;
    world.notify(&sent.1, "x").await;
    let body = json!({ "message": { "text": "x" }, "batch": { "size": 1, "every": "1h" } });
    assert_eq!(world.call("POST", "/v1/topics/line/releases", body).await.status, 202);
    let notification = world.call("POST", "/v1/notifications", later(&scheduled.1, START + 2 * HOUR)).await.text("id");
    world.drain().await;
    for token in [&attempting.1, &queued.1] {
        assert_eq!(world.notify(token, "x").await.status, 202);
    }
    begin_attempt(world, "attempting").await;
    Then { items: image(world).await, granted, queued, scheduled: (scheduled.0, notification), attempting: attempting.0, sent: sent.0 }
}

async fn begin_attempt(world: &World, user: &str) {
    let now = world.app.clock.now();
    let Optin { address, ask, .. } = standing(world, user).await;
    let (from, lease) = (AttemptFrom::Queue, now + 60 * SECOND);
    let attempt = Attempt { address, ask, redemption: 1, attempt: attempt_id(1), now, lease, from, watched: false };
    assert!(matches!(world.app.store.attempt(&attempt).await.unwrap(), Ruling::Apply(_)));
}

/// What happens until the table is lost: a token is used, what was queued goes, what was scheduled too, a step of the release
/// is taken, somebody is erased.
async fn until_it_is_lost(world: &World, then: &Then) -> Erasure {
    world.pass(61 * SECOND);
    world.drain().await;
    assert_eq!(world.notify(&then.granted.1, "x").await.status, 202);
    let erased = world.call("DELETE", "/v1/users/erased", Value::Null).await.text("erased_at");
    world.drain().await;
    world.pass(3 * HOUR);
    for _ in 0..3 {
        world.sweep().await;
    }
    for id in [&then.granted.0, &then.queued.0, &then.scheduled.0] {
        assert_eq!(world.state(id).await.0, "sent");
    }
    Erasure { person: subject_of(&world.app.keys, "erased", "t").address.person, at: rfc3339::parse(&erased).unwrap() }
}

async fn refused(world: &World, method: &str, path: &str, body: Value) {
    world.engine.meter.reset();
    let answer = world.call(method, path, body).await;
    assert_eq!((answer.status.as_u16(), answer.text("code")), (409, "tokens-frozen".to_owned()), "{method} {path}: {}", answer.body);
    let written = world.engine.meter.counts().into_keys().any(|operation| operation != "GetItem");
    assert!(!written, "{:?}", world.engine.meter.counts());
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_goes_out_twice_on_a_restored_table_and_an_erasure_is_done_again() {
    let lost = World::start().await;
    let then = then(&lost).await;
    let erasure = until_it_is_lost(&lost, &then).await;
    let reached = lost.receiver.of_kind("notification.deliver").len();
    let world = restored(&lost, &then.items).await;

    let all = Settlement {
        scheduled: count(1, 1),
        queued: count(1, 1),
        attempting: count(1, 1),
        releases: count(1, 1),
        businesses: count(1, 1),
        erasures: count(1, 1),
        ..Settlement::default()
    };
    assert_eq!(settle(&world, &[erasure]).await, all);
    refused(&world, "POST", "/v1/notifications", json!({ "token": then.granted.1, "message": { "text": "x" } })).await;
    for _ in 0..3 {
        world.drain().await;
        world.pass(2 * HOUR);
        world.sweep().await;
    }
    assert_eq!(lost.receiver.of_kind("notification.deliver").len(), reached, "nobody is reached a second time");
    for id in [&then.queued.0, &then.attempting, &then.scheduled.0] {
        assert_eq!(world.state(id).await, ("unknown".to_owned(), "restored".to_owned()));
    }
    assert_eq!(world.state(&then.sent).await.0, "sent");
    let release = world.call("GET", "/v1/releases", Value::Null).await.json()["releases"][0].clone();
    assert_eq!((&release["state"], &release["reason"]), (&json!("stopped"), &json!("restored")));
    assert!(!world.items().await.iter().any(|item| item.contains("\"user\": S(\"erased\")")), "nothing of the person is left");

    let before = world.items().await;
    assert_eq!(settle(&world, &[erasure]).await, Settlement::default(), "a repeat finds nothing");
    assert_eq!(world.items().await, before);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_redeems_tokens_is_refused_while_they_are_frozen_and_all_else_goes_on() {
    let world = World::start().await;
    let (id, token) = world.grant("ada", "t", "webhook").await;
    let (_, other) = world.grant("bea", "t", "webhook").await;
    let notification = world.call("POST", "/v1/notifications", later(&other, START + 2 * HOUR)).await.text("id");
    let lost = &world;
    let world = &mut restored(lost, &image(lost).await).await;
    assert!(world.app.store.freeze(&fixture::business()).await.unwrap());
    assert!(!world.app.store.freeze(&fixture::business()).await.unwrap(), "it was frozen already");
    // As functions are that have just started.
    world.key = world.new_key(&fixture::business(), KeyKind::Secret).await;
    let message = json!({ "text": "x" });
    refused(world, "POST", "/v1/notifications", json!({ "token": token, "message": message })).await;
    refused(world, "POST", "/v1/topics/t/releases", json!({ "message": message })).await;
    refused(world, "PATCH", &format!("/v1/notifications/{notification}"), json!({ "send_at": (START + 3 * HOUR).to_string() })).await;
    let wire = json!({ "access_token": world.key, "recipient": { "one_time_notif_token": token }, "message": message });
    let answer = world.call("POST", "/v12.0/me/messages", wire).await.json();
    assert_eq!((&answer["error"]["code"], &answer["error"]["error_data"]["reason"]), (&json!(100), &json!("frozen")), "{answer}");
    let app = Arc::new(App { businesses: Businesses::new(Arc::clone(&world.app.store)), ..world.app.clone() });
    let send = json!({ "ringonce": "send", "business": "shop", "execution": "one", "token": token, "message": message });
    let release = json!({ "ringonce": "release", "business": "shop", "execution": "two", "topic": "t", "message": message });
    for input in [send, release] {
        let refused = send_notification::carry_out(Arc::clone(&app), input.to_string()).await.expect_err(&input.to_string());
        assert_eq!(refused.kind().code, "tokens-frozen");
    }
    assert_eq!(world.state(&id).await.0, "granted");
    assert_eq!(world.call("DELETE", &format!("/v1/notifications/{notification}"), Value::Null).await.status, 200);
    world.grant("carl", "t", "inbox").await;
    assert_eq!(world.call("POST", &format!("/v1/optins/{id}/revoke"), Value::Null).await.status, 200);
    assert_eq!(world.call("DELETE", "/v1/users/bea", Value::Null).await.status, 202);
}

#[tokio::test(flavor = "multi_thread")]
async fn after_a_thaw_tokens_send_and_after_their_revocation_they_are_refused() {
    let lost = World::start().await;
    let (id, token) = lost.grant("ada", "t", "webhook").await;
    let items = image(&lost).await;
    for revoke in [false, true] {
        let world = &mut restored(&lost, &items).await;
        settle(world, &[]).await;
        if revoke {
            assert_eq!(revoke_tokens(world, world.app.clock.now()).await, count(1, 1));
            assert_eq!(revoke_tokens(world, world.app.clock.now()).await, count(0, 0), "a repeat finds nothing");
        }
        thaw(world).await;
        let answer = world.notify(&token, "x").await;
        world.drain().await;
        if revoke {
            assert_eq!((answer.status.as_u16(), answer.text("code")), (410, "token-revoked".to_owned()));
            assert_eq!(world.state(&id).await, ("revoked".to_owned(), "restored".to_owned()));
        } else {
            assert_eq!((answer.status.as_u16(), world.state(&id).await.0), (202, "sent".to_owned()));
        }
    }
}

/// Says yes by an address that is still to be confirmed.
async fn typed(store: &DynamoStore, user: &str, asked_at: Timestamp) {
    let subject = subject_of(&fixture::keys(), user, "t");
    let mut answer = subject.grant(fixture::call(7, 0, false), asked_at, asked_at + SECOND);
    let sealed = SealedAddress::seal(&fixture::keys(), &subject.address.person, "ada@shop.example");
    (answer.choice, answer.address) = (Choice::Grant(ChannelKind::Email), Some(AnswerAddress { sealed, is_to_be_confirmed: true }));
    assert!(matches!(store.answer(&answer).await.unwrap(), Ruling::Apply(_)));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_asked_for_since_keeps_its_token_and_what_is_to_be_confirmed_loses_it() {
    let world = World::start().await;
    let (old, _) = world.grant("old", "t", "inbox").await;
    typed(&world.app.store, "typed", START).await;
    let unanswered = world.ask("late", "t").await;
    world.pass(30 * SECOND);
    let cut = world.app.clock.now();
    world.pass(SECOND);
    let (new, _) = world.grant("new", "t", "inbox").await;
    // The answer is new, but its question is old: it may have led to this very token before.
    assert_eq!(world.answer(&unanswered, json!({ "answer": "grant", "channel": "inbox" })).await.status, 200);
    assert_eq!(revoke_tokens(&world, cut).await, count(3, 3));
    assert_eq!(fixture::path(&standing(&world, "typed").await), ["confirming", "revoked"]);
    for (id, state) in [(&old, "revoked"), (&unanswered.text("id"), "revoked"), (&new, "granted")] {
        assert_eq!(world.state(id).await.0, state);
    }
}

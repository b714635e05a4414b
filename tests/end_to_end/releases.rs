//! One message to those who wait: the oldest first, step by step, and to nobody twice.

use std::collections::BTreeSet;
use std::time::Duration;

use ringonce_adapters::delivery::{Budget, FUNCTION_TIMEOUT};
use ringonce_cli::local::pump::Step;
use ringonce_domain::business::ChannelKind;
use ringonce_domain::optin::Occupant;
use ringonce_domain::store::People;
use ringonce_memory::fixture;
use ringonce_tests::connector::Fault;
use ringonce_tests::http::Answer;
use ringonce_tests::receiver::Behaviour::{self, Status};
use ringonce_tests::world::World;
use serde_json::{Value, json};

const HOUR: Duration = Duration::from_secs(3_600);
const SETTLED: Duration = Duration::from_secs(6);

async fn start(world: &World, topic: &str, body: Value) -> Answer {
    let answer = world.call("POST", &format!("/v1/topics/{topic}/releases"), body).await;
    assert_eq!((answer.status.as_u16(), answer.text("state")), (202, "running".to_owned()), "{}", answer.body);
    answer
}

async fn release(world: &World, started: &Answer) -> Value {
    world.call("GET", &format!("/v1/releases/{}", started.text("id")), Value::Null).await.json()
}

fn message() -> Value {
    json!({ "text": "It is back." })
}

/// The users that got a message, in the order in which it reached them.
fn reached(world: &World) -> Vec<String> {
    let sent = world.receiver.of_kind("notification.deliver");
    sent.iter().map(|received| received.json["data"]["user"].as_str().unwrap().to_owned()).collect()
}

fn sorted(mut users: Vec<String>) -> Vec<String> {
    users.sort();
    users
}

fn people(range: std::ops::Range<usize>) -> Vec<String> {
    range.map(|number| format!("person-{number:05}")).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn forty_of_all_who_wait_are_taken_at_a_time_the_oldest_first_until_the_shop_says_no() {
    let world = World::patient().await;
    world.grant_many("shirt-m", &people(0..300), ChannelKind::Webhook).await;
    world.pass(SETTLED);
    world.receiver.plan(|received| (received.kind == "release.check" && received.json["data"]["step"] == 3).then_some(Status(409)));
    let batch = json!({ "size": 40, "every": "12h" });
    let started = start(&world, "shirt-m", json!({ "message": message(), "batch": batch, "check_url": world.receiver.url() })).await;
    world.drain().await;
    assert_eq!(sorted(reached(&world)), people(0..40));
    let standing = release(&world, &started).await;
    assert_eq!((&standing["state"], &standing["step"], &standing["taken"]), (&json!("running"), &json!(2), &json!(40)), "{standing}");
    world.pass(11 * HOUR);
    world.sweep().await;
    assert_eq!(reached(&world).len(), 40, "the next step has its time");
    world.pass(HOUR);
    world.sweep().await;
    world.drain().await;
    assert_eq!(sorted(reached(&world)), people(0..80));
    world.pass(12 * HOUR);
    world.sweep().await;
    assert_eq!(reached(&world).len(), 80);
    let ended = release(&world, &started).await;
    assert_eq!((&ended["state"], &ended["reason"], &ended["taken"]), (&json!("finished"), &json!("check-refused"), &json!(80)), "{ended}");
    let told = world.receiver.of_kind("release.finished");
    assert_eq!((told.len(), &told[0].json["data"]["reason"], &told[0].json["data"]["taken"]), (1, &json!("check-refused"), &json!(80)));
    let checks: BTreeSet<_> = world.receiver.of_kind("release.check").into_iter().map(|received| received.id).collect();
    assert_eq!(checks.len(), 3, "each step asks once");
    let ids: BTreeSet<_> = world.receiver.of_kind("notification.deliver").into_iter().map(|received| received.id).collect();
    assert_eq!(ids.len(), 80);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_limit_is_exact_and_the_newest_come_first_where_that_is_wanted() {
    let world = World::patient().await;
    world.grant_many("shirt-m", &people(0..700), ChannelKind::Webhook).await;
    world.pass(SETTLED);
    // Somebody who said yes a moment ago is not taken yet.
    world.grant_many("shirt-m", &people(700..701), ChannelKind::Webhook).await;
    let started = start(&world, "shirt-m", json!({ "message": message(), "limit": 600, "order": "newest" })).await;
    world.drain().await;
    assert_eq!(sorted(reached(&world)), people(100..700));
    let ended = release(&world, &started).await;
    assert_eq!((&ended["state"], &ended["reason"], &ended["taken"]), (&json!("finished"), &json!("limit-reached"), &json!(600)), "{ended}");
}

#[tokio::test(flavor = "multi_thread")]
async fn claims_that_are_lost_are_replaced_and_what_comes_back_waits_where_it_waited() {
    let world = World::patient().await;
    world.grant_many("t", &people(0..60), ChannelKind::Webhook).await;
    world.pass(SETTLED);
    // The plan of the first step names five who take their yes back before they are claimed.
    let started = start(&world, "t", json!({ "message": message(), "batch": { "size": 20, "every": "1h" } })).await;
    world.engine.meter.choose_faults(|operation| (operation == "UpdateItem").then_some(Fault::ServerError));
    assert_eq!(world.step().await, Step::Again, "planned, and not one claimed");
    world.engine.meter.heal();
    for person in people(0..5) {
        world.revoke_directly("t", &person).await;
    }
    let refused = BTreeSet::from(["person-00010".to_owned()]);
    world.receiver.plan(move |received| {
        let user = received.json["data"]["user"].as_str().unwrap_or_default();
        (received.kind == "notification.deliver" && refused.contains(user)).then_some(Behaviour::Status(400))
    });
    world.drain().await;
    assert_eq!(sorted(reached(&world)), people(5..25), "five others took their places");
    world.receiver.plan(|_| None);
    world.pass(HOUR + SETTLED);
    world.sweep().await;
    world.drain().await;
    let again = reached(&world).into_iter().filter(|user| user == "person-00010").count();
    assert_eq!(again, 2, "who was refused and came back is the oldest again in the next step");
    assert_eq!(release(&world, &started).await["taken"], 40);
}

#[tokio::test(flavor = "multi_thread")]
async fn of_ten_overlapping_releases_each_person_gets_one_message_at_most() {
    let world = World::patient().await;
    world.grant_many("t", &people(0..2_000), ChannelKind::Webhook).await;
    world.drain().await;
    world.pass(SETTLED);
    let mut started = Vec::new();
    for number in 0..10 {
        let order = if number % 2 == 0 { "oldest" } else { "newest" };
        started
            .push(start(&world, "t", json!({ "message": { "text": format!("Release {number}.") }, "limit": 190, "order": order })).await);
    }
    world.drain().await;
    for each in &started {
        assert_eq!(release(&world, each).await["taken"], 190, "each took as many as it was to take");
    }
    let reached = reached(&world);
    assert_eq!(reached.len(), 1_900, "and all of them were reached");
    assert_eq!(reached.iter().collect::<BTreeSet<_>>().len(), 1_900, "and nobody was reached twice");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_release_can_be_stopped_and_is_listed_and_a_repeat_starts_no_second_one() {
    let world = World::patient().await;
    world.grant_many("t", &people(0..30), ChannelKind::Inbox).await;
    world.pass(SETTLED);
    let key = [("idempotency-key", "restock-17")];
    let body = json!({ "message": message(), "batch": { "size": 10, "every": "1h" } });
    let first = world.call_with("POST", "/v1/topics/t/releases", &key, body.clone()).await;
    world.drain().await;
    let again = world.call_with("POST", "/v1/topics/t/releases", &key, body).await;
    assert_eq!((again.status.as_u16(), again.text("id")), (202, first.text("id")));
    assert_eq!(again.header("idempotency-replayed"), Some("true"));
    let other = world.call_with("POST", "/v1/topics/t/releases", &key, json!({ "message": message() })).await;
    assert_eq!((other.status.as_u16(), other.text("code")), (422, "idempotency-key-reused".to_owned()));
    let path = format!("/v1/releases/{}", first.text("id"));
    for _ in 0..2 {
        let stopped = world.call("DELETE", &path, Value::Null).await;
        assert_eq!((stopped.status.as_u16(), stopped.text("reason")), (200, "by-business".to_owned()), "{}", stopped.body);
    }
    world.pass(2 * HOUR);
    world.sweep().await;
    world.drain().await;
    let listed = world.call("GET", "/v1/releases", Value::Null).await.json();
    assert_eq!(listed["releases"].as_array().unwrap().len(), 1);
    assert_eq!((&listed["releases"][0]["state"], &listed["releases"][0]["taken"]), (&json!("stopped"), &json!(10)), "{listed}");
    assert_eq!(world.receiver.of_kind("release.finished").len(), 1);
    let rival = world.another_business().await;
    let foreign =
        ringonce_tests::http::send("GET", &format!("{}{path}", world.api), &[("authorization", &format!("Bearer {rival}"))], "").await;
    assert_eq!(foreign.status, 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_check_that_is_unclear_stops_and_reports_and_a_telling_that_fails_is_told_again() {
    let world = World::patient().await;
    world.grant_many("t", &people(0..5), ChannelKind::Webhook).await;
    world.pass(SETTLED);
    world.receiver.plan(|received| match received.kind.as_str() {
        "release.check" => Some(Status(500)),
        "release.finished" => Some(Status(503)),
        _ => None,
    });
    let started = start(&world, "t", json!({ "message": message(), "check_url": world.receiver.url() })).await;
    world.drain().await;
    let ended = release(&world, &started).await;
    assert_eq!((&ended["state"], &ended["reason"], &ended["taken"]), (&json!("stopped"), &json!("check-unclear"), &json!(0)), "{ended}");
    assert_eq!(world.receiver.of_kind("release.finished").len(), 1);
    world.receiver.plan(|_| None);
    world.pass(Duration::from_secs(60));
    world.sweep().await;
    world.sweep().await;
    let told: Vec<_> = world.receiver.of_kind("release.finished").into_iter().map(|received| received.id).collect();
    assert_eq!((told.len(), &told[0]), (2, &told[1]), "under the same id, and then no more");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bad_release_is_refused_by_the_name_of_its_field() {
    let world = World::patient().await;
    for (body, field) in [
        (json!({ "message": message(), "limit": 0 }), "limit"),
        (json!({ "message": message(), "limit": -1 }), "limit"),
        (json!({ "message": message(), "order": "random" }), "order"),
        (json!({ "message": message(), "batch": { "size": 0, "every": "1h" } }), "batch.size"),
        (json!({ "message": message(), "batch": { "size": 1, "every": "soon" } }), "batch.every"),
        (json!({ "message": message(), "batch": { "size": 1, "every": "31d" } }), "batch.every"),
        (json!({ "message": message(), "batch": { "size": 1 } }), "batch.every"),
        (json!({ "message": message(), "check_url": "ftp://shop.example/" }), "check_url"),
        (json!({ "message": { "text": "" } }), "message.text"),
        (json!({}), "message"),
    ] {
        let answer = world.call("POST", "/v1/topics/t/releases", body.clone()).await;
        assert_eq!((answer.status.as_u16(), answer.text("field")), (400, field.to_owned()), "{body}: {}", answer.body);
    }
    assert_eq!(world.call("GET", "/v1/releases", Value::Null).await.json()["releases"], json!([]));
}

#[tokio::test(flavor = "multi_thread")]
async fn who_was_reached_by_a_release_sees_its_message() {
    let world = World::patient().await;
    world.grant("ada", "t", "inbox").await;
    world.pass(SETTLED);
    start(&world, "t", json!({ "message": message() })).await;
    world.drain().await;
    let optins = world.call("GET", "/v1/users/ada/optins", Value::Null).await.json();
    let notification = optins["optins"][0]["notification"].as_str().unwrap().to_owned();
    let sent = world.call("GET", &format!("/v1/notifications/{notification}"), Value::Null).await.json();
    assert_eq!((&sent["state"], &sent["message"]["text"]), (&json!("sent"), &json!("It is back.")), "{sent}");
    let person = fixture::subject(&world.app.keys, "ada").address.person;
    let page = format!("{}/u/{}", world.api, ringonce_domain::ids::person_code(&world.app.keys, &person));
    assert!(ringonce_tests::http::send("GET", &page, &[], "").await.body.contains("It is back."));
}

/// What a person costs who is released to: write units of it all, by whatever the engine charges.
async fn units_a_person(channel: ChannelKind) -> f64 {
    let world = World::patient().await;
    world.grant_many("t", &people(0..500), channel).await;
    world.drain().await;
    world.pass(SETTLED);
    start(&world, "t", json!({ "message": message() })).await;
    world.engine.capacity.reset();
    world.drain_with(&world.delivery).await;
    let units = world.engine.capacity.write_units();
    world.count_all().await;
    assert_eq!(world.demand("t").await["sent"], 500);
    units / 500.0
}

#[tokio::test(flavor = "multi_thread")]
async fn a_recipient_costs_two_write_units_by_inbox_and_four_by_webhook() {
    for (channel, of_a_grant) in [(ChannelKind::Inbox, 2.0), (ChannelKind::Webhook, 4.0)] {
        let units = units_a_person(channel).await;
        let own = units - of_a_grant;
        assert!(own > 0.0 && own < 0.05, "the release's own item and plan: {own} of {units}");
    }
}

/// A sweep, with nothing brought by the stream.
async fn sweep_alone(world: &World) {
    let swept = sweep::handle(&world.app, &world.delivery, sweep::Event::default(), Budget::of(FUNCTION_TIMEOUT)).await;
    assert_eq!(swept.failed, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_claim_for_the_inbox_delivers_but_not_to_who_has_just_blocked() {
    let world = World::patient().await;
    let (ada, _) = world.grant("ada", "t", "inbox").await;
    let (bob, _) = world.grant("bob", "t", "inbox").await;
    let (carol, _) = world.grant("carol", "t", "webhook").await;
    world.drain().await;
    world.pass(SETTLED);
    start(&world, "t", json!({ "message": message() })).await;
    let person = ringonce_memory::fixture::subject(&world.app.keys, "ada").address.person;
    assert!(world.app.store.block(person, world.app.clock.now()).await.unwrap());
    world.pass(Duration::from_secs(61));
    sweep_alone(&world).await;
    let state = async |id: &str| world.state(id).await.0;
    assert_eq!((state(&ada).await, state(&bob).await, state(&carol).await), ("queued".into(), "sent".into(), "queued".into()));
    let steps = world.optin(&bob).await["timeline"].as_array().unwrap().iter().map(|step| step["state"].clone()).collect::<Vec<_>>();
    assert_eq!(steps, ["granted", "queued", "sent"]);
    world.drain().await;
    assert_ne!(state(&ada).await, "sent");
    assert_eq!((state(&bob).await, state(&carol).await), ("sent".into(), "sent".into()));
    let told: BTreeSet<_> =
        world.receiver.of_kind("notification.sent").iter().map(|told| told.json["data"]["user"].clone().to_string()).collect();
    assert_eq!(told, BTreeSet::from(["\"bob\"".to_owned(), "\"carol\"".to_owned()]));
}

/// The counts of a release, without what else is told of it.
fn counts(release: &Value) -> Value {
    let names = ["taken", "sent", "failed", "unknown", "returned", "revoked", "expired", "erased", "under_way"];
    names.into_iter().map(|name| (name.to_owned(), release[name].clone())).collect::<serde_json::Map<_, _>>().into()
}

/// The state in which a person's opt-in stands: `erased` where it was erased.
async fn state(world: &World, topic: &str, user: &str) -> String {
    let address = fixture::subject_of(&world.app.keys, user, topic).address;
    match world.app.store.occupant(address).await.unwrap().unwrap() {
        Occupant::Optin(optin) => optin.state.word().to_owned(),
        Occupant::Erased(_) => "erased".to_owned(),
    }
}

/// A release to seven by webhook, two by inbox, and one who is erased, each of whom comes to another end or to none.
async fn everything_happens(world: &World) -> Answer {
    world.grant_many("t", &people(0..7), ChannelKind::Webhook).await;
    world.grant_many("t", &people(7..9), ChannelKind::Inbox).await;
    world.grant("is-erased", "t", "webhook").await;
    world.pass(SETTLED);
    world.receiver.plan(|received| {
        let statuses = [("0", 410), ("1", 400), ("2", 500), ("3", 503), ("4", 503), ("is-erased", 503)];
        let user = received.json["data"]["user"].as_str().unwrap_or_default().trim_start_matches("person-0000");
        let status = statuses.into_iter().find(|(of, _)| *of == user && received.kind == "notification.deliver");
        status.map(|(_, status)| Status(status))
    });
    let started = start(world, "t", json!({ "message": message(), "limit": 10 })).await;
    world.drain().await;
    for user in people(2..4) {
        world.revoke_directly("t", &user).await;
    }
    assert_eq!(world.call("DELETE", "/v1/users/is-erased", Value::Null).await.status, 202);
    world.receiver.plan(|_| None);
    world.drain().await;
    started
}

#[tokio::test(flavor = "multi_thread")]
async fn a_release_counts_what_became_of_each_that_it_took_however_often_the_stream_brings_it() {
    let world = World::patient().await;
    let started = everything_happens(&world).await;
    let expected = json!({
        "taken": 10, "sent": 4, "failed": { "gone": 1 }, "unknown": 1, "returned": 1, "revoked": 1, "expired": 0, "erased": 1, "under_way": 1
    });
    assert_eq!(counts(&release(&world, &started).await), expected);
    let mut states = Vec::new();
    for user in people(0..9).into_iter().chain(["is-erased".to_owned()]) {
        states.push(state(&world, "t", &user).await);
    }
    assert_eq!(states, ["failed", "granted", "unknown", "revoked", "queued", "sent", "sent", "sent", "sent", "erased"]);
    assert_eq!(reached(&world).len(), 8, "all but those by inbox were called once");
    // Somebody who is sent a message alone, and another release to whoever was given back, change nothing of it.
    let (_, token) = world.grant("alone", "t", "inbox").await;
    world.notify(&token, "Just for you.").await;
    world.pass(SETTLED);
    let second = start(&world, "t", json!({ "message": message(), "limit": 1 })).await;
    world.drain().await;
    assert_eq!(state(&world, "t", "person-00001").await, "sent");
    let of_second = release(&world, &second).await;
    assert_eq!((&of_second["taken"], &of_second["sent"], &of_second["under_way"]), (&json!(1), &json!(1), &json!(0)), "{of_second}");
    for batch in [1, 2, 7, 100, 1_000] {
        world.count_again(batch).await;
        assert_eq!(counts(&release(&world, &started).await), expected, "again, in batches of {batch}");
    }
    let listed = world.call("GET", "/v1/releases", Value::Null).await.json();
    assert_eq!([&listed["releases"][0], &listed["releases"][1]].map(counts), [counts(&of_second), expected]);
}

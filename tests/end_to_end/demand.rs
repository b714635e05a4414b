//! Demand by topic: what happened, each thing once.

use std::time::Duration;

use ringonce_domain::address::ReleaseKey;
use ringonce_domain::demand::{Counter, Scope};
use ringonce_domain::rules::{Outcome, Settler, Take};
use ringonce_domain::store::{Commands, Statistics};
use ringonce_memory::fixture::{self, at, attempt_id, call};
use ringonce_tests::http;
use ringonce_tests::receiver::Behaviour::Status;
use ringonce_tests::world::World;
use serde_json::{Value, json};

/// Everything that can come of asking about `topic`, to one person each; 2 minutes pass, so that caps stay out of it.
pub(crate) async fn everything_happens(world: &World, topic: &str) {
    world.ask("asked-only", topic).await;
    let asked = world.ask("declines", topic).await;
    assert_eq!(world.answer(&asked, json!({ "answer": "decline" })).await.status, 200);
    world.grant("waits", topic, "inbox").await;
    let (_, token) = world.grant("gets-it", topic, "inbox").await;
    world.notify(&token, "back").await;
    for (user, status) in [("is-gone", 410), ("is-refused", 400)] {
        let (_, token) = world.grant(user, topic, "webhook").await;
        world.receiver.behave(&[Status(status)]);
        world.notify(&token, "back").await;
        world.drain().await;
    }
    let (id, _) = world.grant("is-revoked", topic, "inbox").await;
    world.call("POST", &format!("/v1/optins/{id}/revoke"), Value::Null).await;
    let (_, token) = world.grant("is-cancelled", topic, "inbox").await;
    let later = json!({ "token": token, "message": { "text": "back" }, "send_at": at(3_600).to_string() });
    let scheduled = world.call("POST", "/v1/notifications", later).await.text("id");
    assert_eq!(world.call("DELETE", &format!("/v1/notifications/{scheduled}"), Value::Null).await.status, 200);
    world.drain().await;
}

fn what_happened(topic: &str) -> Value {
    json!({
        "topic": topic, "asked": 8, "granted": 6, "waiting": 3, "declined": 1, "sent": 1, "failed": { "gone": 1 },
        "unknown": 0, "revoked": 1, "expired": 0, "returned": 2, "opened": 0
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn the_demand_for_a_topic_is_what_happened_however_often_the_stream_brings_it() {
    let world = World::start().await;
    everything_happens(&world, "shirt-m").await;
    assert_eq!(world.demand("shirt-m").await, what_happened("shirt-m"));
    for batch in [1, 2, 7, 100, 1_000] {
        world.count_again(batch).await;
        assert_eq!(world.demand("shirt-m").await, what_happened("shirt-m"), "again, in batches of {batch}");
    }
    everything_happens(&world, "socks").await;
    assert_eq!(world.demand("socks").await, what_happened("socks"));
    assert_eq!(world.demand("shirt-m").await, what_happened("shirt-m"), "another topic's demand is another");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_erasure_and_time_take_a_grant_out_of_those_that_wait() {
    let world = World::start().await;
    for user in ["erased", "lapses", "asks-again"] {
        world.grant(user, "t", "inbox").await;
    }
    world.drain().await;
    assert_eq!(world.demand("t").await["waiting"], 3);
    assert_eq!(world.call("DELETE", "/v1/users/erased", Value::Null).await.status, 202);
    world.drain().await;
    assert_eq!((world.demand("t").await["waiting"].clone(), world.demand("t").await["expired"].clone()), (json!(2), json!(0)));
    world.pass(Duration::from_secs(366 * 86_400));
    world.grant("asks-again", "t", "inbox").await;
    world.drain().await;
    let demand = world.demand("t").await;
    assert_eq!((&demand["waiting"], &demand["granted"], &demand["expired"]), (&json!(2), &json!(4), &json!(1)));
    world.count_again(1).await;
    assert_eq!(world.demand("t").await, demand);
}

#[tokio::test(flavor = "multi_thread")]
async fn topics_are_listed_in_pages_to_their_own_business_alone() {
    let world = World::start().await;
    for topic in ["b", "a", "c"] {
        world.grant("ada", topic, "inbox").await;
    }
    world.ask("ada", "asked-only").await;
    world.drain().await;
    let page = async |query: &str| world.call("GET", &format!("/v1/topics{query}"), Value::Null).await;
    let names = |page: &Value| page["topics"].as_array().unwrap().iter().map(|topic| topic["topic"].clone()).collect::<Vec<_>>();
    let first = page("?limit=2").await.json();
    assert_eq!((names(&first), &first["next"]), (vec![json!("a"), json!("b")], &json!("b")));
    assert_eq!((&first["topics"][0]["granted"], &first["topics"][0]["asked"]), (&json!(1), &json!(1)));
    let last = page("?limit=2&after=b").await.json();
    assert_eq!((names(&last), &last["next"]), (vec![json!("c")], &Value::Null));
    let whole = page("?limit=3").await.json();
    assert_eq!((names(&whole).len(), &whole["next"]), (3, &Value::Null), "nothing follows a page that is just full");
    assert_eq!(names(&page("").await.json()).len(), 3);
    assert_eq!(world.demand("asked-only").await["asked"], 1, "not listed before an answer, and counted all the same");
    assert_eq!(world.demand("nobody-asked").await["asked"], 0);
    for (query, field) in [("?limit=0", "limit"), ("?limit=101", "limit"), ("?limit=x", "limit"), ("?after=%20", "after")] {
        let refused = page(query).await;
        assert_eq!((refused.status.as_u16(), refused.text("field")), (400, field.to_owned()), "{query}");
    }
    let rival = format!("Bearer {}", world.another_business().await);
    let get = async |path: &str| http::send("GET", &format!("{}{path}", world.api), &[("authorization", rival.as_str())], "").await;
    assert!(names(&get("/v1/topics").await.json()).is_empty());
    assert_eq!(get("/v1/topics/a").await.json()["granted"], 0);
}

const SENDS: u64 = 1_000;

/// The release that sends them.
fn release() -> ReleaseKey {
    ReleaseKey::from_bytes([6; 16])
}

/// What counting cost, in write units a send.
async fn cost_of_sends(world: &World, batch: usize) -> f64 {
    let subjects: Vec<_> = (0..SENDS).map(|number| (number, fixture::subject(&world.app.keys, &format!("of-{batch}-{number}")))).collect();
    let store = &world.app.store;
    for (number, subject) in &subjects {
        let _ = store.answer(&subject.grant(call(*number, 0, false), at(0), at(1))).await.unwrap();
    }
    world.count_all().await;
    for (number, subject) in &subjects {
        let ask = call(*number, 0, false);
        let claim = call(*number, 1, false).id;
        let take = Take { address: subject.address, release: release(), call: claim, to_inbox: None, now: at(2) };
        let version = store.take(&take).await.unwrap().into_result().unwrap().version;
        let settle = subject.settle(ask, Settler::Queue(attempt_id(*number), version), Outcome::Sent, at(3));
        let _ = store.settle(&settle).await.unwrap();
    }
    world.engine.capacity.reset();
    world.count_in_batches_of(batch).await;
    #[expect(clippy::cast_precision_loss, reason = "a thousand")]
    let a_send = world.engine.capacity.write_units() / SENDS as f64;
    println!("{SENDS} sends counted in batches of {batch}: {a_send} write units a send");
    a_send
}

#[tokio::test(flavor = "multi_thread")]
async fn counting_a_release_costs_a_few_hundredths_of_a_write_unit_a_recipient() {
    let world = World::start().await;
    let in_hundreds = cost_of_sends(&world, 100).await;
    assert!(in_hundreds < 0.07, "{in_hundreds}");
    let demand = world.demand("shirt-m").await;
    assert_eq!((&demand["granted"], &demand["sent"], &demand["waiting"]), (&json!(SENDS), &json!(SENDS), &json!(0)));
    let tally = world.app.store.tally(Scope::Release(release())).await.unwrap();
    let sends = i64::try_from(SENDS).unwrap();
    assert_eq!((tally.of(Counter::Taken), tally.of(Counter::Sent), tally.under_way(0)), (sends, sends, 0));
}

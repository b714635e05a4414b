//! Batches that come twice and, between shards, out of order: messages, webhooks and statistics come out the same.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use ringonce_cli::local::pump::Mapping;
use ringonce_domain::business::ChannelKind;
use ringonce_tests::receiver::Behaviour::Status;
use ringonce_tests::unruly::Unruly;
use ringonce_tests::world::World;
use serde_json::{Value, json};

const SEEDS: u64 = 12;

fn people(from: usize, to: usize) -> Vec<String> {
    (from..to).map(|number| format!("person-{number:02}")).collect()
}

/// Much of what can happen, before the stream brings any of it.
async fn story(world: &World) {
    world.grant_many("t", &people(0, 20), ChannelKind::Webhook).await;
    world.grant_many("t", &people(20, 24), ChannelKind::Inbox).await;
    for user in people(0, 3) {
        world.revoke_directly("t", &user).await;
    }
    let asked = world.ask("declines", "t").await;
    assert_eq!(world.answer(&asked, json!({ "answer": "decline" })).await.status, 200);
    for user in ["first", "second"] {
        let (_, token) = world.grant(user, "t", "webhook").await;
        assert_eq!(world.notify(&token, "Just for you.").await.status, 202);
    }
    world.receiver.plan(|received| {
        let user = received.json["data"]["user"].as_str().unwrap_or_default();
        let refusals = [("person-05", Status(410)), ("person-06", Status(400))];
        let refusal = refusals.into_iter().find(|(of, _)| *of == user && received.kind == "notification.deliver");
        refusal.map(|(_, status)| status)
    });
    world.pass(Duration::from_secs(6));
    let body = json!({ "message": { "text": "It is back." }, "limit": 15 });
    assert_eq!(world.call("POST", "/v1/topics/t/releases", body).await.status, 202);
}

/// What came of it: who got which messages, which events the business heard of, and what is counted.
#[derive(Debug, PartialEq, Eq)]
struct Outcome {
    messages: BTreeMap<String, usize>,
    events: BTreeSet<(String, String)>,
    demand: Value,
    release: Value,
}

async fn outcome(world: &World) -> Outcome {
    let mut messages = BTreeMap::new();
    let mut events = BTreeSet::new();
    let mut ids = BTreeSet::new();
    for received in world.receiver.received() {
        let user = received.json["data"]["user"].as_str().unwrap_or("-").to_owned();
        if received.kind == "notification.deliver" {
            *messages.entry(user.clone()).or_insert(0) += 1;
            ids.insert(received.id.clone());
        }
        events.insert((received.kind, user));
    }
    assert_eq!(ids.len(), messages.len(), "one id for each person's message");
    let demand = world.call("GET", "/v1/topics/t", Value::Null).await.json();
    let mut release = world.call("GET", "/v1/releases", Value::Null).await.json()["releases"][0].clone();
    // Its id is another in every world.
    release["id"].take();
    Outcome { messages, events, demand, release }
}

#[tokio::test(flavor = "multi_thread")]
async fn batches_that_come_twice_and_out_of_order_come_to_the_same() {
    let world = World::patient().await;
    story(&world).await;
    world.drain().await;
    let expected = outcome(&world).await;
    assert_eq!((expected.messages.len(), &expected.release["taken"]), (17, &json!(15)), "fifteen of the release, and two");
    assert_eq!((&expected.demand["sent"], &expected.demand["revoked"]), (&json!(15), &json!(3)), "{}", expected.demand);
    let counts = ["sent", "failed", "returned", "under_way"].map(|name| expected.release[name].clone());
    assert_eq!(counts, [json!(13), json!({ "gone": 1 }), json!(1), json!(0)], "{}", expected.release);
    for seed in 1..=SEEDS {
        let world = World::patient().await;
        story(&world).await;
        let brought = Unruly::new(&world, Mapping::Deliver, seed).run_out(&world).await;
        Unruly::new(&world, Mapping::Statistics, seed * 31).run_out(&world).await;
        assert!(brought > 20, "{brought}");
        assert_eq!(outcome(&world).await, expected, "seed {seed}");
    }
}

//! What the console asks for beside the calls that businesses make.

use std::time::Duration;

use ringonce_domain::business::ChannelKind;
use ringonce_memory::fixture;
use ringonce_tests::crowd::{Crowd, Place};
use ringonce_tests::receiver::Behaviour::{Drop, Status};
use ringonce_tests::world::World;
use serde_json::{Value, json};

use crate::demand::everything_happens;

const HOUR: Duration = Duration::from_secs(3_600);
const DAY: Duration = Duration::from_secs(86_400);

async fn got(world: &World, path: &str) -> Value {
    let answer = world.call("GET", path, Value::Null).await;
    assert_eq!(answer.status, 200, "{path}: {}", answer.body);
    answer.json()
}

async fn posted(world: &World, path: &str, body: Value) -> Value {
    let answer = world.call("POST", path, body).await;
    assert_eq!(answer.status, 200, "{path}: {}", answer.body);
    answer.json()
}

/// Of a call that is refused: status and code.
async fn refused(world: &World, method: &str, path: &str, body: Value) -> (u16, String) {
    let answer = world.call(method, path, body).await;
    (answer.status.as_u16(), answer.text("code"))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_business_is_shown_as_it_is_set_up_and_no_secret_of_it() {
    let world = World::start().await;
    let expected = json!({
        "id": "shop", "name": "The Shop", "channels": ["inbox", "webhook", "webpush", "email"], "caps": [{ "count": 10, "window": "1m" }],
        "topic_window": "1m", "origins": ["https://shop.example"], "webhook": world.receiver.url(), "webhook_form": "standard", "frozen": false
    });
    assert_eq!(got(&world, "/v1/business").await, expected);
    world.speak_messenger(b"secret").await;
    assert_eq!(got(&world, "/v1/business").await["webhook_form"], "messenger");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_days_counts_are_what_its_topics_came_to_however_often_the_stream_brings_it() {
    let world = World::start().await;
    everything_happens(&world, "shirt-m").await;
    everything_happens(&world, "socks").await;
    let first = json!({
        "day": "2025-11-24", "asked": 16, "granted": 12, "declined": 2, "sent": 2, "failed": { "gone": 2 },
        "unknown": 0, "revoked": 2, "expired": 0, "returned": 4, "opened": 0
    });
    let span = "/v1/days?from=2025-11-24&to=2025-11-26";
    let expected = |days: Value| json!({ "from": "2025-11-24", "to": "2025-11-26", "days": days });
    assert_eq!(got(&world, span).await, expected(json!([first])));
    world.count_again(7).await;
    assert_eq!(got(&world, span).await, expected(json!([first])));
    world.pass(2 * DAY);
    world.ask("later", "socks").await;
    world.drain().await;
    let days = got(&world, span).await["days"].clone();
    assert_eq!((&days[0], &days[1]["day"], &days[1]["asked"]), (&first, &json!("2025-11-26"), &json!(1)));
    assert_eq!(days.as_array().unwrap().len(), 2, "a day on which nothing happened is left out");
    let usual = got(&world, "/v1/days").await;
    assert_eq!((&usual["from"], &usual["to"], &usual["days"]), (&json!("2025-10-28"), &json!("2025-11-26"), &days));
    for wrong in ["from=2025-11-27&to=2025-11-26", "from=2025-01-01&to=2025-11-26", "to=yesterday", "from=2025-02-30"] {
        assert_eq!(refused(&world, "GET", &format!("/v1/days?{wrong}"), Value::Null).await, (400, "invalid-field".to_owned()), "{wrong}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_next_is_who_a_release_takes_and_what_it_costs_is_what_that_costs() {
    let world = World::start().await;
    let users: Vec<_> = (0..30).map(|number| format!("user-{number:02}")).collect();
    world.grant_many("shirt", &users, ChannelKind::Inbox).await;
    world.pass(HOUR);
    world.drain().await;
    let shown = got(&world, "/v1/topics/shirt/waiting?limit=3&people=10").await;
    let next = |shown: &Value| shown["next"].as_array().unwrap().iter().map(|next| next["user"].clone()).collect::<Vec<_>>();
    assert_eq!((&shown["topic"], &shown["waiting"], &shown["order"]), (&json!("shirt"), &json!(30), &json!("oldest")));
    assert_eq!(next(&shown), ["user-00", "user-01", "user-02"]);
    assert_eq!((&shown["next"][0]["channel"], &shown["cost"]["people"]), (&json!("inbox"), &json!(10)));
    let newest = got(&world, "/v1/topics/shirt/waiting?order=newest&limit=2&people=99").await;
    assert_eq!((next(&newest), &newest["cost"]["people"]), (vec![json!("user-29"), json!("user-28")], &json!(30)));
    assert_eq!(next(&got(&world, "/v1/topics/nothing/waiting").await), [] as [Value; 0]);
    for wrong in ["limit=0", "limit=26", "people=0", "people=x", "order=best"] {
        let path = format!("/v1/topics/shirt/waiting?{wrong}");
        assert_eq!(refused(&world, "GET", &path, Value::Null).await, (400, "invalid-field".to_owned()), "{wrong}");
    }
    world.call("POST", "/v1/topics/shirt/releases", json!({ "message": { "text": "x" }, "limit": 10 })).await;
    world.drain().await;
    assert_eq!(next(&got(&world, "/v1/topics/shirt/waiting?limit=1").await), ["user-10"], "the next ten are another's");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_opt_in_is_found_by_its_token_whatever_became_of_it() {
    let world = World::start().await;
    let (id, token) = world.grant("ada", "t", "inbox").await;
    let find = json!({ "token": token });
    assert_eq!(posted(&world, "/v1/tokens/find", find.clone()).await, world.optin(&id).await);
    world.notify(&token, "back").await;
    world.drain().await;
    assert_eq!(posted(&world, "/v1/tokens/find", find.clone()).await["state"], "sent");
    world.pass(HOUR);
    let (later, _) = world.grant("ada", "t", "inbox").await;
    world.drain().await;
    let found = posted(&world, "/v1/tokens/find", find.clone()).await;
    assert_eq!((&found["id"], &found["state"]), (&json!(id), &json!("sent")), "it stands among the past ones, and not for {later}");
    assert_eq!(refused(&world, "POST", "/v1/tokens/find", json!({ "token": "ro_tok_x" })).await, (404, "not-found".to_owned()));
    world.call("DELETE", "/v1/users/ada", Value::Null).await;
    world.drain().await;
    assert_eq!(refused(&world, "POST", "/v1/tokens/find", find).await, (404, "not-found".to_owned()));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_export_holds_everything_that_is_kept_of_a_person_and_no_token() {
    let world = World::start().await;
    let address = json!({ "channel": "email", "address": "ada@home.example" });
    assert_eq!(world.call("PUT", "/v1/users/ada/address", address).await.status, 200);
    let (id, token) = world.grant("ada", "shirt", "inbox").await;
    world.notify(&token, "the shirt is back").await;
    world.ask("ada", "socks").await;
    world.receiver.plan(|_| Some(Status(500)));
    world.drain().await;
    let export = got(&world, "/v1/users/ada/export").await;
    assert_eq!(export["addresses"][0]["address"], "ada@home.example");
    assert_eq!((&export["addresses"][0]["given_by"], &export["user"]), (&json!("business"), &json!("ada")));
    let asks: Vec<_> = export["asks"].as_array().unwrap().iter().map(|ask| ask["topic"].clone()).collect();
    assert_eq!(asks, [Value::Null, json!("shirt")], "of a question that nobody answered the topic is not kept");
    let optin = &export["optins"][0];
    assert_eq!((&optin["id"], &optin["state"], &optin["message"]["text"]), (&json!(id), &json!("sent"), &json!("the shirt is back")));
    assert!(optin["timeline"].as_array().unwrap().len() == 3 && !export.to_string().contains(&token));
    assert_eq!(export["events"].as_array().unwrap().len(), 2, "granted and sent, which the webhook did not take");
    assert_eq!(refused(&world, "GET", "/v1/users/nobody/export", Value::Null).await, (404, "not-found".to_owned()));
    world.call("DELETE", "/v1/users/ada", Value::Null).await;
    world.drain().await;
    let left = got(&world, "/v1/users/ada/export").await;
    assert!(["addresses", "optins", "events"].iter().all(|kind| left[kind] == json!([])) && left["erased_at"].is_string(), "{left}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_webhook_is_tried_enabled_and_sent_what_it_missed() {
    let world = World::start().await;
    let tried = posted(&world, "/v1/webhook/test", Value::Null).await;
    assert_eq!((&tried["verdict"], &tried["url"]), (&json!("accepted"), &json!(world.receiver.url())));
    assert_eq!(world.receiver.of_kind("webhook.test").len(), 1);
    for (behaviour, verdict) in [(Status(400), "refused"), (Status(503), "busy"), (Drop, "unclear")] {
        world.receiver.plan(move |_| Some(behaviour));
        assert_eq!(posted(&world, "/v1/webhook/test", Value::Null).await["verdict"], verdict);
    }
    world.receiver.plan(|_| Some(Status(410)));
    for user in ["ada", "bea", "cleo"] {
        world.grant(user, "t", "inbox").await;
    }
    world.drain().await;
    assert_eq!(got(&world, "/v1/webhook").await["state"], "disabled");
    assert_eq!(refused(&world, "POST", "/v1/webhook/replay", json!({})).await, (409, "webhook-disabled".to_owned()));
    let dry = posted(&world, "/v1/webhook/replay", json!({ "dry_run": true })).await;
    assert_eq!(dry, json!({ "found": 3, "made_due": 0, "under_way": 0 }));
    world.receiver.plan(|_| None);
    assert_eq!(posted(&world, "/v1/webhook/enable", Value::Null).await["state"], "healthy");
    assert_eq!(posted(&world, "/v1/webhook/replay", json!({ "since": "2026-01-01T00:00:00Z" })).await["found"], 0);
    assert_eq!(posted(&world, "/v1/webhook/replay", json!({})).await, json!({ "found": 3, "made_due": 3, "under_way": 0 }));
    world.sweep().await;
    // Each was refused once, by 410.
    assert_eq!(world.receiver.of_kind("optin.granted").len(), 6);
    assert_eq!(posted(&world, "/v1/webhook/replay", json!({})).await["found"], 0, "nothing is missed any more");
    for wrong in [json!({ "since": "yesterday" }), json!({ "after": "" }), json!({ "after": "x y" }), json!({ "more": 1 })] {
        let (status, code) = refused(&world, "POST", "/v1/webhook/replay", wrong.clone()).await;
        assert!(status == 400, "{wrong}: {status} {code}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_missed_is_replayed_page_by_page() {
    let world = World::start().await;
    world.receiver.plan(|_| Some(Status(410)));
    let users: Vec<_> = (0..230).map(|number| format!("user-{number}")).collect();
    world.grant_many("t", &users, ChannelKind::Inbox).await;
    world.drain().await;
    posted(&world, "/v1/webhook/enable", Value::Null).await;
    let (mut found, mut body, mut pages) = (0, json!({ "dry_run": true }), 0);
    loop {
        let page = posted(&world, "/v1/webhook/replay", body.clone()).await;
        (found, pages) = (found + page["found"].as_u64().unwrap(), pages + 1);
        let Some(next) = page.get("next") else { break };
        body["after"] = next.clone();
    }
    assert_eq!((found, pages), (230, 3));
}

/// What a page of the console calls, and how many items it shows of what it reads.
const PAGES: [(&str, &[&str], f64); 6] = [
    ("overview", &["/v1/days", "/v1/webhook"], 3.0),
    ("topics", &["/v1/topics?limit=50"], 50.0),
    ("topics, searched", &["/v1/topics?limit=50&prefix=topic-0777"], 10.0),
    ("a topic", &["/v1/topics/topic-07777", "/v1/topics/topic-07777/waiting?limit=10"], 12.0),
    ("a person", &["/v1/users/user-7777-1/export"], 1.0),
    ("settings", &["/v1/business"], 1.0),
];
/// What a page may read beside what it shows: the row that says whether more follow, the names, and of each shard of a line
/// its first rows, as nobody knows before who is next.
const BESIDE: f64 = 12.0;

/// 10,000 topics, and as many people waiting for each as `RINGONCE_CROWD` says: with 30, 300,000.
#[tokio::test(flavor = "multi_thread")]
async fn among_ten_thousand_topics_no_page_reads_more_than_it_shows() {
    let world = World::start().await;
    world.grant("ada", "t", "inbox").await;
    world.drain().await;
    let database = world.engine.database.clone().unwrap();
    let (table, keys, business) = (world.engine.table.clone(), world.app.keys.clone(), fixture::business());
    let each = std::env::var("RINGONCE_CROWD").map_or(3, |each| each.parse().unwrap());
    let crowd = Crowd { topics: 10_000, each };
    tokio::task::spawn_blocking(move || Place { database: &database, table: &table, keys: &keys, business: &business }.fill(crowd))
        .await
        .unwrap();
    for (page, calls, shown) in PAGES {
        world.engine.capacity.reset();
        let begun = std::time::Instant::now();
        for path in calls {
            got(&world, path).await;
        }
        let read = world.engine.capacity.read_units();
        println!("{page}: {read} read units, {:?}", begun.elapsed());
        assert!(read <= shown + BESIDE, "{page} reads {read} units to show {shown} items");
    }
    let found = got(&world, "/v1/topics?limit=50&prefix=topic-0777").await;
    assert_eq!(found["topics"].as_array().unwrap().len(), 10);
    let next = got(&world, "/v1/topics/topic-07777/waiting").await;
    assert_eq!((next["next"].as_array().unwrap().len(), &next["waiting"]), (each.min(10) as usize, &json!(each)));
}

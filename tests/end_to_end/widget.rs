//! The widget of shops' pages: how it is served, and what the API lets its pages read.

use std::process::Command;
use std::time::Duration;

use ringonce_domain::api_key::KeyKind;
use ringonce_memory::fixture;
use ringonce_tests::http::{self, Answer};
use ringonce_tests::root;
use ringonce_tests::world::World;
use serde_json::{Value, json};

/// A page that may ask.
const SHOP: &str = "https://shop.example";

/// What `<ring-once>` sends from a page of `origin`.
async fn ask(world: &World, key: &str, origin: &str, body: Value) -> Answer {
    let bearer = format!("Bearer {key}");
    let headers = [("authorization", bearer.as_str()), ("origin", origin), ("content-type", "application/json")];
    http::send("POST", &format!("{}/v1/optins", world.api), &headers, body.to_string()).await
}

fn body() -> Value {
    json!({ "user": "0c3b", "topic": "shirt-m", "title": "Rad shirt, M", "website": "" })
}

#[tokio::test(flavor = "multi_thread")]
async fn any_page_may_load_the_widget_and_a_browser_that_has_it_is_told_so() {
    let world = World::start().await;
    let url = format!("{}/widget.js", world.api);
    let served = http::send("GET", &url, &[("origin", "https://any.example")], "").await;
    let headers = |answer: &Answer| {
        ["cache-control", "access-control-allow-origin", "cross-origin-resource-policy", "x-content-type-options"]
            .map(|name| answer.header(name).unwrap_or_default().to_owned())
    };
    let expected = ["public, max-age=300", "*", "cross-origin", "nosniff"];
    assert_eq!((served.status.as_u16(), served.header("content-type")), (200, Some("text/javascript; charset=utf-8")));
    assert_eq!(headers(&served), expected);
    let tag = served.header("etag").unwrap();
    for tags in [tag.to_owned(), format!("W/{tag}"), format!("\"other\", {tag}"), "*".to_owned()] {
        let known = http::send("GET", &url, &[("if-none-match", &tags)], "").await;
        assert_eq!((known.status.as_u16(), known.body.as_str(), known.header("etag")), (304, "", Some(tag)), "{tags}");
        assert_eq!(headers(&known), expected);
    }
    assert_eq!(http::send("GET", &url, &[("if-none-match", "\"other\"")], "").await.status, 200);
}

#[test]
fn the_widget_is_under_six_kilobytes_and_needs_nothing_else() {
    let file = root().join("functions/grant-token/assets/widget.js");
    let zipped = Command::new("gzip").args(["-9", "--stdout"]).arg(&file).output().unwrap().stdout;
    assert!((1_000..6_000).contains(&zipped.len()), "{} bytes", zipped.len());
    let script = std::fs::read_to_string(file).unwrap();
    for other in ["document.cookie", "import(", "import {", "http://", "eval(", "style="] {
        assert!(!script.contains(other), "{other}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_that_is_refused_can_read_which_origin_it_has_and_what_to_run() {
    let world = World::start().await;
    let key = world.new_key(&fixture::business(), KeyKind::Publishable).await;
    let origin = "https://other-shop.example";
    let refused = ask(&world, &key, origin, body()).await;
    assert_eq!((refused.status.as_u16(), refused.text("code")), (403, "forbidden".to_owned()));
    assert_eq!(refused.header("access-control-allow-origin"), Some(origin), "the browser shows it to the page");
    let detail = refused.text("detail");
    assert!(detail.contains("`ringonce business set shop --origin https://other-shop.example`"), "{detail}");
    let odd = ask(&world, &key, "https://x; rm -rf /", body()).await;
    assert!(odd.status == 403 && !odd.text("detail").contains("rm -rf"), "what is no origin is not repeated: {}", odd.body);
    let mistyped = ask(&world, "ro_pk_1", origin, body()).await;
    assert_eq!((mistyped.status.as_u16(), mistyped.header("access-control-allow-origin")), (401, Some(origin)));
    let secret = ask(&world, &world.key, origin, body()).await;
    assert_eq!((secret.status.as_u16(), secret.header("access-control-allow-origin")), (201, None), "no page reads what a secret key gets");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_browser_may_send_what_the_widget_sends() {
    let world = World::start().await;
    let asked = [("origin", SHOP), ("access-control-request-method", "POST")];
    let preflight = http::send("OPTIONS", &format!("{}/v1/optins", world.api), &asked, "").await;
    assert_eq!((preflight.status.as_u16(), preflight.header("access-control-allow-origin")), (204, Some(SHOP)));
    let allowed = preflight.header("access-control-allow-headers").unwrap();
    for header in ["authorization", "content-type", "idempotency-key"] {
        assert!(allowed.split(", ").any(|name| name == header), "{header}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_program_that_fills_in_every_field_asks_nobody() {
    let world = World::start().await;
    let key = world.new_key(&fixture::business(), KeyKind::Publishable).await;
    let mut filled = body();
    filled["website"] = json!("https://spam.example");
    let refused = ask(&world, &key, SHOP, filled).await;
    assert_eq!((refused.status.as_u16(), refused.json()["field"].as_str()), (400, Some("website")), "{}", refused.body);
    assert_eq!(ask(&world, &key, SHOP, body()).await.status, 201, "nothing was counted, and an empty field is none");
}

/// An ask of its own by each of these people.
fn body_of(user: &str) -> Value {
    json!({ "user": user, "topic": "shirt-m", "title": "Rad shirt, M" })
}

#[tokio::test(flavor = "multi_thread")]
async fn of_one_address_five_asks_are_taken_in_ten_minutes_whoever_it_says_that_it_asks() {
    let world = World::start().await;
    let key = world.new_key(&fixture::business(), KeyKind::Publishable).await;
    for user in ["1", "2", "3", "4", "5"] {
        assert_eq!(ask(&world, &key, SHOP, body_of(user)).await.status, 201, "{user}");
        world.pass(Duration::from_secs(60));
    }
    let refused = ask(&world, &key, SHOP, body_of("6")).await;
    assert_eq!(
        (refused.status.as_u16(), refused.text("code"), refused.text("cap")),
        (429, "limit-reached".to_owned(), "5-in-10m".to_owned())
    );
    assert_eq!((refused.header("retry-after"), refused.json()["retry_after"].as_u64()), (Some("300"), Some(300)));
    assert_eq!(refused.header("ratelimit"), Some("\"5-in-10m\";r=0;t=300"));
    assert_eq!(refused.header("access-control-allow-origin"), Some(SHOP), "the page may read until when");
    let bearer = format!("Bearer {key}");
    let posing =
        [("authorization", bearer.as_str()), ("origin", SHOP), ("x-forwarded-for", "198.51.100.7"), ("forwarded", "for=198.51.100.7")];
    let posed = http::send("POST", &format!("{}/v1/optins", world.api), &posing, body_of("6").to_string()).await;
    assert_eq!(posed.status, 429, "what a header says of an address is not believed");
    assert_eq!(world.ask("6", "shirt-m").await.status, 201, "a secret key's asks are the person's caps' affair");
    let rival = world.another_business_at(None).await;
    let of_rival = world.new_key(&rival, KeyKind::Publishable).await;
    assert_eq!(ask(&world, &of_rival, SHOP, body_of("1")).await.status, 201, "each business is counted apart");
    world.pass(Duration::from_secs(300));
    assert_eq!(ask(&world, &key, SHOP, body_of("6")).await.status, 201);
    assert_eq!(ask(&world, &key, SHOP, body_of("7")).await.status, 429, "the second has not left the window");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_ask_that_is_repeated_under_its_key_counts_once_against_its_address() {
    let world = World::start().await;
    let key = world.new_key(&fixture::business(), KeyKind::Publishable).await;
    let bearer = format!("Bearer {key}");
    let named = [("authorization", bearer.as_str()), ("origin", SHOP), ("idempotency-key", "one")];
    let repeat = async |user: &str| http::send("POST", &format!("{}/v1/optins", world.api), &named, body_of(user).to_string()).await;
    let first = repeat("1").await;
    for _ in 0..10 {
        let again = repeat("1").await;
        assert_eq!((again.status.as_u16(), again.text("id")), (201, first.text("id")));
    }
    for user in ["2", "3", "4", "5"] {
        assert_eq!(repeat(user).await.status, 201, "a name is its person's: {user}");
    }
    assert_eq!(repeat("6").await.status, 429);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_stands_nowhere_in_the_table_and_its_count_is_one_write() {
    let world = World::start().await;
    let key = world.new_key(&fixture::business(), KeyKind::Publishable).await;
    assert_eq!(ask(&world, &key, SHOP, body_of("1")).await.status, 201);
    world.engine.meter.reset();
    assert_eq!(ask(&world, &key, SHOP, body_of("2")).await.status, 201);
    assert_eq!(world.engine.meter.counts().into_iter().collect::<Vec<_>>(), [("UpdateItem".to_owned(), 2)], "the address's and the ask's");
    let items = world.engine.client.scan().table_name(&world.engine.table).send().await.unwrap().items.unwrap();
    let limits: Vec<_> = items.iter().filter(|item| item["sk"].as_s().is_ok_and(|sk| sk == "L")).collect();
    assert_eq!(limits.len(), 1);
    assert!(limits[0].contains_key("forget_at"), "it is forgotten");
    for item in &items {
        let printed = format!("{item:?}");
        assert!(!printed.contains("127.0.0.1") || printed.contains("webhook"), "{printed}");
    }
}

//! Bad input gets a clear problem document that names what is wrong, and changes nothing.

use std::time::Duration;

use ringonce_domain::api_key::KeyKind;
use ringonce_domain::store::Directory;
use ringonce_memory::fixture;
use ringonce_tests::http::{self, Answer};
use ringonce_tests::world::World;
use serde_json::{Value, json};

const JSON: (&str, &str) = ("content-type", "application/json");

/// How many writes the engine has seen.
fn writes(world: &World) -> u64 {
    world.engine.meter.counts().iter().filter(|(name, _)| !matches!(name.as_str(), "GetItem" | "Query")).map(|(_, count)| count).sum()
}

/// The answer is this problem, and nothing was written since `before`.
fn assert_refused(world: &World, answer: &Answer, before: u64, status: u16, code: &str, field: Option<&str>, case: &str) {
    assert_eq!(answer.status, status, "{case}: {}", answer.body);
    let problem = answer.json();
    assert_eq!(answer.header("content-type"), Some("application/problem+json"), "{case}");
    assert_eq!(problem["code"], code, "{case}: {}", answer.body);
    assert_eq!(problem["type"], format!("urn:ringonce:problem:{code}"), "{case}");
    assert_eq!(problem["field"].as_str(), field, "{case}: {}", answer.body);
    assert!(problem["detail"].as_str().is_some_and(|detail| detail.len() > 10), "{case}");
    assert!(problem["request_id"].as_str().is_some_and(|id| !id.is_empty()), "{case}");
    assert_eq!(writes(world), before, "{case}: something was written");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bad_ask_names_its_field_and_counts_for_nothing() {
    let world = World::start().await;
    let good = json!({ "user": "ada", "topic": "t", "title": "T" });
    let with = |field: &str, value: Value| {
        let mut body = good.clone();
        body[field] = value;
        body
    };
    let cases = [
        (with("title", json!("x".repeat(66))), "title"),
        (with("title", json!("👨‍👩‍👧‍👦".repeat(11))), "title"),
        (with("title", json!("Rad\u{202E}shirt")), "title"),
        (with("title", json!("Rad\u{0}shirt")), "title"),
        (with("title", json!("")), "title"),
        (with("title", json!(5)), "title"),
        (with("title", Value::Null), "title"),
        (with("user", json!("")), "user"),
        (with("user", json!("x".repeat(129))), "user"),
        (with("user", json!("anon:7")), "user"),
        (with("topic", json!("a b")), "topic"),
        (with("payload", json!("p".repeat(1_001))), "payload"),
        (with("payload", json!("\u{2067}")), "payload"),
        (with("locale", json!("de_DE!")), "locale"),
        (with("channel", json!("pigeon")), "channel"),
        (with("expires_in", json!(5)), "expires_in"),
        (with("expires_in", json!(604_801)), "expires_in"),
        (with("deliver_ask", json!("yes")), "deliver_ask"),
        (with("colour", json!("red")), "colour"),
    ];
    world.call("GET", "/v1/users/ada/eligibility?topic=t", Value::Null).await;
    let before = writes(&world);
    for (body, field) in cases {
        let case = body.to_string();
        let answer = world.call("POST", "/v1/optins", body).await;
        assert_refused(&world, &answer, before, 400, "invalid-field", Some(field), &case);
    }
    let missing = world.call("POST", "/v1/optins", json!({ "user": "ada", "topic": "t" })).await;
    assert_refused(&world, &missing, before, 400, "invalid-field", Some("title"), "a missing title");
    let eligible = world.call("GET", "/v1/users/ada/eligibility?topic=t", Value::Null).await.json();
    assert_eq!((&eligible["eligible"], &eligible["caps"][0]["left"]), (&json!(true), &json!(10)));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bad_message_leaves_its_token_whole() {
    let world = World::start().await;
    let (id, token) = world.grant("ada", "t", "inbox").await;
    let before = writes(&world);
    for (message, field) in [
        (json!({ "text": "" }), "message.text"),
        (json!({ "text": "x".repeat(1_001) }), "message.text"),
        (json!({ "text": "a\u{202E}b" }), "message.text"),
        (json!({ "text": "x", "url": "javascript:alert(1)" }), "message.url"),
        (json!({ "text": "x", "data": { "a": "y".repeat(5_000) } }), "message.data"),
        (json!({ "text": "x", "html": "<b>" }), "message.html"),
        (json!({ "url": "https://shop.example/" }), "message.text"),
        (json!("x"), "message"),
        (json!([null, "x", null, null]), "message"),
    ] {
        let case = message.to_string();
        let answer = world.call("POST", "/v1/notifications", json!({ "token": token, "message": message })).await;
        assert_refused(&world, &answer, before, 400, "invalid-field", Some(field), &case);
    }
    assert_eq!(world.state(&id).await.0, "granted");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_json_or_too_long_is_refused() {
    let world = World::start().await;
    world.ask("warm", "t").await;
    let before = writes(&world);
    let bearer = format!("Bearer {}", world.key);
    let post = async |body: String| {
        http::send("POST", &format!("{}/v1/optins", world.api), &[("authorization", bearer.as_str()), JSON], body).await
    };
    for body in ["", "{", "nonsense", "[]", "{\"user\":\"a\",\"topic\":\"t\",\"title\":\"T\"} x", "\"x\""] {
        assert_refused(&world, &post(body.to_owned()).await, before, 400, "malformed-body", None, body);
    }
    for length in [16 * 1024 + 1, 100_000, 2_000_000] {
        assert_refused(&world, &post(" ".repeat(length)).await, before, 413, "body-too-large", None, &length.to_string());
    }
    let long_key = "k".repeat(256);
    let body = json!({ "user": "a", "topic": "t", "title": "T" });
    let answer = world.call_with("POST", "/v1/optins", &[("idempotency-key", &long_key)], body).await;
    assert_refused(&world, &answer, before, 400, "invalid-field", Some("Idempotency-Key"), "a long key");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bad_link_opens_nothing() {
    let world = World::start().await;
    let asked = world.ask("ada", "t").await;
    let url = asked.text("consent_url");
    let before = writes(&world);
    for (body, status, code, field) in [
        (json!({ "answer": "maybe" }), 400, "invalid-field", "answer"),
        (json!({ "answer": "grant", "channel": "pigeon" }), 400, "invalid-field", "channel"),
        (json!({ "answer": "grant", "address": "ada@example.com" }), 422, "address-invalid", "address"),
    ] {
        let case = body.to_string();
        let answer = http::send("POST", &url, &[JSON], body.to_string()).await;
        assert_refused(&world, &answer, before, status, code, Some(field), &case);
    }
    let key = ("idempotency-key", "no key: ü");
    let answer = http::send("POST", &url, &[JSON, key], json!({ "answer": "grant" }).to_string()).await;
    assert_refused(&world, &answer, before, 400, "invalid-field", Some("Idempotency-Key"), "a key that is none");
    let at = url.rfind('/').unwrap() + 30;
    let tampered = format!("{}{}{}", &url[..at], if &url[at..=at] == "A" { "B" } else { "A" }, &url[at + 1..]);
    for bad in [tampered, format!("{}/c/x", world.api), format!("{}/c/%FF", world.api)] {
        let answer = http::send("POST", &bad, &[JSON], json!({ "answer": "grant" }).to_string()).await;
        assert_refused(&world, &answer, before, 404, "link-invalid", None, &bad);
    }
    world.pass(Duration::from_secs(7 * 86_400));
    let late = world.answer(&asked, json!({ "answer": "grant" })).await;
    assert_refused(&world, &late, before, 410, "link-expired", None, "an expired link");
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_and_other_tenants_ids_give_nothing_away() {
    let world = World::start().await;
    let (optin, token) = world.grant("ada", "t", "inbox").await;
    let sent = world.notify(&token, "x").await.text("id");
    let rival = format!("Bearer {}", world.another_business().await);
    let before = writes(&world);
    let get = async |path: String, key: &str| http::send("GET", &format!("{}{path}", world.api), &[("authorization", key)], "").await;
    for (theirs, unknown) in [
        (format!("/v1/optins/{optin}"), "/v1/optins/ro_opt_unknown".to_owned()),
        (format!("/v1/notifications/{sent}"), "/v1/notifications/ro_msg_unknown".to_owned()),
    ] {
        let (foreign, unknown) = (get(theirs.clone(), &rival).await, get(unknown, &rival).await);
        assert_refused(&world, &foreign, before, 404, "not-found", None, &theirs);
        let without_id = |answer: &Answer| answer.body.split("\"request_id\"").next().unwrap().to_owned();
        assert_eq!(without_id(&foreign), without_id(&unknown), "a foreign id is told as an unknown one");
    }
    world.engine.meter.reset();
    for key in ["", "Basic x", "Bearer", "Bearer ro_sk_x", "Bearer hello", "Bearer ro_pk_"] {
        let answer = get("/v1/users/ada/optins".to_owned(), key).await;
        assert_eq!((answer.status.as_u16(), answer.text("code")), (401, "unauthorized".to_owned()), "{key}");
    }
    assert_eq!(world.engine.meter.total(), 0, "a key that cannot be one is not looked up");
    let unknown = ringonce_domain::api_key::ApiKey::new(KeyKind::Secret, [9; 24]);
    assert_eq!(get("/v1/users/ada/optins".to_owned(), &format!("Bearer {}", unknown.reveal())).await.status, 401);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_revoked_key_stops_working_when_nothing_remembers_it() {
    let world = World::start().await;
    let key = world.new_key(&fixture::business(), KeyKind::Secret).await;
    let hash = ringonce_domain::api_key::ApiKey::parse(&key).unwrap().hash();
    assert!(world.app.store.revoke_api_key(&fixture::business(), &hash).await.unwrap());
    let bearer = format!("Bearer {key}");
    let answer = http::send("GET", &format!("{}/v1/users/a/optins", world.api), &[("authorization", &bearer)], "").await;
    assert_eq!(answer.status, 401);
}

#[tokio::test(flavor = "multi_thread")]
async fn no_get_head_or_prefetch_changes_anything() {
    let world = World::start().await;
    let asked = world.ask("ada", "t").await;
    let (_, token) = world.grant("bea", "t", "inbox").await;
    let linked = json!({ "token": token, "message": { "text": "x", "url": "https://shop.example/m" } });
    let sent = world.call("POST", "/v1/notifications", linked).await.text("id");
    world.drain().await;
    let manage = format!(
        "{}/u/{}",
        world.api,
        ringonce_domain::ids::person_code(&world.app.keys, &fixture::subject(&world.app.keys, "bea").address.person)
    );
    let api = |path: &str| format!("{}{path}", world.api);
    let paths = [
        asked.text("consent_url"),
        manage.clone(),
        format!("{manage}/block"),
        format!("{manage}/revoke"),
        api(&format!("/v1/optins/{}", asked.text("id"))),
        api(&format!("/v1/optins/{}/revoke", asked.text("id"))),
        api(&format!("/v1/notifications/{sent}")),
        api("/v1/optins"),
        api("/v1/notifications"),
        api("/v1/topics"),
        api("/v1/topics/t"),
        api("/v1/users/ada/optins"),
        api("/v1/users/ada"),
        api("/v1/users/ada/eligibility?topic=t"),
        api("/"),
        api("/v1"),
        api("/openapi.json"),
        api("/console"),
        api("/console/console.js"),
        api("/v1/business"),
        api("/v1/days"),
        api("/v1/topics/t/waiting"),
        api("/v1/users/bea/export"),
        api("/v1/tokens/find"),
        api("/v1/webhook/test"),
        api("/v1/webhook/enable"),
        api("/v1/webhook/replay"),
    ];
    let bearer = format!("Bearer {}", world.key);
    let before = writes(&world);
    for path in &paths {
        for method in ["GET", "HEAD", "OPTIONS"] {
            for purpose in ["prefetch", ""] {
                let answer = http::send(method, path, &[("authorization", &bearer), ("sec-purpose", purpose)], "answer=grant").await;
                assert!(answer.status.as_u16() < 500, "{method} {path}: {}", answer.status);
            }
        }
    }
    // The one that does: two counters, when a person opens a message's link, and not when a program looks ahead.
    let page = http::send("GET", &manage, &[], "").await.body;
    let link = page.split("href=\"").find(|part| part.contains("/r/")).unwrap().split('"').next().unwrap();
    for (method, purpose) in [("HEAD", ""), ("GET", "prefetch"), ("GET", "prefetch;prerender"), ("HEAD", "prefetch"), ("OPTIONS", "")] {
        http::send(method, link, &[("sec-purpose", purpose)], "").await;
    }
    assert_eq!(writes(&world), before);
    assert_eq!(http::send("GET", link, &[], "").await.status, 302);
    assert_eq!(writes(&world), before + 2);
    let wrong = http::send("PUT", &api("/v1/optins"), &[], "").await;
    assert_eq!((wrong.status.as_u16(), wrong.header("allow")), (405, Some("POST, OPTIONS")));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_publishable_key_may_only_ask_and_only_from_its_pages() {
    let world = World::start().await;
    let key = format!("Bearer {}", world.new_key(&fixture::business(), KeyKind::Publishable).await);
    let body = json!({ "user": "ada", "topic": "t", "title": "T" });
    let ask = async |origin: &str, body: &Value| {
        http::send("POST", &format!("{}/v1/optins", world.api), &[("authorization", &key), ("origin", origin), JSON], body.to_string())
            .await
    };
    for origin in ["https://evil.example", "https://shop.example.evil", "null", ""] {
        let answer = ask(origin, &body).await;
        assert_eq!((answer.status.as_u16(), answer.text("code")), (403, "forbidden".to_owned()), "{origin}");
        assert_eq!(answer.header("access-control-allow-origin"), Some(origin), "the page may read why");
    }
    let asked = ask("https://shop.example", &body).await;
    assert_eq!((asked.status.as_u16(), asked.header("access-control-allow-origin")), (201, Some("https://shop.example")));
    world.answer(&asked, json!({ "answer": "grant" })).await;
    assert_eq!(world.optin(&asked.text("id")).await["user"], "anon:ada", "in a namespace of its own");
    assert_eq!(world.ask("ada", "t").await.status, 201, "the real person's caps are not touched");
    let capped = ask("https://shop.example", &body).await;
    assert_eq!(
        (capped.status.as_u16(), capped.header("access-control-allow-origin")),
        (429, Some("https://shop.example")),
        "the page may read why"
    );
    let deliver = json!({ "user": "ada", "topic": "u", "title": "T", "deliver_ask": true });
    assert_eq!(ask("https://shop.example", &deliver).await.status, 403);
    for (method, path) in [
        ("GET", "/v1/users/ada/optins"),
        ("POST", "/v1/notifications"),
        ("DELETE", "/v1/users/ada"),
        ("GET", "/v1/users/ada/eligibility?topic=t"),
    ] {
        let answer =
            http::send(method, &format!("{}{path}", world.api), &[("authorization", &key), ("origin", "https://shop.example"), JSON], "{}")
                .await;
        assert_eq!(answer.status, 403, "{method} {path}");
    }
}

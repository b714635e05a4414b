//! Ask, answer, redeem, deliver.

use std::time::Duration;

use ringonce_domain::caps::Caps;
use ringonce_tests::connector::Fault;
use ringonce_tests::http;
use ringonce_tests::world::{World, settings};
use serde_json::{Value, json};

#[tokio::test(flavor = "multi_thread")]
async fn an_ask_that_is_granted_sends_one_message_to_the_inbox() {
    let world = World::start().await;
    let asked = world.ask("ada", "shirt-m").await;
    assert_eq!(asked.status, 201);
    assert_eq!(world.state(&asked.text("id")).await.0, "asked");
    let mine = world.answer(&asked, json!({ "answer": "grant" })).await;
    assert_eq!((mine.status.as_u16(), mine.text("state")), (200, "granted".to_owned()));
    let token = world.optin(&asked.text("id")).await["token"].as_str().unwrap().to_owned();
    let sent = world.notify(&token, "It is back.").await;
    assert_eq!((sent.status.as_u16(), sent.text("state")), (202, "queued".to_owned()));
    world.drain().await;
    assert_eq!(world.state(&asked.text("id")).await, ("sent".to_owned(), "accepted".to_owned()));
    let notification = world.call("GET", &format!("/v1/notifications/{}", sent.text("id")), Value::Null).await;
    assert_eq!(notification.text("state"), "sent");
    let page = http::send("GET", &mine.text("manage_url"), &[], "").await;
    assert!(page.body.contains("It is back."), "{}", page.body);

    let again = world.notify(&token, "And socks!").await;
    assert_eq!((again.status.as_u16(), again.text("code")), (409, "token-used".to_owned()));
    let kinds: Vec<_> = world.receiver.received().into_iter().map(|received| received.kind).collect();
    assert_eq!(kinds, ["optin.granted", "notification.sent"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_by_webhook_reaches_the_businesss_own_sender_once_and_signed() {
    let world = World::start().await;
    let (id, token) = world.grant("ada", "shirt-m", "webhook").await;
    let sent = world.notify(&token, "It is back.").await;
    world.drain().await;
    world.drain().await;
    assert_eq!(world.state(&id).await, ("sent".to_owned(), "accepted".to_owned()));
    let delivered = world.receiver.of_kind("notification.deliver");
    assert_eq!(delivered.len(), 1);
    assert_eq!(delivered[0].id, sent.text("id"));
    assert_eq!(delivered[0].json["data"]["message"]["text"], "It is back.");
    assert_eq!(delivered[0].json["data"]["user"], "ada");
    let verifier = standardwebhooks::Webhook::from_bytes(world.secret.clone()).unwrap();
    for received in world.receiver.received() {
        verifier.verify(&received.body, &received.headers).unwrap_or_else(|e| panic!("{}: {e}", received.kind));
    }
    let path: Vec<_> = world.optin(&id).await["timeline"].as_array().unwrap().iter().map(|step| step["state"].clone()).collect();
    assert_eq!(path, ["granted", "queued", "attempting", "sent"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_who_declines_gives_no_token_and_hears_nothing() {
    let world = World::start().await;
    let asked = world.ask("ada", "shirt-m").await;
    assert_eq!(world.answer(&asked, json!({ "answer": "decline" })).await.text("state"), "declined");
    let late = world.answer(&asked, json!({ "answer": "grant" })).await;
    assert_eq!((late.status.as_u16(), late.text("code")), (409, "already-declined".to_owned()));
    assert!(world.optin(&asked.text("id")).await["token"].is_null());
    world.drain().await;
    assert_eq!(world.receiver.of_kind("optin.declined").len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_no_to_a_yes_that_holds_is_refused_and_to_one_that_is_over_it_is_told_how_it_ended() {
    let world = World::start().await;
    let asked = world.ask("ada", "shirt-m").await;
    world.answer(&asked, json!({ "answer": "grant" })).await;
    let held = world.answer(&asked, json!({ "answer": "decline" })).await;
    assert_eq!((held.status.as_u16(), held.text("code")), (409, "already-granted".to_owned()));
    world.call("POST", &format!("/v1/optins/{}/revoke", asked.text("id")), Value::Null).await;
    let over = world.answer(&asked, json!({ "answer": "decline" })).await;
    assert_eq!((over.status.as_u16(), over.text("state")), (200, "revoked".to_owned()), "{}", over.body);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_page_and_its_form_work_without_javascript() {
    let world = World::start().await;
    let asked = world.call("POST", "/v1/optins", json!({ "user": "ada", "topic": "t", "title": "<b>Rad</b> & \"shirt\"" })).await;
    let url = asked.text("consent_url");
    let page = http::send("GET", &url, &[], "").await;
    assert_eq!((page.status.as_u16(), page.header("content-type")), (200, Some("text/html; charset=utf-8")));
    assert!(page.body.contains("&lt;b&gt;Rad&lt;/b&gt; &amp; &quot;shirt&quot;") && !page.body.contains("<b>Rad"));
    assert!(page.body.contains("The Shop") && page.body.contains("value=\"grant\""));
    assert_eq!(page.body.matches("<script").count(), 1, "one file of our own, and nothing inline");
    assert_eq!(page.header("cache-control"), Some("no-store"));
    let form = [("content-type", "application/x-www-form-urlencoded"), ("sec-fetch-site", "same-origin")];
    let answered = http::send("POST", &url, &form, "answer=grant&channel=inbox").await;
    assert!(answered.body.contains("You will hear once"), "{}", answered.body);
    let again = http::send("GET", &url, &[], "").await;
    assert!(again.body.contains("You will hear once"), "the page says what was answered");
    let foreign = http::send("POST", &url, &[("sec-fetch-site", "cross-site")], "answer=decline").await;
    assert_eq!(foreign.status, 403);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cap_names_itself_and_when_it_opens_and_eligibility_says_so_before() {
    let world = World::with(ringonce_domain::business::Settings { caps: Caps::default(), ..settings() }).await;
    for topic in ["a", "b", "c", "d", "e"] {
        assert_eq!(world.ask("ada", topic).await.status, 201, "{topic}");
    }
    let eligible = world.call("GET", "/v1/users/ada/eligibility?topic=f", Value::Null).await.json();
    assert_eq!((&eligible["eligible"], &eligible["caps"][0]["left"], &eligible["caps"][1]["left"]), (&json!(false), &json!(0), &json!(5)));
    let capped = world.ask("ada", "f").await;
    assert_eq!((capped.status.as_u16(), capped.text("code"), capped.text("cap")), (429, "cap-reached".to_owned(), "5-in-1d".to_owned()));
    assert_eq!(capped.header("retry-after"), Some("86400"));
    assert_eq!(capped.header("ratelimit"), Some("\"5-in-1d\";r=0;t=86400"));
    assert_eq!(capped.header("content-type"), Some("application/problem+json"));
    let other = world.ask("bea", "f").await;
    assert_eq!(other.status, 201, "caps are a person's");
    world.pass(Duration::from_secs(86_400));
    assert_eq!(world.ask("ada", "f").await.status, 201);
    let same = world.ask("ada", "a").await;
    assert_eq!((same.status.as_u16(), same.text("code"), same.header("retry-after")), (429, "already-asked".to_owned(), Some("518400")));
}

#[tokio::test(flavor = "multi_thread")]
async fn links_and_tokens_lapse_by_the_clock() {
    let world = World::start().await;
    let body = json!({ "user": "ada", "topic": "t", "title": "T", "expires_in": 60 });
    let asked = world.call("POST", "/v1/optins", body).await;
    world.pass(Duration::from_secs(60));
    assert_eq!(world.state(&asked.text("id")).await.0, "expired");
    let late = world.answer(&asked, json!({ "answer": "grant" })).await;
    assert_eq!((late.status.as_u16(), late.text("code")), (410, "link-expired".to_owned()));
    let (id, token) = world.grant("bea", "t", "inbox").await;
    world.pass(Duration::from_secs(365 * 86_400));
    let late = world.notify(&token, "x").await;
    assert_eq!((late.status.as_u16(), late.text("code")), (410, "token-expired".to_owned()));
    assert_eq!(world.state(&id).await.0, "expired");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_later_grant_replaces_an_ended_one_whose_token_still_says_how_it_ended() {
    let world = World::start().await;
    let (first, used) = world.grant("ada", "t", "inbox").await;
    assert_eq!(world.notify(&used, "x").await.status, 202);
    world.drain().await;
    world.pass(Duration::from_secs(61));
    let (second, whole) = world.grant("ada", "t", "inbox").await;
    world.drain().await;
    assert_ne!(first, second);
    assert_eq!(world.notify(&used, "y").await.text("code"), "token-used");
    assert_eq!(world.state(&first).await.0, "sent", "the past is kept");
    assert_eq!(world.notify(&whole, "y").await.status, 202);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_that_ringonce_is_to_deliver_goes_to_the_business_with_the_ask() {
    let world = World::start().await;
    let body = json!({ "user": "ada", "topic": "t", "title": "T", "deliver_ask": true, "payload": "p" });
    let asked = world.call("POST", "/v1/optins", body).await;
    world.drain().await;
    let told = world.receiver.of_kind("optin.asked");
    assert_eq!(told.len(), 1);
    assert_eq!(told[0].json["data"]["consent_url"], asked.text("consent_url"));
    assert_eq!(told[0].json["data"]["payload"], "p");
}

/// The walk through every command with each answer lost after its commit: the callers notice nothing.
#[tokio::test(flavor = "multi_thread")]
async fn lost_answers_change_nothing_that_a_caller_or_a_person_sees() {
    let world = World::start().await;
    let mut calls = 0_u64;
    // Every second write is carried out and its answer lost; the SDK's repeat passes.
    world.engine.meter.choose_faults(move |operation| {
        let write = matches!(operation, "UpdateItem" | "PutItem");
        calls += u64::from(write);
        (write && calls % 2 == 1).then_some(Fault::LostAfter)
    });
    let (id, token) = world.grant("ada", "t", "webhook").await;
    let sent = world.notify(&token, "x").await;
    assert_eq!(sent.status, 202, "{}", sent.body);
    world.drain().await;
    world.engine.meter.heal();
    assert_eq!(world.state(&id).await.0, "sent");
    assert_eq!(world.receiver.of_kind("notification.deliver").len(), 1);
    let path: Vec<_> = world.optin(&id).await["timeline"].as_array().unwrap().iter().map(|step| step["state"].clone()).collect();
    assert_eq!(path, ["granted", "queued", "attempting", "sent"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_redeemed_by_64_callers_over_http_sends_one_message() {
    let world = std::sync::Arc::new(World::start().await);
    let (id, token) = world.grant("ada", "t", "webhook").await;
    let callers: Vec<_> = (0..64)
        .map(|caller| {
            let (world, token) = (std::sync::Arc::clone(&world), token.clone());
            tokio::spawn(async move { world.notify(&token, &format!("message {caller}")).await })
        })
        .collect();
    let mut answers = Vec::new();
    for caller in callers {
        let answer = caller.await.unwrap();
        answers.push((answer.status.as_u16(), answer.json()["code"].as_str().unwrap_or_default().to_owned()));
    }
    assert_eq!(answers.iter().filter(|(status, _)| *status == 202).count(), 1);
    assert_eq!(answers.iter().filter(|(status, code)| *status == 409 && code == "token-used").count(), 63);
    world.drain().await;
    assert_eq!(world.receiver.of_kind("notification.deliver").len(), 1);
    assert_eq!(world.state(&id).await.0, "sent");
}

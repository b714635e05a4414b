//! Events in Messenger's form, as a bot's receiver gets them.

use std::time::Duration;

use aws_lc_rs::hmac::{self, HMAC_SHA1_FOR_LEGACY_USE_ONLY, HMAC_SHA256};
use ringonce_tests::receiver::Behaviour::Status;
use ringonce_tests::receiver::Received;
use ringonce_tests::world::World;
use serde_json::{Value, json};

const SECRET: &[u8] = b"the bot's app secret";

async fn world() -> World {
    let world = World::start().await;
    world.speak_messenger(SECRET).await;
    world
}

/// The one event of a webhook, whose signatures are of exactly these bytes.
fn event(received: &Received) -> Value {
    let hex = |algorithm| {
        let signed = hmac::sign(&hmac::Key::new(algorithm, SECRET), &received.body);
        signed.as_ref().iter().map(|byte| format!("{byte:02x}")).collect::<String>()
    };
    assert_eq!(received.headers["x-hub-signature"], format!("sha1={}", hex(HMAC_SHA1_FOR_LEGACY_USE_ONLY)));
    assert_eq!(received.headers["x-hub-signature-256"], format!("sha256={}", hex(HMAC_SHA256)));
    assert!(received.body.is_ascii(), "{:?}", received.body);
    let json = &received.json;
    assert_eq!((json["object"].as_str(), json["entry"].as_array().map(Vec::len)), (Some("page"), Some(1)));
    let entry = &json["entry"][0];
    assert_eq!((entry["id"].as_str(), entry["messaging"].as_array().map(Vec::len)), (Some("shop"), Some(1)));
    let event = entry["messaging"][0].clone();
    assert_eq!((&event["recipient"]["id"], &event["timestamp"]), (&json!("shop"), &entry["time"]));
    event
}

/// Whether it is Messenger's own opt-in.
fn is_grant(received: &Received) -> bool {
    received.json["entry"][0]["messaging"][0]["optin"]["type"] == "one_time_notif_req"
}

async fn ask(world: &World, user: &str) -> String {
    let payload = json!({ "template_type": "one_time_notif_req", "title": "Größe M 👕", "payload": "größe-m 👕" });
    let message = json!({ "attachment": { "type": "template", "payload": payload } });
    let body = json!({ "recipient": { "id": user }, "message": message, "access_token": world.key });
    let asked = world.call("POST", "/v12.0/me/messages", body).await;
    assert_eq!(asked.status, 200, "{}", asked.body);
    world.drain().await;
    let told = event(world.receiver.received().last().unwrap());
    assert_eq!((&told["sender"]["id"], &told["ringonce"]["type"]), (&json!(user), &json!("optin.asked")), "Messenger has no such event");
    assert_eq!(told["ringonce"]["data"]["consent_url"], asked.text("consent_url"));
    world.answer(&asked, json!({ "answer": "grant", "channel": "webhook" })).await.text("manage_url")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bot_hears_of_the_yes_and_of_the_end_as_messenger_would_tell_it() {
    let world = world().await;
    ask(&world, "ada").await;
    world.drain().await;
    let told = event(world.receiver.received().last().unwrap());
    let token = told["optin"]["one_time_notif_token"].as_str().unwrap().to_owned();
    assert_eq!(told["sender"]["id"], "ada");
    assert_eq!(told["optin"], json!({ "type": "one_time_notif_req", "payload": "größe-m 👕", "one_time_notif_token": token }));
    let body = json!({ "recipient": { "one_time_notif_token": token }, "message": { "text": "Zurück.", "metadata": "x" }, "access_token": world.key });
    let sent = world.call("POST", "/v12.0/me/messages", body).await;
    world.drain().await;
    let [.., message, receipt] = &world.receiver.received()[..] else { panic!("two webhooks") };
    let data = &event(message)["ringonce"]["data"]["message"];
    assert_eq!(data["data"], json!({ "messenger": { "text": "Zurück.", "metadata": "x" } }), "the rest travels untouched: {data}");
    assert_eq!(event(receipt)["delivery"]["mids"], json!([sent.text("message_id")]));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_bot_does_not_take_comes_again_in_the_same_bytes() {
    let world = world().await;
    world.receiver.plan(|received| is_grant(received).then_some(Status(500)));
    ask(&world, "ada").await;
    world.drain().await;
    world.receiver.plan(|_| None);
    world.pass(Duration::from_secs(15));
    world.sweep().await;
    let optins = world.receiver.received().into_iter().filter(is_grant);
    let [first, second] = &optins.collect::<Vec<_>>()[..] else { panic!("it came twice") };
    assert_eq!((event(first)["optin"]["type"].as_str(), &first.id), (Some("one_time_notif_req"), &second.id));
    assert_eq!(first.body, second.body);
    assert_eq!(event(second), event(first));
}

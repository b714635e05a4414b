//! Whole lifecycles through the packaged programs.

use ringonce_domain::event::Event;
use ringonce_domain::health::{Heard, Revision, WebhookHealth};
use ringonce_domain::store::{Directory, Outbox, ParkedEvent, Webhooks};
use ringonce_domain::time::Timestamp;
use ringonce_tests::http::Answer;
use ringonce_tests::lambda::package::runs_here;
use serde_json::{Value, json};

use crate::deployment::Deployment;
use crate::events::{Call, Payload};
use crate::metrics;

/// What the tests look for in an answer.
pub(crate) fn status_and_kind(answer: &Answer) -> (u16, &str) {
    (answer.status.as_u16(), answer.header("content-type").unwrap_or("none"))
}

/// Asks `user` about `topic` with a business's key.
pub(crate) async fn ask(deployment: &Deployment, key: &str, user: &str, topic: &str) -> Answer {
    let body = json!({ "user": user, "topic": topic, "title": format!("About {topic}") });
    let asked = deployment.call(&Call::new("POST", "/v1/optins").by(key).json(&body)).await;
    assert_eq!(status_and_kind(&asked), (201, "application/json"), "{}", asked.body);
    asked
}

/// Answers yes, as an app would.
fn yes(asked: &Answer, channel: &str) -> Call {
    Call::of_url("POST", &asked.text("consent_url")).json(&json!({ "answer": "grant", "channel": channel }))
}

/// An opt-in as its business sees it.
pub(crate) async fn optin(deployment: &Deployment, key: &str, id: &str) -> Value {
    let answer = deployment.call(&Call::new("GET", format!("/v1/optins/{id}")).by(key)).await;
    assert_eq!(status_and_kind(&answer), (200, "application/json"), "{}", answer.body);
    answer.json()
}

/// An opt-in that was granted: its id, its token, and the person's own page.
pub(crate) struct Granted {
    pub(crate) id: String,
    pub(crate) token: String,
    page: String,
}

pub(crate) async fn grant(deployment: &Deployment, key: &str, user: &str, topic: &str, channel: &str) -> Granted {
    let asked = ask(deployment, key, user, topic).await;
    let granted = deployment.call(&yes(&asked, channel)).await;
    assert_eq!(status_and_kind(&granted), (200, "application/json"), "{}", granted.body);
    let id = asked.text("id");
    let token = optin(deployment, key, &id).await["token"].as_str().unwrap().to_owned();
    Granted { id, token, page: granted.text("manage_url") }
}

fn redeem(key: &str, token: &str) -> Call {
    redeem_for(key, token, "It is back.")
}

fn redeem_for(key: &str, token: &str, text: &str) -> Call {
    Call::new("POST", "/v1/notifications").by(key).json(&json!({ "token": token, "message": { "text": text } }))
}

/// Ask, consent page, yes, message, and no second one.
async fn ask_to_sent(deployment: &mut Deployment) {
    let key = deployment.key.clone();
    let asked = ask(deployment, &key, "ada lovelace", "shirt-m").await;
    assert_eq!(optin(deployment, &key, &asked.text("id")).await["state"], "asked");
    let page = deployment.call(&Call::of_url("GET", &asked.text("consent_url"))).await;
    assert_eq!(status_and_kind(&page), (200, "text/html; charset=utf-8"));
    assert!(page.body.contains("About shirt-m"), "{}", page.body);
    let granted = deployment.call(&yes(&asked, "inbox").in_base64()).await;
    assert_eq!((granted.status.as_u16(), granted.text("state")), (200, "granted".to_owned()));
    deployment.drain().await;
    let token = optin(deployment, &key, &asked.text("id")).await["token"].as_str().unwrap().to_owned();
    let sent = deployment.call(&redeem(&key, &token)).await;
    assert_eq!(status_and_kind(&sent), (202, "application/json"), "{}", sent.body);
    deployment.drain().await;
    let notification = deployment.call(&Call::new("GET", format!("/v1/notifications/{}", sent.text("id"))).by(&key)).await;
    assert_eq!(notification.text("state"), "sent");
    let again = deployment.call(&redeem_for(&key, &token, "And socks!")).await;
    assert_eq!(status_and_kind(&again), (409, "application/problem+json"));
    assert_eq!((again.text("code"), again.text("type")), ("token-used".to_owned(), "urn:ringonce:problem:token-used".to_owned()));
}

/// What a business sees of a person, by a path and a query that were encoded.
async fn what_a_business_sees(deployment: &Deployment) {
    let eligibility = Call::new("GET", "/v1/users/ada%20lovelace/eligibility").query("topic", "shirt-m").by(&deployment.key);
    let answer = deployment.call(&eligibility).await;
    assert_eq!((answer.status.as_u16(), &answer.json()["eligible"]), (200, &json!(false)), "{}", answer.body);
    let optins = deployment.call(&Call::new("GET", "/v1/users/ada%20lovelace/optins").by(&deployment.key)).await;
    assert_eq!(optins.json()["optins"][0]["topic"], "shirt-m");
}

/// A bot that was written for Messenger: its questions and its message, at paths that end in a slash too.
async fn a_messenger_bot(deployment: &mut Deployment) {
    let key = deployment.add_quiet_business("bot").await;
    let payload = json!({ "template_type": "one_time_notif_req", "title": "Rad shirt", "payload": "p" });
    let message = json!({ "attachment": { "type": "template", "payload": payload } });
    let ask = |user: &str| json!({ "recipient": { "id": user }, "message": message });
    let call = |path: &str| Call::new("POST", path).query("access_token", &key);
    let unreachable = deployment.call(&call("/v12.0/me/messages").json(&ask("gina"))).await;
    assert_eq!((unreachable.status.as_u16(), &unreachable.json()["error"]["code"]), (400, &json!(551)), "{}", unreachable.body);
    let address = json!({ "channel": "email", "address": "gina@home.example" });
    let kept = deployment.call(&Call::new("PUT", "/v1/users/gina/address").by(&key).json(&address)).await;
    assert_eq!(kept.status, 200, "{}", kept.body);
    let asked = deployment.call(&call("/v12.0/me/messages/").json(&ask("gina"))).await;
    assert_eq!(asked.status, 200, "{}", asked.body);
    assert_eq!(deployment.call(&yes(&asked, "inbox")).await.text("state"), "granted");
    let optins = deployment.call(&Call::new("GET", "/v1/users/gina/optins").by(&key)).await;
    let token = optins.json()["optins"][0]["token"].as_str().unwrap().to_owned();
    let part = json!({ "method": "POST", "relative_url": "me/messages", "body": json!({
        "recipient": { "one_time_notif_token": token }, "message": { "text": "It is back." } }).to_string() });
    let sent = deployment.call(&call("/v12.0/").json(&json!({ "batch": [part] }))).await;
    assert_eq!((sent.status.as_u16(), &sent.json()[0]["code"]), (200, &json!(200)), "{}", sent.body);
    deployment.drain().await;
}

/// What a business says of a person: where they can be reached.
async fn an_address(deployment: &mut Deployment) {
    let address = json!({ "channel": "email", "address": "fred@home.example" });
    let kept = deployment.call(&Call::new("PUT", "/v1/users/fred/address").by(&deployment.key).json(&address)).await;
    assert_eq!((kept.status.as_u16(), &kept.json()["known"]), (200, &json!(true)), "{}", kept.body);
    let ask = json!({ "user": "fred", "topic": "brought", "title": "About it", "deliver_ask": true });
    let asked = deployment.call(&Call::new("POST", "/v1/optins").by(&deployment.key).json(&ask)).await;
    assert_eq!(asked.status, 201, "{}", asked.body);
    deployment.drain().await;
}

/// What a business sees of a topic, and that opening its message's link is counted.
async fn demand(deployment: &mut Deployment) {
    let key = deployment.key.clone();
    let granted = grant(deployment, &key, "emma", "demand", "inbox").await;
    let message = json!({ "token": granted.token, "message": { "text": "It is back.", "url": "https://shop.example/m" } });
    assert_eq!(deployment.call(&Call::new("POST", "/v1/notifications").by(&key).json(&message)).await.status, 202);
    deployment.drain().await;
    let page = deployment.call(&Call::of_url("GET", &granted.page)).await.body;
    let link = page.split("href=\"").find(|part| part.contains("/r/")).unwrap().split('"').next().unwrap().to_owned();
    let opened = deployment.call(&Call::of_url("GET", &link)).await;
    assert_eq!((opened.status.as_u16(), opened.header("location")), (302, Some("https://shop.example/m")));
    let demand = deployment.call(&Call::new("GET", "/v1/topics/demand").by(&key)).await;
    let counts = ["asked", "granted", "waiting", "sent", "opened"].map(|name| demand.json()[name].as_i64().unwrap());
    assert_eq!(counts, [1, 1, 0, 1, 1], "{}", demand.body);
    let topics = deployment.call(&Call::new("GET", "/v1/topics").by(&key)).await;
    assert!(topics.json()["topics"].as_array().unwrap().contains(&demand.json()), "{}", topics.body);
}

/// A block revokes the grant that is open; what was taken back stays so.
async fn a_block(deployment: &mut Deployment) {
    let key = deployment.key.clone();
    let open = grant(deployment, &key, "bea", "open", "inbox").await;
    let queued = grant(deployment, &key, "bea", "queued", "webhook").await;
    deployment.drain().await;
    assert_eq!(deployment.call(&redeem(&key, &queued.token)).await.status, 202);
    let page = deployment.call(&Call::of_url("GET", &open.page)).await;
    assert_eq!(status_and_kind(&page), (200, "text/html; charset=utf-8"));
    let blocked = deployment.call(&Call::of_url("POST", &format!("{}/block", open.page)).form("")).await;
    assert_eq!(blocked.status, 303, "{}", blocked.body);
    assert!(blocked.header("location").is_some() && blocked.body.is_empty());
    deployment.drain().await;
    let state = async |id: &str| optin(deployment, &key, id).await;
    let (open, queued) = (state(&open.id).await, state(&queued.id).await);
    assert_eq!((&open["state"], &open["reason"]), (&json!("revoked"), &json!("blocked")));
    // Both changes stand in one batch: whichever comes first holds the message back.
    assert!(queued["state"] == "failed" || queued["state"] == "revoked", "{queued}");
    assert_eq!(queued["reason"], "blocked");
}

/// Both sides take an opt-in back.
async fn revocations(deployment: &mut Deployment) {
    let key = deployment.key.clone();
    let by_person = grant(deployment, &key, "cleo", "by-person", "inbox").await;
    let form = format!("business=shop&optin={}", by_person.id);
    let done = deployment.call(&Call::of_url("POST", &format!("{}/revoke", by_person.page)).form(&form)).await;
    assert_eq!(done.status, 303, "{}", done.body);
    let by_business = grant(deployment, &key, "cleo", "by-business", "inbox").await;
    let done = deployment.call(&Call::new("POST", format!("/v1/optins/{}/revoke", by_business.id)).by(&key)).await;
    assert_eq!((done.status.as_u16(), done.text("reason")), (200, "by-business".to_owned()));
    assert_eq!(deployment.call(&redeem(&key, &by_person.token)).await.text("code"), "token-revoked");
    deployment.drain().await;
}

/// An erasure takes everything of a person, and the events about them that wait for their business.
async fn an_erasure(deployment: &mut Deployment) {
    let key = deployment.key.clone();
    let granted = grant(deployment, &key, "carla", "t", "inbox").await;
    deployment.drain().await;
    assert!(format!("{:?}", deployment.items().await).contains("carla"));
    let erased = deployment.call(&Call::new("DELETE", "/v1/users/carla").by(&key)).await;
    assert_eq!(status_and_kind(&erased), (202, "application/json"), "{}", erased.body);
    deployment.drain().await;
    assert!(!format!("{:?}", deployment.items().await).contains("carla"));
    let gone = deployment.call(&Call::new("GET", format!("/v1/optins/{}", granted.id)).by(&key)).await;
    assert_eq!(status_and_kind(&gone), (404, "application/problem+json"));
}

/// What cannot be handed to a webhook is parked, and the sweep takes it up; what nobody wants any more it forgets.
async fn a_sweep(deployment: &mut Deployment) {
    let (key, leaving) = (deployment.key.clone(), deployment.add_business("leaving").await);
    grant(deployment, &leaving, "dora", "t", "inbox").await;
    let message = grant(deployment, &key, "dora", "t", "webhook").await;
    assert_eq!(deployment.call(&redeem(&key, &message.token)).await.status, 202);
    deployment.drain().await;
    let parked = optin(deployment, &key, &message.id).await;
    assert_eq!((&parked["state"], &parked["reason"]), (&json!("queued"), &json!("unreachable")), "{parked}");
    drop_webhook(deployment, "leaving").await;
    let due = deployment.let_time_come().await;
    assert_eq!(deployment.sweep().await, json!({ "taken": due, "failed": 0 }));
    deployment.drain().await;
    let still = deployment.let_time_come().await;
    assert!(due >= 3 && still == due - 1, "of {due}, one event has no webhook to go to, and {still} wait again");
    assert_eq!(optin(deployment, &key, &message.id).await["state"], "queued");
}

async fn drop_webhook(deployment: &Deployment, business: &str) {
    use aws_sdk_dynamodb::types::AttributeValue::S;
    let update = deployment.engine.client.update_item().table_name(&deployment.engine.table);
    let update = update.key("pk", S(format!("B#{business}"))).key("sk", S("B".to_owned()));
    update.update_expression("REMOVE webhook").send().await.unwrap();
}

/// A release: its first page planned by the sweep, as if the worker whom the stream had brought it had died, and the rest
/// by deliver; then its next step, and its stop.
async fn a_release(deployment: &mut Deployment) {
    let key = deployment.key.clone();
    deployment.let_wait("restock", &["eve", "finn"]).await;
    let body = json!({ "message": { "text": "It is back." }, "batch": { "size": 1, "every": "1h" } });
    let started = deployment.call(&Call::new("POST", "/v1/topics/restock/releases").by(&key).json(&body)).await;
    assert_eq!(status_and_kind(&started), (202, "application/json"), "{}", started.body);
    deployment.let_time_come().await;
    assert_eq!(deployment.sweep().await["failed"], 0);
    deployment.drain().await;
    let path = format!("/v1/releases/{}", started.text("id"));
    let release = async |deployment: &Deployment| deployment.call(&Call::new("GET", &path).by(&key)).await.json();
    let first = release(deployment).await;
    assert_eq!((&first["state"], &first["step"], &first["taken"]), (&json!("running"), &json!(2), &json!(1)), "{first}");
    deployment.let_time_come().await;
    assert_eq!(deployment.sweep().await["failed"], 0);
    deployment.drain().await;
    let second = release(deployment).await;
    assert_eq!((&second["step"], &second["taken"]), (&json!(3), &json!(2)), "{second}");
    let listed = deployment.call(&Call::new("GET", "/v1/releases").by(&key)).await;
    assert_eq!(listed.json()["releases"].as_array().unwrap().len(), 1);
    let stopped = deployment.call(&Call::new("DELETE", &path).by(&key)).await;
    assert_eq!((stopped.status.as_u16(), stopped.text("state")), (200, "stopped".to_owned()), "{}", stopped.body);
    deployment.drain().await;
}

/// A night: the sweep reads the whole table, and carries through a block of long ago that the stream has missed.
async fn a_reconcile(deployment: &mut Deployment) {
    use aws_sdk_dynamodb::types::AttributeValue::N;
    let key = deployment.key.clone();
    let open = grant(deployment, &key, "gus", "t", "inbox").await;
    deployment.drain().await;
    let person = ringonce_memory::fixture::subject_of(&ringonce_memory::fixture::keys(), "gus", "t").address.person.to_text();
    let items = deployment.items().await;
    let gus = items.iter().find(|item| format!("{:?}", item["pk"]).contains(&person) && format!("{:?}", item["sk"]) == "S(\"P\")").unwrap();
    let update = deployment.engine.client.update_item().table_name(&deployment.engine.table);
    let update = update.key("pk", gus["pk"].clone()).key("sk", gus["sk"].clone()).update_expression("SET blocked_at = :past");
    update.expression_attribute_values(":past", N("1".to_owned())).send().await.unwrap();
    // The stream loses that.
    while !deployment.records().is_empty() {}
    assert_eq!(deployment.begin_reconcile().await["failed"], 0);
    let mut sweeps = 0;
    while deployment.items().await.iter().any(|item| format!("{:?}", item["pk"]).contains("X#") && item.contains_key("due")) {
        assert_eq!(deployment.sweep().await["failed"], 0);
        sweeps += 1;
        assert!(sweeps < 20, "it does not come to its end");
    }
    deployment.drain().await;
    let revoked = optin(deployment, &key, &open.id).await;
    assert_eq!((&revoked["state"], &revoked["reason"]), (&json!("revoked"), &json!("blocked")), "{revoked}");
}

/// What the staff of a business looks at, and sends again what its webhook, gone since, has missed.
async fn a_console(deployment: &mut Deployment) {
    let key = deployment.key.clone();
    let waits = grant(deployment, &key, "hal", "waited-for", "inbox").await;
    deployment.drain().await;
    let person = ringonce_memory::fixture::subject_of(&ringonce_memory::fixture::keys(), "hal", "t").address.person;
    let store = deployment.engine.store.clone();
    let business = store.business(&ringonce_memory::fixture::business()).await.unwrap().unwrap();
    let event = Event { id: "evt_missed_1".to_owned(), body: r#"{"type":"optin.granted","timestamp":"2026-01-01T00:00:00Z"}"#.to_owned() };
    let now = Timestamp::from_millis(1_767_225_600_000);
    let missed = ParkedEvent { person, business: business.id.clone(), event, asked_at: now, parked_at: now, attempts: 9, due_at: None };
    store.park(&missed).await.unwrap();
    let seen = store.webhook_health(&business.id).await.unwrap();
    let gone = WebhookHealth::standing(seen.clone(), &business.webhook.unwrap().url).after(Heard::Gone, now).unwrap();
    let gone = WebhookHealth { revision: Some(Revision([9; 16])), ..gone };
    assert!(store.set_webhook_health(&business.id, seen.and_then(|seen| seen.revision), &gone).await.unwrap());
    let calls = [
        Call::new("GET", "/console"),
        Call::new("GET", "/console/console.js"),
        Call::new("GET", "/openapi.json"),
        Call::new("GET", "/v1/business").by(&key),
        Call::new("GET", "/v1/days").by(&key),
        Call::new("GET", "/v1/topics/waited-for/waiting").by(&key),
        Call::new("POST", "/v1/tokens/find").by(&key).json(&json!({ "token": waits.token })),
        Call::new("GET", "/v1/users/hal/export").by(&key),
        Call::new("POST", "/v1/webhook/test").by(&key),
        Call::new("POST", "/v1/webhook/enable").by(&key),
        Call::new("POST", "/v1/webhook/replay").by(&key).json(&json!({})),
    ];
    for call in &calls {
        let answer = deployment.call(call).await;
        assert_eq!((call.function(), answer.status.as_u16()), ("console", 200), "{}", answer.body);
    }
    let again = store.parked(person, &missed.event.id).await.unwrap().unwrap();
    assert!(again.due_at.is_some(), "{again:?}");
    deployment.drain().await;
}

async fn everything(payload: Payload) -> Deployment {
    let mut deployment = Deployment::start(payload).await;
    assert_eq!(deployment.sweep().await, json!({ "taken": 0, "failed": 0 }));
    ask_to_sent(&mut deployment).await;
    what_a_business_sees(&deployment).await;
    an_address(&mut deployment).await;
    a_messenger_bot(&mut deployment).await;
    demand(&mut deployment).await;
    a_block(&mut deployment).await;
    revocations(&mut deployment).await;
    an_erasure(&mut deployment).await;
    a_sweep(&mut deployment).await;
    a_release(&mut deployment).await;
    a_reconcile(&mut deployment).await;
    a_console(&mut deployment).await;
    metrics::are_what_was_counted(&deployment).await;
    deployment.assert_sound();
    deployment
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lifecycle_runs_through_the_packages_behind_an_http_api_within_their_roles() {
    if runs_here() {
        let deployment = everything(Payload::V2).await;
        assert_eq!(deployment.gatekeeper.unused(), [""; 0], "granted, and never used");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lifecycle_runs_through_the_packages_behind_a_rest_api_within_their_roles() {
    if runs_here() {
        everything(Payload::V1).await;
    }
}

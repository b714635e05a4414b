//! What an erasure leaves: nothing of the person, whatever comes late, and the block.

use std::sync::Arc;
use std::time::Duration;

use ringonce_tests::http::{self, Answer};
use ringonce_tests::postman::Postman;
use ringonce_tests::receiver::Behaviour::Status;
use ringonce_tests::world::World;
use serde_json::{Value, json};

const USER: &str = "ada lovelace";
/// What may be left nowhere: the person's id, addresses and links to them, what was asked, answered and sent.
const TRACES: [&str; 11] = [
    USER,
    "ada@home.example",
    "ada@typed.example",
    "The message of",
    "A payload",
    "About ",
    "text_version",
    "consent",
    "ro_tok_",
    "sealed",
    "evt_",
];

async fn form(url: &str, body: &'static str) -> Answer {
    http::send("POST", url, &[("content-type", "application/x-www-form-urlencoded"), ("sec-fetch-site", "same-origin")], body).await
}

/// Asks about a topic, with a payload.
async fn ask(world: &World, topic: &str) -> Answer {
    let body = json!({ "user": USER, "topic": topic, "title": format!("About {topic}"), "payload": "A payload" });
    let asked = world.call("POST", "/v1/optins", body).await;
    assert_eq!(asked.status, 201, "{}", asked.body);
    asked
}

async fn redeem(world: &World, asked: &Answer) {
    let token = world.optin(&asked.text("id")).await["token"].as_str().unwrap().to_owned();
    assert_eq!(world.notify(&token, "The message of a token").await.status, 202);
}

/// Opt-ins of one person in every way that leaves something, and each link that is still out.
async fn live(world: &World, postman: &Postman) -> Vec<String> {
    let address = json!({ "channel": "email", "address": "ada@home.example" });
    assert_eq!(world.call("PUT", "/v1/users/ada%20lovelace/address", address).await.status, 200);
    // On our page, whose words are kept as evidence: typed, confirmed, sent.
    let typed = ask(world, "typed").await;
    let yes = "answer=grant&channel=email&address=ada%40typed.example&lang=en";
    assert_eq!(form(&typed.text("consent_url"), yes).await.status, 200);
    world.drain().await;
    let confirm = postman.last_link(&format!("{}/v/", world.api));
    assert_eq!(form(&confirm, "lang=en").await.status, 200);
    world.drain().await;
    redeem(world, &typed).await;
    world.drain().await;
    // Given back and replaced; parked; waiting; and one that nobody has answered.
    let (parked, waiting, open) = (ask(world, "parked").await, ask(world, "waiting").await, ask(world, "open").await);
    for (asked, channel) in [(&parked, "webhook"), (&waiting, "inbox")] {
        assert_eq!(world.answer(asked, json!({ "answer": "grant", "channel": channel })).await.status, 200);
    }
    world.receiver.plan(|_| Some(Status(503)));
    redeem(world, &parked).await;
    world.drain().await;
    let mut links: Vec<_> = [&typed, &parked, &waiting, &open].map(|asked| asked.text("consent_url")).into();
    links.push(confirm);
    links
}

async fn traces(world: &World) -> Vec<&'static str> {
    let items = world.items().await.join("\n");
    TRACES.into_iter().filter(|trace| items.contains(trace)).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_erased_person_is_nowhere_in_the_table_whatever_comes_late() {
    let postman = Arc::<Postman>::default();
    let world = World::reaching(postman.providers()).await;
    let links = live(&world, &postman).await;
    let page = world.answer(&ask(&world, "page").await, json!({ "answer": "grant", "channel": "inbox" })).await.text("manage_url");
    world.drain().await;
    assert!(traces(&world).await.len() >= 6, "there is something to erase: {:?}", traces(&world).await);
    assert_eq!(form(&format!("{page}/block"), "business=shop").await.status, 303);
    world.drain().await;
    world.pass(Duration::from_secs(1));
    assert_eq!(world.call("DELETE", "/v1/users/ada%20lovelace", Value::Null).await.status, 202);
    world.drain().await;
    assert_eq!(traces(&world).await, [""; 0], "a moment after the erasure");

    for link in &links {
        let late = http::send("POST", link, &[("content-type", "application/json")], json!({ "answer": "grant" }).to_string()).await;
        assert!(late.status.is_client_error(), "{link}: {}", late.status);
    }
    world.bring_all_again().await;
    assert_eq!(traces(&world).await, [""; 0], "after every live link and every late image");
    world.receiver.plan(|_| None);
    let before = (world.receiver.received().len(), postman.mails().len());
    for _ in 0..26 {
        world.pass(Duration::from_secs(3_600));
        world.sweep().await;
    }
    assert_eq!(traces(&world).await, [""; 0], "after every retry of a day");
    assert_eq!((world.receiver.received().len(), postman.mails().len()), before, "and nobody was told anything more");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_block_outlasts_an_erasure_and_so_do_the_caps() {
    let world = World::start().await;
    let asked = ask(&world, "t").await;
    let page = world.answer(&asked, json!({ "answer": "grant", "channel": "inbox" })).await.text("manage_url");
    assert_eq!(form(&format!("{page}/block"), "business=shop").await.status, 303);
    world.pass(Duration::from_secs(1));
    assert_eq!(world.call("DELETE", "/v1/users/ada%20lovelace", Value::Null).await.status, 202);
    world.drain().await;
    let refused = async || {
        let answer = world.ask(USER, "t").await;
        (answer.status.as_u16(), answer.text("code"))
    };
    assert_eq!(refused().await, (403, "person-blocked".to_owned()));
    let export = world.call("GET", "/v1/users/ada%20lovelace/export", Value::Null).await.json();
    assert!(export["blocked_at"].is_string() && export["optins"] == json!([]), "{export}");
    assert_eq!(form(&format!("{page}/unblock"), "business=shop").await.status, 303);
    assert_eq!(refused().await, (429, "already-asked".to_owned()), "an erasure opens no cap");
    world.pass(Duration::from_secs(61));
    assert_eq!(world.ask(USER, "t").await.status, 201, "and keeps none shut");
}

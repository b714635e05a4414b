//! `Idempotency-Key`: the same call runs once and is answered as before; another body under the same key is refused.

use std::time::Duration;

use ringonce_tests::receiver::Behaviour::Status;
use ringonce_tests::world::World;
use serde_json::json;

#[tokio::test(flavor = "multi_thread")]
async fn an_ask_repeated_under_its_key_is_the_first_ask() {
    let world = World::start().await;
    let body = json!({ "user": "ada", "topic": "t", "title": "T" });
    let key = [("idempotency-key", "order-17")];
    let first = world.call_with("POST", "/v1/optins", &key, body.clone()).await;
    world.pass(Duration::from_secs(5));
    let again = world.call_with("POST", "/v1/optins", &key, body.clone()).await;
    assert_eq!((again.status, &again.body), (first.status, &first.body), "to the letter, the link included");
    let other = world.call_with("POST", "/v1/optins", &key, json!({ "user": "ada", "topic": "u", "title": "T" })).await;
    assert_eq!((other.status.as_u16(), other.text("code")), (422, "idempotency-key-reused".to_owned()));
    let elsewhere = world.call_with("POST", "/v1/optins", &key, json!({ "user": "bea", "topic": "t", "title": "T" })).await;
    assert_eq!(elsewhere.status, 201, "a key's scope is the addressed person");
    let unnamed = world.call("POST", "/v1/optins", body).await;
    assert_eq!(unnamed.text("code"), "already-asked");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_repeated_under_its_key_is_the_first_message() {
    let world = World::start().await;
    let (_, token) = world.grant("ada", "t", "webhook").await;
    let body = json!({ "token": token, "message": { "text": "x" } });
    let key = [("idempotency-key", "order-17")];
    let first = world.call_with("POST", "/v1/notifications", &key, body.clone()).await;
    world.drain().await;
    let again = world.call_with("POST", "/v1/notifications", &key, body.clone()).await;
    assert_eq!((again.status.as_u16(), again.text("id"), again.text("state")), (202, first.text("id"), "sent".to_owned()));
    assert_eq!(again.header("idempotency-replayed"), Some("true"));
    let other = world.call_with("POST", "/v1/notifications", &key, json!({ "token": token, "message": { "text": "y" } })).await;
    assert_eq!((other.status.as_u16(), other.text("code")), (422, "idempotency-key-reused".to_owned()));
    let stranger = world.call_with("POST", "/v1/notifications", &[("idempotency-key", "order-18")], body).await;
    assert_eq!((stranger.status.as_u16(), stranger.text("code")), (409, "token-used".to_owned()), "another name is another call");
    assert_eq!(world.receiver.of_kind("notification.deliver").len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_key_the_same_message_gets_the_first_answer_while_it_stands() {
    let world = World::start().await;
    let (id, token) = world.grant("ada", "t", "webhook").await;
    let first = world.notify(&token, "x").await;
    let again = world.notify(&token, "x").await;
    assert_eq!((again.status.as_u16(), again.text("id")), (202, first.text("id")));
    world.drain().await;
    assert_eq!(world.notify(&token, "y").await.status, 409);
    assert_eq!(world.state(&id).await.0, "sent");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_named_call_whose_message_came_back_is_not_sent_again_by_its_repeat() {
    let world = World::start().await;
    let (id, token) = world.grant("ada", "t", "webhook").await;
    world.receiver.behave(&[Status(400)]);
    let body = json!({ "token": token, "message": { "text": "x" } });
    let key = [("idempotency-key", "order-17")];
    world.call_with("POST", "/v1/notifications", &key, body.clone()).await;
    world.drain().await;
    assert_eq!(world.state(&id).await, ("granted".to_owned(), "refused".to_owned()));
    let repeat = world.call_with("POST", "/v1/notifications", &key, body.clone()).await;
    assert_eq!((repeat.status.as_u16(), repeat.text("state")), (202, "returned".to_owned()), "it tells that the token is whole again");
    world.drain().await;
    assert_eq!(world.receiver.of_kind("notification.deliver").len(), 1);
    let anew = world.call_with("POST", "/v1/notifications", &[("idempotency-key", "order-17b")], body).await;
    assert_eq!(anew.text("state"), "queued");
    // Named calls are remembered however many redemptions came after them.
    world.receiver.behave(&[Status(400)]);
    world.drain().await;
    assert_eq!(world.state(&id).await.0, "granted");
    let late = world.call_with("POST", "/v1/notifications", &key, json!({ "token": token, "message": { "text": "x" } })).await;
    assert_eq!((late.text("id"), late.text("state")), (repeat.text("id"), "returned".to_owned()));
    let reused = world.call_with("POST", "/v1/notifications", &key, json!({ "token": token, "message": { "text": "y" } })).await;
    assert_eq!((reused.status.as_u16(), reused.text("code")), (422, "idempotency-key-reused".to_owned()));
    world.drain().await;
    assert_eq!(world.receiver.of_kind("notification.deliver").len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_repeated_by_nature_is_answered_alike() {
    let world = World::start().await;
    let asked = world.ask("ada", "t").await;
    let first = world.answer(&asked, json!({ "answer": "grant" })).await;
    let again = world.answer(&asked, json!({ "answer": "grant" })).await;
    assert_eq!((again.status, again.body), (first.status, first.body));
    let revoke = format!("/v1/optins/{}/revoke", asked.text("id"));
    let first = world.call("POST", &revoke, json!(null)).await;
    let again = world.call("POST", &revoke, json!(null)).await;
    assert_eq!((first.status.as_u16(), &again.body), (200, &first.body));
    for _ in 0..2 {
        assert_eq!(world.call("DELETE", "/v1/users/ada", json!(null)).await.status, 202);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_used_again_for_a_later_ask_makes_another_opt_in_with_another_token() {
    let world = World::start().await;
    let key = [("idempotency-key", "ada:t")];
    let ask = async || world.call_with("POST", "/v1/optins", &key, json!({ "user": "ada", "topic": "t", "title": "T" })).await;
    let first = ask().await;
    world.answer(&first, json!({ "answer": "grant", "channel": "webhook" })).await;
    let token = world.optin(&first.text("id")).await["token"].as_str().unwrap().to_owned();
    world.notify(&token, "x").await;
    world.drain().await;
    // Ten later asks push the first one out of what is remembered.
    for number in 0..10 {
        world.pass(Duration::from_secs(61));
        assert_eq!(world.ask("ada", &format!("other-{number}")).await.status, 201);
    }
    world.pass(Duration::from_secs(61));
    let second = ask().await;
    assert_ne!(second.text("id"), first.text("id"));
    world.answer(&second, json!({ "answer": "grant", "channel": "webhook" })).await;
    world.drain().await;
    assert_eq!(world.notify(&token, "y").await.text("code"), "token-used", "the old token stays used");
    assert_eq!(world.receiver.of_kind("optin.granted").len(), 2);
    assert_eq!(world.state(&first.text("id")).await.0, "sent");
    assert_eq!(world.state(&second.text("id")).await.0, "granted");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_erasure_repeated_under_its_key_erases_nothing_new() {
    let world = World::start().await;
    let body = json!({ "user": "ada", "topic": "t", "title": "T" });
    let natural = [("idempotency-key", "ada:t")];
    assert_eq!(world.call_with("POST", "/v1/optins", &natural, body.clone()).await.status, 201);
    let key = [("idempotency-key", "gdpr-1")];
    let first = world.call_with("DELETE", "/v1/users/ada", &key, json!(null)).await;
    world.drain().await;
    world.pass(Duration::from_secs(61));
    let erased = world.call_with("POST", "/v1/optins", &natural, body).await;
    assert_eq!(erased.text("code"), "idempotency-key-reused", "its link is erased: it cannot be answered as it was");
    let (id, _) = world.grant("ada", "t", "inbox").await;
    let again = world.call_with("DELETE", "/v1/users/ada", &key, json!(null)).await;
    assert_eq!((again.status, again.text("erased_at")), (first.status, first.text("erased_at")));
    world.drain().await;
    assert_eq!(world.state(&id).await.0, "granted");
}

#[tokio::test(flavor = "multi_thread")]
async fn numbers_in_data_come_back_as_they_were_accepted() {
    let world = World::start().await;
    let (id, token) = world.grant("ada", "t", "webhook").await;
    let numbers: Vec<f64> = (0..180).map(|n| 3.472_595_206_506_69e-31 * f64::from(n + 1)).collect();
    let data = json!({ "n": numbers });
    assert!(data.to_string().len() <= 4_096, "{}", data.to_string().len());
    let sent = world.call("POST", "/v1/notifications", json!({ "token": token, "message": { "text": "x", "data": data } })).await;
    assert_eq!(sent.status, 202, "{}", sent.body);
    world.drain().await;
    assert_eq!(world.state(&id).await.0, "sent");
    assert_eq!(world.receiver.of_kind("notification.deliver")[0].json["data"]["message"]["data"], data);
}

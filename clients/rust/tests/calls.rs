//! Calls over real connections, against a server whose answers are laid down.

mod server;

use std::time::{Duration, Instant};

use ringonce_client::types::{Ask, Channel, Message, NewRelease, Notify, Order, Reason, Replay, State};
use ringonce_client::{Client, Error, Timestamp, Token};
use tokio::net::TcpListener;

use crate::server::{Server, Turn, ok, problem};

const ASKED: &str =
    r#"{"id":"o1","state":"asked","consent_url":"https://n.example/c/x","expires_at":"2026-12-05T07:00:00Z","later":{"x":1}}"#;

fn ask() -> Ask {
    Ask { deliver_ask: true, ..Ask::new("ada", "shirt-m", "Rad shirt, M") }
}

#[tokio::test]
async fn a_call_is_tried_again_under_one_key_where_that_can_help() {
    let turns = vec![
        problem(503, "unavailable", "retry-after: 1\r\n"),
        Turn::Break,
        problem(429, "limit-reached", "retry-after: 0\r\n"),
        ok(ASKED),
    ];
    let server = Server::start(turns).await;
    let begun = Instant::now();
    let asked = server.client().ask(&ask()).await.expect("an answer at last");
    assert_eq!((asked.id.as_str(), asked.state, asked.expires_at), ("o1", State::Asked, "2026-12-05T07:00:00Z".parse().expect("a time")));
    assert!(begun.elapsed() >= Duration::from_secs(1), "as Retry-After says");
    let came = server.came();
    assert_eq!(came.len(), 4);
    let keys: Vec<_> = came.iter().map(|call| call.header("idempotency-key").map(str::to_owned)).collect();
    assert!(keys[0].as_ref().is_some_and(|key| key.len() == 32) && keys.iter().all(|key| *key == keys[0]), "{keys:?}");
    assert_eq!(came[0].line, "POST /v1/optins HTTP/1.1");
    assert_eq!(came[0].header("authorization"), Some("Bearer ro_sk_secret"));
    assert_eq!(came[3].body, r#"{"user":"ada","topic":"shirt-m","title":"Rad shirt, M","deliver_ask":true}"#);
}

#[tokio::test]
async fn each_call_has_a_key_of_its_own_or_the_one_that_was_named() {
    let server = Server::start(vec![ok(ASKED), ok(ASKED), ok(ASKED), ok(r#"{"topics":[]}"#)]).await;
    let client = server.client();
    for client in [&client, &client, &client.under("restock-7").expect("a key")] {
        client.ask(&ask()).await.expect("an answer");
    }
    client.topics(Some("shirt"), None, Some(5)).await.expect("an answer");
    let keys: Vec<_> = server.came().iter().map(|call| call.header("idempotency-key").map(str::to_owned)).collect();
    assert_ne!(keys[0], keys[1]);
    assert_eq!((keys[2].as_deref(), &keys[3]), (Some("restock-7"), &None), "what changes nothing needs none");
    assert_eq!(server.came()[3].line, "GET /v1/topics?prefix=shirt&limit=5 HTTP/1.1");
}

#[tokio::test]
async fn what_another_try_will_not_mend_is_told_at_once_with_its_problem() {
    let server = Server::start(vec![
        problem(429, "cap-reached", "retry-after: 86400\r\n"),
        problem(409, "token-used", ""),
        problem(500, "internal", ""),
    ])
    .await;
    let client = server.client();
    let capped = client.ask(&ask()).await.expect_err("a refusal");
    let told = capped.problem().map(|problem| (problem.status, problem.retry_after, problem.request_id.as_str(), problem.detail.as_str()));
    assert!(capped.is_refusal() && capped.code() == Some("cap-reached") && told == Some((429, Some(7), "r1", "D.")), "{capped}");
    let used = client.notify(&Notify::now("ro_tok_x", Message::text("x"))).await.expect_err("a refusal");
    assert_eq!(used.to_string(), "T (token-used): D.");
    let internal = client.business().await.expect_err("a failure");
    assert!(!internal.is_refusal() && internal.code() == Some("internal"));
    assert_eq!(server.came().len(), 3);
}

#[tokio::test]
async fn no_connection_and_no_answer_in_time_are_told_apart_after_as_many_tries_as_were_set() {
    let free = TcpListener::bind("127.0.0.1:0").await.expect("a port").local_addr().expect("an address");
    let nobody = Client::builder(&format!("http://{free}"), "ro_sk_x").tries(2).build().expect("a client");
    let unreachable = nobody.business().await.expect_err("no answer");
    assert!(matches!(&unreachable, Error::Unreachable { cause, .. } if cause.contains("refused")), "{unreachable}");
    let server = Server::start(vec![Turn::Hang, Turn::Hang]).await;
    let slow = server.builder().tries(2).timeout(Duration::from_millis(100)).build().expect("a client");
    assert!(matches!(slow.business().await, Err(Error::TimedOut { .. })));
    assert_eq!(server.came().len(), 2);
    let server = Server::start(vec![Turn::Answer(502, "", "<html>".to_owned()), Turn::Answer(200, "", "<html>".to_owned())]).await;
    let once = server.builder().tries(1).build().expect("a client");
    assert_eq!(once.business().await.err().as_ref().and_then(Error::code), Some("http-502"));
    assert!(matches!(once.business().await, Err(Error::Unreadable { status: 200, .. })));
}

const OPTIN: &str = r#"{"id":"o1","state":"enlightened","reason":"by-magic","channel":"pigeon","token":"ro_tok_secret","asked_at":"2026-11-28T07:00:00Z",
    "expires_at":"2026-12-05T07:00:00Z","timeline":[{"state":"granted","at":"2026-11-28T07:00:01.5Z","mood":"good"}],"new":true}"#;
const RELEASE: &str = r#"{"id":"r1","topic":"t","state":"running","message":{"text":"x"},"order":"oldest","step":1,"taken":3,"failed":{"gone":1},
    "created_at":"2026-11-28T07:00:00Z"}"#;

#[tokio::test]
async fn words_and_fields_of_a_later_api_do_no_harm_and_secrets_are_not_shown() {
    let server = Server::start(vec![ok(OPTIN)]).await;
    let optin = server.client().optin("o1").await.expect("an opt-in");
    assert_eq!(
        (&optin.state, optin.reason.as_ref()),
        (&State::Other("enlightened".to_owned()), Some(&Reason::Other("by-magic".to_owned())))
    );
    assert_eq!(optin.channel, Some(Channel::Other("pigeon".to_owned())));
    assert_eq!(optin.token.as_ref().map(Token::reveal), Some("ro_tok_secret"));
    assert!(!format!("{optin:?}").contains("secret"));
    let written = serde_json::to_value(&optin).expect("JSON");
    assert_eq!((&written["state"], &written["timeline"][0]["at"]), (&"enlightened".into(), &"2026-11-28T07:00:01.5Z".into()));
}

#[tokio::test]
async fn every_call_has_its_method_and_path() {
    let notification = r#"{"id":"n1","optin":"o1","state":"scheduled"}"#;
    let health = r#"{"url":"https://s.example","state":"healthy"}"#;
    let (at, token): (Timestamp, _) = ("2026-12-24T18:00:00Z".parse().expect("a time"), Token::from("ro_tok_x"));
    let started = r#"{"id":"r1","state":"running"}"#;
    let page = r#"{"found":1,"made_due":1,"under_way":0,"next":"p2"}"#;
    let waiting = r#"{"topic":"a b","waiting":1,"order":"newest","next":[],"cost":{"people":1,"write_units":2.5,"dollars":0.1}}"#;
    let export = r#"{"user":"ada","optins":[{"id":"o1","state":"sent","asked_at":"2026-11-28T07:00:00Z","expires_at":"2026-11-28T07:00:00Z","address":"a@b.example"}]}"#;
    let bodies = [
        OPTIN,
        OPTIN,
        notification,
        notification,
        notification,
        started,
        r#"{"releases":[]}"#,
        RELEASE,
        RELEASE,
        r#"{"topic":"a b"}"#,
        waiting,
        r#"{"id":"shop","name":"Shop","topic_window":"7d"}"#,
        r#"{"from":"2026-11-01","to":"2026-11-02"}"#,
        r#"{"eligible":true,"blocked":false}"#,
        r#"{"optins":[]}"#,
        export,
        export,
        r#"{"erased_at":"2026-11-28T07:00:00Z"}"#,
        r#"{"channel":"email","known":false,"kept_at":"2026-11-28T07:00:00Z"}"#,
        health,
        health,
        r#"{"url":"u","event":"e","verdict":"accepted"}"#,
        page,
    ];
    let server = Server::start(bodies.iter().map(|body| ok(body)).collect()).await;
    let client = server.client();
    call_all(&client, &token, at).await.expect("an answer to each");
    let lines: Vec<_> = server.came().iter().map(|call| call.line.trim_end_matches(" HTTP/1.1").to_owned()).collect();
    assert_eq!(
        lines,
        [
            "POST /v1/tokens/find",
            "POST /v1/optins/o1/revoke",
            "GET /v1/notifications/n1",
            "PATCH /v1/notifications/n1",
            "DELETE /v1/notifications/n1",
            "POST /v1/topics/a%20b/releases",
            "GET /v1/releases?before=b",
            "GET /v1/releases/r1",
            "DELETE /v1/releases/r1",
            "GET /v1/topics/a%20b",
            "GET /v1/topics/a%20b/waiting?limit=10&people=40&order=newest",
            "GET /v1/business",
            "GET /v1/days?from=2026-11-01&to=2026-11-02",
            "GET /v1/users/ada%2F1/eligibility?topic=a%20b",
            "GET /v1/users/ada%2F1/optins",
            "GET /v1/users/ada%2F1/export",
            "GET /v1/users/ada%2F1/export",
            "DELETE /v1/users/ada%2F1",
            "PUT /v1/users/ada%2F1/address",
            "GET /v1/webhook",
            "POST /v1/webhook/enable",
            "POST /v1/webhook/test",
            "POST /v1/webhook/replay",
        ]
    );
    let keyed = server.came().iter().filter(|call| call.header("idempotency-key").is_some()).count();
    assert_eq!(keyed, 10, "what changes something");
    assert_eq!(
        (server.came()[0].body.as_str(), server.came()[3].body.as_str()),
        (r#"{"token":"ro_tok_x"}"#, r#"{"send_at":"2026-12-24T18:00:00Z"}"#)
    );
    assert_eq!(server.came()[18].body, r#"{"address":null,"channel":"email"}"#);
}

async fn call_all(client: &Client, token: &Token, at: Timestamp) -> Result<(), Error> {
    client.find(token).await?;
    client.revoke("o1").await?;
    client.notification("n1").await?;
    client.reschedule("n1", at).await?;
    client.cancel("n1").await?;
    client.start_release("a b", &NewRelease { limit: Some(40), ..NewRelease::of(Message::text("x")) }).await?;
    client.releases(Some("b")).await?;
    client.release("r1").await?;
    client.stop_release("r1").await?;
    client.topic("a b").await?;
    assert!((client.waiting("a b", &Order::Newest, 10, Some(40)).await?.cost.write_units - 2.5).abs() < f64::EPSILON);
    client.business().await?;
    client.days(Some("2026-11-01"), Some("2026-11-02")).await?;
    client.eligibility("ada/1", "a b").await?;
    client.optins_of("ada/1").await?;
    let export = client.export("ada/1").await?;
    assert!(export.optins[0].address.as_deref() == Some("a@b.example") && !format!("{export:?}").contains("a@b"));
    client.export_json("ada/1").await?;
    client.erase("ada/1").await?;
    client.put_address("ada/1", &Channel::Email, None).await?;
    client.webhook().await?;
    client.enable_webhook().await?;
    client.test_webhook().await?;
    assert_eq!(client.replay_webhook(&Replay::default()).await?.next.as_deref(), Some("p2"));
    Ok(())
}

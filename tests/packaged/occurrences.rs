//! Schedules of the user's own, before the packaged program.

use serde_json::{Value, json};

use crate::deployment::Deployment;
use crate::events::{self, Call, Payload};
use crate::lifecycle::{grant, optin};
use ringonce_tests::lambda::package::runs_here;

#[tokio::test(flavor = "multi_thread")]
async fn a_recorded_event_of_scheduler_starts_one_release_within_the_functions_role() {
    if !runs_here() {
        return;
    }
    let mut deployment = Deployment::start(Payload::V2).await;
    deployment.let_wait("shirt-m", &["eve", "finn"]).await;
    let started = deployment.occur(events::occurrence()).await.unwrap();
    assert_eq!(started["state"], "running", "{started}");
    deployment.drain().await;
    let again = deployment.occur(events::occurrence()).await.unwrap();
    assert_eq!(again["id"], started["id"]);
    deployment.drain().await;
    let listed = deployment.call(&Call::new("GET", "/v1/releases").by(&deployment.key)).await.json();
    assert_eq!((listed["releases"].as_array().unwrap().len(), &listed["releases"][0]["taken"]), (1, &json!(2)), "{listed}");
    deployment.assert_sound();
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_schedule_is_refused_fails_the_invocation_by_its_slug_and_no_token_or_text_is_logged() {
    if !runs_here() {
        return;
    }
    let mut deployment = Deployment::start(Payload::V2).await;
    let key = deployment.key.clone();
    let granted = grant(&deployment, &key, "ada", "t", "inbox").await;
    let send = |text: Value| json!({ "ringonce": "send", "business": "shop", "execution": "x", "token": granted.token, "message": text });
    let sent = deployment.occur(send(json!({ "text": "Dear Ada" }))).await.unwrap();
    assert_eq!(sent["state"], "queued", "{sent}");
    deployment.drain().await;
    assert_eq!(optin(&deployment, &key, &granted.id).await["state"], "sent");
    for (input, slug) in [
        (send(json!({ "text": "Dear Eve" })), "idempotency-key-reused"),
        (send(json!("Dear Eve")), "invalid-field"),
        (json!({ "business": "shop", "token": granted.token }), "invalid-field"),
        (json!([granted.token]), "malformed-body"),
    ] {
        let error = deployment.occur(input.clone()).await.expect_err(slug);
        assert_eq!(error["errorType"], slug, "{input}: {error}");
        assert!(error["errorMessage"].as_str().is_some_and(|message| message.len() > 10), "{error}");
    }
    let logged = deployment.logged("send-notification");
    assert!(logged.contains("idempotency-key-reused"), "{logged}");
    assert!(!logged.contains(&granted.token) && !logged.contains("Dear"), "{logged}");
    deployment.assert_sound();
}

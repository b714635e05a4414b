//! What goes wrong in front of the packaged programs.

use std::time::{SystemTime, UNIX_EPOCH};

use serde_json::{Value, json};

use crate::deployment::Deployment;
use crate::events::{self, Call, Payload};
use crate::gatekeeper::Roles;
use crate::lifecycle::{ask, status_and_kind};
use crate::permissions::Permission;
use ringonce_tests::lambda::package::runs_here;

#[tokio::test(flavor = "multi_thread")]
async fn a_body_that_is_no_base64_is_refused_and_the_same_process_answers_the_next_call() {
    if !runs_here() {
        return;
    }
    for payload in [Payload::V2, Payload::V1] {
        let mut deployment = Deployment::start(payload).await;
        let key = deployment.key.clone();
        let link = ask(&deployment, &key, "ada", "before").await.text("consent_url");
        let calls =
            [Call::new("POST", "/v1/optins").by(&key), Call::of_url("POST", &link), Call::new("POST", "/v1/notifications").by(&key)];
        for call in calls {
            let call = call.json(&json!({})).in_broken_base64();
            let refused = deployment.call(&call).await;
            assert_eq!(status_and_kind(&refused), (400, "application/problem+json"), "{}", refused.body);
            assert_eq!(refused.text("code"), "malformed-body");
            let next = deployment.call_of(call.function(), &Call::new("GET", "/elsewhere")).await;
            assert_eq!(next.status, 404, "{}", next.body);
        }
        ask(&deployment, &key, "ada", "after").await;
        deployment.assert_sound();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unknown_path_is_answered_with_a_problem_by_every_function() {
    if !runs_here() {
        return;
    }
    for payload in [Payload::V2, Payload::V1] {
        let mut deployment = Deployment::start(payload).await;
        for function in ["request-optin", "grant-token", "send-notification", "console", "messenger-api"] {
            let call = Call::new("GET", "/elsewhere").header("content-type", "application/json");
            let answer = deployment.call_of(function, &call).await;
            assert_eq!(status_and_kind(&answer), (404, "application/problem+json"), "{function}: {}", answer.body);
            assert_eq!((answer.text("code"), answer.text("request_id").len()), ("not-found".to_owned(), 32), "{function}");
        }
        deployment.assert_sound();
    }
}

/// A change of an opt-in that no version of this program has written.
fn unreadable(number: &str, seconds: u64) -> Value {
    let keys = json!({ "pk": { "S": "P#AAAA" }, "sk": { "S": "O#AAAA" } });
    let mut image = keys.clone();
    image["state"] = json!({ "S": "of-another-kind" });
    let change = json!({
        "ApproximateCreationDateTime": seconds, "Keys": keys, "NewImage": image,
        "SequenceNumber": number, "SizeBytes": 64, "StreamViewType": "NEW_AND_OLD_IMAGES"
    });
    events::record(number, "INSERT", change)
}

#[tokio::test(flavor = "multi_thread")]
async fn of_a_batch_only_the_change_that_cannot_be_read_is_to_be_brought_again() {
    if !runs_here() {
        return;
    }
    let mut deployment = Deployment::start(Payload::V2).await;
    ask(&deployment, &deployment.key, "ada", "t").await;
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
    let good = deployment.records();
    assert!(!good.is_empty());
    let foreign = events::foreign_records();
    assert_eq!(deployment.deliver(&[good.clone(), foreign.clone()].concat()).await, json!({ "batchItemFailures": [] }));
    let batch = [good, vec![unreadable("4421584500000000017450439093", now)], foreign].concat();
    let failures = json!([{ "itemIdentifier": "4421584500000000017450439093" }]);
    assert_eq!(deployment.deliver(&batch).await, json!({ "batchItemFailures": failures }));
    let old = unreadable("4421584500000000017450439094", now - 3_600);
    assert_eq!(deployment.deliver(&[old]).await, json!({ "batchItemFailures": [] }), "it holds up nobody for ever");
    deployment.assert_sound();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_of_the_table_that_a_role_does_not_allow_is_denied_and_told() {
    if !runs_here() {
        return;
    }
    let change = |roles: &mut Roles| roles.get_mut("request-optin").unwrap().retain(|permission| !permission.is_on_table("Query"));
    let deployment = Deployment::with_roles(Payload::V2, change).await;
    ask(&deployment, &deployment.key, "ada", "t").await;
    assert_eq!(deployment.gatekeeper.denied(), [""; 0]);
    let optins = deployment.call(&Call::new("GET", "/v1/users/ada/optins").by(&deployment.key)).await;
    assert!(optins.status.is_server_error(), "{}", optins.body);
    assert_eq!(deployment.gatekeeper.denied(), ["request-optin: dynamodb:Query on table"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_that_a_role_does_not_let_deliver_carry_out_is_to_be_brought_again() {
    if !runs_here() {
        return;
    }
    let change = |roles: &mut Roles| roles.get_mut("deliver").unwrap().retain(|permission| !permission.is_on_table("PutItem"));
    let mut deployment = Deployment::with_roles(Payload::V2, change).await;
    let asked = ask(&deployment, &deployment.key, "ada", "t").await;
    let declined = Call::of_url("POST", &asked.text("consent_url")).json(&json!({ "answer": "decline" }));
    assert_eq!(deployment.call(&declined).await.status, 200);
    // The event cannot be handed over, and so it cannot be parked.
    let records = deployment.records();
    let last = &records.last().unwrap()["dynamodb"]["SequenceNumber"];
    assert_eq!(deployment.deliver(&records).await, json!({ "batchItemFailures": [{ "itemIdentifier": last }] }));
    assert_eq!(deployment.gatekeeper.denied(), ["deliver: dynamodb:PutItem on table under P#"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_write_under_keys_that_a_role_does_not_name_is_denied_and_told() {
    if !runs_here() {
        return;
    }
    let narrowed = |permission: Permission| if permission.is_on_table("UpdateItem") { permission.under("L#") } else { permission };
    let change = |roles: &mut Roles| {
        let role = roles.get_mut("request-optin").unwrap();
        *role = std::mem::take(role).into_iter().map(narrowed).collect();
    };
    let deployment = Deployment::with_roles(Payload::V2, change).await;
    let asked = Call::new("POST", "/v1/optins").by(&deployment.key).json(&json!({ "user": "ada", "topic": "t", "title": "T" }));
    assert!(deployment.call(&asked).await.status.is_server_error());
    assert_eq!(deployment.gatekeeper.denied(), ["request-optin: dynamodb:UpdateItem on table under P#"]);
}

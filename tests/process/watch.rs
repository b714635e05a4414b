//! `make watch`: the functions as processes of their own under `cargo lambda watch`, over the engine of `ringonce dev`.

use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use aws_sdk_dynamodb::types::AttributeValue;
use ringonce_cli::dev::LocalState;
use ringonce_cli::local::engine::{TABLE, local_client};
use ringonce_tests::{root, tools};
use serde_json::{Value, json};

use crate::crashes::call;
use crate::dev::{Dev, Folder, PATIENCE};

/// A port that nothing listens on.
fn free_port() -> u16 {
    std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

fn make_watch(folder: &Path) -> Dev {
    let mut make = Command::new("make");
    make.arg("watch").current_dir(root()).env("RINGONCE_PORT", free_port().to_string()).env("RINGONCE_STATE_DIR", folder);
    Dev::spawn(make)
}

/// Looks again and again until `look` finds what it looks for.
pub(crate) async fn eventually<T>(dev: &Dev, what: &str, look: impl AsyncFn() -> Option<T>) -> T {
    let begun = Instant::now();
    loop {
        if let Some(found) = look().await {
            return found;
        }
        assert!(begun.elapsed() < PATIENCE, "never: {what}\n{}", dev.printed());
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}

/// What `send-notification` makes of a schedule's input that is brought as README.md says.
fn invoke(dev: &Dev, folder: &Path, input: &Value) -> Result<String, String> {
    let (file, port) = (folder.join("input.json"), dev.api.rsplit(':').next().unwrap());
    std::fs::write(&file, input.to_string()).unwrap();
    let invoke = ["cargo", "lambda", "invoke", "send-notification", "--invoke-address", "127.0.0.1", "--invoke-port", port, "--data-file"];
    tools::run("scripts/with-tools", &[&invoke[..], &[file.to_str().unwrap()]].concat())
}

/// A schedule's input starts a release, the same one again, and is told what is wrong with it.
async fn a_schedule(dev: &Dev, folder: &Path) {
    let mut input =
        json!({ "ringonce": "release", "business": "demo", "execution": "first", "topic": "socks", "message": { "text": "x" } });
    let started: Value = serde_json::from_str(&invoke(dev, folder, &input).unwrap()).unwrap();
    let again: Value = serde_json::from_str(&invoke(dev, folder, &input).unwrap()).unwrap();
    assert_eq!(again["id"], started["id"]);
    let path = format!("/v1/releases/{}", started["id"].as_str().unwrap());
    let ended = async || call(dev, "GET", &path, &[], &Value::Null, 200).await.filter(|seen| seen["reason"] == "nobody-waits");
    eventually(dev, "a release to nobody", ended).await;
    input["execution"] = json!("<aws.scheduler.execution-id>");
    let refused = invoke(dev, folder, &input).unwrap_err();
    assert!(refused.contains("invalid-field") && refused.contains("`execution`"), "{refused}");
}

/// How often the event of this kind was tried that is parked in the table.
async fn tries(folder: &Path, kind: &str) -> Option<u32> {
    let (_, engine) = LocalState::of_running(folder).unwrap();
    let scanned = local_client(engine).unwrap().scan().table_name(TABLE).send().await.unwrap();
    let is_text =
        |value: Option<&AttributeValue>, part: &str| value.and_then(|value| value.as_s().ok()).is_some_and(|text| text.contains(part));
    let parked = scanned.items().iter().find(|item| is_text(item.get("sk"), "W#") && is_text(item.get("event"), kind))?;
    parked["attempts"].as_n().unwrap().parse().ok()
}

#[tokio::test(flavor = "multi_thread")]
async fn one_lifecycle_runs_through_cargo_lambda_watch_stream_and_sweep_included() {
    let folder = Folder::new("watch");
    let dev = make_watch(&folder.0);
    // The first call finds a function only when `cargo lambda` listens.
    let ask = json!({ "user": "ada", "topic": "shirt-m", "title": "Rad shirt, M" });
    let asked = eventually(&dev, "an ask", async || call(&dev, "POST", "/v1/optins", &[], &ask, 201).await).await;
    let url = asked["consent_url"].as_str().unwrap();
    let code = &url[url.find("/c/").unwrap()..];
    call(&dev, "POST", code, &[], &json!({ "answer": "grant", "channel": "inbox" }), 200).await.unwrap();
    let optin = format!("/v1/optins/{}", asked["id"].as_str().unwrap());
    let token = call(&dev, "GET", &optin, &[], &Value::Null, 200).await.unwrap()["token"].clone();
    let message = json!({ "token": token, "message": { "text": "It is back." } });
    let sent = call(&dev, "POST", "/v1/notifications", &[], &message, 202).await.unwrap();
    let notification = format!("/v1/notifications/{}", sent["id"].as_str().unwrap());
    // Only the stream delivers.
    let state = async || call(&dev, "GET", &notification, &[], &Value::Null, 200).await.filter(|seen| seen["state"] == "sent");
    let delivered = eventually(&dev, "sent", state).await;
    let words: Vec<_> = delivered["timeline"].as_array().unwrap().iter().map(|step| step["state"].clone()).collect();
    assert_eq!(words, ["granted", "queued", "sent"]);
    let demand = async || call(&dev, "GET", "/v1/topics/shirt-m", &[], &Value::Null, 200).await.filter(|seen| seen["sent"] == 1);
    let counted = eventually(&dev, "counted", demand).await;
    assert_eq!((&counted["asked"], &counted["granted"], &counted["waiting"]), (&json!(1), &json!(1), &json!(0)));
    call(&dev, "POST", "/v1/notifications", &[], &json!({ "token": token, "message": { "text": "And socks!" } }), 409).await.unwrap();
    let wrong = call(&dev, "PUT", &notification, &[], &Value::Null, 405).await.unwrap();
    assert_eq!(wrong["code"], "method-not-allowed", "the function itself says so");
    // Deployed functions call no loopback address, so the demo's webhook cannot be told: only the sweep tries again.
    eventually(&dev, "a second try by the sweep", async || tries(&folder.0, "notification.sent").await.filter(|tries| *tries >= 2)).await;
    a_schedule(&dev, &folder.0).await;
    dev.stop();
    assert!(LocalState::of_running(&folder.0).is_err(), "the engine has stopped with the functions");
}

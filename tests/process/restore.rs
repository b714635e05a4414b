//! `ringonce restore`, against a running `ringonce dev`.

use std::process::Output;
use std::time::Duration;

use ringonce_adapters::ambient::Clock;
use ringonce_cli::local::engine::TABLE;
use ringonce_memory::fixture;
use serde_json::{Value, json};

use crate::crashes::call;
use crate::dev::{Dev, Folder, ringonce};

fn run(folder: &Folder, arguments: &[&str]) -> Output {
    ringonce().args(arguments).args(["--local", "--state-dir"]).arg(&folder.0).output().unwrap()
}

fn ok(folder: &Folder, arguments: &[&str]) -> String {
    let output = run(folder, arguments);
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    assert!(output.stderr.is_empty(), "no progress where nobody looks: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

fn refused(folder: &Folder, arguments: &[&str]) -> String {
    let output = run(folder, arguments);
    assert_eq!((output.status.code(), output.stdout.len()), (Some(1), 0), "{arguments:?}");
    String::from_utf8(output.stderr).unwrap()
}

fn json_of(folder: &Folder, arguments: &[&str]) -> Value {
    serde_json::from_str(&ok(folder, &[arguments, &["--json"]].concat())).unwrap()
}

/// Asks a person of the demo shop, who says yes: the path of the opt-in.
async fn grant(dev: &Dev, user: &str) -> String {
    let asked = call(dev, "POST", "/v1/optins", &[], &json!({ "user": user, "topic": "t", "title": "T" }), 201).await.unwrap();
    let url = asked["consent_url"].as_str().unwrap();
    call(dev, "POST", &url[url.find("/c/").unwrap()..], &[], &json!({ "answer": "grant", "channel": "inbox" }), 200).await.unwrap();
    format!("/v1/optins/{}", asked["id"].as_str().unwrap())
}

/// Has a message wait for tomorrow.
async fn schedule(dev: &Dev, optin: &str) {
    let token = call(dev, "GET", optin, &[], &Value::Null, 200).await.unwrap()["token"].clone();
    let tomorrow = (Clock::SYSTEM.now() + Duration::from_secs(86_400)).to_string();
    let body = json!({ "token": token, "message": { "text": "x" }, "send_at": tomorrow });
    call(dev, "POST", "/v1/notifications", &[], &body, 202).await.unwrap();
}

const SETTLE: [&str; 3] = ["restore", "settle", TABLE];
const REVOKE: [&str; 3] = ["restore", "revoke-tokens", "demo"];

#[tokio::test(flavor = "multi_thread")]
async fn a_restored_table_is_settled_and_its_tokens_are_revoked_or_thawed() {
    let folder = Folder::new("restore");
    let dev = Dev::start(&folder.0, &[], None);
    let (scheduled, granted) = (grant(&dev, "ada").await, grant(&dev, "bea").await);
    schedule(&dev, &scheduled).await;
    assert!(refused(&folder, &REVOKE).contains("ringonce business set demo --freeze"));

    let dry = json_of(&folder, &[&SETTLE[..], &["--dry-run"]].concat());
    assert_eq!((&dry["dry_run"], &dry["settlement"]["scheduled"]), (&json!(true), &json!({ "found": 1, "mended": 0 })), "{dry}");
    let settled = ok(&folder, &SETTLE);
    for line in ["1 scheduled messages: 1 made safe", "1 businesses whose tokens were not held: 1 made safe", "The table is settled."] {
        assert!(settled.contains(line), "{settled}");
    }
    let state = async |path: &str| {
        let optin = call(&dev, "GET", path, &[], &Value::Null, 200).await.unwrap();
        (optin["state"].as_str().unwrap().to_owned(), optin["reason"].as_str().unwrap_or_default().to_owned())
    };
    assert_eq!(state(&scheduled).await, ("unknown".to_owned(), "restored".to_owned()));
    let again = json_of(&folder, &SETTLE);
    assert!(again["settlement"].as_object().unwrap().values().all(|count| count["found"].as_u64().unwrap_or(0) == 0), "{again}");

    let early = [&REVOKE[..], &["--asked-by", "2020-01-01T00:00:00Z"]].concat();
    assert_eq!(json_of(&folder, &early), json!({ "dry_run": false, "found": 0, "revoked": 0 }));
    assert!(ok(&folder, &[&REVOKE[..], &["--dry-run"]].concat()).contains("1 grants of `demo` would be revoked"));
    assert_eq!(state(&granted).await.0, "granted");
    assert!(ok(&folder, &REVOKE).contains("1 grants of `demo` are revoked"));
    assert_eq!(state(&granted).await, ("revoked".to_owned(), "restored".to_owned()));
    ok(&folder, &["business", "set", "demo", "--thaw"]);
    assert!(refused(&folder, &REVOKE).contains("not frozen"));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_read_or_meant_is_named_and_nothing_is_settled() {
    let folder = Folder::new("restore-refused");
    let dev = Dev::start(&folder.0, &[], None);
    let scheduled = grant(&dev, "ada").await;
    schedule(&dev, &scheduled).await;
    let file = folder.0.join("erasures");
    let person = fixture::subject(&fixture::keys(), "ada").address.person.to_text();
    let good = json!({ "erased": person, "at": "2026-12-24T18:00:00Z" });
    let name = file.to_str().unwrap();
    for (lines, says) in [
        (format!("{good}\nnot JSON"), "line 2 of"),
        (json!({ "erased": "short", "at": "2026-12-24T18:00:00Z" }).to_string(), "line 1 of"),
        (json!({ "erased": person, "at": "yesterday" }).to_string(), "line 1 of"),
    ] {
        std::fs::write(&file, lines).unwrap();
        assert!(refused(&folder, &[&SETTLE[..], &["--erasures", name]].concat()).contains(says));
    }
    assert!(refused(&folder, &[&SETTLE[..], &["--erasures", "/nowhere/at/all"]].concat()).contains("cannot read /nowhere/at/all"));
    let other = refused(&folder, &["restore", "settle", "another"]);
    assert!(other.contains(&format!("names the table `{TABLE}`, and not `another`")), "{other}");
    assert!(refused(&folder, &["restore", "revoke-tokens", "nobody"]).contains("no business `nobody`"));
    assert_eq!(call(&dev, "GET", &scheduled, &[], &Value::Null, 200).await.unwrap()["state"], "scheduled");

    // Whom nobody knows, nobody has to erase.
    std::fs::write(&file, format!("{good}\n\n")).unwrap();
    let settled = json_of(&folder, &[&SETTLE[..], &["--erasures", name]].concat());
    assert_eq!(settled["settlement"]["erasures"], json!({ "found": 0, "mended": 0 }));
}

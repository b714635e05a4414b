//! `ringonce doctor`, on this machine and without an AWS that answers.

use std::process::Output;

use serde_json::Value;

use crate::dev::{Dev, Folder, ringonce};

fn doctor(folder: &Folder, arguments: &[&str]) -> Output {
    let mut command = ringonce();
    command.arg("doctor").arg("--state-dir").arg(&folder.0).args(arguments);
    command.env("RINGONCE_TABEL", "misspelt").env("AWS_REGION", "eu-central-1").env("AWS_ENDPOINT_URL", "http://127.0.0.1:1");
    command.env("AWS_ACCESS_KEY_ID", "here").env("AWS_SECRET_ACCESS_KEY", "here").output().unwrap()
}

#[test]
fn a_set_up_on_this_machine_is_looked_at() {
    let folder = Folder::new("doctor");
    let before = doctor(&folder, &[]);
    let (words, error) = (String::from_utf8(before.stdout).unwrap(), String::from_utf8(before.stderr).unwrap());
    assert_eq!(before.status.code(), Some(1));
    assert!(
        words.contains("fail  ringonce dev") && words.contains("--stack NAME") && error.contains("1 of 3 checks fail"),
        "{words}{error}"
    );

    let dev = Dev::start(&folder.0, &[], None);
    let port = dev.api.rsplit_once(':').unwrap().1;
    let after = doctor(&folder, &["--port", port, "--json"]);
    let found: Value = serde_json::from_slice(&after.stdout).unwrap();
    assert_eq!((after.status.code(), &found["ok"]), (Some(0), &Value::Bool(true)), "{found}");
    let of = |what: &str| found["findings"].as_array().unwrap().iter().find(|each| each["what"] == what).unwrap().clone();
    assert_eq!(of("ringonce dev")["level"], "ok");
    assert_eq!(of("variables")["level"], "warn");
    assert!(of("variables")["words"].as_str().unwrap().contains("RINGONCE_TABEL is read by nothing: is it RINGONCE_TABLE?"));
}

#[test]
fn a_deployment_that_cannot_be_reached_is_no_deployment_that_is_well() {
    let folder = Folder::new("doctor-far");
    let far = doctor(&folder, &["--stack", "ringonce", "--json"]);
    let found: Value = serde_json::from_slice(&far.stdout).unwrap();
    assert_eq!((far.status.code(), &found["ok"]), (Some(1), &Value::Bool(false)), "{found}");
    assert!(found["findings"][0]["words"].as_str().unwrap().contains("AWS was not reached"), "{found}");
}

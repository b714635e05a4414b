//! Addresses that an operator is given, and gives on: as for a deployment, which calls public ones alone.

use std::process::{Command, Output};

use ringonce_cli::local::engine::TABLE;
use ringonce_tests::hostile::ADDRESSES;
use serde_json::Value;

use crate::dev::{Dev, Folder, ringonce};

/// A command over the table of a running `ringonce dev`, as if it stood on AWS.
fn deployed(folder: &Folder, arguments: &[&str]) -> Output {
    let kept = |name: &str| std::fs::read_to_string(folder.0.join(name)).unwrap();
    let running: Value = serde_json::from_str(&kept("running.json")).unwrap();
    let mut command: Command = ringonce();
    command.args(arguments).env("RINGONCE_TABLE", TABLE).env("RINGONCE_ORIGIN", "https://notify.example");
    command.env("RINGONCE_KEYS", kept("keys.json").trim());
    command.env("AWS_ENDPOINT_URL_DYNAMODB", format!("http://{}", running["engine"].as_str().unwrap()));
    command.envs([("AWS_REGION", "local"), ("AWS_ACCESS_KEY_ID", "local"), ("AWS_SECRET_ACCESS_KEY", "local")]);
    command.output().unwrap()
}

#[test]
fn a_hostile_address_is_refused_as_a_webhook_and_as_a_logo() {
    let folder = Folder::new("guard");
    let _dev = Dev::start(&folder.0, &[], None);
    for (option, address) in [("--webhook", "https://shop.example/hook"), ("--logo", "https://shop.example/logo.svg")] {
        let output = deployed(&folder, &["business", "set", "demo", option, address]);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }
    for (option, field) in [("--webhook", "webhook"), ("--logo", "logo")] {
        for address in ADDRESSES {
            let output = deployed(&folder, &["business", "set", "demo", &format!("{option}={address}")]);
            let said = String::from_utf8(output.stderr).unwrap();
            assert_eq!(output.status.code(), Some(1), "{option} {address}: {said}");
            assert!(said.contains(field) && said.contains("must"), "{option} {address}: {said}");
        }
    }
}

//! The operator's commands, against a running `ringonce dev`.

use std::process::{Command, Output};

use ringonce_domain::keyring::KeyRing;

use crate::dev::{Dev, Folder, ringonce};

fn run(folder: &Folder, arguments: &[&str]) -> Output {
    ringonce().args(arguments).args(["--local", "--state-dir"]).arg(&folder.0).output().unwrap()
}

fn ok(folder: &Folder, arguments: &[&str]) -> String {
    let output = run(folder, arguments);
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

fn refused(folder: &Folder, arguments: &[&str]) -> String {
    let output = run(folder, arguments);
    assert_eq!(output.status.code(), Some(1), "{arguments:?}");
    String::from_utf8(output.stderr).unwrap()
}

fn ask(dev: &Dev, key: &str, user: &str) -> String {
    let body = format!(r#"{{"user":"{user}","topic":"t","title":"T"}}"#);
    let bearer = format!("Authorization: Bearer {key}");
    let curl = Command::new("curl").args(["-sS", "-H", &bearer, "-d", &body, &format!("{}/v1/optins", dev.api)]).output().unwrap();
    String::from_utf8(curl.stdout).unwrap()
}

#[test]
fn a_business_is_added_changed_and_given_keys() {
    let folder = Folder::new("operator");
    assert!(refused(&folder, &["business", "add", "shop"]).contains("no `ringonce dev` runs on"));
    let dev = Dev::start(&folder.0, &[], None);
    let added =
        ok(&folder, &["business", "add", "shop", "--name", "The Shop", "--webhook", "http://127.0.0.1:1/hook", "--channel", "webhook"]);
    assert!(added.contains("whsec_") && added.contains("ringonce key add shop"), "{added}");
    assert!(refused(&folder, &["business", "add", "shop"]).contains("ringonce business set shop"));
    let key = ok(&folder, &["key", "add", "shop"]);
    let key = key.trim();
    assert!(key.starts_with("ro_sk_"), "the key alone, so that a script can take it: {key}");
    assert!(ask(&dev, key, "ada").contains("\"state\":\"asked\""));

    let rotated = ok(&folder, &["business", "set", "shop", "--rotate-webhook-secret", "--cap", "1/1h", "--topic-window", "1h"]);
    assert!(rotated.contains("whsec_") && !added.contains(rotated.split("once: ").nth(1).unwrap()));
    let fresh = ok(&folder, &["key", "add", "shop"]);
    assert!(ask(&dev, fresh.trim(), "bea").contains("\"state\":\"asked\""));
    assert!(ask(&dev, fresh.trim(), "bea").contains("already-asked"));

    let last_four = &fresh.trim()[fresh.trim().len() - 4..];
    assert!(ok(&folder, &["key", "revoke", "shop", last_four]).contains("revoked"));
    assert!(refused(&folder, &["key", "revoke", "shop", last_four]).contains("its keys end in"));
}

#[test]
fn bad_arguments_say_what_to_do() {
    let folder = Folder::new("bad-arguments");
    let _dev = Dev::start(&folder.0, &[], None);
    for (arguments, says) in [
        (&["business", "add", "Shop"][..], "a-z"),
        (&["business", "set", "nobody"], "ringonce business add nobody"),
        (&["business", "set", "demo", "--webhook", "http://shop.example/hook"], "https://"),
        (&["business", "set", "demo", "--webhook", "https://169.254.169.254/x"], "private"),
        (&["business", "set", "demo", "--cap", "11/1d"], "1 to 10"),
        (&["business", "set", "demo", "--topic-window", "90d"], "remembered asks cover"),
        (&["business", "set", "demo", "--channel", "pigeon"], "inbox, webhook"),
        (&["business", "set", "demo", "--origin", "shop.example"], "https://shop.example"),
        (&["key", "add", "nobody"], "ringonce business add nobody"),
        (&["key", "revoke", "demo", "zzzz"], "its keys end in"),
    ] {
        let error = refused(&folder, arguments);
        assert!(error.contains(says), "{arguments:?}: {error}");
    }
    let no_table = ringonce().args(["key", "add", "demo"]).env_remove("RINGONCE_TABLE").output().unwrap();
    let error = String::from_utf8(no_table.stderr).unwrap();
    assert!(error.contains("set RINGONCE_TABLE") && error.contains("--local"), "{error}");
    let help = ringonce().arg("--help").output().unwrap();
    assert!(help.status.success() && String::from_utf8(help.stdout).unwrap().contains("dev"));
}

#[test]
fn a_new_key_ring_is_one_and_never_the_same() {
    let ring = || {
        let made = ringonce().args(["keys", "new"]).output().unwrap();
        assert!(made.status.success());
        String::from_utf8(made.stdout).unwrap()
    };
    let (one, other) = (ring(), ring());
    assert!(KeyRing::parse(one.trim()).is_ok(), "a deployment can read it");
    assert_ne!(one, other);
}

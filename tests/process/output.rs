//! What all commands have in common: JSON for scripts, a quiet end where nobody reads, completions.

use std::process::{Command, Stdio};

use ringonce_domain::keyring::KeyRing;
use serde_json::Value;

use crate::caller::{bare, grant, local, run};
use crate::dev::{Dev, Folder};

/// Has a command print into a pipe that nobody reads.
fn into_nothing(command: &mut Command) -> (Option<i32>, String) {
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    (output.status.code(), String::from_utf8(output.stderr).unwrap())
}

#[test]
fn a_command_whose_output_nobody_reads_ends_quietly() {
    let folder = Folder::new("closed-pipe");
    let _dev = Dev::start(&folder.0, &[], None);
    grant(&folder, "ada", "shirt-m");
    for arguments in [&["cost", "--json"][..], &["completions", "bash"], &["keys", "new"], &["keys", "push"], &["init", "--print"]] {
        assert_eq!(into_nothing(&mut bare(arguments)), (Some(0), String::new()), "{arguments:?}");
    }
    for arguments in
        [&["topics"][..], &["topics", "--json"], &["optin", "show", "--user", "ada"], &["webhook", "status", "demo"], &["release", "list"]]
    {
        assert_eq!(into_nothing(&mut local(&folder, arguments)), (Some(0), String::new()), "{arguments:?}");
    }
}

#[test]
fn operators_commands_print_json_for_scripts() {
    let folder = Folder::new("operators-json");
    let _dev = Dev::start(&folder.0, &[], None);
    let added = run(&folder, &["business", "add", "shop", "--webhook", "http://127.0.0.1:1/hook", "--json"]).json();
    assert!(added["business"] == "shop" && added["webhook_secret"].as_str().unwrap().starts_with("whsec_"), "{added}");
    let set = run(&folder, &["business", "set", "shop", "--name", "The Shop", "--json"]).json();
    assert_eq!(set, serde_json::json!({ "business": "shop", "webhook_secret": null }));
    let key = run(&folder, &["key", "add", "shop", "--json"]).json();
    let (text, last_four) = (key["key"].as_str().unwrap(), key["last_four"].as_str().unwrap());
    assert!(text.starts_with("ro_sk_") && text.ends_with(last_four) && key["kind"] == "secret", "{key}");
    assert_eq!(run(&folder, &["key", "revoke", "shop", last_four, "--json"]).json()["revoked"], true);
    let json = |arguments: &[&str]| -> Value { serde_json::from_slice(&bare(arguments).output().unwrap().stdout).unwrap() };
    assert!(KeyRing::parse(json(&["init", "--print", "--web-push", "--json"])["RINGONCE_KEYS"].as_str().unwrap()).is_ok());
    assert_eq!(json(&["keys", "push", "--json"])["RINGONCE_VAPID_PUBLIC_KEY"].as_str().unwrap().len(), 87);
}

#[test]
fn completions_name_each_command_and_are_read_by_their_shells() {
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let script = bare(&["completions", shell]).output().unwrap();
        let script = String::from_utf8(script.stdout).unwrap();
        for word in ["release", "topics", "optin", "user", "--key-file"] {
            assert!(script.contains(word), "no `{word}` for {shell}");
        }
        if shell == "bash" {
            let read = Command::new("bash").args(["-n", "-c", &script]).status().unwrap();
            assert!(read.success());
        }
    }
    assert_eq!(bare(&["completions", "cmd"]).output().unwrap().status.code(), Some(2));
}

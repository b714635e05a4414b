//! `ringonce ask`, `send` and `optin`, and how each command fails.

use std::time::Instant;

use serde_json::Value;

use crate::caller::{bare, fed, grant, keep, local, on_terminal, run, say_yes};
use crate::dev::{Dev, Folder, PATIENCE};

#[test]
fn a_person_is_asked_and_told_once_and_what_came_of_it_is_shown_with_its_reasons() {
    let folder = Folder::new("asking");
    let _dev = Dev::start(&folder.0, &[], None);
    let asked =
        run(&folder, &["ask", "ada", "shirt-m", "--title", "Rad shirt, M", "--payload", "sku-7", "--locale", "de", "--expires-in", "2d"]);
    assert!(asked.out.starts_with("http://127.0.0.1:") && asked.out.lines().count() == 1, "the link alone: {}", asked.out);
    let id = asked.err.split("the opt-in ").nth(1).unwrap().split(' ').next().unwrap().to_owned();
    let unanswered = run(&folder, &["optin", "show", &id]).done();
    assert!(unanswered.contains("asked: the person has not answered"), "{unanswered}");
    let none = run(&folder, &["optin", "token", &id]).failed(1);
    assert!(none.contains("there is no token: the opt-in is `asked`"), "{none}");

    say_yes(asked.out.trim());
    let token = run(&folder, &["optin", "token", &id]).done();
    assert!(token.starts_with("ro_tok_") && token.lines().count() == 1);
    let shown = [run(&folder, &["optin", "show", &id]).done(), run(&folder, &["optin", "show", &id, "--json"]).done()];
    assert!(shown.iter().all(|shown| shown.contains("granted") && !shown.contains("ro_tok_")), "no token but where it is asked for");
    assert_eq!(run(&folder, &["optin", "token", &id, "--json"]).json()["token"], token.trim());
    let found = fed(&folder, &["optin", "show", "--token-stdin", "--json"], &token).json();
    assert_eq!((&found["id"], &found["payload"]), (&Value::from(id.as_str()), &Value::from("sku-7")));

    let sent =
        fed(&folder, &["send", "-", "--text", "It is back.", "--title", "Shirts", "--url", "https://shop.example/shirt-m"], &token).done();
    assert!(sent.trim().ends_with(" queued"), "{sent}");
    let begun = Instant::now();
    let shown = loop {
        let shown = run(&folder, &["optin", "show", &id]).done();
        if shown.contains("sent: ") {
            break shown;
        }
        assert!(begun.elapsed() < PATIENCE, "{shown}");
    };
    for words in [
        "  person   ada",
        "  topic    shirt-m",
        "  title    Rad shirt, M",
        "the person said yes",
        "the message was delivered, the other end took it",
    ] {
        assert!(shown.contains(words), "no `{words}` in\n{shown}");
    }
    let again = fed(&folder, &["send", "-", "--text", "And socks!"], &token).failed(3);
    assert!(again.contains("(token-used)") && again.contains("Ask the person again") && !again.contains("ro_tok_"), "{again}");
}

#[test]
fn a_message_for_later_a_token_in_a_file_and_an_opt_in_that_is_taken_back() {
    let folder = Folder::new("asking-later");
    let _dev = Dev::start(&folder.0, &[], None);
    let id = grant(&folder, "ada", "shirt-m");
    let file = keep(&folder.0, "token", &run(&folder, &["optin", "token", &id]).done());
    let later = ["send", "--token-file", &file, "--text", "It is back.", "--at", "2027-01-01T00:00:00Z", "--json"];
    assert_eq!(run(&folder, &later).json()["state"], "scheduled");
    assert!(run(&folder, &["optin", "show", "--user", "ada"]).done().contains("scheduled: the message waits for its time"));
    assert!(run(&folder, &["optin", "revoke", &id]).done().contains("is revoked: its token sends nothing"));
    let optins = run(&folder, &["optin", "show", "--user", "ada", "--json"]).json();
    assert_eq!((&optins["optins"][0]["state"], &optins["optins"][0]["reason"]), (&Value::from("revoked"), &Value::from("by-business")));
    assert_eq!(run(&folder, &["optin", "revoke", &id, "--json"]).json()["state"], "revoked", "a repeat is told the same");
    assert!(run(&folder, &["optin", "revoke", "ro_opt_nonsense"]).failed(3).contains("(not-found)"));
    assert!(run(&folder, &["optin", "show", "--user", "nobody"]).done().contains("Nothing is known"));
    assert!(run(&folder, &["optin", "show", "o_nonsense"]).failed(3).contains("(not-found)"));
    assert!(fed(&folder, &["optin", "show", "--token-stdin"], "ro_tok_nonsense").failed(3).contains("ringonce: "));
}

#[test]
fn an_ask_that_is_refused_says_when_it_opens_and_a_repeat_under_its_key_is_the_same_ask() {
    let folder = Folder::new("asking-capped");
    let _dev = Dev::start(&folder.0, &[], None);
    let ask = |key: &str| run(&folder, &["ask", "ada", "t", "--title", "T", "--json", "--idempotency-key", key]);
    let first = ask("one").json();
    assert_eq!(ask("one").json()["id"], first["id"]);
    let refused = ask("two").failed(3);
    assert!(refused.contains("(already-asked)") && refused.contains("It opens in ") && refused.contains(" d"), "{refused}");
    assert!(ask("not one").failed(2).contains("visible ASCII"));
    let invalid = run(&folder, &["ask", "bea", "t", "--title", "T", "--channel", "pigeon"]).failed(3);
    assert!(invalid.contains("channel"), "{invalid}");
}

#[test]
fn each_failure_has_its_exit_code_and_says_what_to_do_next() {
    let folder = Folder::new("asking-failures");
    let ask = ["topics", "--json"];
    let told = |command: &mut std::process::Command| crate::caller::Told::from(command.output().unwrap());
    let nobody = run(&folder, &ask).failed(4);
    assert!(nobody.contains("no `ringonce dev` runs on") && nobody.contains("--origin"), "{nobody}");
    let dev = Dev::start(&folder.0, &[], None);
    let at = |origin: &str, key: Option<&str>| {
        let mut command = bare(&ask);
        command.args(["--origin", origin]);
        if let Some(key) = key {
            command.env("RINGONCE_API_KEY", key);
        }
        told(&mut command)
    };
    assert_eq!(at(&dev.api, Some(&dev.key)).json()["topics"], serde_json::json!([]));
    let file = keep(&folder.0, "key", &format!("{}\n", dev.key));
    assert!(
        told(bare(&ask).args(["--key-file", &file]).env("RINGONCE_ORIGIN", &dev.api)).code == 0,
        "a file, and an origin from the environment"
    );
    for (failed, code, says) in [
        (told(&mut bare(&ask)), 2, "--local"),
        (at(&dev.api, None), 2, "ringonce key add"),
        (at(&dev.api, Some("ro_pk_abc")), 2, "publishable"),
        (at(&dev.api, Some("hunter2")), 2, "ro_sk_"),
        (at("shop.example", Some(&dev.key)), 2, "is no origin"),
        (at("http://shop.example", Some(&dev.key)), 2, "unencrypted"),
        (at(&dev.api, Some("ro_sk_abcdefghijklmnopqrstuvwxyzabcdefghijklmnopq")), 3, "The key is none of this Ringonce's"),
        (at("http://127.0.0.1:1", Some(&dev.key)), 4, "Is `ringonce dev` running there?"),
        (told(bare(&ask).args(["--origin", &dev.api, "--key-file", "/nowhere"])), 2, "cannot be read from /nowhere"),
    ] {
        let error = failed.failed(code);
        assert!(error.contains(says) && !error.contains(&dev.key) && !error.contains("hunter2"), "{error}");
    }
    assert_eq!(told(&mut bare(&["send", "--text", "x"])).code, 2, "clap says what is missing");
    let help = told(&mut bare(&["--help"])).done();
    for line in ["0  done", "1  failed", "2  the arguments", "3  refused by the API (4xx)", "4  the API cannot be reached"] {
        assert!(help.contains(line), "{help}");
    }
    let own = told(&mut bare(&["ask", "--help"])).done();
    assert!(own.contains("RINGONCE_API_KEY") && own.contains("--key-file") && !own.contains("--key "), "{own}");
}

#[test]
fn colours_are_shown_on_a_terminal_and_not_where_they_are_not_wanted() {
    let folder = Folder::new("asking-colours");
    let _dev = Dev::start(&folder.0, &[], None);
    let id = grant(&folder, "ada", "shirt-m");
    let (code, shown) = on_terminal(&folder, &["optin", "show", &id], "");
    assert!(code == 0 && shown.contains("\x1b[32mgranted\x1b[0m"), "{shown:?}");
    assert!(!run(&folder, &["optin", "show", &id]).done().contains('\x1b'));
    let mut without = local(&folder, &["optin", "show", &id]);
    assert!(!String::from_utf8(without.env("NO_COLOR", "1").output().unwrap().stdout).unwrap().contains('\x1b'));
}

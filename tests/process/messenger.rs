//! A Messenger bot's business is set up by the operator: its webhook answers the challenge first.

use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::process::Output;

use crate::dev::{Dev, Folder, ringonce};

fn set(folder: &Folder, arguments: &[&str]) -> Output {
    let base = ["business", "set", "demo", "--local", "--state-dir"];
    ringonce().args(base).arg(&folder.0).args(arguments).output().unwrap()
}

fn refused(folder: &Folder, arguments: &[&str]) -> String {
    let output = set(folder, arguments);
    assert_eq!(output.status.code(), Some(1), "{arguments:?}");
    String::from_utf8(output.stderr).unwrap()
}

/// A receiver that answers the challenge to whoever knows `right`, and everybody else with 200 and other words, as some do.
fn receiver() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/hook?bot=1", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let mut line = String::new();
            BufReader::new(&stream).read_line(&mut line).unwrap();
            assert!(line.starts_with("GET /hook?bot=1&hub.mode=subscribe&hub.challenge="), "{line}");
            let challenge = line.split("hub.challenge=").nth(1).unwrap().split('&').next().unwrap();
            let body = if line.contains("hub.verify_token=right+one%3F ") { challenge } else { "Error, wrong validation token" };
            write!(stream, "HTTP/1.1 200 OK\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}", body.len()).unwrap();
        }
    });
    url
}

#[test]
fn a_bots_webhook_is_set_once_it_has_answered_the_challenge() {
    let folder = Folder::new("messenger");
    let _dev = Dev::start(&folder.0, &[], None);
    let url = receiver();
    let messenger = ["--webhook", &url, "--webhook-format", "messenger"];
    let with = |more: &[&'static str]| [&messenger[..], more].concat();
    assert!(refused(&folder, &messenger).contains("--app-secret"));
    assert!(refused(&folder, &with(&["--app-secret", "s3cret"])).contains("--verify-token"));
    let wrong = refused(&folder, &with(&["--app-secret", "s3cret", "--verify-token", "wrong"]));
    assert!(wrong.contains("answered 200") && wrong.contains("Nothing was changed"), "{wrong}");
    let nobody = ["--webhook", "http://127.0.0.1:1/hook", "--webhook-format", "messenger", "--app-secret", "x", "--verify-token", "x"];
    assert!(refused(&folder, &nobody).contains("could not be reached"));
    assert!(
        refused(&folder, &["--webhook-format", "messenger", "--app-secret", "two words", "--verify-token", "x"]).contains("app_secret")
    );
    assert!(refused(&folder, &["--webhook", "none", "--webhook-format", "messenger"]).contains("name one with --webhook"));
    let done = set(&folder, &with(&["--app-secret", "s3cret", "--verify-token", "right one?"]));
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    assert!(refused(&folder, &["--app-secret", "none"]).contains("signed with the bot's app secret"), "it is still needed");
    assert!(set(&folder, &["--name", "The Shop"]).status.success(), "what is not about the webhook asks it nothing");
    assert!(set(&folder, &["--webhook-format", "standard", "--app-secret", "none"]).status.success());
}

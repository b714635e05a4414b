//! A Messenger bot's business is set up by the operator: its webhook answers the challenge first. Then published receivers
//! take what it is sent, each by its own check of the signature.

use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::time::Instant;

use serde_json::{Value, json};

use crate::dev::{Dev, Folder, PATIENCE, ringonce};

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

/// A bot framework's webhook, as published: `tests/messenger` starts it.
struct Framework {
    child: Child,
    url: String,
    /// What it handed to its user.
    told: Receiver<Value>,
}

impl Framework {
    fn start(driver: &str, app_secret: &str, origin: &str) -> Self {
        let settings = json!({ "app_secret": app_secret, "verify_token": "right one?", "access_token": "x", "origin": origin });
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/messenger");
        let mut child = Command::new("node")
            .args([driver, &settings.to_string()])
            .current_dir(folder)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let (sender, told) = mpsc::channel::<Value>();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        std::thread::spawn(move || {
            for line in lines.map_while(Result::ok) {
                let _ = sender.send(serde_json::from_str(&line).unwrap());
            }
        });
        let listening = told.recv_timeout(PATIENCE).expect("it listens: `make setup` installs what it needs");
        let url = format!("http://127.0.0.1:{}{}", listening["listening"], listening["path"].as_str().unwrap());
        Self { child, url, told }
    }
}

impl Drop for Framework {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn curl(arguments: &[&str]) -> Value {
    let output = Command::new("curl").arg("-sS").args(arguments).output().unwrap();
    serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{}", String::from_utf8_lossy(&output.stdout)))
}

/// Sets the demo shop's webhook to the framework's.
fn connect(folder: &Folder, framework: &Framework, app_secret: &'static str) {
    let base = ["--webhook", &framework.url, "--webhook-format", "messenger", "--app-secret", app_secret, "--verify-token"];
    let wrong = set(folder, &[&base[..], &["wrong"]].concat());
    assert!(!wrong.status.success(), "the framework knows its token");
    let done = set(folder, &[&base[..], &["right one?"]].concat());
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
}

/// A bot asks, and the person says yes.
fn grant(dev: &Dev) {
    let payload = json!({ "template_type": "one_time_notif_req", "title": "Größe M", "payload": "größe-m 👕" });
    let ask = json!({ "recipient": { "id": "ada" }, "message": { "attachment": { "type": "template", "payload": payload } } });
    let json = "Content-Type: application/json";
    let asked = curl(&["-H", json, "-d", &ask.to_string(), &format!("{}/v12.0/me/messages?access_token={}", dev.api, dev.key)]);
    let yes = ["-H", json, "-d", r#"{"answer":"grant","channel":"inbox"}"#, asked["consent_url"].as_str().unwrap()];
    assert_eq!(curl(&yes)["state"], "granted", "{asked}");
}

fn is_taken_by(driver: &str) {
    let folder = Folder::new(driver);
    let dev = Dev::start(&folder.0, &[], None);
    let framework = Framework::start(driver, "s3cret", &dev.api);
    connect(&folder, &framework, "s3cret");
    grant(&dev);
    let told = framework.told.recv_timeout(PATIENCE).unwrap();
    assert_eq!((&told["user"], &told["payload"]), (&json!("ada"), &json!("größe-m 👕")));
    let message = json!({ "recipient": { "one_time_notif_token": told["token"] }, "message": { "text": "Es ist zurück." } }).to_string();
    let sent =
        curl(&["-H", "Content-Type: application/json", "-d", &message, &format!("{}/v12.0/me/messages?access_token={}", dev.api, dev.key)]);
    assert_eq!(sent["recipient_id"], "ada", "{sent}");
}

#[test]
fn a_webhook_of_botly_takes_what_a_bot_is_sent() {
    is_taken_by("botly-receiver.cjs");
}

#[test]
fn a_webhook_of_messenger_bot_takes_what_a_bot_is_sent() {
    is_taken_by("messenger-bot-receiver.cjs");
}

#[test]
fn a_webhook_that_knows_another_secret_refuses_what_it_is_sent_and_the_operator_sees_it() {
    let folder = Folder::new("another-secret");
    let dev = Dev::start(&folder.0, &[], None);
    let framework = Framework::start("botly-receiver.cjs", "s3cret", &dev.api);
    connect(&folder, &framework, "another");
    grant(&dev);
    let begun = Instant::now();
    loop {
        let status = ringonce().args(["webhook", "status", "demo", "--json", "--local", "--state-dir"]).arg(&folder.0).output().unwrap();
        let status: Value = serde_json::from_slice(&status.stdout).unwrap();
        if status["state"] == "failing" {
            assert_eq!(status["last_failure"]["reason"], "refused");
            break;
        }
        assert!(begun.elapsed() < PATIENCE, "{status}");
        std::thread::sleep(std::time::Duration::from_millis(50));
    }
    assert!(framework.told.try_recv().is_err(), "it handed nothing to its user");
}

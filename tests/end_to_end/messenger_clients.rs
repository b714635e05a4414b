//! Bots' own client libraries, as published: `tests/messenger` drives each by its functions, with the origin set and nothing
//! else. What a library reports to its user is what counts here.

use std::io::Write;
use std::process::{Command, Stdio};

use ringonce_domain::optin::TOKEN_LIFE;
use ringonce_tests::http;
use ringonce_tests::receiver::Received;
use ringonce_tests::root;
use ringonce_tests::world::World;
use serde_json::{Value, json};

const SECRET: &str = "the bot's app secret";

/// A library: the program that drives it, and how it reports to its user.
struct Library {
    command: [&'static str; 2],
    /// The answer's keys, as it hands them over.
    keys: [&'static str; 2],
    /// The class of the error that a code and a subcode become.
    class: fn(u64) -> &'static str,
    /// Whether it can put several calls into one.
    batches: bool,
    /// Whether it checks a webhook's signature.
    verifies: bool,
}

const PYTHON: &str = "venv/bin/python";
const PLAIN: [&str; 2] = ["recipient_id", "message_id"];

const PYMESSENGER: Library =
    Library { command: [PYTHON, "pymessenger-bot.py"], keys: PLAIN, class: |_| "returned", batches: false, verifies: false };
const PYFACEBOOK: Library =
    Library { command: [PYTHON, "python-facebook-api.py"], keys: PLAIN, class: |_| "FacebookError", batches: false, verifies: false };
const DH: Library = Library { command: [PYTHON, "dh-facebook-client.py"], keys: PLAIN, class: class_of_dh, batches: true, verifies: false };
const MESSAGING_API: Library = Library {
    command: ["node", "messaging-api-messenger.cjs"],
    keys: ["recipientId", "messageId"],
    class: |_| "AxiosError",
    batches: true,
    verifies: false,
};
const WARRIORTEAM: Library = Library {
    command: ["node", "warriorteam-messenger-sdk.mjs"],
    keys: PLAIN,
    class: |_| "MessengerAPIError",
    batches: false,
    verifies: true,
};

/// It has a class for each kind of error, and knows a kind by its code without a subcode.
fn class_of_dh(code: u64) -> &'static str {
    match code {
        190 => "GraphAPITokenError",
        613 => "GraphAPIUsageError",
        _ => "GraphAPIError",
    }
}

impl Library {
    /// What it reports of each call.
    async fn drive(&self, world: &World, access_token: &str, calls: Value) -> Vec<Value> {
        let document = json!({ "origin": world.api, "access_token": access_token, "app_secret": SECRET, "calls": calls }).to_string();
        let [program, driver] = self.command;
        let output = tokio::task::spawn_blocking(move || {
            let folder = root().join("tests/messenger");
            let program = if program.contains('/') { folder.join(program) } else { program.into() };
            let mut child = Command::new(program)
                .arg(driver)
                .current_dir(folder)
                .stdin(Stdio::piped())
                .stdout(Stdio::piped())
                .spawn()
                .unwrap_or_else(|error| panic!("{driver} cannot be started, `make setup` installs what it needs: {error}"));
            child.stdin.take().unwrap().write_all(document.as_bytes()).unwrap();
            child.wait_with_output().unwrap()
        });
        let output = output.await.unwrap();
        let printed = String::from_utf8_lossy(&output.stdout).into_owned();
        serde_json::from_str(printed.lines().last().unwrap_or_default()).unwrap_or_else(|_| panic!("{driver} printed {printed}"))
    }

    fn answer(&self, reported: &Value) -> (String, String) {
        let [recipient, message] = self.keys.map(|key| reported["ok"][key].as_str().unwrap_or_else(|| panic!("{reported}")).to_owned());
        (recipient, message)
    }

    fn check_error(&self, reported: &Value, code: u64, subcode: Option<u64>) {
        let class = (self.class)(code);
        // One library hands an error over as it came.
        let (said, subcode_key) =
            if class == "returned" { (&reported["ok"]["error"], "error_subcode") } else { (&reported["error"], "subcode") };
        if class != "returned" {
            assert_eq!(said["class"], class, "{reported}");
        }
        assert_eq!((said["code"].as_u64(), said[subcode_key].as_u64()), (Some(code), subcode), "{reported}");
        assert!(said["message"].as_str().is_some_and(|message| !message.is_empty()), "{reported}");
    }
}

fn ask(user: &str, title: &str) -> Value {
    json!({ "do": "ask", "user": user, "title": title, "payload": "größe-m 👕" })
}

fn follow_up(token: &str, text: &str) -> Value {
    json!({ "do": "follow_up", "token": token, "text": text })
}

/// The person says yes to the question that was brought last: the token that the bot hears of, and the webhook that tells it.
async fn say_yes(world: &World) -> (String, Value) {
    world.drain().await;
    let url = |told: &Received| Some(told.json["entry"][0]["messaging"][0]["ringonce"]["data"]["consent_url"].as_str()?.to_owned());
    let url = world.receiver.received().iter().rev().find_map(url).unwrap();
    let answered = http::send("POST", &url, &[("content-type", "application/json")], r#"{"answer":"grant","channel":"inbox"}"#).await;
    assert_eq!(answered.text("state"), "granted", "{}", answered.body);
    world.drain().await;
    let told = world.receiver.received().pop().unwrap();
    let token = told.json["entry"][0]["messaging"][0]["optin"]["one_time_notif_token"].as_str().unwrap().to_owned();
    let header = |name: &str| told.headers[name].to_str().unwrap().to_owned();
    let headers = json!({ "x-hub-signature": header("x-hub-signature"), "x-hub-signature-256": header("x-hub-signature-256") });
    (token, json!({ "do": "verify", "body": String::from_utf8(told.body.to_vec()).unwrap(), "headers": headers }))
}

async fn a_bot_of(library: &Library) {
    let world = World::start().await;
    world.speak_messenger(SECRET.as_bytes()).await;
    let key = world.key.clone();
    let long = "x".repeat(66);
    let reported = library.drive(&world, &key, json!([ask("ada", "Rad shirt"), ask("ada", "Rad shirt"), ask("ada", &long)])).await;
    let (recipient, message_id) = library.answer(&reported[0]);
    assert!(recipient == "ada" && message_id.starts_with("m_"), "{}", reported[0]);
    library.check_error(&reported[1], 613, None);
    library.check_error(&reported[2], 100, None);

    let (token, webhook) = say_yes(&world).await;
    let mut altered = webhook.clone();
    altered["body"] = json!(webhook["body"].as_str().unwrap().replace("ada", "eve"));
    let calls =
        json!([follow_up(&token, "It is back."), follow_up(&token, "It is back."), follow_up(&token, "Buy more!"), webhook, altered]);
    let reported = library.drive(&world, &key, calls).await;
    let first = library.answer(&reported[0]);
    assert!(first.0 == "ada" && first.1.starts_with("m_"), "{}", reported[0]);
    assert_eq!(library.answer(&reported[1]), first, "the repeat gets the first answer");
    library.check_error(&reported[2], 100, Some(2_018_001));
    if library.verifies {
        assert_eq!([&reported[3], &reported[4]], [&json!({ "ok": true }), &json!({ "ok": false })]);
    }
    let bad = library.drive(&world, "EAAB", json!([ask("bea", "T"), follow_up(&token, "x")])).await;
    for reported in &bad {
        library.check_error(reported, 190, None);
    }

    library.drive(&world, &key, json!([ask("cleo", "T")])).await;
    let (token, _) = say_yes(&world).await;
    world.pass(TOKEN_LIFE);
    let reported = library.drive(&world, &key, json!([follow_up(&token, "x")])).await;
    library.check_error(&reported[0], 100, Some(2_018_001));
    if library.batches {
        a_batch_of(library, &world, &token).await;
    }
}

/// A good part between two bad ones, in order.
async fn a_batch_of(library: &Library, world: &World, expired: &str) {
    let parts = json!([follow_up(expired, "x"), ask("dora", "T"), ask("dora", "T")]);
    let reported = library.drive(world, &world.key, json!([{ "do": "batch", "calls": parts }])).await;
    let parts = reported[0]["ok"].as_array().unwrap_or_else(|| panic!("{}", reported[0]));
    assert_eq!(parts.len(), 3);
    if parts[0].get("code").is_some() {
        // One library hands the parts over with the keys of their bodies renamed.
        let codes: Vec<_> = parts.iter().map(|part| (part["code"].as_u64(), part["body"]["error"]["code"].as_u64())).collect();
        assert_eq!(codes, [(Some(400), Some(100)), (Some(200), None), (Some(400), Some(613))], "{parts:?}");
        assert_eq!(parts[1]["body"]["recipientId"], "dora");
    } else {
        library.check_error(&parts[0], 100, Some(2_018_001));
        assert_eq!(library.answer(&parts[1]).0, "dora");
        library.check_error(&parts[2], 613, None);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bot_of_pymessenger_works_by_its_origin() {
    a_bot_of(&PYMESSENGER).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bot_of_python_facebook_api_works_by_its_origin() {
    a_bot_of(&PYFACEBOOK).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bot_of_dh_facebook_client_works_by_its_origin() {
    a_bot_of(&DH).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bot_of_messaging_api_messenger_works_by_its_origin() {
    a_bot_of(&MESSAGING_API).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bot_of_warriorteams_sdk_works_by_its_origin() {
    a_bot_of(&WARRIORTEAM).await;
}

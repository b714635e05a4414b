//! Canaries: words that stand in everything that is a secret, through every feature and failure, at the level of logging
//! that says most. None of them is ever logged.

use std::sync::Arc;
use std::time::Duration;

use ringonce_adapters::app::App;
use ringonce_adapters::businesses::Businesses;
use ringonce_adapters::delivery::Budget;
use ringonce_adapters::telemetry;
use ringonce_adapters::webhook::Verdict;
use ringonce_domain::api_key::KeyKind;
use ringonce_domain::business::{Business, ChannelKind, Webhook};
use ringonce_domain::encoding;
use ringonce_domain::ids::person_url;
use ringonce_domain::keyring::KeyRing;
use ringonce_domain::store::Directory;
use ringonce_memory::fixture;
use ringonce_tests::connector::Fault;
use ringonce_tests::http;
use ringonce_tests::log::Log;
use ringonce_tests::receiver::Behaviour::{Drop, Hang, Status};
use serde_json::{Value, json};
use tracing_subscriber::filter::LevelFilter;
use tracing_subscriber::util::SubscriberInitExt;

use crate::cage::{Cage, word};

const JSON: (&str, &str) = ("content-type", "application/json");
const FORM: (&str, &str) = ("content-type", "application/x-www-form-urlencoded");
const MINUTE: Duration = Duration::from_secs(60);

/// Logs as functions do that are told to log everything.
fn start() -> Log {
    let log = Log::default();
    let writer = log.clone();
    telemetry::json(LevelFilter::TRACE, move || writer.clone()).init();
    log
}

impl Cage {
    /// Every channel, and every way in which it fails.
    async fn messages(&self) {
        for (number, behaviour) in [Status(204), Status(400), Status(500), Status(503), Drop, Hang].into_iter().enumerate() {
            let token = self.granted(&format!("Hook{number}"), "webhook", None).await;
            self.world.receiver.plan(move |_| Some(behaviour));
            self.notify(&token).await;
            self.world.receiver.plan(|_| None);
        }
        for (number, status) in [201, 410, 403, 413, 500, 503].into_iter().enumerate() {
            let subscription = self.subscription(&format!("Push{number}"));
            let token = self.granted(&format!("Browser{number}"), "webpush", Some(subscription)).await;
            self.pushes.behave(&[Status(status)]);
            self.notify(&token).await;
        }
        let verdicts = [Verdict::Accepted, Verdict::Gone, Verdict::Refused, Verdict::Unclear, Verdict::Unreachable, Verdict::Later(None)];
        for (number, verdict) in verdicts.into_iter().enumerate() {
            let address = self.user(&format!("Mail{number}"));
            let token = self.granted(&format!("Reader{number}"), "email", Some(address)).await;
            self.postman.behave([verdict]);
            self.notify(&token).await;
        }
        let token = self.granted("Inbox", "inbox", None).await;
        self.notify(&token).await;
    }

    /// Questions that are brought, to addresses that take them and to some that do not.
    async fn questions(&self) {
        for (of, channel, status) in
            [("Known1", "webpush", 201), ("Known2", "webpush", 410), ("Known3", "webpush", 503), ("Known4", "email", 0)]
        {
            let address = if channel == "email" { self.user(of) } else { self.subscription(of) };
            let path = format!("/v1/users/{}/address", self.user(of));
            assert_eq!(self.world.call("PUT", &path, json!({ "channel": channel, "address": address })).await.status, 200);
            if status > 0 {
                self.pushes.behave(&[Status(status)]);
            }
            self.ask(of, true).await;
            self.world.drain().await;
        }
        self.ask("Nowhere", true).await;
        self.world.drain().await;
    }

    /// Messenger's wire, in JSON, forms, queries and batches, with what it takes and with what it refuses.
    async fn messenger(&self) {
        let payload = json!({ "template_type": "one_time_notif_req", "title": word("Title"), "payload": word("Payload") });
        let question = json!({ "attachment": { "type": "template", "payload": payload } });
        let token = self.granted("Bot", "webhook", None).await;
        let bodies = [
            json!({ "recipient": { "id": self.user("Asked") }, "message": question }),
            json!({ "recipient": { "one_time_notif_token": token }, "message": { "text": word("Text") } }),
            json!({ "recipient": { "one_time_notif_token": format!("{token}x") }, "message": { "text": word("Text") } }),
            json!({ "recipient": word("Recipient"), "message": word("Message") }),
            json!({ "recipient": { "id": [word("Id")] }, "message": { "text": 7 } }),
        ];
        for mut body in bodies {
            let fields = body.as_object().unwrap().iter().map(|(name, value)| (name.clone(), value.to_string()));
            let form = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
            body["access_token"] = self.world.key.as_str().into();
            body["appsecret_proof"] = word("Proof").into();
            let url = format!("{}/v12.0/me/messages", self.world.api);
            http::send("POST", &url, &[JSON], body.to_string()).await;
            http::send("POST", &format!("{url}?access_token={}", self.world.key), &[FORM], form.clone()).await;
            http::send("POST", &format!("{url}?access_token={}&{form}", word("Key")), &[FORM], "").await;
            let batch =
                json!({ "access_token": self.world.key, "batch": [{ "method": "POST", "relative_url": "me/messages", "body": form }] });
            http::send("POST", &format!("{}/v12.0/", self.world.api), &[JSON], batch.to_string()).await;
        }
        self.world.drain().await;
    }

    /// Calls that are refused, whose every part is a canary.
    async fn errors(&self) {
        let body =
            json!({ "user": word("User"), "topic": [word("Topic")], word("Field"): word("Value"), "token": word("Token") }).to_string();
        let bodies =
            [body.as_str(), "{\"title\":\"Canary7qCut", "Canary7qNoJson", "{\"message\":{\"text\":\"Canary7q\",\"text\":\"Canary7q\"}}"];
        let key = self.world.new_key(&fixture::business(), KeyKind::Publishable).await;
        for authorization in
            [format!("Bearer {}", self.world.key), format!("Bearer {}", word("Key")), format!("Bearer {}", self.keep(&key))]
        {
            for path in ["/v1/optins", "/v1/notifications", "/v1/topics/Canary7qTopic/releases", "/c/Canary7qCode", "/u/Canary7qCode/block"]
            {
                for body in bodies {
                    let headers = [("authorization", authorization.as_str()), ("origin", "https://Canary7q.example"), JSON];
                    let path = format!("{}{path}?q=Canary7qQuery", self.world.api);
                    let refused = http::send("POST", &path, &headers, body.to_owned()).await;
                    assert!(refused.status.is_client_error(), "{path}: {}", refused.body);
                }
            }
            for path in ["/v1/optins/Canary7qId", "/v1/users/Canary7qUser/optins", "/r/Canary7qCode", "/v/Canary7qCode", "/Canary7q"] {
                http::send("GET", &format!("{}{path}", self.world.api), &[("authorization", &authorization)], "").await;
            }
        }
    }

    async fn releases(&self) {
        let users: Vec<String> = (0..5).map(|number| self.user(&format!("Waits{number}"))).collect();
        self.world.grant_many(&word("Line"), &users, ChannelKind::Webhook).await;
        self.world.pass(MINUTE);
        let path = format!("/v1/topics/{}/releases", word("Line"));
        for check in [self.world.receiver.url(), format!("https://127.0.0.1:1/{}", word("Check"))] {
            let body = json!({ "message": { "text": word("Text") }, "check_url": format!("{check}?key={}", word("CheckKey")), "limit": 2 });
            let started = self.world.call("POST", &path, body).await;
            assert_eq!(started.status, 202, "{}", started.body);
            self.world.drain().await;
        }
    }

    /// An endpoint that is gone, and another one in its place that is not there either.
    async fn move_webhook(&self) {
        let token = self.granted("Gone", "webhook", None).await;
        self.world.receiver.plan(|_| Some(Status(410)));
        self.notify(&token).await;
        let directory = &self.world.app.store;
        let business = directory.business(&fixture::business()).await.unwrap().unwrap();
        let webhook = Webhook::standard(format!("http://127.0.0.1:1/{}", word("Hook")), business.webhook.unwrap().secrets);
        assert!(directory.set_business(&Business { webhook: Some(webhook), ..business }).await.unwrap());
    }

    /// A table that fails in every way, a worker without the keys, and sweeps over what all of it left.
    async fn faults(&self) {
        for fault in [Fault::ServerError, Fault::AccessDenied, Fault::Missing, Fault::Throttled, Fault::LostAfter] {
            self.world.engine.meter.choose_faults(move |_| Some(fault));
            self.world.call("DELETE", &format!("/v1/users/{}", self.user("Hook0")), Value::Null).await;
            let body = json!({ "user": self.user("Faulty"), "topic": "t", "title": word("Title") });
            assert_eq!(self.world.call("POST", "/v1/optins", body).await.status, 503);
            self.world.engine.meter.heal();
        }
        let ring = KeyRing::parse(&KeyRing::generate([[1; 32], [9; 32], [3; 32]])).unwrap();
        let businesses = Businesses::new(Arc::clone(&self.world.app.store));
        let keyless = App { keys: Arc::new(ring), businesses, ..self.world.app.clone() }.delivery();
        for is_brought in [false, true] {
            if is_brought {
                self.ask("Revived", true).await;
            } else {
                let asked = self.ask("Unsealed", false).await;
                self.world.answer(&asked, json!({ "answer": "grant", "channel": "webhook" })).await;
            }
            let event = serde_json::from_value(self.world.gather().await).unwrap();
            deliver::handle(&keyless, event, Budget::of(MINUTE)).await;
        }
        for _ in 0..3 {
            self.world.pass(30 * MINUTE);
            self.world.sweep().await;
        }
        self.world.reconcile().await;
    }

    async fn ends(&self) {
        for of in ["Hook3", "Reader4", "Known1"] {
            let user = self.user(of);
            let person = fixture::subject(&self.world.app.keys, &user).address.person;
            let page = person_url(&self.world.app.keys, &person, &self.world.api);
            http::send("GET", &page, &[], "").await;
            http::send("POST", &format!("{page}/block"), &[FORM], "lang=en").await;
            self.world.drain().await;
            http::send("POST", &format!("{page}/unblock"), &[FORM], "lang=en").await;
            self.world.call("DELETE", &format!("/v1/users/{user}"), Value::Null).await;
            self.world.drain().await;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn no_canary_is_logged_whatever_happens_and_however_much_is_logged() {
    let log = start();
    let cage = Cage::new().await;
    let secret = format!("whsec_{}", encoding::to_text(&cage.world.secret));
    cage.keep(&secret["whsec_".len()..]);
    cage.messages().await;
    cage.questions().await;
    cage.messenger().await;
    cage.errors().await;
    cage.releases().await;
    cage.move_webhook().await;
    cage.faults().await;
    cage.ends().await;
    let (lines, secrets) = ([log.lines(), cage.world.metrics.lines()].concat(), cage.secrets.lock().unwrap().clone());
    for line in &lines {
        for secret in &secrets {
            assert!(!line.contains(secret.as_str()), "`{secret}` is logged: {line}");
        }
    }
    for expected in [
        "a push service refuses",
        "cannot be opened",
        "a webhook is disabled",
        "a known address has ended",
        "a person is erased",
        "DEBUG",
        "\"Failed\":1",
        "\"optin\":\"ro_opt_",
    ] {
        assert!(lines.iter().any(|line| line.contains(expected)), "nothing is logged of `{expected}`: {lines:#?}");
    }
    println!("{} lines, {} secrets", lines.len(), secrets.len());
}

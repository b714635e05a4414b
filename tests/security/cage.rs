//! A world in which every secret is a canary.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};

use ringonce_adapters::providers::Providers;
use ringonce_adapters::web_push::vapid::{self, Vapid};
use ringonce_tests::http::{self, Answer};
use ringonce_tests::postman::Postman;
use ringonce_tests::push_service::PushService;
use ringonce_tests::world::World;
use serde_json::json;

/// What begins every secret that the test makes up itself.
pub(crate) const CANARY: &str = "Canary7q";
const APP_SECRET: &str = "Canary7qAppSecret";
const FORM: (&str, &str) = ("content-type", "application/x-www-form-urlencoded");

/// A world full of canaries, and the secrets that it has made itself.
pub(crate) struct Cage {
    pub(crate) world: World,
    pub(crate) postman: Arc<Postman>,
    pub(crate) pushes: PushService,
    pub(crate) secrets: Mutex<BTreeSet<String>>,
}

pub(crate) fn word(of: &str) -> String {
    format!("{CANARY}{of}")
}

impl Cage {
    pub(crate) async fn new() -> Self {
        let postman = Arc::<Postman>::default();
        let private = vapid::generate();
        let vapid = Vapid::new("mailto:push@shop.com", &private).unwrap();
        let providers = Providers { vapid: Some(Arc::new(vapid)), ..postman.providers() };
        let world = World::reaching(providers).await;
        let secrets = BTreeSet::from([CANARY.to_owned(), world.key.clone(), private]);
        let cage = Self { world, postman, pushes: PushService::start().await, secrets: Mutex::new(secrets) };
        cage.world.speak_messenger(APP_SECRET.as_bytes()).await;
        cage
    }

    /// Makes sure that this is nowhere, and gives it back.
    pub(crate) fn keep(&self, secret: &str) -> String {
        assert!(secret.len() > 8, "{secret}");
        self.secrets.lock().unwrap().insert(secret.to_owned());
        secret.to_owned()
    }

    pub(crate) fn subscription(&self, of: &str) -> String {
        let keys = json!({
            "p256dh": "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4",
            "auth": self.keep("BTBZMqHH6r4Tts7J_aSIgg"),
        });
        json!({ "endpoint": format!("{}/{}", self.pushes.origin(), word(of)), "keys": keys }).to_string()
    }

    pub(crate) fn user(&self, of: &str) -> String {
        format!("{}@home.example", word(of))
    }

    pub(crate) async fn ask(&self, of: &str, deliver: bool) -> Answer {
        let body = json!({
            "user": self.user(of), "topic": word("Topic"), "title": word("Title"), "payload": word("Payload"), "deliver_ask": deliver
        });
        let asked = self.world.call_with("POST", "/v1/optins", &[("idempotency-key", &word(of))], body).await;
        assert_eq!(asked.status, 201, "{}", asked.body);
        self.keep(asked.text("consent_url").rsplit_once('/').unwrap().1);
        asked
    }

    /// A yes by that channel, and the token.
    pub(crate) async fn granted(&self, of: &str, channel: &str, address: Option<String>) -> String {
        let asked = self.ask(of, false).await;
        let mut answer = json!({ "answer": "grant", "channel": channel });
        if let Some(address) = address {
            answer["address"] = address.into();
        }
        let answered = self.world.answer(&asked, answer).await;
        assert_eq!(answered.status, 200, "{}", answered.body);
        self.keep(answered.text("manage_url").rsplit_once('/').unwrap().1);
        self.world.drain().await;
        if channel == "email" {
            let link = self.postman.last_link(&format!("{}/v/", self.world.api));
            self.keep(link.rsplit_once('/').unwrap().1);
            assert_eq!(http::send("POST", &link, &[FORM], "lang=en").await.status, 200);
        }
        let optin = self.world.optin(&asked.text("id")).await;
        self.keep(optin["token"].as_str().unwrap())
    }

    pub(crate) async fn notify(&self, token: &str) {
        let message = json!({ "title": word("Headline"), "text": word("Text"), "url": format!("https://shop.example/{}", word("Url")) });
        let sent = self.world.call("POST", "/v1/notifications", json!({ "token": token, "message": message })).await;
        assert_eq!(sent.status, 202, "{}", sent.body);
        self.world.drain().await;
    }
}

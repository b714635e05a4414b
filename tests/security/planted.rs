//! One of everything that a person of a business can have, so that there is something to steal.

use std::time::Duration;

use ringonce_memory::fixture;
use ringonce_tests::http::{self, Answer};
use ringonce_tests::postman::Postman;
use ringonce_tests::world::World;
use serde_json::{Value, json};

const SETTLED: Duration = Duration::from_secs(6);

/// What was made, by the ids and codes that lead to it.
pub(crate) struct Planted {
    /// The person, whose name begins every secret of theirs.
    pub(crate) user: String,
    /// A topic with a grant that can be redeemed.
    pub(crate) topic: String,
    pub(crate) optin: String,
    pub(crate) token: String,
    /// Of a question that is not answered.
    pub(crate) consent: String,
    /// Of an address that is not confirmed.
    pub(crate) confirm: String,
    pub(crate) person: String,
    /// A message that came, and its link.
    pub(crate) sent: String,
    pub(crate) open: String,
    pub(crate) scheduled: String,
    pub(crate) release: String,
    /// Words that stand in all of it.
    words: Vec<String>,
}

/// A business's caller.
struct Caller<'a> {
    world: &'a World,
    key: &'a str,
    user: &'a str,
}

impl Caller<'_> {
    async fn call(&self, method: &str, path: &str, body: Value) -> Answer {
        let headers = [("authorization", &*format!("Bearer {}", self.key)), ("content-type", "application/json")];
        let answer = http::send(method, &format!("{}{path}", self.world.api), &headers, body.to_string()).await;
        assert!(answer.status.is_success(), "{method} {path}: {}", answer.body);
        answer
    }

    /// Asks about a topic of that kind, in secret words.
    async fn ask(&self, user: &str, kind: &str) -> Answer {
        let title = format!("{} title {kind}", self.user);
        let topic = self.topic(kind);
        self.call("POST", "/v1/optins", json!({ "user": user, "topic": topic, "title": title, "payload": self.word("payload") })).await
    }

    async fn granted(&self, user: &str, kind: &str) -> (String, String, Answer) {
        let asked = self.ask(user, kind).await;
        let answer = self.world.answer(&asked, json!({ "answer": "grant", "channel": "inbox" })).await;
        let id = asked.text("id");
        let optin = self.call("GET", &format!("/v1/optins/{id}"), Value::Null).await;
        (id, optin.text("token"), answer)
    }

    async fn notify(&self, token: &str, send_at: Option<&str>) -> String {
        let message =
            json!({ "title": self.word("headline"), "text": self.word("text"), "url": self.url(), "data": { "sku": self.word("data") } });
        let mut body = json!({ "token": token, "message": message });
        if let Some(at) = send_at {
            body["send_at"] = at.into();
        }
        self.call("POST", "/v1/notifications", body).await.text("id")
    }

    async fn release(&self) -> String {
        for number in 1..=2 {
            self.granted(&format!("{}-waits-{number}", self.user), "line").await;
        }
        self.world.pass(SETTLED);
        let batch = json!({ "size": 1, "every": "12h" });
        let body = json!({ "message": { "text": self.word("release") }, "batch": batch });
        self.call("POST", &format!("/v1/topics/{}/releases", self.topic("line")), body).await.text("id")
    }

    fn topic(&self, kind: &str) -> String {
        format!("{}-{kind}", self.user)
    }

    fn word(&self, kind: &str) -> String {
        format!("{} secret {kind}", self.user)
    }

    fn url(&self) -> String {
        format!("https://shop.example/{}/secret", self.user)
    }

    fn mail(&self, of: &str) -> String {
        format!("{}@{of}.example", self.user)
    }
}

/// The code at the end of a link of that kind, in a page or a field.
fn code_in(text: &str, kind: &str) -> String {
    let from = text.find(kind).unwrap_or_else(|| panic!("no {kind} in {text}")) + kind.len();
    text[from..].split(|c: char| !c.is_ascii_alphanumeric() && c != '-' && c != '_').next().unwrap().to_owned()
}

impl Planted {
    /// Everything for that person, made with that key.
    pub(crate) async fn of(world: &World, postman: &Postman, key: &str, user: &str) -> Self {
        let caller = Caller { world, key, user };
        let (optin, token, answer) = caller.granted(user, "granted").await;
        let (_, used, _) = caller.granted(user, "sent").await;
        let sent = caller.notify(&used, None).await;
        let (_, later, _) = caller.granted(user, "later").await;
        let scheduled = caller.notify(&later, Some(&fixture::at(86_400).to_string())).await;
        let consent = code_in(&caller.ask(user, "asked").await.text("consent_url"), "/c/");
        let typed = caller.ask(user, "typed").await;
        world.answer(&typed, json!({ "answer": "grant", "channel": "email", "address": caller.mail("typed") })).await;
        world.drain().await;
        let confirm = code_in(&postman.last_link(&format!("{}/v/", world.api)), "/v/");
        let address = json!({ "channel": "email", "address": caller.mail("known") });
        caller.call("PUT", &format!("/v1/users/{user}/address"), address).await;
        let release = caller.release().await;
        world.drain().await;
        let manage = answer.text("manage_url");
        let open = code_in(&http::send("GET", &manage, &[], "").await.body, "/r/");
        let person = code_in(&manage, "/u/");
        let mut words = ["payload", "headline", "text", "data", "release"].map(|kind| caller.word(kind)).to_vec();
        words.extend(["typed", "known"].map(|of| caller.mail(of)));
        words.extend([caller.url(), format!("{user} title"), format!("\"{user}\"")]);
        words.extend(["granted", "sent", "later", "asked", "typed", "line"].map(|kind| format!("\"{}\"", caller.topic(kind))));
        let topic = caller.topic("granted");
        Self { user: user.to_owned(), topic, optin, token, consent, confirm, person, sent, open, scheduled, release, words }
    }

    /// What nobody else may be told.
    pub(crate) fn secrets(&self) -> Vec<&str> {
        let ids =
            [&self.optin, &self.token, &self.consent, &self.confirm, &self.person, &self.sent, &self.open, &self.scheduled, &self.release];
        ids.into_iter().chain(&self.words).map(String::as_str).collect()
    }
}

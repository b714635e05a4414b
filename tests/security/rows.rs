//! What each route answers to whom. A route that has no row here fails the test.

use serde_json::{Value, json};

use crate::planted::Planted;
use crate::roles::Role;

/// Who may call a route.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Class {
    /// A business with its secret key.
    Business,
    /// The same, or its pages with a publishable one.
    Ask,
    /// Whoever holds the code in the path; keys say nothing.
    Code,
    /// Everybody: nothing of anybody's stands there.
    Public,
    /// A business in Messenger's words.
    Graph,
    /// The same, many calls in one, each answered for itself.
    Batch,
    /// Nobody, in Messenger's words.
    NoCall,
}

/// What is sent along.
pub(crate) enum Sent {
    Nothing,
    Json(Value),
    Form(String),
    Query(String),
}

/// A route as it is called with a person's things.
pub(crate) struct Row {
    pub(crate) method: &'static str,
    pub(crate) path: &'static str,
    pub(crate) class: Class,
    /// What stands at the place of the path's parameter.
    pub(crate) at: fn(&Planted) -> &str,
    pub(crate) sent: fn(&Planted) -> Sent,
    /// What the owner is answered: a status, and the code of an error.
    owner: &'static str,
    /// What another tenant is answered, with the first one's things.
    rival: &'static str,
    /// What another person is answered, with a code of their own and the first one's things.
    person: &'static str,
}

const UNAUTHORIZED: &str = "401 unauthorized";
const FORBIDDEN: &str = "403 forbidden";
const NOT_FOUND: &str = "404 not-found";
const LINK_INVALID: &str = "404 link-invalid";
const NO_TOKEN: &str = "400 190";
const NO_CALL: &str = "400 100";

impl Row {
    /// What a role is answered.
    pub(crate) fn expected(&self, role: Role) -> &'static str {
        match (self.class, role) {
            (Class::Public, _) | (_, Role::Owner) => self.owner,
            (Class::NoCall, _) => NO_CALL,
            (_, Role::Rival) => self.rival,
            (Class::Ask, Role::PublishableAtHome | Role::PublishableOfRival) => self.owner,
            (Class::Business | Class::Ask, role) if role.is_nobody() => UNAUTHORIZED,
            (Class::Business | Class::Ask, _) => FORBIDDEN,
            (Class::Code, Role::Person) => self.person,
            (Class::Code, _) => LINK_INVALID,
            (Class::Batch, Role::NoKey) => "200 [400 190]",
            (Class::Batch, role) if !role.is_nobody() => "200 [400 190]",
            (Class::Graph | Class::Batch, _) => NO_TOKEN,
        }
    }

    /// Whether a role is let in, to its own or to anybody's.
    pub(crate) fn lets_in(&self, role: Role) -> bool {
        let expected = self.expected(role);
        expected < "4" && !expected.contains("[4")
    }

    /// Whether it may change something of whoever may call it.
    pub(crate) fn writes(&self) -> bool {
        !matches!(self.method, "GET" | "OPTIONS") || self.path.starts_with("/r/")
    }
}

fn of_business(method: &'static str, path: &'static str, at: fn(&Planted) -> &str, owner: &'static str, rival: &'static str) -> Row {
    Row { method, path, class: Class::Business, at, sent: |_| Sent::Nothing, owner, rival, person: UNAUTHORIZED }
}

fn of_code(method: &'static str, path: &'static str, at: fn(&Planted) -> &str, owner: &'static str, own: &'static str) -> Row {
    Row { method, path, class: Class::Code, at, sent: |_| Sent::Nothing, owner, rival: own, person: own }
}

fn public(method: &'static str, path: &'static str, status: &'static str) -> Row {
    Row { class: Class::Public, ..of_business(method, path, nothing, status, status) }
}

fn graph(path: &'static str, at: fn(&Planted) -> &str, sent: fn(&Planted) -> Sent, owner: &'static str, rival: &'static str) -> Row {
    let method = if path.ends_with("messages") { "POST" } else { "GET" };
    Row { class: Class::Graph, sent, ..of_business(method, path, at, owner, rival) }
}

fn nothing(_: &Planted) -> &str {
    ""
}

fn nothing_sent(_: &Planted) -> Sent {
    Sent::Nothing
}

/// All of them.
pub(crate) fn rows() -> Vec<Row> {
    [of_request_optin(), of_send_notification(), of_grant_token(), of_console(), of_messenger()].into_iter().flatten().collect()
}

fn of_request_optin() -> Vec<Row> {
    let ask = |p: &Planted| Sent::Json(json!({ "user": p.user, "topic": "another", "title": "Another" }));
    let topic = |p: &Planted| Sent::Query(format!("topic={}", p.topic));
    let address = |_: &Planted| Sent::Json(json!({ "channel": "email", "address": "mallory@evil.example" }));
    vec![
        Row { class: Class::Ask, sent: ask, ..of_business("POST", "/v1/optins", nothing, "201", "201") },
        public("OPTIONS", "/v1/optins", "204"),
        of_business("GET", "/v1/optins/{id}", |p| &p.optin, "200", NOT_FOUND),
        of_business("POST", "/v1/optins/{id}/revoke", |p| &p.optin, "200", NOT_FOUND),
        Row { sent: topic, ..of_business("GET", "/v1/users/{user}/eligibility", |p| &p.user, "200", "200") },
        of_business("GET", "/v1/users/{user}/optins", |p| &p.user, "200", "200"),
        Row { sent: address, ..of_business("PUT", "/v1/users/{user}/address", |p| &p.user, "200", "200") },
        of_business("DELETE", "/v1/users/{user}", |p| &p.user, "202", NOT_FOUND),
        of_business("GET", "/v1/webhook", nothing, "200", NOT_FOUND),
    ]
}

fn of_send_notification() -> Vec<Row> {
    let message = |p: &Planted| Sent::Json(json!({ "token": p.token, "message": { "text": "x" } }));
    let time = |_: &Planted| Sent::Json(json!({ "send_at": ringonce_memory::fixture::at(7_200).to_string() }));
    let release = |_: &Planted| Sent::Json(json!({ "message": { "text": "x" } }));
    vec![
        Row { sent: message, ..of_business("POST", "/v1/notifications", nothing, "202", "404 token-unknown") },
        of_business("GET", "/v1/notifications/{id}", |p| &p.sent, "200", NOT_FOUND),
        Row { sent: time, ..of_business("PATCH", "/v1/notifications/{id}", |p| &p.scheduled, "200", NOT_FOUND) },
        of_business("DELETE", "/v1/notifications/{id}", |p| &p.scheduled, "200", NOT_FOUND),
        Row { sent: release, ..of_business("POST", "/v1/topics/{topic}/releases", |p| &p.topic, "202", "202") },
        of_business("GET", "/v1/releases", nothing, "200", "200"),
        of_business("GET", "/v1/releases/{id}", |p| &p.release, "200", NOT_FOUND),
        of_business("DELETE", "/v1/releases/{id}", |p| &p.release, "200", NOT_FOUND),
        of_business("GET", "/v1/topics", nothing, "200", "200"),
        of_business("GET", "/v1/topics/{topic}", |p| &p.topic, "200", "200"),
    ]
}

fn of_grant_token() -> Vec<Row> {
    let yes = |_: &Planted| Sent::Json(json!({ "answer": "grant", "channel": "inbox" }));
    let taken_back = |p: &Planted| Sent::Form(format!("business=shop&optin={}", p.optin));
    vec![
        of_code("GET", "/c/{code}", |p| &p.consent, "200", "200"),
        Row { sent: yes, ..of_code("POST", "/c/{code}", |p| &p.consent, "200", "200") },
        of_code("GET", "/v/{code}", |p| &p.confirm, "200", "200"),
        of_code("POST", "/v/{code}", |p| &p.confirm, "200", "200"),
        of_code("GET", "/u/{code}", |p| &p.person, "200", "200"),
        of_code("GET", "/u/{code}/unsubscribe", |p| &p.person, "200", "200"),
        of_code("POST", "/u/{code}/unsubscribe", |p| &p.person, "200", "200"),
        Row { sent: taken_back, ..of_code("POST", "/u/{code}/revoke", |p| &p.person, "303", "404") },
        of_code("POST", "/u/{code}/block", |p| &p.person, "303", "303"),
        of_code("POST", "/u/{code}/unblock", |p| &p.person, "303", "303"),
        of_code("GET", "/r/{code}", |p| &p.open, "302", "302"),
        public("GET", "/page.js", "200"),
        public("GET", "/sw.js", "200"),
        public("GET", "/widget.js", "200"),
    ]
}

fn of_console() -> Vec<Row> {
    let token = |p: &Planted| Sent::Json(json!({ "token": p.token }));
    let replay = |_: &Planted| Sent::Json(json!({}));
    vec![
        of_business("GET", "/v1/business", nothing, "200", "200"),
        of_business("GET", "/v1/days", nothing, "200", "200"),
        of_business("GET", "/v1/topics/{topic}/waiting", |p| &p.topic, "200", "200"),
        Row { sent: token, ..of_business("POST", "/v1/tokens/find", nothing, "200", NOT_FOUND) },
        of_business("GET", "/v1/users/{user}/export", |p| &p.user, "200", NOT_FOUND),
        of_business("POST", "/v1/webhook/test", nothing, "200", NOT_FOUND),
        of_business("POST", "/v1/webhook/enable", nothing, "200", NOT_FOUND),
        Row { sent: replay, ..of_business("POST", "/v1/webhook/replay", nothing, "200", NOT_FOUND) },
        public("GET", "/openapi.json", "200"),
        public("GET", "/console", "200"),
        Row { at: |_| "console.js", ..public("GET", "/console/{file}", "200") },
    ]
}

fn of_messenger() -> Vec<Row> {
    let token = |p: &Planted| Sent::Json(json!({ "recipient": { "one_time_notif_token": p.token }, "message": { "text": "x" } }));
    let question = |p: &Planted| {
        let payload = json!({ "template_type": "one_time_notif_req", "title": "Another", "payload": "x" });
        Sent::Json(json!({ "recipient": { "id": p.user }, "message": { "attachment": { "type": "template", "payload": payload } } }))
    };
    let batch = |p: &Planted| {
        let recipient = json!({ "one_time_notif_token": p.token }).to_string();
        let body: String = url::form_urlencoded::Serializer::new(String::new())
            .append_pair("recipient", &recipient)
            .append_pair("message", r#"{"text":"x"}"#)
            .finish();
        Sent::Json(json!({ "batch": [{ "method": "POST", "relative_url": "me/messages", "body": body }] }))
    };
    let of_batch = |path| {
        let row = of_business("POST", path, nothing, "200 [200]", "200 [400 100/2018001]");
        Row { class: Class::Batch, sent: batch, ..row }
    };
    let messages = "/{version}/{id}/messages";
    vec![
        Row { class: Class::NoCall, ..of_business("GET", "/{version}", nothing, NO_CALL, NO_CALL) },
        of_batch("/{version}"),
        of_batch("/{version}/"),
        graph("/{version}/{id}", |_| "shop", nothing_sent, "200", NO_CALL),
        graph(messages, |_| "shop", token, "200", NO_CALL),
        graph(messages, |_| "me", token, "200", "400 100/2018001"),
        graph(messages, |_| "me", question, "200", "400 551/1545041"),
    ]
}

//! Messenger's wire: every case and error, by JSON and by form; batches; hostile bodies; and what it costs.

use std::time::Duration;

use ringonce_domain::api_key::KeyKind;
use ringonce_domain::business::{AppSecret, Settings};
use ringonce_domain::optin::TOKEN_LIFE;
use ringonce_memory::fixture;
use ringonce_tests::connector::Fault;
use ringonce_tests::http::{self, Answer};
use ringonce_tests::world::{World, settings};
use serde_json::{Value, json};

const MINUTE: Duration = Duration::from_secs(60);
const ME: &str = "/v12.0/me/messages";
const JSON: (&str, &str) = ("content-type", "application/json");
const FORM: (&str, &str) = ("content-type", "application/x-www-form-urlencoded");

/// How a body is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Body {
    Json,
    Form,
}

impl Body {
    fn write(self, fields: &Value) -> (String, (&'static str, &'static str)) {
        match self {
            Self::Json => (fields.to_string(), JSON),
            Self::Form => (form(fields), FORM),
        }
    }
}

fn form(fields: &Value) -> String {
    let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let pairs = fields.as_object().unwrap().iter().map(|(name, value)| (name.clone(), text(value)));
    url::form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish()
}

async fn graph(world: &World, path: &str, body: Body, fields: &Value) -> Answer {
    let (body, kind) = body.write(fields);
    http::send("POST", &format!("{}{path}", world.api), &[kind], body).await
}

fn question(user: &str, title: &str) -> Value {
    let payload = json!({ "template_type": "one_time_notif_req", "title": title, "payload": "p" });
    json!({ "recipient": { "id": user }, "message": { "attachment": { "type": "template", "payload": payload } } })
}

fn message(token: &str, text: &str) -> Value {
    json!({ "recipient": { "one_time_notif_token": token }, "message": { "text": text } })
}

fn with(mut fields: Value, name: &str, value: impl Into<Value>) -> Value {
    fields[name] = value.into();
    fields
}

/// The fields with the shop's access token.
fn by(world: &World, fields: Value) -> Value {
    with(fields, "access_token", world.key.as_str())
}

async fn call(world: &World, body: Body, fields: Value) -> Answer {
    graph(world, ME, body, &by(world, fields)).await
}

/// Asks by the wire, and has the person say yes: the token.
async fn granted(world: &World, body: Body, user: &str) -> String {
    let asked = call(world, body, question(user, "Rad shirt")).await;
    assert_eq!(asked.status, 200, "{}", asked.body);
    let answered = http::send("POST", &asked.text("consent_url"), &[JSON], r#"{"answer":"grant","channel":"inbox"}"#).await;
    assert_eq!(answered.text("state"), "granted", "{}", answered.body);
    world.drain().await;
    let told = world.receiver.of_kind("optin.granted").pop().unwrap();
    told.json["data"]["token"].as_str().unwrap().to_owned()
}

/// An error's status, code and subcode.
fn error(answer: &Answer) -> (u16, u64, Option<u64>) {
    assert_eq!(answer.header("content-type"), Some("application/json"), "{}", answer.body);
    let json = answer.json();
    let error = &json["error"];
    assert!(error["type"] == "OAuthException" && error["fbtrace_id"].as_str().is_some_and(|id| !id.is_empty()), "{error}");
    (answer.status.as_u16(), error["code"].as_u64().unwrap(), error["error_subcode"].as_u64())
}

fn said(answer: &Answer) -> String {
    answer.json()["error"]["message"].as_str().unwrap_or_default().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bot_asks_hears_of_the_yes_and_sends_its_one_message() {
    for body in [Body::Json, Body::Form] {
        let world = World::start().await;
        let asked = call(&world, body, question("ada", "Rad shirt")).await;
        assert_eq!((asked.status.as_u16(), asked.text("recipient_id")), (200, "ada".to_owned()), "{body:?}: {}", asked.body);
        assert!(asked.text("message_id").starts_with("m_") && asked.text("consent_url").contains("/c/"));
        world.drain().await;
        assert_eq!(world.receiver.of_kind("optin.asked")[0].json["data"]["consent_url"], asked.text("consent_url"), "it is always brought");
        let token = granted(&world, body, "bea").await;
        let sent = call(&world, body, message(&token, "It is back.")).await;
        assert_eq!((sent.status.as_u16(), sent.text("recipient_id")), (200, "bea".to_owned()), "{}", sent.body);
        world.pass(MINUTE);
        let again = call(&world, body, with(message(&token, "It is back."), "messaging_type", "UPDATE")).await;
        assert_eq!((again.status, &again.body), (sent.status, &sent.body), "the same message is answered as the first time");
        world.drain().await;
        assert_eq!(world.receiver.of_kind("notification.sent").len(), 1, "and sent once");
        let again = call(&world, body, message(&token, "It is back.")).await;
        assert_eq!(again.body, sent.body, "also after it was sent");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_error_is_as_the_graph_api_writes_it() {
    for body in [Body::Json, Body::Form] {
        let world = World::start().await;
        let token = granted(&world, body, "ada").await;
        let revoked = granted(&world, body, "cleo").await;
        let id = world.call("GET", "/v1/users/cleo/optins", Value::Null).await.json()["optins"][0]["id"].as_str().unwrap().to_owned();
        assert_eq!(world.call("POST", &format!("/v1/optins/{id}/revoke"), Value::Null).await.status, 200);
        world.notify(&token, "Used.").await;
        let long = "x".repeat(66);
        let template = |payload: Value| json!({ "attachment": { "type": "template", "payload": payload } });
        let to = |recipient: Value, message: Value| json!({ "recipient": recipient, "message": message });
        let ada = json!({ "id": "ada" });
        let one_time = json!({ "one_time_notif_token": token });
        let text = json!({ "text": "x" });
        for (name, fields, expected, words) in [
            ("used", message(&token, "Other words."), (400, 100, Some(2_018_001)), "was used"),
            ("unknown", message("ro_tok_x", "x"), (400, 100, Some(2_018_001)), "no such token"),
            ("mistyped", message(&token[..token.len() - 1], "x"), (400, 100, Some(2_018_001)), "no such token"),
            ("revoked", message(&revoked, "x"), (400, 100, Some(2_018_001)), "was revoked"),
            ("capped", question("ada", "Rad shirt"), (400, 613, None), "again from"),
            ("a long title", question("dora", &long), (400, 100, None), "`message.attachment.payload.title` must be at most 65"),
            ("no title", to(ada.clone(), template(json!({ "template_type": "one_time_notif_req" }))), (400, 100, None), "title"),
            ("a title of another kind", with_title(json!(7)), (400, 100, None), "title"),
            ("a long payload", with_payload(json!("x".repeat(1_001))), (400, 100, None), "payload"),
            ("a payload of another kind", with_payload(json!({ "a": 1 })), (400, 100, None), "payload"),
            ("a topic that is none", with_payload(json!(r#"{"topic":"no topic"}"#)), (400, 100, None), "topic"),
            ("no recipient", json!({ "message": text }), (400, 100, None), "`recipient` is missing"),
            ("an empty recipient", to(json!({}), text.clone()), (400, 100, None), "`recipient` must hold"),
            ("another recipient", to(json!({ "phone_number": "+1" }), text.clone()), (400, 100, None), "no other recipients"),
            ("two recipients", to(json!({ "id": "a", "one_time_notif_token": token }), text.clone()), (400, 100, None), "not both"),
            ("a recipient that is text", json!({ "recipient": "ada", "message": text }), (400, 100, None), "recipient"),
            ("an id of another kind", to(json!({ "id": [] }), text.clone()), (400, 100, None), "`recipient.id` must be"),
            ("an empty id", question("", "T"), (400, 100, None), "`recipient.id` must"),
            ("a visitor's id", question("anon:1", "T"), (400, 100, None), "`recipient.id` must not begin"),
            ("a text to an id", to(ada.clone(), text.clone()), (400, 100, None), "one-time notification request"),
            (
                "another template",
                to(ada.clone(), template(json!({ "template_type": "button", "text": "x" }))),
                (400, 100, None),
                "template_type",
            ),
            ("a sender action", json!({ "recipient": ada, "sender_action": "typing_on" }), (400, 100, None), "nothing else can be sent"),
            ("no message", json!({ "recipient": one_time }), (400, 100, None), "`message` is missing"),
            ("a message without words", to(one_time.clone(), json!({})), (400, 100, None), "no words"),
            ("an empty text", to(one_time.clone(), json!({ "text": " " })), (400, 100, None), "no words"),
            ("a long text", message(&token, &"x".repeat(1_001)), (400, 100, None), "`message.text` must be"),
            (
                "much beside the text",
                to(one_time, json!({ "text": "x", "metadata": "y".repeat(4_096) })),
                (400, 100, None),
                "`message` must be",
            ),
        ] {
            let answer = call(&world, body, fields).await;
            assert_eq!(error(&answer), expected, "{body:?} {name}: {}", answer.body);
            assert!(said(&answer).to_lowercase().contains(&words.to_lowercase()), "{body:?} {name}: {}", answer.body);
        }
        let used = call(&world, body, message(&token, "Other words.")).await.json();
        assert_eq!(used["error"]["error_data"], json!({ "reason": "used" }));
        let capped = call(&world, body, question("ada", "Rad shirt")).await.json();
        assert!(capped["error"]["error_data"]["retry_after"].as_u64().is_some_and(|seconds| (1..=61).contains(&seconds)), "{capped}");
        assert_eq!(capped["error"].get("error_subcode"), None);
    }
}

fn with_title(title: Value) -> Value {
    let mut fields = question("dora", "T");
    fields["message"]["attachment"]["payload"]["title"] = title;
    fields
}

fn with_payload(payload: Value) -> Value {
    let mut fields = question("dora", "T");
    fields["message"]["attachment"]["payload"]["payload"] = payload;
    fields
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_that_has_expired_a_person_who_blocked_and_one_whom_nothing_reaches_are_told_apart() {
    for body in [Body::Json, Body::Form] {
        let mut world = World::start().await;
        let token = granted(&world, body, "ada").await;
        let asked = call(&world, body, question("ada", "Another")).await;
        let manage = http::send("POST", &asked.text("consent_url"), &[JSON], r#"{"answer":"decline"}"#).await.text("manage_url");
        world.pass(TOKEN_LIFE);
        let expired = call(&world, body, message(&token, "x")).await;
        assert_eq!(error(&expired), (400, 100, Some(2_018_001)));
        assert_eq!(expired.json()["error"]["error_data"]["reason"], "expired");
        http::send("POST", &format!("{manage}/block"), &[FORM], "").await;
        let blocked = call(&world, body, question("ada", "A third")).await;
        assert_eq!(error(&blocked), (400, 10, Some(2_018_108)), "{}", blocked.body);
        world.engine.meter.choose_faults(|_| Some(Fault::LostBefore));
        let down = call(&world, body, question("bea", "T")).await;
        assert_eq!((error(&down), down.header("retry-after")), ((503, 2, None), Some("1")));
        assert_eq!(down.json()["error"]["is_transient"], true);
        world.engine.meter.heal();
        world.key = world.another_business().await;
        let unreachable = call(&world, body, question("ada", "T")).await;
        assert_eq!(error(&unreachable), (400, 551, Some(1_545_041)), "{}", unreachable.body);
        assert_eq!(error(&call(&world, body, message(&token, "x")).await), (400, 100, Some(2_018_001)), "another business's token");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_access_token_is_taken_from_wherever_clients_put_it_and_a_bad_one_is_190_without_a_subcode() {
    let world = World::start().await;
    let url = |path: &str| format!("{}{path}", world.api);
    let key = world.key.clone();
    let bearer = format!("Bearer {key}");
    let mut users = (1..).map(|number| format!("user{number}"));
    let mut ask = || question(&users.next().unwrap(), "T").to_string();
    for (path, headers, body) in [
        (format!("{ME}?access_token={key}"), vec![JSON], ask()),
        (ME.to_owned(), vec![JSON, ("authorization", bearer.as_str())], ask()),
        (ME.to_owned(), vec![FORM], form(&by(&world, serde_json::from_str(&ask()).unwrap()))),
        (ME.to_owned(), vec![], by(&world, serde_json::from_str(&ask()).unwrap()).to_string()),
        (format!("/v2.6/shop/messages?access_token={key}"), vec![JSON], ask()),
        (format!("/v21.0/me/messages/?access_token={key}"), vec![("content-type", "application/json; charset=utf-8")], ask()),
    ] {
        let answer = http::send("POST", &url(&path), &headers, body).await;
        assert_eq!(answer.status, 200, "{path}: {}", answer.body);
    }
    let publishable = world.new_key(&fixture::business(), KeyKind::Publishable).await;
    let unknown = ringonce_domain::api_key::ApiKey::new(KeyKind::Secret, [9; 24]).reveal().to_owned();
    for token in ["", "EAAB", &key[..key.len() - 1], &publishable, &unknown] {
        for body in [Body::Json, Body::Form] {
            let fields = with(question("ada", "T"), "access_token", token);
            let answer = graph(&world, ME, body, &fields).await;
            assert_eq!(error(&answer), (400, 190, None), "{token}: {}", answer.body);
            assert!(token.is_empty() || !answer.body.contains(token), "a token is not repeated: {}", answer.body);
        }
    }
    assert_eq!(error(&graph(&world, ME, Body::Json, &question("ada", "T")).await), (400, 190, None), "there is none");
    for id in ["me", "shop"] {
        let me = http::send("GET", &url(&format!("/v12.0/{id}?fields=id,name&access_token={key}")), &[], "").await;
        assert_eq!(me.json(), json!({ "id": "shop", "name": "The Shop" }));
    }
    for (method, path) in
        [("GET", "/v12.0/other"), ("POST", "/v12.0/other/messages"), ("GET", ME), ("POST", "/v12.0/me/photos"), ("DELETE", "/v12.0/me")]
    {
        let answer = http::send(method, &url(&format!("{path}?access_token={key}")), &[JSON], question("ada", "T").to_string()).await;
        assert_eq!(error(&answer), (400, 100, None), "{method} {path}");
        assert!(said(&answer).contains("Unsupported"), "{}", answer.body);
    }
    for path in ["/vx/me/messages", "/v12/me/messages", "/nothing/here/at/all"] {
        let answer = http::send("POST", &url(path), &[JSON], "{}").await;
        assert_eq!((answer.status.as_u16(), answer.text("code")), (404, "not-found".to_owned()), "{path}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_proof_is_checked_where_the_business_has_set_its_app_secret() {
    let secret = AppSecret::seal(&fixture::keys(), &fixture::business(), b"app secret");
    let world = World::with(Settings { app_secret: Some(secret), ..settings() }).await;
    let proof = |signed: &str| {
        let key = aws_lc_rs::hmac::Key::new(aws_lc_rs::hmac::HMAC_SHA256, b"app secret");
        aws_lc_rs::hmac::sign(&key, signed.as_bytes()).as_ref().iter().map(|byte| format!("{byte:02x}")).collect::<String>()
    };
    let now = world.app.clock.now().seconds();
    let timed = |time: u64| (json!(proof(&format!("{}|{time}", world.key))), Some(json!(time)));
    let mut users = (1..).map(|number| format!("user{number}"));
    for ((proof, time), taken) in [
        ((json!(proof(&world.key)), None), true),
        (timed(now), true),
        (timed(now - 299), true),
        (timed(now + 299), true),
        (timed(now - 301), false),
        (timed(now + 301), false),
        ((json!(proof(&world.key)), Some(json!(now))), false),
        ((timed(now).0, None), false),
        ((json!(proof(&world.key).to_uppercase()), None), false),
        ((json!(""), None), false),
        ((json!(proof("another")), None), false),
        ((timed(now).0, Some(json!("soon"))), false),
    ] {
        for body in [Body::Json, Body::Form] {
            let mut fields = with(question(&users.next().unwrap(), "T"), "appsecret_proof", proof.clone());
            if let Some(time) = &time {
                fields = with(fields, "appsecret_time", time.clone());
            }
            let answer = call(&world, body, fields.clone()).await;
            match taken {
                true => assert_eq!(answer.status, 200, "{fields}: {}", answer.body),
                false => assert_eq!(error(&answer), (400, 190, None), "{fields}: {}", answer.body),
            }
        }
    }
    assert_eq!(call(&world, Body::Json, question("ada", "T")).await.status, 200, "a proof is none that has to be given");
}

#[tokio::test(flavor = "multi_thread")]
async fn of_fifty_parts_a_bad_one_fails_alone_wherever_it_stands() {
    let world = World::start().await;
    let part = |user: &str, title: &str| json!({ "method": "POST", "relative_url": "me/messages", "body": form(&question(user, title)) });
    let me = json!({ "method": "GET", "relative_url": "me" });
    for (bad, body) in (0_usize..50).zip([Body::Json, Body::Form].into_iter().cycle()) {
        // Beside the bad one stand questions; reading who one is makes up the number.
        let of_place = |place: usize| match place.abs_diff(bad) {
            0 => part("ada", ""),
            1 => part(&format!("u{bad}-{place}"), "T"),
            _ => me.clone(),
        };
        let batch: Vec<_> = (0..50).map(of_place).collect();
        let answer = graph(&world, "/v12.0/", body, &by(&world, json!({ "include_headers": true, "batch": batch }))).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
        let parts = answer.json();
        let parts = parts.as_array().unwrap();
        assert_eq!(parts.len(), 50);
        for (place, part) in parts.iter().enumerate() {
            let body: Value = serde_json::from_str(part["body"].as_str().unwrap()).unwrap();
            let (code, told) = match place.abs_diff(bad) {
                0 => (400, body["error"]["code"] == 100),
                1 => (200, body["recipient_id"] == format!("u{bad}-{place}")),
                _ => (200, body["id"] == "shop"),
            };
            assert!(part["code"] == code && told, "{place} of {bad}: {part}");
            assert_eq!(part["headers"], json!([{ "name": "Content-Type", "value": "application/json" }]));
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_parts_of_a_batch_are_any_calls_and_the_batch_itself_is_refused_as_a_whole() {
    let world = World::start().await;
    let token = granted(&world, Body::Json, "ada").await;
    let send = |url: &str, fields: &Value| json!({ "method": "POST", "relative_url": url, "body": form(fields) });
    let foreign = world.another_business().await;
    let batch = json!([
        send("me/messages", &message(&token, "It is back.")),
        send("v12.0/me/messages", &message(&token, "It is back.")),
        send("/shop/messages", &message(&token, "Other words.")),
        { "method": "GET", "relative_url": "me?fields=id" },
        send(&format!("me/messages?access_token={foreign}"), &question("bea", "T")),
        send("me/messages", &with(question("cleo", "T"), "access_token", "EAAB")),
        { "method": "POST", "relative_url": "me/messages", "body": question("dora", "T").to_string() },
        { "method": "POST", "relative_url": "me/messages", "body": "message=%zz" },
        { "method": "POST", "relative_url": "me/messages", "body": {} },
        { "method": "POST", "relative_url": "" },
        { "relative_url": "me/messages" },
        null,
        { "method": "POST", "relative_url": "me/messages" },
    ]);
    let answer = graph(&world, "/v12.0", Body::Json, &by(&world, json!({ "include_headers": false, "batch": batch }))).await;
    let parts = answer.json();
    let told = |part: &Value| {
        let body: Value = serde_json::from_str(part["body"].as_str().unwrap()).unwrap();
        (part["code"].as_u64().unwrap(), body["error"]["code"].as_u64(), part.get("headers").is_some())
    };
    let told: Vec<_> = parts.as_array().unwrap().iter().map(told).collect();
    let (fine, bad) = ((200, None, false), (400, Some(100), false));
    assert_eq!(told[..3], [fine, fine, bad], "{parts}");
    assert_eq!(told[3..7], [fine, (400, Some(551), false), (400, Some(190), false), fine], "{parts}");
    assert_eq!(told[7..], [bad; 6], "{parts}");
    assert_eq!(parts[0]["body"], parts[1]["body"]);
    let part = json!({ "method": "GET", "relative_url": "me" });
    for (fields, code) in [
        (by(&world, json!({ "batch": vec![part.clone(); 51] })), 100),
        (by(&world, json!({ "batch": {} })), 100),
        (by(&world, json!({ "batch": "[" })), 100),
        (by(&world, json!({})), 100),
        (json!({ "access_token": "EAAB", "batch": [part] }), 190),
    ] {
        for body in [Body::Json, Body::Form] {
            assert_eq!(error(&graph(&world, "/v12.0/", body, &fields).await), (400, code, None), "{fields}");
        }
    }
    let unsigned =
        graph(&world, "/v12.0/", Body::Json, &json!({ "batch": [part, send(&format!("me?access_token={}", world.key), &json!({}))] }))
            .await;
    assert_eq!(unsigned.json()[0]["code"], 400, "{}", unsigned.body);
}

#[tokio::test(flavor = "multi_thread")]
async fn hostile_bodies_get_an_error_of_the_graph_and_change_nothing() {
    let world = World::start().await;
    assert_eq!(call(&world, Body::Json, question("warm", "T")).await.status, 200);
    let before = world.items().await;
    let key = world.key.clone();
    let whole = by(&world, question("ada", "T")).to_string();
    let twice = whole.replacen('{', "{\"recipient\":{\"id\":\"bea\"},", 1);
    let deep = |depth: usize| format!(r#"{{"access_token":"{key}","recipient":{{"id":"ada"}},"message":{}}}"#, "[".repeat(depth));
    let nested = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
    let huge = format!(r#"{{"access_token":"{key}","batch":[{}]}}"#, vec![r#"{"method":"GET","relative_url":"me"}"#; 1_400_000].join(","));
    assert!(huge.len() > 50_000_000);
    let bodies: Vec<(&str, (&str, &str), String)> = vec![
        ("a broken end", JSON, whole[..whole.len() - 1].to_owned()),
        ("a key twice", JSON, twice),
        ("a key twice, deeper", JSON, whole.replace(r#""id":"ada""#, r#""id":"bea","id":"ada""#)),
        ("nesting without end", JSON, deep(100_000)),
        ("deep nesting that ends", JSON, format!(r#"{{"access_token":"{key}","x":{}}}"#, nested(10_000))),
        ("deep nesting in a form", FORM, form(&json!({ "access_token": key, "recipient": r#"{"id":"ada"}"#, "message": nested(50_000) }))),
        (
            "a key twice in a form's JSON",
            FORM,
            form(&json!({ "access_token": key, "recipient": r#"{"id":"a","id":"b"}"#, "message": "{}" })),
        ),
        ("broken percent-encoding", FORM, format!("access_token={key}&recipient=%7B%22id%22%3A%22ada%22%7D&message=%7")),
        ("percent-encoding of no UTF-8", FORM, format!("access_token={key}&recipient=%ff%fe")),
        ("a batch of 50 MB", JSON, huge),
        ("an array", JSON, "[]".to_owned()),
        ("a number", JSON, "1e999".to_owned()),
        ("nothing", JSON, String::new()),
        ("no JSON", JSON, "\u{0}\u{1}\u{2}".to_owned()),
        ("multipart", ("content-type", "multipart/form-data; boundary=x"), "--x--".to_owned()),
        ("another kind", ("content-type", "text/plain"), "hello".to_owned()),
        ("a token that is an object", JSON, whole.replace(&format!("\"{key}\""), "{}")),
        ("a message that is a number", JSON, by(&world, json!({ "recipient": { "id": "ada" }, "message": 1e300 })).to_string()),
    ];
    for (name, kind, body) in bodies {
        for path in [ME, "/v12.0/"] {
            let answer = http::send("POST", &format!("{}{path}", world.api), &[kind], body.clone()).await;
            let (status, code, _) = error(&answer);
            assert!(status == 400 && (code == 100 || code == 190), "{name} at {path}: {}", answer.body);
            assert!(!answer.body.contains(&key), "{name}: no token is repeated");
        }
    }
    let latin = http::send("POST", &format!("{}{ME}?access_token=%ff", world.api), &[JSON], "{}").await;
    assert_eq!(error(&latin), (400, 100, None));
    assert_eq!(world.items().await, before);
}

/// Round trips by operation, and write units.
async fn cost(world: &World, calls: impl AsyncFn()) -> (Value, f64) {
    world.engine.meter.reset();
    world.engine.capacity.reset();
    calls().await;
    (json!(world.engine.meter.counts()), world.engine.capacity.write_units())
}

#[tokio::test(flavor = "multi_thread")]
async fn the_wire_costs_what_the_own_api_costs() {
    let world = World::start().await;
    let own = json!({ "user": "warm", "topic": "rad-shirt", "title": "Rad shirt", "payload": "p", "deliver_ask": true });
    assert_eq!(world.call("POST", "/v1/optins", own).await.status, 201);
    let ask_by = async |user: &str| {
        let body = json!({ "user": user, "topic": "rad-shirt", "title": "Rad shirt", "payload": "p", "deliver_ask": true });
        assert_eq!(world.call("POST", "/v1/optins", body).await.status, 201);
    };
    let own = cost(&world, async || ask_by("ada").await).await;
    let wire = cost(&world, async || assert_eq!(call(&world, Body::Json, question("bea", "Rad shirt")).await.status, 200)).await;
    assert_eq!(wire, own, "a question");
    assert_eq!(wire.0, json!({ "UpdateItem": 1 }));
    let [first, second] = [granted(&world, Body::Json, "cleo").await, granted(&world, Body::Json, "dora").await];
    let own = cost(&world, async || assert_eq!(world.notify(&first, "It is back.").await.status, 202)).await;
    let wire = cost(&world, async || assert_eq!(call(&world, Body::Form, message(&second, "It is back.")).await.status, 200)).await;
    assert_eq!(wire, own, "the message");
    assert_eq!(wire.0, json!({ "UpdateItem": 1 }));
    let refused = cost(&world, async || assert_eq!(call(&world, Body::Json, message("ro_tok_x", "x")).await.status, 400)).await;
    assert_eq!(refused, (json!({}), 0.0), "a forged token costs nothing");
}

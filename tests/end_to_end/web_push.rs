//! Pushes as a push service and a browser get them; the browser is other people's code (`browser.py`).

use std::time::Duration;

use ringonce_adapters::open_web::{OpenWeb, Reach};
use ringonce_adapters::web_push::encrypt::LONGEST_PLAIN;
use ringonce_adapters::web_push::payload::{Direction, Notice, tag};
use ringonce_adapters::web_push::vapid::{self, Vapid};
use ringonce_adapters::web_push::{self, DEFAULT_TTL, Push, Urgency};
use ringonce_adapters::webhook::Verdict;
use ringonce_domain::encoding;
use ringonce_domain::push::Subscription;
use ringonce_domain::time::Timestamp;
use ringonce_tests::push_service::{PushService, Pushed};
use ringonce_tests::receiver::Behaviour;
use ringonce_tests::tools;
use serde_json::{Value, json};

const NOW: Timestamp = Timestamp::from_millis(1_800_000_000_000);
const SUBJECT: &str = "mailto:push@shop.com";
const ID: &str = "ro_msg_1";

/// A browser by other people's code.
struct Browser {
    subscription: Subscription,
    private_key: String,
}

fn python(arguments: &[&str]) -> Value {
    let all = [&["python", "tests/end_to_end/browser.py"], arguments].concat();
    serde_json::from_str(&tools::run("scripts/with-tools", &all).unwrap()).unwrap()
}

impl Browser {
    fn subscribed_at(endpoint: &str) -> Self {
        let mut made = python(&["subscribe", endpoint]);
        let subscription = serde_json::from_value(made["subscription"].take()).unwrap();
        Self { subscription, private_key: made["private_key"].as_str().unwrap().to_owned() }
    }

    /// What it makes of a push: whether its sender was verified, what the sender claims, and the message.
    fn read(&self, pushed: &Pushed) -> Value {
        let [auth, body] = [self.subscription.auth().as_slice(), &pushed.body].map(encoding::to_text);
        python(&["read", &self.private_key, &auth, pushed.header("authorization"), &body])
    }
}

/// A browser for which nobody needs to read.
fn unread(endpoint: &str) -> Subscription {
    let keys = json!({
        "p256dh": "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4",
        "auth": "BTBZMqHH6r4Tts7J_aSIgg",
    });
    serde_json::from_value(json!({"endpoint": endpoint, "keys": keys})).unwrap()
}

fn sender() -> Vapid {
    Vapid::new(SUBJECT, &vapid::generate()).unwrap()
}

fn web(reach: Reach) -> OpenWeb {
    OpenWeb::new(reach, Duration::from_secs(2))
}

fn push(body: &str) -> Push<'_> {
    let url = "https://notify.example/r/x";
    let notice = Notice { id: ID, title: "Rad shirt", body, url, lang: Some("de"), dir: Direction::Ltr };
    Push { notice, ttl: DEFAULT_TTL, urgency: Urgency::High }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_push_is_read_by_its_browser_and_its_sender_is_verified_by_other_peoples_code() {
    let (service, vapid) = (PushService::start().await, sender());
    let browser = Browser::subscribed_at(&format!("{}/send/abc", service.origin()));
    let text = "Es ist zurück. 👕";
    let verdict = web_push::send(&web(Reach::PublicAndLoopback), &vapid, &browser.subscription, &push(text), NOW).await;
    assert_eq!(verdict, Verdict::Accepted);

    let [pushed]: [Pushed; 1] = service.pushed().try_into().unwrap();
    assert_eq!(pushed.path, "/send/abc");
    for (name, value) in [
        ("ttl", "86400"),
        ("urgency", "high"),
        ("topic", &tag(ID)),
        ("content-encoding", "aes128gcm"),
        ("content-type", "application/octet-stream"),
    ] {
        assert_eq!(pushed.header(name), value, "{name}");
    }
    assert!(pushed.header("authorization").ends_with(&format!(", k={}", vapid.public_key())));
    let read = browser.read(&pushed);
    assert_eq!(read["verified"], true);
    assert_eq!(read["claims"], json!({"aud": service.origin(), "exp": NOW.seconds() + 12 * 3_600, "sub": SUBJECT}));
    assert_eq!(read["message"]["web_push"], 8030);
    assert_eq!(read["message"]["notification"]["body"], text);
    assert_eq!(read["message"]["notification"]["data"]["id"], ID);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_that_is_too_long_arrives_shortened_in_one_record() {
    let service = PushService::start().await;
    let browser = Browser::subscribed_at(&service.origin());
    let long = "x".repeat(2 * LONGEST_PLAIN);
    let verdict = web_push::send(&web(Reach::PublicAndLoopback), &sender(), &browser.subscription, &push(&long), NOW).await;
    assert_eq!((verdict, service.pushed()[0].body.len()), (Verdict::Accepted, 4_096));
    let read = browser.read(&service.pushed()[0]);
    assert!(read["message"]["notification"]["body"].as_str().unwrap().ends_with("x…"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_that_is_sent_again_replaces_itself_and_is_encrypted_anew() {
    let (service, vapid, web) = (PushService::start().await, sender(), web(Reach::PublicAndLoopback));
    let subscription = unread(&service.origin());
    for _ in 0..2 {
        assert_eq!(web_push::send(&web, &vapid, &subscription, &push("Back."), NOW).await, Verdict::Accepted);
    }
    let [one, other]: [Pushed; 2] = service.pushed().try_into().unwrap();
    assert_eq!(one.header("topic"), other.header("topic"));
    assert_eq!(one.header("authorization"), other.header("authorization"));
    assert_ne!(one.body[..86], other.body[..86]);
}

#[tokio::test(flavor = "multi_thread")]
async fn every_answer_of_a_push_service_has_its_verdict() {
    let (service, vapid, web) = (PushService::start().await, sender(), web(Reach::PublicAndLoopback));
    let subscription = unread(&service.origin());
    let (now, seven) = (Verdict::Later(None), Verdict::Later(Some(Duration::from_secs(7))));
    for (behaviour, expected) in [
        (Behaviour::Status(200), Verdict::Accepted),
        (Behaviour::Status(201), Verdict::Accepted),
        (Behaviour::Status(202), Verdict::Accepted),
        (Behaviour::Status(301), Verdict::Refused),
        (Behaviour::Status(400), Verdict::Refused),
        (Behaviour::Status(401), Verdict::Refused),
        (Behaviour::Status(403), Verdict::Refused),
        (Behaviour::Status(404), Verdict::Gone),
        (Behaviour::Status(410), Verdict::Gone),
        (Behaviour::Status(413), Verdict::Refused),
        (Behaviour::Status(429), now.clone()),
        (Behaviour::StatusAfter(429, 7), seven.clone()),
        (Behaviour::Status(500), Verdict::Unclear),
        (Behaviour::Status(502), Verdict::Unclear),
        (Behaviour::Status(503), now),
        (Behaviour::StatusAfter(503, 7), seven),
        (Behaviour::Status(504), Verdict::Unclear),
        (Behaviour::Drop, Verdict::Unclear),
        (Behaviour::Hang, Verdict::Unclear),
    ] {
        service.behave(&[behaviour]);
        assert_eq!(web_push::send(&web, &vapid, &subscription, &push("Back."), NOW).await, expected, "{behaviour:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_endpoint_that_may_not_be_called_is_not_called() {
    let service = PushService::start().await;
    let subscription = unread(&service.origin());
    assert_eq!(web_push::send(&web(Reach::Public), &sender(), &subscription, &push("Back."), NOW).await, Verdict::Unreachable);
    assert!(service.pushed().is_empty());
}

#[test]
fn the_service_worker_alerts_once_for_a_message_and_opens_where_it_leads() {
    tools::run("scripts/with-tools", &["node", "--test", "tests/end_to_end/service_worker.cjs"]).unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn what_other_peoples_code_decrypts_is_what_a_real_browser_is_given() {
    let (service, vapid) = (PushService::start().await, sender());
    let browser = Browser::subscribed_at(&format!("{}/send/abc", service.origin()));
    let verdict = web_push::send(&web(Reach::PublicAndLoopback), &vapid, &browser.subscription, &push("It is back."), NOW).await;
    assert_eq!(verdict, Verdict::Accepted);
    let given: Value = serde_json::from_str(include_str!("../browser/pushed.json")).unwrap();
    assert_eq!(browser.read(&service.pushed()[0])["message"], given, "tests/browser/push.test.js delivers tests/browser/pushed.json");
}

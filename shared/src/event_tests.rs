use serde_json::{Value, json};

use super::*;
use crate::ids::{NotificationId, OptinId, Token, parse_person_code, parse_release_id};
use crate::rules::tests::standing::{ASK, START, at, call, granted, optin, optins, sealed};

const ORIGIN: &str = "https://ringonce.example";

fn keys() -> KeyRing {
    KeyRing::parse(&KeyRing::generate([[1; 32], [2; 32], [3; 32]])).expect("valid")
}

/// A ring that holds none of those keys.
fn other_keys() -> KeyRing {
    let rotated = KeyRing::generate([[1; 32], [5; 32], [6; 32]]).replace(r#""id":1"#, r#""id":2"#);
    KeyRing::parse(&rotated).expect("valid")
}

fn shop() -> BusinessId {
    granted().business
}

fn body(event: &Event) -> Value {
    serde_json::from_str(&event.body).expect("JSON")
}

/// The kind of the event that a transition makes.
fn kind_of(old: Option<&Optin>, new: &Optin) -> Option<String> {
    let event = of_transition(&keys(), old, new).expect("the key is there")?;
    Some(body(&event)["type"].as_str().expect("a type").to_owned())
}

/// A later version of `old` in that state.
fn moved(old: &Optin, state: State) -> Optin {
    Optin { state, version: old.version + 1, ..old.clone() }
}

#[test]
fn each_end_is_told_and_what_only_moves_inside_is_not() {
    use State::{Attempting, Confirming, Declined, Expired, Failed, Granted, Queued, Revoked, Scheduled, Sent, Unknown};
    for (before, after, kind) in [
        (Confirming, Granted, Some("optin.granted")),
        (Scheduled, Granted, Some("notification.returned")),
        (Attempting, Granted, Some("notification.returned")),
        (Granted, Scheduled, None),
        (Granted, Queued, None),
        (Scheduled, Queued, None),
        (Queued, Attempting, None),
        (Attempting, Queued, None),
        (Attempting, Sent, Some("notification.sent")),
        (Attempting, Failed, Some("notification.failed")),
        (Attempting, Unknown, Some("notification.unknown")),
        (Scheduled, Expired, Some("notification.failed")),
        (Granted, Expired, None),
        (Confirming, Expired, None),
        (Granted, Revoked, Some("optin.revoked")),
        (Queued, Revoked, Some("optin.revoked")),
    ] {
        let old = Optin { state: before, ..granted() };
        assert_eq!(kind_of(Some(&old), &moved(&old, after)).as_deref(), kind, "{before} to {after}");
    }
    for (first, kind) in [(Granted, Some("optin.granted")), (Declined, Some("optin.declined")), (Confirming, None)] {
        let new = Optin { state: first, ..granted() };
        assert_eq!(kind_of(None, &new).as_deref(), kind, "first {first}");
        let of_another_ask = Optin { ask: call(ASK + 1, 1), state: Sent, ..granted() };
        assert_eq!(kind_of(Some(&of_another_ask), &new).as_deref(), kind, "{first} over another's end, whatever its version");
    }
}

#[test]
fn a_write_that_is_no_transition_makes_no_event() {
    for (name, old) in optins() {
        let mut watched = old.clone();
        watched.delivery.due_at = Some(at(9));
        assert_eq!(of_transition(&keys(), Some(&old), &watched), Ok(None), "{name}");
    }
}

#[test]
fn a_grant_hands_over_its_token_and_nothing_else_does() {
    let new = Optin { payload: Some("size=m".to_owned().try_into().expect("valid")), ..granted() };
    let event = of_transition(&keys(), None, &new).expect("key").expect("an event");
    assert_eq!(event.id, format!("evt_{}_1", encoding::to_text(new.ask.as_bytes())));
    let told = body(&event);
    let (id, token) = (told["data"]["optin"].as_str().expect("an id"), told["data"]["token"].as_str().expect("a token"));
    assert_eq!(OptinId::parse(&keys(), &shop(), id), Some(new.id()));
    assert_eq!(Token::parse(&keys(), &shop(), token), Some(new.id().token()));
    let data = json!({
        "optin": id, "version": 1, "user": "ada", "topic": "shirt-m", "title": "Rad shirt, M", "payload": "size=m",
        "channel": "webhook", "state": "granted", "token": token, "expires_at": new.expires_at.to_string(),
    });
    assert_eq!(told, json!({ "type": "optin.granted", "timestamp": at(60).to_string(), "data": data }));
    assert_eq!(event.happened_at(), Some(at(60)));
    let before = Optin { state: State::Scheduled, version: 0, ..granted() };
    for name in ["declined", "sent", "failed", "unknown", "revoked", "expired while scheduled"] {
        let event = of_transition(&keys(), Some(&before), &optin(name)).expect("key").expect(name);
        let data = &body(&event)["data"];
        assert!(data["token"].is_null() && data["expires_at"].is_null(), "{data}");
    }
}

#[test]
fn an_end_names_its_message_and_its_reason_and_when_it_came() {
    let failed = optin("failed");
    let told = body(
        &of_transition(&keys(), Some(&Optin { state: State::Attempting, version: 1, ..failed.clone() }), &failed)
            .expect("key")
            .expect("one"),
    );
    assert_eq!((&told["data"]["state"], &told["data"]["reason"]), (&json!("failed"), &json!("gone")));
    let message = told["data"]["notification"].as_str().expect("an id");
    assert_eq!(NotificationId::parse(&keys(), &shop(), message), failed.notification());
    assert_eq!(told["timestamp"], json!(failed.timeline.last().expect("steps").at.to_string()));
}

#[test]
fn without_the_key_of_an_id_there_is_no_event() {
    assert_eq!(of_transition(&other_keys(), None, &granted()), Err(MissingKey));
    assert_eq!(of_transition(&other_keys(), Some(&granted()), &granted()), Ok(None), "where none is told");
    assert_eq!(of_ask(&other_keys(), &sealed(ASK, START), "x"), Err(MissingKey));
    assert_eq!(of_message(&other_keys(), &optin("queued"), ORIGIN), None);
    assert_eq!(of_release_end(&other_keys(), &release()), Err(MissingKey));
    assert_eq!(of_release_check(&other_keys(), &release()), Err(MissingKey));
}

#[test]
fn a_question_is_handed_over_with_its_link_until_that_lapses() {
    let ask = sealed(ASK, START);
    let event = of_ask(&keys(), &ask, "https://ringonce.example/c/x").expect("key");
    assert_eq!(event.id, format!("evt_{}_0", encoding::to_text(ask.id.ask.as_bytes())));
    assert_eq!(event.consent_url().as_deref(), Some("https://ringonce.example/c/x"));
    let told = body(&event);
    let data = json!({
        "optin": told["data"]["optin"], "user": "ada", "topic": "shirt-m", "title": "Rad shirt, M",
        "consent_url": "https://ringonce.example/c/x", "expires_at": at(604_800).to_string(),
    });
    assert_eq!(told, json!({ "type": "optin.asked", "timestamp": START.to_string(), "data": data }));
    let other = of_transition(&keys(), None, &granted()).expect("key").expect("an event");
    assert_eq!(other.consent_url(), None, "no other event has one");
    assert_eq!(Event { id: String::new(), body: "x".to_owned() }.happened_at(), None);
}

#[test]
fn a_message_is_one_event_for_ever_with_the_persons_own_page() {
    let mut queued = optin("queued");
    let event = of_message(&keys(), &queued, ORIGIN).expect("a message");
    assert_eq!(NotificationId::parse(&keys(), &shop(), &event.id), queued.notification());
    let told = body(&event);
    let manage = told["data"]["manage_url"].as_str().expect("a page").strip_prefix("https://ringonce.example/u/").expect("its origin");
    assert_eq!(parse_person_code(&keys(), manage), Some(queued.address.person));
    assert_eq!((&told["type"], &told["timestamp"]), (&json!("notification.deliver"), &json!(at(120).to_string())));
    assert_eq!((&told["data"]["notification"], &told["data"]["message"]), (&json!(event.id), &json!({ "text": "It is back." })));
    assert_eq!((open_url(&keys(), &queued, ORIGIN), &told["data"]["open_url"]), (None, &Value::Null), "it leads nowhere");
    queued.message = serde_json::from_str(r#"{"text":"x","url":"https://shop.example/m"}"#).expect("a message");
    let code = opening::code(&keys(), &queued.notification().expect("one")).expect("key");
    let url = format!("https://ringonce.example/r/{code}");
    assert_eq!(open_url(&keys(), &queued, ORIGIN), Some(url.clone()));
    assert_eq!(body(&of_message(&keys(), &queued, ORIGIN).expect("a message"))["data"]["open_url"], json!(url));
    assert_eq!(of_message(&keys(), &granted(), ORIGIN), None, "nothing is sent");
}

/// A release in its second step, to which forty grants stand.
fn release() -> Release {
    let started = crate::release::tests::release(None, None);
    Release { step: 2, step_at: at(5), taken: 40, changed_at: at(9), ..started }
}

#[test]
fn a_release_asks_once_a_step_and_tells_its_end() {
    let check = of_release_check(&keys(), &release()).expect("key");
    let key = release().key;
    assert_eq!(check.id, format!("chk_{}_2", key.to_text()));
    let told = body(&check);
    let id = told["data"]["release"].as_str().expect("an id").to_owned();
    assert_eq!(parse_release_id(&keys(), &shop(), &id), Some(key));
    let data = json!({ "release": id, "topic": "t", "state": "running", "step": 2, "taken": 40 });
    assert_eq!(told, json!({ "type": "release.check", "timestamp": at(5).to_string(), "data": data }));
    let over = release().ended(ReleaseState::Finished, ReleaseReason::NobodyWaits, at(11));
    let end = of_release_end(&keys(), &over).expect("key");
    assert_eq!(end.id, format!("evt_{}", key.to_text()));
    let data = json!({ "release": id, "topic": "t", "state": "finished", "reason": "nobody-waits", "step": 2, "taken": 40 });
    assert_eq!(body(&end), json!({ "type": "release.finished", "timestamp": at(11).to_string(), "data": data }));
}

#[test]
fn a_test_event_says_whose_it_is_and_nothing_else() {
    let event = of_test(&shop(), [7; 16], at(3));
    assert_eq!(event.id, format!("evt_test_{}", encoding::to_text(&[7; 16])));
    assert_eq!(body(&event), json!({ "type": "webhook.test", "timestamp": at(3).to_string(), "data": { "business": "shop" } }));
}

//! Questions that Ringonce brings: to an address that is known of the person, else through the business's webhook.

use std::sync::Arc;
use std::time::Duration;

use ringonce_adapters::app::App;
use ringonce_adapters::delivery::{Budget, FUNCTION_TIMEOUT};
use ringonce_adapters::providers::Providers;
use ringonce_adapters::web_push::vapid::{self, Vapid};
use ringonce_adapters::webhook::Verdict;
use ringonce_domain::api_key::KeyKind;
use ringonce_domain::keyring::KeyRing;
use ringonce_tests::http::{self, Answer};
use ringonce_tests::postman::Postman;
use ringonce_tests::push_service::PushService;
use ringonce_tests::receiver::Behaviour::Status;
use ringonce_tests::world::World;
use serde_json::{Value, json};

const MINUTE: Duration = Duration::from_secs(60);
const FORM: (&str, &str) = ("content-type", "application/x-www-form-urlencoded");

async fn by_mail() -> (World, Arc<Postman>) {
    let postman = Arc::<Postman>::default();
    (World::reaching(postman.providers()).await, postman)
}

/// A world whose shop has no webhook.
async fn without_webhook() -> (World, Arc<Postman>) {
    let (mut world, postman) = by_mail().await;
    world.key = world.another_business().await;
    (world, postman)
}

async fn put(world: &World, user: &str, address: Value) -> Answer {
    world.call("PUT", &format!("/v1/users/{user}/address"), json!({ "channel": "email", "address": address })).await
}

/// Asks, and has Ringonce bring the question.
async fn bring(world: &World, user: &str, topic: &str) -> Answer {
    let body = json!({ "user": user, "topic": topic, "title": format!("About {topic}"), "deliver_ask": true });
    let asked = world.call("POST", "/v1/optins", body).await;
    world.drain().await;
    asked
}

async fn say_yes_on_the_page(asked: &Answer, rest: &str) -> Answer {
    http::send("POST", &asked.text("consent_url"), &[FORM], format!("answer=grant&channel=email&lang=en{rest}")).await
}

async fn confirm(world: &World, postman: &Postman) {
    world.drain().await;
    let link = postman.last_link(&format!("{}/v/", world.api));
    assert_eq!(http::send("POST", &link, &[FORM], "lang=en").await.status, 200);
    world.drain().await;
}

/// To whom the question last went, and whether the business was told to bring it.
fn reached(world: &World, postman: &Postman, asked: &Answer) -> (Option<String>, usize) {
    let link = asked.text("consent_url");
    let mail = postman.mails().into_iter().rev().find(|mail| mail.text.contains(&link)).map(|mail| mail.to.as_str().to_owned());
    let told = world.receiver.of_kind("optin.asked").into_iter().filter(|told| told.json["data"]["consent_url"] == link).count();
    (mail, told)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_question_goes_to_the_address_that_its_business_gave_and_is_answered_with_it() {
    let (world, postman) = by_mail().await;
    let kept = put(&world, "ada", json!(" Ada@Home.Example ")).await;
    assert_eq!((kept.status.as_u16(), &kept.json()["known"], kept.text("channel")), (200, &json!(true), "email".to_owned()));
    let asked = bring(&world, "ada", "t").await;
    assert_eq!(reached(&world, &postman, &asked), (Some("Ada@home.example".to_owned()), 0));
    let mail = postman.mails().pop().unwrap();
    assert_eq!(mail.subject, "The Shop asks: may we send you one message?");
    assert!(mail.text.contains("About t") && mail.text.contains("The Shop knows how to reach you"), "{}", mail.text);
    let page = http::send("GET", &asked.text("consent_url"), &[], "").await.body;
    assert!(page.contains("A•••@home.example") && !page.contains("Ada@"), "its owner knows it again: {page}");
    assert_eq!(say_yes_on_the_page(&asked, "&address-email=").await.status, 200);
    world.drain().await;
    assert_eq!(world.state(&asked.text("id")).await.0, "granted", "the business knows it: nothing is to be confirmed");
    let token = world.optin(&asked.text("id")).await["token"].as_str().unwrap().to_owned();
    world.notify(&token, "It is back.").await;
    world.drain().await;
    assert_eq!(world.state(&asked.text("id")).await, ("sent".to_owned(), "accepted".to_owned()));
    assert_eq!(postman.mails().pop().unwrap().to.as_str(), "Ada@home.example");
    assert!(!world.items().await.concat().contains("home.example"), "an address stands nowhere in the open");
    let unsubscribe = mail.unsubscribe.unwrap();
    assert_eq!(http::send("POST", unsubscribe.as_str(), &[FORM], "List-Unsubscribe=One-Click").await.status, 200);
    assert_eq!(bring(&world, "ada", "u").await.text("code"), "person-blocked");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_that_was_consented_to_is_kept_until_its_person_blocks() {
    let (world, postman) = by_mail().await;
    let asked = world.ask("ada", "t").await;
    let page = http::send("GET", &asked.text("consent_url"), &[], "").await.body;
    assert!(page.contains("is kept so that"), "the person is told: {page}");
    say_yes_on_the_page(&asked, "&address-email=ada%40home.example").await;
    world.drain().await;
    let early = bring(&world, "ada", "early").await;
    assert_eq!(reached(&world, &postman, &early), (None, 1), "nobody has confirmed that it is the person's");
    let link = postman.mails().into_iter().find(|mail| mail.text.contains("/v/")).unwrap();
    assert_eq!(link.to.as_str(), "ada@home.example");
    confirm(&world, &postman).await;
    let asked = bring(&world, "ada", "u").await;
    assert_eq!(reached(&world, &postman, &asked), (Some("ada@home.example".to_owned()), 0));
    let granted = world.answer(&asked, json!({ "answer": "grant", "channel": "email" })).await;
    assert_eq!(granted.text("state"), "granted");
    let manage = granted.text("manage_url");
    http::send("POST", &format!("{manage}/block"), &[FORM], "").await;
    world.drain().await;
    http::send("POST", &format!("{manage}/unblock"), &[FORM], "").await;
    world.drain().await;
    let asked = bring(&world, "ada", "v").await;
    assert_eq!(reached(&world, &postman, &asked), (None, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_an_app_or_a_visitor_of_a_page_gives_is_used_for_its_one_message_alone() {
    let (mut world, postman) = by_mail().await;
    let asked = world.ask("ada", "t").await;
    world.answer(&asked, json!({ "answer": "grant", "channel": "email", "address": "ada@home.example" })).await;
    confirm(&world, &postman).await;
    let asked = bring(&world, "ada", "u").await;
    assert_eq!(reached(&world, &postman, &asked), (None, 1), "an app's own words promised nothing of this");
    let publishable = world.new_key(&ringonce_memory::fixture::business(), KeyKind::Publishable).await;
    let secret = std::mem::replace(&mut world.key, publishable);
    let origin = [("origin", "https://shop.example")];
    let ask = |topic: &str| json!({ "user": "visitor", "topic": topic, "title": "T" });
    let asked = world.call_with("POST", "/v1/optins", &origin, ask("t")).await;
    let page = http::send("GET", &asked.text("consent_url"), &[], "").await.body;
    assert!(!page.contains("is kept so that"), "{page}");
    say_yes_on_the_page(&asked, "&address-email=visitor%40home.example").await;
    confirm(&world, &postman).await;
    let asked = world.call_with("POST", "/v1/optins", &origin, ask("u")).await;
    let page = http::send("GET", &asked.text("consent_url"), &[], "").await.body;
    assert!(!page.contains("home.example"), "whoever asks in a visitor's name learns no address: {page}");
    assert_eq!(say_yes_on_the_page(&asked, "").await.status, 422);
    world.key = secret;
    let refused = put(&world, "anon:visitor", json!("x@home.example")).await;
    assert_eq!((refused.status.as_u16(), refused.text("field")), (400, "user".to_owned()));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_question_is_handed_to_the_business_where_no_address_takes_it() {
    let (world, postman) = by_mail().await;
    put(&world, "ada", json!("ada@home.example")).await;
    for (topic, verdict) in
        [("a", Verdict::Unreachable), ("b", Verdict::Refused), ("c", Verdict::Unclear), ("d", Verdict::Later(None)), ("e", Verdict::Gone)]
    {
        postman.behave([verdict.clone()]);
        let asked = bring(&world, "ada", topic).await;
        assert_eq!(reached(&world, &postman, &asked).1, 1, "{verdict:?}");
    }
    let mails = postman.mails().len();
    let asked = bring(&world, "ada", "f").await;
    assert_eq!((postman.mails().len(), reached(&world, &postman, &asked).1), (mails, 1), "what is gone is not tried again");
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_webhook_a_question_is_tried_again_until_an_address_takes_it() {
    let (world, postman) = without_webhook().await;
    let refused = bring(&world, "ada", "t").await;
    assert_eq!((refused.status.as_u16(), refused.text("code")), (422, "person-unreachable".to_owned()));
    put(&world, "ada", json!("ada@home.example")).await;
    postman.behave([Verdict::Later(None), Verdict::Unreachable]);
    let asked = bring(&world, "ada", "t").await;
    assert_eq!(asked.status, 201, "what was refused counts as nothing");
    let mut tries = vec![postman.mails().len()];
    // Within the minute that the shop's links live.
    for wait in [15, 26, 10] {
        world.pass(Duration::from_secs(wait));
        world.sweep().await;
        tries.push(postman.mails().len());
    }
    assert_eq!(tries, [1, 2, 3, 3], "once it is taken it is not sent again");
    assert_eq!(reached(&world, &postman, &asked).0.as_deref(), Some("ada@home.example"));
    postman.behave([Verdict::Later(None)]);
    let asked = bring(&world, "ada", "u").await;
    let manage = world.answer(&asked, json!({ "answer": "decline" })).await.text("manage_url");
    http::send("POST", &format!("{manage}/block"), &[FORM], "").await;
    world.drain().await;
    world.pass(Duration::from_secs(15));
    world.sweep().await;
    assert_eq!(postman.mails().len(), 4, "whoever has blocked is not asked any more");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_question_whose_key_a_worker_lacks_stays_for_one_that_has_it() {
    let (world, postman) = without_webhook().await;
    put(&world, "ada", json!("ada@home.example")).await;
    postman.behave([Verdict::Later(None)]);
    let asked = bring(&world, "ada", "t").await;
    world.pass(Duration::from_secs(15));
    let keys = Arc::new(KeyRing::parse(&KeyRing::generate([[1; 32], [9; 32], [3; 32]])).unwrap());
    let keyless = App { keys, ..world.app.clone() }.delivery();
    let swept = sweep::handle(&world.app, &keyless, sweep::Event::default(), Budget::of(FUNCTION_TIMEOUT)).await;
    assert_eq!((swept.taken, swept.failed, postman.mails().len()), (1, 1, 1), "it is neither sent nor given up");
    world.sweep().await;
    assert_eq!(reached(&world, &postman, &asked).0.as_deref(), Some("ada@home.example"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_known_browser_is_asked_before_an_e_mail_is_written() {
    let postman = Arc::<Postman>::default();
    let vapid = Vapid::new("mailto:push@shop.com", &vapid::generate()).unwrap();
    let world = World::reaching(Providers { vapid: Some(Arc::new(vapid)), ..postman.providers() }).await;
    let service = PushService::start().await;
    let keys = json!({
        "p256dh": "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4",
        "auth": "BTBZMqHH6r4Tts7J_aSIgg",
    });
    let subscription = json!({ "endpoint": format!("{}/ada", service.origin()), "keys": keys }).to_string();
    let body = json!({ "channel": "webpush", "address": subscription });
    assert_eq!(world.call("PUT", "/v1/users/ada/address", body).await.status, 200);
    put(&world, "ada", json!("ada@home.example")).await;
    service.behave(&[Status(201), Status(410)]);
    let first = bring(&world, "ada", "t").await;
    assert_eq!((service.pushed().len(), reached(&world, &postman, &first)), (1, (None, 0)));
    for topic in ["u", "v"] {
        let asked = bring(&world, "ada", topic).await;
        assert_eq!((service.pushed().len(), reached(&world, &postman, &asked).0.is_some()), (2, true), "the browser is gone");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_erasure_takes_what_is_known_of_a_person_and_null_takes_an_address_away() {
    let (world, postman) = by_mail().await;
    put(&world, "ada", json!("ada@home.example")).await;
    let asked = bring(&world, "ada", "t").await;
    assert!(reached(&world, &postman, &asked).0.is_some());
    let taken = put(&world, "ada", Value::Null).await;
    assert_eq!((taken.status.as_u16(), &taken.json()["known"]), (200, &json!(false)));
    let asked = bring(&world, "ada", "u").await;
    assert_eq!(reached(&world, &postman, &asked), (None, 1));
    put(&world, "ada", json!("ada@home.example")).await;
    let known = |items: Vec<String>| items.into_iter().filter(|item| item.contains("C#email")).count();
    assert_eq!(known(world.items().await), 1);
    assert_eq!(world.call("DELETE", "/v1/users/ada", Value::Null).await.status, 202);
    world.drain().await;
    assert_eq!(known(world.items().await), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_call_is_repeated_as_any_other_and_refused_with_its_reason() {
    let (world, _) = by_mail().await;
    let key = [("idempotency-key", "k")];
    let body = |address: &str| json!({ "channel": "email", "address": address });
    let first = world.call_with("PUT", "/v1/users/ada/address", &key, body("ada@home.example")).await;
    world.pass(MINUTE);
    let again = world.call_with("PUT", "/v1/users/ada/address", &key, body("ada@home.example")).await;
    assert_eq!((again.status, again.body), (first.status, first.body));
    let reused = world.call_with("PUT", "/v1/users/ada/address", &key, body("bea@home.example")).await;
    assert_eq!((reused.status.as_u16(), reused.text("code")), (422, "idempotency-key-reused".to_owned()));
    let before = world.items().await;
    for (body, status, field) in [
        (json!({ "channel": "email" }), 400, "address"),
        (json!({ "address": "ada@home.example" }), 400, "channel"),
        (json!({ "channel": "pigeon", "address": "x" }), 400, "channel"),
        (json!({ "channel": "inbox", "address": null }), 400, "channel"),
        (json!({ "channel": "webhook", "address": "https://shop.example" }), 400, "channel"),
        (json!({ "channel": "email", "address": "none" }), 422, "address"),
        (json!({ "channel": "email", "address": "a@b.example\r\nBcc: c@d.example" }), 422, "address"),
        (json!({ "channel": "webpush", "address": "{}" }), 422, "address"),
        (json!({ "channel": "webpush", "address": "{\"endpoint\":\"https://10.0.0.1/x\"}" }), 422, "address"),
        (json!({ "channel": "email", "address": 7 }), 400, "address"),
    ] {
        let refused = world.call("PUT", "/v1/users/ada/address", body.clone()).await;
        assert_eq!((refused.status.as_u16(), refused.text("field")), (status, field.to_owned()), "{body}: {}", refused.body);
    }
    assert_eq!(world.items().await, before, "what is refused changes nothing");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_block_that_is_lifted_before_it_was_carried_through_takes_what_was_agreed_to_before_it() {
    let (world, _) = by_mail().await;
    let asked = world.ask("ada", "t").await;
    let manage = world.answer(&asked, json!({ "answer": "grant", "channel": "inbox" })).await.text("manage_url");
    world.pass(MINUTE);
    for action in ["block", "unblock"] {
        assert_eq!(http::send("POST", &format!("{manage}/{action}"), &[FORM], "").await.status, 303);
    }
    world.pass(MINUTE);
    let later = world.ask("ada", "u").await;
    world.answer(&later, json!({ "answer": "grant", "channel": "inbox" })).await;
    world.drain().await;
    assert_eq!(world.state(&asked.text("id")).await, ("revoked".to_owned(), "blocked".to_owned()));
    assert_eq!(world.state(&later.text("id")).await.0, "granted");
}

//! The channels that lead to a person's own address: by e-mail once it is confirmed, and by Web Push.

use std::sync::Arc;
use std::time::Duration;

use ringonce_adapters::providers::Providers;
use ringonce_adapters::web_push::vapid::{self, Vapid};
use ringonce_adapters::webhook::Verdict;
use ringonce_domain::optin::CONFIRM_LIFE;
use ringonce_tests::forged;
use ringonce_tests::http::{self, Answer};
use ringonce_tests::postman::Postman;
use ringonce_tests::push_service::PushService;
use ringonce_tests::receiver::Behaviour::Status;
use ringonce_tests::world::World;
use serde_json::{Value, json};

const MINUTE: Duration = Duration::from_secs(60);

async fn by_mail() -> (World, Arc<Postman>) {
    let postman = Arc::<Postman>::default();
    (World::reaching(postman.providers()).await, postman)
}

async fn say_yes(world: &World, asked: &Answer, address: &str) -> Answer {
    world.answer(asked, json!({ "answer": "grant", "channel": "email", "address": address })).await
}

async fn press(url: &str) -> Answer {
    http::send("POST", url, &[("sec-fetch-site", "same-origin"), ("content-type", "application/x-www-form-urlencoded")], "lang=en").await
}

/// A grant by e-mail that was confirmed: the opt-in's id and token.
async fn confirmed(world: &World, postman: &Postman, user: &str) -> (String, String) {
    let asked = world.ask(user, "t").await;
    assert_eq!(say_yes(world, &asked, &format!("{user}@home.example")).await.text("state"), "confirming");
    world.drain().await;
    assert_eq!(press(&postman.last_link(&format!("{}/v/", world.api))).await.status, 200);
    world.drain().await;
    let id = asked.text("id");
    let token = world.optin(&id).await["token"].as_str().unwrap().to_owned();
    (id, token)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_typed_address_counts_as_granted_once_it_is_confirmed_and_gets_its_one_message() {
    let (world, postman) = by_mail().await;
    let asked = world.ask("ada", "t").await;
    let id = asked.text("id");
    assert_eq!(say_yes(&world, &asked, " Ada@Home.Example ").await.text("state"), "confirming");
    world.drain().await;
    assert_eq!((world.state(&id).await.0.as_str(), &world.optin(&id).await["token"]), ("confirming", &Value::Null));
    assert_eq!(world.demand("t").await["granted"], 0);
    assert_eq!(world.receiver.received().len(), 0, "nothing is granted, nobody is told");
    let mail = postman.mails().pop().unwrap();
    assert_eq!((mail.to.as_str(), mail.subject.as_str()), ("Ada@home.example", "Please confirm: one message from The Shop"));
    let link = postman.last_link(&format!("{}/v/", world.api));
    let looked_at = http::send("GET", &link, &[], "").await;
    assert!(looked_at.status == 200 && looked_at.body.contains("Confirm your address"), "{}", looked_at.body);
    assert_eq!(world.state(&id).await.0, "confirming", "looking changes nothing");
    world.pass(MINUTE);
    for _ in 0..2 {
        let confirmed = press(&link).await;
        assert!(confirmed.status == 200 && confirmed.body.contains("You will hear once"), "{}", confirmed.body);
    }
    world.drain().await;
    assert_eq!(world.receiver.of_kind("optin.granted").len(), 1);
    let demand = world.demand("t").await;
    assert_eq!((&demand["granted"], &demand["waiting"], &demand["returned"]), (&json!(1), &json!(1), &json!(0)), "{demand}");
    let token = world.optin(&id).await["token"].as_str().unwrap().to_owned();
    assert_eq!(world.notify(&token, "It is back.\r\nBcc: all@shop.example").await.status, 202);
    world.drain().await;
    assert_eq!(world.state(&id).await, ("sent".to_owned(), "accepted".to_owned()));
    assert_eq!(postman.mails().len(), 2);
    let message = postman.mails().pop().unwrap();
    assert_eq!((message.to.as_str(), message.subject.as_str()), ("Ada@home.example", "About t"));
    assert!(message.text.contains("It is back.") && message.text.contains("No other message will follow."));
    let unsubscribe = message.unsubscribe.unwrap();
    assert_eq!(http::send("GET", unsubscribe.as_str(), &[], "").await.status, 200);
    assert_eq!(world.ask("ada", "u").await.status, 201, "looking unsubscribes nobody");
    let posted = [("sec-fetch-site", "cross-site"), ("content-type", "application/x-www-form-urlencoded")];
    assert_eq!(http::send("POST", unsubscribe.as_str(), &posted, "List-Unsubscribe=One-Click").await.status, 200);
    assert_eq!(world.ask("ada", "v").await.text("code"), "person-blocked");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mistyped_address_is_put_right_and_its_link_confirms_nothing_any_more() {
    let (world, postman) = by_mail().await;
    let asked = world.ask("ada", "t").await;
    say_yes(&world, &asked, "adda@home.example").await;
    world.drain().await;
    let mistyped = postman.last_link(&format!("{}/v/", world.api));
    say_yes(&world, &asked, "ada@home.example").await;
    world.drain().await;
    let right = postman.last_link(&format!("{}/v/", world.api));
    say_yes(&world, &asked, "ada@home.example").await;
    world.drain().await;
    assert_eq!(postman.mails().len(), 2, "what is said again sends no link again");
    let superseded = press(&mistyped).await;
    assert!(superseded.status == 410 && superseded.body.contains("This link was replaced"), "{}", superseded.body);
    assert_eq!(press(&right).await.status, 200);
    assert_eq!(world.state(&asked.text("id")).await.0, "granted");
    assert_eq!(press(&forged(&right)).await.status, 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_confirmed_in_time_ends_and_can_be_asked_for_again() {
    let (world, postman) = by_mail().await;
    let asked = world.ask("ada", "t").await;
    say_yes(&world, &asked, "ada@home.example").await;
    world.drain().await;
    world.pass(CONFIRM_LIFE);
    assert_eq!(press(&postman.last_link(&format!("{}/v/", world.api))).await.status, 410);
    assert_eq!(world.state(&asked.text("id")).await.0, "expired");
    world.pass(MINUTE);
    let (id, _) = confirmed(&world, &postman, "ada").await;
    assert_eq!(world.state(&id).await.0, "granted");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_that_could_not_be_sent_is_sent_by_a_later_sweep() {
    let (world, postman) = by_mail().await;
    postman.behave([Verdict::Unreachable, Verdict::Later(None)]);
    let asked = world.ask("ada", "t").await;
    say_yes(&world, &asked, "ada@home.example").await;
    world.drain().await;
    let mut tries = vec![postman.mails().len()];
    for _ in 0..3 {
        world.pass(30 * MINUTE);
        world.sweep().await;
        tries.push(postman.mails().len());
    }
    assert_eq!(tries, [1, 2, 3, 3], "once it is taken it is not sent again");
    assert_eq!(press(&postman.last_link(&format!("{}/v/", world.api))).await.status, 200);
    assert_eq!(world.state(&asked.text("id")).await.0, "granted");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_e_mail_of_which_nobody_knows_is_never_sent_again() {
    let (world, postman) = by_mail().await;
    let (unclear, token) = confirmed(&world, &postman, "ada").await;
    postman.behave([Verdict::Unclear]);
    world.notify(&token, "x").await;
    world.drain().await;
    world.pass(30 * MINUTE);
    world.sweep().await;
    assert_eq!(world.state(&unclear).await, ("unknown".to_owned(), "unclear".to_owned()));
    let (later, token) = confirmed(&world, &postman, "bea").await;
    postman.behave([Verdict::Later(None)]);
    world.notify(&token, "x").await;
    world.drain().await;
    assert_eq!(world.state(&later).await, ("queued".to_owned(), "busy".to_owned()));
    world.pass(30 * MINUTE);
    world.sweep().await;
    assert_eq!(world.state(&later).await, ("sent".to_owned(), "accepted".to_owned()));
    assert_eq!(postman.mails().len(), 5, "two links, one message of which nobody knows, and one that was sent at the second try");
}

#[tokio::test(flavor = "multi_thread")]
async fn three_links_in_ten_minutes_go_to_one_address_whoever_types_it() {
    let (world, postman) = by_mail().await;
    for user in ["ada", "bea", "cleo"] {
        let asked = world.ask(user, "t").await;
        assert_eq!(say_yes(&world, &asked, "victim@home.example").await.status, 200);
    }
    let asked = world.ask("dora", "t").await;
    let refused = say_yes(&world, &asked, "victim@home.example").await;
    assert_eq!((refused.status.as_u16(), refused.text("code")), (429, "limit-reached".to_owned()));
    world.drain().await;
    assert_eq!(postman.mails().len(), 3);
    world.pass(10 * MINUTE);
    let asked = world.ask("dora", "t").await;
    assert_eq!(say_yes(&world, &asked, "victim@home.example").await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_that_is_none_is_said_on_the_page_and_changes_nothing() {
    let (world, _) = by_mail().await;
    let asked = world.ask("ada", "t").await;
    let form = [("content-type", "application/x-www-form-urlencoded")];
    let body = "answer=grant&channel=email&address-email=%22%3E%3Cb%3Enone&lang=de";
    let page = http::send("POST", &asked.text("consent_url"), &form, body).await;
    assert_eq!(page.status, 422);
    assert!(page.body.contains("role=\"alert\"") && page.body.contains("name@example.org"), "{}", page.body);
    assert!(
        page.body.contains("value=\"&quot;&gt;&lt;b&gt;none\"") && page.body.contains("lang=\"de\""),
        "what was typed stays: {}",
        page.body
    );
    for (body, status, field) in [
        (json!({ "answer": "grant", "channel": "email" }), 422, "address"),
        (json!({ "answer": "grant", "channel": "email", "address": "x@y.example\r\nBcc: z@y.example" }), 422, "address"),
        (json!({ "answer": "grant", "channel": "inbox", "address": "x@y.example" }), 422, "address"),
        (json!({ "answer": "grant", "channel": "webpush", "address": "{}" }), 400, "channel"),
    ] {
        let refused = world.answer(&asked, body.clone()).await;
        assert_eq!((refused.status.as_u16(), refused.text("field")), (status, field.to_owned()), "{body}");
    }
    assert_eq!(world.state(&asked.text("id")).await.0, "asked");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_page_after_a_block_says_that_nothing_will_come_also_a_moment_before_it_is_revoked() {
    let (world, _) = by_mail().await;
    let asked = world.ask("ada", "t").await;
    let mine = world.answer(&asked, json!({ "answer": "grant", "channel": "inbox" })).await.text("manage_url");
    assert!(http::send("GET", &mine, &[], "").await.body.contains("one message will come"));
    let form = [("content-type", "application/x-www-form-urlencoded")];
    assert_eq!(http::send("POST", &format!("{mine}/block"), &form, "lang=en").await.status, 303);
    let page = http::send("GET", &mine, &[], "").await.body;
    assert!(page.contains("Taken back; no message will come.") && !page.contains("/revoke"), "{page}");
    assert_eq!(world.state(&asked.text("id")).await.0, "granted", "the stream has not come by yet");
    world.drain().await;
    assert_eq!(world.state(&asked.text("id")).await.0, "revoked");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_browser_that_refused_marks_no_other_field() {
    let vapid = Vapid::new("mailto:push@shop.com", &vapid::generate()).unwrap();
    let providers = Providers { vapid: Some(Arc::new(vapid)), ..Arc::<Postman>::default().providers() };
    let world = World::reaching(providers).await;
    let asked = world.ask("ada", "t").await;
    let form = [("content-type", "application/x-www-form-urlencoded")];
    let page = http::send("POST", &asked.text("consent_url"), &form, "answer=grant&channel=webpush").await;
    assert!(page.status == 422 && page.body.contains("does not permit notifications"), "{}", page.body);
    assert!(!page.body.contains("aria-invalid") && page.body.contains("value=\"inbox\" checked"), "{}", page.body);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_grant_by_web_push_is_pushed_once_and_ends_when_the_browser_is_gone() {
    let vapid = Vapid::new("mailto:push@shop.com", &vapid::generate()).unwrap();
    let world = World::reaching(Providers { vapid: Some(Arc::new(vapid)), post: None }).await;
    let service = PushService::start().await;
    let subscription = |path: &str| {
        let keys = json!({
            "p256dh": "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4",
            "auth": "BTBZMqHH6r4Tts7J_aSIgg",
        });
        json!({ "endpoint": format!("{}{path}", service.origin()), "expirationTime": null, "keys": keys }).to_string()
    };
    let mut ids = Vec::new();
    for user in ["ada", "bea"] {
        let asked = world.ask(user, "t").await;
        let yes = json!({ "answer": "grant", "channel": "webpush", "address": subscription(&format!("/{user}")) });
        assert_eq!(world.answer(&asked, yes).await.text("state"), "granted", "a browser gives its own address");
        ids.push(asked.text("id"));
    }
    service.behave(&[Status(201), Status(410)]);
    for id in &ids {
        let token = world.optin(id).await["token"].as_str().unwrap().to_owned();
        assert_eq!(world.notify(&token, "It is back.").await.status, 202);
        world.drain().await;
    }
    assert_eq!(world.state(&ids[0]).await, ("sent".to_owned(), "accepted".to_owned()));
    assert_eq!(world.state(&ids[1]).await, ("failed".to_owned(), "gone".to_owned()));
    assert_eq!(service.pushed().iter().map(|pushed| pushed.path.as_str()).collect::<Vec<_>>(), ["/ada", "/bea"]);
    let items = world.items().await.concat();
    assert!(!items.contains("/ada"), "an address stands nowhere in the open");
    let asked = world.ask("cleo", "t").await;
    let inside = subscription("/x").replace("http://127.0.0.1", "http://10.0.0.1");
    let refused = world.answer(&asked, json!({ "answer": "grant", "channel": "webpush", "address": inside })).await;
    assert_eq!((refused.status.as_u16(), refused.text("field")), (422, "address".to_owned()));
}

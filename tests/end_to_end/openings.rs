//! `/r/{code}`: where a message's link leads, and what is counted of it.

use ringonce_domain::ids::person_code;
use ringonce_memory::fixture;
use ringonce_tests::forged;
use ringonce_tests::http::{self, Answer};
use ringonce_tests::receiver::Behaviour::{Drop, Status};
use ringonce_tests::world::World;
use serde_json::{Value, json};

const URL: &str = "https://shop.example/m?ref=ringonce";

async fn notify(world: &World, token: &str, message: Value) -> String {
    world.call("POST", "/v1/notifications", json!({ "token": token, "message": message })).await.text("id")
}

async fn open(link: &str) -> Answer {
    http::send("GET", link, &[], "").await
}

/// The link of the last message that the webhook was handed.
fn handed_over(world: &World) -> String {
    let message = world.receiver.of_kind("notification.deliver").pop().unwrap().json["data"].clone();
    assert_eq!(message["message"]["url"], URL, "the message keeps its own address");
    message["open_url"].as_str().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_leads_to_its_messages_address_alone_and_each_opening_is_counted() {
    let world = World::start().await;
    let (_, token) = world.grant("ada", "t", "webhook").await;
    notify(&world, &token, json!({ "text": "back", "url": URL })).await;
    world.drain().await;
    let link = handed_over(&world);
    for elsewhere in ["", "?url=https://evil.example", "?next=//evil.example"] {
        let opened = open(&format!("{link}{elsewhere}")).await;
        assert_eq!((opened.status.as_u16(), opened.header("location")), (302, Some(URL)));
        assert_eq!((opened.header("cache-control"), opened.header("referrer-policy")), (Some("no-store"), Some("no-referrer")));
    }
    for (method, headers) in
        [("HEAD", vec![]), ("GET", vec![("sec-purpose", "prefetch")]), ("GET", vec![("sec-purpose", "prefetch;prerender")])]
    {
        let looked = http::send(method, &link, &headers, "").await;
        assert_eq!((looked.status.as_u16(), looked.header("location")), (302, Some(URL)), "{method} leads there too");
    }
    assert_eq!(world.demand("t").await["opened"], 3);
    world.drain().await;
    assert_eq!(world.demand("t").await["sent"], 1, "openings and the stream's counts stand side by side");
    assert_eq!(world.demand("t").await["opened"], 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_opening_costs_one_read_and_two_writes() {
    let world = World::start().await;
    let (_, token) = world.grant("ada", "t", "webhook").await;
    notify(&world, &token, json!({ "text": "back", "url": URL })).await;
    world.drain().await;
    let link = handed_over(&world);
    world.engine.meter.reset();
    world.engine.capacity.reset();
    open(&link).await;
    let counts = world.engine.meter.counts();
    assert_eq!(counts.into_iter().collect::<Vec<_>>(), [("GetItem".to_owned(), 1), ("UpdateItem".to_owned(), 2)]);
    assert!((world.engine.capacity.write_units() - 2.0).abs() < f64::EPSILON);
    world.engine.meter.reset();
    let forged = open(&forged(&link)).await;
    assert_eq!((forged.status.as_u16(), world.engine.meter.total()), (404, 0), "a forged one costs nothing");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_persons_page_leads_through_the_counting_link() {
    let world = World::start().await;
    let (_, token) = world.grant("ada", "t", "inbox").await;
    notify(&world, &token, json!({ "text": "back", "url": URL })).await;
    world.drain().await;
    let person = fixture::subject(&world.app.keys, "ada").address.person;
    let page = open(&format!("{}/u/{}", world.api, person_code(&world.app.keys, &person))).await.body;
    let link = page.split("href=\"").find(|part| part.contains("/r/")).unwrap().split('"').next().unwrap();
    assert!(page.contains(">https://shop.example/m?ref=ringonce<"), "the person sees where it leads: {page}");
    assert_eq!(open(link).await.header("location"), Some(URL));
    assert_eq!(world.demand("t").await["opened"], 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_leads_nowhere_unless_its_message_may_have_arrived() {
    let world = World::start().await;
    let grant = async |user: &str| world.grant(user, "t", "webhook").await.1;
    let links = async |world: &World| {
        world.drain().await;
        handed_over(world)
    };
    let status = async |link: &str| open(link).await.status.as_u16();
    world.receiver.behave(&[Status(410)]);
    notify(&world, &grant("gone").await, json!({ "text": "x", "url": URL })).await;
    assert_eq!(status(&links(&world).await).await, 404, "it was never delivered");
    world.receiver.behave(&[Status(400)]);
    let token = grant("refused").await;
    notify(&world, &token, json!({ "text": "x", "url": URL })).await;
    let first = links(&world).await;
    assert_eq!(status(&first).await, 404, "its token is whole again");
    notify(&world, &token, json!({ "text": "y", "url": URL })).await;
    let second = links(&world).await;
    assert_eq!((status(&first).await, status(&second).await), (404, 302), "the second message is another");
    world.receiver.behave(&[Drop]);
    notify(&world, &grant("unclear").await, json!({ "text": "x", "url": URL })).await;
    assert_eq!(status(&links(&world).await).await, 302, "it may have arrived, and whoever opens it has it");
    notify(&world, &grant("plain").await, json!({ "text": "x" })).await;
    world.drain().await;
    let plain = world.receiver.of_kind("notification.deliver").pop().unwrap().json;
    assert_eq!(plain["data"]["open_url"], Value::Null);
    let erased = second;
    assert_eq!(world.call("DELETE", "/v1/users/refused", Value::Null).await.status, 202);
    world.drain().await;
    assert_eq!(status(&erased).await, 404, "an erasure takes it");
    assert_eq!(world.demand("t").await["opened"], 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_table_that_takes_no_write_keeps_nobody_from_what_they_open() {
    let world = World::start().await;
    let (_, token) = world.grant("ada", "t", "webhook").await;
    notify(&world, &token, json!({ "text": "back", "url": URL })).await;
    world.drain().await;
    let link = handed_over(&world);
    world.engine.meter.choose_faults(|operation| (operation == "UpdateItem").then_some(ringonce_tests::connector::Fault::LostBefore));
    assert_eq!(open(&link).await.header("location"), Some(URL));
    world.engine.meter.heal();
    assert_eq!(world.demand("t").await["opened"], 0);
}

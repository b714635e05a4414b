//! What a lifecycle costs: round trips and units, counted under the SDK.

use std::fmt::Write;

use ringonce_domain::optin::Occupant;
use ringonce_domain::store::People;
use serde_json::json;

use crate::forged;
use crate::http::{self, Answer};
use crate::world::World;
use ringonce_memory::fixture;

/// What something cost.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// What.
    pub what: String,
    /// Requests to the table.
    pub round_trips: u64,
    /// Write units, the index's included.
    pub write_units: f64,
    /// Read units.
    pub read_units: f64,
    /// Most write units that it may cost, where there is a bound.
    pub at_most: Option<f64>,
}

/// Titles, payloads and messages of 200 bytes each: the largest that the budget speaks of.
fn two_hundred_bytes() -> (String, String, String) {
    ("🎈".repeat(50), "p".repeat(200), "m".repeat(200))
}

async fn measure<T>(world: &World, rows: &mut Vec<Row>, what: &str, step: impl Future<Output = T>) -> T {
    world.engine.meter.reset();
    world.engine.capacity.reset();
    let result = step.await;
    rows.push(Row {
        what: what.to_owned(),
        round_trips: world.engine.meter.total(),
        write_units: world.engine.capacity.write_units(),
        read_units: world.engine.capacity.read_units(),
        at_most: None,
    });
    result
}

/// Counts a warm lifecycle by `channel`, step by step, with its sum in the last row.
pub async fn lifecycle(world: &World, channel: &str, user: &str, at_most: f64) -> Vec<Row> {
    let (title, payload, text) = two_hundred_bytes();
    let (mut rows, mut counting) = (Vec::new(), Vec::new());
    let body = json!({ "user": user, "topic": "shirt-m", "title": title, "payload": payload });
    let asked = measure(world, &mut rows, "ask", world.call("POST", "/v1/optins", body)).await;
    assert_eq!(asked.status, 201, "{}", asked.body);
    measure(world, &mut counting, "count the ask", world.count_all()).await;
    let grant = world.answer(&asked, json!({ "answer": "grant", "channel": channel }));
    assert_eq!(measure(world, &mut rows, "answer", grant).await.status, 200);
    measure(world, &mut rows, "tell of the grant", world.drain_with(&world.delivery)).await;
    measure(world, &mut counting, "count the answer", world.count_all()).await;
    let granted = world.receiver.of_kind("optin.granted").pop().unwrap();
    let token = granted.json["data"]["token"].as_str().unwrap().to_owned();
    let body = json!({ "token": token, "message": { "text": text } });
    let sent = measure(world, &mut rows, "redeem", world.call("POST", "/v1/notifications", body)).await;
    assert_eq!(sent.status, 202, "{}", sent.body);
    measure(world, &mut rows, "deliver", world.drain_with(&world.delivery)).await;
    assert_eq!(world.receiver.received().last().unwrap().kind, "notification.sent");
    measure(world, &mut counting, "count the message", world.count_all()).await;
    rows.push(sum(&rows, &format!("a lifecycle by {channel}"), Some(at_most)));
    rows.push(sum(&counting, "counting it, when nothing else happens to its business", None));
    rows
}

fn sum(rows: &[Row], what: &str, at_most: Option<f64>) -> Row {
    Row {
        what: what.to_owned(),
        round_trips: rows.iter().map(|row| row.round_trips).sum(),
        write_units: rows.iter().map(|row| row.write_units).sum(),
        read_units: rows.iter().map(|row| row.read_units).sum(),
        at_most,
    }
}

/// Counts what is refused: the forged for nothing, the used for one write.
pub async fn refusals(world: &World) -> Vec<Row> {
    let (_, token) = world.grant("refusals", "t", "inbox").await;
    let rival = world.another_business().await;
    let rival_header = format!("Bearer {rival}");
    let warm = http::send("GET", &format!("{}/v1/optins/x", world.api), &[("authorization", &rival_header)], "").await;
    assert_eq!(warm.status, 404);
    let mut rows = Vec::new();
    let message = json!({ "text": "x" });
    let mistyped = format!("{}{}", &token[..token.len() - 2], if token.ends_with("AA") { "BB" } else { "AA" });
    for (what, text, key) in [
        ("a forged token", "ro_tok_AAAA", None),
        ("a mistyped token", mistyped.as_str(), None),
        ("a foreign token", token.as_str(), Some(&rival_header)),
    ] {
        let headers: Vec<_> = key.map(|key| ("authorization", key.as_str())).into_iter().collect();
        let answer = measure(world, &mut rows, what, notify(world, &headers, json!({ "token": text, "message": message }))).await;
        assert_eq!((answer.status.as_u16(), answer.text("code")), (404, "token-unknown".to_owned()), "{what}");
        free(&mut rows);
    }
    let link = world.ask("refusals", "link").await.text("consent_url");
    let tampered = forged(&link);
    for method in ["GET", "POST"] {
        let answer =
            measure(world, &mut rows, &format!("a tampered link ({method})"), http::send(method, &tampered, &[], "answer=grant")).await;
        assert_eq!(answer.status, 404);
        free(&mut rows);
    }
    let wrong = format!("Bearer {}", forged(&world.key));
    let answer = measure(world, &mut rows, "a key with a wrong checksum", notify(world, &[("authorization", &wrong)], json!({}))).await;
    assert_eq!(answer.status, 401);
    free(&mut rows);
    assert_eq!(world.notify(&token, "first").await.status, 202);
    let used = measure(world, &mut rows, "a used token", world.notify(&token, "second")).await;
    assert_eq!(used.status, 409);
    rows
}

fn free(rows: &mut [Row]) {
    if let Some(row) = rows.last_mut() {
        row.at_most = Some(0.0);
    }
}

/// A redemption with exactly these headers, or the shop's key without.
async fn notify(world: &World, headers: &[(&str, &str)], body: serde_json::Value) -> Answer {
    if headers.is_empty() {
        return world.call("POST", "/v1/notifications", body).await;
    }
    http::send("POST", &format!("{}/v1/notifications", world.api), headers, body.to_string()).await
}

/// The size of an opt-in item with 200 bytes of title, payload and message: at most 1,024, or a write costs two units.
pub async fn item_size(world: &World, user: &str) -> usize {
    let address = fixture::subject(&world.app.keys, user).address;
    assert!(matches!(world.app.store.occupant(address).await.unwrap(), Some(Occupant::Optin(_))));
    let items = world.engine.client.scan().table_name(&world.engine.table).send().await.unwrap().items.unwrap();
    let sizes = items.iter().filter(|item| item.get("user").is_some_and(|value| value.as_s().is_ok_and(|text| text == user)));
    sizes.map(size).max().unwrap()
}

fn size(item: &std::collections::HashMap<String, aws_sdk_dynamodb::types::AttributeValue>) -> usize {
    item.iter().map(|(name, value)| name.len() + value_size(value)).sum()
}

/// DynamoDB's own rules: UTF-8 bytes of text, a byte for two digits of a number and one more, three for a list and one
/// for each of its elements (Amazon DynamoDB Developer Guide, "Item sizes and formats").
fn value_size(value: &aws_sdk_dynamodb::types::AttributeValue) -> usize {
    use aws_sdk_dynamodb::types::AttributeValue as V;
    match value {
        V::S(text) => text.len(),
        V::N(digits) => digits.trim_matches('0').len().div_ceil(2) + 1,
        V::B(bytes) => bytes.as_ref().len(),
        V::Bool(_) | V::Null(_) => 1,
        V::L(list) => 3 + list.iter().map(|each| 1 + value_size(each)).sum::<usize>(),
        V::M(map) => 3 + map.iter().map(|(name, each)| 1 + name.len() + value_size(each)).sum::<usize>(),
        _ => 0,
    }
}

/// The rows as a Markdown table.
pub fn table(rows: &[Row]) -> String {
    let mut table = "| what | round trips | write units | at most | read units |\n| --- | ---: | ---: | ---: | ---: |\n".to_owned();
    for row in rows {
        let at_most = row.at_most.map(|units| units.to_string()).unwrap_or_default();
        let _ = writeln!(table, "| {} | {} | {} | {at_most} | {} |", row.what, row.round_trips, row.write_units, row.read_units);
    }
    table
}

/// Everything that `make bench-counts` prints.
pub async fn all() -> Vec<Row> {
    let world = World::start().await;
    // The first lifecycles warm what a process reads once: the key, the business.
    lifecycle(&world, "webhook", "warm", 7.0).await;
    let mut rows = lifecycle(&world, "inbox", "by-inbox-0001", 6.0).await;
    rows.extend(lifecycle(&world, "webhook", "by-webhook-01", 7.0).await);
    rows.extend(refusals(&world).await);
    rows
}

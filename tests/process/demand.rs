//! The second mapping of the stream: the program counts, and forgets a record when both mappings have dealt with it.

use std::sync::Mutex;
use std::time::Duration;

use aws_lambda_events::streams::DynamoDbEventResponse;
use aws_sdk_dynamodb::types::AttributeValue;
use ringonce_cli::local::engine::{Engine, TABLE};
use ringonce_cli::local::pump::{Mapped, Mapping, Pump, Step};
use rusqlite::Connection;
use serde_json::{Value, json};

use crate::crashes::call;
use crate::dev::{Dev, Folder};
use crate::watch::eventually;

/// How many records the engine keeps.
fn kept(folder: &Folder) -> i64 {
    let connection = Connection::open(folder.0.join("table.sqlite")).unwrap();
    connection.query_row("SELECT COUNT(*) FROM _stream_records", [], |row| row.get(0)).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn demand_is_counted_once_across_a_kill_and_what_was_counted_is_forgotten() {
    let folder = Folder::new("demand");
    let asked = async |dev: &Dev| call(dev, "GET", "/v1/topics/t", &[], &Value::Null, 200).await.unwrap()["asked"].clone();
    for (user, asks) in [("ada", 1), ("bea", 2)] {
        let dev = Dev::start(&folder.0, &[], None);
        call(&dev, "POST", "/v1/optins", &[], &json!({ "user": user, "topic": "t", "title": "T" }), 201).await.unwrap();
        eventually(&dev, "it is counted", async || Some(()).filter(|()| kept(&folder) == 0)).await;
        assert_eq!(asked(&dev).await, asks);
        drop(dev); // SIGKILL
    }
}

/// Deals with everything.
struct Nothing;

impl Mapped for Nothing {
    async fn bring(&self, _: Mapping, _: String) -> Result<DynamoDbEventResponse, String> {
        Ok(DynamoDbEventResponse::default())
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_record_is_kept_until_both_mappings_have_dealt_with_it() {
    let folder = Folder::new("trimmed");
    let engine = Engine::start(&folder.0, 0).await.unwrap();
    let put = async |number: u8| {
        let text = |text: String| AttributeValue::S(text);
        let request = engine.client.put_item().table_name(TABLE).item("pk", text(number.to_string())).item("sk", text("x".to_owned()));
        request.send().await.unwrap();
    };
    let mut pumps = Mapping::ALL.map(|mapping| (mapping, Pump::new(engine.database.clone(), TABLE, mapping).unwrap()));
    let mut consume = async |index: usize| {
        let (mapping, pump) = &mut pumps[index];
        let Step::Done(event_id) = pump.step(&Nothing).await.unwrap() else { panic!("there was nothing") };
        engine.trimmer.consumed(*mapping, &event_id).unwrap();
    };
    put(1).await;
    put(2).await;
    consume(0).await;
    assert_eq!(kept(&folder), 2, "the other mapping has dealt with nothing");
    put(3).await;
    consume(1).await;
    assert_eq!(kept(&folder), 1, "both have dealt with the first two, and one with the third");
    consume(0).await;
    assert_eq!(kept(&folder), 0);
}

/// Takes its time over all that stands under the key `slow`, until it has been brought everything else.
#[derive(Default)]
struct Slow(Mutex<Vec<(String, u64)>>);

const OTHERS: usize = 240;

impl Mapped for Slow {
    async fn bring(&self, _: Mapping, event: String) -> Result<DynamoDbEventResponse, String> {
        let event: Value = serde_json::from_str(&event).unwrap();
        let image = |record: &Value| record["dynamodb"]["NewImage"].clone();
        let read = |record: &Value| {
            (image(record)["pk"]["S"].as_str().unwrap().to_owned(), image(record)["n"]["N"].as_str().unwrap().parse().unwrap())
        };
        let records: Vec<(String, u64)> = event["Records"].as_array().unwrap().iter().map(read).collect();
        let is_slow = records.iter().any(|(key, _)| key == "slow");
        self.0.lock().unwrap().extend(records);
        while is_slow && self.0.lock().unwrap().len() < OTHERS {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        Ok(DynamoDbEventResponse::default())
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lane_that_takes_its_time_holds_up_its_own_keys_and_nothing_behind_it_is_forgotten() {
    let folder = Folder::new("lanes");
    let engine = Engine::start(&folder.0, 0).await.unwrap();
    let text = |text: String| AttributeValue::S(text);
    for n in 0..OTHERS + 60 {
        let key = if n == 0 { "slow".to_owned() } else { (n % 20).to_string() };
        let put = engine.client.put_item().table_name(TABLE).item("pk", text(key)).item("sk", text("x".to_owned()));
        put.item("n", AttributeValue::N(n.to_string())).send().await.unwrap();
    }
    let (slow, forgotten) = (Slow::default(), Mutex::new(Vec::new()));
    let mut pump = Pump::new(engine.database.clone(), TABLE, Mapping::Deliver).unwrap();
    let brought = |_: Mapping, _: &str| forgotten.lock().unwrap().push(slow.0.lock().unwrap().len());
    pump.run_out(&slow, brought).await.unwrap();
    let records = slow.0.into_inner().unwrap();
    assert_eq!(records.len(), OTHERS + 60);
    for key in (0..20).map(|key: u8| key.to_string()) {
        let numbers: Vec<u64> = records.iter().filter(|(of, _)| *of == key).map(|(_, n)| *n).collect();
        assert!(numbers.is_sorted() && !numbers.is_empty(), "{key}: {numbers:?}");
    }
    let forgotten = forgotten.into_inner().unwrap();
    assert!(forgotten[0] >= OTHERS, "the first record of all was not dealt with before: {forgotten:?}");
}

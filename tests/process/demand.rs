//! The second mapping of the stream: the program counts, and forgets a record when both mappings have dealt with it.

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

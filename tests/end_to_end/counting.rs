//! The statistics function over batches as the stream brings them.

use std::sync::Mutex;

use aws_lambda_events::dynamodb::TimeWindowEvent;
use aws_lambda_events::streams::DynamoDbEventResponse;
use ringonce_cli::local::pump::{Mapped, Mapping, Pump, Step, windowed};
use ringonce_tests::connector::Fault;
use ringonce_tests::world::World;
use serde_json::{Value, json};

const SHARD: &str = "shardId-00000001764000000000-0badcafe";

/// Keeps what it is brought.
#[derive(Default)]
struct Tap(Mutex<Vec<Value>>);

impl Mapped for Tap {
    async fn bring(&self, _: Mapping, event: String) -> Result<DynamoDbEventResponse, String> {
        let event: Value = serde_json::from_str(&event).unwrap();
        self.0.lock().unwrap().extend(event["Records"].as_array().unwrap().iter().cloned());
        Ok(DynamoDbEventResponse::default())
    }
}

/// Every record of the stream, from its start.
async fn records(world: &World) -> Vec<Value> {
    let tap = Tap::default();
    let mut pump = Pump::new(world.engine.database.clone().unwrap(), &world.engine.table, Mapping::Statistics).unwrap();
    while pump.step(&tap).await.unwrap() != Step::Idle {}
    tap.0.into_inner().unwrap()
}

/// The sequence numbers that the function wants to be brought again from.
async fn count(world: &World, records: &[Value]) -> Vec<String> {
    let event: TimeWindowEvent = serde_json::from_str(&windowed(&records, SHARD)).unwrap();
    let answer = statistics::handle(&world.app, event).await.unwrap();
    answer.batch_item_failures.into_iter().map(|failure| failure.item_identifier.unwrap()).collect()
}

fn number(record: &Value) -> String {
    record["dynamodb"]["SequenceNumber"].as_str().unwrap().to_owned()
}

async fn granted(world: &World, topic: &str) -> i64 {
    world.demand(topic).await["granted"].as_i64().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_behind_a_record_that_cannot_be_read_is_counted_before_it() {
    let world = World::start().await;
    for user in ["a", "b", "c"] {
        world.grant(user, "t", "inbox").await;
    }
    let sound = records(&world).await;
    let is_answer = |record: &&Value| record["dynamodb"]["Keys"]["sk"]["S"].as_str().unwrap().starts_with("O#");
    let second = number(sound.iter().filter(is_answer).nth(1).unwrap());
    let broken: Vec<_> = sound
        .iter()
        .map(|record| {
            let mut record = record.clone();
            if number(&record) == second {
                record["dynamodb"]["NewImage"]["state"] = json!({ "S": "of-another-kind" });
            }
            record
        })
        .collect();
    assert_eq!(count(&world, &broken).await, std::slice::from_ref(&second));
    assert_eq!(granted(&world, "t").await, 1, "what stands before it is counted");
    let from = sound.iter().position(|record| number(record) == second).unwrap();
    assert_eq!(count(&world, &sound[from..]).await, [""; 0]);
    assert_eq!(granted(&world, "t").await, 3, "and all of it when it can be read");
    let old: Vec<_> = broken
        .into_iter()
        .map(|mut record| {
            record["dynamodb"]["ApproximateCreationDateTime"] = json!(1_764_000_000);
            record
        })
        .collect();
    assert_eq!(count(&world, &old).await, [""; 0], "it holds up its shard for no longer than patience lasts");
    assert_eq!(granted(&world, "t").await, 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_topic_that_could_not_be_written_is_brought_again_from_its_first_record() {
    let world = World::start().await;
    for (user, topic) in [("a", "one"), ("b", "two"), ("c", "one"), ("d", "two")] {
        world.grant(user, topic, "inbox").await;
    }
    let all = records(&world).await;
    let mut updates = 0;
    // One topic's update never gets there, however often the client repeats it; the other's does.
    world.engine.meter.choose_faults(move |operation| {
        updates += u32::from(operation == "UpdateItem");
        (operation == "UpdateItem" && updates != 1).then_some(Fault::LostBefore)
    });
    let failed = count(&world, &all).await;
    world.engine.meter.heal();
    assert!(!failed.is_empty(), "{failed:?}");
    let from = all.iter().position(|record| failed.contains(&number(record))).unwrap();
    assert_eq!(count(&world, &all[from..]).await, [""; 0]);
    assert_eq!((granted(&world, "one").await, granted(&world, "two").await), (2, 2));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_that_names_no_shard_is_refused_whole() {
    let world = World::start().await;
    world.grant("a", "t", "inbox").await;
    let mut event: Value = serde_json::from_str(&windowed(&records(&world).await, SHARD)).unwrap();
    event.as_object_mut().unwrap().remove("shardId");
    let event: TimeWindowEvent = serde_json::from_value(event).unwrap();
    assert!(statistics::handle(&world.app, event).await.is_err());
    let empty = json!({ "isFinalInvokeForWindow": true });
    let mut last: Value = serde_json::from_str(&windowed(&json!([]), SHARD)).unwrap();
    last.as_object_mut().unwrap().extend(empty.as_object().unwrap().clone());
    let last: TimeWindowEvent = serde_json::from_value(last).unwrap();
    let answer = serde_json::to_value(statistics::handle(&world.app, last).await.unwrap()).unwrap();
    assert_eq!(answer, json!({ "state": {}, "batchItemFailures": [] }), "a window's end brings nothing, and an answer needs a state");
    assert_eq!(granted(&world, "t").await, 0);
}

//! deliver: what follows from committed writes, driven by the table's stream.

use std::time::{Duration, SystemTime};

use aws_lambda_events::dynamodb::{Event, EventRecord};
use aws_lambda_events::streams::{DynamoDbBatchItemFailure, DynamoDbEventResponse};
use futures_util::{StreamExt, stream};
use ringonce_adapters::delivery::{Budget, Delivery, NotDone};
use ringonce_adapters::dynamo;
use ringonce_domain::store::Store;

/// How many changes of a batch are dealt with at a time: one slow endpoint holds up nobody else's message.
pub const AT_ONCE: usize = 16;

/// Deals with a batch of the stream, and names the records that are to be brought again.
pub async fn handle(delivery: &Delivery<impl Store>, event: Event, budget: Budget) -> DynamoDbEventResponse {
    let failures = stream::iter(event.records)
        .map(|record| async move { (one(delivery, &record, budget).await, record) })
        .buffer_unordered(AT_ONCE)
        .filter_map(|(result, record)| async move { result.err().map(|error| failure(&error, record)) })
        .collect()
        .await;
    let mut response = DynamoDbEventResponse::default();
    response.batch_item_failures = failures;
    response
}

/// For how long a change is brought again whose fault will hardly mend itself: long enough for a key ring to reach every
/// process. After that it would only hold up everybody behind it.
const PATIENCE: Duration = Duration::from_secs(600);

fn is_old(record: &EventRecord) -> bool {
    let made = SystemTime::from(record.change.approximate_creation_date_time);
    SystemTime::now().duration_since(made).is_ok_and(|age| age > PATIENCE)
}

async fn one(delivery: &Delivery<impl Store>, record: &EventRecord, budget: Budget) -> Result<(), NotDone> {
    let result = match dynamo::change(record) {
        Ok(Some(change)) => delivery.handle(&change, budget).await,
        Ok(None) => Ok(()),
        Err(error) => Err(error.into()),
    };
    match result {
        Err(error) if error.is_lasting() && is_old(record) => {
            tracing::error!(%error, event = record.event_id, "a change cannot be dealt with and is passed over");
            Ok(())
        }
        result => result,
    }
}

fn failure(error: &NotDone, record: EventRecord) -> DynamoDbBatchItemFailure {
    tracing::warn!(%error, event = record.event_id, "a change is to be brought again");
    let mut failure = DynamoDbBatchItemFailure::default();
    failure.item_identifier = record.change.sequence_number;
    failure
}

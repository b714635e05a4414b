//! deliver: what follows from committed writes, driven by the table's stream.

use aws_lambda_events::dynamodb::{Event, EventRecord};
use aws_lambda_events::streams::{DynamoDbBatchItemFailure, DynamoDbEventResponse};
use futures_util::{StreamExt, stream};
use ringonce_adapters::delivery::{Budget, Delivery, NotDone};
use ringonce_adapters::dynamo;

/// How many changes of a batch are dealt with at a time: one slow endpoint holds up nobody else's message.
const AT_ONCE: usize = 16;

/// Deals with a batch of the stream, and names the records that are to be brought again.
pub async fn handle(delivery: &Delivery, event: Event, budget: Budget) -> DynamoDbEventResponse {
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

async fn one(delivery: &Delivery, record: &EventRecord, budget: Budget) -> Result<(), NotDone> {
    match dynamo::change(record) {
        Ok(Some(change)) => delivery.handle(&change, budget).await,
        Ok(None) => Ok(()),
        // Bringing it again would not make it readable, and would hold up everything behind it.
        Err(error) => {
            tracing::error!(%error, event = record.event_id, "a change cannot be read and is passed over");
            Ok(())
        }
    }
}

fn failure(error: &NotDone, record: EventRecord) -> DynamoDbBatchItemFailure {
    tracing::warn!(%error, event = record.event_id, "a change is to be brought again");
    let mut failure = DynamoDbBatchItemFailure::default();
    failure.item_identifier = record.change.sequence_number;
    failure
}

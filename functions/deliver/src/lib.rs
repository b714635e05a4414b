//! deliver: what follows from committed writes, driven by the table's stream.

mod abreast;

use std::time::{Duration, SystemTime};

use aws_lambda_events::dynamodb::{Event, EventRecord};
use aws_lambda_events::streams::{DynamoDbBatchItemFailure, DynamoDbEventResponse};
use ringonce_adapters::delivery::{Budget, Delivery, NotDone};
use ringonce_adapters::dynamo;
use ringonce_domain::store::{Change, Store, Stored};
use tracing::{Instrument, Span};

use abreast::Bounds;

/// How many changes of a batch are dealt with at a time.
pub const AT_ONCE: usize = 64;
/// How many of them may be waiting for one host: a slow one holds up nobody else's message, and is not overrun.
pub const AT_ONE_HOST: usize = 16;

/// Deals with a batch of the stream, and names the records that are to be brought again.
pub async fn handle(delivery: &Delivery<impl Store>, event: Event, budget: Budget) -> DynamoDbEventResponse {
    let mut jobs = Vec::with_capacity(event.records.len());
    for record in event.records {
        let change = dynamo::change(&record);
        let (host, span) = match &change {
            Ok(Some(change)) => (delivery.host(change).await, delivery.span(change)),
            Ok(None) | Err(_) => (None, Span::none()),
        };
        jobs.push((host, async move { (one(delivery, change, &record, budget).instrument(span).await, record) }));
    }
    let done = abreast::run(jobs, Bounds { in_all: AT_ONCE, of_a_kind: AT_ONE_HOST }).await;
    let mut response = DynamoDbEventResponse::default();
    response.batch_item_failures = done.into_iter().filter_map(|(result, record)| result.is_err().then(|| failure(record))).collect();
    response
}

/// For how long a change is brought again whose fault will hardly mend itself: long enough for a key ring to reach every
/// process. After that it would only hold up everybody behind it.
const PATIENCE: Duration = Duration::from_secs(600);

fn is_old(record: &EventRecord) -> bool {
    let made = SystemTime::from(record.change.approximate_creation_date_time);
    SystemTime::now().duration_since(made).is_ok_and(|age| age > PATIENCE)
}

async fn one(delivery: &Delivery<impl Store>, change: Stored<Option<Change>>, record: &EventRecord, budget: Budget) -> Result<(), NotDone> {
    let result = match change {
        Ok(Some(change)) => delivery.handle(&change, budget).await,
        Ok(None) => Ok(()),
        Err(error) => Err(error.into()),
    };
    match result {
        Err(error) if error.is_lasting() && is_old(record) => {
            tracing::error!(%error, event = record.event_id, "a change cannot be dealt with and is passed over");
            Ok(())
        }
        result => result.inspect_err(|error| tracing::warn!(%error, event = record.event_id, "a change is to be brought again")),
    }
}

fn failure(record: EventRecord) -> DynamoDbBatchItemFailure {
    let mut failure = DynamoDbBatchItemFailure::default();
    failure.item_identifier = record.change.sequence_number;
    failure
}

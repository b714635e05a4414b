//! statistics: demand by topic and by day, and what became of releases, counted from committed writes by a mapping of its own
//! of the table's stream.
//!
//! Its mapping has a tumbling window for one reason: only then does an event say which shard its records come from. No
//! state is kept in the window: what a batch holds is written before it is answered for, one write for each topic, each day
//! and each release in it.

mod metrics;

use std::collections::BTreeMap;
use std::time::{Duration, SystemTime};

use aws_lambda_events::dynamodb::{EventRecord, TimeWindowEvent, TimeWindowEventResponse};
use aws_lambda_events::streams::DynamoDbBatchItemFailure;
use futures_util::{StreamExt, stream};
use ringonce_adapters::app::App;
use ringonce_adapters::dynamo;
use ringonce_domain::demand::{self, Batch, Counted, Place, Scope, Shard};
use ringonce_domain::store::{Added, Statistics, StoreError};
use ringonce_domain::time::Timestamp;
use thiserror::Error;

/// How many topics, days and releases of a batch are written at a time.
const AT_ONCE: usize = 16;

/// For how long a record is brought again whose fault will hardly mend itself; after that it would only hold up its shard.
const PATIENCE: Duration = Duration::from_secs(600);

/// The mapping is not the one that this function needs.
#[derive(Debug, Error)]
#[error("the event names no shard: the mapping needs a tumbling window")]
pub struct NoShard;

/// Counts a batch of the stream, says what that added as metrics, and names the first record of what is to be brought again.
///
/// # Errors
/// When the event does not say from which shard it comes.
pub async fn handle(app: &App<impl Statistics>, event: TimeWindowEvent) -> Result<TimeWindowEventResponse, NoShard> {
    let now = app.clock.now();
    let shard = event.time_window_properties.shard_id.as_deref().and_then(Shard::of).ok_or(NoShard)?;
    let records = event.dynamo_db_event.records;
    let (found, unreadable) = readable(&records);
    let counted: Vec<_> = stream::iter(by_scope(&shard, found, now))
        .map(|OfScope { batch, first }| async move {
            let added = app.store.count(&batch).await;
            (batch.of, added, first)
        })
        .buffer_unordered(AT_ONCE)
        .collect()
        .await;
    metrics::say(&app.metrics, counted.iter().map(|(of, Added { tally, .. }, _)| (of, tally)), now);
    let failed = counted.into_iter().filter_map(|(_, added, first)| added.done.err().and_then(|error| again(&error, &records[first])));
    let mut response = TimeWindowEventResponse::default();
    response.batch_item_failures = failed.chain(unreadable).map(failure).collect();
    Ok(response)
}

/// A record that adds something, by its index in the event.
struct Found {
    index: usize,
    place: Place,
    counted: Vec<Counted>,
}

/// What the records add, up to the first that cannot be read yet, and that one: nothing behind it may be counted before
/// it, or it would be taken for counted when it can be read.
fn readable(records: &[EventRecord]) -> (Vec<Found>, Option<&EventRecord>) {
    let mut found = Vec::new();
    for (index, record) in records.iter().enumerate() {
        match read(record) {
            Ok(Some((place, counted))) => found.push(Found { index, place, counted }),
            Ok(None) => {}
            Err(error) => {
                if let Some(record) = again(&error, record) {
                    return (found, Some(record));
                }
            }
        }
    }
    (found, None)
}

fn read(record: &EventRecord) -> Result<Option<(Place, Vec<Counted>)>, StoreError> {
    let counted = dynamo::change(record)?.as_ref().map(demand::of_change).unwrap_or_default();
    if counted.is_empty() {
        return Ok(None);
    }
    let number = record.change.sequence_number.as_deref();
    let place = number.and_then(Place::of).ok_or_else(|| StoreError::Corrupt("a record's sequence number is none".to_owned()))?;
    Ok(Some((place, counted)))
}

/// The batch of a topic, a day or a release, and the index of its first record.
struct OfScope {
    batch: Batch,
    first: usize,
}

fn by_scope(shard: &Shard, found: Vec<Found>, now: Timestamp) -> Vec<OfScope> {
    let mut scopes: BTreeMap<Scope, OfScope> = BTreeMap::new();
    for Found { index, place, counted } in found {
        for Counted { of, name, tally } in counted {
            let new =
                || OfScope { batch: Batch { shard: shard.clone(), of: of.clone(), name: None, records: Vec::new(), now }, first: index };
            let batch = &mut scopes.entry(of.clone()).or_insert_with(new).batch;
            batch.name = batch.name.take().or(name);
            batch.records.push((place.clone(), tally));
        }
    }
    scopes.into_values().collect()
}

/// The record, if it is to be brought again; passed over when that has not helped for a while.
fn again<'a>(error: &StoreError, record: &'a EventRecord) -> Option<&'a EventRecord> {
    let lasting = matches!(error, StoreError::Corrupt(_));
    if lasting && is_old(record) {
        tracing::error!(%error, event = record.event_id, "a change cannot be counted and is passed over");
        return None;
    }
    tracing::warn!(%error, event = record.event_id, "a change is to be brought again");
    Some(record)
}

fn is_old(record: &EventRecord) -> bool {
    let made = SystemTime::from(record.change.approximate_creation_date_time);
    SystemTime::now().duration_since(made).is_ok_and(|age| age > PATIENCE)
}

fn failure(record: &EventRecord) -> DynamoDbBatchItemFailure {
    let mut failure = DynamoDbBatchItemFailure::default();
    failure.item_identifier.clone_from(&record.change.sequence_number);
    failure
}

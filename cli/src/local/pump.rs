//! The stream pump: what DynamoDB Streams and Lambda's event source mapping do on AWS, batch by batch and in order.

use std::time::Duration;

use aws_lambda_events::dynamodb::Event;
use aws_lambda_events::streams::DynamoDbEventResponse;
use dynoxide::Database;
use dynoxide::actions::get_records::{GetRecordsRequest, Record};
use dynoxide::actions::get_shard_iterator::GetShardIteratorRequest;
use dynoxide::actions::list_streams::ListStreamsRequest;
use ringonce_adapters::delivery::{Budget, Delivery, FUNCTION_TIMEOUT};
use ringonce_domain::store::Store;
use serde_json::{Value, json};
use thiserror::Error;

/// Most records of a batch, as the template sets it.
pub const BATCH: usize = 100;
/// How long an empty stream is left alone.
const IDLE: Duration = Duration::from_millis(20);
/// The wait before a batch is brought again, at first and at the most.
const AGAIN: (Duration, Duration) = (Duration::from_millis(200), Duration::from_secs(5));

/// Why the stream cannot be read.
#[derive(Debug, Error)]
#[error("cannot read the table's stream: {0}")]
pub struct PumpError(String);

impl PumpError {
    /// A worker that should run for ever has ended.
    pub(crate) fn stopped() -> Self {
        Self("a worker has stopped; what it left is taken up at the next start".to_owned())
    }
}

impl From<dynoxide::errors::DynoxideError> for PumpError {
    fn from(error: dynoxide::errors::DynoxideError) -> Self {
        Self(error.to_string())
    }
}

/// The deliver function, here or elsewhere.
pub trait Deliver {
    /// Brings it a batch: an event as Lambda hands it over.
    fn deliver(&self, event: Value) -> impl Future<Output = Result<DynamoDbEventResponse, String>> + Send;
}

impl<S: Store> Deliver for Delivery<S> {
    async fn deliver(&self, event: Value) -> Result<DynamoDbEventResponse, String> {
        let event: Event = serde_json::from_value(event).map_err(|e| e.to_string())?;
        Ok(deliver::handle(self, event, Budget::of(FUNCTION_TIMEOUT)).await)
    }
}

/// Reads a table's stream from its start, which is where the records begin that nobody has dealt with.
pub struct Pump {
    database: Database,
    iterator: String,
    pending: Vec<Record>,
    wait: Duration,
}

/// What a step came to.
#[derive(Debug, PartialEq, Eq)]
pub enum Step {
    /// There was nothing.
    Idle,
    /// Everything up to the record of this id was dealt with.
    Done(String),
    /// The records from some place on are to be brought again.
    Again,
}

impl Pump {
    /// A pump at the start of the stream of `table`.
    ///
    /// # Errors
    /// When the table has no stream.
    pub fn new(database: Database, table: &str) -> Result<Self, PumpError> {
        let streams = database.list_streams(ListStreamsRequest { table_name: Some(table.to_owned()), ..ListStreamsRequest::default() })?;
        let stream_arn = streams.streams.into_iter().next().ok_or_else(|| PumpError(format!("table `{table}` has none")))?.stream_arn;
        let request = GetShardIteratorRequest {
            stream_arn,
            shard_id: dynoxide::streams::shard_id(table),
            shard_iterator_type: "TRIM_HORIZON".to_owned(),
            sequence_number: None,
        };
        let iterator = database.get_shard_iterator(request)?.shard_iterator;
        let iterator = iterator.ok_or_else(|| PumpError(format!("the stream of `{table}` has no beginning")))?;
        Ok(Self { database, iterator, pending: Vec::new(), wait: AGAIN.0 })
    }

    /// Brings the next batch to `function`.
    ///
    /// # Errors
    /// When the stream cannot be read.
    pub async fn step(&mut self, function: &impl Deliver) -> Result<Step, PumpError> {
        if self.pending.is_empty() {
            let request = GetRecordsRequest { shard_iterator: self.iterator.clone(), limit: Some(BATCH) };
            let answer = self.database.get_records(request)?;
            self.pending = answer.records;
            self.iterator = answer.next_shard_iterator.unwrap_or_else(|| self.iterator.clone());
        }
        if self.pending.is_empty() {
            return Ok(Step::Idle);
        }
        let response = match function.deliver(event(&self.pending)?).await {
            Ok(response) => response,
            // As Lambda does: a batch whose invocation failed comes again whole.
            Err(error) => {
                tracing::warn!(%error, "a batch of the stream is to be brought again");
                return Ok(Step::Again);
            }
        };
        let failed: Vec<_> = response.batch_item_failures.into_iter().filter_map(|failure| failure.item_identifier).collect();
        // As Lambda does: everything from the first record that failed comes again.
        let first = self.pending.iter().position(|record| failed.contains(&record.dynamodb.sequence_number)).unwrap_or(self.pending.len());
        let done = self.pending.drain(..first).next_back();
        Ok(match done {
            Some(record) if self.pending.is_empty() => Step::Done(record.event_id),
            _ => Step::Again,
        })
    }

    /// Pumps for ever, handing the id of each last record that was dealt with to `consumed`.
    ///
    /// # Errors
    /// When the stream cannot be read.
    pub async fn run(mut self, function: &impl Deliver, mut consumed: impl FnMut(&str)) -> Result<(), PumpError> {
        loop {
            match self.step(function).await? {
                Step::Idle => tokio::time::sleep(IDLE).await,
                Step::Done(event_id) => {
                    self.wait = AGAIN.0;
                    consumed(&event_id);
                }
                Step::Again => {
                    tokio::time::sleep(self.wait).await;
                    self.wait = (self.wait * 2).min(AGAIN.1);
                }
            }
        }
    }
}

/// Lambda's event. The engine's records are in the service's own JSON.
fn event(records: &[Record]) -> Result<Value, PumpError> {
    let records = serde_json::to_value(records).map_err(|e| PumpError(e.to_string()))?;
    Ok(json!({ "Records": records }))
}

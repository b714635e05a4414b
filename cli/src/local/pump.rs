//! The stream pump: what DynamoDB Streams and Lambda's event source mappings do on AWS, batch by batch and in order.

use std::time::Duration;

use aws_lambda_events::streams::DynamoDbEventResponse;
use dynoxide::Database;
use dynoxide::actions::get_records::Record;
use serde_json::{Value, json};
use thiserror::Error;

use super::records::Records;

/// How long an empty stream is left alone.
const IDLE: Duration = Duration::from_millis(20);
/// The wait before a batch is brought again, at first and at the most.
const AGAIN: (Duration, Duration) = (Duration::from_millis(200), Duration::from_secs(5));

/// Why the stream cannot be read.
#[derive(Debug, Error)]
#[error("cannot read the table's stream: {0}")]
pub struct PumpError(String);

impl PumpError {
    pub(super) fn new(why: String) -> Self {
        Self(why)
    }

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

/// A mapping of the stream to a function, as the template has one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mapping {
    /// What follows from committed writes.
    Deliver,
    /// What is counted of them.
    Statistics,
}

impl Mapping {
    /// All of them.
    pub const ALL: [Self; 2] = [Self::Deliver, Self::Statistics];

    /// The function.
    #[must_use]
    pub const fn function(self) -> &'static str {
        match self {
            Self::Deliver => "deliver",
            Self::Statistics => "statistics",
        }
    }

    /// Most records of a batch, as the template sets it. Counting costs one write for each topic in a batch: the larger,
    /// the fewer.
    #[must_use]
    pub const fn batch(self) -> usize {
        match self {
            Self::Deliver => 100,
            Self::Statistics => 1_000,
        }
    }

    /// Lambda's event. The engine's records are in the service's own JSON.
    fn event(self, records: &[Record], shard: &str) -> Result<Value, PumpError> {
        let records = serde_json::to_value(records).map_err(|e| PumpError(e.to_string()))?;
        Ok(match self {
            Self::Deliver => json!({ "Records": records }),
            Self::Statistics => windowed(&records, shard),
        })
    }
}

/// Lambda's event of a mapping with a tumbling window.
#[must_use]
pub fn windowed(records: &Value, shard: &str) -> Value {
    json!({
        "Records": records,
        "window": { "start": "2026-01-01T00:00:00Z", "end": "2026-01-01T00:01:00Z" },
        "state": {},
        "shardId": shard,
        "eventSourceARN": "arn:aws:dynamodb:local:000000000000:table/ringonce/stream/local",
        "isFinalInvokeForWindow": false,
        "isWindowTerminatedEarly": false
    })
}

/// The functions behind the mappings, here or elsewhere.
pub trait Mapped {
    /// Brings one of them a batch: an event as Lambda hands it over.
    fn bring(&self, to: Mapping, event: Value) -> impl Future<Output = Result<DynamoDbEventResponse, String>> + Send;
}

/// Reads a table's stream for one mapping, from its start, which is where the records begin that not every mapping has
/// dealt with.
pub struct Pump {
    mapping: Mapping,
    batch: usize,
    records: Records,
    shard: String,
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
    pub fn new(database: Database, table: &str, mapping: Mapping) -> Result<Self, PumpError> {
        let shard = dynoxide::streams::shard_id(table);
        let records = Records::of(database, table)?;
        Ok(Self { mapping, batch: mapping.batch(), records, shard, pending: Vec::new(), wait: AGAIN.0 })
    }

    /// From now on in batches of at most so many records.
    pub fn limit_to(&mut self, batch: usize) {
        self.batch = batch;
    }

    /// Brings the next batch to the mapping's function.
    ///
    /// # Errors
    /// When the stream cannot be read.
    pub async fn step(&mut self, functions: &impl Mapped) -> Result<Step, PumpError> {
        if self.pending.is_empty() {
            self.pending = self.records.next(self.batch)?;
        }
        if self.pending.is_empty() {
            return Ok(Step::Idle);
        }
        let event = self.mapping.event(&self.pending, &self.shard)?;
        let response = match functions.bring(self.mapping, event).await {
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
    pub async fn run(mut self, functions: &impl Mapped, consumed: impl Fn(Mapping, &str)) -> Result<(), PumpError> {
        loop {
            match self.step(functions).await? {
                Step::Idle => tokio::time::sleep(IDLE).await,
                Step::Done(event_id) => {
                    self.wait = AGAIN.0;
                    consumed(self.mapping, &event_id);
                }
                Step::Again => {
                    tokio::time::sleep(self.wait).await;
                    self.wait = (self.wait * 2).min(AGAIN.1);
                }
            }
        }
    }
}

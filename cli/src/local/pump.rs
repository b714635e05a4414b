//! The stream pump: what DynamoDB Streams and Lambda's event source mappings do on AWS, batch by batch and in order.

use std::time::Duration;

use aws_lambda_events::streams::DynamoDbEventResponse;
use dynoxide::Database;
use dynoxide::actions::get_records::Record;
use futures_util::future::try_join_all;
use serde::Serialize;
use serde_json::{Map, Value};
use thiserror::Error;

use super::lane::Lane;
use super::records::Records;

/// How long an empty stream is left alone.
const IDLE: Duration = Duration::from_millis(20);

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

    /// In how many lanes batches are brought side by side, as the template has it: what stands under one partition key
    /// keeps its order.
    #[must_use]
    pub const fn lanes(self) -> usize {
        match self {
            Self::Deliver => 4,
            Self::Statistics => 1,
        }
    }

    /// How long records are gathered for a batch that is not full, as the template has it, on this machine's scale.
    const fn window(self) -> Duration {
        match self {
            Self::Deliver => Duration::ZERO,
            Self::Statistics => Duration::from_millis(500),
        }
    }

    /// Lambda's event, as JSON. The engine's records are in the service's own.
    pub(super) fn event(self, records: &[Record], shard: &str) -> Result<String, PumpError> {
        let event = match self {
            Self::Deliver => serde_json::to_string(&Batch { records }),
            Self::Statistics => return Ok(windowed(&records, shard)),
        };
        event.map_err(|e| PumpError(e.to_string()))
    }
}

#[derive(Serialize)]
struct Batch<R> {
    #[serde(rename = "Records")]
    records: R,
}

/// Lambda's event of a mapping with a tumbling window.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Windowed<'a, R> {
    #[serde(rename = "Records")]
    records: R,
    window: Window,
    state: Map<String, Value>,
    shard_id: &'a str,
    #[serde(rename = "eventSourceARN")]
    event_source_arn: &'a str,
    is_final_invoke_for_window: bool,
    is_window_terminated_early: bool,
}

#[derive(Serialize)]
struct Window {
    start: &'static str,
    end: &'static str,
}

/// Lambda's event of a mapping with a tumbling window, as JSON.
///
/// # Panics
/// When the records cannot be JSON.
#[must_use]
pub fn windowed(records: &impl Serialize, shard: &str) -> String {
    let event = Windowed {
        records,
        window: Window { start: "2026-01-01T00:00:00Z", end: "2026-01-01T00:01:00Z" },
        state: Map::new(),
        shard_id: shard,
        event_source_arn: "arn:aws:dynamodb:local:000000000000:table/ringonce/stream/local",
        is_final_invoke_for_window: false,
        is_window_terminated_early: false,
    };
    serde_json::to_string(&event).expect("records are plain data")
}

/// The functions behind the mappings, here or elsewhere.
pub trait Mapped {
    /// Brings one of them a batch: an event as Lambda hands it over, as JSON.
    fn bring(&self, to: Mapping, event: String) -> impl Future<Output = Result<DynamoDbEventResponse, String>> + Send;
}

/// Reads a table's stream for one mapping, from its start, which is where the records begin that not every mapping has
/// dealt with.
pub struct Pump {
    mapping: Mapping,
    batch: usize,
    records: Records,
    shard: String,
    lane: Lane,
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
        Ok(Self { mapping, batch: mapping.batch(), records, shard, lane: Lane::default() })
    }

    /// From now on in batches of at most so many records.
    pub fn limit_to(&mut self, batch: usize) {
        self.batch = batch;
    }

    /// Brings the next batch to the mapping's function, in one lane.
    ///
    /// # Errors
    /// When the stream cannot be read.
    pub async fn step(&mut self, functions: &impl Mapped) -> Result<Step, PumpError> {
        if self.lane.is_empty() {
            self.lane = Lane::of(self.records.next(self.batch)?);
        }
        let Some(last) = self.lane.last() else {
            return Ok(Step::Idle);
        };
        let last = last.event_id.clone();
        self.lane.bring(self.mapping, self.batch, &self.shard, functions).await?;
        Ok(if self.lane.is_empty() { Step::Done(last) } else { Step::Again })
    }

    /// Brings what there is, as much as fills a batch in each of the mapping's lanes.
    ///
    /// # Errors
    /// When the stream cannot be read.
    pub async fn stride(&mut self, functions: &impl Mapped) -> Result<Step, PumpError> {
        let lanes = self.mapping.lanes();
        let records = self.records.next(self.batch * lanes)?;
        let Some(last) = records.last().map(|record| record.event_id.clone()) else {
            return Ok(Step::Idle);
        };
        let (mapping, batch, shard) = (self.mapping, self.batch, self.shard.as_str());
        let runs = Lane::split(records, lanes).into_iter().map(|lane| lane.run_out(mapping, batch, shard, functions));
        try_join_all(runs).await?;
        Ok(Step::Done(last))
    }

    /// Pumps for ever, handing the id of each last record that was dealt with to `consumed`.
    ///
    /// # Errors
    /// When the stream cannot be read.
    pub async fn run(mut self, functions: &impl Mapped, consumed: impl Fn(Mapping, &str)) -> Result<(), PumpError> {
        loop {
            match self.stride(functions).await? {
                Step::Done(event_id) => {
                    consumed(self.mapping, &event_id);
                    tokio::time::sleep(self.mapping.window()).await;
                }
                Step::Idle | Step::Again => tokio::time::sleep(IDLE).await,
            }
        }
    }
}

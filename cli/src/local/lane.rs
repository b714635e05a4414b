//! A lane of a mapping: batches one after another, in order, each until all of it is dealt with.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::time::Duration;

use dynoxide::actions::get_records::Record;

use super::pump::{Mapped, Mapping, PumpError};

/// The wait before a batch is brought again, at first and at the most.
const AGAIN: (Duration, Duration) = (Duration::from_millis(200), Duration::from_secs(5));

/// What a lane has to bring.
#[derive(Default)]
pub(super) struct Lane(Vec<Record>);

impl Lane {
    pub(super) fn of(records: Vec<Record>) -> Self {
        Self(records)
    }

    /// So many lanes, with all records of a partition key in one of them, in order.
    pub(super) fn split(records: Vec<Record>, lanes: usize) -> Vec<Self> {
        let mut split: Vec<_> = (0..lanes).map(|_| Self::default()).collect();
        for record in records {
            let mut hasher = DefaultHasher::new();
            format!("{:?}", record.dynamodb.keys.get("pk")).hash(&mut hasher);
            let lane = hasher.finish() % u64::try_from(lanes).unwrap_or(1);
            split[usize::try_from(lane).unwrap_or(0)].0.push(record);
        }
        split
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn last(&self) -> Option<&Record> {
        self.0.last()
    }

    /// Brings the first batch. What it could not deal with stays, and all that follows.
    pub(super) async fn bring(&mut self, to: Mapping, batch: usize, shard: &str, functions: &impl Mapped) -> Result<(), PumpError> {
        let batch = &self.0[..batch.min(self.0.len())];
        let response = match functions.bring(to, to.event(batch, shard)?).await {
            Ok(response) => response,
            // As Lambda does: a batch whose invocation failed comes again whole.
            Err(error) => {
                tracing::warn!(%error, "a batch of the stream is to be brought again");
                return Ok(());
            }
        };
        let failed: Vec<_> = response.batch_item_failures.into_iter().filter_map(|failure| failure.item_identifier).collect();
        // As Lambda does: everything from the first record that failed comes again.
        let done = batch.iter().position(|record| failed.contains(&record.dynamodb.sequence_number)).unwrap_or(batch.len());
        self.0.drain(..done);
        Ok(())
    }

    /// Brings everything, batch by batch, however often that takes.
    pub(super) async fn run_out(mut self, to: Mapping, batch: usize, shard: &str, functions: &impl Mapped) -> Result<(), PumpError> {
        let mut wait = AGAIN.0;
        while !self.is_empty() {
            let before = self.0.len();
            self.bring(to, batch, shard, functions).await?;
            if before - self.0.len() == batch.min(before) {
                wait = AGAIN.0;
            } else {
                tokio::time::sleep(wait).await;
                wait = (wait * 2).min(AGAIN.1);
            }
        }
        Ok(())
    }
}

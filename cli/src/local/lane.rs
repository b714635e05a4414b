//! The lanes of a mapping: in each, batches one after another, in order; beside each other whatever comes first.

use std::collections::VecDeque;
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

    /// Brings the first batch, however often that takes.
    pub(super) async fn bring_first(
        mut self,
        number: usize,
        to: Mapping,
        batch: usize,
        shard: &str,
        functions: &impl Mapped,
    ) -> Result<Brought, PumpError> {
        let left = self.0.len().saturating_sub(batch);
        let done = self.0.len() - left;
        let mut wait = AGAIN.0;
        loop {
            self.bring(to, self.0.len() - left, shard, functions).await?;
            if self.0.len() == left {
                return Ok(Brought { number, lane: self, done });
            }
            tokio::time::sleep(wait).await;
            wait = (wait * 2).min(AGAIN.1);
        }
    }
}

/// A lane of which a batch was dealt with.
pub(super) struct Brought {
    number: usize,
    lane: Lane,
    done: usize,
}

/// All lanes of a mapping.
pub(super) struct Lanes {
    /// What each has to bring next, while it brings something.
    queues: Vec<Vec<Record>>,
    idle: Vec<bool>,
    /// The ids of all records that are not known to be dealt with, in the stream's order, and whose lane each is.
    undone: VecDeque<(String, usize)>,
    /// How many of a lane's first ones are dealt with.
    done: Vec<usize>,
}

impl Lanes {
    pub(super) fn new(lanes: usize) -> Self {
        Self { queues: (0..lanes).map(|_| Vec::new()).collect(), idle: vec![true; lanes], undone: VecDeque::new(), done: vec![0; lanes] }
    }

    pub(super) fn queued(&self) -> usize {
        self.queues.iter().map(Vec::len).sum()
    }

    /// All records of a partition key go to one lane, in order.
    pub(super) fn add(&mut self, records: Vec<Record>) {
        for record in records {
            let mut hasher = DefaultHasher::new();
            format!("{:?}", record.dynamodb.keys.get("pk")).hash(&mut hasher);
            let lane = usize::try_from(hasher.finish() % self.queues.len() as u64).unwrap_or(0);
            self.undone.push_back((record.event_id.clone(), lane));
            self.queues[lane].push(record);
        }
    }

    /// The lanes that bring nothing and have something to bring, now no longer idle.
    pub(super) fn take_idle(&mut self) -> impl Iterator<Item = (usize, Lane)> + '_ {
        let waiting = self.queues.iter_mut().zip(&mut self.idle).enumerate().filter(|(_, (queue, idle))| **idle && !queue.is_empty());
        waiting.map(|(number, (queue, idle))| {
            *idle = false;
            (number, Lane::of(std::mem::take(queue)))
        })
    }

    /// A lane is back. The id of the last record up to which everything is dealt with, if that is a further one.
    pub(super) fn put_back(&mut self, brought: Brought) -> Option<String> {
        let Brought { number, mut lane, done } = brought;
        lane.0.append(&mut self.queues[number]);
        self.queues[number] = lane.0;
        self.idle[number] = true;
        self.done[number] += done;
        let mut last = None;
        while let Some((id, lane)) = self.undone.pop_front_if(|(_, lane)| self.done[*lane] > 0) {
            self.done[lane] -= 1;
            last = Some(id);
        }
        last
    }
}

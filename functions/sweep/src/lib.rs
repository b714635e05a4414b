//! sweep: what is due. Parked messages and events, attempts whose worker never came back, and the reconcile that is under
//! way, after all of that.

use std::collections::HashSet;

use futures_util::{StreamExt, stream};
use ringonce_adapters::app::App;
use ringonce_adapters::delivery::{Budget, Delivery};
use ringonce_domain::commands::begin_reconcile;
use ringonce_domain::crash::{CrashPoint, pass};
use ringonce_domain::store::{DUE_SHARDS, Due, Store};
use serde::{Deserialize, Serialize};

/// How much is read of a shard at a time.
const PAGE: usize = 100;
/// How much of a shard is taken up at a time.
const AT_ONCE: usize = 8;

/// What a schedule invokes a sweep with. Of EventBridge's own event nothing is read.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, Deserialize)]
pub struct Event {
    /// What is to become of the reconcile; without it, the sweep goes on with the one that is under way.
    #[serde(default)]
    pub reconcile: Option<Reconcile>,
}

/// What is to become of the reconcile.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Reconcile {
    /// A run begins, unless one is under way.
    Begin,
}

/// What a sweep did.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Swept {
    /// How much that is due was taken up; the reconcile, which reports for itself, is not counted.
    pub taken: usize,
    /// How much of it could not be dealt with now; the next sweep finds it again.
    pub failed: usize,
}

impl Swept {
    fn and(self, other: Self) -> Self {
        Self { taken: self.taken + other.taken, failed: self.failed + other.failed }
    }
}

/// Takes up what is due, and goes on with the reconcile after that, as far as `budget` reaches. Sweeps may overlap and
/// repeat: each item's condition decides.
pub async fn handle(app: &App<impl Store>, delivery: &Delivery<impl Store>, event: Event, budget: Budget) -> Swept {
    let begun = match event.reconcile {
        Some(Reconcile::Begin) => begin(app).await,
        None => Swept::default(),
    };
    let shards = stream::iter(0..DUE_SHARDS).map(|shard| sweep_shard(app, delivery, shard, budget));
    let (swept, segments) = shards
        .buffer_unordered(usize::from(DUE_SHARDS))
        .fold((begun, Vec::new()), |(all, mut segments), (swept, more)| async move {
            segments.extend(more);
            (all.and(swept), segments)
        })
        .await;
    let failed = take_up(delivery, segments, budget).await;
    Swept { failed: swept.failed + failed, ..swept }
}

async fn begin(app: &App<impl Store>) -> Swept {
    match begin_reconcile(app.store.as_ref(), app.clock.now()).await {
        Ok(_) => Swept::default(),
        Err(error) => {
            tracing::warn!(%error, "a reconcile cannot be begun");
            Swept { taken: 0, failed: 1 }
        }
    }
}

/// What was done about a shard, and the segments of the reconcile that stand in it.
async fn sweep_shard(app: &App<impl Store>, delivery: &Delivery<impl Store>, shard: u8, budget: Budget) -> (Swept, HashSet<Due>) {
    let (mut swept, mut segments) = (Swept::default(), HashSet::new());
    loop {
        let due = match app.store.due(shard, app.clock.now(), PAGE).await {
            Ok(due) => due,
            Err(error) => {
                tracing::warn!(%error, shard, "a shard of what is due cannot be read");
                return (swept.and(Swept { taken: 0, failed: 1 }), segments);
            }
        };
        let is_last = due.len() < PAGE;
        let (of_reconcile, due): (Vec<_>, Vec<_>) = due.into_iter().map(|(_, due)| due).partition(|due| matches!(due, Due::Reconcile(_)));
        segments.extend(of_reconcile);
        let taken = due.len();
        if taken > 0 {
            pass(CrashPoint::SweepAfterList);
        }
        let failed = take_up(delivery, due, budget).await;
        swept = swept.and(Swept { taken, failed });
        // A short page was the last one; and where something failed it would only be found again.
        if is_last || failed > 0 {
            return (swept, segments);
        }
    }
}

async fn take_up(delivery: &Delivery<impl Store>, due: Vec<Due>, budget: Budget) -> usize {
    stream::iter(due)
        .map(|due| async move { delivery.take_up(&due, budget).await })
        .buffer_unordered(AT_ONCE)
        .filter_map(|result| async move { result.err().map(|error| tracing::warn!(%error, "something due is left to the next sweep")) })
        .count()
        .await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reconcile_begins_only_where_it_is_asked_for() {
        let read = |event: &str| serde_json::from_str::<Event>(event).map(|event| event.reconcile);
        assert_eq!(read(r#"{"reconcile":"begin"}"#).ok(), Some(Some(Reconcile::Begin)));
        assert_eq!(read(r#"{"version":"0","source":"aws.events","detail":{}}"#).ok(), Some(None));
        assert!(read(r#"{"reconcile":"stop"}"#).is_err(), "no wish is taken for another one");
    }
}

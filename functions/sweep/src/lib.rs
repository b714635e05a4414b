//! sweep: what is due. Parked messages and events, attempts whose worker never came back, and the reconcile that is under
//! way, after all of that.

use std::collections::HashSet;
use std::time::Duration;

use futures_util::{StreamExt, stream};
use ringonce_adapters::app::App;
use ringonce_adapters::delivery::{Budget, Delivery};
use ringonce_adapters::metrics;
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

/// What a sweep has found so far.
#[derive(Default)]
struct Found {
    /// What was done about it.
    swept: Swept,
    /// By how much the oldest of it was late; of nothing, by nothing.
    late: Duration,
    /// The segments of the reconcile, which are taken up after it and are not counted.
    segments: HashSet<Due>,
}

impl Found {
    fn failed(mut self, failed: usize) -> Self {
        self.swept.failed += failed;
        self
    }

    fn and(mut self, other: Self) -> Self {
        self.swept.taken += other.swept.taken;
        self.late = self.late.max(other.late);
        self.segments.extend(other.segments);
        self.failed(other.swept.failed)
    }
}

/// Takes up what is due, and goes on with the reconcile after that, as far as `budget` reaches; and says as metrics how late
/// it was and what failed. Sweeps may overlap and repeat: each item's condition decides.
pub async fn handle(app: &App<impl Store>, delivery: &Delivery<impl Store>, event: Event, budget: Budget) -> Swept {
    let begun = match event.reconcile {
        Some(Reconcile::Begin) => begin(app).await,
        None => Found::default(),
    };
    let shards = stream::iter(0..DUE_SHARDS).map(|shard| sweep_shard(app, delivery, shard, budget));
    let mut found = shards.buffer_unordered(usize::from(DUE_SHARDS)).fold(begun, |all, of_shard| async move { all.and(of_shard) }).await;
    let segments = std::mem::take(&mut found.segments);
    let failed = take_up(delivery, segments, budget).await;
    let found = found.failed(failed);
    say(app, &found);
    found.swept
}

/// That nothing is late is said too, so that an alarm hears of a sweep that runs; that nothing failed is not.
fn say(app: &App<impl Store>, found: &Found) {
    let (late, now) = (i64::try_from(found.late.as_secs()).unwrap_or(i64::MAX), app.clock.now());
    app.metrics.gauge(&[(metrics::OLDEST_DUE, late)], now);
    app.metrics.count(&[(metrics::SWEEP_FAILED, i64::try_from(found.swept.failed).unwrap_or(i64::MAX))], now);
}

async fn begin(app: &App<impl Store>) -> Found {
    match begin_reconcile(app.store.as_ref(), app.clock.now()).await {
        Ok(_) => Found::default(),
        Err(error) => {
            tracing::warn!(%error, "a reconcile cannot be begun");
            Found::default().failed(1)
        }
    }
}

async fn sweep_shard(app: &App<impl Store>, delivery: &Delivery<impl Store>, shard: u8, budget: Budget) -> Found {
    let mut found = Found::default();
    loop {
        let now = app.clock.now();
        let due = match app.store.due(shard, now, PAGE).await {
            Ok(due) => due,
            Err(error) => {
                tracing::warn!(%error, shard, "a shard of what is due cannot be read");
                return found.failed(1);
            }
        };
        let is_last = due.len() < PAGE;
        let (of_reconcile, due): (Vec<_>, Vec<_>) = due.into_iter().partition(|(_, due)| matches!(due, Due::Reconcile(_)));
        let late = due.iter().map(|(at, _)| now.since(*at)).max().unwrap_or_default();
        let taken = due.len();
        if taken > 0 {
            pass(CrashPoint::SweepAfterList);
        }
        let failed = take_up(delivery, due.into_iter().map(|(_, due)| due), budget).await;
        let segments = of_reconcile.into_iter().map(|(_, due)| due).collect();
        found = found.and(Found { swept: Swept { taken, failed }, late, segments });
        // A short page was the last one; and where something failed it would only be found again.
        if is_last || failed > 0 {
            return found;
        }
    }
}

async fn take_up(delivery: &Delivery<impl Store>, due: impl IntoIterator<Item = Due>, budget: Budget) -> usize {
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

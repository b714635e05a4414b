//! sweep: what is due. Parked messages and events, and attempts whose worker never came back.

use futures_util::{StreamExt, stream};
use ringonce_adapters::app::App;
use ringonce_adapters::delivery::{Budget, Delivery};
use ringonce_domain::crash::{CrashPoint, pass};
use ringonce_domain::store::{DUE_SHARDS, Due, Store};
use serde::Serialize;

/// How much is read of a shard at a time.
const PAGE: usize = 100;
/// How much of a shard is taken up at a time.
const AT_ONCE: usize = 8;

/// What a sweep did.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Swept {
    /// How much was taken up.
    pub taken: usize,
    /// How much of it could not be dealt with now; the next sweep finds it again.
    pub failed: usize,
}

/// Takes up what is due, as far as `budget` reaches. Sweeps may overlap and repeat: each item's condition decides.
pub async fn handle(app: &App<impl Store>, delivery: &Delivery<impl Store>, budget: Budget) -> Swept {
    let shards =
        stream::iter(0..DUE_SHARDS).map(|shard| sweep_shard(app, delivery, shard, budget)).buffer_unordered(usize::from(DUE_SHARDS));
    shards.fold(Swept::default(), |all, one| async move { Swept { taken: all.taken + one.taken, failed: all.failed + one.failed } }).await
}

async fn sweep_shard(app: &App<impl Store>, delivery: &Delivery<impl Store>, shard: u8, budget: Budget) -> Swept {
    let mut swept = Swept::default();
    loop {
        let due = match app.store.due(shard, app.clock.now(), PAGE).await {
            Ok(due) => due,
            Err(error) => {
                tracing::warn!(%error, shard, "a shard of what is due cannot be read");
                return Swept { failed: swept.failed + 1, ..swept };
            }
        };
        let found = due.len();
        if found > 0 {
            pass(CrashPoint::SweepAfterList);
        }
        let failed = take_up(delivery, due, budget).await;
        swept = Swept { taken: swept.taken + found, failed: swept.failed + failed };
        // A short page was the last one; and where something failed it would only be found again.
        if found < PAGE || failed > 0 {
            return swept;
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

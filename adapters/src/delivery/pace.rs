//! How fast a reconcile reads.

use std::time::Duration;

use ringonce_domain::store::{ScannedPage, Stored};
use tokio::sync::Mutex;
use tokio::time::{Instant, sleep_until};

use super::releases::PIECE;
use super::{Budget, NotDone};

/// Most read units that a process takes for a reconcile in a second, and so a deployment, whose sweeps do not overlap but
/// for the minute in which the night's comes beside one: a hundred from each of the partitions that it reads from, of the
/// 3,000 that one gives. What is read in a day at this pace, in the twenty seconds that it has in each minute, is some
/// hundred gigabytes.
pub const UNITS_A_SECOND: u32 = 400;

/// The pace of one process: its pages are read one after the other, each once those before it are paid for in time.
pub(super) struct Pace(Mutex<Instant>);

impl Pace {
    pub(super) fn new() -> Self {
        Self(Mutex::new(Instant::now()))
    }

    /// Reads a page when its turn has come, if there is time enough then.
    pub(super) async fn read(&self, budget: Budget, page: impl Future<Output = Stored<ScannedPage>>) -> Result<ScannedPage, NotDone> {
        let mut free_at = self.0.lock().await;
        budget.allows((*free_at).saturating_duration_since(Instant::now()) + PIECE)?;
        sleep_until(*free_at).await;
        let begun = Instant::now();
        let page = page.await?;
        *free_at = begun + cost(page.units);
        Ok(page)
    }

    /// Pays for what was read beside the pages.
    pub(super) async fn charge(&self, units: u64) {
        let mut free_at = self.0.lock().await;
        *free_at = (*free_at).max(Instant::now()) + cost(units);
    }
}

fn cost(units: u64) -> Duration {
    (Duration::from_secs(1) / UNITS_A_SECOND).saturating_mul(u32::try_from(units).unwrap_or(u32::MAX))
}

//! The table's stream: it brings each change at least once, some again, some late and out of their order.

use std::sync::Arc;
use std::time::Duration;

use ringonce_domain::store::Change;
use ringonce_memory::MemoryStore;
use tokio::time::sleep;

use crate::dice::{chance, roll};
use crate::process::Pool;

/// How long a worker waits when there is nothing.
const IDLE: Duration = Duration::from_millis(250);

/// The changes that are still to be brought.
pub(crate) struct Stream {
    table: Arc<MemoryStore>,
    waiting: std::sync::Mutex<Vec<Change>>,
}

impl Stream {
    pub(crate) fn new(table: Arc<MemoryStore>) -> Self {
        Self { table, waiting: std::sync::Mutex::default() }
    }

    fn next(&self) -> Option<Change> {
        let mut waiting = self.waiting.lock().expect("nobody panics with it");
        waiting.extend(self.table.take_changes());
        if waiting.is_empty() {
            return None;
        }
        let index = if chance(85) { 0 } else { usize::try_from(roll(waiting.len() as u64)).unwrap_or_default() };
        Some(waiting.remove(index))
    }

    fn again(&self, change: Change) {
        self.waiting.lock().expect("nobody panics with it").push(change);
    }

    /// Whether everything was brought.
    pub(crate) fn is_idle(&self) -> bool {
        let mut waiting = self.waiting.lock().expect("nobody panics with it");
        waiting.extend(self.table.take_changes());
        waiting.is_empty()
    }

    /// A worker, for ever.
    pub(crate) async fn work(&self, pool: &Pool, again_percent: u64) {
        loop {
            let Some(change) = self.next() else {
                sleep(IDLE).await;
                continue;
            };
            let done = pool.invoke(async |process, budget| process.delivery.handle(&change, budget).await.is_ok()).await;
            if done != Some(true) || chance(again_percent) {
                self.again(change);
                sleep(IDLE).await;
            }
        }
    }
}

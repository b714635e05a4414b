//! Processes: each serves one call at a time, by a clock of its own, and is replaced when it dies.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::time::Duration;

use ringonce_adapters::ambient::{Clock, simulated};
use ringonce_adapters::app::App;
use ringonce_adapters::delivery::{Budget, Delivery, FUNCTION_TIMEOUT};
use ringonce_adapters::open_web::OpenWeb;
use ringonce_adapters::providers::{Post, Providers};
use ringonce_domain::keyring::KeyRing;
use ringonce_memory::MemoryStore;
use tokio::sync::Mutex;
use tokio::time::{Instant, timeout};

use crate::dice::{chance, one_of, roll};
use crate::faults::Faults;
use crate::log::Log;
use crate::provider::Provider;
use crate::scenario::Clocks;
use crate::store::TableLine;

/// How long a process waits for a provider.
const PROVIDER: Duration = Duration::from_secs(10);
/// When a run begins, in milliseconds since 1970.
pub(crate) const BEGAN_AT: u64 = 1_800_000_000_000;

/// What processes are made of.
#[derive(Clone)]
pub(crate) struct Maker {
    pub(crate) table: Arc<MemoryStore>,
    pub(crate) ring: String,
    pub(crate) log: Log,
    pub(crate) faults: Faults,
    pub(crate) on: Arc<AtomicBool>,
    pub(crate) began: Instant,
}

/// A process.
pub(crate) struct Process {
    pub(crate) app: Arc<App<TableLine>>,
    pub(crate) delivery: Delivery<TableLine>,
    faults: Faults,
}

impl Maker {
    fn make(&self, ahead: &Arc<AtomicI64>) -> Process {
        let faults = self.faults.reborn();
        let provider = Provider { log: self.log.clone(), faults: faults.clone(), on: Arc::clone(&self.on) };
        let store = Arc::new(TableLine { table: Arc::clone(&self.table), faults: faults.clone() });
        let clock = Clock::Simulated(simulated::Clock { began: self.began, began_at: BEGAN_AT, ahead: Arc::clone(ahead) });
        let keys = KeyRing::parse(&self.ring).expect("a ring that was just made");
        let web = OpenWeb::simulated(PROVIDER, Arc::new(provider.clone()));
        let from = "notify@shop.example".to_owned().try_into().expect("an address");
        let providers = Providers { vapid: None, post: Some(Post { mailer: Arc::new(provider), from }) };
        let app = App::new(store, keys, "https://notify.example".to_owned(), clock, web).with(providers);
        Process { delivery: app.delivery(), app: Arc::new(app), faults }
    }
}

/// Processes that serve the same calls.
pub(crate) struct Pool {
    maker: Maker,
    slots: Vec<(Arc<AtomicI64>, Mutex<Process>)>,
}

impl Pool {
    pub(crate) fn new(maker: &Maker, size: usize, clocks: Clocks) -> Self {
        let slot = |_| {
            let ahead = Arc::new(AtomicI64::new(clocks.ahead()));
            let process = maker.make(&ahead);
            (ahead, Mutex::new(process))
        };
        Self { maker: maker.clone(), slots: (0..size).map(slot).collect() }
    }

    /// One invocation, by one of them: `None` when it died, or was ended because it took too long.
    pub(crate) async fn invoke<T>(&self, work: impl AsyncFnOnce(&Process, Budget) -> T) -> Option<T> {
        let index = usize::try_from(roll(self.slots.len() as u64)).unwrap_or_default();
        let (ahead, slot) = &self.slots[index];
        let mut process = slot.lock().await;
        let faults = process.faults.clone();
        let budget = Budget::of(FUNCTION_TIMEOUT);
        // One that was frozen is ended by nobody, and goes on where it stood.
        let limit = if chance(80) { FUNCTION_TIMEOUT } else { Duration::MAX };
        let done = faults.outlive(timeout(limit, work(&process, budget))).await.and_then(Result::ok);
        if done.is_none() {
            *process = self.maker.make(ahead);
        }
        done
    }

    /// One clock jumps.
    pub(crate) fn jump(&self, clocks: Clocks) {
        let ahead = one_of(&self.slots.iter().map(|(ahead, _)| Arc::clone(ahead)).collect::<Vec<_>>());
        ahead.store(clocks.ahead(), Ordering::SeqCst);
    }

    /// All clocks are right again.
    pub(crate) fn right(&self) {
        self.slots.iter().for_each(|(ahead, _)| ahead.store(0, Ordering::SeqCst));
    }
}

//! How calls go wrong, and how a process dies in the middle of one.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use ringonce_domain::store::{StoreError, Stored};
use tokio::sync::Notify;
use tokio::time::sleep;

use crate::dice::{chance, span};

/// How often what happens, in percent, while faults are on.
#[derive(Debug, Clone, Copy)]
pub struct Rates {
    /// The process dies at a call.
    pub crash: u64,
    /// The process stands still at a call, for up to five minutes: past every lease.
    pub freeze: u64,
    /// A call never reaches the table.
    pub before: u64,
    /// A call is carried out and its answer lost; in half of these cases the client repeats the call by itself.
    pub after: u64,
    /// Longest time that one way of a call takes.
    pub latency: Duration,
}

const LONGEST_FREEZE: Duration = Duration::from_secs(300);

/// What goes wrong in one process.
#[derive(Clone)]
pub(crate) struct Faults {
    rates: Rates,
    on: Arc<AtomicBool>,
    died: Arc<Notify>,
}

impl Faults {
    pub(crate) fn new(rates: Rates, on: Arc<AtomicBool>) -> Self {
        Self { rates, on, died: Arc::default() }
    }

    /// A new life of the process.
    pub(crate) fn reborn(&self) -> Self {
        Self { died: Arc::default(), ..self.clone() }
    }

    /// Runs one invocation: `None` when it died.
    pub(crate) async fn outlive<T>(&self, work: impl Future<Output = T>) -> Option<T> {
        tokio::select! {
            biased;
            () = self.died.notified() => None,
            done = work => Some(done),
        }
    }

    fn happens(&self, percent: u64) -> bool {
        self.on.load(Ordering::SeqCst) && chance(percent)
    }

    /// A moment at which the process may die; whoever it dies for never goes on.
    pub(crate) async fn may_die(&self) {
        sleep(span(self.rates.latency)).await;
        if self.happens(self.rates.freeze) {
            sleep(span(LONGEST_FREEZE)).await;
        }
        if self.happens(self.rates.crash) {
            self.died.notify_one();
            std::future::pending::<()>().await;
        }
    }

    /// A call of the table.
    pub(crate) async fn around<T, F: Future<Output = Stored<T>>>(&self, call: impl Fn() -> F) -> Stored<T> {
        self.may_die().await;
        if self.happens(self.rates.before) {
            return Err(StoreError::Unavailable("never sent".to_owned()));
        }
        let mut answer = call().await;
        self.may_die().await;
        if self.happens(self.rates.after) {
            if chance(50) {
                return Err(StoreError::Unavailable("the answer is lost".to_owned()));
            }
            answer = call().await;
            self.may_die().await;
        }
        answer
    }
}

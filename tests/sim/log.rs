//! What was seen from outside: what the provider took, and what callers were told, each at its true time.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::time::Instant;

/// Something that was seen, so many milliseconds after the beginning.
#[derive(Debug, Clone)]
pub(crate) enum Seen {
    /// A provider was called with a message.
    Called { person: String },
    /// The provider has a message: the person gets it, unless it knows the id.
    Taken { person: String, id: String, text: String, recognises: bool },
    /// The business's endpoint took an event.
    Told { kind: String, person: String },
    /// A question was answered with 201, at this time by the process's own clock.
    Asked { person: String, id: String, asked_at: u64 },
    /// A caller was told of its redemption.
    Redeemed { person: String, text: String, status: u16 },
    /// A revocation was answered with 200.
    Revoked { person: String },
    /// A block was answered.
    Blocked { person: String },
    /// A question began, and was answered.
    AskedFrom { person: String, since: u64, status: u16 },
}

/// The log of a run.
#[derive(Clone)]
pub(crate) struct Log {
    began: Instant,
    entries: Arc<Mutex<Vec<(u64, Seen)>>>,
}

impl Log {
    pub(crate) fn new() -> Self {
        Self { began: Instant::now(), entries: Arc::default() }
    }

    pub(crate) fn now(&self) -> u64 {
        u64::try_from(self.began.elapsed().as_millis()).unwrap_or(u64::MAX)
    }

    pub(crate) fn note(&self, seen: Seen) {
        let now = self.now();
        self.lock().push((now, seen));
    }

    pub(crate) fn entries(&self) -> Vec<(u64, Seen)> {
        self.lock().clone()
    }

    fn lock(&self) -> MutexGuard<'_, Vec<(u64, Seen)>> {
        self.entries.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

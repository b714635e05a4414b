//! The clock and the randomness of a process. Everything below takes what they gave as values.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use aws_lc_rs::rand;
use ringonce_domain::time::Timestamp;

/// Where a process reads the time.
#[derive(Debug, Clone)]
pub enum Clock {
    /// The system's clock, put ahead by a span: `ringonce dev --clock-ahead` shows what tomorrow brings.
    System {
        /// How far ahead.
        ahead: Duration,
    },
    /// A clock that stands still until it is set, in milliseconds since 1970.
    Manual(Arc<AtomicU64>),
}

impl Clock {
    /// The system's clock as it is.
    pub const SYSTEM: Self = Self::System { ahead: Duration::ZERO };

    /// The time.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        match self {
            Self::System { ahead } => {
                let since_1970 = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default() + *ahead;
                Timestamp::from_millis(u64::try_from(since_1970.as_millis()).unwrap_or(u64::MAX))
            }
            Self::Manual(millis) => Timestamp::from_millis(millis.load(Ordering::SeqCst)),
        }
    }
}

/// `N` random bytes that nobody can guess.
///
/// # Panics
/// When the system has no randomness: nothing safe can be done then.
#[must_use]
pub fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    rand::fill(&mut bytes).expect("the system's source of randomness answers");
    bytes
}

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
    /// A simulation's, which may be ahead or behind.
    #[cfg(feature = "simulation")]
    Simulated(simulated::Clock),
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
            #[cfg(feature = "simulation")]
            Self::Simulated(clock) => clock.now(),
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
    #[cfg(feature = "simulation")]
    if simulated::fill(&mut bytes) {
        return bytes;
    }
    rand::fill(&mut bytes).expect("the system's source of randomness answers");
    bytes
}

/// What a simulation gives in place of a system's clock and randomness.
#[cfg(feature = "simulation")]
pub mod simulated {
    use std::cell::Cell;
    use std::sync::Arc;
    use std::sync::atomic::{AtomicI64, Ordering};

    use ringonce_domain::time::Timestamp;
    use tokio::time::Instant;

    thread_local! {
        static STATE: Cell<Option<u64>> = const { Cell::new(None) };
    }

    /// Has this thread's randomness follow from `seed`.
    pub fn seed(seed: u64) {
        STATE.set(Some(seed));
    }

    /// The next number that follows from the seed (SplitMix64); `None` where there is none.
    #[must_use]
    pub fn next() -> Option<u64> {
        let state = STATE.get()?.wrapping_add(0x9E37_79B9_7F4A_7C15);
        STATE.set(Some(state));
        let mixed = (state ^ (state >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        Some(mixed ^ (mixed >> 31))
    }

    /// Fills what is to be random; false where this thread has no seed.
    pub(super) fn fill(bytes: &mut [u8]) -> bool {
        for chunk in bytes.chunks_mut(8) {
            let Some(number) = next() else {
                return false;
            };
            chunk.copy_from_slice(&number.to_le_bytes()[..chunk.len()]);
        }
        true
    }

    /// A clock over the runtime's time.
    #[derive(Debug, Clone)]
    pub struct Clock {
        /// When the simulation began.
        pub began: Instant,
        /// What time that was, in milliseconds since 1970.
        pub began_at: u64,
        /// How far it is ahead, in milliseconds.
        pub ahead: Arc<AtomicI64>,
    }

    impl Clock {
        pub(super) fn now(&self) -> Timestamp {
            let elapsed = u64::try_from(self.began.elapsed().as_millis()).unwrap_or(u64::MAX);
            Timestamp::from_millis((self.began_at + elapsed).saturating_add_signed(self.ahead.load(Ordering::SeqCst)))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn on_cpu() -> u64 {
        let charged = std::fs::read_to_string("/proc/thread-self/schedstat").expect("Linux says what a thread was charged");
        charged.split(' ').next().and_then(|nanoseconds| nanoseconds.parse().ok()).expect("the first number is the time on a processor")
    }

    #[test]
    fn the_first_random_number_costs_less_than_five_milliseconds() {
        let before = on_cpu();
        let random: [u8; 16] = random();
        let charged = on_cpu() - before;
        assert!(charged < 5_000_000, "{charged} ns for {random:?}: is it built with AWS_LC_SYS_NO_JITTER_ENTROPY=1?");
    }
}

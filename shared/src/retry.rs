//! When a message or an event that could not be delivered is tried again, and when it is given up.

use std::time::Duration;

use crate::time::Timestamp;

/// How long after its redemption a message, or after its making an event, is still tried.
pub const HORIZON: Duration = Duration::from_secs(24 * 3_600);
/// Most attempts at one message. With the backoff below the horizon comes first unless workers keep dying.
pub const MOST_ATTEMPTS: u32 = 20;
/// How often a token is given back before its message counts as failed.
pub const MOST_RETURNS: usize = 8;

const FIRST_WAIT: Duration = Duration::from_secs(10);
const LONGEST_WAIT: Duration = Duration::from_secs(4 * 3_600);

/// The wait before attempt `attempts + 1`: doubling from ten seconds up to four hours, at least what the provider asked
/// for, and up to a quarter more by `jitter` (0 to 255).
#[must_use]
fn backoff(attempts: u32, provider_asks: Option<Duration>, jitter: u8) -> Duration {
    let doubled = FIRST_WAIT.saturating_mul(1 << attempts.saturating_sub(1).min(16)).min(LONGEST_WAIT);
    // Whoever answers may ask for any number of seconds.
    let wait = doubled.max(provider_asks.unwrap_or_default()).min(HORIZON);
    wait + wait.mul_f64(f64::from(jitter) / 1_024.0)
}

/// When what began at `since` and was tried `attempts` times is tried next: after the backoff, at the latest when the
/// horizon is reached. `None` when it was tried as long or as often as is permitted.
#[must_use]
pub fn next_try(since: Timestamp, attempts: u32, now: Timestamp, provider_asks: Option<Duration>, jitter: u8) -> Option<Timestamp> {
    let end = since + HORIZON;
    (attempts < MOST_ATTEMPTS && now < end).then(|| (now + backoff(attempts, provider_asks, jitter)).min(end))
}

/// Whether one more attempt may be made now.
#[must_use]
pub fn may_try_now(since: Timestamp, attempts: u32, now: Timestamp) -> bool {
    attempts < MOST_ATTEMPTS && now <= since + HORIZON
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_up_to_four_hours_and_obey_the_provider() {
        let wait = |attempts| backoff(attempts, None, 0).as_secs();
        assert_eq!([wait(1), wait(2), wait(3), wait(20)], [10, 20, 40, 14_400]);
        assert_eq!(backoff(1, Some(Duration::from_secs(600)), 0).as_secs(), 600);
        let most = backoff(1, None, 255);
        assert!(most > Duration::from_secs(12) && most < Duration::from_millis(12_500), "{most:?}");
    }

    #[test]
    fn a_message_is_tried_for_a_day_and_no_longer() {
        let start = Timestamp::from_millis(1_000);
        assert!(may_try_now(start, 1, start + HORIZON));
        assert!(!may_try_now(start, 1, start + HORIZON + Duration::from_millis(1)));
        assert!(!may_try_now(start, MOST_ATTEMPTS, start));
        assert_eq!(next_try(start, 1, start, None, 0), Some(start + FIRST_WAIT));
        assert_eq!(next_try(start, 1, start + HORIZON, None, 0), None);
        assert_eq!(next_try(start, MOST_ATTEMPTS, start, None, 0), None);
    }

    #[test]
    fn no_wait_that_a_provider_asks_for_reaches_past_the_horizon() {
        let start = Timestamp::from_millis(1_000);
        for seconds in [86_400, 99_999_999, u64::MAX] {
            assert_eq!(next_try(start, 1, start, Some(Duration::from_secs(seconds)), 255), Some(start + HORIZON));
        }
    }
}

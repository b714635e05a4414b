//! Endpoints that let us wait in vain: each is left alone for a while, and is then tried with one request, not with all.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

/// Most endpoints that are known at a time; one more, and all are tried again.
const MOST: usize = 1_000;

/// Whether an endpoint may be called now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Turn {
    /// As ever.
    Free,
    /// It is the one request that finds out whether the endpoint answers again.
    Probe,
    /// It is to be left alone.
    Rests,
}

/// The endpoints that rest, and until when.
#[derive(Debug)]
pub(super) struct Resting {
    span: Duration,
    until: Mutex<HashMap<String, Instant>>,
}

impl Resting {
    /// Each rests for `span`, which is also the longest that a request to it takes.
    pub(super) fn for_each(span: Duration) -> Self {
        Self { span, until: Mutex::default() }
    }

    /// Takes a turn with an endpoint. Who gets the probe keeps everybody else away for as long as it takes.
    pub(super) fn turn(&self, url: &str, now: Instant) -> Turn {
        let mut all = self.until.lock().unwrap_or_else(PoisonError::into_inner);
        match all.get_mut(url) {
            None => Turn::Free,
            Some(until) if *until > now => Turn::Rests,
            Some(until) => {
                *until = now + self.span;
                Turn::Probe
            }
        }
    }

    /// What a turn showed: an endpoint that hung rests from now on, and one whose probe came to an end is free again.
    pub(super) fn showed(&self, url: &str, turn: Turn, hung: bool, now: Instant) {
        let mut all = self.until.lock().unwrap_or_else(PoisonError::into_inner);
        if hung {
            if all.len() >= MOST {
                all.clear();
            }
            all.insert(url.to_owned(), now + self.span);
        } else if turn == Turn::Probe {
            all.remove(url);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SPAN: Duration = Duration::from_secs(10);
    const URL: &str = "https://shop.example/hook";

    fn hung(resting: &Resting, now: Instant) {
        let turn = resting.turn(URL, now);
        resting.showed(URL, turn, true, now + SPAN);
    }

    #[tokio::test]
    async fn after_its_rest_an_endpoint_is_tried_with_one_request_and_not_with_all() {
        let (resting, now) = (Resting::for_each(SPAN), Instant::now());
        assert_eq!(resting.turn(URL, now), Turn::Free);
        hung(&resting, now);
        let later = now + 2 * SPAN;
        assert_eq!(resting.turn(URL, later - Duration::from_millis(1)), Turn::Rests);
        assert_eq!([(); 3].map(|()| resting.turn(URL, later)), [Turn::Probe, Turn::Rests, Turn::Rests]);
        assert_eq!(resting.turn("https://other.example/hook", later), Turn::Free);
        resting.showed(URL, Turn::Probe, true, later + SPAN);
        assert_eq!(resting.turn(URL, later + SPAN), Turn::Rests);
    }

    #[tokio::test]
    async fn a_probe_that_ends_frees_an_endpoint_and_an_earlier_request_that_ends_does_not() {
        let (resting, now) = (Resting::for_each(SPAN), Instant::now());
        let earlier = resting.turn(URL, now);
        hung(&resting, now);
        resting.showed(URL, earlier, false, now + SPAN);
        assert_eq!(resting.turn(URL, now + SPAN), Turn::Rests);
        let probe = resting.turn(URL, now + 2 * SPAN);
        resting.showed(URL, probe, false, now + 2 * SPAN);
        assert_eq!([(); 2].map(|()| resting.turn(URL, now + 2 * SPAN)), [Turn::Free; 2]);
    }

    #[tokio::test]
    async fn a_probe_that_is_never_heard_of_again_makes_room_for_another() {
        let (resting, now) = (Resting::for_each(SPAN), Instant::now());
        hung(&resting, now);
        assert_eq!([2, 3, 3].map(|spans| resting.turn(URL, now + spans * SPAN)), [Turn::Probe, Turn::Probe, Turn::Rests]);
    }
}

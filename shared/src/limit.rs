//! How often something may happen that no person's caps count: an exact sliding window over a register of the last times,
//! kept by one write as a person's is.

use std::time::Duration;

use crate::address::LimitKey;
use crate::call::{Call, CallId, Repeat};
use crate::caps::Cap;
use crate::time::Timestamp;

/// At most `count` of something in any span of `window`, for each of those whom it counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limit {
    /// How many. The register has as many slots.
    pub count: usize,
    /// In which span, of whole seconds.
    pub window: Duration,
    /// Of what, in words that go on after a number. Two limits of other words never meet.
    pub what: &'static str,
}

/// Asks by publishable keys, which anyone can read: from one address, for one business.
pub const ASKS_FROM_AN_ADDRESS: Limit = Limit { count: 5, window: Duration::from_secs(600), what: "asks from one address" };

/// For how long a register outlasts its window: clocks may differ, and no rule rests on when it goes.
const KEPT_LONGER: Duration = Duration::from_secs(3_600);

impl Limit {
    /// The limit as the API writes caps: `5-in-10m`.
    #[must_use]
    pub const fn cap(&self) -> Cap {
        Cap { count: self.count, window_seconds: self.window.as_secs() }
    }

    /// When a register may be forgotten that was last added to at `now`.
    #[must_use]
    pub fn forget_at(&self, now: Timestamp) -> Timestamp {
        now + self.window + KEPT_LONGER
    }
}

/// One time that is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Use {
    /// When.
    pub at: Timestamp,
    /// By which call.
    pub call: CallId,
}

/// The last times, the newest first.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Uses(pub Vec<Use>);

/// The spend command: one update of the limit's item.
#[derive(Debug, Clone, Copy)]
pub struct Spend {
    /// Which limit.
    pub limit: Limit,
    /// Whose.
    pub key: LimitKey,
    /// The call that is counted.
    pub call: Call,
    /// When.
    pub now: Timestamp,
}

/// What came of it.
#[must_use]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LimitRuling {
    /// It may happen, and is counted.
    Admitted,
    /// It is the caller's own repeat, and was counted already.
    Own,
    /// Its `Idempotency-Key` stands for another call.
    KeyReused,
    /// Something was counted at a later time: try again with that time.
    ClockBehind {
        /// The time to use.
        newest: Timestamp,
    },
    /// The limit is reached.
    Reached {
        /// From when on the next one may happen.
        opens_at: Timestamp,
    },
}

impl Uses {
    /// Rules on one more.
    pub fn rule(&self, spend: &Spend) -> LimitRuling {
        let repeat = self.0.iter().map(|counted| counted.call.compare(&spend.call.id)).find(|repeat| *repeat != Repeat::Other);
        match repeat {
            Some(Repeat::Same) => return LimitRuling::Own,
            Some(_) => return LimitRuling::KeyReused,
            None => {}
        }
        if let Some(newest) = self.0.first().map(|counted| counted.at).filter(|newest| *newest > spend.now) {
            return LimitRuling::ClockBehind { newest };
        }
        // The one that is `count` back must have left the window.
        let opens_at = self.0.get(spend.limit.count - 1).map(|counted| counted.at + spend.limit.window);
        match opens_at.filter(|opens_at| *opens_at > spend.now) {
            Some(opens_at) => LimitRuling::Reached { opens_at },
            None => LimitRuling::Admitted,
        }
    }

    /// The register with one more in front.
    #[must_use]
    pub fn shifted(&self, spend: &Spend) -> Self {
        let newest = Use { at: spend.now, call: spend.call.id };
        Self(std::iter::once(newest).chain(self.0.iter().copied()).take(spend.limit.count).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const LIMIT: Limit = Limit { count: 3, window: Duration::from_secs(60), what: "tests" };

    fn spend(number: u64, now: Timestamp) -> Spend {
        let mut bytes = [0; 16];
        bytes[..8].copy_from_slice(&number.to_be_bytes());
        let call = Call { id: CallId::from_bytes(bytes), keyed: false };
        Spend { limit: LIMIT, key: LimitKey::from_bytes([1; 16]), call, now }
    }

    proptest! {
        #[test]
        fn a_limit_admits_what_a_log_of_everything_would(pauses in proptest::collection::vec(0u64..40, 1..60)) {
            let (mut uses, mut log, mut now) = (Uses::default(), Vec::new(), Timestamp::from_millis(1_000_000));
            for (number, pause) in (0..).zip(pauses) {
                now = now + Duration::from_secs(pause);
                let within = log.iter().filter(|at: &&Timestamp| **at + LIMIT.window > now).count();
                let spend = spend(number, now);
                let ruling = uses.rule(&spend);
                prop_assert_eq!(ruling == LimitRuling::Admitted, within < LIMIT.count, "{:?}", ruling);
                if ruling == LimitRuling::Admitted {
                    uses = uses.shifted(&spend);
                    log.push(now);
                }
                prop_assert!(uses.0.len() <= LIMIT.count);
            }
        }
    }

    #[test]
    fn a_register_outlasts_its_window_by_an_hour() {
        let at = Timestamp::from_millis(1_000_000);
        assert_eq!(LIMIT.forget_at(at), at + Duration::from_secs(60 + 3_600));
    }

    #[test]
    fn a_repeat_is_its_callers_own_when_the_limit_is_reached_too() {
        let at = Timestamp::from_millis(1_000_000);
        let uses = (0..3).fold(Uses::default(), |uses, number| uses.shifted(&spend(number, at)));
        assert_eq!(uses.rule(&spend(3, at)), LimitRuling::Reached { opens_at: at + LIMIT.window });
        assert_eq!(uses.rule(&spend(1, at)), LimitRuling::Own);
        let mut other = spend(1, at);
        let mut bytes = *other.call.id.as_bytes();
        bytes[15] = 1;
        other.call.id = CallId::from_bytes(bytes);
        assert_eq!(uses.rule(&other), LimitRuling::KeyReused);
    }
}

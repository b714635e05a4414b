//! What a seed makes happen.

use std::time::Duration;

use ringonce_adapters::ambient::simulated;
use ringonce_domain::business::ChannelKind;

use crate::dice::{chance, one_of, roll, span};
use crate::faults::Rates;

/// How clocks differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Clocks {
    /// By up to five seconds: timing holds, and safety.
    Near,
    /// By up to ten minutes, and they jump: safety holds.
    Wild,
}

impl Clocks {
    /// How far one of them is ahead, in milliseconds.
    pub(crate) fn ahead(self) -> i64 {
        let most: u64 = match self {
            Self::Near => 2_500,
            Self::Wild => 300_000,
        };
        i64::try_from(roll(2 * most + 1)).unwrap_or_default() - i64::try_from(most).unwrap_or_default()
    }
}

/// One person, who is asked once.
#[derive(Debug, Clone)]
pub(crate) struct Plan {
    pub(crate) name: String,
    pub(crate) channel: ChannelKind,
    /// How many send with their token, at about the same time.
    pub(crate) redeemers: u64,
    /// After which span their message is to be sent.
    pub(crate) send_in: Option<Duration>,
    /// When the opt-in is taken back, after the grant.
    pub(crate) revoke_after: Option<Duration>,
    /// When the person blocks the business, after the grant.
    pub(crate) block_after: Option<Duration>,
}

/// What a seed makes happen.
#[derive(Debug, Clone)]
pub struct Scenario {
    /// The seed.
    pub seed: u64,
    /// How clocks differ.
    pub clocks: Clocks,
    /// How calls go wrong.
    pub rates: Rates,
    pub(crate) people: Vec<Plan>,
    /// How many questions about different things one further person is asked at once.
    pub(crate) questions: u64,
}

/// Longest wait for somebody to do something beside the others.
const SOON: Duration = Duration::from_secs(20);

impl Scenario {
    /// The scenario of a seed; the thread's chance follows from it from now on.
    #[must_use]
    pub fn of(seed: u64) -> Self {
        simulated::seed(seed);
        let clocks = if chance(70) { Clocks::Near } else { Clocks::Wild };
        let rates = Rates {
            crash: one_of(&[0, 2, 6]),
            freeze: one_of(&[0, 0, 1, 3]),
            before: one_of(&[0, 3, 10]),
            after: one_of(&[0, 3, 10]),
            latency: Duration::from_millis(one_of(&[5, 50, 400])),
        };
        let people = (0..=roll(3)).map(plan).collect();
        Self { seed, clocks, rates, people, questions: one_of(&[0, 0, 8]) }
    }
}

fn plan(number: u64) -> Plan {
    let maybe = |percent| chance(percent).then(|| span(SOON));
    Plan {
        name: format!("p{number}"),
        channel: one_of(&[ChannelKind::Inbox, ChannelKind::Webhook, ChannelKind::Webhook, ChannelKind::Email, ChannelKind::Email]),
        redeemers: 1 + roll(3),
        send_in: chance(20).then(|| Duration::from_secs(90) + span(SOON)),
        revoke_after: maybe(30),
        block_after: maybe(15),
    }
}

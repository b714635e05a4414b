//! Demand: what came of asking about a topic, of a day's asking, and of what a release took; counted from committed writes, each exactly
//! once.
//!
//! A stream brings its records at least once. Within a shard they come in order the first time; a repeat may come late,
//! in another grouping, or at the same moment from a worker that was given up. So the statistics of each topic,
//! day and release remember, for every shard, the [`Place`] up to which they were counted, and what is not beyond it is left out.

mod batch;
mod day;
mod rule;

pub use batch::{Batch, Left, MARK_KEPT, Mark, Place, Shard};
pub use day::Day;
pub use rule::{Counted, of_change};

use std::collections::BTreeMap;
use std::time::Duration;

use crate::address::{ReleaseKey, TopicKey};
use crate::names::BusinessId;
use crate::optin::Reason;
use crate::release;
use crate::time::Timestamp;

/// What is counted of.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Scope {
    /// All that came of asking about a topic.
    Topic(TopicKey),
    /// What became of the grants that a release took.
    Release(ReleaseKey),
    /// All that came of a business's questions on one day, whatever they were about.
    Day(BusinessId, Day),
}

/// How long what was counted of a day is kept after the last of it was counted.
const DAY_KEPT: Duration = Duration::from_secs(400 * 86_400);

impl Scope {
    /// When the table may forget what was counted last at `now`. A topic's counts are kept for ever: they are all that is
    /// left of it. A release's say nothing without the release, and outlive it a little.
    #[must_use]
    pub fn forget_at(&self, now: Timestamp) -> Option<Timestamp> {
        match self {
            Self::Topic(_) => None,
            Self::Release(_) => Some(release::counts_forget_at(now)),
            Self::Day(..) => Some(now + DAY_KEPT),
        }
    }

    /// The day, if it is one of that business.
    #[must_use]
    pub fn day_of(&self, business: &BusinessId) -> Option<Day> {
        match self {
            Self::Day(owner, day) if owner == business => Some(*day),
            _ => None,
        }
    }
}

/// Something that is counted of a topic or a release.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Counter {
    /// Asks made.
    Asked,
    /// Grants.
    Granted,
    /// Grants that can be redeemed now.
    Waiting,
    /// Declined asks.
    Declined,
    /// Messages that were delivered.
    Sent,
    /// Messages that never will be, by reason.
    Failed(Reason),
    /// Messages of which nobody can know.
    Unknown,
    /// Grants and messages that were taken back.
    Revoked,
    /// Grants and messages whose time was up.
    Expired,
    /// Messages whose token was given back.
    Returned,
    /// Openings of a message's link.
    Opened,
    /// Grants that a release took.
    Taken,
    /// Messages of a release that were under way when their person was erased.
    Erased,
    /// Grants that were redeemed. It is for metrics: no item keeps it.
    Redeemed,
}

/// What precedes the reason in the name of a counter of failures.
const FAILED: &str = "failed:";

impl Counter {
    const PLAIN: [Self; 12] = [
        Self::Asked,
        Self::Granted,
        Self::Waiting,
        Self::Declined,
        Self::Sent,
        Self::Unknown,
        Self::Revoked,
        Self::Expired,
        Self::Returned,
        Self::Opened,
        Self::Taken,
        Self::Erased,
    ];

    /// Its name, as an item that keeps it holds it: `sent`, `failed:gone`.
    #[must_use]
    pub fn name(self) -> String {
        let plain = match self {
            Self::Failed(reason) => return format!("{FAILED}{reason}"),
            Self::Asked => "asked",
            Self::Granted => "granted",
            // `waiting` is the key of an index.
            Self::Waiting => "waiting_now",
            Self::Declined => "declined",
            Self::Sent => "sent",
            Self::Unknown => "unknown",
            Self::Revoked => "revoked",
            Self::Expired => "expired",
            Self::Returned => "returned",
            Self::Opened => "opened",
            Self::Taken => "taken",
            Self::Erased => "erased",
            Self::Redeemed => "redeemed",
        };
        plain.to_owned()
    }

    /// Whether items keep it. What they do not is known of what was added alone.
    #[must_use]
    pub fn is_kept(self) -> bool {
        self != Self::Redeemed
    }

    /// The counter of that name, if items keep it.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        match name.strip_prefix(FAILED) {
            Some(reason) => Reason::from_word(reason).map(Self::Failed),
            None => Self::PLAIN.into_iter().find(|counter| counter.name() == name),
        }
    }
}

/// Counts, or changes to them. A counter that is not in it stands at nought.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Tally(BTreeMap<Counter, i64>);

impl Tally {
    /// How much a counter holds.
    #[must_use]
    pub fn of(&self, counter: Counter) -> i64 {
        self.0.get(&counter).copied().unwrap_or(0)
    }

    /// Adds to a counter.
    pub fn add(&mut self, counter: Counter, by: i64) {
        let sum = self.of(counter) + by;
        if sum == 0 {
            self.0.remove(&counter);
        } else {
            self.0.insert(counter, sum);
        }
    }

    /// Adds all of another tally.
    pub fn add_all(&mut self, other: &Self) {
        for (counter, by) in other.iter() {
            self.add(counter, by);
        }
    }

    /// Every counter that does not stand at nought.
    pub fn iter(&self) -> impl Iterator<Item = (Counter, i64)> + '_ {
        self.0.iter().map(|(counter, count)| (*counter, *count))
    }

    /// What is counted of a day: what came to pass on it. How many wait is known of a topic, and as of now.
    #[must_use]
    pub fn of_a_day(&self) -> Self {
        Self(self.kept().filter(|(counter, _)| *counter != Counter::Waiting).collect())
    }

    /// Every counter that an item keeps and that does not stand at nought.
    pub fn kept(&self) -> impl Iterator<Item = (Counter, i64)> + '_ {
        self.iter().filter(|(counter, _)| counter.is_kept())
    }

    /// What failed, by reason.
    #[must_use]
    pub fn failures(&self) -> BTreeMap<Reason, i64> {
        let failed = self.iter().filter_map(|(counter, count)| match counter {
            Counter::Failed(reason) => Some((reason, count)),
            _ => None,
        });
        failed.collect()
    }

    /// How many grants a release has taken that have not ended. It names `taken` itself, and is ahead of what is counted;
    /// but not of a grant that it took and that came back before a worker who replaced another had looked.
    #[must_use]
    pub fn under_way(&self, taken: u32) -> i64 {
        let ended = [Counter::Sent, Counter::Unknown, Counter::Returned, Counter::Revoked, Counter::Expired, Counter::Erased];
        let ended = ended.into_iter().map(|counter| self.of(counter)).chain(self.failures().into_values()).sum::<i64>();
        self.of(Counter::Taken).max(taken.into()) - ended
    }

    /// Whether it says nothing.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn under_way_is_what_was_taken_and_has_not_ended_whichever_count_of_what_was_taken_is_ahead() {
        let mut tally = Tally::default();
        assert_eq!(tally.under_way(40), 40, "nothing is counted yet");
        tally.add(Counter::Taken, 5);
        for ended in [Counter::Sent, Counter::Failed(Reason::Gone), Counter::Returned, Counter::Erased] {
            tally.add(ended, 1);
        }
        assert_eq!((tally.under_way(40), tally.under_way(0)), (36, 1));
    }

    fn shop(name: &str) -> BusinessId {
        BusinessId::try_from(name.to_owned()).expect("valid")
    }

    #[test]
    fn counts_of_a_topic_are_kept_for_ever_and_all_others_for_their_time() {
        let (now, day) = (Timestamp::from_millis(1_764_000_000_000), Duration::from_secs(86_400));
        let (topic, release) = (TopicKey::from_bytes([1; 16]), ReleaseKey::from_bytes([2; 16]));
        assert_eq!(Scope::Topic(topic).forget_at(now), None);
        assert_eq!(Scope::Release(release).forget_at(now), Some(release::counts_forget_at(now)));
        assert_eq!(Scope::Day(shop("mine"), Day::of(now)).forget_at(now), Some(now + day * 400));
    }

    #[test]
    fn a_day_is_its_own_businesss_alone() {
        let day = Day::of(Timestamp::from_millis(1_764_000_000_000));
        assert_eq!(Scope::Day(shop("mine"), day).day_of(&shop("mine")), Some(day));
        assert_eq!(Scope::Day(shop("mine"), day).day_of(&shop("other")), None);
        assert_eq!(Scope::Topic(TopicKey::from_bytes([1; 16])).day_of(&shop("mine")), None);
    }

    #[test]
    fn a_tally_holds_what_was_added_and_nothing_that_stands_at_nought() {
        let mut tally = Tally::default();
        assert!(tally.is_empty());
        for (counter, by) in [
            (Counter::Sent, 2),
            (Counter::Sent, -2),
            (Counter::Waiting, -1),
            (Counter::Redeemed, 1),
            (Counter::Failed(Reason::Gone), 3),
            (Counter::Failed(Reason::Busy), 1),
        ] {
            tally.add(counter, by);
        }
        let pairs = |tally: &Tally| tally.iter().map(|(counter, by)| (counter.name(), by)).collect::<Vec<_>>();
        let named = |pairs: &[(&str, i64)]| pairs.iter().map(|(name, by)| ((*name).to_owned(), *by)).collect::<Vec<_>>();
        assert!(!tally.is_empty());
        let mut both = tally.clone();
        both.add_all(&tally);
        assert_eq!((both.of(Counter::Waiting), both.of(Counter::Failed(Reason::Gone)), both.of(Counter::Sent)), (-2, 6, 0));
        let mut failed = named(&[("failed:gone", 3), ("failed:busy", 1)]);
        failed.sort_by_key(|(name, _)| Counter::from_name(name));
        let mut all = named(&[("waiting_now", -1)]);
        all.extend(failed.clone());
        let kept: Vec<_> = tally.kept().map(|(counter, by)| (counter.name(), by)).collect();
        assert_eq!(kept, all, "what items do not keep is left out");
        assert_eq!(pairs(&tally.of_a_day()), failed, "how many wait is not of a day");
        all.extend(named(&[("redeemed", 1)]));
        assert_eq!(pairs(&tally), all);
        assert_eq!(tally.failures(), BTreeMap::from([(Reason::Gone, 3), (Reason::Busy, 1)]));
    }

    #[test]
    fn every_counter_reads_as_it_was_written() {
        let failures = Reason::ALL.iter().copied().map(Counter::Failed);
        for counter in Counter::PLAIN.into_iter().chain(failures) {
            assert_eq!(Counter::from_name(&counter.name()), Some(counter));
        }
        for other in ["", "waiting", "failed", "failed:whim", "topic", &Counter::Redeemed.name()] {
            assert_eq!(Counter::from_name(other), None, "{other}");
        }
    }
}

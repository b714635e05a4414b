//! A batch of a stream's shard, and up to where the shard was counted.

use std::time::Duration;

use super::{Scope, Tally};
use crate::names::{BusinessId, Topic};
use crate::time::Timestamp;

/// How long a shard's mark is kept after it last moved. A shard is written to for hours, and its records are kept for a
/// day: after two days nothing of it can come any more.
pub const MARK_KEPT: Duration = Duration::from_secs(48 * 3_600);

/// A record's place in its shard: a sequence number of up to 40 digits. Neither a number of DynamoDB (38 digits) nor one
/// of a machine holds that, so it is kept as digits behind their count, which orders texts as numbers are ordered.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place(String);

impl Place {
    /// The place of a sequence number.
    #[must_use]
    pub fn of(sequence_number: &str) -> Option<Self> {
        let digits = sequence_number.trim_start_matches('0');
        let sound = !sequence_number.is_empty() && digits.len() <= 40 && digits.bytes().all(|byte| byte.is_ascii_digit());
        sound.then(|| Self(format!("{:02}{digits}", digits.len())))
    }

    /// The place as texts that compare as places do.
    #[must_use]
    pub fn as_text(&self) -> &str {
        &self.0
    }
}

/// A shard of the stream, by its id.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Shard(String);

impl Shard {
    /// The shard of that id.
    #[must_use]
    pub fn of(id: &str) -> Option<Self> {
        let name = id.strip_prefix("shardId-").unwrap_or(id);
        (!name.is_empty() && name.len() <= 128).then(|| Self(name.to_owned()))
    }

    /// Its id, without what all of them begin with.
    #[must_use]
    pub fn as_text(&self) -> &str {
        &self.0
    }
}

/// Up to where a shard was counted, and when that was last moved, in hours since 1970.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mark {
    /// The last place that was counted.
    pub place: Place,
    /// When.
    pub hour: u64,
}

fn hour_of(at: Timestamp) -> u64 {
    at.millis() / 3_600_000
}

impl Mark {
    /// The mark as an item holds it. Texts of places are never the beginning of one another, so that marks compare as
    /// their places do; and one is greater than its own place's text.
    #[must_use]
    pub fn to_text(&self) -> String {
        format!("{} {}", self.place.as_text(), self.hour)
    }

    /// Reads what [`Mark::to_text`] wrote.
    #[must_use]
    pub fn from_text(text: &str) -> Option<Self> {
        let (place, hour) = text.split_once(' ')?;
        let place = Place::of(place.get(2..)?).filter(|read| read.as_text() == place)?;
        Some(Self { place, hour: hour.parse().ok()? })
    }

    /// Whether nothing of its shard can come any more.
    #[must_use]
    pub fn is_stale(&self, now: Timestamp) -> bool {
        hour_of(now).saturating_sub(self.hour) > MARK_KEPT.as_secs() / 3_600
    }
}

/// What a batch of one shard holds of one topic, day or release.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Batch {
    /// The shard.
    pub shard: Shard,
    /// What is counted of.
    pub of: Scope,
    /// Whose topic it is and what it is called, where one of the records says. Nothing of a day, which has none, or of a release, which is listed already.
    pub name: Option<(BusinessId, Topic)>,
    /// What each record adds, in the order of their places.
    pub records: Vec<(Place, Tally)>,
    /// When it is counted.
    pub now: Timestamp,
}

/// What is left to count of a batch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Left {
    /// Its first place: nothing from here on was counted.
    pub first: Place,
    /// How far this counts.
    pub mark: Mark,
    /// What is added.
    pub tally: Tally,
}

impl Batch {
    /// What is left to count when everything up to `counted` was.
    #[must_use]
    pub fn beyond(&self, counted: Option<&Place>) -> Option<Left> {
        let left = || self.records.iter().filter(|(place, _)| counted.is_none_or(|counted| place > counted));
        let first = left().map(|(place, _)| place).min()?.clone();
        let last = left().map(|(place, _)| place).max()?.clone();
        let mut tally = Tally::default();
        for (_, added) in left() {
            tally.add_all(added);
        }
        Some(Left { first, mark: Mark { place: last, hour: hour_of(self.now) }, tally })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(digits: &str) -> Place {
        Place::of(digits).expect("a sequence number")
    }

    #[test]
    fn places_are_ordered_as_their_numbers_are_whatever_their_length() {
        let numbers = ["0", "9", "10", "99", "100000000000000000005", "4421584500000000017450439091", &"9".repeat(39), &"1".repeat(40)];
        for pair in numbers.windows(2) {
            let (lower, upper) = (place(pair[0]), place(pair[1]));
            assert!(lower < upper && lower.as_text() < upper.as_text(), "{pair:?}");
        }
        assert_eq!(place("007"), place("7"));
        for bad in ["", "x", "-1", "+1", "1 ", &"1".repeat(41)] {
            assert_eq!(Place::of(bad), None, "{bad}");
        }
    }

    #[test]
    fn a_mark_is_below_every_later_place_and_above_its_own() {
        let mark = Mark { place: place("99"), hour: 490_000 };
        assert_eq!(Mark::from_text(&mark.to_text()), Some(mark.clone()));
        assert!(mark.to_text().as_str() < place("100").as_text());
        assert!(mark.to_text().as_str() > place("99").as_text());
        for bad in ["", "0299", "0299 x", "0399 1", "02 1", "ü9 1"] {
            assert_eq!(Mark::from_text(bad), None, "{bad}");
        }
    }

    #[test]
    fn a_shard_is_known_by_what_its_id_has_of_its_own() {
        let text = |id: &str| Shard::of(id).map(|shard| shard.as_text().to_owned());
        assert_eq!((text("shardId-17-a").as_deref(), text("17-a").as_deref()), (Some("17-a"), Some("17-a")));
        let longest = "x".repeat(128);
        assert_eq!(text(&format!("shardId-{longest}")), Some(longest.clone()));
        for bad in ["", "shardId-", &format!("{longest}x")] {
            assert_eq!(Shard::of(bad), None, "{bad}");
        }
    }

    #[test]
    fn a_mark_is_stale_when_two_days_have_passed_since_it_moved() {
        let moved = Timestamp::from_millis(1_764_000_000_000);
        let mark = Mark { place: place("1"), hour: hour_of(moved) };
        assert_eq!(MARK_KEPT, Duration::from_secs(172_800));
        assert!(!mark.is_stale(moved + MARK_KEPT));
        assert!(mark.is_stale(moved + MARK_KEPT + Duration::from_secs(3_600)));
    }

    #[test]
    fn what_is_not_beyond_the_mark_is_left_out() {
        let of = Scope::Topic(crate::address::TopicKey::from_bytes([1; 16]));
        let one = |number: &str| {
            let mut tally = Tally::default();
            tally.add(super::super::Counter::Asked, 1);
            (place(number), tally)
        };
        let shard = Shard::of("shardId-1").expect("an id");
        let batch = Batch { shard, of, name: None, records: vec![one("8"), one("9"), one("10")], now: Timestamp::ZERO };
        let left = |counted: Option<&str>| {
            let left = batch.beyond(counted.map(place).as_ref())?;
            Some((left.first, left.mark.place, left.tally.of(super::super::Counter::Asked)))
        };
        assert_eq!(left(None), Some((place("8"), place("10"), 3)));
        assert_eq!(left(Some("8")), Some((place("9"), place("10"), 2)));
        assert_eq!(left(Some("9")), Some((place("10"), place("10"), 1)));
        assert_eq!(left(Some("10")), None);
    }
}

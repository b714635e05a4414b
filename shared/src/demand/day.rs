//! A day, by which what came of a business's questions is counted too.

use std::fmt;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::text::Invalid;
use crate::time::{Timestamp, rfc3339};

/// A day of UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Day(u64);

const LENGTH: Duration = Duration::from_secs(86_400);

impl Day {
    /// The day of a moment.
    #[must_use]
    pub fn of(at: Timestamp) -> Self {
        Self(at.seconds() / LENGTH.as_secs())
    }

    /// The day that is so many before.
    #[must_use]
    pub fn before(self, days: u64) -> Self {
        Self(self.0.saturating_sub(days))
    }

    /// How many days there are from `from` to this one, both of them included; none when it comes after.
    #[must_use]
    pub fn since(self, from: Self) -> u64 {
        (self.0 + 1).saturating_sub(from.0)
    }

    fn begins(self) -> Timestamp {
        Timestamp::from_millis(self.0 * LENGTH.as_secs() * 1_000)
    }
}

/// `2026-12-24`.
impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = self.begins().to_string();
        f.write_str(text.split_once('T').map_or(text.as_str(), |(day, _)| day))
    }
}

impl From<Day> for String {
    fn from(day: Day) -> Self {
        day.to_string()
    }
}

impl TryFrom<String> for Day {
    type Error = Invalid;

    fn try_from(text: String) -> Result<Self, Invalid> {
        let day = rfc3339::parse(&format!("{text}T00:00:00Z")).ok().map(Self::of);
        // As it is written, so that one day has one name.
        day.filter(|day| day.to_string() == text).ok_or_else(|| Invalid::new("day", "must be a day such as 2026-12-24"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_is_read_as_it_is_written_and_nothing_else_is_one() {
        for text in ["1970-01-01", "2024-02-29", "2026-12-31"] {
            let day = Day::try_from(text.to_owned()).expect("a day");
            assert_eq!((day.to_string().as_str(), String::from(day).as_str()), (text, text));
        }
        for bad in ["", "2026-13-01", "2026-02-29", "2026-1-1", "2026-01-01T00:00:00Z", "20260101", "1969-12-31", "+2026-01-01"] {
            assert!(Day::try_from(bad.to_owned()).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_day_ends_where_the_next_begins() {
        let day = Day::try_from("2026-11-28".to_owned()).expect("a day");
        assert_eq!(Day::of(day.begins()), day);
        assert_eq!(Day::of(day.begins() + (LENGTH - Duration::from_millis(1))), day);
        assert_eq!(Day::of(day.begins() + LENGTH).before(1), day);
        assert_eq!((day.since(day), day.since(day.before(29)), day.before(1).since(day)), (1, 30, 0));
    }
}

//! Points in time, as milliseconds since 1970 in UTC.

use std::fmt;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

/// A point in time in whole milliseconds since 1970-01-01T00:00:00Z. It displays as RFC 3339.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Timestamp(u64);

impl Timestamp {
    /// The beginning of the scale: earlier than anything that happens.
    pub const ZERO: Self = Self(0);

    /// The point `millis` milliseconds after 1970.
    #[must_use]
    pub const fn from_millis(millis: u64) -> Self {
        Self(millis)
    }

    /// Milliseconds since 1970.
    #[must_use]
    pub const fn millis(self) -> u64 {
        self.0
    }

    /// Whole seconds since 1970, rounded down.
    #[must_use]
    pub const fn seconds(self) -> u64 {
        self.0 / 1000
    }

    /// How long after `earlier` this is; nothing if it is not after it.
    #[must_use]
    pub fn since(self, earlier: Self) -> Duration {
        Duration::from_millis(self.0.saturating_sub(earlier.0))
    }

    /// The point `span` before this one, at the earliest [`Timestamp::ZERO`].
    #[must_use]
    pub fn before(self, span: Duration) -> Self {
        Self(self.0.saturating_sub(millis_of(span)))
    }
}

impl std::ops::Add<Duration> for Timestamp {
    type Output = Self;

    fn add(self, span: Duration) -> Self {
        Self(self.0.saturating_add(millis_of(span)))
    }
}

fn millis_of(span: Duration) -> u64 {
    u64::try_from(span.as_millis()).unwrap_or(u64::MAX)
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = OffsetDateTime::from_unix_timestamp_nanos(i128::from(self.0) * 1_000_000).ok().and_then(|at| at.format(&Rfc3339).ok());
        match text {
            Some(text) => f.write_str(&text),
            None => write!(f, "{} ms after 1970", self.0),
        }
    }
}

/// Writes a [`Timestamp`] as RFC 3339 where a person or a client reads it.
pub mod rfc3339 {
    use super::Timestamp;
    use serde::de::Error;
    use serde::{Deserialize, Deserializer, Serializer};
    use time::OffsetDateTime;
    use time::format_description::well_known::Rfc3339;

    /// For `#[serde(serialize_with = ...)]` or `#[serde(with = ...)]` on output types.
    ///
    /// # Errors
    /// Only those of the serializer.
    pub fn serialize<S: Serializer>(at: &Timestamp, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(at)
    }

    /// Reads a point as RFC 3339 writes it, with any offset and any fraction of a second; milliseconds are kept.
    ///
    /// # Errors
    /// When it is none, or lies before 1970.
    pub fn parse(text: &str) -> Result<Timestamp, String> {
        let at = OffsetDateTime::parse(text, &Rfc3339).map_err(|_| "must be a time such as 2026-12-24T18:00:00Z (RFC 3339)".to_owned())?;
        let millis = at.unix_timestamp_nanos() / 1_000_000;
        u64::try_from(millis).map(Timestamp::from_millis).map_err(|_| "must not lie before 1970".to_owned())
    }

    /// For `#[serde(deserialize_with = ...)]` on input types.
    ///
    /// # Errors
    /// Those of [`parse`].
    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Timestamp, D::Error> {
        parse(&String::deserialize(deserializer)?).map_err(D::Error::custom)
    }

    /// The same for a point that may be missing; combine with `default`.
    ///
    /// # Errors
    /// Those of [`parse`].
    pub fn deserialize_optional<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Timestamp>, D::Error> {
        let text = Option::<String>::deserialize(deserializer)?;
        text.map(|text| parse(&text).map_err(D::Error::custom)).transpose()
    }

    /// The same for a point that may be missing; combine with `skip_serializing_if`.
    ///
    /// # Errors
    /// Only those of the serializer.
    pub fn optional<S: Serializer>(at: &Option<Timestamp>, serializer: S) -> Result<S::Ok, S::Error> {
        match at {
            Some(at) => serializer.collect_str(at),
            None => serializer.serialize_none(),
        }
    }
}

/// Shortest reading of a span for people and slugs: `90s`, `15m`, `12h`, `7d`.
#[must_use]
pub fn span_text(span: Duration) -> String {
    let seconds = span.as_secs();
    for (unit, length) in [("d", 86_400), ("h", 3_600), ("m", 60)] {
        if seconds >= length && seconds.is_multiple_of(length) {
            return format!("{}{unit}", seconds / length);
        }
    }
    format!("{seconds}s")
}

/// Reads a span as [`span_text`] writes it; a bare number means seconds.
///
/// # Errors
/// When the text is no such span.
pub fn parse_span(text: &str) -> Result<Duration, String> {
    let (digits, length) = match text.strip_suffix(['s', 'm', 'h', 'd']) {
        Some(digits) => (digits, unit_seconds(text)),
        None => (text, 1),
    };
    digits
        .parse::<u64>()
        .ok()
        .and_then(|count| count.checked_mul(length))
        .map(Duration::from_secs)
        .ok_or_else(|| format!("`{text}` is no span: write 90s, 15m, 12h or 7d"))
}

fn unit_seconds(text: &str) -> u64 {
    match text.as_bytes().last() {
        Some(b'm') => 60,
        Some(b'h') => 3_600,
        Some(b'd') => 86_400,
        _ => 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_timestamp_reads_as_rfc_3339() {
        assert_eq!(Timestamp::from_millis(1_764_000_000_123).to_string(), "2025-11-24T16:00:00.123Z");
        assert_eq!(Timestamp::from_millis(u64::MAX).to_string(), "18446744073709551615 ms after 1970");
    }

    #[test]
    fn a_timestamp_counts_milliseconds_and_stays_on_its_scale() {
        let at = Timestamp::from_millis(1_764_000_000_999);
        assert_eq!((at.millis(), at.seconds()), (1_764_000_000_999, 1_764_000_000));
        let span = Duration::from_millis(1_500);
        assert_eq!(((at + span).millis(), at.before(span).millis()), (1_764_000_002_499, 1_763_999_999_499));
        assert_eq!(((at + span).since(at), at.since(at + span)), (span, Duration::ZERO));
        assert_eq!(
            (Timestamp::from_millis(1).before(span), Timestamp::from_millis(5) + Duration::MAX),
            (Timestamp::ZERO, Timestamp(u64::MAX))
        );
    }

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Times {
        #[serde(serialize_with = "rfc3339::serialize", deserialize_with = "rfc3339::deserialize")]
        one: Timestamp,
        #[serde(default, serialize_with = "rfc3339::optional", deserialize_with = "rfc3339::deserialize_optional")]
        other: Option<Timestamp>,
    }

    #[test]
    fn a_timestamp_is_written_and_read_in_json() {
        let one = Timestamp::from_millis(1_764_000_000_123);
        for (other, json) in [(None, "null"), (Some(Timestamp::from_millis(1_764_000_000_000)), r#""2025-11-24T16:00:00Z""#)] {
            let (times, json) = (Times { one, other }, format!(r#"{{"one":"2025-11-24T16:00:00.123Z","other":{json}}}"#));
            assert_eq!(serde_json::to_string(&times).expect("JSON"), json);
            assert_eq!(serde_json::from_str::<Times>(&json).expect("times"), times);
        }
        let read =
            |text: &str| serde_json::from_str::<Times>(&format!(r#"{{"one":"{text}"}}"#)).map(|times| (times.one.millis(), times.other));
        assert_eq!(read("2025-11-24T17:00:00.123999+01:00").expect("a time"), (1_764_000_000_123, None), "milliseconds are kept");
        for (bad, why) in [("1969-12-31T23:59:59Z", "must not lie before 1970"), ("soon", "must be a time such as 2026-12-24T18:00:00Z")] {
            assert!(read(bad).expect_err(bad).to_string().contains(why), "{bad}");
        }
    }

    #[test]
    fn a_span_is_read_as_it_is_written() {
        for seconds in [1, 59, 60, 90, 3_600, 86_400, 604_800, 86_401] {
            let span = Duration::from_secs(seconds);
            assert_eq!(parse_span(&span_text(span)), Ok(span));
        }
        let texts = [59, 60, 90, 3_600, 43_200, 86_400, 172_800, 0].map(|seconds| span_text(Duration::from_secs(seconds)));
        assert_eq!(texts, ["59s", "1m", "90s", "1h", "12h", "1d", "2d", "0s"]);
        let spans = ["7", "7s", "7m", "7h", "7d"].map(|text| parse_span(text).map(|span| span.as_secs()));
        assert_eq!(spans, [Ok(7), Ok(7), Ok(420), Ok(25_200), Ok(604_800)]);
        assert_eq!(parse_span("7w"), Err("`7w` is no span: write 90s, 15m, 12h or 7d".to_owned()));
        assert!(parse_span("soon").is_err());
        assert!(parse_span("99999999999999999999d").is_err());
    }
}

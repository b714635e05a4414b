//! This machine's clock beside AWS's.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;

use aws_sdk_dynamodb::config::interceptors::BeforeDeserializationInterceptorContextRef;
use aws_sdk_dynamodb::config::{ConfigBag, Intercept, RuntimeComponents};
use aws_sdk_dynamodb::error::BoxError;
use ringonce_adapters::delivery::CLOCK_SKEW;

use super::report::{Finding, ok, warn};

/// Hears the date of an answer, and how far this machine's clock is from it.
#[derive(Debug, Clone, Default)]
pub(super) struct AnswerDate(Arc<Mutex<Option<i64>>>);

impl AnswerDate {
    /// Seconds that this machine is ahead, if an answer came; behind, where it is negative.
    pub(super) fn skew(&self) -> Option<i64> {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Intercept for AnswerDate {
    fn name(&self) -> &'static str {
        "the date of an answer"
    }

    fn read_before_deserialization(
        &self,
        context: &BeforeDeserializationInterceptorContextRef<'_>,
        _components: &RuntimeComponents,
        _config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let date = context.response().headers().get("date").and_then(|date| httpdate::parse_http_date(date).ok());
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = date.map(|date| ahead(SystemTime::now(), date));
        Ok(())
    }
}

/// Whole seconds from `there` to `here`.
fn ahead(here: SystemTime, there: SystemTime) -> i64 {
    let seconds = |span: std::time::Duration| i64::try_from(span.as_secs()).unwrap_or(i64::MAX);
    match here.duration_since(there) {
        Ok(span) => seconds(span),
        Err(behind) => -seconds(behind.duration()),
    }
}

pub(super) fn judge(skew: Option<i64>) -> Finding {
    let Some(skew) = skew else {
        return warn("clock", "the answer had no date to compare with");
    };
    let way = if skew < 0 { "behind" } else { "ahead of" };
    let words = match skew {
        0 => "this machine and AWS agree to the second".to_owned(),
        _ => format!("this machine is {} s {way} AWS", skew.unsigned_abs()),
    };
    // An answer's date is cut to the second, and is as old as its way here.
    if skew.unsigned_abs() <= CLOCK_SKEW.as_secs() {
        return ok("clock", words);
    }
    warn("clock", format!("{words}: what is promised of times holds up to {} s. Set this machine's clock by NTP", CLOCK_SKEW.as_secs()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::operator::doctor::report::Level;
    use std::time::Duration;

    #[test]
    fn a_clock_may_be_off_by_as_much_as_the_promises_bear() {
        let now = SystemTime::now();
        for (there, seconds, level) in [
            (now, 0, Level::Ok),
            (now - Duration::from_secs(5), 5, Level::Ok),
            (now + Duration::from_secs(5), -5, Level::Ok),
            (now - Duration::from_secs(6), 6, Level::Warn),
            (now + Duration::from_secs(90), -90, Level::Warn),
        ] {
            assert_eq!(ahead(now, there), seconds);
            assert_eq!(judge(Some(seconds)).level, level, "{seconds}");
        }
        assert!(judge(Some(-90)).words.contains("90 s behind AWS"));
    }
}

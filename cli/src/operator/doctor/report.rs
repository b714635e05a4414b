//! What was found: one line for each check, with what to do about it.

use std::error::Error;
use std::fmt::Debug;

use aws_sdk_dynamodb::error::{ProvideErrorMetadata, SdkError};
use serde::Serialize;

use crate::operator::aws::said;

/// How it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Level {
    Ok,
    /// Worth a look, or not to be seen with these credentials.
    Warn,
    /// Something does not work, or is not safe.
    Fail,
}

/// One finding.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct Finding {
    pub(super) level: Level,
    pub(super) what: String,
    pub(super) words: String,
}

pub(super) fn ok(what: impl Into<String>, words: impl Into<String>) -> Finding {
    Finding { level: Level::Ok, what: what.into(), words: words.into() }
}

pub(super) fn warn(what: impl Into<String>, words: impl Into<String>) -> Finding {
    Finding { level: Level::Warn, what: what.into(), words: words.into() }
}

pub(super) fn fail(what: impl Into<String>, words: impl Into<String>) -> Finding {
    Finding { level: Level::Fail, what: what.into(), words: words.into() }
}

/// One line for all that is wrong with a thing, or that it is well.
pub(super) fn sum(what: impl Into<String>, wrong: Vec<String>, well: impl Into<String>) -> Finding {
    if wrong.is_empty() { ok(what, well) } else { fail(what, wrong.join("; ")) }
}

/// What could not be looked at: missing rights are no fault of the deployment.
pub(super) fn unseen<E, R>(what: impl Into<String>, error: &SdkError<E, R>) -> Finding
where
    E: Error + ProvideErrorMetadata + 'static,
    R: Debug,
{
    let code = error.code().unwrap_or_default();
    if code.contains("AccessDenied") || code.contains("Unauthorized") || code.contains("AuthorizationError") {
        return warn(what, format!("not looked at: these credentials may not ({code})"));
    }
    fail(what, said(error))
}

/// The lines for people.
pub(super) fn in_words(findings: &[Finding]) -> String {
    let width = findings.iter().map(|finding| finding.what.chars().count()).max().unwrap_or_default();
    let line = |Finding { level, what, words }: &Finding| {
        let level = match level {
            Level::Ok => "ok",
            Level::Warn => "warn",
            Level::Fail => "fail",
        };
        format!("{level:<4}  {what:<width$}  {words}")
    };
    findings.iter().map(line).collect::<Vec<_>>().join("\n")
}

/// How many of a level.
pub(super) fn count(findings: &[Finding], level: Level) -> usize {
    findings.iter().filter(|finding| finding.level == level).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_says_how_it_stands_and_what_is_to_be_done() {
        let findings = [ok("table", "it is well"), fail("stack s", "it is gone")];
        assert_eq!(in_words(&findings), "ok    table    it is well\nfail  stack s  it is gone");
        assert_eq!([Level::Ok, Level::Warn, Level::Fail].map(|level| count(&findings, level)), [1, 0, 1]);
    }
}

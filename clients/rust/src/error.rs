//! Why a call was not answered, or what the answer said against it.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use thiserror::Error;

/// Why a call failed.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum Error {
    /// The API refused, or failed, and said why.
    #[error(transparent)]
    Problem(#[from] Box<Problem>),
    /// No answer came: no connection, or none that lasted until the answer.
    #[error("{origin} cannot be reached: {cause}")]
    Unreachable {
        /// Where to.
        origin: String,
        /// What failed.
        cause: String,
    },
    /// No answer came in time. What was asked for may have been done: the same call under the same key finds out.
    #[error("{origin} did not answer within {} s", .after.as_secs_f64())]
    TimedOut {
        /// Where to.
        origin: String,
        /// For how long each try waited.
        after: Duration,
    },
    /// Something answered that is no Ringonce, or one of a version that this client cannot read.
    #[error("the answer {status} cannot be read: {cause}")]
    Unreadable {
        /// The HTTP status.
        status: u16,
        /// What is wrong with it.
        cause: String,
    },
    /// The client was set up in a way that cannot work. Nothing was sent.
    #[error("{0}")]
    Setup(String),
}

impl From<Problem> for Error {
    fn from(problem: Problem) -> Self {
        Self::Problem(Box::new(problem))
    }
}

impl Error {
    /// The problem document, if there was one.
    #[must_use]
    pub fn problem(&self) -> Option<&Problem> {
        match self {
            Self::Problem(problem) => Some(problem),
            _ => None,
        }
    }

    /// The stable slug of the problem, such as `cap-reached`.
    #[must_use]
    pub fn code(&self) -> Option<&str> {
        self.problem().map(|problem| problem.code.as_str())
    }

    /// Whether the API refused the call itself (4xx): the same call again will not do.
    #[must_use]
    pub fn is_refusal(&self) -> bool {
        self.problem().is_some_and(|problem| (400..500).contains(&problem.status))
    }
}

/// A problem document (RFC 9457).
#[derive(Debug, Clone, PartialEq, Eq, Error, Serialize, Deserialize)]
#[error("{title} ({code}): {detail}")]
#[non_exhaustive]
pub struct Problem {
    /// The HTTP status.
    pub status: u16,
    /// The stable slug, such as `token-used`.
    pub code: String,
    /// What this kind of problem means.
    #[serde(default)]
    pub title: String,
    /// What happened and what to do next.
    #[serde(default)]
    pub detail: String,
    /// The field that is wrong.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
    /// The cap that is full.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cap: Option<String>,
    /// Seconds after which the call may succeed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_after: Option<u64>,
    /// The request's id: it tells the operator where to look.
    #[serde(default)]
    pub request_id: String,
}

impl Problem {
    /// What stands in for a problem document where something in between answered, such as a gateway.
    pub(crate) fn bare(status: u16, retry_after: Option<u64>) -> Self {
        let title = http::StatusCode::from_u16(status).ok().and_then(|status| status.canonical_reason()).unwrap_or("An error");
        Self {
            status,
            code: format!("http-{status}"),
            title: title.to_owned(),
            detail: "What answered says no more.".to_owned(),
            field: None,
            cap: None,
            retry_after,
            request_id: String::new(),
        }
    }
}

//! Why a command was not carried out, what to do next, and how that shows in the exit code.

use std::path::PathBuf;

use ringonce_client::{Error, Problem, Timestamp};
use thiserror::Error as ThisError;
use time::Duration;

/// Why a command was not carried out.
#[derive(Debug, ThisError)]
pub enum CallerError {
    /// The arguments do not do.
    #[error("{0}")]
    Usage(String),
    /// Something on this machine, or what came of it.
    #[error("{0}")]
    Failed(String),
    /// No `ringonce dev` uses the state folder.
    #[error("no `ringonce dev` runs on {0}: start one, or name another Ringonce with --origin and leave out --local")]
    NotRunning(PathBuf),
    /// The API.
    #[error("{}", said(.0))]
    Api(#[from] Error),
}

impl CallerError {
    /// The process's exit code: 1 failed, 2 usage, 3 refused by the API, 4 not reachable or failing.
    #[must_use]
    pub fn exit_code(&self) -> u8 {
        match self {
            Self::Failed(_) => 1,
            Self::Usage(_) | Self::Api(Error::Setup(_)) => 2,
            Self::Api(Error::Problem(problem)) if problem.status < 500 => 3,
            Self::Api(Error::Problem(_) | Error::Unreachable { .. } | Error::TimedOut { .. }) | Self::NotRunning(_) => 4,
            Self::Api(_) => 1,
        }
    }
}

/// What is said of an error of the API, with what to do next.
fn said(error: &Error) -> String {
    match error {
        Error::Problem(problem) => of_problem(problem),
        Error::Unreachable { origin, .. } if is_here(origin) => format!("{error}. Is `ringonce dev` running there? Is that its port?"),
        Error::Unreachable { .. } => format!("{error}. Is --origin right? `ringonce doctor` looks at a deployment"),
        Error::TimedOut { .. } => {
            format!(
                "{error}. What was asked for may have been done: look before you repeat it, or repeat it under the same --idempotency-key"
            )
        }
        Error::Unreadable { .. } => format!("{error}. Is --origin that of a Ringonce, and is this program of its version?"),
        _ => error.to_string(),
    }
}

fn is_here(origin: &str) -> bool {
    ["http://127.", "http://localhost", "http://[::1]"].iter().any(|begins| origin.starts_with(begins))
}

fn of_problem(problem: &Problem) -> String {
    let next = match (problem.status, problem.code.as_str()) {
        (401, _) => Some(
            "The key is none of this Ringonce's: look whether --origin and the key belong together. Its operator makes a key with \
             `ringonce key add BUSINESS`"
                .to_owned(),
        ),
        (429, _) => problem.retry_after.map(opens),
        (_, "webhook-disabled") => Some("Enable it first: ringonce webhook enable BUSINESS".to_owned()),
        (500.., _) if !problem.request_id.is_empty() => {
            Some(format!("The operator finds it in the log by the request {}", problem.request_id))
        }
        _ => None,
    };
    let first = format!("{} ({}). {}", problem.title, problem.code, problem.detail);
    next.map_or_else(|| first.clone(), |next| format!("{first} {next}"))
}

fn opens(seconds: u64) -> String {
    let wait = i64::try_from(seconds).unwrap_or(i64::MAX);
    let at = Timestamp::now().moment().checked_add(Duration::seconds(wait)).and_then(|at| at.replace_nanosecond(0).ok());
    let at = at.map(|at| format!(" ({})", Timestamp::from(at))).unwrap_or_default();
    format!("It opens in {}{at}", super::words::span(seconds))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problem(status: u16, code: &str, retry_after: Option<u64>) -> CallerError {
        let document = serde_json::json!({ "status": status, "code": code, "title": "T", "detail": "D.", "retry_after": retry_after, "request_id": "r1" });
        Error::from(serde_json::from_value::<Problem>(document).expect("a problem")).into()
    }

    #[test]
    fn the_exit_code_and_the_words_say_what_to_do_next() {
        let unreachable = |origin: &str| Error::Unreachable { origin: origin.to_owned(), cause: "refused".to_owned() };
        for (error, code, says) in [
            (problem(401, "unauthorized", None), 3, "ringonce key add"),
            (problem(429, "cap-reached", Some(86_400)), 3, "It opens in 1 d"),
            (problem(409, "token-used", None), 3, "T (token-used). D."),
            (problem(503, "unavailable", Some(1)), 4, "request r1"),
            (unreachable("http://127.0.0.1:9000").into(), 4, "Is `ringonce dev` running"),
            (unreachable("https://notify.example").into(), 4, "Is --origin right"),
            (Error::TimedOut { origin: "o".to_owned(), after: std::time::Duration::from_secs(30) }.into(), 4, "--idempotency-key"),
            (Error::Unreadable { status: 200, cause: "x".to_owned() }.into(), 1, "of its version"),
            (Error::Setup("no origin".to_owned()).into(), 2, "no origin"),
            (CallerError::Usage("u".to_owned()), 2, "u"),
            (CallerError::NotRunning(".ringonce".into()), 4, "start one"),
        ] {
            assert_eq!(error.exit_code(), code, "{error}");
            assert!(error.to_string().contains(says), "{error}");
        }
    }
}

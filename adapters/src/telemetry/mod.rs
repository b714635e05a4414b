//! What a function logs, and how: as Lambda's logging controls say, to standard output.

mod invocation;
mod line;

use std::str::FromStr;

use tracing::Subscriber;
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

use line::{Lines, Members};

pub use invocation::run;
pub(crate) use line::stamp;

/// How the names of the crates begin that know what a secret is.
pub const OWN: [&str; 9] =
    ["ringonce", "request_optin", "grant_token", "send_notification", "console", "messenger_api", "deliver", "statistics", "sweep"];

/// Where the runtime logs that an invocation fails, and not which one: [`run`] does.
const FAILURES: &str = "lambda_runtime::layers::panic";

/// What is logged at `level`: all of our own lines up to it, and of everybody else's warnings and errors alone. Below these
/// the libraries under us write down whole requests and answers, with keys, tokens, addresses and messages in them.
#[must_use]
pub fn own(level: LevelFilter) -> Targets {
    let others = Targets::new().with_default(level.min(LevelFilter::WARN)).with_target(FAILURES, LevelFilter::OFF);
    OWN.iter().fold(others, |targets, own| targets.with_target(*own, level))
}

/// How lines are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Format {
    Json,
    Text,
}

/// Begins to log. Lambda sets `AWS_LAMBDA_LOG_LEVEL` and `AWS_LAMBDA_LOG_FORMAT` from the template's `LoggingConfig`.
/// Without them warnings and errors are logged, as text.
pub fn start() {
    let (level, format) = chosen(|name| std::env::var(name).ok());
    match format {
        Format::Json => json(level, std::io::stdout).init(),
        Format::Text => {
            let lines = tracing_subscriber::fmt().with_target(false).without_time().with_ansi(false);
            lines.with_max_level(level).finish().with(own(level)).init();
        }
    }
}

/// What writes lines of JSON.
pub fn json(level: LevelFilter, writer: impl for<'w> MakeWriter<'w> + Send + Sync + 'static) -> impl Subscriber + Send + Sync {
    let lines = tracing_subscriber::fmt().fmt_fields(Members).event_format(Lines);
    lines.with_max_level(level).with_writer(writer).finish().with(own(level))
}

/// Whether this is Lambda, and takes lines of JSON.
pub(crate) fn is_json() -> bool {
    chosen(|name| std::env::var(name).ok()).1 == Format::Json
}

fn chosen(read: impl Fn(&str) -> Option<String>) -> (LevelFilter, Format) {
    let level = read("AWS_LAMBDA_LOG_LEVEL").as_deref().and_then(level);
    let is_json = read("AWS_LAMBDA_LOG_FORMAT").is_some_and(|format| format.eq_ignore_ascii_case("json"));
    (level.unwrap_or(LevelFilter::WARN), if is_json { Format::Json } else { Format::Text })
}

/// Lambda's words for levels: ours, and FATAL.
fn level(word: &str) -> Option<LevelFilter> {
    if word.eq_ignore_ascii_case("fatal") { Some(LevelFilter::ERROR) } else { LevelFilter::from_str(word).ok() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lambdas_logging_controls_are_obeyed() {
        let of = |level: &str, format: &str| {
            let read = |name: &str| Some(if name == "AWS_LAMBDA_LOG_LEVEL" { level } else { format }.to_owned());
            chosen(read)
        };
        assert_eq!(of("DEBUG", "JSON"), (LevelFilter::DEBUG, Format::Json));
        assert_eq!(of("FATAL", "Text"), (LevelFilter::ERROR, Format::Text));
        assert_eq!(of("loud", ""), (LevelFilter::WARN, Format::Text));
        assert_eq!(chosen(|_| None), (LevelFilter::WARN, Format::Text));
    }
}

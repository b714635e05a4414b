//! Which invocation a line belongs to.

use std::fmt::Debug;
use std::future::Future;

use lambda_runtime::{Context, Diagnostic, Error, LambdaEvent, service_fn};
use serde::Serialize;
use serde::de::DeserializeOwned;
use tracing::{Instrument, Span};

/// Runs a function: every line that `handle` logs says of which invocation it is, and so does the one of its failure.
///
/// # Errors
/// When the runtime ends.
pub async fn run<A, R, E, F>(mut handle: impl FnMut(LambdaEvent<A>) -> F) -> Result<(), Error>
where
    A: DeserializeOwned,
    R: Serialize,
    E: Into<Diagnostic> + Debug,
    F: Future<Output = Result<R, E>>,
{
    lambda_runtime::run(service_fn(move |event: LambdaEvent<A>| {
        let span = span(&event.context);
        let handled = handle(event);
        async move { handled.await.inspect_err(|error| tracing::error!(?error, "an invocation fails")) }.instrument(span)
    }))
    .await
}

/// At the level of errors, so that it is there whatever is logged.
pub(super) fn span(context: &Context) -> Span {
    let trace = context.xray_trace_id.as_deref().and_then(kept_trace);
    tracing::error_span!("invocation", request_id = context.request_id, trace)
}

/// The id of the trace that X-Ray keeps of the invocation, in `Root=1-...;Parent=...;Sampled=1`.
fn kept_trace(header: &str) -> Option<&str> {
    let is_kept = header.split(';').any(|part| part == "Sampled=1");
    header.split(';').find_map(|part| part.strip_prefix("Root=")).filter(|_| is_kept)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_trace_is_named_if_it_is_kept() {
        assert_eq!(
            kept_trace("Root=1-67891233-abcdef012345678912345678;Parent=53995c3f42cd8ad8;Sampled=1"),
            Some("1-67891233-abcdef012345678912345678")
        );
        assert_eq!(kept_trace("Sampled=1;Root=1-2-3"), Some("1-2-3"));
        for other in ["Root=1-2-3;Parent=5;Sampled=0", "Root=1-2-3", "Sampled=1", ""] {
            assert_eq!(kept_trace(other), None, "{other}");
        }
    }
}

//! A line of the log as Lambda and CloudWatch take it: one JSON object, all of whose members stand at its top.

use std::fmt::{self, Debug};

use ringonce_domain::time::Timestamp;
use tracing::field::{Field, Visit};
use tracing::{Event, Subscriber};
use tracing_subscriber::field::RecordFields;
use tracing_subscriber::fmt::format::Writer;
use tracing_subscriber::fmt::{FmtContext, FormatEvent, FormatFields, FormattedFields};
use tracing_subscriber::registry::LookupSpan;

use crate::ambient::Clock;

/// Writes lines. Lambda's filter takes a line that lacks a `level`, or a `timestamp` of RFC 3339, for one at INFO, and drops
/// it where WARN is the least: <https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs-log-level.html>.
pub(super) struct Lines;

impl<S, N> FormatEvent<S, N> for Lines
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    N: for<'a> FormatFields<'a> + 'static,
{
    fn format_event(&self, context: &FmtContext<'_, S, N>, mut writer: Writer<'_>, event: &Event<'_>) -> fmt::Result {
        write!(writer, r#"{{"timestamp":"{}","level":"{}""#, stamp(Clock::SYSTEM.now()), event.metadata().level())?;
        for span in context.event_scope().into_iter().flat_map(|spans| spans.from_root()) {
            if let Some(members) = span.extensions().get::<FormattedFields<N>>() {
                writer.write_str(members)?;
            }
        }
        context.format_fields(writer.by_ref(), event)?;
        writer.write_str("}\n")
    }
}

/// Writes the fields of events and spans as members of an object that has some already.
pub(super) struct Members;

impl<'w> FormatFields<'w> for Members {
    fn format_fields<R: RecordFields>(&self, writer: Writer<'w>, fields: R) -> fmt::Result {
        let mut members = Written { writer, result: Ok(()) };
        fields.record(&mut members);
        members.result
    }
}

struct Written<'w> {
    writer: Writer<'w>,
    result: fmt::Result,
}

impl Written<'_> {
    fn put(&mut self, field: &Field, value: fmt::Arguments<'_>) {
        self.result = self.result.and_then(|()| write!(self.writer, r#","{}":{value}"#, field.name()));
    }
}

impl Visit for Written<'_> {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        self.record_str(field, &format!("{value:?}"));
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.put(field, format_args!("{}", serde_json::Value::from(value)));
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.put(field, format_args!("{value}"));
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.put(field, format_args!("{value}"));
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.put(field, format_args!("{value}"));
    }
}

/// A point in time as lines hold it: RFC 3339, always with milliseconds.
pub(crate) fn stamp(at: Timestamp) -> String {
    let second = Timestamp::from_millis(at.seconds() * 1_000).to_string();
    format!("{}.{:03}Z", second.trim_end_matches('Z'), at.millis() % 1_000)
}

#[cfg(test)]
mod tests {
    use std::io;
    use std::sync::{Arc, Mutex};

    use lambda_runtime::Context;
    use ringonce_domain::time::rfc3339;
    use serde_json::{Value, json};
    use tracing_subscriber::filter::LevelFilter;

    use super::super::{invocation, json};
    use super::*;

    #[derive(Clone, Default)]
    struct Written(Arc<Mutex<Vec<u8>>>);

    impl io::Write for Written {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().map_err(|_| io::ErrorKind::Other)?.write(bytes)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    /// What a function that Lambda told to log warnings writes.
    fn written(log: impl FnOnce()) -> Vec<Value> {
        let out = Written::default();
        let writer = out.clone();
        tracing::subscriber::with_default(json(LevelFilter::WARN, move || writer.clone()), log);
        let bytes = out.0.lock().expect("nobody panics").clone();
        let lines = String::from_utf8(bytes).expect("text");
        lines.lines().map(|line| serde_json::from_str(line).expect(line)).collect()
    }

    /// The line without its time, which is to be one.
    fn timeless(mut line: Value) -> Value {
        let time = line.as_object_mut().and_then(|members| members.remove("timestamp")).expect("a timestamp");
        let time = time.as_str().expect("a text");
        let at = rfc3339::parse(time).expect("RFC 3339");
        assert_eq!((stamp(at), time.len()), (time.to_owned(), 24), "with milliseconds");
        assert!(Clock::SYSTEM.now().since(at).as_secs() < 60);
        line
    }

    #[test]
    fn a_line_of_json_has_the_level_and_the_time_that_lambdas_filter_asks_for() {
        let lines = written(|| {
            tracing::warn!(error = %"a \"quoted\"\nthing", attempts = 3_u32, late = -1_i64, done = false, "something is late");
            tracing::error!(event = Some("e"), code = None::<u16>, "something is lost");
            tracing::info!("nothing is amiss");
        });
        let lines: Vec<_> = lines.into_iter().map(timeless).collect();
        let late = json!({ "level": "WARN", "message": "something is late", "error": "a \"quoted\"\nthing", "attempts": 3, "late": -1, "done": false });
        assert_eq!(lines, [late, json!({ "level": "ERROR", "message": "something is lost", "event": "e" })]);
    }

    #[test]
    fn a_line_says_of_which_invocation_it_is_and_of_which_trace_if_that_is_kept() {
        let mut context = Context::default();
        context.request_id = "8f5d0b5c-1a52-4ecb-a0b3-5d1a9e1d3f27".to_owned();
        let log = |context: &Context| {
            let lines = written(|| {
                invocation::span(context).in_scope(|| tracing::error_span!("optin", optin = "o").in_scope(|| tracing::warn!("late")))
            });
            lines.into_iter().map(timeless).collect::<Vec<_>>()
        };
        let line = json!({ "level": "WARN", "message": "late", "request_id": context.request_id, "optin": "o" });
        assert_eq!(log(&context), std::slice::from_ref(&line));
        context.xray_trace_id = Some("Root=1-67891233-abcdef012345678912345678;Parent=53995c3f42cd8ad8;Sampled=1".to_owned());
        let mut traced = line;
        traced["trace"] = "1-67891233-abcdef012345678912345678".into();
        assert_eq!(log(&context), [traced]);
    }
}

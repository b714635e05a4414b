//! What a deployment counts of itself, in CloudWatch's embedded metric format: lines on standard output, and no call.
//! <https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html>

use std::fmt::{self, Write as _};
use std::io::Write;
use std::sync::{Arc, Mutex, PoisonError};

use ringonce_domain::commands::AskRefusal;
use ringonce_domain::optin::Reason;
use ringonce_domain::time::Timestamp;

use crate::telemetry;

/// The namespace of all metrics.
pub const NAMESPACE: &str = "Ringonce";
/// The dimension of all metrics: the table's name, which tells deployments apart.
pub const TABLE: &str = "Table";
/// The further dimension of the failures that are told by reason.
pub const REASON: &str = "Reason";

/// A metric.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Metric {
    /// Its name.
    pub name: &'static str,
    /// Its unit, as CloudWatch calls it.
    pub unit: &'static str,
    /// What it says.
    pub meaning: &'static str,
}

const COUNT: &str = "Count";

/// Asks made.
pub const ASKED: Metric = Metric { name: "Asked", unit: COUNT, meaning: "asks made" };
/// Grants.
pub const GRANTED: Metric = Metric { name: "Granted", unit: COUNT, meaning: "grants, of a typed address once it is confirmed" };
/// Declined asks.
pub const DECLINED: Metric = Metric { name: "Declined", unit: COUNT, meaning: "asks that were declined" };
/// Grants that were redeemed.
pub const REDEEMED: Metric = Metric { name: "Redeemed", unit: COUNT, meaning: "grants redeemed for a message, now, later or by a release" };
/// Messages that were delivered.
pub const SENT: Metric = Metric { name: "Sent", unit: COUNT, meaning: "messages that were delivered" };
/// Messages that never will be, of all reasons together and by [`REASON`].
pub const FAILED: Metric = Metric { name: "Failed", unit: COUNT, meaning: "messages that never will be delivered; by Reason too" };
/// Messages whose token was given back.
pub const RETURNED: Metric = Metric { name: "Returned", unit: COUNT, meaning: "messages whose token was given back" };
/// Messages of which nobody can know.
pub const UNKNOWN: Metric =
    Metric { name: "Unknown", unit: COUNT, meaning: "messages of which nobody can know whether they were delivered" };
/// Grants that releases took.
pub const RELEASE_TAKEN: Metric = Metric { name: "ReleaseTaken", unit: COUNT, meaning: "grants that releases took" };
/// Messages of releases that were delivered.
pub const RELEASE_SENT: Metric = Metric { name: "ReleaseSent", unit: COUNT, meaning: "messages of releases that were delivered" };
/// Messages of releases that never will be.
pub const RELEASE_FAILED: Metric =
    Metric { name: "ReleaseFailed", unit: COUNT, meaning: "messages of releases that never will be delivered" };
/// Asks that a cap refused.
pub const CAPPED: Metric = Metric { name: "Capped", unit: COUNT, meaning: "asks refused as `cap-reached`" };
/// How late the sweep is.
pub const OLDEST_DUE: Metric =
    Metric { name: "OldestDue", unit: "Seconds", meaning: "how late the oldest of what a sweep found to be due was; 0 when nothing was" };
/// What a sweep could not deal with.
pub const SWEEP_FAILED: Metric = Metric { name: "SweepFailed", unit: COUNT, meaning: "what was due and is left to the next sweep" };

/// Every metric.
pub const METRICS: &[Metric] = &[
    ASKED,
    GRANTED,
    DECLINED,
    REDEEMED,
    SENT,
    FAILED,
    RETURNED,
    UNKNOWN,
    RELEASE_TAKEN,
    RELEASE_SENT,
    RELEASE_FAILED,
    CAPPED,
    OLDEST_DUE,
    SWEEP_FAILED,
];

/// Where a process says its metrics; nowhere, unless it is told.
#[derive(Clone, Default)]
pub struct Metrics(Option<Arc<Out>>);

struct Out {
    table: String,
    writer: Mutex<Box<dyn Write + Send>>,
}

impl Metrics {
    /// Says those of this table's deployment to `writer`.
    #[must_use]
    pub fn to(writer: impl Write + Send + 'static, table: &str) -> Self {
        Self(Some(Arc::new(Out { table: table.to_owned(), writer: Mutex::new(Box::new(writer)) })))
    }

    /// A Lambda function's: said where lines are JSON, so that whoever reads lines of text, under `cargo lambda watch`, has
    /// none between them.
    #[must_use]
    pub fn of_environment(table: &str) -> Self {
        if telemetry::is_json() { Self::to(std::io::stdout(), table) } else { Self::default() }
    }

    /// Says what is not nought of these, in one line.
    pub fn count(&self, counts: &[(Metric, i64)], now: Timestamp) {
        let counts: Vec<_> = counts.iter().copied().filter(|(_, count)| *count != 0).collect();
        if !counts.is_empty() {
            self.say(&counts, None, now);
        }
    }

    /// Says how many failed for that reason.
    pub fn count_failures(&self, reason: Reason, count: i64, now: Timestamp) {
        self.say(&[(FAILED, count)], Some(reason), now);
    }

    /// Says these, nought or not: of a series that is to have no gaps.
    pub fn gauge(&self, values: &[(Metric, i64)], now: Timestamp) {
        self.say(values, None, now);
    }

    /// Counts an ask that a cap refused.
    pub fn count_refusal(&self, refusal: &AskRefusal, now: Timestamp) {
        if matches!(refusal, AskRefusal::CapReached { .. }) {
            self.count(&[(CAPPED, 1)], now);
        }
    }

    /// A line that cannot be written is lost: nobody's answer waits for it.
    fn say(&self, values: &[(Metric, i64)], reason: Option<Reason>, now: Timestamp) {
        if let Some(out) = &self.0
            && let Ok(line) = line(&out.table, values, reason, now)
        {
            let mut writer = out.writer.lock().unwrap_or_else(PoisonError::into_inner);
            let _ = writer.write_all(line.as_bytes()).and_then(|()| writer.flush());
        }
    }
}

/// Level and time stand there for Lambda: without either its filter takes the line for one at INFO, and drops it where
/// warnings are the least that is kept.
fn line(table: &str, values: &[(Metric, i64)], reason: Option<Reason>, now: Timestamp) -> Result<String, fmt::Error> {
    let mut line = format!(r#"{{"level":"WARN","timestamp":"{}","_aws":{{"Timestamp":{}"#, telemetry::stamp(now), now.millis());
    let by_reason = if reason.is_some() { format!(r#","{REASON}""#) } else { String::new() };
    write!(line, r#","CloudWatchMetrics":[{{"Namespace":"{NAMESPACE}","Dimensions":[["{TABLE}"{by_reason}]],"Metrics":["#)?;
    for (index, (Metric { name, unit, .. }, _)) in values.iter().enumerate() {
        let comma = if index > 0 { "," } else { "" };
        write!(line, r#"{comma}{{"Name":"{name}","Unit":"{unit}"}}"#)?;
    }
    write!(line, r#"]}}]}},"{TABLE}":{}"#, serde_json::Value::from(table))?;
    if let Some(reason) = reason {
        write!(line, r#","{REASON}":"{reason}""#)?;
    }
    for (Metric { name, .. }, value) in values {
        write!(line, r#","{name}":{value}"#)?;
    }
    line.push_str("}\n");
    Ok(line)
}

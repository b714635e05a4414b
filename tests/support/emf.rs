//! CloudWatch's embedded metric format, read as CloudWatch reads it.
//! <https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html>

use std::collections::{BTreeMap, BTreeSet};

use ringonce_adapters::metrics::{METRICS, NAMESPACE};
use ringonce_domain::time::{Timestamp, rfc3339};
use serde_json::Value;

/// What one line says of one metric.
#[derive(Debug, Clone, PartialEq)]
pub struct Datum {
    /// The metric's name.
    pub name: String,
    /// The values of its dimensions, by their names.
    pub dimensions: BTreeMap<String, String>,
    /// Its value.
    pub value: i64,
    /// Of when it is.
    pub at: Timestamp,
}

fn names(object: &Value) -> BTreeSet<&str> {
    object.as_object().unwrap().keys().map(String::as_str).collect()
}

/// What a line says.
///
/// # Panics
/// When it breaks a rule of the specification, Lambda's filter would drop it, or [`METRICS`] has no such metric.
pub fn data(line: &str) -> Vec<Datum> {
    let line: Value = serde_json::from_str(line).unwrap();
    let aws = &line["_aws"];
    assert_eq!(names(aws), BTreeSet::from(["CloudWatchMetrics", "Timestamp"]));
    let at = Timestamp::from_millis(aws["Timestamp"].as_u64().unwrap());
    assert_eq!((line["level"].as_str(), rfc3339::parse(line["timestamp"].as_str().unwrap())), (Some("WARN"), Ok(at)), "{line}");
    let directives = aws["CloudWatchMetrics"].as_array().unwrap();
    assert!(!directives.is_empty());
    directives.iter().flat_map(|directive| of_directive(directive, &line, at)).collect()
}

fn of_directive(directive: &Value, line: &Value, at: Timestamp) -> Vec<Datum> {
    assert_eq!(names(directive), BTreeSet::from(["Dimensions", "Metrics", "Namespace"]));
    assert_eq!(directive["Namespace"], NAMESPACE);
    let (sets, metrics) = (directive["Dimensions"].as_array().unwrap(), directive["Metrics"].as_array().unwrap());
    assert!(!sets.is_empty() && (1..=100).contains(&metrics.len()), "{line}");
    let mut data = Vec::new();
    for set in sets {
        let set: Vec<&str> = set.as_array().unwrap().iter().map(|name| name.as_str().unwrap()).collect();
        assert!((1..=30).contains(&set.len()), "{line}");
        let value = |name: &str| line[name].as_str().filter(|value| (1..=1024).contains(&value.len()));
        let dimensions: BTreeMap<_, _> = set.iter().map(|name| ((*name).to_owned(), value(name).unwrap().to_owned())).collect();
        for metric in metrics {
            assert_eq!(names(metric), BTreeSet::from(["Name", "Unit"]));
            let known = METRICS.iter().find(|known| metric["Name"] == known.name && metric["Unit"] == known.unit);
            let name = known.unwrap_or_else(|| panic!("{metric} is no metric of ours")).name.to_owned();
            data.push(Datum { value: line[&name].as_i64().unwrap(), name, dimensions: dimensions.clone(), at });
        }
    }
    data
}

/// What these lines come to for a table: by metric, and by `metric reason` where a line tells of one.
pub fn sums(lines: &[String], table: &str) -> BTreeMap<String, i64> {
    let mut sums = BTreeMap::new();
    for Datum { name, mut dimensions, value, .. } in lines.iter().flat_map(|line| data(line)) {
        assert_eq!(dimensions.remove("Table").as_deref(), Some(table));
        let key = match dimensions.remove("Reason") {
            Some(reason) => format!("{name} {reason}"),
            None => name,
        };
        assert_eq!(dimensions, BTreeMap::new());
        *sums.entry(key).or_default() += value;
    }
    sums
}

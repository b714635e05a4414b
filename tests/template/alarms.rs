//! Alarms and the dashboard: on what is measured, over all that can fail, each with a chapter that says what to do.

use std::collections::{BTreeMap, BTreeSet};

use ringonce_adapters::metrics::{METRICS, NAMESPACE};
use ringonce_tests::cloudformation::deployed;
use ringonce_tests::root;
use serde_json::{Value, json};

use crate::code::Code;
use crate::findings::Template;

/// Whether the functions measure it.
fn is_measured(metric: &str) -> bool {
    METRICS.iter().any(|measured| measured.name == metric)
}

/// A chapter is read by somebody who was woken.
const MOST_LINES: usize = 8;

const ALARM: &str = "AWS::CloudWatch::Alarm";

/// What is wrong with the alarms and the dashboard.
pub(crate) fn alarms(template: &Value, code: &Code) -> Vec<String> {
    let chapters = chapters();
    let alarms: BTreeMap<_, _> = Template(template).of_type(ALARM).map(|(name, alarm)| (name.as_str(), alarm)).collect();
    let mut found: Vec<_> = alarms.iter().flat_map(|(name, alarm)| of_alarm(name, alarm, &chapters)).collect();
    let idle = chapters.keys().filter(|chapter| !alarms.contains_key(chapter.as_str()));
    found.extend(idle.map(|chapter| format!("alarms: the runbook explains {chapter}, which there is not")));
    let watched: BTreeSet<_> = alarms.values().flat_map(|alarm| measures(alarm)).map(|measure| text(&measure)).collect();
    let unwatched = to_watch(&Template(template), code).into_iter().filter(|measure| !watched.contains(&text(measure)));
    found.extend(unwatched.map(|measure| format!("alarms: nothing watches {}", text(&measure))));
    found.extend(told(template));
    found.extend(dashboard(template));
    found
}

/// The runbook's chapters, and how many lines each has.
fn chapters() -> BTreeMap<String, usize> {
    let runbook = std::fs::read_to_string(root().join("docs/runbook.md")).unwrap();
    let chapters = runbook.split("\n## ").skip(1).map(|chapter| chapter.split_once('\n').unwrap());
    chapters.map(|(title, text)| (title.to_owned(), text.trim().lines().count())).collect()
}

fn of_alarm(name: &str, alarm: &Value, chapters: &BTreeMap<String, usize>) -> Vec<String> {
    let description = alarm["AlarmDescription"].as_str().unwrap_or_default();
    let mut own = measures(alarm).into_iter().filter(|measure| measure["Namespace"] == NAMESPACE);
    let is_written = |measure: Value| {
        measure["MetricName"].as_str().is_some_and(is_measured)
            && measure["Dimensions"] == json!([{ "Name": "Table", "Value": { "Ref": "Table" } }])
    };
    let unmeasured = if name == "SweepStopped" { "breaching" } else { "notBreaching" };
    let rules = [
        (chapters.contains_key(name), "is explained by no chapter of the runbook"),
        (chapters.get(name).is_none_or(|lines| *lines <= MOST_LINES), "is explained at too great a length"),
        (description.ends_with(&format!("docs/runbook.md, {name}")), "does not say where it is explained"),
        (alarm["AlarmName"] == json!({ "Fn::Sub": format!("${{AWS::StackName}}-{name}") }), "does not name its stack"),
        (own.all(is_written), "is on a metric that no code writes"),
        (alarm["TreatMissingData"] == unmeasured, "takes nothing for something else"),
    ];
    rules.iter().filter(|(holds, _)| !holds).map(|(_, what)| format!("alarms: {name} {what}")).collect()
}

/// The metrics that an alarm is on.
fn measures(alarm: &Value) -> Vec<Value> {
    let summed = alarm["Metrics"].as_array().into_iter().flatten().map(|metric| &metric["MetricStat"]["Metric"]);
    let all = summed.chain([alarm]).filter(|metric| !metric["MetricName"].is_null());
    all.map(|metric| measure(&metric["Namespace"], &metric["MetricName"], metric["Dimensions"].clone())).collect()
}

fn measure(namespace: &Value, metric: &Value, dimensions: Value) -> Value {
    json!({ "Namespace": namespace, "MetricName": metric, "Dimensions": dimensions })
}

fn text(measure: &Value) -> String {
    measure.to_string()
}

/// What has to be watched: whatever can fail, fall behind, or fill.
fn to_watch(template: &Template<'_>, code: &Code) -> Vec<Value> {
    let table = json!({ "Name": "TableName", "Value": { "Ref": "Table" } });
    let mut found = vec![measure(&json!("AWS/ApiGateway"), &json!("5xx"), json!([{ "Name": "ApiId", "Value": { "Ref": "Api" } }]))];
    for metric in ["ReadThrottleEvents", "WriteThrottleEvents"] {
        let of = |dimensions| measure(&json!("AWS/DynamoDB"), &json!(metric), dimensions);
        found.push(of(json!([table])));
        for index in code.table["GlobalSecondaryIndexes"].as_array().unwrap() {
            found.push(of(json!([table, { "Name": "GlobalSecondaryIndexName", "Value": index["IndexName"] }])));
        }
    }
    for (queue, _) in template.of_type("AWS::SQS::Queue") {
        let name = json!([{ "Name": "QueueName", "Value": { "Fn::GetAtt": [queue, "QueueName"] } }]);
        found.push(measure(&json!("AWS/SQS"), &json!("ApproximateNumberOfMessagesVisible"), name));
    }
    for metric in ["Unknown", "OldestDue", "SweepFailed"] {
        found.push(measure(&json!(NAMESPACE), &json!(metric), json!([{ "Name": "Table", "Value": { "Ref": "Table" } }])));
    }
    found.extend(template.functions().iter().flat_map(|(folder, (name, function))| of_function(folder, name, function, code)));
    found
}

fn of_function(folder: &str, name: &str, function: &Value, code: &Code) -> Vec<Value> {
    let mut metrics = vec!["Errors", "Throttles"];
    if function["Events"].to_string().contains("\"DynamoDB\"") {
        metrics.push("IteratorAge");
    }
    if function["Events"].to_string().contains("\"Schedule\"") {
        metrics.push("Invocations");
    }
    if code.functions.get(folder).is_some_and(|paths| !paths.is_empty()) {
        metrics.push("Url5xxCount");
    }
    let dimensions = json!([{ "Name": "FunctionName", "Value": { "Ref": name } }]);
    metrics.iter().map(|metric| measure(&json!("AWS/Lambda"), &json!(metric), dimensions.clone())).collect()
}

/// Whom the alarms tell; and that there are none where none were asked for.
fn told(template: &Value) -> Vec<String> {
    let mut found = Vec::new();
    let none = deployed(template, &[("Alarms", "false"), ("AlarmEmail", "ops@shop.example")]);
    for kind in [ALARM, "AWS::CloudWatch::Dashboard", "AWS::SNS::Topic"] {
        found.extend(Template(&none).of_type(kind).map(|(name, _)| format!("alarms: {name} is made unasked")));
    }
    let ways = [
        (("AlarmEmail", "ops@shop.example"), json!([{ "Ref": "AlarmTopic" }])),
        (("AlarmTopicArn", "arn:aws:sns:eu-central-1:123456789012:ops"), json!([{ "Ref": "AlarmTopicArn" }])),
    ];
    for (given, topic) in ways {
        let deployed = deployed(template, &[given]);
        let deaf = Template(&deployed).of_type(ALARM).filter(|(_, alarm)| alarm["AlarmActions"] != topic || alarm["OKActions"] != topic);
        found.extend(deaf.map(|(name, _)| format!("alarms: {name} does not tell {}", given.0)));
    }
    found
}

fn dashboard(template: &Value) -> Vec<String> {
    let Some((name, dashboard)) = Template(template).of_type("AWS::CloudWatch::Dashboard").next() else {
        return vec!["dashboard: there is none".to_owned()];
    };
    let body = &dashboard["DashboardBody"]["Fn::Sub"];
    let chosen = body[1]["Latency"]["Fn::If"].as_array().into_iter().flatten().skip(1);
    let mut found = Vec::new();
    for latency in chosen {
        let written = body[0].as_str().unwrap_or_default().replace("${Latency}", latency["Fn::Sub"].as_str().unwrap_or_default());
        match serde_json::from_str::<Value>(&written) {
            Ok(body) => found.extend(unwritten(&body).map(|metric| format!("dashboard: no code writes {metric}"))),
            Err(error) => found.push(format!("dashboard: {name} is no JSON: {error}")),
        }
    }
    found
}

/// The metrics of our own that a dashboard shows and nobody writes.
fn unwritten(body: &Value) -> impl Iterator<Item = String> {
    let widgets = body["widgets"].as_array().cloned().unwrap_or_default();
    let metrics = widgets.into_iter().flat_map(|widget| widget["properties"]["metrics"].as_array().cloned().unwrap_or_default());
    let searched = |expression: &str| expression.split("MetricName=\"").nth(1).and_then(|rest| rest.split('"').next()).map(str::to_owned);
    let name = move |metric: Value| match metric[0]["expression"].as_str() {
        Some(expression) => searched(expression),
        None => metric[1].as_str().filter(|_| metric[0] == NAMESPACE).map(str::to_owned),
    };
    metrics.filter_map(name).filter(|metric| !is_measured(metric))
}

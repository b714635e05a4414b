//! What the parameters change, and what of it nobody gets unasked.

use std::collections::BTreeSet;

use ringonce_cli::operator::OUTPUTS;
use ringonce_tests::cloudformation::{Given, deployed, refusals};
use serde_json::{Value, json};

use crate::code::Code;
use crate::findings::Template;
use crate::permissions::{statements, tracing};

const CERTIFICATE: (&str, &str) = ("CertificateArn", "arn:aws:acm:eu-central-1:123456789012:certificate/0");
const KEY: (&str, &str) = ("TableKeyArn", "arn:aws:kms:eu-central-1:123456789012:key/0");

/// Parameters that ask for all that goes together.
pub(crate) const EVERYTHING: Given<'_> = &[
    ("DomainName", "notify.example"),
    CERTIFICATE,
    KEY,
    ("Tracing", "Active"),
    ("FrontConcurrency", "20"),
    ("DeliverConcurrency", "20"),
    ("AlarmEmail", "ops@shop.example"),
    ("MailFrom", "hello@shop.example"),
    ("VapidPublicKey", "key"),
    ("VapidSubject", "mailto:push@shop.example"),
    ("ExampleScheduleExpression", "rate(1 day)"),
    ("ExampleScheduleBusiness", "shop"),
    ("ExampleScheduleTopic", "shirt-m"),
];

/// Parameters that contradict each other, and how the refusal begins.
const REFUSED: &[(Given<'_>, &str)] = &[
    (&[("DomainName", "notify.example")], "DomainName needs"),
    (&[CERTIFICATE], "CertificateArn needs"),
    (&[("DomainName", "notify.example"), CERTIFICATE, ("Origin", "https://a.example")], "DomainName is the origin"),
    (&[("Front", "function-urls"), ("DomainName", "notify.example"), CERTIFICATE], "DomainName is the HTTP API's"),
    (&[("Front", "function-urls")], "Function URLs need Origin"),
    (&[("AlarmEmail", "a@b.example"), ("AlarmTopicArn", "arn:aws:sns:eu-central-1:123456789012:t")], "Alarms go to"),
    (&[("VapidPublicKey", "key")], "VapidPublicKey needs"),
    (&[("ExampleScheduleExpression", "rate(1 day)")], "ExampleScheduleExpression needs"),
];

/// What the operator's program and the documents read beside what the doctor cannot do without.
const ALSO_READ: [&str; 4] = ["ApiEndpoint", "Stage", "VapidSecret", "MailFrom"];

/// What is wrong with what the parameters change.
pub(crate) fn options(template: &Value, _: &Code) -> Vec<String> {
    let checks = [parameters, rules, stages, tracings, keys, concurrency, attached, outputs];
    checks.iter().flat_map(|check| check(template)).collect()
}

fn parameters(template: &Value) -> Vec<String> {
    let mut found = Vec::new();
    for (name, parameter) in template["Parameters"].as_object().unwrap() {
        let is_limited = ["AllowedPattern", "AllowedValues", "MaxValue"].iter().any(|limit| !parameter[limit].is_null());
        if !is_limited || !parameter["ConstraintDescription"].is_string() {
            found.push(format!("parameters: {name} does not say what it may be"));
        }
        if !parameter["Description"].is_string() || parameter["Default"].is_null() {
            found.push(format!("parameters: {name} has no description or no default"));
        }
    }
    found
}

fn rules(template: &Value) -> Vec<String> {
    let contradictions = REFUSED.iter().filter(|(given, why)| !refusals(template, given).iter().any(|refusal| refusal.starts_with(why)));
    let mut found: Vec<_> = contradictions.map(|(given, why)| format!("rules: {given:?} is not refused with `{why}`")).collect();
    for allowed in [EVERYTHING, &[], &[("Stage", "dev")], &[("Front", "function-urls"), ("Origin", "https://a.example")]] {
        found.extend(refusals(template, allowed).iter().map(|refusal| format!("rules: {allowed:?} is refused: {refusal}")));
    }
    found
}

/// That the table is guarded in prod is what the table's own check sees to.
fn stages(template: &Value) -> Vec<String> {
    let mut found = Vec::new();
    if template["Parameters"]["Stage"]["Default"] != "prod" {
        found.push("stage: a deployment is unguarded unless asked otherwise".to_owned());
    }
    let dev = deployed(template, &[("Stage", "dev")]);
    for (name, resource) in dev["Resources"].as_object().unwrap() {
        let properties = &resource["Properties"];
        let is_guarded = properties["DeletionProtectionEnabled"] == true
            || properties["PointInTimeRecoverySpecification"]["PointInTimeRecoveryEnabled"] == true;
        if resource["Type"] == "AWS::DynamoDB::Table" && is_guarded {
            found.push(format!("stage: {name} cannot be thrown away in dev"));
        }
        let keeps = ["AWS::DynamoDB::Table", "AWS::SQS::Queue"].iter().any(|kind| resource["Type"] == *kind);
        if keeps && (resource["DeletionPolicy"] != "Retain" || resource["UpdateReplacePolicy"] != "Retain") {
            found.push(format!("stage: {name} goes with its stack"));
        }
    }
    found
}

/// The statements of each function's role, as deployed with these parameters.
fn allowed(template: &Value, given: Given<'_>) -> Vec<(String, Vec<Value>)> {
    let deployed = deployed(template, given);
    let template = Template(&deployed);
    let functions = template.functions().into_iter();
    functions.map(|(folder, (_, properties))| (folder, statements(&template, properties))).collect()
}

fn concerns(statement: &Value, service: &str) -> bool {
    statement["Action"].to_string().contains(&format!("\"{service}:"))
}

fn tracings(template: &Value) -> Vec<String> {
    let mut found = Vec::new();
    if template["Globals"]["Function"]["Tracing"] != json!({ "Ref": "Tracing" }) {
        found.push("tracing: the parameter sets nothing".to_owned());
    }
    for (folder, statements) in allowed(template, &[]) {
        if statements.iter().any(|statement| concerns(statement, "xray")) {
            found.push(format!("tracing: {folder} may send traces unasked"));
        }
    }
    for (folder, statements) in allowed(template, &[("Tracing", "Active")]) {
        if !statements.contains(&tracing()) {
            found.push(format!("tracing: {folder} may not send its traces"));
        }
    }
    found
}

/// A key of the operator's is used through the table alone.
fn keys(template: &Value) -> Vec<String> {
    let through = json!({ "StringEquals": { "kms:ViaService": { "Fn::Sub": "dynamodb.${AWS::Region}.${AWS::URLSuffix}" } } });
    let mut found = Vec::new();
    for (folder, statements) in allowed(template, &[]) {
        if statements.iter().any(|statement| concerns(statement, "kms")) {
            found.push(format!("keys: {folder} may use a key unasked"));
        }
    }
    for (folder, statements) in allowed(template, &[KEY]) {
        let of_key: Vec<_> = statements.iter().filter(|statement| concerns(statement, "kms")).collect();
        let is_limited = |statement: &&Value| statement["Condition"] == through && statement["Resource"] == json!({ "Ref": "TableKeyArn" });
        if of_key.is_empty() || !of_key.iter().all(is_limited) {
            found.push(format!("keys: {folder} may not use the table's key, or not through the table alone"));
        }
    }
    let key = json!({ "SSEEnabled": true, "SSEType": "KMS", "KMSMasterKeyId": { "Ref": "TableKeyArn" } });
    let (with, without) = (deployed(template, &[KEY]), deployed(template, &[]));
    if with["Resources"]["Table"]["Properties"]["SSESpecification"] != key || without.to_string().contains("SSESpecification") {
        found.push("keys: the table is not encrypted with the key that is given".to_owned());
    }
    found
}

/// A new account has ten invocations at once, and none of them can be reserved.
fn concurrency(template: &Value) -> Vec<String> {
    let plain = deployed(template, &[]);
    let reserving =
        Template(&plain).functions().into_iter().filter(|(_, (_, function))| !function["ReservedConcurrentExecutions"].is_null());
    let mut found: Vec<_> = reserving.map(|(folder, _)| format!("concurrency: {folder} reserves what a new account has not")).collect();
    let reserved = deployed(template, &[("DeliverConcurrency", "5")]);
    let limit = json!({ "Ref": "DeliverConcurrency" });
    if Template(&reserved).functions().get("deliver").is_none_or(|(_, function)| function["ReservedConcurrentExecutions"] != limit) {
        found.push("concurrency: nothing is reserved for deliver".to_owned());
    }
    found
}

/// Policies beside the roles are given to those that ask for what needs them.
fn attached(template: &Value) -> Vec<String> {
    let plain = deployed(template, &[]);
    let unasked = Template(&plain).of_type("AWS::IAM::Policy").map(|(name, _)| format!("permissions: {name} is given unasked"));
    let unlimited = Template(template).of_type("AWS::IAM::Policy").filter(|(_, policy)| {
        let statements = policy["PolicyDocument"]["Statement"].as_array().unwrap();
        statements.iter().any(|statement| statement["Condition"].is_null() || statement["Action"].to_string().contains('*'))
    });
    unasked.chain(unlimited.map(|(name, _)| format!("permissions: {name} has no limit"))).collect()
}

fn outputs(template: &Value) -> Vec<String> {
    let plain = deployed(template, &[]);
    let there: BTreeSet<_> = plain["Outputs"].as_object().unwrap().keys().map(String::as_str).collect();
    OUTPUTS.iter().chain(&ALSO_READ).filter(|name| !there.contains(*name)).map(|name| format!("outputs: {name} is missing")).collect()
}

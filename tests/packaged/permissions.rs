//! Which permission a call of the table takes, and which a role gives.

use std::collections::BTreeSet;
use std::fmt;

use serde_json::{Value, json};

use ringonce_tests::lambda::template::Template;

/// Leave to do one thing to the table or to one of its indexes.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Permission {
    /// Such as `dynamodb:GetItem`.
    action: String,
    /// `table`, `table/index/<name>`, or what else a role names.
    resource: String,
}

const TABLE: &str = "table";

impl fmt::Display for Permission {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} on {}", self.action, self.resource)
    }
}

impl Permission {
    pub(crate) fn on_table(action: &str) -> Self {
        Self { action: format!("dynamodb:{action}"), resource: TABLE.to_owned() }
    }

    fn of_call(action: &str, call: &Value, table: &str) -> Self {
        let resource = match (call["TableName"].as_str(), call["IndexName"].as_str()) {
            (Some(name), None) if name == table => TABLE.to_owned(),
            (Some(name), Some(index)) if name == table => format!("{TABLE}/index/{index}"),
            (name, _) => format!("the foreign table {name:?}"),
        };
        Self { action: format!("dynamodb:{action}"), resource }
    }
}

/// What a call takes, by the service's authorization reference: a transaction takes what each of its parts does.
pub(crate) fn needed(operation: &str, call: &Value, table: &str) -> BTreeSet<Permission> {
    match operation {
        "TransactWriteItems" => {
            let parts = call["TransactItems"].as_array().unwrap().iter().flat_map(|part| part.as_object().unwrap());
            parts.map(|(kind, part)| Permission::of_call(&format!("{kind}Item"), part, table)).collect()
        }
        "BatchGetItem" => {
            let tables = call["RequestItems"].as_object().unwrap().keys();
            tables.map(|name| Permission::of_call(operation, &json!({ "TableName": name }), table)).collect()
        }
        _ => BTreeSet::from([Permission::of_call(operation, call, table)]),
    }
}

/// What a function's role gives it on the table. Its stream is read by Lambda, not by the program.
pub(crate) fn granted(template: &Template, function: &str) -> BTreeSet<Permission> {
    let all = template.statements(function).into_iter().flat_map(of_statement);
    all.filter(|permission| permission.action.starts_with("dynamodb:") && permission.resource.starts_with(TABLE)).collect()
}

fn of_statement(statement: &Value) -> Vec<Permission> {
    assert!(statement["Effect"] == "Allow" && statement["Condition"].is_null(), "only plain permissions are understood: {statement}");
    let resources = match &statement["Resource"] {
        Value::Array(several) => several.iter().map(resource).collect(),
        one => vec![resource(one)],
    };
    let on = |action: String| resources.iter().map(move |resource| Permission { action: action.clone(), resource: resource.clone() });
    texts(&statement["Action"]).into_iter().flat_map(on).collect()
}

fn texts(value: &Value) -> Vec<String> {
    match value {
        Value::Array(values) => values.iter().flat_map(texts).collect(),
        _ => vec![value.as_str().unwrap().to_owned()],
    }
}

fn resource(value: &Value) -> String {
    if value["Fn::GetAtt"] == serde_json::json!(["Table", "Arn"]) {
        return TABLE.to_owned();
    }
    match value["Fn::Sub"].as_str().and_then(|text| text.strip_prefix("${Table.Arn}")) {
        Some(rest) => format!("{TABLE}{rest}"),
        None => value.to_string(),
    }
}

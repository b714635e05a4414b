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
    /// How the partition keys begin of what it is done to; no text is any key.
    keys: BTreeSet<String>,
}

const TABLE: &str = "table";

impl fmt::Display for Permission {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} on {}", self.action, self.resource)?;
        let kinds: BTreeSet<_> = self.keys.iter().filter_map(|key| key.split_inclusive('#').next()).collect();
        if kinds.is_empty() { Ok(()) } else { write!(f, " under {}", kinds.into_iter().collect::<Vec<_>>().join(", ")) }
    }
}

impl Permission {
    /// Whether it is leave to do that to the table, under whatever keys.
    pub(crate) fn is_on_table(&self, action: &str) -> bool {
        self.action == format!("dynamodb:{action}") && self.resource == TABLE
    }

    /// The same, under keys that begin so and no others.
    pub(crate) fn under(self, key: &str) -> Self {
        Self { keys: BTreeSet::from([key.to_owned()]), ..self }
    }

    /// Whether it gives what a call takes.
    pub(crate) fn gives(&self, needed: &Self) -> bool {
        let under = |key: &String| self.keys.iter().any(|prefix| key.starts_with(prefix));
        let is_under = self.keys.is_empty() || (!needed.keys.is_empty() && needed.keys.iter().all(under));
        self.action == needed.action && self.resource == needed.resource && is_under
    }

    fn of_call(action: &str, call: &Value, table: &str) -> Self {
        let resource = match (call["TableName"].as_str(), call["IndexName"].as_str()) {
            (Some(name), None) if name == table => TABLE.to_owned(),
            (Some(name), Some(index)) if name == table => format!("{TABLE}/index/{index}"),
            (name, _) => format!("the foreign table {name:?}"),
        };
        let keys = [&call["Key"]["pk"]["S"], &call["Item"]["pk"]["S"]].into_iter().filter_map(Value::as_str).map(str::to_owned);
        Self { action: format!("dynamodb:{action}"), resource, keys: keys.collect() }
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
    assert!(statement["Effect"] == "Allow", "only permissions are understood: {statement}");
    let keys = keys(&statement["Condition"]);
    let resources = match &statement["Resource"] {
        Value::Array(several) => several.iter().map(resource).collect(),
        one => vec![resource(one)],
    };
    let on = |action: String| {
        let of = |resource: &String| Permission { action: action.clone(), resource: resource.clone(), keys: keys.clone() };
        resources.iter().map(of).collect::<Vec<_>>()
    };
    texts(&statement["Action"]).into_iter().flat_map(on).collect()
}

/// How the keys begin that a condition names: the one kind of condition that is understood.
fn keys(condition: &Value) -> BTreeSet<String> {
    if condition.is_null() {
        return BTreeSet::new();
    }
    let patterns = &condition["ForAllValues:StringLike"]["dynamodb:LeadingKeys"];
    assert_eq!(*condition, json!({ "ForAllValues:StringLike": { "dynamodb:LeadingKeys": patterns } }), "this condition is not understood");
    texts(patterns).iter().map(|pattern| pattern.strip_suffix('*').unwrap().to_owned()).collect()
}

fn texts(value: &Value) -> Vec<String> {
    match value {
        Value::Array(values) => values.iter().flat_map(texts).collect(),
        _ => vec![value.as_str().unwrap().to_owned()],
    }
}

fn resource(value: &Value) -> String {
    if value["Fn::GetAtt"] == json!(["Table", "Arn"]) {
        return TABLE.to_owned();
    }
    match value["Fn::Sub"].as_str().and_then(|text| text.strip_prefix("${Table.Arn}")) {
        Some(rest) => format!("{TABLE}{rest}"),
        None => value.to_string(),
    }
}

#[test]
fn leave_to_write_under_some_keys_is_none_to_write_under_others() {
    let condition = json!({ "ForAllValues:StringLike": { "dynamodb:LeadingKeys": ["P#*", "L#*"] } });
    let statement = json!({
        "Effect": "Allow", "Action": "dynamodb:UpdateItem", "Resource": { "Fn::GetAtt": ["Table", "Arn"] }, "Condition": condition,
    });
    let given = of_statement(&statement);
    let is_given = |key: &str| {
        let call = json!({ "TableName": "t", "Key": { "pk": { "S": key }, "sk": { "S": "P" } } });
        needed("UpdateItem", &call, "t").iter().all(|needed| given.iter().any(|permission| permission.gives(needed)))
    };
    assert_eq!(["P#a", "L#a", "K#a", "B#shop", "P"].map(is_given), [true, true, false, false, false]);
    let transaction = json!({ "TransactItems": [{ "Put": { "TableName": "t", "Item": { "pk": { "S": "K#a" } } } }] });
    assert_eq!(
        needed("TransactWriteItems", &transaction, "t").iter().map(ToString::to_string).collect::<Vec<_>>(),
        ["dynamodb:PutItem on table under K#"]
    );
}

//! What each function may do: no more than it does, and to no more than it does it to.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::code::Code;
use crate::findings::{Template, first_of_get_att};

/// The folder whose function may scan the table.
const MAY_SCAN: &str = "sweep";

/// Calls that change an item, whose key a role has to limit.
const WRITES: [&str; 3] = ["dynamodb:DeleteItem", "dynamodb:PutItem", "dynamodb:UpdateItem"];

/// How keys begin that no function may write: API keys are the operator's alone.
const NOBODYS: &str = "K#";

/// What is wrong with the roles.
pub(crate) fn permissions(template: &Template<'_>, _: &Code) -> Vec<String> {
    let mut found = Vec::new();
    let mut roles = BTreeSet::new();
    for (folder, (_, properties)) in template.functions() {
        let role = first_of_get_att(&properties["Role"]).unwrap_or_default();
        if !roles.insert(role) {
            found.push(format!("permissions: {folder} shares a role"));
        }
        if !properties["Policies"].is_null() {
            found.push(format!("permissions: {folder} takes a policy that SAM widens"));
        }
        found.extend(of_role(&template.resources().get(role).unwrap_or(&Value::Null)["Properties"]));
        found.extend(statements(template, properties).iter().flat_map(|statement| too_much(statement, &folder)));
    }
    found
}

fn of_role(role: &Value) -> Vec<String> {
    let rules = [
        (role["ManagedPolicyArns"].is_null(), "takes managed policies, which name no resources"),
        (role["Policies"].as_array().is_some_and(|policies| !policies.is_empty()), "says nothing"),
    ];
    rules.iter().filter(|(holds, _)| !holds).map(|(_, what)| format!("permissions: a role {what}")).collect()
}

/// The statements of a function's role.
pub(crate) fn statements(template: &Template<'_>, function: &Value) -> Vec<Value> {
    let role = first_of_get_att(&function["Role"]).and_then(|role| template.resources().get(role));
    let policies = role.and_then(|role| role["Properties"]["Policies"].as_array()).into_iter().flatten();
    policies.flat_map(|policy| policy["PolicyDocument"]["Statement"].as_array().cloned().unwrap_or_default()).collect()
}

/// Leave to send traces: X-Ray knows no resources, so this is the one statement that names none.
pub(crate) fn tracing() -> Value {
    json!({ "Effect": "Allow", "Action": ["xray:PutTraceSegments", "xray:PutTelemetryRecords"], "Resource": "*" })
}

fn too_much(statement: &Value, folder: &str) -> Vec<String> {
    if *statement == tracing() {
        return Vec::new();
    }
    let actions = texts(&statement["Action"]);
    let too_wide = |action: &&String| action.contains('*') || (*action == "dynamodb:Scan" && folder != MAY_SCAN);
    let wide = actions.iter().filter(too_wide).map(|action| format!("permissions: {folder} may {action}"));
    let scans = actions.iter().any(|action| action == "dynamodb:Scan");
    let too_far = |resource: &&Value| {
        let is_the_table = resource["Fn::GetAtt"] == json!(["Table", "Arn"]);
        resource.is_null() || resource.to_string().contains('*') || (scans && !is_the_table)
    };
    let resources = list(&statement["Resource"]);
    let far = resources.iter().filter(too_far).map(|resource| format!("permissions: {folder} reaches {resource}"));
    let writes = actions.iter().filter(|action| WRITES.contains(&action.as_str()) && writes_too_much(&statement["Condition"]));
    let writes = writes.map(|action| format!("permissions: {folder} may {action} under keys that it need not"));
    wide.chain(far).chain(writes).collect()
}

/// Whether a condition leaves keys open that no function may write.
fn writes_too_much(condition: &Value) -> bool {
    let keys = texts(&condition["ForAllValues:StringLike"]["dynamodb:LeadingKeys"]);
    keys.is_empty() || keys.iter().any(|key| key.len() != 3 || !key.ends_with("#*") || key.starts_with(NOBODYS))
}

fn list(value: &Value) -> Vec<Value> {
    value.as_array().cloned().unwrap_or_else(|| vec![value.clone()])
}

fn texts(value: &Value) -> Vec<String> {
    list(value).iter().filter_map(|text| text.as_str().map(str::to_owned)).collect()
}

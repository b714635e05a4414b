//! Broken copies of what the parameters change, of the fronts and of the alarms.

use serde_json::{Value, json};

use crate::broken::{Break, properties, remove, statement};

/// How the template is broken, and how a finding begins.
pub(crate) const OPTIONS: &[(Break, &str)] = &[
    (|t| remove(&mut t["Parameters"]["Tracing"], "ConstraintDescription"), "parameters: Tracing does not say"),
    (|t| remove(&mut t["Parameters"]["KeysSecret"], "AllowedPattern"), "parameters: KeysSecret does not say"),
    (|t| remove(&mut t["Parameters"]["Alarms"], "Default"), "parameters: Alarms has no"),
    (|t| remove(&mut t["Rules"], "DomainIsWhole"), "rules: [(\"DomainName\""),
    (|t| remove(&mut t["Rules"], "FunctionUrlsHaveAnOrigin"), "rules: [(\"Front\""),
    (|t| remove(&mut t["Rules"], "AlarmsGoOneWay"), "rules: [(\"AlarmEmail\""),
    (|t| remove(&mut t["Rules"]["FunctionUrlsHaveAnOrigin"], "RuleCondition"), "rules: [] is refused"),
    (
        |t| properties(t, "Table")["DeletionProtectionEnabled"] = json!({ "Fn::If": ["Prod", false, true] }),
        "table: DeletionProtectionEnabled",
    ),
    (|t| t["Conditions"]["Prod"] = json!({ "Fn::Equals": [{ "Ref": "Stage" }, "production"] }), "table: PointInTime"),
    (|t| properties(t, "Table")["DeletionProtectionEnabled"] = json!(true), "stage: Table cannot be thrown away"),
    (|t| t["Parameters"]["Stage"]["Default"] = json!("dev"), "stage: a deployment is unguarded"),
    (|t| remove(&mut t["Resources"]["StreamFailures"], "UpdateReplacePolicy"), "stage: StreamFailures goes"),
    (|t| remove(&mut t["Globals"]["Function"], "Tracing"), "tracing: the parameter"),
    (|t| unconditional(t, "SweepRole", 1), "tracing: sweep may send traces unasked"),
    (|t| drop_policy(t, "SweepRole", 1), "tracing: sweep may not"),
    (|t| optional(t, "SweepRole", 1)["Action"] = json!("xray:*"), "permissions: sweep may xray:*"),
    (|t| unconditional(t, "DeliverRole", 2), "keys: deliver may use a key unasked"),
    (|t| drop_policy(t, "DeliverRole", 2), "keys: deliver may not"),
    (|t| remove(optional(t, "DeliverRole", 2), "Condition"), "keys: deliver may not use the table's key, or not"),
    (|t| optional(t, "DeliverRole", 2)["Resource"] = json!("*"), "permissions: deliver reaches"),
    (|t| remove(properties(t, "Table"), "SSESpecification"), "keys: the table is not"),
    (|t| properties(t, "Deliver")["ReservedConcurrentExecutions"] = json!(20), "concurrency: deliver reserves"),
    (|t| remove(properties(t, "Deliver"), "ReservedConcurrentExecutions"), "concurrency: nothing is reserved"),
    (|t| remove(&mut t["Resources"]["SendsMail"], "Condition"), "permissions: SendsMail is given"),
    (|t| remove(statement_of_mail(t), "Condition"), "permissions: SendsMail has no limit"),
    (|t| remove(&mut t["Outputs"], "KeysSecret"), "outputs: KeysSecret"),
    (|t| t["Outputs"]["ApiEndpoint"]["Condition"] = json!("WithUrls"), "outputs: ApiEndpoint"),
    (|t| remove(writes(t, "RequestOptinRole"), "Condition"), "permissions: request-optin may dynamodb:UpdateItem under keys"),
    (|t| keys(t, "RequestOptinRole", &["P#*", "K#*"]), "permissions: request-optin may dynamodb:UpdateItem under keys"),
    (|t| keys(t, "RequestOptinRole", &["*"]), "permissions: request-optin may dynamodb:UpdateItem under keys"),
    (|t| remove(properties(t, "ApiStage"), "DefaultRouteSettings"), "front: ApiStage lets everything"),
    (|t| remove(&mut t["Resources"]["Api"], "Condition"), "front: Api is there beside"),
    (|t| remove(&mut t["Resources"]["GrantTokenUrl"], "Condition"), "front: GrantTokenUrl is there beside"),
    (|t| properties(t, "GrantTokenUrl")["AuthType"] = json!("AWS_IAM"), "front: grant-token has no URL"),
    (|t| remove(&mut t["Resources"], "GrantTokenUrlInvokePermission"), "front: grant-token may be called otherwise"),
    (|t| remove(properties(t, "GrantTokenUrlInvokePermission"), "InvokedViaFunctionUrl"), "front: grant-token may be called otherwise"),
    (|t| remove(&mut t["Resources"]["GrantTokenPermission"], "Condition"), "front: grant-token may be called otherwise"),
    (|t| remove(properties(t, "GrantToken"), "ReservedConcurrentExecutions"), "front: grant-token runs as often"),
    (|t| remove(&mut t["Resources"], "DomainMapping"), "front: Domain leads to no API"),
    (|t| remove(&mut t["Resources"], "Domain"), "front: the domain is not made"),
    (|t| remove(&mut t["Outputs"], "DomainTarget"), "front: nobody is told"),
    (
        |t| t["Globals"]["Function"]["Environment"]["Variables"]["RINGONCE_ORIGIN"] = json!({ "Ref": "Origin" }),
        "front: the origin is not the domain's",
    ),
    (|t| t["Outputs"]["Origin"]["Value"] = json!({ "Fn::Sub": "https://${DomainName}" }), "front: the origin is not the operator's"),
    (|t| copy(t, "Overdue", "Overslept"), "alarms: Overslept is explained by no chapter"),
    (|t| remove(&mut t["Resources"], "StatisticsBehind"), "alarms: the runbook explains StatisticsBehind"),
    (|t| properties(t, "Overdue")["AlarmDescription"] = json!("Late."), "alarms: Overdue does not say where"),
    (|t| properties(t, "Overdue")["AlarmName"] = json!("Overdue"), "alarms: Overdue does not name its stack"),
    (|t| properties(t, "Overdue")["MetricName"] = json!("OldestDuty"), "alarms: Overdue is on a metric"),
    (|t| properties(t, "Overdue")["Dimensions"][0]["Name"] = json!("TableName"), "alarms: Overdue is on a metric"),
    (|t| properties(t, "SweepStopped")["TreatMissingData"] = json!("notBreaching"), "alarms: SweepStopped takes nothing"),
    (|t| remove(properties(t, "DeliverErrors"), "TreatMissingData"), "alarms: DeliverErrors takes nothing"),
    (|t| remove(properties(t, "DeliverErrors"), "MetricName"), "alarms: nothing watches"),
    (|t| remove(&mut properties(t, "Throttles")["Metrics"][3]["MetricStat"]["Metric"], "MetricName"), "alarms: nothing watches"),
    (|t| remove(&mut t["Resources"]["Overdue"], "Condition"), "alarms: Overdue is made unasked"),
    (|t| t["Conditions"]["WithAlarmEmail"] = json!({ "Fn::Equals": ["", ""] }), "alarms: AlarmTopic is made unasked"),
    (|t| remove(properties(t, "Overdue"), "AlarmActions"), "alarms: Overdue does not tell AlarmEmail"),
    (|t| properties(t, "Overdue")["OKActions"] = json!([{ "Ref": "AlarmTopic" }]), "alarms: Overdue does not tell AlarmTopicArn"),
    (|t| rewrite_dashboard(t, "\"Asked\"", "\"Begged\""), "dashboard: no code writes Begged"),
    (|t| rewrite_dashboard(t, "MetricName=\\\"Failed", "MetricName=\\\"Fell"), "dashboard: no code writes Fell"),
    (|t| rewrite_dashboard(t, "{\"widgets\":", "{\"widgets\""), "dashboard: Dashboard is no JSON"),
    (|t| remove(&mut t["Resources"], "Dashboard"), "dashboard: there is none"),
];

/// The one statement of the role's policy of that number, which a condition gives.
fn optional<'a>(template: &'a mut Value, role: &str, number: usize) -> &'a mut Value {
    &mut properties(template, role)["Policies"][number]["Fn::If"][1]["PolicyDocument"]["Statement"][0]
}

fn unconditional(template: &mut Value, role: &str, number: usize) {
    let policy = &mut properties(template, role)["Policies"][number];
    *policy = policy["Fn::If"][1].clone();
}

fn drop_policy(template: &mut Value, role: &str, number: usize) {
    properties(template, role)["Policies"].as_array_mut().unwrap().remove(number);
}

fn statement_of_mail(template: &mut Value) -> &mut Value {
    &mut properties(template, "SendsMail")["PolicyDocument"]["Statement"][0]
}

/// The first statement that lets the role write.
fn writes<'a>(template: &'a mut Value, role: &str) -> &'a mut Value {
    assert!(statement(template, role)["Condition"].is_null(), "reading is limited too");
    &mut properties(template, role)["Policies"][0]["PolicyDocument"]["Statement"][1]
}

fn keys(template: &mut Value, role: &str, keys: &[&str]) {
    writes(template, role)["Condition"]["ForAllValues:StringLike"]["dynamodb:LeadingKeys"] = json!(keys);
}

fn copy(template: &mut Value, resource: &str, to: &str) {
    template["Resources"][to] = template["Resources"][resource].clone();
}

fn rewrite_dashboard(template: &mut Value, from: &str, to: &str) {
    let body = &mut properties(template, "Dashboard")["DashboardBody"]["Fn::Sub"][0];
    let text = body.as_str().unwrap();
    assert!(text.contains(from), "there is no {from}");
    *body = json!(text.replace(from, to));
}

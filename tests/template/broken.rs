//! Broken copies of the template: each is caught, by the check that is meant for it.

use serde_json::{Value, json};

use crate::broken_options::OPTIONS;
use crate::code::Code;
use crate::findings::findings;
use ringonce_tests::tools;

/// What breaks a copy.
pub(crate) type Break = fn(&mut Value);

/// What our own checks catch: how it is broken, and how a finding begins.
const OURS: &[(Break, &str)] = &[
    (
        |t| t["Resources"]["SweepRole"]["Properties"]["Policies"][0]["PolicyDocument"]["Statement"][0]["Action"] = json!("dynamodb:*"),
        "permissions: sweep may",
    ),
    (|t| statement(t, "RequestOptinRole")["Action"][0] = json!("dynamodb:Scan"), "permissions: request-optin may"),
    (
        |t| {
            properties(t, "SweepRole")["Policies"][0]["PolicyDocument"]["Statement"][4]["Resource"] =
                json!([{ "Fn::GetAtt": ["Table", "Arn"] }, { "Fn::Sub": "${Table.Arn}/index/due" }]);
        },
        "permissions: sweep reaches",
    ),
    (|t| statement(t, "DeliverRole")["Resource"] = json!("*"), "permissions: deliver reaches"),
    (|t| statement(t, "DeliverRole")["Resource"] = json!({ "Fn::Sub": "${Table.Arn}/index/*" }), "permissions: deliver reaches"),
    (|t| properties(t, "GrantToken")["Role"] = json!({ "Fn::GetAtt": ["RequestOptinRole", "Arn"] }), "permissions: request-optin shares"),
    (|t| properties(t, "GrantToken")["Policies"] = json!(["AmazonDynamoDBFullAccess"]), "permissions: grant-token takes"),
    (
        |t| properties(t, "SweepRole")["ManagedPolicyArns"] = json!(["arn:aws:iam::aws:policy/AWSXRayDaemonWriteAccess"]),
        "permissions: a role takes",
    ),
    (|t| remove(properties(t, "SweepRole"), "Policies"), "permissions: a role says nothing"),
    (|t| remove(properties(t, "Table"), "DeletionProtectionEnabled"), "table: DeletionProtectionEnabled"),
    (|t| properties(t, "Table")["PointInTimeRecoverySpecification"]["PointInTimeRecoveryEnabled"] = json!(false), "table: PointInTime"),
    (|t| properties(t, "Table")["AttributeDefinitions"][5]["AttributeType"] = json!("S"), "table: AttributeDefinitions"),
    (|t| properties(t, "Table")["KeySchema"][1]["AttributeName"] = json!("due"), "table: KeySchema"),
    (
        |t| properties(t, "Table")["GlobalSecondaryIndexes"][0]["Projection"]["ProjectionType"] = json!("ALL"),
        "table: GlobalSecondaryIndexes",
    ),
    (|t| properties(t, "Table")["StreamSpecification"]["StreamViewType"] = json!("NEW_IMAGE"), "table: StreamSpecification"),
    (|t| properties(t, "Table")["TimeToLiveSpecification"]["AttributeName"] = json!("expires_at"), "table: TimeToLive"),
    (|t| properties(t, "Table")["BillingMode"] = json!("PROVISIONED"), "table: BillingMode"),
    (|t| remove(&mut t["Resources"]["Table"], "DeletionPolicy"), "table: DeletionPolicy"),
    (|t| remove(&mut t["Resources"], "Table"), "table: there are 0"),
    (|t| variables(t)["RINGONCE_REGION"] = json!("eu"), "variables: the code knows no"),
    (|t| properties(t, "Sweep")["Environment"] = json!({ "Variables": { "RINGONCE_SPEED": "9" } }), "variables: the code knows no"),
    (|t| remove(variables(t), "RINGONCE_PROVIDER_SECONDS"), "variables: the template lacks"),
    (|t| t["Globals"]["Function"]["Runtime"] = json!("provided.al2"), "functions: deliver runs as"),
    (
        |t| t["Resources"]["Deliver"]["Metadata"]["BuildProperties"]["Binary"] = json!("sweep"),
        "functions: deliver is built by `sam build` as",
    ),
    (|t| remove(&mut t["Resources"]["Deliver"], "Metadata"), "functions: deliver is built by `sam build` as"),
    (|t| properties(t, "Deliver")["CodeUri"] = json!("target/lambda/deliver/"), "functions: the code knows no"),
    (|t| remove(&mut t["Resources"], "Sweep"), "functions: the template lacks"),
    (|t| properties(t, "Sweep")["CodeUri"] = json!("functions/broom"), "functions: the code knows no"),
    (|t| remove(&mut t["Resources"], "ConsentRoute"), "routes: grant-token: the template lacks"),
    (|t| properties(t, "ConsentRoute")["RouteKey"] = json!("ANY /consent"), "routes: grant-token: the code knows no"),
    (|t| properties(t, "ConsentRoute")["RouteKey"] = json!("GET /c/{code}"), "routes: ConsentRoute leads to no"),
    (|t| properties(t, "ConsentRoute")["Target"] = json!("integrations/none"), "routes: ConsentRoute leads to no"),
    (|t| properties(t, "Deliver")["Timeout"] = json!(60), "timeouts: deliver"),
    (|t| t["Globals"]["Function"]["Timeout"] = json!(5), "timeouts: grant-token"),
    (|t| properties(t, "Deliver")["Architectures"] = json!(["arm64"]), "architecture: deliver"),
    (|t| t["Parameters"]["Architecture"]["AllowedValues"] = json!(["x86_64"]), "architecture: the parameter"),
    (|t| remove(stream(t), "FunctionResponseTypes"), "stream: Deliver.Stream repeats whole batches"),
    (|t| remove(stream(t), "DestinationConfig"), "stream: Deliver.Stream loses"),
    (|t| remove(stream(t), "FilterCriteria"), "stream: Deliver.Stream is not brought exactly"),
    (|t| stream(t)["FilterCriteria"] = counting(t)["FilterCriteria"].clone(), "stream: Deliver.Stream is not brought exactly"),
    (|t| stream(t)["BisectBatchOnFunctionError"] = json!(false), "stream: Deliver.Stream lets one record"),
    (|t| stream(t)["StartingPosition"] = json!("LATEST"), "stream: Deliver.Stream skips"),
    (|t| stream(t)["BatchSize"] = json!(10_000), "stream: Deliver.Stream has another batch"),
    (|t| remove(&mut properties(t, "Deliver")["Events"], "Stream"), "stream: nothing brings it to deliver"),
    (|t| counting(t)["ParallelizationFactor"] = json!(2), "stream: Statistics.Stream has another number of lanes"),
    (|t| remove(counting(t), "ParallelizationFactor"), "stream: Statistics.Stream has another number of lanes"),
    (|t| remove(counting(t), "TumblingWindowInSeconds"), "stream: Statistics.Stream has no window"),
    (|t| counting(t)["TumblingWindowInSeconds"] = json!(0), "stream: Statistics.Stream has no window"),
    (|t| remove(counting(t), "FilterCriteria"), "stream: Statistics.Stream is not brought exactly"),
    (|t| counting(t)["MaximumRecordAgeInSeconds"] = json!(-1), "stream: Statistics.Stream brings again"),
    (|t| remove(counting(t), "FunctionResponseTypes"), "stream: Statistics.Stream repeats whole batches"),
    (|t| counting(t)["BatchSize"] = json!(100), "stream: Statistics.Stream has another batch"),
    (|t| remove(&mut properties(t, "Statistics")["Events"], "Stream"), "stream: nothing brings it to statistics"),
    (
        |t| {
            let copy = properties(t, "Deliver")["Events"]["Stream"].clone();
            properties(t, "Sweep")["Events"]["Stream"] = copy;
        },
        "stream: Sweep.Stream is none",
    ),
    (|t| remove(&mut properties(t, "Sweep")["Events"]["EveryMinute"]["Properties"], "DeadLetterConfig"), "schedules: Sweep.EveryMinute"),
    (|t| remove(&mut properties(t, "Sweep")["Events"], "EveryMinute"), "schedules: nothing runs"),
    (|t| remove(&mut properties(t, "Sweep")["Events"], "EveryNight"), "schedules: nothing begins"),
    (
        |t| properties(t, "Sweep")["Events"]["EveryNight"]["Properties"]["Input"] = json!(r#"{"reconcile":"stop"}"#),
        "schedules: nothing begins",
    ),
    (|t| remove(&mut properties(t, "Sweep")["Events"]["EveryNight"]["Properties"], "DeadLetterConfig"), "schedules: Sweep.EveryNight"),
    (
        |t| properties(t, "DeliverRole")["Policies"][0]["PolicyDocument"]["Statement"][0]["Action"] = json!(["dynamodb:Scan"]),
        "permissions: deliver may",
    ),
    (|t| remove(properties(t, "SendNotification"), "EventInvokeConfig"), "occurrences: what send-notification could not"),
    (
        |t| properties(t, "SendNotificationRole")["Policies"][0]["PolicyDocument"]["Statement"][3]["Action"] = json!("sqs:ReceiveMessage"),
        "occurrences: what send-notification could not",
    ),
    (|t| remove(&mut t["Resources"], "ScheduleFailures"), "occurrences: what send-notification could not"),
    (|t| remove(&mut t["Resources"], "ExampleSchedule"), "occurrences: there is no example"),
    (|t| remove(&mut t["Resources"]["ExampleSchedule"], "Condition"), "occurrences: ExampleSchedule is made unasked"),
    (|t| t["Parameters"]["ExampleScheduleExpression"]["Default"] = json!("rate(1 day)"), "occurrences: ExampleSchedule is made unasked"),
    (|t| t["Conditions"]["WithExampleSchedule"] = json!({ "Fn::Equals": ["", ""] }), "occurrences: ExampleSchedule is made unasked"),
    (|t| example(t)["Target"]["Arn"] = json!({ "Fn::GetAtt": ["Sweep", "Arn"] }), "occurrences: ExampleSchedule starts something else"),
    (|t| remove(&mut example(t)["Target"], "DeadLetterConfig"), "occurrences: ExampleSchedule loses"),
    (|t| remove(&mut example(t)["Target"], "RetryPolicy"), "occurrences: ExampleSchedule loses"),
    (|t| statement(t, "ExampleScheduleRole")["Action"] = json!("lambda:*"), "occurrences: ExampleSchedule may do"),
    (|t| statement(t, "ExampleScheduleRole")["Resource"] = json!("*"), "occurrences: ExampleSchedule may do"),
    (|t| example(t)["Target"]["RoleArn"] = json!({ "Fn::GetAtt": ["SendNotificationRole", "Arn"] }), "occurrences: ExampleSchedule may do"),
    (|t| example(t)["FlexibleTimeWindow"]["Mode"] = json!("FLEXIBLE"), "occurrences: ExampleSchedule comes when"),
    (|t| rewrite_input(t, "#<aws.scheduler.scheduled-time>", ""), "occurrences: ExampleSchedule: every occurrence is taken"),
    (|t| rewrite_input(t, "<aws.scheduler.schedule-arn>", "<aws.scheduler.name>"), "occurrences: ExampleSchedule: `execution`"),
    (|t| rewrite_input(t, "limit", "most"), "occurrences: ExampleSchedule: `most`"),
    (|t| rewrite_input(t, "\"release\"", "\"launch\""), "occurrences: ExampleSchedule: `ringonce`"),
    (|t| rewrite_input(t, ":40}", ":40"), "occurrences: ExampleSchedule: The body is not JSON"),
    (
        |t| properties(t, "ApiStage")["AccessLogSettings"]["Format"] = json!("$context.routeKey $context.path"),
        "logs: ApiStage logs context.path",
    ),
    (|t| properties(t, "ApiStage")["AccessLogSettings"]["Format"] = json!("$context.status"), "logs: ApiStage does not log the route"),
    (|t| remove(properties(t, "SweepLog"), "RetentionInDays"), "logs: SweepLog is kept for ever"),
];

/// What only others' checks catch: how it is broken, which of them sees it, and what it says.
const LINTERS: &[(Break, &str, &str)] = &[
    (|t| t["Globals"]["Function"]["Runtyme"] = json!("x"), "sam", "Runtyme"),
    (|t| properties(t, "Table")["BillingModus"] = json!("x"), "lint", "BillingModus"),
    (|t| properties(t, "RequestOptinLog")["RetentionInDays"] = json!(31), "lint", "31"),
    (|t| example(t)["ScheduleExpresion"] = json!("rate(1 day)"), "lint", "ScheduleExpresion"),
    (|t| t["Globals"]["Function"]["Runtime"] = json!("provided.al2042"), "translated", "provided.al2042"),
    (|t| properties(t, "Deliver")["Events"]["Stream"]["Properties"]["Stream"] = json!(""), "translated", "does not match"),
    (|t| properties(t, "Api")["Description"] = json!({ "Fn::Sub": "${RequestOptin}" }), "translated", "Circular"),
    (|t| trust(t, "RequestOptinRole")["Principal"] = json!({ "AWS": "*" }), "checkov", "CKV_AWS_60"),
    (|t| remove(&mut t["Resources"]["AlarmTopic"], "Metadata"), "checkov", "CKV_AWS_26"),
];

/// A resource's properties.
pub(crate) fn properties<'a>(template: &'a mut Value, resource: &str) -> &'a mut Value {
    &mut template["Resources"][resource]["Properties"]
}

/// The first statement of a role's first policy.
pub(crate) fn statement<'a>(template: &'a mut Value, role: &str) -> &'a mut Value {
    &mut properties(template, role)["Policies"][0]["PolicyDocument"]["Statement"][0]
}

fn trust<'a>(template: &'a mut Value, role: &str) -> &'a mut Value {
    &mut properties(template, role)["AssumeRolePolicyDocument"]["Statement"][0]
}

fn variables(template: &mut Value) -> &mut Value {
    &mut template["Globals"]["Function"]["Environment"]["Variables"]
}

fn stream(template: &mut Value) -> &mut Value {
    &mut properties(template, "Deliver")["Events"]["Stream"]["Properties"]
}

fn counting(template: &mut Value) -> &mut Value {
    &mut properties(template, "Statistics")["Events"]["Stream"]["Properties"]
}

fn example(template: &mut Value) -> &mut Value {
    properties(template, "ExampleSchedule")
}

fn rewrite_input(template: &mut Value, from: &str, to: &str) {
    let input = &mut example(template)["Target"]["Input"]["Fn::Sub"];
    let text = input.as_str().unwrap();
    assert!(text.contains(from), "there is no {from}");
    *input = json!(text.replace(from, to));
}

/// Takes a member away, which has to be there.
pub(crate) fn remove(object: &mut Value, name: &str) {
    assert!(object.as_object_mut().unwrap().remove(name).is_some(), "there was no {name}");
}

#[tokio::test(flavor = "multi_thread")]
async fn each_broken_copy_is_caught_by_our_own_checks() {
    let (template, code) = (tools::template(), Code::read().await);
    let mut missed = Vec::new();
    for (break_it, expected) in OURS.iter().chain(OPTIONS) {
        let mut copy = template.clone();
        break_it(&mut copy);
        let found = findings(&copy, &code);
        if !found.iter().any(|finding| finding.starts_with(expected)) {
            missed.push(format!("`{expected}` is not among {found:#?}"));
        }
    }
    assert!(missed.is_empty(), "{}", missed.join("\n"));
}

#[test]
fn each_broken_copy_is_caught_by_the_linters() {
    let template = &tools::template();
    // Side by side: each takes the linter's start and seconds of a processor.
    let missed = std::thread::scope(|scope| {
        let looks = (0..LINTERS.len()).map(|number| scope.spawn(move || missed_by_linter(template, number)));
        let looks: Vec<_> = looks.collect();
        looks.into_iter().filter_map(|look| look.join().unwrap()).collect::<Vec<_>>()
    });
    assert!(missed.is_empty(), "{}", missed.join("\n"));
}

/// What is wrong with what a linter says of a broken copy.
fn missed_by_linter(template: &Value, number: usize) -> Option<String> {
    let (break_it, check, expected) = LINTERS[number];
    let mut copy = template.clone();
    break_it(&mut copy);
    let file = std::env::temp_dir().join(format!("ringonce-template-{}-{number}.json", std::process::id()));
    std::fs::write(&file, copy.to_string()).unwrap();
    let said = tools::check_template_by(check, &file);
    std::fs::remove_file(&file).unwrap();
    let said = said.err().unwrap_or_default();
    (!said.contains(expected)).then(|| format!("{check} does not say `{expected}`: {said}"))
}

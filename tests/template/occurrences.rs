//! Schedules of the user's own: the example, and where what fails of them is kept.

use send_notification::Occurrence;
use serde_json::{Value, json};

use crate::code::Code;
use crate::findings::{Template, first_of_get_att};

/// The function that they start.
const FUNCTION: &str = "send-notification";

/// What EventBridge Scheduler puts in place of its keywords, and CloudFormation in place of parameters.
const REPLACED: [(&str, &str); 4] = [
    ("<aws.scheduler.schedule-arn>", "arn:aws:scheduler:eu-central-1:123456789012:schedule/default/ringonce-ExampleSchedule-1A2B3C4D5E6F"),
    ("<aws.scheduler.scheduled-time>", "2026-12-24T18:00:00Z"),
    ("${ExampleScheduleBusiness}", "shop"),
    ("${ExampleScheduleTopic}", "shirt-m"),
];

/// What is wrong with the example, and with what the function does about events that it could not deal with.
pub(crate) fn occurrences(template: &Template<'_>, _: &Code) -> Vec<String> {
    let mut found = Vec::new();
    let Some((function, properties)) = template.functions().remove(FUNCTION) else {
        return vec![format!("occurrences: there is no {FUNCTION}")];
    };
    let kept = first_of_get_att(&properties["EventInvokeConfig"]["DestinationConfig"]["OnFailure"]["Destination"]);
    if kept.is_none_or(|queue| !is_queue(template, queue) || !may_send(template, &properties["Role"], queue)) {
        found.push(format!("occurrences: what {FUNCTION} could not carry out is lost"));
    }
    let schedules: Vec<_> = template.of_type("AWS::Scheduler::Schedule").collect();
    if schedules.is_empty() {
        found.push("occurrences: there is no example".to_owned());
    }
    for (name, schedule) in schedules {
        let rules = rules(template, name, schedule, function);
        found.extend(rules.iter().filter(|(holds, _)| !holds).map(|(_, what)| format!("occurrences: {name} {what}")));
        found.extend(input(&schedule["Target"]["Input"]).err().map(|why| format!("occurrences: {name}: {why}")));
    }
    found
}

fn rules(template: &Template<'_>, name: &str, schedule: &Value, function: &str) -> [(bool, &'static str); 5] {
    let target = &schedule["Target"];
    let queue = first_of_get_att(&target["DeadLetterConfig"]["Arn"]).unwrap_or_default();
    [
        (is_made_on_request(template, name, schedule), "is made unasked"),
        (first_of_get_att(&target["Arn"]) == Some(function), "starts something else"),
        (is_queue(template, queue) && target["RetryPolicy"].is_object(), "loses what cannot be brought"),
        (statements(template, &target["RoleArn"]) == starting(function, queue), "may do what it need not"),
        (schedule["FlexibleTimeWindow"]["Mode"] == "OFF", "comes when it likes"),
    ]
}

/// Whether the schedule stands behind the condition that its expression was given, which by default it is not.
fn is_made_on_request(template: &Template<'_>, name: &str, schedule: &Value) -> bool {
    let condition = template.resources()[name]["Condition"].as_str().unwrap_or_default();
    let given = json!({ "Fn::Not": [{ "Fn::Equals": [schedule["ScheduleExpression"], ""] }] });
    let parameter = schedule["ScheduleExpression"]["Ref"].as_str().unwrap_or_default();
    template.0["Conditions"][condition] == given && template.0["Parameters"][parameter]["Default"] == ""
}

fn is_queue(template: &Template<'_>, name: &str) -> bool {
    template.resources().get(name).is_some_and(|resource| resource["Type"] == "AWS::SQS::Queue")
}

fn statements(template: &Template<'_>, role: &Value) -> Vec<Value> {
    let role = first_of_get_att(role).and_then(|role| template.resources().get(role));
    let policies = role.and_then(|role| role["Properties"]["Policies"].as_array()).into_iter().flatten();
    policies.flat_map(|policy| policy["PolicyDocument"]["Statement"].as_array().cloned().unwrap_or_default()).collect()
}

fn sending(queue: &str) -> Value {
    json!({ "Effect": "Allow", "Action": "sqs:SendMessage", "Resource": { "Fn::GetAtt": [queue, "Arn"] } })
}

fn starting(function: &str, queue: &str) -> [Value; 2] {
    let invoke = json!({ "Effect": "Allow", "Action": "lambda:InvokeFunction", "Resource": { "Fn::GetAtt": [function, "Arn"] } });
    [invoke, sending(queue)]
}

fn may_send(template: &Template<'_>, role: &Value, queue: &str) -> bool {
    statements(template, role).contains(&sending(queue))
}

/// The input as the function gets it, read by the function's own code.
fn input(input: &Value) -> Result<(), String> {
    let text = input["Fn::Sub"].as_str().unwrap_or_default();
    if !text.contains("<aws.scheduler.scheduled-time>") {
        return Err("every occurrence is taken for one".to_owned());
    }
    let text = REPLACED.iter().fold(text.to_owned(), |text, (from, to)| text.replace(from, to));
    Occurrence::parse(&text).map(|_| ()).map_err(|error| error.detail())
}

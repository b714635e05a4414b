//! The stack: that it stands, and what its outputs and parameters name.

use std::collections::BTreeMap;

use aws_sdk_cloudformation::Client;
use aws_sdk_cloudformation::types::Stack;

use super::clock::{self, AnswerDate};
use super::report::{Finding, fail, ok, unseen, warn};
use crate::operator::aws::said;

/// The outputs of the template that `ringonce doctor` cannot do without.
pub const OUTPUTS: &[&str] = &[
    "Origin",
    "Table",
    "RequestOptin",
    "GrantToken",
    "SendNotification",
    "Console",
    "MessengerApi",
    "Deliver",
    "Statistics",
    "Sweep",
    "KeysSecret",
    "StreamFailures",
    "StatisticsFailures",
    "SweepFailures",
    "ScheduleFailures",
];

/// A deployment, by its stack.
#[derive(Debug, Default)]
pub(super) struct Deployment {
    values: BTreeMap<String, String>,
}

impl Deployment {
    /// What an output, or else a parameter of the stack holds.
    pub(super) fn value(&self, name: &str) -> Option<&str> {
        self.values.get(name).map(String::as_str).filter(|value| !value.is_empty())
    }

    /// Whether what protects data has to be on: everywhere but where the stack says that it is for tries.
    pub(super) fn is_production(&self) -> bool {
        self.value("Stage").is_none_or(|stage| stage.starts_with("prod"))
    }

    #[cfg(test)]
    pub(super) fn of(values: &[(&str, &str)]) -> Self {
        Self { values: values.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect() }
    }
}

/// Looks the stack up; without one there is nothing to be checked.
pub(super) async fn find(config: &aws_config::SdkConfig, name: &str) -> (Option<Deployment>, Vec<Finding>) {
    let date = AnswerDate::default();
    let call = Client::new(config).describe_stacks().stack_name(name).customize().interceptor(date.clone());
    let found = match call.send().await {
        Ok(found) => found.stacks.unwrap_or_default().into_iter().next(),
        Err(error) if said(&error).contains("does not exist") => None,
        Err(error) => return (None, vec![unseen(format!("stack {name}"), &error)]),
    };
    let Some(stack) = found else {
        let region = config.region().map(ToString::to_string).unwrap_or_default();
        let words = format!("there is none of this name in {region}: is it the region (AWS_REGION) and the account (AWS_PROFILE)?");
        return (None, vec![fail(format!("stack {name}"), words)]);
    };
    let deployment = deployment(&stack);
    let findings = [judge(name, &stack), named(&deployment), clock::judge(date.skew())];
    (Some(deployment), findings.into_iter().collect())
}

fn deployment(stack: &Stack) -> Deployment {
    let parameters = stack.parameters().iter().filter_map(|each| Some((each.parameter_key()?, each.parameter_value()?)));
    let outputs = stack.outputs().iter().filter_map(|each| Some((each.output_key()?, each.output_value()?)));
    // An output of a parameter's name is what came of it.
    Deployment { values: parameters.chain(outputs).map(|(name, value)| (name.to_owned(), value.to_owned())).collect() }
}

fn judge(name: &str, stack: &Stack) -> Finding {
    let status = stack.stack_status().map_or("of no known status", |status| status.as_str());
    let what = format!("stack {name}");
    let why = stack.stack_status_reason().map(|why| format!(" ({why})")).unwrap_or_default();
    match status {
        "CREATE_COMPLETE" | "UPDATE_COMPLETE" | "IMPORT_COMPLETE" => ok(what, status),
        "UPDATE_ROLLBACK_COMPLETE" => {
            warn(what, format!("{status}{why}: the last deployment failed, and the one before it runs. The stack's events say why"))
        }
        _ if status.ends_with("IN_PROGRESS") => warn(what, format!("{status}: wait until it is over, and look again")),
        _ => fail(what, format!("{status}{why}: the stack's events say why; deploy again when that is mended")),
    }
}

fn named(deployment: &Deployment) -> Finding {
    let missing: Vec<_> = OUTPUTS.iter().copied().filter(|name| deployment.value(name).is_none()).collect();
    if missing.is_empty() {
        return ok("outputs", "the stack names all that is looked at");
    }
    let words = format!("the stack does not name {}: what they are for is not looked at. Deploy the present template", missing.join(", "));
    warn("outputs", words)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::operator::doctor::report::Level;
    use aws_sdk_cloudformation::types::{Output, Parameter, StackStatus};

    fn stack(status: StackStatus) -> Stack {
        Stack::builder()
            .stack_name("ringonce")
            .creation_time(aws_sdk_dynamodb::primitives::DateTime::from_secs(0))
            .stack_status(status)
            .build()
    }

    #[test]
    fn a_stack_is_well_when_its_last_deployment_was() {
        for (status, level) in [
            (StackStatus::CreateComplete, Level::Ok),
            (StackStatus::UpdateComplete, Level::Ok),
            (StackStatus::UpdateInProgress, Level::Warn),
            (StackStatus::UpdateRollbackComplete, Level::Warn),
            (StackStatus::RollbackComplete, Level::Fail),
            (StackStatus::UpdateRollbackFailed, Level::Fail),
            (StackStatus::DeleteFailed, Level::Fail),
        ] {
            assert_eq!(judge("ringonce", &stack(status.clone())).level, level, "{status:?}");
        }
    }

    #[test]
    fn an_output_goes_before_a_parameter_and_what_is_empty_is_not_there() {
        let parameter = |name: &str, value: &str| Parameter::builder().parameter_key(name).parameter_value(value).build();
        let output = Output::builder().output_key("Origin").output_value("https://api.example").build();
        let stack = Stack::builder().parameters(parameter("Origin", "")).parameters(parameter("MailFrom", "")).outputs(output).build();
        let deployment = deployment(&stack);
        assert_eq!((deployment.value("Origin"), deployment.value("MailFrom")), (Some("https://api.example"), None));
        let named = named(&deployment);
        assert!(named.level == Level::Warn && named.words.contains("Table") && !named.words.contains("Origin"), "{named:?}");
    }

    #[test]
    fn a_deployment_is_for_production_unless_it_says_otherwise() {
        for (stage, is) in [("prod", true), ("production", true), ("", true), ("dev", false), ("staging", false)] {
            assert_eq!(Deployment::of(&[("Stage", stage)]).is_production(), is, "{stage}");
        }
    }
}

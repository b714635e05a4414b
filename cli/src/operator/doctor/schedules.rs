//! The schedules that drive the sweep.

use aws_sdk_eventbridge::Client;
use aws_sdk_eventbridge::types::RuleState;

use super::report::{Finding, fail, ok, unseen};
use super::stack::Deployment;

/// A schedule of the sweep.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Schedule {
    name: String,
    expression: String,
    is_on: bool,
}

/// Looks at the rules whose target is the sweep.
pub(super) async fn check(config: &aws_config::SdkConfig, deployment: &Deployment) -> Vec<Finding> {
    let Some(sweep) = deployment.value("Sweep") else {
        return Vec::new();
    };
    let client = Client::new(config);
    let names = match client.list_rule_names_by_target().target_arn(sweep).send().await {
        Ok(answer) => answer.rule_names.unwrap_or_default(),
        Err(error) => return vec![unseen("schedules", &error)],
    };
    let mut schedules = Vec::new();
    for name in names {
        match client.describe_rule().name(&name).send().await {
            Ok(rule) => schedules.push(Schedule {
                is_on: rule.state().is_some_and(|state| *state != RuleState::Disabled),
                expression: rule.schedule_expression.unwrap_or_default(),
                name,
            }),
            Err(error) => return vec![unseen(format!("schedule {name}"), &error)],
        }
    }
    judge(&schedules)
}

fn judge(schedules: &[Schedule]) -> Vec<Finding> {
    let of = |what: &str, is_it: fn(&str) -> bool, without: &str| {
        let all: Vec<_> = schedules.iter().filter(|schedule| is_it(&schedule.expression)).collect();
        match (all.iter().find(|schedule| schedule.is_on), all.first()) {
            (Some(on), _) => ok(what, format!("on, {}", on.expression)),
            (None, Some(off)) => fail(what, format!("the rule {} is off: {without}. Enable it", off.name)),
            (None, None) => fail(what, format!("no rule calls the function Sweep: {without}. Deploy the template")),
        }
    };
    vec![
        of("schedule of each minute", |each| each == "rate(1 minute)", "nothing that is due is taken up"),
        of("schedule of each night", |each| each.starts_with("cron("), "what the stream has missed is not looked for"),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::operator::doctor::report::Level;

    #[test]
    fn both_schedules_are_there_and_on_or_it_is_said_what_that_means() {
        let schedule = |expression: &str, is_on| Schedule { name: "rule-1".to_owned(), expression: expression.to_owned(), is_on };
        let levels = |schedules: &[Schedule]| judge(schedules).iter().map(|finding| finding.level).collect::<Vec<_>>();
        let (minute, night) = (schedule("rate(1 minute)", true), schedule("cron(23 2 * * ? *)", true));
        assert_eq!(levels(&[minute.clone(), night.clone()]), [Level::Ok, Level::Ok]);
        assert_eq!(levels(&[minute]), [Level::Ok, Level::Fail]);
        let off = judge(&[schedule("rate(1 minute)", false), night]);
        assert!(off[0].level == Level::Fail && off[0].words.contains("rule-1 is off"), "{off:?}");
        assert!(judge(&[])[0].words.contains("no rule"));
    }
}

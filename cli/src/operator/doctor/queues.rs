//! The queues that keep what failed.

use aws_sdk_sqs::Client;
use aws_sdk_sqs::types::QueueAttributeName::{ApproximateNumberOfMessages, ApproximateNumberOfMessagesNotVisible};

use super::report::{Finding, ok, unseen, warn};
use super::stack::Deployment;

/// The queues by their outputs, and what stands in them.
const QUEUES: &[(&str, &str)] = &[
    ("StreamFailures", "changes that could not be delivered"),
    ("StatisticsFailures", "changes that could not be counted"),
    ("SweepFailures", "sweeps that could not be run"),
    ("ScheduleFailures", "what schedules could not start"),
];

/// Looks at how much stands in each queue.
pub(super) async fn check(config: &aws_config::SdkConfig, deployment: &Deployment) -> Vec<Finding> {
    let client = Client::new(config);
    let mut findings = Vec::new();
    for (name, holds) in QUEUES {
        let Some(url) = deployment.value(name) else { continue };
        let call = client.get_queue_attributes().queue_url(url).attribute_names(ApproximateNumberOfMessages);
        let what = format!("queue {name}");
        findings.push(match call.attribute_names(ApproximateNumberOfMessagesNotVisible).send().await {
            Ok(answer) => {
                let of = |name| answer.attributes().and_then(|each| each.get(&name)?.parse::<u64>().ok()).unwrap_or_default();
                judge(&what, holds, of(ApproximateNumberOfMessages) + of(ApproximateNumberOfMessagesNotVisible))
            }
            Err(error) => unseen(what, &error),
        });
    }
    findings
}

fn judge(what: &str, holds: &str, messages: u64) -> Finding {
    match messages {
        0 => ok(what, "empty"),
        _ => warn(what, format!("about {messages} messages: {holds}. docs/runbook.md says what to do with them")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::operator::doctor::report::Level;

    #[test]
    fn what_stands_in_a_queue_is_worth_a_look() {
        assert_eq!(judge("queue", "sweeps", 0).level, Level::Ok);
        let finding = judge("queue", "sweeps that could not be run", 3);
        assert!(finding.level == Level::Warn && finding.words.contains("about 3 messages: sweeps"), "{finding:?}");
    }
}

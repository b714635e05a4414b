//! The table's stream, on its way to the functions.

use aws_sdk_lambda::Client;
use aws_sdk_lambda::types::{EventSourceMappingConfiguration, FunctionResponseType};

use super::report::{Finding, fail, ok, sum, unseen, warn};
use super::stack::Deployment;

/// Looks at the mappings of the functions that the stream drives.
pub(super) async fn check(config: &aws_config::SdkConfig, deployment: &Deployment, stream: Option<&str>) -> Vec<Finding> {
    let client = Client::new(config);
    let mut findings = Vec::new();
    for name in ["Deliver", "Statistics"] {
        let Some(arn) = deployment.value(name) else { continue };
        let what = format!("stream to {name}");
        findings.push(match client.list_event_source_mappings().function_name(arn).send().await {
            Ok(answer) => judge(&what, answer.event_source_mappings(), stream),
            Err(error) => unseen(what, &error),
        });
    }
    findings
}

fn judge(what: &str, mappings: &[EventSourceMappingConfiguration], stream: Option<&str>) -> Finding {
    let of_table = |each: &&EventSourceMappingConfiguration| stream.is_none_or(|stream| each.event_source_arn() == Some(stream));
    let Some(mapping) = mappings.iter().find(of_table) else {
        let words = match mappings {
            [] => "there is no mapping: nothing that is written is brought. Deploy the template",
            _ => "no mapping is of this table's stream: nothing that is written is brought. Deploy the template",
        };
        return fail(what, words);
    };
    let mut wrong = Vec::new();
    match mapping.state().unwrap_or_default() {
        "Enabled" => {}
        state @ ("Creating" | "Enabling" | "Updating") => return warn(what, format!("{state}: wait, and look again")),
        state => {
            let why = mapping.state_transition_reason().unwrap_or("no reason is given");
            wrong.push(format!("it is {state} ({why}): what is written waits, and is lost after 24 hours. Enable it"));
        }
    }
    if !mapping.function_response_types().contains(&FunctionResponseType::ReportBatchItemFailures) {
        wrong.push("it has no ReportBatchItemFailures: what failed is taken for done. Deploy the template".to_owned());
    }
    if let Some(problem) = mapping.last_processing_result().filter(|last| last.starts_with("PROBLEM")) {
        wrong.push(format!("it said last: {problem}. The function's log says why"));
    }
    if wrong.is_empty() { ok(what, mapping.last_processing_result().unwrap_or("enabled")) } else { sum(what, wrong, "") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::operator::doctor::report::Level;
    use aws_sdk_lambda::types::builders::EventSourceMappingConfigurationBuilder;

    const STREAM: &str = "arn:aws:dynamodb:eu-central-1:1:table/ringonce/stream/2026";

    fn mapping() -> EventSourceMappingConfigurationBuilder {
        let response = FunctionResponseType::ReportBatchItemFailures;
        EventSourceMappingConfiguration::builder().event_source_arn(STREAM).state("Enabled").function_response_types(response)
    }

    #[test]
    fn a_mapping_of_the_tables_stream_that_is_enabled_is_well_and_what_differs_is_named() {
        let judged = |mapping: EventSourceMappingConfigurationBuilder| judge("stream", &[mapping.build()], Some(STREAM));
        assert_eq!(judged(mapping()), ok("stream", "enabled"));
        assert_eq!(judged(mapping().last_processing_result("OK")).level, Level::Ok);
        assert_eq!(judged(mapping().state("Enabling")).level, Level::Warn);
        for (changed, says) in [
            (mapping().state("Disabled").state_transition_reason("User action"), "User action"),
            (mapping().set_function_response_types(None), "ReportBatchItemFailures"),
            (mapping().last_processing_result("PROBLEM: Function call failed"), "Function call failed"),
            (mapping().event_source_arn("arn:of:another"), "of this table's stream"),
        ] {
            let finding = judged(changed);
            assert!(finding.level == Level::Fail && finding.words.contains(says), "{finding:?}");
        }
        assert!(judge("stream", &[], Some(STREAM)).words.contains("no mapping"));
        assert_eq!(judge("stream", &[mapping().build()], None).level, Level::Ok, "where the stream could not be looked up");
    }
}

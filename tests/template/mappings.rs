//! How the table's stream is brought to functions: each mapping as the code needs it.

use std::collections::BTreeMap;

use ringonce_cli::local::pump::Mapping;
use serde_json::{Value, json};

use crate::code::Code;
use crate::findings::{Template, first_of_get_att};

/// What is wrong with the stream's mappings.
pub(crate) fn stream(template: &Template<'_>, _: &Code) -> Vec<String> {
    let mut found = Vec::new();
    let mut missing = Mapping::ALL.to_vec();
    let functions: BTreeMap<_, _> = template.functions().into_iter().map(|(folder, (resource, _))| (resource.clone(), folder)).collect();
    for (name, properties) in template.events("DynamoDB") {
        let folder = name.split('.').next().and_then(|resource| functions.get(resource));
        let Some(mapping) = Mapping::ALL.into_iter().find(|mapping| folder.is_some_and(|folder| folder == mapping.function())) else {
            found.push(format!("stream: {name} is none of `ringonce dev`"));
            continue;
        };
        missing.retain(|other| *other != mapping);
        let mut rules = mapping_rules(template, properties, mapping);
        match mapping {
            Mapping::Deliver => {
                let sks = json!([{ "prefix": "O#" }, "P", "R"]);
                rules.push((passes_only(properties, &sks), "is not brought exactly what something follows from"));
            }
            Mapping::Statistics => rules.extend(counting_rules(properties)),
        }
        found.extend(rules.iter().filter(|(holds, _)| !holds).map(|(_, what)| format!("stream: {name} {what}")));
    }
    found.extend(missing.iter().map(|mapping| format!("stream: nothing brings it to {}", mapping.function())));
    found
}

type Rule = (bool, &'static str);

fn mapping_rules(template: &Template<'_>, mapping: &Value, size: Mapping) -> Vec<Rule> {
    let queue = first_of_get_att(&mapping["DestinationConfig"]["OnFailure"]["Destination"]).unwrap_or_default();
    vec![
        (first_of_get_att(&mapping["Stream"]) == Some("Table"), "is not the table's"),
        (mapping["FunctionResponseTypes"] == json!(["ReportBatchItemFailures"]), "repeats whole batches"),
        (mapping["BisectBatchOnFunctionError"] == true, "lets one record hold up its batch"),
        (mapping["StartingPosition"] == "TRIM_HORIZON", "skips what was written before it"),
        (mapping["BatchSize"] == size.batch(), "has another batch than `ringonce dev`"),
        (mapping["ParallelizationFactor"] == size.lanes(), "has another number of lanes than `ringonce dev`"),
        (template.resources().get(queue).is_some_and(|queue| queue["Type"] == "AWS::SQS::Queue"), "loses what fails for good"),
    ]
}

/// Whether the mapping's one filter passes only items of these sort keys.
fn passes_only(mapping: &Value, sks: &Value) -> bool {
    let expected = json!({ "dynamodb": { "Keys": { "sk": { "S": sks } } } });
    let pattern = |filter: &Value| filter["Pattern"].as_str().and_then(|pattern| serde_json::from_str::<Value>(pattern).ok());
    let filters = mapping["FilterCriteria"]["Filters"].as_array();
    filters.is_some_and(|filters| matches!(filters.as_slice(), [filter] if pattern(filter) == Some(expected)))
}

/// Seconds after which a mark that says how far a shard was counted may be gone.
const MARK_SECONDS: u64 = ringonce_domain::demand::MARK_KEPT.as_secs();

/// What only counting asks of its mapping.
fn counting_rules(mapping: &Value) -> [Rule; 3] {
    [
        (mapping["TumblingWindowInSeconds"].as_u64().is_some_and(|seconds| seconds > 0), "has no window, and so names no shard"),
        (passes_only(mapping, &json!([{ "prefix": "O#" }, "P"])), "is not brought exactly what is counted"),
        (
            mapping["MaximumRecordAgeInSeconds"].as_u64().is_some_and(|seconds| seconds < MARK_SECONDS / 2),
            "brings again what marks may have forgotten",
        ),
    ]
}

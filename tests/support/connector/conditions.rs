//! Conditions on their way to the table: which there are is written down, and one of them can be put in place of another,
//! for `make mutants`, which looks whether a test notices.

use std::collections::BTreeSet;
use std::io::Write;
use std::sync::{LazyLock, Mutex};

use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_types::body::SdkBody;
use serde_json::Value;

/// The file that every condition is added to, a line each.
static RECORD: LazyLock<Option<String>> = LazyLock::new(|| std::env::var("RINGONCE_RECORD_CONDITIONS").ok());
/// A condition, and what stands in for it.
static MUTANT: LazyLock<Option<(String, String)>> =
    LazyLock::new(|| Some((std::env::var("RINGONCE_CONDITION").ok()?, std::env::var("RINGONCE_MUTANT").ok()?)));
static SEEN: Mutex<BTreeSet<String>> = Mutex::new(BTreeSet::new());

/// The request as it goes on.
pub(super) fn pass(mut request: HttpRequest) -> HttpRequest {
    if RECORD.is_none() && MUTANT.is_none() {
        return request;
    }
    let Some(mut body) = request.body().bytes().and_then(|bytes| serde_json::from_slice::<Value>(bytes).ok()) else {
        return request;
    };
    if visit(&mut body) {
        let text = body.to_string();
        request.headers_mut().insert("content-length", text.len().to_string());
        *request.body_mut() = SdkBody::from(text);
    }
    request
}

/// Looks at each condition in it; whether one was changed.
fn visit(value: &mut Value) -> bool {
    match value {
        Value::Object(fields) => fields.iter_mut().fold(false, |changed, (name, value)| match value {
            Value::String(condition) if name == "ConditionExpression" => replaced(condition) || changed,
            value => visit(value) || changed,
        }),
        Value::Array(values) => values.iter_mut().filter_map(|value| visit(value).then_some(())).count() > 0,
        _ => false,
    }
}

fn replaced(condition: &mut String) -> bool {
    if let Some(path) = RECORD.as_ref()
        && SEEN.lock().unwrap().insert(condition.clone())
    {
        let mut file = std::fs::OpenOptions::new().create(true).append(true).open(path).unwrap();
        writeln!(file, "{condition}").unwrap();
    }
    match MUTANT.as_ref() {
        Some((original, mutant)) if original == condition => {
            condition.clone_from(mutant);
            true
        }
        _ => false,
    }
}

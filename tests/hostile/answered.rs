//! What a function may make of an event.

use ringonce_tests::answers;
use ringonce_tests::lambda::runtime_api::Outcome;
use serde_json::Value;

/// The kind of what is no event of the function's, and fails its invocation with a reason.
pub(crate) const REFUSED: &str = "refused";

/// The kind of an outcome.
///
/// # Errors
/// What is wrong with it.
pub(crate) fn kind(function: &str, outcome: Outcome) -> Result<String, String> {
    match (outcome, function) {
        (Err(error), _) => refused(&error),
        (Ok(answer), "deliver" | "statistics") => batch(&answer),
        (Ok(answer), "sweep") => swept(&answer),
        (Ok(answer), "send-notification") if answer["statusCode"].is_null() => Err(format!("carried out: {answer}")),
        (Ok(answer), _) => http(&answer),
    }
}

/// Lambda's report of an error. The runtime makes one of a panic too, where a panic does not end the process.
fn refused(error: &Value) -> Result<String, String> {
    let text = |field: &str| error[field].as_str().unwrap_or_default();
    let (kind, message) = (text("errorType"), text("errorMessage"));
    let panicked = [kind, message].iter().any(|text| text.to_ascii_lowercase().contains("panic"));
    if kind.is_empty() || message.is_empty() || panicked { Err(error.to_string()) } else { Ok(REFUSED.to_owned()) }
}

/// An answer for the gateway.
fn http(answer: &Value) -> Result<String, String> {
    let status = answer["statusCode"].as_u64().and_then(|status| u16::try_from(status).ok());
    let content_type =
        [&answer["headers"]["content-type"], &answer["multiValueHeaders"]["content-type"][0]].into_iter().find_map(Value::as_str);
    let body = answer["body"].as_str().unwrap_or_default();
    let (Some(status), Some(false)) = (status, answer["isBase64Encoded"].as_bool()) else {
        return Err(format!("no answer for the gateway: {answer}"));
    };
    answers::described(status, content_type.unwrap_or_default(), body)
}

/// An answer for a mapping of the stream: each failure names a record.
fn batch(answer: &Value) -> Result<String, String> {
    let failures = answer["batchItemFailures"].as_array().ok_or_else(|| format!("no answer for a mapping: {answer}"))?;
    Ok(if failures.is_empty() { "taken" } else { "to be brought again" }.to_owned())
}

fn swept(answer: &Value) -> Result<String, String> {
    let is_count = |field: &str| answer[field].is_u64();
    if is_count("taken") && answer["failed"] == 0 { Ok("swept".to_owned()) } else { Err(format!("no sweep: {answer}")) }
}

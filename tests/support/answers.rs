//! What a well-formed answer is, whatever was asked.

use serde_json::Value;

/// What an answer is, in a word or two, such as `404 not-found`.
///
/// # Errors
/// What is wrong with it. An internal error is wrong: it is what nobody has thought of.
pub fn described(status: u16, content_type: &str, body: &str) -> Result<String, String> {
    let wrong = |what: &str| Err(format!("{what}: {status} {content_type} {body}"));
    let kind = content_type.split(';').next().unwrap_or_default().trim();
    match (status, kind) {
        (500, _) => wrong("an internal error"),
        (200..=399, "application/json") if !is_json(body) => wrong("no JSON"),
        (200..=599, "text/html") if !body.starts_with("<!doctype html>") => wrong("no page"),
        (200..=399, _) => Ok(status.to_string()),
        (400..=599, "text/html") => Ok(format!("{status} page")),
        (400..=599, "application/problem+json") => problem(status, body).or_else(|why| wrong(&why)),
        (400..=599, "application/json") => graph_error(status, body).or_else(|why| wrong(&why)),
        _ => wrong("an answer of no kind"),
    }
}

fn is_json(body: &str) -> bool {
    serde_json::from_str::<Value>(body).is_ok()
}

/// A problem document (RFC 9457), with the fields that ours have.
fn problem(status: u16, body: &str) -> Result<String, String> {
    let problem: Value = serde_json::from_str(body).map_err(|error| error.to_string())?;
    let code = problem["code"].as_str().unwrap_or_default();
    let texts = ["title", "detail", "request_id"].iter().all(|field| problem[field].as_str().is_some_and(|text| !text.is_empty()));
    match problem["type"] == *format!("urn:ringonce:problem:{code}") && problem["status"] == status && !code.is_empty() && texts {
        true => Ok(format!("{status} {code}")),
        false => Err("no problem document".to_owned()),
    }
}

/// An error of the Graph API.
fn graph_error(status: u16, body: &str) -> Result<String, String> {
    let answer: Value = serde_json::from_str(body).map_err(|error| error.to_string())?;
    let error = &answer["error"];
    let texts = ["message", "type", "fbtrace_id"].iter().all(|field| error[field].as_str().is_some_and(|text| !text.is_empty()));
    match error["code"].as_u64().filter(|_| texts) {
        Some(code) => Ok(format!("{status} #{code}")),
        None => Err("no error of the Graph API".to_owned()),
    }
}

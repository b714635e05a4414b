//! The types beside `openapi.json`: a field that the API has and a type has not would be lost unseen.

use ringonce_client::types::{
    Address, Asked, Business, Days, Demand, Eligibility, Erased, Export, Notification, Notified, Optin, OptinList, Release, ReleaseList,
    Replayed, Started, Tested, Topics, Waiting, WebhookHealth,
};
use ringonce_client::{Error, Problem};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};

fn description() -> Value {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../../openapi.json");
    serde_json::from_str(&std::fs::read_to_string(file).expect("openapi.json")).expect("JSON")
}

/// A value of a schema that holds everything which one can hold.
fn full(api: &Value, schema: &Value) -> Value {
    if let Some(reference) = schema["$ref"].as_str() {
        return full(api, api.pointer(reference.trim_start_matches('#')).expect("a schema"));
    }
    if let Some(parts) = schema["allOf"].as_array() {
        let objects = parts.iter().map(|part| full(api, part)).filter_map(|part| part.as_object().cloned());
        return Value::Object(objects.flatten().collect());
    }
    if let Some(choices) = schema["oneOf"].as_array().or_else(|| schema["anyOf"].as_array()) {
        return full(api, choices.iter().find(|choice| choice["type"] != "null").expect("a choice"));
    }
    if let Some(word) = schema["enum"].get(0).or_else(|| schema.get("const")) {
        return word.clone();
    }
    let kind = schema["type"]
        .as_str()
        .or_else(|| schema["type"].as_array().and_then(|kinds| kinds.iter().filter_map(Value::as_str).find(|kind| *kind != "null")));
    match kind.expect("a type") {
        "string" if schema["format"] == "date-time" => json!("2026-11-28T07:00:00.25Z"),
        "string" => json!("text"),
        "integer" => json!(7),
        "number" => json!(1.5),
        "boolean" => json!(true),
        "array" => json!([full(api, &schema["items"])]),
        "object" => {
            let named = schema["properties"].as_object().into_iter().flatten().map(|(name, schema)| (name.clone(), full(api, schema)));
            let further =
                schema["additionalProperties"].as_object().map(|_| ("further".to_owned(), full(api, &schema["additionalProperties"])));
            Value::Object(named.chain(further).collect::<Map<_, _>>())
        }
        other => panic!("no `{other}` is known"),
    }
}

/// What a call answers when it succeeds.
fn answer(api: &Value, method: &str, path: &str) -> Value {
    let responses = api["paths"][path][method]["responses"].as_object().unwrap_or_else(|| panic!("no {method} {path}"));
    let (_, response) = responses.iter().find(|(status, _)| status.starts_with('2')).expect("a success");
    full(api, &response["content"]["application/json"]["schema"])
}

fn holds<T: DeserializeOwned + Serialize>(value: &Value) -> Result<(), String> {
    let read: T = serde_json::from_value(value.clone()).map_err(|error| format!("{error} in {value}"))?;
    let written = serde_json::to_value(read).map_err(|error| error.to_string())?;
    if written == *value { Ok(()) } else { Err(format!("{value}\nis read as\n{written}")) }
}

#[test]
fn every_field_that_the_api_answers_is_known() {
    let api = description();
    type Holds = fn(&Value) -> Result<(), String>;
    let calls: [(&str, &str, Holds); 25] = [
        ("post", "/v1/optins", holds::<Asked>),
        ("get", "/v1/optins/{id}", holds::<Optin>),
        ("post", "/v1/optins/{id}/revoke", holds::<Optin>),
        ("post", "/v1/tokens/find", holds::<Optin>),
        ("get", "/v1/users/{user}/eligibility", holds::<Eligibility>),
        ("get", "/v1/users/{user}/optins", holds::<OptinList>),
        ("get", "/v1/users/{user}/export", holds::<Export>),
        ("delete", "/v1/users/{user}", holds::<Erased>),
        ("put", "/v1/users/{user}/address", holds::<Address>),
        ("post", "/v1/notifications", holds::<Notified>),
        ("get", "/v1/notifications/{id}", holds::<Notification>),
        ("patch", "/v1/notifications/{id}", holds::<Notification>),
        ("delete", "/v1/notifications/{id}", holds::<Notification>),
        ("post", "/v1/topics/{topic}/releases", holds::<Started>),
        ("get", "/v1/releases", holds::<ReleaseList>),
        ("get", "/v1/releases/{id}", holds::<Release>),
        ("delete", "/v1/releases/{id}", holds::<Release>),
        ("get", "/v1/topics", holds::<Topics>),
        ("get", "/v1/topics/{topic}", holds::<Demand>),
        ("get", "/v1/topics/{topic}/waiting", holds::<Waiting>),
        ("get", "/v1/business", holds::<Business>),
        ("get", "/v1/days", holds::<Days>),
        ("get", "/v1/webhook", holds::<WebhookHealth>),
        ("post", "/v1/webhook/test", holds::<Tested>),
        ("post", "/v1/webhook/replay", holds::<Replayed>),
    ];
    for (method, path, holds) in calls {
        if let Err(lost) = holds(&answer(&api, method, path)) {
            panic!("{method} {path}: {lost}");
        }
    }
    let ours = calls.iter().map(|(method, path, _)| format!("{method} {path}"));
    let ours: Vec<_> = ours.chain(["post /v1/webhook/enable".to_owned(), "options /v1/optins".to_owned()]).collect();
    for (path, methods) in api["paths"].as_object().expect("paths").iter().filter(|(path, _)| path.starts_with("/v1/")) {
        for method in methods.as_object().expect("methods").keys().filter(|name| *name != "parameters") {
            assert!(ours.contains(&format!("{method} {path}")), "the client has no call for {method} {path}");
        }
    }
}

#[test]
fn a_problem_document_is_read_whole() {
    let api = description();
    let problem = full(&api, &api["components"]["schemas"]["Problem"]);
    let read: Problem = serde_json::from_value(problem).expect("a problem");
    let words = [&read.code, &read.title, &read.detail, &read.request_id];
    assert!(words.iter().all(|word| *word == "text") && read.status == 7 && read.retry_after == Some(7), "{read:?}");
    assert_eq!((read.cap.as_deref(), read.field.as_deref()), (Some("text"), Some("text")));
    assert_eq!(Error::from(read).code(), Some("text"));
}

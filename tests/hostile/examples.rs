//! The events.

use std::path::{Path, PathBuf};

use ringonce_tests::{json, root, tools};
use serde_json::{Value, json};

/// An event, and what to call it.
pub(crate) struct Example {
    pub(crate) name: String,
    pub(crate) event: String,
}

/// Whether it is a whole call of an HTTP API (2.0) or a REST API (1.0), which every function behind one answers.
pub(crate) fn is_call(name: &str) -> bool {
    let kinds = ["example-apigw-request", "example-apigw-v2-request", "example-apigw-sam", "http_api_2_0", "rest_api_1_0"];
    kinds.iter().any(|kind| name.starts_with(kind))
}

/// Every example that comes with the crate whose types the functions read events with.
pub(crate) fn of_aws() -> Vec<Example> {
    within(&crate_folder("aws_lambda_events").join("src/fixtures"))
}

/// The events that this repository has recorded.
pub(crate) fn recorded() -> Vec<Example> {
    within(&root().join("tests/packaged/events"))
}

fn crate_folder(name: &str) -> PathBuf {
    let metadata = tools::run("cargo", &["metadata", "--format-version", "1", "--locked"]).unwrap();
    let metadata: Value = serde_json::from_str(&metadata).unwrap();
    let package = metadata["packages"].as_array().unwrap().iter().find(|package| package["name"] == name).unwrap();
    Path::new(package["manifest_path"].as_str().unwrap()).parent().unwrap().to_owned()
}

fn within(folder: &Path) -> Vec<Example> {
    let files = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut files: Vec<_> = files.filter(|path| path.extension().is_some_and(|extension| extension == "json")).collect();
    files.sort();
    let read = |path: &PathBuf| Example {
        name: path.file_name().unwrap().to_string_lossy().into_owned(),
        event: std::fs::read_to_string(path).unwrap(),
    };
    files.iter().map(read).collect()
}

/// What nobody has recorded: JSON of every kind, and a call of each kind of API with one of its values made another.
pub(crate) fn worse() -> Vec<Example> {
    let deep = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
    let texts = ["null", "true", "0", "-1e400", "18446744073709551616", "\"\"", "[]", "{}", "[[]]", "{\"\":{}}", "{\"Records\":null}"];
    let mut all: Vec<_> = texts.iter().map(|text| Example { name: (*text).to_owned(), event: (*text).to_owned() }).collect();
    all.push(Example { name: "deep".to_owned(), event: deep(100) });
    all.push(Example { name: "deeper".to_owned(), event: deep(100_000) });
    all.push(Example { name: "named twice".to_owned(), event: r#"{"Records":[],"Records":[{}],"version":"2.0","version":2}"#.to_owned() });
    all.push(Example { name: "large".to_owned(), event: json!({ "Records": [], "body": "x".repeat(6_000_000) }).to_string() });
    for Example { name, event } in recorded() {
        let event: Value = serde_json::from_str(&event).unwrap();
        all.extend(changed(&event).into_iter().map(|(place, event)| Example { name: format!("a {name} with another {place}"), event }));
    }
    all
}

/// What stands in a value's place.
const STRANGERS: [&str; 4] = ["null", "\"\"", "[]", "\"\\u0000 <\\\"%zz\""];

/// An event with each of its values changed, one at a time.
fn changed(event: &Value) -> Vec<(String, String)> {
    let change = |place: &String, stranger: &str| {
        let mut changed = event.clone();
        *changed.pointer_mut(place).unwrap() = serde_json::from_str(stranger).unwrap();
        (format!("{place}: {stranger}"), changed.to_string())
    };
    json::places(event).iter().flat_map(|place| STRANGERS.iter().map(move |stranger| change(place, stranger))).collect()
}

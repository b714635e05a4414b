//! `openapi.json`: that it is what the code says, and that the code does what it says.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails by panicking")]

use std::collections::BTreeSet;
use std::process::Command;

use ringonce_tests::description;
use ringonce_tests::http;
use ringonce_tests::root;
use ringonce_tests::world::World;
use serde_json::Value;

fn committed() -> Value {
    serde_json::from_str(&std::fs::read_to_string(description::file()).unwrap()).unwrap()
}

#[test]
fn the_committed_description_is_what_the_code_says() {
    let committed = std::fs::read_to_string(description::file()).unwrap();
    assert!(committed == description::text(), "openapi.json is behind the code: run `make openapi`");
}

#[test]
fn no_route_is_undocumented_and_none_is_documented_that_is_not_served() {
    let document = committed();
    let mut documented = BTreeSet::new();
    for (path, operations) in document["paths"].as_object().unwrap() {
        documented.extend(operations.as_object().unwrap().keys().map(|method| (method.to_uppercase(), path.clone())));
    }
    let served = description::routes().into_iter().map(|(method, path)| (method.to_owned(), path.to_owned())).collect();
    assert_eq!(documented, served);
}

/// A path with something in the place of its parameter; of files, with one that there is.
fn filled(path: &str) -> String {
    let segment = |segment: &str| {
        match segment {
            "{file}" => "console.js",
            parameter if parameter.starts_with('{') => "x",
            _ => segment,
        }
        .to_owned()
    };
    path.split('/').map(segment).collect::<Vec<_>>().join("/")
}

#[tokio::test(flavor = "multi_thread")]
async fn every_documented_route_is_answered_by_its_function() {
    let world = World::start().await;
    for (method, path) in description::routes() {
        let url = format!("{}{}", world.api, filled(path));
        let answer = http::send(method, &url, &[], "").await;
        // A code that is none is not found either, but by the function: it says so in other words.
        let nobodys = answer.status == 405 || (answer.status == 404 && answer.body.contains("There is nothing here"));
        assert!(!nobodys, "{method} {path}: {} {}", answer.status, answer.body);
        assert_eq!(http::send("TRACE", &url, &[], "").await.status, 405, "TRACE {path}");
    }
    let served = http::send("GET", &format!("{}/openapi.json", world.api), &[], "").await;
    assert_eq!((served.status.as_u16(), served.json()), (200, committed()));
}

#[test]
fn the_linter_finds_nothing() {
    let linted = Command::new("scripts/with-tools")
        .args(["redocly", "lint", "--config", "scripts/tools/redocly.yaml", "openapi.json"])
        .current_dir(root())
        .output()
        .unwrap();
    let said = format!("{}{}", String::from_utf8_lossy(&linted.stdout), String::from_utf8_lossy(&linted.stderr));
    assert!(linted.status.success() && !said.contains("Warning was generated"), "{said}");
}

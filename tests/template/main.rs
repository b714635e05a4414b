//! `template.yaml` against the code: what the linters cannot know. And broken copies of it, each of which is caught.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails by panicking")]

mod alarms;
mod broken;
mod broken_options;
mod code;
mod findings;
mod fronts;
mod mappings;
mod occurrences;
mod options;
mod packages;
mod permissions;

use std::collections::BTreeSet;

use code::Code;
use findings::findings;
use ringonce_tests::{root, tools};

#[tokio::test(flavor = "multi_thread")]
async fn the_template_deploys_what_the_code_is() {
    let found = findings(&tools::template(), &Code::read().await);
    assert!(found.is_empty(), "{found:#?}");
}

#[test]
fn the_linters_find_nothing_before_and_after_sams_translation() {
    let checked = tools::check_template(&root().join("template.yaml"));
    assert!(checked.is_ok(), "{}", checked.unwrap_err());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_local_router_sends_each_path_where_it_is_deployed() {
    let manifest = std::fs::read_to_string(root().join("Cargo.toml")).unwrap();
    let router = manifest.split("[workspace.metadata.lambda.watch.router]\n").nth(1).unwrap();
    let local: BTreeSet<_> = router.lines().map(|line| line.replace('"', "")).collect();
    let code = Code::read().await;
    let mut functions = code.functions;
    // The router has no `$default`.
    functions.insert("messenger-api".to_owned(), messenger_api::PATHS.iter().map(|&path| path.to_owned()).collect());
    let coded = functions.iter().flat_map(|(function, paths)| paths.iter().map(move |path| format!("{path} = {function}")));
    assert_eq!(local, coded.collect());
}

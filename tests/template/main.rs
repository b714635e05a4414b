//! `template.yaml` against the code: what the linters cannot know. And broken copies of it, each of which is caught.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails by panicking")]

mod broken;
mod code;
mod findings;
mod tools;

use code::Code;
use findings::findings;

#[tokio::test(flavor = "multi_thread")]
async fn the_template_deploys_what_the_code_is() {
    let found = findings(&tools::template(), &Code::read().await);
    assert!(found.is_empty(), "{found:#?}");
}

#[test]
fn the_linters_find_nothing_before_and_after_sams_translation() {
    let checked = tools::check(&tools::root().join("template.yaml"));
    assert!(checked.is_ok(), "{}", checked.unwrap_err());
}

#[test]
fn one_variable_sets_the_architecture_of_functions_and_builds() {
    for architecture in ["x86_64", "arm64"] {
        let planned = tools::make(&["--dry-run", "deploy", &format!("ARCH={architecture}")]);
        assert!(planned.contains(&format!("scripts/package {architecture}")), "{planned}");
        assert!(planned.contains(&format!("Architecture={architecture}")), "{planned}");
    }
}

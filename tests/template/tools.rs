//! The tools that the template is read and checked with.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

/// What a command of the workspace prints; its complaint when it fails.
fn run(program: &str, arguments: &[&str]) -> Result<String, String> {
    let output = Command::new(program).args(arguments).current_dir(root()).output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    if output.status.success() { Ok(said) } else { Err(format!("{said}{}", String::from_utf8_lossy(&output.stderr))) }
}

/// `template.yaml` with its short functions written out.
pub(crate) fn template() -> Value {
    let json = run("scripts/with-tools", &["python", "scripts/template.py", "json", "template.yaml"]);
    serde_json::from_str(&json.unwrap()).unwrap()
}

/// Checks a template three ways, as `make check-template` does.
pub(crate) fn check(template: &Path) -> Result<String, String> {
    run("scripts/check-template", &[&template.to_string_lossy()])
}

pub(crate) fn make(arguments: &[&str]) -> String {
    run("make", arguments).unwrap()
}

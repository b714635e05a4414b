//! Programs of the workspace, and the tools that it pins.

use std::path::Path;
use std::process::Command;

use serde_json::Value;

use crate::root;

/// What a command of the workspace prints.
///
/// # Errors
/// All that it said, when it fails.
pub fn run(program: &str, arguments: &[&str]) -> Result<String, String> {
    let output = Command::new(program).args(arguments).current_dir(root()).output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    if output.status.success() { Ok(said) } else { Err(format!("{said}{}", String::from_utf8_lossy(&output.stderr))) }
}

/// `template.yaml` with its short functions written out.
pub fn template() -> Value {
    let json = run("scripts/with-tools", &["python", "scripts/template.py", "json", "template.yaml"]);
    serde_json::from_str(&json.unwrap()).unwrap()
}

/// The template that `make package` writes beside the packages of that architecture.
pub fn packaged_template(architecture: &str) -> Value {
    let json = run("scripts/with-tools", &["python", "scripts/template.py", "packaged", "template.yaml", architecture]);
    serde_json::from_str(&json.unwrap()).unwrap()
}

/// Checks a template four ways, as `make check-template` does.
///
/// # Errors
/// What the checks say of it.
pub fn check_template(template: &Path) -> Result<String, String> {
    run("scripts/check-template", &[&template.to_string_lossy()])
}

/// Makes one of those four checks.
///
/// # Errors
/// What it says of it.
pub fn check_template_by(check: &str, template: &Path) -> Result<String, String> {
    run("scripts/check-template", &[&template.to_string_lossy(), check])
}

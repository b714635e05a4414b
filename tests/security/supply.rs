//! What all of this is built from: `deny.toml` says what may be, and this holds the lock file to it, where cargo-deny is
//! not installed too.

use std::collections::BTreeSet;
use std::process::Command;

use ringonce_adapters::telemetry;
use ringonce_tests::root;

/// Every package that anything here is built or tested with, on any machine: its name and its licence.
fn packages() -> BTreeSet<(String, String)> {
    let mut tree = Command::new(env!("CARGO"));
    tree.args(["tree", "--workspace", "--all-features", "--target=all", "--edges=all", "--locked", "--prefix=none", "--format={p}|{l}"]);
    let output = tree.current_dir(root()).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).unwrap();
    let lines = text.lines().filter_map(|line| line.trim_end_matches(" (*)").split_once('|'));
    lines.map(|(package, licence)| (package.split(' ').next().unwrap().to_owned(), licence.trim().to_owned())).collect()
}

fn rules() -> String {
    std::fs::read_to_string(root().join("deny.toml")).unwrap()
}

/// The strings of a list in `deny.toml`, or those that stand behind a name in it.
fn listed(rules: &str, list: &str, name: Option<&str>) -> Vec<String> {
    let (_, rest) = rules.split_once(&format!("\n{list} = [\n")).unwrap();
    let lines = rest.split_once("\n]").unwrap().0.lines();
    let quoted = |line: &str| line.split('"').nth(1).unwrap().to_owned();
    lines.filter(|line| name.is_none_or(|name| line.contains(&format!("{name} = \"")))).map(quoted).collect()
}

/// Whether a licence expression (SPDX, or `/` as it was written once) can be met by licences that are allowed.
fn is_met(expression: &str, allowed: &[String]) -> bool {
    let spaced = expression.replace('/', " OR ").replace('(', " ( ").replace(')', " ) ");
    let tokens: Vec<&str> = spaced.split_whitespace().collect();
    let (met, read) = any(&tokens, allowed);
    met && read == tokens.len()
}

/// Alternatives, and how many tokens they take.
fn any(tokens: &[&str], allowed: &[String]) -> (bool, usize) {
    let (mut met, mut read) = all(tokens, allowed);
    while tokens.get(read) == Some(&"OR") {
        let (next, more) = all(&tokens[read + 1..], allowed);
        (met, read) = (met | next, read + 1 + more);
    }
    (met, read)
}

fn all(tokens: &[&str], allowed: &[String]) -> (bool, usize) {
    let (mut met, mut read) = one(tokens, allowed);
    while tokens.get(read) == Some(&"AND") {
        let (next, more) = one(&tokens[read + 1..], allowed);
        (met, read) = (met & next, read + 1 + more);
    }
    (met, read)
}

/// A licence, or an expression in brackets. An exception is not looked at: what has one has the licence alone as well.
fn one(tokens: &[&str], allowed: &[String]) -> (bool, usize) {
    match tokens {
        ["(", rest @ ..] => {
            let (met, read) = any(rest, allowed);
            (met && rest.get(read) == Some(&")"), read + 2)
        }
        [licence, "WITH", _, ..] => (allowed.iter().any(|allowed| allowed == licence), 3),
        [licence, ..] => (allowed.iter().any(|allowed| allowed == licence), 1),
        [] => (false, 0),
    }
}

#[test]
fn every_licence_is_allowed_and_no_banned_crate_is_built() {
    let (packages, rules) = (packages(), rules());
    let (allowed, banned) = (listed(&rules, "allow", None), listed(&rules, "deny", Some("crate")));
    assert!(packages.len() > 200 && allowed.len() > 3 && banned.len() > 5, "{} {allowed:?} {banned:?}", packages.len());
    for (name, licence) in &packages {
        assert!(is_met(licence, &allowed), "{name}: `{licence}` is not among {allowed:?}");
        assert!(!banned.contains(name), "{name} is banned");
    }
    for name in ["rustls", "aws-lc-rs"] {
        assert!(packages.iter().any(|(package, _)| package == name), "{name} is what those that are banned would replace");
    }
}

#[test]
fn every_package_comes_from_crates_io() {
    let lock = std::fs::read_to_string(root().join("Cargo.lock")).unwrap();
    let sources: BTreeSet<_> = lock.lines().filter_map(|line| line.strip_prefix("source = ")).collect();
    let allowed = rules().lines().find_map(|line| line.strip_prefix("allow-registry = [\"")).unwrap().trim_end_matches("\"]").to_owned();
    assert_eq!(sources, BTreeSet::from([&*format!("\"registry+{allowed}\"")]));
}

#[test]
fn licence_expressions_are_read_as_spdx_has_them() {
    let allowed = ["MIT", "ISC"].map(str::to_owned);
    for met in ["MIT", "MIT OR GPL-3.0", "GPL-3.0/MIT", "ISC AND (GPL-3.0 OR MIT)", "(MIT)", "MIT AND ISC OR X", "MIT WITH y OR z"] {
        assert!(is_met(met, &allowed), "{met}");
    }
    for unmet in ["", "GPL-3.0", "MIT AND GPL-3.0", "ISC AND (GPL-3.0 OR X)", "(MIT", "MIT GPL-3.0", "X WITH MIT"] {
        assert!(!is_met(unmet, &allowed), "{unmet}");
    }
}

#[test]
fn what_is_ours_is_logged_as_ours() {
    for (name, _) in packages() {
        let name = name.replace('-', "_");
        let is_own = telemetry::OWN.iter().any(|own| name.starts_with(own));
        let is_member = ["adapters", "domain", "cli"].iter().any(|part| name == format!("ringonce_{part}"))
            || std::fs::exists(root().join("functions").join(name.replace('_', "-"))).unwrap();
        assert_eq!(is_own, is_member || name.starts_with("ringonce_"), "{name}");
    }
}

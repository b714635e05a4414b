//! A set-up on this machine: `ringonce dev`, its folder, and the variables that are set.

use std::path::Path;

use ringonce_adapters::config::VARIABLES;

use super::report::{Finding, fail, ok, warn};
use super::web;
use crate::dev::{LocalState, StateError};

/// Variables of the program beside those of the configuration.
const OTHERS: &[&str] =
    &["RINGONCE_PORT", "RINGONCE_STATE_DIR", "RINGONCE_SMTP", "RINGONCE_APP_SECRET", "RINGONCE_CRASH_AT", "RINGONCE_LOG", "RINGONCE_TOOLS"];

/// Looks at what runs here.
pub(super) async fn check(folder: &Path, port: u16) -> Vec<Finding> {
    let mut findings = vec![variables(std::env::vars_os().filter_map(|(name, _)| name.into_string().ok()))];
    findings.push(writable(folder));
    match LocalState::of_running(folder) {
        Ok((_, engine)) => {
            findings.push(ok("ringonce dev", format!("its engine answers at {engine}, and its key ring can be read")));
            findings.extend(web::at(&web::here(), &format!("http://127.0.0.1:{port}")).await);
        }
        Err(StateError::NotRunning(folder)) => {
            let words = format!("none runs on {}: start one, or look at a deployment with --stack NAME", folder.display());
            findings.push(fail("ringonce dev", words));
        }
        Err(error) => findings.push(fail("ringonce dev", error.to_string())),
    }
    findings
}

/// Whether the folder of the table takes a file.
fn writable(folder: &Path) -> Finding {
    let what = format!("folder {}", folder.display());
    let probe = folder.join(".doctor");
    match std::fs::write(&probe, []).and_then(|()| std::fs::remove_file(&probe)) {
        Ok(()) => ok(what, "can be written"),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => fail(what, "there is none: `ringonce dev` makes it"),
        Err(error) => fail(what, format!("cannot be written: {error}")),
    }
}

/// Whether each variable that is set is one that is read.
fn variables(names: impl Iterator<Item = String>) -> Finding {
    let known: Vec<_> = VARIABLES.iter().map(|variable| variable.name).chain(OTHERS.iter().copied()).collect();
    let mut unknown: Vec<_> = names.filter(|name| name.starts_with("RINGONCE_") && !known.contains(&name.as_str())).collect();
    unknown.sort();
    if unknown.is_empty() {
        return ok("variables", "each RINGONCE_ variable that is set is one that is read");
    }
    let words = unknown.iter().map(|name| match nearest(name, &known) {
        Some(near) => format!("{name} is read by nothing: is it {near}?"),
        None => format!("{name} is read by nothing"),
    });
    warn("variables", words.collect::<Vec<_>>().join("; "))
}

/// The variable that somebody may have meant.
fn nearest<'a>(name: &str, known: &[&'a str]) -> Option<&'a str> {
    let (changes, near) = known.iter().map(|each| (distance(name, each), *each)).min()?;
    (changes <= 3).then_some(near)
}

/// How many letters are to be added, left out or changed (Levenshtein).
fn distance(one: &str, other: &str) -> usize {
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (i, a) in one.bytes().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, b) in other.bytes().enumerate() {
            let changed = diagonal + usize::from(a != b);
            diagonal = row[j + 1];
            row[j + 1] = changed.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::operator::doctor::report::Level;

    #[test]
    fn a_variable_that_nothing_reads_is_named_with_what_may_be_meant() {
        let judged = |names: &[&str]| variables(names.iter().map(|name| (*name).to_owned()));
        assert_eq!(judged(&["PATH", "RINGONCE_TABLE", "RINGONCE_PORT"]).level, Level::Ok);
        let finding = judged(&["RINGONCE_TABEL", "RINGONCE_SOMETHING_ELSE"]);
        let words = "RINGONCE_SOMETHING_ELSE is read by nothing; RINGONCE_TABEL is read by nothing: is it RINGONCE_TABLE?";
        assert_eq!((finding.level, finding.words.as_str()), (Level::Warn, words));
    }

    #[test]
    fn letters_are_counted() {
        for (one, other, changes) in [("", "", 0), ("", "abc", 3), ("kitten", "sitting", 3), ("same", "same", 0), ("ab", "ba", 2)] {
            assert_eq!(distance(one, other), changes, "{one} {other}");
        }
    }

    #[test]
    fn a_folder_that_is_not_there_is_no_folder() {
        assert_eq!(writable(Path::new("/does/not/exist")).level, Level::Fail);
    }
}

//! `ringonce keys rotate`: from a ring to the next, by its environment or standard input.

use std::io::Write;
use std::process::{Output, Stdio};

use ringonce_domain::keyring::KeyRing;
use serde_json::Value;

use crate::dev::ringonce;

fn rotate(ring: &str, arguments: &[&str]) -> Output {
    ringonce().args(["keys", "rotate"]).args(arguments).env("RINGONCE_KEYS", ring).output().unwrap()
}

fn rotated(ring: &str, arguments: &[&str]) -> String {
    let output = rotate(ring, arguments);
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    let next = String::from_utf8(output.stdout).unwrap().trim().to_owned();
    assert!(KeyRing::parse(&next).is_ok(), "a deployment can read it");
    next
}

fn refused(ring: &str, arguments: &[&str]) -> String {
    let output = rotate(ring, arguments);
    assert!(!output.status.success() && output.stdout.is_empty(), "{arguments:?}");
    String::from_utf8(output.stderr).unwrap()
}

/// The ids of the sealing keys and of the MAC keys.
fn ids(ring: &str) -> [Vec<u64>; 2] {
    let ring: Value = serde_json::from_str(ring).unwrap();
    ["sealing", "mac"].map(|list| ring[list].as_array().unwrap().iter().map(|key| key["id"].as_u64().unwrap()).collect())
}

#[test]
fn a_ring_is_rotated_step_by_step_and_what_is_needed_stays() {
    let ring = KeyRing::generate([[1; 32], [2; 32], [3; 32]]);
    let next = rotated(&ring, &[]);
    assert_eq!(ids(&next), [[2, 1], [2, 1]]);
    assert_ne!(next, rotated(&ring, &[]), "new keys are never the same");
    let behind = rotated(&ring, &["--behind"]);
    assert_eq!(ids(&behind), [[1, 2], [1, 2]]);
    let first = rotated(&behind, &["--first", "2"]);
    assert_eq!(ids(&first), [[2, 1], [2, 1]]);
    let without = rotated(&first, &["--drop", "sealing:1"]);
    assert_eq!(ids(&without), [vec![2], vec![2, 1]]);
    assert_eq!(ids(&rotated(&without, &["--drop", "1"])), [[2], [2]]);
    let kept = |ring: &str| serde_json::from_str::<Value>(ring).unwrap()["address"].clone();
    assert_eq!(kept(&without), kept(&ring));
}

#[test]
fn a_key_that_is_needed_is_not_dropped_and_no_key_is_repeated() {
    let ring = rotated(&KeyRing::generate([[1; 32], [2; 32], [3; 32]]), &[]);
    for (arguments, says) in [
        (&["--drop", "2"][..], "is the current one"),
        (&["--drop", "mac:2"], "is the current one"),
        (&["--drop", "address"], "permanent"),
        (&["--drop", "address:1"], "no others"),
        (&["--drop", "9"], "no key 9"),
        (&["--drop", "x"], "no key id"),
        (&["--first", "9"], "a key 9"),
        (&["--behind", "--drop", "1"], "cannot be used with"),
    ] {
        let error = refused(&ring, arguments);
        assert!(error.contains(says), "{arguments:?}: {error}");
    }
    let cut = refused(&ring[..ring.len() - 2], &[]);
    let key = serde_json::from_str::<Value>(&ring).unwrap()["address"].as_str().unwrap().to_owned();
    assert!(cut.contains("key ring is unusable") && !cut.contains(&key), "{cut}");
}

#[test]
fn a_ring_comes_by_standard_input_too_and_the_help_says_how() {
    let mut command = ringonce();
    command.args(["keys", "rotate"]).env_remove("RINGONCE_KEYS").stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut child = command.spawn().unwrap();
    child.stdin.take().unwrap().write_all(KeyRing::generate([[1; 32], [2; 32], [3; 32]]).as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    assert_eq!(ids(std::str::from_utf8(&output.stdout).unwrap()), [[2, 1], [2, 1]]);
    let help = ringonce().args(["keys", "rotate", "--help"]).output().unwrap();
    let help = String::from_utf8(help.stdout).unwrap();
    for word in ["RINGONCE_KEYS", "standard input", "--behind", "--first", "--drop", "13 months"] {
        assert!(help.contains(word), "no `{word}` in {help}");
    }
}

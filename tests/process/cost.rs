//! `ringonce cost`: what it prints, for people and for scripts.

use std::process::Output;

use ringonce_tests::root;
use serde_json::Value;

use crate::dev::ringonce;

fn cost(arguments: &[&str]) -> Output {
    ringonce().arg("cost").args(arguments).output().unwrap()
}

fn json(arguments: &[&str]) -> Value {
    let output = cost(&[arguments, &["--json"]].concat());
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

#[test]
fn a_month_is_reckoned_for_people_and_for_scripts_alike() {
    let bill = json(&["--asks", "2000000", "--grants", "1000000", "--sends", "500000", "--channel", "webhook"]);
    let writes = bill["lines"].as_array().unwrap().iter().find(|line| line["what"] == "writes of the table").unwrap();
    // 2 M asks of one unit, 1 M grants of two, 500,000 messages of two to redeem and two to deliver: 6 M at 0.625.
    assert_eq!((writes["quantity"].as_f64(), writes["dollars"].as_f64()), (Some(6.0), Some(3.75)));
    let sum: f64 = bill["lines"].as_array().unwrap().iter().map(|line| line["dollars"].as_f64().unwrap()).sum();
    assert!((bill["total_dollars"].as_f64().unwrap() - sum).abs() < 1e-9);

    let words = cost(&["--asks", "2000000", "--grants", "1000000", "--sends", "500000", "--channel", "webhook"]);
    let words = String::from_utf8(words.stdout).unwrap();
    for word in ["6.000 M write units", "3.75", "All of it", "Assumed", "Not counted", "check yours", &format!("{sum:.2} dollars")] {
        assert!(words.contains(word), "no `{word}` in {words}");
    }
}

#[test]
fn what_cannot_be_reckoned_is_named() {
    for (arguments, says) in [
        (&["--region", "mars-1"][..], "no prices for the region `mars-1`; it holds: eu-central-1, us-east-1"),
        (&["--channel", "pigeon"], "must be one of inbox, webhook"),
        (&["--asks=-1"], "--asks"),
        (&["--asks", "many"], "--asks"),
        (&["--at-once", "0"], "--at-once"),
        (&["--months", "14"], "--months"),
    ] {
        let output = cost(arguments);
        let error = String::from_utf8(output.stderr).unwrap();
        assert!(!output.status.success() && output.stdout.is_empty() && error.contains(says), "{arguments:?}: {error}");
    }
}

#[test]
fn the_readme_says_what_a_million_lifecycles_come_to() {
    let readme = std::fs::read_to_string(root().join("README.md")).unwrap();
    let dollars = |front| format!("{:.2}", json(&["--front", front])["lifecycle_dollars"].as_f64().unwrap());
    let words = format!("come to {} dollars, and to {} behind function URLs", dollars("http-api"), dollars("function-urls"));
    assert!(readme.contains(&words), "the README says otherwise: {words}");
}

#[test]
fn the_simulation_of_releases_has_the_prices_of_the_table() {
    let prices: Value = serde_json::from_str(&std::fs::read_to_string(root().join("docs/prices.json")).unwrap()).unwrap();
    let published = std::fs::read_to_string(root().join("tests/scale_sim/published.rs")).unwrap();
    let published = |name: &str| {
        let rest = published.split(&format!("pub const {name}: f64 = ")).nth(1).unwrap();
        rest.split(';').next().unwrap().replace('_', "").parse::<f64>().unwrap()
    };
    for (name, price, millions) in [
        ("DOLLARS_A_MILLION_WRITE_UNITS", "million_write_units", 1.0),
        ("DOLLARS_A_MILLION_READ_UNITS", "million_read_units", 1.0),
        ("DOLLARS_A_MILLION_INVOCATIONS", "million_invocations", 1.0),
        ("DOLLARS_A_GB_SECOND", "million_gb_seconds_x86_64", 1e6),
    ] {
        let listed = prices["regions"]["us-east-1"][price].as_f64().unwrap();
        assert!((published(name) * millions - listed).abs() < 1e-9, "{name}");
    }
}

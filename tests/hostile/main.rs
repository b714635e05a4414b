//! Events that no function was made for, brought to each function's program as Lambda brings them: every example that
//! `aws_lambda_events` ships, those that this repository has recorded, and worse. The programs are those that
//! `cargo build --workspace --bins` leaves.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails by panicking")]

mod answered;
mod examples;
mod programs;

use std::collections::BTreeMap;

use examples::Example;
use futures_util::future::join_all;
use programs::Programs;

/// The functions that API Gateway invokes.
const OVER_HTTP: [&str; 5] = ["request-optin", "grant-token", "send-notification", "console", "messenger-api"];
/// The functions that the stream invokes, and the one that schedules do.
const BEHIND: [&str; 3] = ["deliver", "statistics", "sweep"];

/// Brings all `examples` to a function, and counts what it answers.
async fn bring(programs: &Programs, name: &'static str, examples: &[Example]) {
    let mut kinds = BTreeMap::<String, usize>::new();
    for Example { name: example, event } in examples {
        let outcome = programs.outcome(name, event).await;
        let kind = answered::kind(name, outcome).unwrap_or_else(|why| panic!("{name} and {example}: {why}\n{}", programs.logged(name)));
        assert!(!examples::is_call(example) || !OVER_HTTP.contains(&name) || kind != answered::REFUSED, "{name} answers no {example}");
        *kinds.entry(kind).or_default() += 1;
    }
    println!("{name:18} {} events: {kinds:?}", examples.len());
}

async fn bring_to_all(examples: &[Example]) {
    let mut programs = Programs::start(&[OVER_HTTP.as_slice(), &BEHIND].concat()).await;
    join_all(OVER_HTTP.into_iter().chain(BEHIND).map(|name| bring(&programs, name, examples))).await;
    programs.assert_sound();
}

#[tokio::test(flavor = "multi_thread")]
async fn every_example_event_of_aws_is_answered_or_refused_by_every_function() {
    let examples = examples::of_aws();
    assert!(examples.len() > 150, "{} examples", examples.len());
    bring_to_all(&examples).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn recorded_events_are_answered_or_refused_by_every_function() {
    bring_to_all(&examples::recorded()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_is_json_is_answered_or_refused_by_every_function() {
    bring_to_all(&examples::worse()).await;
}

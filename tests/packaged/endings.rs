//! What a packaged program makes of an event that is none, of one whose time is up, and of being asked to stop.

use std::process::Command;
use std::time::{Duration, Instant};

use ringonce_cli::local::pump::windowed;
use ringonce_domain::keyring::KeyRing;
use ringonce_tests::engine::Engine;
use ringonce_tests::lambda::function::{Function, Surroundings};
use ringonce_tests::lambda::package::{Folder, PACKAGES, runs_here, unpack};
use ringonce_tests::lambda::template::Template;
use serde_json::{Value, json};

use crate::events::{self, Call, Payload};

/// Longest wait for a program's start.
const START: Duration = Duration::from_secs(20);
/// Longest that a program may take to stop; Lambda ends it after two seconds.
const STOP: Duration = Duration::from_secs(1);

/// An event that the function of that name is made for.
fn made_for(name: &str) -> String {
    let foreign = events::foreign_records();
    match name {
        "deliver" => events::batch(&foreign).to_string(),
        "statistics" => windowed(&foreign, "shardId-00000001764000000000-0badcafe"),
        "sweep" => events::schedule().to_string(),
        _ => Payload::V2.event(&Call::new("GET", "/nothing/at/all")).to_string(),
    }
}

/// Whether it is the answer of a function that did what it was asked for.
fn is_answer(name: &str, answer: &Value) -> bool {
    match name {
        "deliver" | "statistics" => answer["batchItemFailures"] == json!([]),
        "sweep" => answer["failed"] == json!(0),
        _ => answer["statusCode"] == json!(404),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn each_program_outlives_an_event_that_is_none_and_one_past_its_deadline_and_stops_when_asked_to() {
    if !runs_here() {
        return;
    }
    let (engine, template, folder) = (Engine::embedded().await, Template::read(), Folder::new());
    let keys = KeyRing::generate([[1; 32], [2; 32], [3; 32]]);
    let surroundings = Surroundings { template: &template, table: &engine.table, endpoint: &engine.endpoint, keys: &keys };
    for (name, _) in PACKAGES {
        let mut function = Function::start(name, Command::new(unpack(name, &folder.0)), &surroundings, &folder.0).await;
        function.started(START).await;
        for event in ["[]", "{\"Records\": 7}", "{\"version\": \"2.0\", \"routeKey\": 7}"] {
            // A refusal names its kind; an answer is no success.
            match function.outcome(event).await {
                Err(error) => assert!(error["errorType"].is_string(), "{name}, {event}: {error}"),
                Ok(answer) => assert!(name == "sweep" || !is_answer(name, &answer), "{name}, {event}: {answer}"),
            }
        }
        let late = function.overdue(made_for(name)).await;
        assert!(late.is_ok_and(|answer| answer.is_object()), "{name} answers an event past its deadline");
        let answer = function.invoke(made_for(name)).await;
        assert!(is_answer(name, &answer), "{name} answers the next event: {answer}");
        assert!(function.lives(), "{name} has ended:\n{}", function.logged());
        let asked = Instant::now();
        function.stop();
        assert!(asked.elapsed() < STOP, "{name} takes {:?} to stop", asked.elapsed());
    }
}

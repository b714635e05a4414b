//! The design keeps its promises in every state of the model, and breaks one without any of its rules.

use std::time::Instant;

use ringonce_model::check::{self, FAULTS, FAULTS_OF_RUNS, FAULTS_OF_TESTS};
use ringonce_model::ending::{Runs, follow};
use ringonce_model::{BROKEN, Channel, Design, OneMessage, Rule};
use stateright::Model;

fn keeps_every_promise(channel: Channel) {
    let begun = Instant::now();
    let checked = check::whole(channel, FAULTS_OF_TESTS);
    println!("{channel:?}: {} states, {:?}", checked.states, begun.elapsed());
    assert!(checked.broken.is_empty(), "{:#?}", checked.broken);
    assert_eq!(checked.unreached, [""; 0], "the model is to reach what it promises something about");
}

#[test]
fn over_a_channel_that_recognises_repeats_every_promise_is_kept_in_every_state() {
    keeps_every_promise(Channel::Recognises);
}

#[test]
fn over_a_channel_that_recognises_none_every_promise_is_kept_in_every_state() {
    keeps_every_promise(Channel::Forgets);
}

#[test]
fn every_run_ends_and_none_is_stuck() {
    for channel in [Channel::Recognises, Channel::Forgets] {
        let begun = Instant::now();
        let runs = follow(&OneMessage { design: Design::whole(channel), faults: FAULTS_OF_RUNS });
        println!("{channel:?}: {} states, {:?}", runs.states, begun.elapsed());
        assert_eq!(runs, Runs { states: runs.states, goes_round: false, is_stuck: false }, "{channel:?}");
    }
}

#[test]
fn a_design_that_looks_at_once_at_an_attempt_under_way_goes_round() {
    let runs = follow(&OneMessage { design: Design::without(Rule::WatchWaits, Channel::Forgets), faults: 1 });
    assert!(runs.goes_round && !runs.is_stuck, "{runs:?}");
}

#[test]
fn without_any_of_its_rules_the_design_breaks_the_promise_that_the_rule_is_there_for() {
    for (rule, channel, promise) in BROKEN {
        let begun = Instant::now();
        let found = check::without(rule, channel, promise).unwrap_or_else(|| panic!("without {rule:?} this still holds: {promise}"));
        println!("without {rule:?}: {promise}\n  {} states, {:?}, {:?}", found.states, begun.elapsed(), found.actions);

        let whole = OneMessage { design: Design::whole(channel), faults: FAULTS };
        let lacking = OneMessage { design: Design::without(rule, channel), faults: FAULTS };
        assert_eq!(broken_on(&lacking, &found.actions), [promise], "it is broken at the end of the run, and by nothing else");
        assert_eq!(broken_on(&whole, &found.actions), [""; 0], "with the rule the same run breaks nothing");
    }
}

/// The promises that are broken on a run, as far as a design lets it come.
fn broken_on(model: &OneMessage, actions: &[ringonce_model::Action]) -> Vec<&'static str> {
    let mut world = model.init_states()[0];
    for action in actions {
        match model.next_state(&world, *action) {
            Some(next) => world = next,
            None => break,
        }
    }
    let promises = model.properties().into_iter().filter(|property| property.expectation.discovery_is_failure());
    promises.filter(|promise| !(promise.condition)(model, &world)).map(|promise| promise.name).collect()
}

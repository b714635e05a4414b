//! Limits, over both stores: exact under races, and a lost answer is recognised as one's own.

use std::sync::Arc;
use std::time::Duration;

use ringonce_domain::address::LimitKey;
use ringonce_domain::commands::{SpendInput, SpendRefusal, spend};
use ringonce_domain::limit::{ASKS_FROM_AN_ADDRESS, Limit, LimitRuling, Spend};
use ringonce_domain::names::UserId;
use ringonce_domain::store::{Limits, Store};
use ringonce_domain::time::Timestamp;
use ringonce_memory::MemoryStore;
use ringonce_memory::fixture::{at, business, call, keys};
use ringonce_tests::connector::Fault;
use ringonce_tests::dice::Dice;
use ringonce_tests::engine::Engine;
use tokio::sync::Barrier;

/// A limit of another kind.
const OTHER: Limit = Limit { count: 3, window: Duration::from_secs(600), what: "mails to one address" };

fn one(limit: Limit, subject: &str, caller: u64, now: Timestamp) -> Spend {
    let key = LimitKey::of(&keys(), &business(), &limit, subject.as_bytes());
    Spend { limit, key, call: call(caller, 0, false), now }
}

async fn of_24_callers_at_once_exactly_5_win(store: Arc<dyn Store>) {
    for round in 0..5 {
        let barrier = Arc::new(Barrier::new(24));
        let callers = (0..24).map(|caller| {
            let (store, barrier) = (Arc::clone(&store), Arc::clone(&barrier));
            let spend = one(ASKS_FROM_AN_ADDRESS, &format!("address-{round}"), caller, at(100));
            tokio::spawn(async move {
                barrier.wait().await;
                store.spend(&spend).await.unwrap()
            })
        });
        let mut rulings = Vec::new();
        for caller in callers.collect::<Vec<_>>() {
            rulings.push(caller.await.unwrap());
        }
        let count = |expected| rulings.iter().filter(|ruling| **ruling == expected).count();
        assert_eq!((count(LimitRuling::Admitted), count(LimitRuling::Reached { opens_at: at(700) })), (5, 19), "round {round}");
    }
}

async fn of_24_callers_whose_clocks_differ_exactly_5_win(store: Arc<dyn Store>) {
    let barrier = Arc::new(Barrier::new(24));
    let callers = (0..24_u8).map(|caller| {
        let (store, barrier) = (Arc::clone(&store), Arc::clone(&barrier));
        tokio::spawn(async move {
            let user = UserId::try_from("ada".to_owned()).unwrap();
            let (business, limit) = (business(), ASKS_FROM_AN_ADDRESS);
            let input = SpendInput { limit, business: &business, subject: b"address", user: &user, name: None, fingerprint: b"" };
            barrier.wait().await;
            spend(store.as_ref(), &keys(), &input, at(100 + u64::from(caller % 3)), [caller; 8]).await.unwrap()
        })
    });
    let mut won = 0;
    for caller in callers.collect::<Vec<_>>() {
        match caller.await.unwrap() {
            Ok(()) => won += 1,
            Err(refusal) => assert!(matches!(refusal, SpendRefusal::Reached { .. }), "{refusal:?}"),
        }
    }
    assert_eq!(won, 5);
}

async fn a_limit_opens_when_its_oldest_use_has_left_the_window(store: Arc<dyn Store>) {
    for caller in 0..3 {
        assert_eq!(store.spend(&one(OTHER, "a", caller, at(caller))).await.unwrap(), LimitRuling::Admitted);
    }
    assert_eq!(store.spend(&one(OTHER, "a", 3, at(599))).await.unwrap(), LimitRuling::Reached { opens_at: at(600) });
    assert_eq!(store.spend(&one(OTHER, "b", 4, at(599))).await.unwrap(), LimitRuling::Admitted, "another is counted apart");
    assert_eq!(store.spend(&one(ASKS_FROM_AN_ADDRESS, "a", 5, at(599))).await.unwrap(), LimitRuling::Admitted, "and so is another limit");
    assert_eq!(store.spend(&one(OTHER, "a", 3, at(600))).await.unwrap(), LimitRuling::Admitted);
    assert_eq!(store.spend(&one(OTHER, "a", 3, at(600))).await.unwrap(), LimitRuling::Own, "its own repeat");
    assert_eq!(store.spend(&one(OTHER, "a", 6, at(1))).await.unwrap(), LimitRuling::ClockBehind { newest: at(600) });
}

on_both_stores! {
    of_24_callers_at_once_exactly_5_win,
    of_24_callers_whose_clocks_differ_exactly_5_win,
    a_limit_opens_when_its_oldest_use_has_left_the_window,
}

#[tokio::test(flavor = "multi_thread")]
async fn both_stores_rule_alike_over_a_random_history_of_a_limit() {
    let engine = Engine::start().await;
    let memory = MemoryStore::default();
    let mut dice = Dice(7);
    let mut now = 1_000;
    for step in 0..300 {
        now += dice.one_of(&[0, 1, 30, 120, 250]);
        let limit = dice.one_of(&[OTHER, ASKS_FROM_AN_ADDRESS]);
        let seen = at(now - dice.one_of(&[0, 0, 0, 2]));
        let spend = Spend { call: call(dice.one_of(&[step, step, 3]), dice.one_of(&[0, 0, 1]), true), ..one(limit, "a", 0, seen) };
        let (expected, ruling) = (memory.spend(&spend).await.unwrap(), engine.store.spend(&spend).await.unwrap());
        assert_eq!(ruling, expected, "step {step}: {spend:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_use_whose_answer_was_lost_is_recognised_and_counted_once() {
    let engine = Engine::start().await;
    for caller in 0..5 {
        engine.meter.reset();
        engine.meter.fail_next("UpdateItem", Fault::LostAfter);
        let ruling = engine.store.spend(&one(ASKS_FROM_AN_ADDRESS, "a", caller, at(caller))).await.unwrap();
        assert_eq!((ruling, engine.meter.counts()["UpdateItem"]), (LimitRuling::Own, 2), "the fifth is as much one's own as the first");
    }
    let sixth = engine.store.spend(&one(ASKS_FROM_AN_ADDRESS, "a", 5, at(5))).await.unwrap();
    assert_eq!(sixth, LimitRuling::Reached { opens_at: at(600) });
}

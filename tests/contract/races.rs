//! Many callers at once: one winner, and every loser is told why.

use std::sync::Arc;

use ringonce_domain::caps::CapRuling;
use ringonce_domain::optin::Occupant;
use ringonce_domain::person::AskRuling;
use ringonce_domain::rules::{AnswerRefusal, AttemptFrom, AttemptRefusal, LostLease, Outcome, RedeemRefusal, Ruling, Settler};
use ringonce_domain::store::{Store, Stored};
use ringonce_memory::MemoryStore;
use ringonce_memory::fixture::{self, Subject, at, attempt_id, call, subject, subject_of};
use ringonce_tests::engine::Engine;
use tokio::sync::Barrier;

const CALLERS: u64 = 64;
const ROUNDS: u64 = 5;

/// Lets `CALLERS` tasks run `command` at the same moment, each with its number.
async fn race<T, F>(store: &Arc<dyn Store>, command: impl Fn(Arc<dyn Store>, u64) -> F) -> Vec<T>
where
    T: Send + 'static,
    F: Future<Output = Stored<T>> + Send + 'static,
{
    let barrier = Arc::new(Barrier::new(usize::try_from(CALLERS).unwrap()));
    let callers = (0..CALLERS).map(|caller| {
        let (barrier, running) = (Arc::clone(&barrier), command(Arc::clone(store), caller));
        tokio::spawn(async move {
            barrier.wait().await;
            running.await.unwrap()
        })
    });
    let mut results = Vec::new();
    for caller in callers.collect::<Vec<_>>() {
        results.push(caller.await.unwrap());
    }
    results
}

fn count<T: PartialEq>(results: &[T], expected: &T) -> usize {
    results.iter().filter(|each| *each == expected).count()
}

async fn granted(store: &Arc<dyn Store>, name: &str) -> Subject {
    let subject = subject(&fixture::keys(), name);
    let ruling = store.answer(&subject.grant(call(1, 0, false), at(0), at(1))).await.unwrap();
    assert!(matches!(ruling, Ruling::Apply(_)));
    subject
}

async fn a_token_redeemed_by_64_callers_is_redeemed_once(store: Arc<dyn Store>) {
    for round in 0..ROUNDS {
        let subject = granted(&store, &format!("redeem-{round}")).await;
        let results = race(&store, |store, caller| {
            let redeem = subject.redeem(call(1, 0, false), call(100 + caller, caller, true), "back", at(2));
            async move { store.redeem(&redeem).await }
        })
        .await;
        let won = results.iter().filter(|ruling| matches!(ruling, Ruling::Apply(_))).count();
        assert_eq!((won, count(&results, &Ruling::Refused(RedeemRefusal::Used))), (1, 63), "round {round}");
        let optin = store.occupant(subject.address).await.unwrap().and_then(Occupant::optin).unwrap();
        assert_eq!(fixture::path(&optin), ["granted", "queued"]);
    }
}

async fn of_64_asks_at_a_cap_of_5_exactly_5_are_made(store: Arc<dyn Store>) {
    for round in 0..ROUNDS {
        let keys = fixture::keys();
        let user = format!("ask-{round}");
        let results = race(&store, |store, caller| {
            let ask = subject_of(&keys, &user, &format!("topic-{caller}")).ask(call(100 + caller, caller, false), at(0));
            async move { store.ask(&ask).await }
        })
        .await;
        let refused = results.iter().filter(|r| matches!(r, AskRuling::Caps(CapRuling::CapReached { cap, .. }) if cap.count == 5)).count();
        assert_eq!((count(&results, &AskRuling::Caps(CapRuling::Admitted)), refused), (5, 59), "round {round}");
    }
}

async fn of_64_asks_about_one_topic_one_is_made(store: Arc<dyn Store>) {
    let subject = subject(&fixture::keys(), "one-topic");
    let results = race(&store, |store, caller| {
        let ask = subject.ask(call(100 + caller, caller, false), at(0));
        async move { store.ask(&ask).await }
    })
    .await;
    let refused = results.iter().filter(|ruling| matches!(ruling, AskRuling::Caps(CapRuling::AlreadyAsked { .. }))).count();
    assert_eq!((count(&results, &AskRuling::Caps(CapRuling::Admitted)), refused), (1, 63));
}

async fn of_yes_and_no_at_once_one_holds(store: Arc<dyn Store>) {
    let subject = subject(&fixture::keys(), "yes-and-no");
    let results = race(&store, |store, caller| {
        let ask = call(1, 0, false);
        let answer = if caller % 2 == 0 { subject.grant(ask, at(0), at(1)) } else { subject.decline(ask, at(0), at(1)) };
        async move { store.answer(&answer).await }
    })
    .await;
    let made = results.iter().filter(|ruling| matches!(ruling, Ruling::Apply(_))).count();
    let own = results.iter().filter(|ruling| matches!(ruling, Ruling::Own(_))).count();
    let refused = [AnswerRefusal::AlreadyGranted, AnswerRefusal::AlreadyDeclined].map(|why| count(&results, &Ruling::Refused(why)));
    assert_eq!((made, own), (1, 31));
    assert!(refused == [32, 0] || refused == [0, 32], "{refused:?}");
}

async fn of_64_workers_one_attempts_and_one_settles(store: Arc<dyn Store>) {
    let subject = granted(&store, "workers").await;
    let ask = call(1, 0, false);
    let _ = store.redeem(&subject.redeem(ask, call(2, 2, false), "back", at(2))).await.unwrap();
    let results = race(&store, |store, worker| {
        let attempt = subject.attempt(ask, 100 + worker, AttemptFrom::Queue, at(3));
        async move { store.attempt(&attempt).await }
    })
    .await;
    let lost = Ruling::Refused(AttemptRefusal::LiveLease { epoch: 1, until: at(63) });
    assert_eq!(count(&results, &lost), 63);
    let winner = results.iter().position(|ruling| matches!(ruling, Ruling::Apply(_))).unwrap() as u64;
    let results = race(&store, |store, worker| {
        let settle = subject.settle(ask, Settler::Attempt(attempt_id(100 + worker), 1), Outcome::Sent, at(4));
        async move { store.settle(&settle).await }
    })
    .await;
    assert_eq!(count(&results, &Ruling::Refused(LostLease)), 63);
    assert!(matches!(results[usize::try_from(winner).unwrap()], Ruling::Apply(_)));
}

on_both_stores! {
    a_token_redeemed_by_64_callers_is_redeemed_once,
    of_64_asks_at_a_cap_of_5_exactly_5_are_made,
    of_64_asks_about_one_topic_one_is_made,
    of_yes_and_no_at_once_one_holds,
    of_64_workers_one_attempts_and_one_settles,
}

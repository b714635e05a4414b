//! An answer lost after the commit: the SDK repeats the write, and the repeat is recognised as the caller's own.

use std::time::Duration;

use ringonce_domain::call::Call;
use ringonce_domain::caps::CapRuling;
use ringonce_domain::event::Event;
use ringonce_domain::optin::{Occupant, Optin, Reason, State};
use ringonce_domain::person::{AskRuling, Erase, EraseRuling};
use ringonce_domain::rules::{AttemptFrom, Outcome, RevokeRefusal, Ruling, Settler};
use ringonce_domain::store::{Commands, Outbox, ParkedEvent, People, StoreError};
use ringonce_memory::fixture::{self, Subject, at, attempt_id, business, call, path, subject};
use ringonce_tests::connector::Fault;
use ringonce_tests::engine::Engine;

async fn standing(engine: &Engine, subject: &Subject) -> Optin {
    engine.store.occupant(subject.address).await.unwrap().and_then(Occupant::optin).unwrap()
}

/// The command whose answer is lost is answered as the caller's own, after exactly one repeat, and the item moved once.
macro_rules! lost {
    ($engine:ident, $operation:literal, $subject:ident, $call:expr, $path:expr) => {{
        $engine.meter.reset();
        $engine.meter.fail_next($operation, Fault::LostAfter);
        let ruling = $call.await.unwrap();
        assert!(matches!(ruling, Ruling::Own(_)), "{ruling:?}");
        assert_eq!($engine.meter.counts()[$operation], 2, "one repeat");
        let optin = standing(&$engine, &$subject).await;
        assert_eq!(path(&optin), $path);
        assert_eq!(optin.version as usize, optin.timeline.len());
    }};
}

#[tokio::test(flavor = "multi_thread")]
async fn an_ask_whose_answer_was_lost_is_recognised_and_counted_once() {
    let engine = Engine::start().await;
    let subject = subject(&fixture::keys(), "lost-ask");
    engine.meter.fail_next("UpdateItem", Fault::LostAfter);
    let ruling = engine.store.ask(&subject.ask(call(5, 5, false), at(0))).await.unwrap();
    assert_eq!(ruling, AskRuling::Caps(CapRuling::Own { asked_at: at(0) }));
    assert_eq!(engine.meter.counts()["UpdateItem"], 2);
    let person = engine.store.person(subject.address.person).await.unwrap().unwrap();
    assert_eq!(person.register.slots().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn every_other_command_whose_answer_was_lost_is_recognised_and_done_once() {
    let engine = Engine::start().await;
    let subject = subject(&fixture::keys(), "lost");
    let (store, ask) = (&engine.store, call(1, 0, false));
    lost!(engine, "PutItem", subject, store.answer(&subject.grant(ask, at(0), at(1))), ["granted"]);
    lost!(engine, "UpdateItem", subject, store.redeem(&subject.redeem(ask, call(2, 2, false), "back", at(2))), ["granted", "queued"]);
    let attempt = subject.attempt(ask, 1, AttemptFrom::Queue, at(3));
    lost!(engine, "UpdateItem", subject, store.attempt(&attempt), ["granted", "queued", "attempting"]);
    let take_over = subject.attempt(ask, 2, AttemptFrom::EndedLease(1), at(70));
    lost!(engine, "UpdateItem", subject, store.attempt(&take_over), ["granted", "queued", "attempting", "attempting"]);
    let parked = Outcome::Parked { due_at: at(80), reason: Reason::Busy, unclear: true };
    let settle = subject.settle(ask, Settler::Attempt(attempt_id(2), 2), parked, at(71));
    lost!(engine, "UpdateItem", subject, store.settle(&settle), ["granted", "queued", "attempting", "attempting", "queued"]);
    // What may have gone out is not made unsent by a revocation: it ends as unknown, by a second write.
    // The answer of the second is lost.
    let mut updates = 0;
    engine.meter.choose_faults(move |operation| {
        updates += u32::from(operation == "UpdateItem");
        (updates == 2).then_some(Fault::LostAfter)
    });
    let revoked = store.revoke(&subject.revoke(ask, at(72))).await.unwrap();
    assert!(matches!(revoked, Ruling::Own(optin) if optin.state == State::Unknown && optin.version == 6));
    assert!(matches!(store.revoke(&subject.revoke(ask, at(73))).await.unwrap(), Ruling::Own(_)));
}

/// A message that may have gone out, parked.
async fn parked_unclear(engine: &Engine, subject: &Subject, ask: Call, seconds: u64) {
    let store = &engine.store;
    let _ = store.answer(&subject.grant(ask, at(seconds), at(seconds + 1))).await.unwrap();
    let _ = store.redeem(&subject.redeem(ask, call(2, 2, false), "back", at(seconds + 2))).await.unwrap();
    let _ = store.attempt(&subject.attempt(ask, 1, AttemptFrom::Queue, at(seconds + 3))).await.unwrap();
    let parked = Outcome::Parked { due_at: at(seconds + 80), reason: Reason::Busy, unclear: true };
    let _ = store.settle(&subject.settle(ask, Settler::Attempt(attempt_id(1), 1), parked, at(seconds + 4))).await.unwrap();
    assert_eq!(standing(engine, subject).await.state, State::Queued);
}

/// A revocation of what may have gone out, between whose two writes `meanwhile` happens.
async fn revoke_slowly(subject: &Subject, ask: Call, engine: &Engine, meanwhile: impl AsyncFnOnce(&Engine)) -> Ruling<RevokeRefusal> {
    let others = Engine::at(&engine.endpoint, engine.table.clone(), engine.database.clone());
    let (reached, second) = std::sync::mpsc::channel();
    let (go_on, may_go_on) = std::sync::mpsc::channel::<()>();
    let mut updates = 0;
    engine.meter.choose_faults(move |operation| {
        updates += u32::from(operation == "UpdateItem");
        if updates == 2 {
            reached.send(()).unwrap();
            // A worker that merely waits here may be the one that hears of everybody's answers.
            tokio::task::block_in_place(|| may_go_on.recv().unwrap());
        }
        None
    });
    let (store, revoke) = (engine.store.clone(), subject.revoke(ask, at(5)));
    let revoking = tokio::spawn(async move { store.revoke(&revoke).await.unwrap() });
    tokio::task::spawn_blocking(move || second.recv_timeout(Duration::from_secs(20)).expect("a second write")).await.unwrap();
    meanwhile(&others).await;
    go_on.send(()).unwrap();
    let ruling = revoking.await.unwrap();
    engine.meter.heal();
    ruling
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_slow_revocation_leaves_a_later_opt_in_alone() {
    let engine = Engine::start().await;
    let (subject, first, later) = (subject(&fixture::keys(), "slow"), call(1, 0, false), call(9, 0, false));
    parked_unclear(&engine, &subject, first, 0).await;
    let ruling = revoke_slowly(&subject, first, &engine, async |others| {
        let by = Settler::Queue(attempt_id(9), standing(others, &subject).await.version);
        let settled = others.store.settle(&subject.settle(first, by, Outcome::Unknown(Reason::GaveUp), at(5))).await.unwrap();
        assert!(matches!(settled, Ruling::Apply(_)), "{settled:?}");
        parked_unclear(others, &subject, later, 100).await;
    });
    assert!(!matches!(ruling.await, Ruling::Apply(_)));
    let standing = standing(&engine, &subject).await;
    assert_eq!((standing.ask, standing.state), (later.id, State::Queued));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_slow_revocation_leaves_an_attempt_alone_that_began_meanwhile() {
    let engine = Engine::start().await;
    let (subject, ask) = (subject(&fixture::keys(), "slow"), call(1, 0, false));
    parked_unclear(&engine, &subject, ask, 0).await;
    let ruling = revoke_slowly(&subject, ask, &engine, async |others| {
        let attempt = others.store.attempt(&subject.attempt(ask, 2, AttemptFrom::Queue, at(80))).await.unwrap();
        assert!(matches!(attempt, Ruling::Apply(_)), "{attempt:?}");
    });
    assert!(matches!(ruling.await, Ruling::Refused(_)));
    assert_eq!(standing(&engine, &subject).await.state, State::Attempting);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_revocation_whose_answer_was_lost_is_recognised_and_done_once() {
    let engine = Engine::start().await;
    let subject = subject(&fixture::keys(), "lost-revoke");
    let ask = call(1, 0, false);
    let _ = engine.store.answer(&subject.grant(ask, at(0), at(1))).await.unwrap();
    lost!(engine, "UpdateItem", subject, engine.store.revoke(&subject.revoke(ask, at(2))), ["granted", "revoked"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_person_or_a_sweep_does_survives_a_lost_answer() {
    let engine = Engine::start().await;
    let subject = subject(&fixture::keys(), "lost-person");
    let (store, person) = (&engine.store, subject.address.person);
    let _ = store.ask(&subject.ask(call(5, 5, false), at(0))).await.unwrap();
    let lose = || engine.meter.fail_next("UpdateItem", Fault::LostAfter);
    lose();
    assert!(store.block(person, at(1)).await.unwrap());
    lose();
    assert!(store.unblock(person).await.unwrap());
    lose();
    let erase = Erase { person, call: call(6, 6, false).id, now: at(2) };
    assert_eq!(store.erase(&erase).await.unwrap(), EraseRuling::Erased(at(2)));
    let event = Event { id: "evt_x_1".to_owned(), body: "{}".to_owned() };
    let parked = ParkedEvent { person, business: business(), event, asked_at: at(3), parked_at: at(3), attempts: 1, due_at: Some(at(4)) };
    engine.meter.fail_next("TransactWriteItems", Fault::LostAfter);
    store.park(&parked).await.unwrap();
    lose();
    let claimed = ParkedEvent { attempts: 2, due_at: Some(at(9)), ..parked.clone() };
    assert!(store.claim_event(&parked, &claimed).await.unwrap());
    assert_eq!(store.parked(person, "evt_x_1").await.unwrap(), Some(claimed));
}

#[tokio::test(flavor = "multi_thread")]
async fn every_way_to_settle_survives_a_lost_answer() {
    let engine = Engine::start().await;
    let (store, ask) = (&engine.store, call(1, 0, false));
    let outcomes = [Outcome::Sent, Outcome::Failed(Reason::Gone), Outcome::Unknown(Reason::Unclear), Outcome::Returned(Reason::Refused)];
    for (index, outcome) in outcomes.into_iter().enumerate() {
        for by in [Settler::Attempt(attempt_id(1), 1), Settler::Queue(attempt_id(1), 2), Settler::EndedLease(1)] {
            let ends_unknown = matches!(outcome, Outcome::Unknown(_));
            if matches!(by, Settler::EndedLease(_)) != ends_unknown {
                continue; // An ended lease ends as unknown and nothing else does here.
            }
            let subject = subject(&fixture::keys(), &format!("settle-{index}-{by:?}"));
            let _ = store.answer(&subject.grant(ask, at(0), at(1))).await.unwrap();
            let _ = store.redeem(&subject.redeem(ask, call(2, 2, false), "back", at(2))).await.unwrap();
            let mut path = vec!["granted", "queued"];
            if !matches!(by, Settler::Queue(..)) {
                let _ = store.attempt(&subject.attempt(ask, 1, AttemptFrom::Queue, at(3))).await.unwrap();
                path.push("attempting");
            }
            path.push(outcome.leads_to().0.word());
            lost!(engine, "UpdateItem", subject, store.settle(&subject.settle(ask, by, outcome, at(70))), path);
        }
    }
}

/// No local engine conflicts: what DynamoDB answers then is injected.
#[tokio::test(flavor = "multi_thread")]
async fn a_write_that_meets_a_transaction_is_made_again() {
    let engine = Engine::start().await;
    let subject = subject(&fixture::keys(), "conflict");
    let (store, ask) = (&engine.store, call(1, 0, false));
    engine.meter.fail_next("PutItem", Fault::TransactionConflict);
    assert!(matches!(store.answer(&subject.grant(ask, at(0), at(1))).await.unwrap(), Ruling::Apply(_)));
    engine.meter.fail_next("UpdateItem", Fault::TransactionConflict);
    assert!(matches!(store.redeem(&subject.redeem(ask, call(2, 2, false), "back", at(2))).await.unwrap(), Ruling::Apply(_)));
    let person = subject.address.person;
    let event = Event { id: "evt_x_1".to_owned(), body: "{}".to_owned() };
    let parked = ParkedEvent { person, business: business(), event, asked_at: at(3), parked_at: at(3), attempts: 1, due_at: Some(at(4)) };
    engine.meter.fail_next("TransactWriteItems", Fault::TransactionCancelled);
    store.park(&parked).await.unwrap();
    assert_eq!(store.parked(person, "evt_x_1").await.unwrap(), Some(parked));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_table_that_does_not_answer_is_unavailable_and_never_a_wrong_refusal() {
    let engine = Engine::start().await;
    let (store, ask) = (&engine.store, call(1, 0, false));
    let refusals = [Fault::ServerError, Fault::Throttled, Fault::AccessDenied, Fault::Missing, Fault::TransactionConflict];
    for fault in [Fault::LostBefore, Fault::LostAfter].into_iter().chain(refusals) {
        let subject = subject(&fixture::keys(), &format!("down-{fault:?}"));
        let _ = store.answer(&subject.grant(ask, at(0), at(1))).await.unwrap();
        engine.meter.choose_faults(move |_| Some(fault));
        let redeem = subject.redeem(ask, call(2, 2, false), "back", at(2));
        assert!(matches!(store.redeem(&redeem).await, Err(StoreError::Unavailable(_))), "{fault:?}");
        engine.meter.heal();
        let ruling = store.redeem(&redeem).await.unwrap();
        let expected_own = fault == Fault::LostAfter;
        assert_eq!(matches!(ruling, Ruling::Own(_)), expected_own, "{fault:?}: {ruling:?}");
        assert_eq!(path(&standing(&engine, &subject).await), ["granted", "queued"]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_batch_leaves_unread_is_asked_for_again_after_a_pause_and_not_for_ever() {
    let engine = Engine::start().await;
    let keys = fixture::keys();
    let subjects: Vec<_> = (0..150).map(|number| subject(&keys, &format!("user-{number}"))).collect();
    let people: Vec<_> = subjects.iter().map(|subject| subject.address.person).collect();
    for person in &subjects[..120] {
        let _ = engine.store.ask(&person.ask(call(1, 1, false), at(0))).await.unwrap();
    }
    engine.meter.reset();
    engine.meter.fail_next("BatchGetItem", Fault::Unread);
    assert_eq!(engine.store.people(&people).await.unwrap().len(), 120, "who is not there is left out");
    assert_eq!(engine.meter.counts()["BatchGetItem"], 3, "two of at most a hundred, and one again");
    engine.meter.reset();
    engine.meter.choose_faults(|operation| (operation == "BatchGetItem").then_some(Fault::Unread));
    let begun = std::time::Instant::now();
    assert!(matches!(engine.store.people(&people[..1]).await, Err(StoreError::Unavailable(_))));
    assert_eq!(engine.meter.counts()["BatchGetItem"], 5);
    assert!(begun.elapsed().as_millis() >= 300, "{:?}: 20, 40, 80 and 160 ms at the least", begun.elapsed());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_confirmation_whose_answer_was_lost_is_recognised_and_the_grant_begins_once() {
    use ringonce_domain::consent::{AnswerAddress, SealedAddress};
    use ringonce_domain::rules::{Choice, Confirm};

    let engine = Engine::start().await;
    let keys = fixture::keys();
    let (subject, ask) = (subject(&keys, "lost-confirm"), call(1, 0, true));
    let _ = engine.store.ask(&subject.ask(ask, at(0))).await.unwrap();
    let mut answer = subject.grant(ask, at(0), at(1));
    answer.choice = Choice::Grant(ringonce_domain::business::ChannelKind::Email);
    let sealed = SealedAddress::seal(&keys, &subject.address.person, "ada@home.example");
    answer.address = Some(AnswerAddress { sealed: sealed.clone(), is_to_be_confirmed: true });
    assert!(matches!(engine.store.answer(&answer).await.unwrap(), Ruling::Apply(_)));
    let confirm = Confirm { address: subject.address, ask: ask.id, hash: sealed.hash, now: at(60) };
    lost!(engine, "UpdateItem", subject, engine.store.confirm(&confirm), ["confirming", "granted"]);
    assert_eq!(standing(&engine, &subject).await.answered_at, at(60), "its place in the line is that of the confirmation");
}

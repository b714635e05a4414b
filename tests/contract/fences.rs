//! What a worker or a caller that has seen something else than what stands may not do.

use std::sync::Arc;

use ringonce_domain::address::LimitKey;
use ringonce_domain::business::ChannelKind;
use ringonce_domain::caps::{Cap, CapRuling, Caps};
use ringonce_domain::consent::{AnswerAddress, SealedAddress};
use ringonce_domain::limit::{ASKS_FROM_AN_ADDRESS, Limit, LimitRuling, Spend};
use ringonce_domain::person::{Ask, AskRuling};
use ringonce_domain::rules::{Answer, AttemptFrom, Choice, Confirm, Outcome, Remind, Settle, Settler, Watch};
use ringonce_domain::store::Store;
use ringonce_memory::MemoryStore;
use ringonce_memory::fixture::{self, at, attempt_id, call, subject};
use ringonce_tests::engine::Engine;

/// An attempt is watched by whoever has seen this very one, while it is under way.
async fn a_watch_is_of_one_attempt(store: Arc<impl Store>) {
    let (subject, ask, redemption) = (subject(&fixture::keys(), "watched"), call(1, 0, false), call(2, 2, false));
    let watch = Watch { address: subject.address, ask: ask.id, epoch: 1, due_at: at(60) };
    assert!(!store.watch(&watch).await.unwrap(), "nothing stands there");
    let _ = store.answer(&subject.grant(ask, at(0), at(1))).await.unwrap();
    let _ = store.redeem(&subject.redeem(ask, redemption, "back", at(2))).await.unwrap();
    assert!(!store.watch(&watch).await.unwrap(), "it is in the queue");
    let _ = store.attempt(&subject.attempt(ask, 1, AttemptFrom::Queue, at(3))).await.unwrap();
    assert!(!store.watch(&Watch { ask: call(9, 0, false).id, ..watch }).await.unwrap(), "another ask's");
    assert!(!store.watch(&Watch { epoch: 2, ..watch }).await.unwrap(), "another attempt");
    assert!(store.watch(&watch).await.unwrap());
    let settle = subject.settle(ask, Settler::Attempt(attempt_id(1), 1), Outcome::Sent, at(4));
    let _ = store.settle(&Settle { call: redemption.id, ..settle }).await.unwrap();
    assert!(!store.watch(&watch).await.unwrap(), "it is over");
}

/// A link to confirm is tried again by the one worker that has seen how often it was tried, and for the address that was typed.
async fn a_reminder_is_of_one_address_and_of_one_worker(store: Arc<impl Store>) {
    let (subject, ask) = (subject(&fixture::keys(), "reminded"), call(1, 0, false));
    let sealed = |address: &str| SealedAddress::seal(&fixture::keys(), &subject.address.person, address);
    let typed = sealed("ada@home.example");
    let remind = Remind { address: subject.address, ask: ask.id, hash: typed.hash, seen: 0, due_at: Some(at(60)) };
    assert!(!store.remind(&remind).await.unwrap(), "nothing stands there");
    let address = Some(AnswerAddress { sealed: typed.clone(), is_to_be_confirmed: true });
    let grant = Answer { choice: Choice::Grant(ChannelKind::Email), address, ..subject.grant(ask, at(0), at(1)) };
    let _ = store.answer(&grant).await.unwrap();
    for seen in 0..2 {
        let remind = Remind { seen, ..remind };
        assert!(!store.remind(&Remind { ask: call(9, 0, false).id, ..remind }).await.unwrap(), "another ask's");
        assert!(!store.remind(&Remind { hash: sealed("ada@shop.example").hash, ..remind }).await.unwrap(), "another address");
        assert!(!store.remind(&Remind { seen: seen + 1, ..remind }).await.unwrap(), "it was not tried so often");
        assert!(store.remind(&remind).await.unwrap());
        assert!(!store.remind(&remind).await.unwrap(), "another worker was first");
    }
    for (user, tried) in [("confirmed-at-once", 0), ("confirmed-after-a-reminder", 1)] {
        let subject = fixture::subject(&fixture::keys(), user);
        let sealed = SealedAddress::seal(&fixture::keys(), &subject.address.person, "ada@home.example");
        let address = Some(AnswerAddress { sealed: sealed.clone(), is_to_be_confirmed: true });
        let grant = Answer { choice: Choice::Grant(ChannelKind::Email), address, ..subject.grant(ask, at(0), at(1)) };
        let _ = store.answer(&grant).await.unwrap();
        let remind = Remind { address: subject.address, hash: sealed.hash, ..remind };
        if tried == 1 {
            assert!(store.remind(&remind).await.unwrap());
        }
        let confirm = Confirm { address: subject.address, ask: ask.id, hash: sealed.hash, now: at(2) };
        for other in [Confirm { ask: call(9, 0, false).id, ..confirm }, Confirm { hash: typed.hash, ..confirm }] {
            assert!(store.confirm(&other).await.unwrap().into_result().is_err(), "it confirms another");
        }
        let _ = store.confirm(&confirm).await.unwrap();
        assert!(!store.remind(&Remind { seen: tried, ..remind }).await.unwrap(), "{user}");
        // An attempt counts tries of its own.
        let _ = store.redeem(&subject.redeem(ask, call(2, 2, false), "back", at(3))).await.unwrap();
        let _ = store.attempt(&subject.attempt(ask, 1, AttemptFrom::Queue, at(3))).await.unwrap();
        assert!(!store.remind(&Remind { seen: 1, ..remind }).await.unwrap(), "{user}");
    }
}

/// A clock that is behind the last ask is told which time to use, whatever the caps are.
async fn an_ask_is_never_recorded_before_the_last_one(store: Arc<impl Store>) {
    for (user, count) in [("one-cap", 5), ("as-many-as-are-remembered", 10)] {
        let subject = subject(&fixture::keys(), user);
        let caps = Caps::new(std::time::Duration::ZERO, vec![Cap { count, window_seconds: 1_000 }]).unwrap();
        let ask = |number: u64, seconds: u64| Ask { caps: caps.clone(), ..subject.ask(call(number, number, false), at(seconds)) };
        assert_eq!(store.ask(&ask(1, 100)).await.unwrap(), AskRuling::Caps(CapRuling::Admitted));
        assert_eq!(store.ask(&ask(2, 99)).await.unwrap(), AskRuling::Caps(CapRuling::ClockBehind { newest: at(100) }), "{user}");
        assert_eq!(store.ask(&ask(2, 100)).await.unwrap(), AskRuling::Caps(CapRuling::Admitted));
        let person = store.person(subject.address.person).await.unwrap().unwrap();
        assert_eq!(person.register.slots().len(), 2);
    }
}

/// The same of a limit.
async fn nothing_is_counted_against_a_limit_before_the_last_one(store: Arc<impl Store>) {
    for limit in [ASKS_FROM_AN_ADDRESS, Limit { count: 3, ..ASKS_FROM_AN_ADDRESS }] {
        let key = LimitKey::of(&fixture::keys(), &fixture::business(), &limit, &[u8::try_from(limit.count).unwrap()]);
        let spend = |number: u64, seconds: u64| Spend { limit, key, call: call(number, 0, false), now: at(seconds) };
        assert_eq!(store.spend(&spend(1, 100)).await.unwrap(), LimitRuling::Admitted);
        assert_eq!(store.spend(&spend(2, 99)).await.unwrap(), LimitRuling::ClockBehind { newest: at(100) });
        assert_eq!(store.spend(&spend(2, 100)).await.unwrap(), LimitRuling::Admitted);
    }
}

#[tokio::test]
async fn memory_keeps_its_fences() {
    let store = Arc::new(MemoryStore::default());
    a_watch_is_of_one_attempt(Arc::clone(&store)).await;
    a_reminder_is_of_one_address_and_of_one_worker(Arc::clone(&store)).await;
    an_ask_is_never_recorded_before_the_last_one(Arc::clone(&store)).await;
    nothing_is_counted_against_a_limit_before_the_last_one(store).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn dynamodb_keeps_its_fences() {
    let engine = Engine::start().await;
    a_watch_is_of_one_attempt(engine.store.clone()).await;
    a_reminder_is_of_one_address_and_of_one_worker(engine.store.clone()).await;
    an_ask_is_never_recorded_before_the_last_one(engine.store.clone()).await;
    nothing_is_counted_against_a_limit_before_the_last_one(engine.store.clone()).await;
}

//! What an erasure leaves, and that nothing brings back what it took; parked events.

use std::sync::Arc;
use std::time::Duration;

use ringonce_domain::caps::{Cap, CapRuling, Caps};
use ringonce_domain::commands;
use ringonce_domain::event::Event;
use ringonce_domain::optin::Occupant;
use ringonce_domain::person::{Ask, AskRuling, Erase, EraseRuling};
use ringonce_domain::rules::{AnswerRefusal, RedeemRefusal, Ruling};
use ringonce_domain::store::{DUE_SHARDS, Due, ParkedEvent, Store};
use ringonce_memory::MemoryStore;
use ringonce_memory::fixture::{self, at, business, call, subject};
use ringonce_tests::engine::Engine;

async fn a_tombstone_keeps_old_links_out_and_lets_new_ones_in(store: Arc<dyn Store>) {
    let subject = subject(&fixture::keys(), "erased");
    let (old, new) = (call(1, 0, false), call(2, 0, false));
    let _ = store.answer(&subject.grant(old, at(0), at(1))).await.unwrap();
    store.bury(subject.address, at(5)).await.unwrap();
    assert_eq!(store.occupant(subject.address).await.unwrap(), Some(Occupant::Erased(at(5))));
    assert!(store.records(subject.address.person).await.unwrap().optins.is_empty());
    let late = store.answer(&subject.grant(old, at(0), at(6))).await.unwrap();
    assert_eq!(late, Ruling::Refused(AnswerRefusal::LinkSuperseded));
    let spent = store.redeem(&subject.redeem(old, call(3, 3, false), "back", at(6))).await.unwrap();
    assert_eq!(spent, Ruling::Refused(RedeemRefusal::Unknown));
    assert!(matches!(store.answer(&subject.grant(new, at(7), at(8))).await.unwrap(), Ruling::Apply(_)));
    store.bury(subject.address, at(5)).await.unwrap();
    assert!(matches!(store.occupant(subject.address).await.unwrap(), Some(Occupant::Optin(_))), "a late burial does not touch it");
}

async fn a_parked_event_is_claimed_by_one_and_removed_when_delivered(store: Arc<dyn Store>) {
    let person = subject(&fixture::keys(), "parked").address.person;
    let event = Event { id: "evt_x_1".to_owned(), body: "{}".to_owned() };
    let parked = ParkedEvent { person, business: business(), event, asked_at: at(0), parked_at: at(0), attempts: 1, due_at: Some(at(10)) };
    store.park(&parked).await.unwrap();
    store.park(&ParkedEvent { attempts: 9, ..parked.clone() }).await.unwrap();
    assert_eq!(store.parked(person, "evt_x_1").await.unwrap().as_ref(), Some(&parked), "it is parked once");
    assert_eq!(due(&store, 9).await, []);
    assert_eq!(due(&store, 10).await, [Due::Event(person, "evt_x_1".to_owned())]);
    let claimed = ParkedEvent { attempts: 2, due_at: Some(at(30)), ..parked.clone() };
    assert!(store.claim_event(&parked, &claimed).await.unwrap());
    assert!(store.claim_event(&parked, &claimed).await.unwrap(), "a repeat of the same write is the caller's own");
    let rival = ParkedEvent { due_at: Some(at(31)), ..claimed.clone() };
    assert!(!store.claim_event(&parked, &rival).await.unwrap(), "somebody has it");
    assert_eq!(due(&store, 29).await, []);
    assert_eq!(store.parked(person, "evt_x_1").await.unwrap().as_ref(), Some(&claimed));
    assert!(store.claim_event(&claimed, &ParkedEvent { due_at: None, ..claimed.clone() }).await.unwrap());
    assert_eq!(due(&store, 86_400).await, [], "given up: it stays to be looked at, and is not due");
    assert_eq!(store.records(person).await.unwrap().parked.len(), 1);
    store.unpark(person, "evt_x_1").await.unwrap();
    assert_eq!(store.parked(person, "evt_x_1").await.unwrap(), None);
}

async fn an_erasure_takes_all_that_was_asked_before_it_whatever_the_clocks_say(store: Arc<dyn Store>) {
    let subject = subject(&fixture::keys(), "skewed");
    let person = subject.address.person;
    let erase = |caller, now| Erase { person, call: call(caller, 0, true).id, now };
    assert_eq!(store.erase(&erase(1, at(0))).await.unwrap(), EraseRuling::Unknown);
    // Asked by a clock three seconds ahead of the one that erases.
    assert_eq!(store.ask(&subject.ask(call(5, 5, false), at(3))).await.unwrap(), AskRuling::Caps(CapRuling::Admitted));
    assert_eq!(store.erase(&erase(1, at(0))).await.unwrap(), EraseRuling::ClockBehind { newest: at(3) });
    assert_eq!(commands::erase(store.as_ref(), erase(1, at(0))).await.unwrap(), Some(at(3)));
    assert_eq!(commands::erase(store.as_ref(), erase(1, at(9))).await.unwrap(), Some(at(3)), "a repeat erases nothing that came since");
    assert_eq!(commands::erase(store.as_ref(), erase(2, at(1))).await.unwrap(), Some(at(3)), "an erasure never moves back");
    let event = Event { id: "evt_late".to_owned(), body: "{}".to_owned() };
    let late = ParkedEvent { person, business: business(), event, asked_at: at(3), parked_at: at(5), attempts: 1, due_at: Some(at(6)) };
    store.park(&late).await.unwrap();
    assert_eq!(store.parked(person, "evt_late").await.unwrap(), None, "a late event brings nothing back");
    let caps = Caps::new(Duration::ZERO, vec![Cap { count: 10, window_seconds: 1 }]).unwrap();
    let again = Ask { caps, ..subject.ask(call(6, 6, false), at(3)) };
    let ruling = store.ask(&again).await.unwrap();
    assert_eq!(ruling, AskRuling::Caps(CapRuling::ClockBehind { newest: at(3) + Duration::from_millis(1) }), "it would be erased too");
}

async fn due(store: &Arc<dyn Store>, seconds: u64) -> Vec<Due> {
    let mut all = Vec::new();
    for shard in 0..DUE_SHARDS {
        all.extend(store.due(shard, at(0) + Duration::from_secs(seconds), 10).await.unwrap().into_iter().map(|(_, due)| due));
    }
    all
}

#[tokio::test]
async fn memory_keeps_the_contract_of_erasure_and_parking() {
    let store = Arc::new(MemoryStore::default());
    a_tombstone_keeps_old_links_out_and_lets_new_ones_in(store.clone()).await;
    a_parked_event_is_claimed_by_one_and_removed_when_delivered(store.clone()).await;
    an_erasure_takes_all_that_was_asked_before_it_whatever_the_clocks_say(store).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn dynamodb_keeps_the_contract_of_erasure_and_parking() {
    let engine = Engine::start().await;
    a_tombstone_keeps_old_links_out_and_lets_new_ones_in(engine.store.clone()).await;
    a_parked_event_is_claimed_by_one_and_removed_when_delivered(engine.store.clone()).await;
    an_erasure_takes_all_that_was_asked_before_it_whatever_the_clocks_say(engine.store.clone()).await;
}

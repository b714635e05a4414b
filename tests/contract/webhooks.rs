//! How webhooks do, and what is sent again, on both stores.

use std::collections::BTreeSet;
use std::sync::Arc;

use ringonce_domain::address::PersonKey;
use ringonce_domain::commands;
use ringonce_domain::event::Event;
use ringonce_domain::health::{Heard, Revision, WebhookHealth};
use ringonce_domain::names::BusinessId;
use ringonce_domain::store::{Due, GivenUp, MissedEvent, Outbox, ParkedEvent, Replays, Store, Webhooks};
use ringonce_domain::time::Timestamp;
use ringonce_memory::MemoryStore;
use ringonce_memory::fixture::{self, at, business};
use ringonce_tests::connector::Fault;
use ringonce_tests::engine::Engine;

const URL: &str = "https://shop.example/hook";

fn revision(number: u8) -> Option<Revision> {
    Some(Revision([number; 16]))
}

fn gone(number: u8, seconds: u64) -> WebhookHealth {
    let health = WebhookHealth::standing(None, URL).after(Heard::Gone, at(seconds)).unwrap();
    WebhookHealth { revision: revision(number), ..health }
}

async fn who_saw_a_webhooks_health_last_changes_it(store: Arc<impl Store>) {
    let shop = business();
    assert_eq!(store.webhook_health(&shop).await.unwrap(), None);
    assert!(store.set_webhook_health(&shop, None, &gone(1, 1)).await.unwrap());
    assert!(!store.set_webhook_health(&shop, None, &gone(2, 2)).await.unwrap(), "it is not the first");
    assert_eq!(store.webhook_health(&shop).await.unwrap(), Some(gone(1, 1)));
    let enabled = WebhookHealth { revision: revision(3), ..gone(1, 1).enabled(at(3)).unwrap() };
    assert!(store.set_webhook_health(&shop, revision(1), &enabled).await.unwrap());
    assert!(store.set_webhook_health(&shop, revision(1), &enabled).await.unwrap(), "its own repeat");
    assert!(!store.set_webhook_health(&shop, revision(1), &gone(4, 4)).await.unwrap(), "it saw what stands no more");
    assert_eq!(store.webhook_health(&shop).await.unwrap(), Some(enabled));
    let rival = BusinessId::try_from("rival".to_owned()).unwrap();
    assert_eq!(store.webhook_health(&rival).await.unwrap(), None);
}

/// An event of `business` about what happened `happened` seconds after the start.
fn parked(business: &BusinessId, user: &str, happened: u64, due_at: Option<Timestamp>) -> ParkedEvent {
    let person = PersonKey::of(&fixture::keys(), business, &user.to_owned().try_into().unwrap());
    let body = format!(r#"{{"type":"optin.granted","timestamp":"{}"}}"#, at(happened));
    let event = Event { id: format!("evt_{user}_1"), body };
    ParkedEvent { person, business: business.clone(), event, asked_at: at(0), parked_at: at(500), attempts: 9, due_at }
}

async fn due(store: &impl Store, now: Timestamp) -> usize {
    let mut found = 0;
    for shard in 0..ringonce_domain::store::DUE_SHARDS {
        let due = store.due(shard, now, 100).await.unwrap();
        found += due.iter().filter(|(_, due)| matches!(due, Due::Event(..))).count();
    }
    found
}

async fn what_a_business_missed_is_found_and_made_due(store: Arc<impl Store + Replays>) {
    let (shop, rival) = (business(), BusinessId::try_from("rival".to_owned()).unwrap());
    let events = [
        parked(&shop, "last", 30, None),
        parked(&shop, "first", 10, Some(at(90_000))),
        parked(&shop, "is-due", 20, Some(at(600))),
        parked(&shop, "before", 1, None),
        parked(&rival, "foreign", 15, None),
    ];
    for event in &events {
        store.park(event).await.unwrap();
    }
    let missed = commands::missed_events(store.as_ref(), &shop, at(10), |_, _| ()).await.unwrap();
    let ids: Vec<_> = missed.iter().map(|event| event.id.as_str()).collect();
    assert_eq!(ids, ["evt_first_1", "evt_is-due_1", "evt_last_1"], "in the order in which it happened, the business's own");
    let now = at(1_000);
    assert_eq!(commands::replay(store.as_ref(), &missed, now).await.unwrap(), commands::Replayed { made_due: 2, under_way: 1 });
    assert_eq!(due(store.as_ref(), now).await, 3);
    for (event, untouched) in events.iter().zip([false, false, true, true, true]) {
        let after = store.parked(event.person, &event.event.id).await.unwrap().unwrap();
        let replayed = ParkedEvent { attempts: 0, parked_at: now, due_at: after.due_at, ..event.clone() };
        assert_eq!(after, if untouched { event.clone() } else { replayed });
        assert!(untouched || after.due_at.unwrap() <= now);
    }
    let first = store.parked(events[1].person, &events[1].event.id).await.unwrap().unwrap();
    let last = store.parked(events[0].person, &events[0].event.id).await.unwrap().unwrap();
    assert!(first.due_at < last.due_at, "in order");
    a_replay_makes_nothing_anew(store.as_ref(), &events).await;
}

async fn ids(store: &impl Replays, line: GivenUp<'_>, limit: usize) -> Vec<(String, String)> {
    let found = store.given_up(&business(), &line, limit).await.unwrap();
    assert!(found.iter().all(|(_, event)| event.due_at.is_none()));
    found.into_iter().map(|(place, event)| (place, event.id)).collect()
}

async fn what_was_given_up_is_found_in_its_order_until_it_is_taken_up(store: Arc<impl Store + Replays>) {
    let (shop, rival) = (business(), BusinessId::try_from("rival".to_owned()).unwrap());
    let mut events: Vec<_> = (0..9).map(|number| parked(&shop, &format!("user-{number}"), 100 - number, None)).collect();
    events.extend([parked(&shop, "is-tried-again", 50, Some(at(90_000))), parked(&rival, "foreign", 15, None)]);
    for event in &events {
        store.park(event).await.unwrap();
    }
    let all = ids(store.as_ref(), GivenUp::Since(Timestamp::ZERO), 100).await;
    let expected: Vec<_> = (0..9).rev().map(|number| format!("evt_user-{number}_1")).collect();
    assert_eq!(all.iter().map(|(_, id)| id.clone()).collect::<Vec<_>>(), expected);
    assert_eq!(ids(store.as_ref(), GivenUp::Since(at(97)), 100).await, all[5..], "of what happened then or later");
    assert_eq!(ids(store.as_ref(), GivenUp::Since(Timestamp::ZERO), 4).await, all[..4]);
    assert_eq!(ids(store.as_ref(), GivenUp::After(&all[3].0), 4).await, all[4..8], "behind what was found last");
    let tried = &events[9];
    let given_up = ParkedEvent { due_at: None, attempts: 10, ..tried.clone() };
    assert!(store.claim_event(tried, &given_up).await.unwrap());
    let last = MissedEvent::from(&events[0]);
    assert!(store.replay(&last, at(1_000), at(1_000)).await.unwrap());
    store.unpark(events[1].person, &events[1].event.id).await.unwrap();
    let left: Vec<_> = ids(store.as_ref(), GivenUp::Since(Timestamp::ZERO), 100).await.into_iter().map(|(_, id)| id).collect();
    assert_eq!(left[0], "evt_is-tried-again_1", "it was given up since");
    assert_eq!(left[1..], expected[..7], "without what is due, and what was delivered");
}

/// What was delivered, erased or taken up since it was seen stays so.
async fn a_replay_makes_nothing_anew(store: &(impl Store + Replays), events: &[ParkedEvent]) {
    for event in &events[..2] {
        assert!(!store.replay(&MissedEvent::from(event), at(2_000), at(2_000)).await.unwrap(), "it has another time by now");
    }
    for event in events {
        store.unpark(event.person, &event.event.id).await.unwrap();
        assert!(!store.replay(&MissedEvent::from(event), at(2_000), at(2_000)).await.unwrap());
        assert_eq!(store.parked(event.person, &event.event.id).await.unwrap(), None);
    }
}

#[tokio::test]
async fn who_saw_a_webhooks_health_last_changes_it_in_memory() {
    who_saw_a_webhooks_health_last_changes_it(Arc::new(MemoryStore::default())).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_saw_a_webhooks_health_last_changes_it_in_dynamodb() {
    who_saw_a_webhooks_health_last_changes_it(Engine::start().await.store).await;
}

#[tokio::test]
async fn what_was_given_up_is_found_in_its_order_until_it_is_taken_up_in_memory() {
    what_was_given_up_is_found_in_its_order_until_it_is_taken_up(Arc::new(MemoryStore::default())).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_given_up_is_found_in_its_order_until_it_is_taken_up_in_dynamodb() {
    what_was_given_up_is_found_in_its_order_until_it_is_taken_up(Engine::start().await.store).await;
}

#[tokio::test]
async fn what_a_business_missed_is_found_and_made_due_in_memory() {
    what_a_business_missed_is_found_and_made_due(Arc::new(MemoryStore::default())).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_business_missed_is_found_and_made_due_in_dynamodb() {
    what_a_business_missed_is_found_and_made_due(Engine::start().await.store).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_16_workers_that_find_an_endpoint_gone_one_disables_it() {
    let store = Engine::start().await.store;
    let tasks: Vec<_> = (0..16)
        .map(|number| {
            let store = Arc::clone(&store);
            tokio::spawn(async move {
                let seen = WebhookHealth::standing(None, URL);
                let change = |health: &WebhookHealth| health.after(Heard::Gone, at(1));
                let revise = || Revision([number; 16]);
                commands::change_health(store.as_ref(), &business(), seen, revise, change).await.unwrap().changed
            })
        })
        .collect();
    let mut disabled = 0;
    for task in tasks {
        disabled += u32::from(task.await.unwrap());
    }
    assert_eq!(disabled, 1);
    assert_eq!(store.webhook_health(&business()).await.unwrap().unwrap().events.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_health_or_a_replay_whose_answer_was_lost_is_recognised() {
    let engine = Engine::start().await;
    let store = engine.store.as_ref();
    engine.meter.fail_next("UpdateItem", Fault::LostAfter);
    assert!(store.set_webhook_health(&business(), None, &gone(1, 1)).await.unwrap());
    let enabled = WebhookHealth { revision: revision(2), ..gone(1, 1).enabled(at(2)).unwrap() };
    engine.meter.fail_next("UpdateItem", Fault::LostAfter);
    assert!(store.set_webhook_health(&business(), revision(1), &enabled).await.unwrap());
    for (user, due_at) in [("given-up", None), ("waits", Some(at(9_000)))] {
        let event = parked(&business(), user, 1, due_at);
        store.park(&event).await.unwrap();
        engine.meter.fail_next("UpdateItem", Fault::LostAfter);
        assert!(store.replay(&MissedEvent::from(&event), at(50), at(60)).await.unwrap(), "{user}");
    }
    assert_eq!(engine.meter.counts()["UpdateItem"], 8, "each with one repeat");
}

/// The search goes through the table page by page, and a page is a megabyte.
#[tokio::test(flavor = "multi_thread")]
async fn what_was_missed_is_found_on_every_page_of_the_table() {
    let engine = Engine::start().await;
    let shop = business();
    for number in 0..24 {
        let mut event = parked(&shop, &format!("user-{number}"), number, None);
        event.event.body = event.event.body.replace("optin.granted", &"x".repeat(100_000));
        engine.store.park(&event).await.unwrap();
    }
    let mut pages = Vec::new();
    let progress = |_, found| pages.push(found);
    let missed = commands::missed_events(engine.store.as_ref(), &shop, Timestamp::ZERO, progress).await.unwrap();
    let ids: BTreeSet<_> = missed.iter().map(|event| &event.id).collect();
    assert_eq!((missed.len(), ids.len(), pages.last()), (24, 24, Some(&24)), "each once");
    assert!(pages.len() >= 3, "{pages:?}");
}

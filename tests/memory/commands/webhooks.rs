use ringonce_domain::address::PersonKey;
use ringonce_domain::commands::{HealthChange, Replayed, change_health, enable_webhook, missed_events, replay, webhook_health};
use ringonce_domain::event::Event;
use ringonce_domain::health::{HealthState, Heard, Revision, WebhookHealth};
use ringonce_domain::store::{MissedEvent, Outbox, ParkedEvent, Webhooks};
use ringonce_domain::time::Timestamp;
use ringonce_memory::MemoryStore;
use ringonce_memory::fixture::{at, business, keys, subject_of_business};

const URL: &str = "https://shop.example/hook";

fn gone(url: &str) -> WebhookHealth {
    WebhookHealth::standing(None, url).after(Heard::Gone, at(1)).unwrap()
}

fn revision(number: u8) -> Revision {
    Revision([number; 16])
}

/// What a change to gone comes to, by who takes `seen` for what stands.
async fn changed(store: &MemoryStore, seen: WebhookHealth, number: u8) -> HealthChange {
    change_health(store, &business(), seen, || revision(number), |health| health.after(Heard::Gone, at(2))).await.unwrap()
}

#[tokio::test]
async fn a_webhook_that_is_gone_is_disabled_once_and_enabled_by_hand() {
    let (store, shop) = (MemoryStore::default(), business());
    let well = webhook_health(&store, &shop, URL).await.unwrap();
    assert_eq!((well.state(), well.url.as_str(), well.revision), (HealthState::Healthy, URL, None));
    let HealthChange { health, changed: by_this } = changed(&store, well, 1).await;
    assert_eq!((health.state(), health.revision, by_this), (HealthState::Disabled, Some(revision(1)), true));
    assert_eq!(webhook_health(&store, &shop, URL).await.unwrap(), health);
    assert_eq!(changed(&store, health.clone(), 2).await, HealthChange { health, changed: false }, "it is disabled already");
    let enabled = enable_webhook(&store, &shop, URL, at(3), || revision(3)).await.unwrap();
    assert_eq!((enabled.health.state(), enabled.changed), (HealthState::Healthy, true));
    assert!(!enable_webhook(&store, &shop, URL, at(4), || revision(4)).await.unwrap().changed, "it is well");
    assert_eq!(webhook_health(&store, &shop, URL).await.unwrap(), enabled.health);
}

#[tokio::test]
async fn what_was_heard_is_said_of_what_stands_in_truth_and_never_of_another_address() {
    let (store, shop) = (MemoryStore::default(), business());
    let enabled = WebhookHealth { revision: Some(revision(9)), ..gone(URL).enabled(at(1)).unwrap() };
    assert!(store.set_webhook_health(&shop, None, &enabled).await.unwrap());
    let seen = WebhookHealth::standing(None, URL);
    let over = changed(&store, seen.clone(), 1).await;
    assert_eq!((over.health.revision, over.changed), (Some(revision(1)), true));
    assert_eq!(over.health, WebhookHealth { revision: Some(revision(1)), ..enabled.after(Heard::Gone, at(2)).unwrap() });
    let moved = WebhookHealth { revision: Some(revision(5)), ..WebhookHealth::standing(None, "https://other.example/") };
    assert!(store.set_webhook_health(&shop, Some(revision(1)), &moved).await.unwrap());
    assert!(!changed(&store, seen, 2).await.changed);
    assert_eq!(store.webhook_health(&shop).await.unwrap(), Some(moved), "the one that it was moved to is well");
}

/// An event of a business about what happened so many seconds after the start, tried again at `due_at`.
fn parked(of: &str, user: &str, happened: u64, due_at: Option<Timestamp>) -> ParkedEvent {
    let business = of.to_owned().try_into().unwrap();
    let person: PersonKey = subject_of_business(&keys(), &business, user, "shirt-m").address.person;
    let body = format!(r#"{{"type":"optin.granted","timestamp":"{}"}}"#, at(happened));
    let event = Event { id: format!("evt_{user}"), body };
    ParkedEvent { person, business, event, asked_at: at(0), parked_at: at(50), attempts: 9, due_at }
}

fn ids(missed: &[MissedEvent]) -> Vec<&str> {
    missed.iter().map(|event| event.id.as_str()).collect()
}

#[tokio::test]
async fn every_page_of_what_was_missed_is_read_and_told_of() {
    let store = MemoryStore::default();
    let events = [("shop", "c", 30), ("shop", "a", 10), ("rival", "x", 20), ("shop", "b", 20), ("shop", "before", 9), ("shop", "d", 30)];
    for (of, user, happened) in events {
        store.park(&parked(of, user, happened, None)).await.unwrap();
    }
    let mut told = Vec::new();
    let missed = missed_events(&store, &business(), at(10), |read, found| told.push((read, found))).await.unwrap();
    assert_eq!(ids(&missed), ["evt_a", "evt_b", "evt_c", "evt_d"], "in their order");
    assert!(told.len() > 1 && told.is_sorted(), "{told:?}");
    assert_eq!(told.last(), Some(&(6, 4)), "of all that was looked at");
}

#[tokio::test]
async fn a_replay_makes_due_what_is_not_and_leaves_what_is_under_way() {
    let (store, now) = (MemoryStore::default(), at(100));
    for (user, happened, due_at) in [("a", 1, None), ("b", 2, Some(now)), ("c", 3, Some(at(101))), ("d", 4, Some(at(99))), ("e", 5, None)] {
        store.park(&parked("shop", user, happened, due_at)).await.unwrap();
    }
    let missed = missed_events(&store, &business(), at(0), |_, _| ()).await.unwrap();
    store.unpark(missed[4].person, &missed[4].id).await.unwrap();
    assert_eq!(replay(&store, &missed, now).await.unwrap(), Replayed { made_due: 2, under_way: 3 });
    let mut due = Vec::new();
    for event in &missed[..4] {
        due.push(store.parked(event.person, &event.id).await.unwrap().unwrap().due_at.unwrap());
    }
    let before = |millis| now.before(std::time::Duration::from_millis(millis));
    assert_eq!(due, [before(4), now, before(2), at(99)], "in their order, and none in the future");
}

use std::time::Duration;

use ringonce_domain::address::PersonKey;
use ringonce_domain::business::ChannelKind;
use ringonce_domain::commands::{KeepRefusal, SpendInput, SpendRefusal, erase, keep_address, spend};
use ringonce_domain::consent::SealedAddress;
use ringonce_domain::known_address::KnownAddress;
use ringonce_domain::limit::Limit;
use ringonce_domain::person::Erase;
use ringonce_domain::store::{Addresses, Commands, People};
use ringonce_domain::time::Timestamp;
use ringonce_memory::MemoryStore;
use ringonce_memory::fixture::{at, business, call, keys, subject};

use super::named;

const TWICE: Limit = Limit { count: 2, window: Duration::from_secs(60), what: "tests" };

async fn spent(store: &MemoryStore, subject: &[u8], key: Option<&str>, fingerprint: &[u8], now: Timestamp) -> Result<(), SpendRefusal> {
    let (business, user, name) = (business(), "ada".to_owned().try_into().unwrap(), key.and_then(named));
    let input = SpendInput { limit: TWICE, business: &business, subject, user: &user, name: name.as_ref(), fingerprint };
    // A call without a name is another one each time.
    let random = now.millis().to_be_bytes();
    spend(store, &keys(), &input, now, random).await.unwrap()
}

#[tokio::test]
async fn a_limit_counts_each_call_once_and_opens_when_the_first_has_left_its_window() {
    let store = MemoryStore::default();
    let reached = |opens_at| Err(SpendRefusal::Reached { limit: TWICE, opens_at });
    assert_eq!(spent(&store, b"one", Some("a"), b"x", at(1)).await, Ok(()));
    assert_eq!(spent(&store, b"one", Some("a"), b"x", at(2)).await, Ok(()), "its own repeat, not counted");
    assert_eq!(spent(&store, b"one", Some("a"), b"y", at(3)).await, Err(SpendRefusal::KeyReused));
    assert_eq!(spent(&store, b"one", None, b"x", at(10)).await, Ok(()));
    assert_eq!(spent(&store, b"one", None, b"x", at(60)).await, reached(at(61)));
    assert_eq!(spent(&store, b"other", None, b"x", at(60)).await, Ok(()), "of another subject");
    assert_eq!(spent(&store, b"one", None, b"x", at(61)).await, Ok(()));
    assert_eq!(spent(&store, b"one", None, b"x", at(62)).await, reached(at(70)));
}

#[tokio::test]
async fn whose_clock_is_behind_is_counted_at_the_newest_time() {
    let store = MemoryStore::default();
    assert_eq!(spent(&store, b"one", None, b"x", at(100)).await, Ok(()));
    assert_eq!(spent(&store, b"one", None, b"x", at(40)).await, Ok(()));
    let refused = spent(&store, b"one", None, b"x", at(101)).await;
    assert_eq!(refused, Err(SpendRefusal::Reached { limit: TWICE, opens_at: at(160) }), "both stand at second 100");
}

fn address(person: PersonKey, caller: u64, request: u64, now: Timestamp) -> KnownAddress {
    let to = Some(SealedAddress::seal(&keys(), &person, &format!("ada{request}@shop.example")));
    KnownAddress { person, channel: ChannelKind::Email, to, kept_at: now, call: Some(call(caller, request, true).id) }
}

#[tokio::test]
async fn an_address_is_kept_at_its_own_time_or_the_newest() {
    let (store, person) = (MemoryStore::default(), subject(&keys(), "ada").address.person);
    assert_eq!(keep_address(&store, address(person, 1, 1, at(50))).await.unwrap(), Ok(at(50)));
    assert_eq!(keep_address(&store, address(person, 1, 1, at(60))).await.unwrap(), Ok(at(50)), "its own repeat");
    assert_eq!(keep_address(&store, address(person, 1, 2, at(60))).await.unwrap(), Err(KeepRefusal::KeyReused));
    assert_eq!(keep_address(&store, address(person, 2, 3, at(40))).await.unwrap(), Ok(at(50)), "the clock is behind");
    let kept = store.addresses(person).await.unwrap();
    assert_eq!(kept, [address(person, 2, 3, at(50))]);
}

#[tokio::test]
async fn an_erasure_takes_what_was_asked_by_a_clock_that_is_ahead_too() {
    let (store, subject) = (MemoryStore::default(), subject(&keys(), "ada"));
    let command = |caller, now| Erase { person: subject.address.person, call: call(caller, 0, true).id, now };
    assert_eq!(erase(&store, command(1, at(1))).await.unwrap(), None, "nobody asked this person");
    let _ = store.ask(&subject.ask(call(5, 0, true), at(100))).await.unwrap();
    assert_eq!(erase(&store, command(1, at(2))).await.unwrap(), Some(at(100)));
    assert_eq!(erase(&store, command(1, at(900))).await.unwrap(), Some(at(100)), "its own repeat");
    assert_eq!(erase(&store, command(2, at(200))).await.unwrap(), Some(at(200)));
    assert_eq!(store.person(subject.address.person).await.unwrap().unwrap().erased_at, Some(at(200)));
}

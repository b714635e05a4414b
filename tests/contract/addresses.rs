//! Addresses that are known of a person, over both stores: the latest stands, a repeat is recognised, and nothing that is
//! older than a block or an erasure comes back.

use std::sync::Arc;

use ringonce_domain::address::PersonKey;
use ringonce_domain::business::ChannelKind;
use ringonce_domain::call::CallId;
use ringonce_domain::consent::SealedAddress;
use ringonce_domain::known_address::{KeepRuling, KnownAddress};
use ringonce_domain::person::Erase;
use ringonce_domain::store::{Addresses, Store};
use ringonce_memory::MemoryStore;
use ringonce_memory::fixture::{at, call, keys, subject};
use ringonce_tests::connector::Fault;
use ringonce_tests::dice::Dice;
use ringonce_tests::engine::Engine;

fn person() -> PersonKey {
    subject(&keys(), "known").address.person
}

fn known(channel: ChannelKind, address: &str, seconds: u64, call: Option<CallId>) -> KnownAddress {
    KnownAddress { person: person(), channel, to: Some(SealedAddress::seal(&keys(), &person(), address)), kept_at: at(seconds), call }
}

fn mail(address: &str, seconds: u64) -> KnownAddress {
    known(ChannelKind::Email, address, seconds, None)
}

async fn one_stands_for_each_channel_and_the_latest_of_them(store: Arc<dyn Store>) {
    let push = known(ChannelKind::WebPush, "{}", 1, Some(call(1, 1, false).id));
    assert_eq!(store.keep_address(&push).await.unwrap(), KeepRuling::Kept(at(1)));
    assert_eq!(store.keep_address(&mail("a@home.example", 3)).await.unwrap(), KeepRuling::Kept(at(3)));
    let late = store.keep_address(&mail("b@home.example", 2)).await.unwrap();
    assert_eq!(late, KeepRuling::ClockBehind { newest: at(3) });
    assert_eq!(store.keep_address(&mail("c@home.example", 3)).await.unwrap(), KeepRuling::Kept(at(3)));
    let standing = [mail("c@home.example", 3), push];
    assert_eq!(store.addresses(person()).await.unwrap(), standing);
    assert_eq!(store.records(person()).await.unwrap().addresses, standing);
}

async fn a_consent_is_copied_if_it_is_newer_and_nothing_was_erased_since(store: Arc<dyn Store>) {
    let asked = subject(&keys(), "known").ask(call(1, 1, false), at(1));
    let _ = store.ask(&asked).await.unwrap();
    store.copy_address(&mail("a@home.example", 5), at(1)).await.unwrap();
    store.copy_address(&mail("older@home.example", 5), at(1)).await.unwrap();
    assert_eq!(store.addresses(person()).await.unwrap(), [mail("a@home.example", 5)]);
    let taken = KnownAddress::taken_away(person(), ChannelKind::Email, at(6));
    assert_eq!(store.keep_address(&taken).await.unwrap(), KeepRuling::Kept(at(6)));
    store.copy_address(&mail("a@home.example", 5), at(1)).await.unwrap();
    assert_eq!(store.addresses(person()).await.unwrap(), std::slice::from_ref(&taken), "an image that comes late");
    store.forget_address(&mail("a@home.example", 5)).await.unwrap();
    assert_eq!(store.addresses(person()).await.unwrap(), std::slice::from_ref(&taken), "something else was seen");
    let _ = store.erase(&Erase { person: person(), call: call(2, 2, false).id, now: at(7) }).await.unwrap();
    store.forget_address(&taken).await.unwrap();
    store.copy_address(&mail("a@home.example", 8), at(1)).await.unwrap();
    assert_eq!(store.addresses(person()).await.unwrap(), [], "asked for before the erasure");
    store.copy_address(&mail("a@home.example", 9), at(8)).await.unwrap();
    assert_eq!(store.addresses(person()).await.unwrap(), [mail("a@home.example", 9)]);
}

on_both_stores! {
    one_stands_for_each_channel_and_the_latest_of_them,
    a_consent_is_copied_if_it_is_newer_and_nothing_was_erased_since,
}

#[tokio::test(flavor = "multi_thread")]
async fn both_stores_rule_alike_over_a_random_history_of_addresses() {
    let engine = Engine::start().await;
    let memory = MemoryStore::default();
    let mut dice = Dice(11);
    for step in 0..300 {
        let (caller, request) = (dice.one_of(&[1, 2, step]), dice.one_of(&[0, 0, 1]));
        let call = dice.one_of(&[None, Some(call(caller, request, true).id)]);
        let channel = dice.one_of(&[ChannelKind::Email, ChannelKind::WebPush]);
        let mut new = known(channel, "a@home.example", 100 + step - dice.roll(4), call);
        if dice.roll(4) == 0 {
            new.to = None;
        }
        match dice.roll(8) {
            0 => {
                new.call = None;
                memory.copy_address(&new, at(0)).await.unwrap();
                engine.store.copy_address(&new, at(0)).await.unwrap();
            }
            1 => {
                memory.forget_address(&new).await.unwrap();
                engine.store.forget_address(&new).await.unwrap();
            }
            _ => {
                let expected = memory.keep_address(&new).await.unwrap();
                assert_eq!(engine.store.keep_address(&new).await.unwrap(), expected, "step {step}: {new:?}");
            }
        }
        assert_eq!(engine.store.addresses(person()).await.unwrap(), memory.addresses(person()).await.unwrap(), "step {step}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_whose_answer_was_lost_is_recognised_as_the_callers_own() {
    let engine = Engine::start().await;
    let new = known(ChannelKind::Email, "a@home.example", 1, Some(call(1, 1, true).id));
    engine.meter.fail_next("UpdateItem", Fault::LostAfter);
    assert_eq!(engine.store.keep_address(&new).await.unwrap(), KeepRuling::Kept(at(1)));
    assert_eq!(engine.meter.counts()["UpdateItem"], 2);
}

//! Each clause of the conditions on registers: of a person's asks, by the caps, and of what is counted for an address.

use std::sync::Arc;
use std::time::Duration;

use ringonce_domain::address::LimitKey;
use ringonce_domain::caps::{Cap, CapRuling, Caps};
use ringonce_domain::limit::{ASKS_FROM_AN_ADDRESS, Limit, LimitRuling, Spend};
use ringonce_domain::person::{Ask, AskRuling, Erase, EraseRuling};
use ringonce_domain::store::Store;
use ringonce_memory::MemoryStore;
use ringonce_memory::fixture::{self, at, call, subject_of};
use ringonce_tests::engine::Engine;

/// Long after everything else.
const LATE: u64 = 1_000_000;

/// When ten asks were made whose latest, from the one of that number on, are still close together.
fn asked_at(number: u64, first_of_late: u64) -> u64 {
    number + if number < first_of_late { 0 } else { LATE }
}

/// Ten asks fill the register of a person, made under caps that let them: each of its places is looked at under others.
async fn every_place_of_a_register(store: Arc<impl Store>) {
    let cap = |count, window_seconds| Cap { count, window_seconds };
    let lax = Caps::new(Duration::ZERO, vec![cap(10, 1)]).unwrap();
    for (window, caps) in [
        (5_000, vec![cap(5, 5_000)]),
        (5_000, vec![cap(10, 5_000)]),
        (7_000, vec![cap(5, 1_000), cap(10, 7_000)]),
        (5_000, vec![cap(5, 5_000), cap(10, 6_000)]),
        (2_000, vec![cap(2, 1_000), cap(3, 3_000)]),
    ] {
        let caps = Caps::new(Duration::from_secs(window), caps).unwrap();
        each_guard_of_an_ask(&store, &caps).await;
        each_cap_alone(&store, &caps, &lax).await;
        for number in 0..10 {
            for goes_on in ["with it", "with another topic"] {
                let counts: Vec<_> = caps.all().iter().map(|cap| cap.count).collect();
                let user = format!("{counts:?} {window} {number} {goes_on}");
                let ask = |caps: &Caps, topic: u64, by: u64, now: u64| {
                    let subject = subject_of(&fixture::keys(), &user, &format!("topic-{topic}"));
                    Ask { caps: caps.clone(), ..subject.ask(call(100 + by, by, true), at(now)) }
                };
                for before in 0..10 {
                    let asked = store.ask(&ask(&lax, before, before, asked_at(before, number))).await.unwrap();
                    assert_eq!(asked, AskRuling::Caps(CapRuling::Admitted), "{user}");
                }
                for later in [10, LATE] {
                    let repeat = store.ask(&ask(&caps, number, number, LATE + later)).await.unwrap();
                    assert_eq!(
                        repeat,
                        AskRuling::Caps(CapRuling::Own { asked_at: at(asked_at(number, number)) }),
                        "{user}, {later} s later"
                    );
                }
                if usize::try_from(9 - number).unwrap() >= caps.topic_places() {
                    continue;
                }
                if goes_on == "with another topic" {
                    let another = store.ask(&ask(&caps, 10, 50, LATE + 1_100)).await.unwrap();
                    assert_eq!(another, AskRuling::Caps(CapRuling::Admitted), "{user}");
                    continue;
                }
                let opens = asked_at(number, number) + window;
                let early = store.ask(&ask(&caps, number, 50, opens - 1)).await.unwrap();
                assert_eq!(early, AskRuling::Caps(CapRuling::AlreadyAsked { opens_at: at(opens) }), "{user}");
                assert_eq!(store.ask(&ask(&caps, number, 51, opens)).await.unwrap(), AskRuling::Caps(CapRuling::Admitted), "{user}");
            }
        }
    }
}

/// A block, a later ask and an erasure stop an ask, whatever the caps are.
async fn each_guard_of_an_ask(store: &Arc<impl Store>, caps: &Caps) {
    let counts: Vec<_> = caps.all().iter().map(|cap| cap.count).collect();
    let user = format!("{counts:?} {:?} guards", caps.topic_window());
    let ask = |number: u64, seconds: u64| {
        let subject = subject_of(&fixture::keys(), &user, &format!("topic-{number}"));
        Ask { caps: caps.clone(), ..subject.ask(call(number, number, false), at(seconds)) }
    };
    let (person, admitted) = (ask(0, 0).person, AskRuling::Caps(CapRuling::Admitted));
    assert_eq!(store.ask(&ask(1, 10_000)).await.unwrap(), admitted, "{user}");
    let behind = AskRuling::Caps(CapRuling::ClockBehind { newest: at(10_000) });
    assert_eq!(store.ask(&ask(2, 9_999)).await.unwrap(), behind, "{user}");
    assert!(store.block(person, at(20_000)).await.unwrap());
    assert_eq!(store.ask(&ask(3, 20_001)).await.unwrap(), AskRuling::Blocked, "{user}");
    assert!(store.unblock(person).await.unwrap());
    let erase = Erase { person, call: call(4, 0, false).id, now: at(30_000) };
    assert_eq!(store.erase(&erase).await.unwrap(), EraseRuling::Erased(at(30_000)), "{user}");
    assert_ne!(store.ask(&ask(5, 30_000)).await.unwrap(), admitted, "{user}: it would be erased");
    assert_eq!(store.ask(&ask(5, 30_001)).await.unwrap(), admitted, "{user}");
}

/// Each cap holds until its last second, while every other one would let the ask through.
async fn each_cap_alone(store: &Arc<impl Store>, caps: &Caps, lax: &Caps) {
    for cap in caps.all() {
        let user = format!("{cap} of {:?}", caps.all());
        let ask = |caps: &Caps, number: u64, seconds: u64| {
            let subject = subject_of(&fixture::keys(), &user, &format!("topic-{number}"));
            Ask { caps: caps.clone(), ..subject.ask(call(number, number, false), at(seconds)) }
        };
        for before in 0..u64::try_from(cap.count).unwrap() {
            assert_eq!(store.ask(&ask(lax, before, before)).await.unwrap(), AskRuling::Caps(CapRuling::Admitted), "{user}");
        }
        let opens = cap.window_seconds;
        let early = store.ask(&ask(caps, 50, opens - 1)).await.unwrap();
        assert_eq!(early, AskRuling::Caps(CapRuling::CapReached { cap: *cap, opens_at: at(opens) }), "{user}");
        assert_eq!(store.ask(&ask(caps, 51, opens)).await.unwrap(), AskRuling::Caps(CapRuling::Admitted), "{user}");
    }
}

async fn every_place_of_a_limit(store: Arc<impl Store>) {
    for limit in [ASKS_FROM_AN_ADDRESS, Limit { count: 3, ..ASKS_FROM_AN_ADDRESS }] {
        let count = u64::try_from(limit.count).unwrap();
        let key = LimitKey::of(&fixture::keys(), &fixture::business(), &limit, &[100 + u8::try_from(count).unwrap()]);
        let spend = |number: u64, seconds: u64| Spend { limit, key, call: call(number, number, true), now: at(seconds) };
        for number in 1..=count {
            assert_eq!(store.spend(&spend(number, number)).await.unwrap(), LimitRuling::Admitted);
        }
        for number in 1..=count {
            assert_eq!(store.spend(&spend(number, 100)).await.unwrap(), LimitRuling::Own, "the {number}th of {count}");
            // When all but this one have left the window, its repeat is still its own.
            assert_eq!(store.spend(&spend(number, 100_000)).await.unwrap(), LimitRuling::Own, "the {number}th of {count}, late");
        }
    }
}

async fn registers(store: Arc<impl Store>) {
    every_place_of_a_limit(Arc::clone(&store)).await;
    every_place_of_a_register(store).await;
}

#[tokio::test]
async fn each_clause_is_heeded_in_memory() {
    registers(Arc::new(MemoryStore::default())).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn each_clause_is_heeded_in_dynamodb() {
    registers(Engine::start().await.store.clone()).await;
}

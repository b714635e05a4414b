//! A scheduled message, a cancellation and a revocation at the second at which it is due: whoever comes first, what
//! everybody was told is so.

use std::sync::Arc;
use std::time::Duration;

use ringonce_domain::business::ChannelKind;
use ringonce_domain::optin::Occupant;
use ringonce_domain::rules::{Cancel, Outcome, Redeem, Ruling, Settle, Settler, Start};
use ringonce_domain::store::Store;
use ringonce_domain::time::Timestamp;
use ringonce_memory::MemoryStore;
use ringonce_memory::fixture::{self, Subject, at, attempt_id, call, path, subject};
use ringonce_tests::engine::Engine;
use tokio::time::sleep;

const DUE: u64 = 3_600;
const SKEW: Duration = Duration::from_secs(5);

async fn scheduled(store: &Arc<dyn Store>, subject: &Subject) {
    let _ = store.answer(&subject.grant(call(1, 0, false), at(0), at(1))).await.unwrap();
    let redeem = Redeem { send_at: Some(at(DUE)), ..subject.redeem(call(1, 0, false), call(2, 2, false), "back", at(2)) };
    assert!(matches!(store.redeem(&redeem).await.unwrap(), Ruling::Apply(_)));
}

/// A sweep that begins the message, and the worker that delivers it by inbox. Whether this worker sent it.
async fn sweep_and_deliver(store: &Arc<dyn Store>, subject: &Subject, now: Timestamp, worker: u64) -> bool {
    let (address, ask) = (subject.address, call(1, 0, false).id);
    let _ = store.start(&Start { address, ask, redemption: 1, now, skew: SKEW }).await.unwrap();
    let Some(optin) = store.occupant(address).await.unwrap().and_then(Occupant::optin) else {
        return false;
    };
    let settle = Settle {
        call: call(2, 2, false).id,
        granted_at: at(1),
        ..subject.settle(call(1, 0, false), Settler::Queue(attempt_id(worker), optin.version), Outcome::Sent, now)
    };
    let queued = *path(&optin).last().unwrap() == "queued";
    queued && matches!(store.settle(&settle).await.unwrap(), Ruling::Apply(_))
}

async fn cancelled(store: &Arc<dyn Store>, subject: &Subject, now: Timestamp) -> bool {
    let cancel = Cancel {
        address: subject.address,
        ask: call(1, 0, false).id,
        redemption: 1,
        call: call(2, 2, false).id,
        granted_at: at(1),
        channel: ChannelKind::Webhook,
        now,
    };
    store.cancel(&cancel).await.unwrap().into_result().is_ok()
}

async fn revoked(store: &Arc<dyn Store>, subject: &Subject, now: Timestamp) -> bool {
    store.revoke(&subject.revoke(call(1, 0, false), now)).await.unwrap().into_result().is_ok()
}

/// The ways that such a message may go, and whether it was sent, cancelled and revoked on each.
const ALLOWED: [(&[&str], [bool; 3]); 5] = [
    (&["granted", "scheduled", "queued", "sent"], [true, false, false]),
    (&["granted", "scheduled", "granted"], [false, true, false]),
    (&["granted", "scheduled", "granted", "revoked"], [false, true, true]),
    (&["granted", "scheduled", "revoked"], [false, false, true]),
    (&["granted", "scheduled", "queued", "revoked"], [false, false, true]),
];

/// One race: who comes when is the seed's. The way that it went.
async fn race(store: &Arc<dyn Store>, seed: u64) -> usize {
    let subject = subject(&fixture::keys(), &format!("due-{seed}"));
    scheduled(store, &subject).await;
    let dice =
        |number: u64, sides: u64| (seed.wrapping_mul(0x9E37_79B9_7F4A_7C15).rotate_left(u32::try_from(number * 11).unwrap()) >> 7) % sides;
    // Clocks that differ by up to five seconds, some seconds after the time.
    let clock = |number| at(DUE + 5) + Duration::from_millis(dice(number, 5_000));
    let wait = |number| Duration::from_micros(dice(number, 400));
    let actor = async |number: u64, act: u64| {
        sleep(wait(number)).await;
        match act {
            0 | 1 => sweep_and_deliver(store, &subject, clock(number), act).await,
            2 => dice(9, 4) != 0 && cancelled(store, &subject, clock(number)).await,
            _ => dice(8, 4) != 0 && revoked(store, &subject, clock(number)).await,
        }
    };
    let (first, second, cancelled, revoked) = tokio::join!(actor(1, 0), actor(2, 1), actor(3, 2), actor(4, 3));
    assert!(!(first && second), "seed {seed}: two workers sent it");
    // What nobody took back the next sweep sends.
    let last = sweep_and_deliver(store, &subject, clock(5) + SKEW, 2).await;
    let optin = store.occupant(subject.address).await.unwrap().and_then(Occupant::optin).unwrap();
    let told = [first || second || last, cancelled, revoked];
    let way = ALLOWED.iter().position(|(way, expected)| *way == path(&optin) && *expected == told);
    way.unwrap_or_else(|| panic!("seed {seed}: {:?} and told {told:?}", path(&optin)))
}

async fn a_scheduled_message_a_cancellation_and_a_revocation_race(store: Arc<dyn Store>, seeds: u64) {
    let mut ways = [0; ALLOWED.len()];
    for seed in 0..seeds {
        ways[race(&store, seed).await] += 1;
    }
    assert!(ways.iter().filter(|count| **count > 0).count() >= 4, "too few ways were gone: {ways:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn in_memory_a_thousand_races_at_the_due_second_end_as_they_may() {
    a_scheduled_message_a_cancellation_and_a_revocation_race(Arc::new(MemoryStore::default()), 1_000).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn in_dynamodb_races_at_the_due_second_end_as_they_may() {
    for batch in 0..5 {
        // The embedded engine slows down as stream records pile up.
        let engine = Engine::start().await;
        let store: Arc<dyn Store> = engine.store.clone();
        let mut ways = [0; ALLOWED.len()];
        for seed in 0..200 {
            ways[race(&store, batch * 200 + seed).await] += 1;
        }
        assert!(ways.iter().filter(|count| **count > 0).count() >= 3, "too few ways were gone: {ways:?}");
    }
}

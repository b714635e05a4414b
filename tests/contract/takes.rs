//! What a step of a release takes: a grant, once, and by a later step again if it came back.

use std::sync::Arc;

use ringonce_domain::address::ReleaseKey;
use ringonce_domain::business::ChannelKind;
use ringonce_domain::optin::{Optin, Reason};
use ringonce_domain::rules::{Answer, AttemptFrom, Cancel, Choice, Outcome, Redeem, Ruling, Settle, Settler, Take};
use ringonce_domain::store::Store;
use ringonce_domain::time::Timestamp;
use ringonce_memory::MemoryStore;
use ringonce_memory::fixture::{self, Subject, at, attempt_id, call, path, subject};
use ringonce_tests::engine::Engine;

fn by(subject: &Subject, step: u64, now: Timestamp) -> Take {
    let release = ReleaseKey::from_bytes([7; 16]);
    Take { address: subject.address, release, call: call(step, 0, true).id, to_inbox: None, now }
}

/// What the store says of a take: what stands after it, and whether this very call made it so.
async fn taken(store: &Arc<impl Store>, take: &Take) -> Option<(Optin, bool)> {
    match store.take(take).await.unwrap() {
        Ruling::Apply(optin) => Some((*optin, true)),
        Ruling::Own(optin) => Some((*optin, false)),
        Ruling::Refused(_) => None,
    }
}

async fn a_step_takes_a_grant_once_and_a_later_one_what_came_back(store: Arc<impl Store>) {
    let (subject, ask) = (subject(&fixture::keys(), "outside"), call(1, 0, false));
    assert!(taken(&store, &by(&subject, 8, at(1))).await.is_none(), "nothing stands there");
    let _ = store.answer(&subject.grant(ask, at(0), at(1))).await.unwrap();
    let first = by(&subject, 8, at(2));
    let inbox = Take { to_inbox: Some(attempt_id(1)), ..first };
    assert!(taken(&store, &inbox).await.is_none(), "it is by another channel");
    let (optin, anew) = taken(&store, &first).await.unwrap();
    assert!(anew && path(&optin) == ["granted", "queued"] && optin.release == Some(first.release), "{optin:?}");
    assert!(matches!(taken(&store, &first).await, Some((_, false))), "its own repeat");
    assert!(taken(&store, &by(&subject, 9, at(3))).await.is_none(), "another's");
    let _ = store.attempt(&subject.attempt(ask, 1, AttemptFrom::Queue, at(3))).await.unwrap();
    let settle = subject.settle(ask, Settler::Attempt(attempt_id(1), 1), Outcome::Returned(Reason::Refused), at(4));
    let _ = store.settle(&Settle { call: first.call, ..settle }).await.unwrap();
    assert!(taken(&store, &first).await.is_none(), "it came back from this very step");
    let (optin, anew) = taken(&store, &by(&subject, 9, at(5))).await.unwrap();
    assert!(anew && optin.redemption.as_ref().is_some_and(|redemption| redemption.number == 2), "{optin:?}");
}

async fn a_step_delivers_to_an_inbox_as_it_takes(store: Arc<impl Store>) {
    let (subject, ask) = (subject(&fixture::keys(), "inbox"), call(2, 0, false));
    let grant = Answer { choice: Choice::Grant(ChannelKind::Inbox), ..subject.grant(ask, at(0), at(1)) };
    let _ = store.answer(&grant).await.unwrap();
    let take = Take { to_inbox: Some(attempt_id(1)), ..by(&subject, 8, at(2)) };
    let late = Take { now: optin_ends(&store, &subject).await, ..take };
    assert!(taken(&store, &late).await.is_none(), "its time is up");
    let call_off = Take { call: call(7, 0, true).id, ..take };
    let _ = store.redeem(&Redeem { send_at: Some(at(60)), ..subject.redeem(ask, call(7, 0, true), "back", at(2)) }).await.unwrap();
    let (address, ask, granted_at) = (take.address, ask.id, at(1));
    let cancel = Cancel { address, ask, redemption: 1, call: call_off.call, granted_at, channel: ChannelKind::Inbox, now: at(2) };
    assert!(matches!(store.cancel(&cancel).await.unwrap(), Ruling::Apply(_)));
    assert!(taken(&store, &call_off).await.is_none(), "what that call sent was cancelled");
    let (optin, anew) = taken(&store, &take).await.unwrap();
    assert!(anew && path(&optin) == ["granted", "scheduled", "granted", "queued", "sent"], "{optin:?}");
    assert!(matches!(taken(&store, &take).await, Some((_, false))), "its own repeat");
    assert!(taken(&store, &by(&subject, 9, at(3))).await.is_none(), "another's");
}

async fn optin_ends(store: &Arc<impl Store>, subject: &Subject) -> Timestamp {
    store.occupant(subject.address).await.unwrap().and_then(ringonce_domain::optin::Occupant::optin).unwrap().expires_at
}

#[tokio::test]
async fn a_step_takes_a_grant_once_in_memory() {
    let store = Arc::new(MemoryStore::default());
    a_step_takes_a_grant_once_and_a_later_one_what_came_back(Arc::clone(&store)).await;
    a_step_delivers_to_an_inbox_as_it_takes(store).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_step_takes_a_grant_once_in_dynamodb() {
    let engine = Engine::start().await;
    a_step_takes_a_grant_once_and_a_later_one_what_came_back(engine.store.clone()).await;
    a_step_delivers_to_an_inbox_as_it_takes(engine.store.clone()).await;
}

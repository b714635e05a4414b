//! What an operator ends in a restored table: what stands as it was read, and nothing else.

use std::sync::Arc;
use std::time::Duration;

use ringonce_adapters::memory::MemoryStore;
use ringonce_domain::call::Call;
use ringonce_domain::optin::{Optin, Reason, State};
use ringonce_domain::rules::{AttemptFrom, LostLease, Outcome, Ruling, Settle, Settler};
use ringonce_domain::store::Store;
use ringonce_tests::engine::Engine;
use ringonce_tests::fixture::{self, Subject, at, attempt_id, call};

on_both_stores!(a_message_of_a_restored_table_ends_as_it_was_read, what_is_another_or_has_moved_on_is_left_as_it_is);

fn ask() -> Call {
    call(1, 0, false)
}

/// How an operator ends the first redemption, read in that version.
fn restored(subject: &Subject, version: u32) -> Settle {
    subject.settle(ask(), Settler::Restored(version), Outcome::Unknown(Reason::Restored), at(9))
}

fn applied<R: std::fmt::Debug>(ruling: Ruling<R>) -> Optin {
    match ruling {
        Ruling::Apply(optin) => *optin,
        other => panic!("{other:?}"),
    }
}

/// An opt-in that stands in that state: its person and it.
async fn standing(store: &impl Store, state: State) -> (Subject, Optin) {
    let subject = fixture::subject(&fixture::keys(), state.word());
    applied(store.answer(&subject.grant(ask(), at(0), at(1))).await.unwrap());
    let mut redeem = subject.redeem(ask(), call(2, 2, false), "x", at(2));
    redeem.send_at = (state == State::Scheduled).then(|| at(600));
    let redeemed = applied(store.redeem(&redeem).await.unwrap());
    if redeemed.state == state {
        return (subject, redeemed);
    }
    let attempted = applied(store.attempt(&subject.attempt(ask(), 1, AttemptFrom::Queue, at(3))).await.unwrap());
    let outcome = match state {
        State::Attempting => return (subject, attempted),
        State::Granted => Outcome::Returned(Reason::Refused),
        _ => Outcome::Sent,
    };
    let settle = subject.settle(ask(), Settler::Attempt(attempt_id(1), 1), outcome, at(4));
    (subject, applied(store.settle(&settle).await.unwrap()))
}

async fn a_message_of_a_restored_table_ends_as_it_was_read(store: Arc<impl Store>) {
    for state in [State::Scheduled, State::Queued, State::Attempting] {
        let (subject, optin) = standing(&*store, state).await;
        assert_eq!(optin.state, state);
        let settle = restored(&subject, optin.version);
        let ended = applied(store.settle(&settle).await.unwrap());
        assert_eq!((ended.state, ended.reason(), ended.version), (State::Unknown, Some(Reason::Restored), optin.version + 1));
        assert_eq!((ended.delivery.lease, ended.delivery.due_at), (None, None), "nothing takes it up");
        assert_eq!(store.settle(&settle).await.unwrap(), Ruling::Own(Box::new(ended)), "a repeat is recognised");
    }
    let far = at(0) + Duration::from_secs(86_400);
    for shard in 0..ringonce_domain::store::DUE_SHARDS {
        assert_eq!(store.due(shard, far, 10).await.unwrap(), []);
    }
}

async fn what_is_another_or_has_moved_on_is_left_as_it_is(store: Arc<impl Store>) {
    let refused = Ruling::Refused(LostLease);
    let (subject, queued) = standing(&*store, State::Queued).await;
    let settle = restored(&subject, queued.version);
    for other in [
        restored(&subject, queued.version - 1),
        restored(&subject, queued.version + 1),
        Settle { ask: call(9, 9, false).id, ..settle },
        Settle { redemption: 2, ..settle },
    ] {
        assert_eq!(store.settle(&other).await.unwrap(), refused, "{other:?}");
    }
    // A token that came back stands for a redemption too, and so does a message that is over.
    for state in [State::Granted, State::Sent] {
        let (subject, optin) = standing(&*store, state).await;
        assert_eq!((optin.state, optin.redemption.is_some()), (state, true));
        assert_eq!(store.settle(&restored(&subject, optin.version)).await.unwrap(), refused, "{state}");
    }
    assert_eq!(applied(store.settle(&settle).await.unwrap()).state, State::Unknown);
}

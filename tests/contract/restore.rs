//! What an operator ends in a restored table: what stands as it was read, and nothing else.

use std::sync::Arc;
use std::time::Duration;

use ringonce_domain::api_key::{ApiKey, KeyKind};
use ringonce_domain::business::{ApiKeyRecord, Business, ChannelKind, Settings, Webhook};
use ringonce_domain::call::Call;
use ringonce_domain::consent::{AnswerAddress, SealedAddress};
use ringonce_domain::optin::{Optin, Reason, State};
use ringonce_domain::restore::{Restores, Standing};
use ringonce_domain::rules::{Answer, AttemptFrom, Choice, LostLease, Outcome, Ruling, Settle, Settler};
use ringonce_domain::store::Store;
use ringonce_memory::MemoryStore;
use ringonce_memory::fixture::{self, Subject, at, attempt_id, call};
use ringonce_tests::engine::Engine;
use ringonce_tests::world::settings;

on_both_stores!(
    a_message_of_a_restored_table_ends_as_it_was_read,
    what_is_another_or_has_moved_on_is_left_as_it_is,
    a_restored_table_shows_what_is_not_over_and_nothing_else,
    a_business_is_frozen_with_all_of_its_keys_and_keeps_what_else_it_is,
);

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

/// What a page of the table shows, in words.
fn shown(standing: &Standing) -> String {
    match standing {
        Standing::Optin(optin) => format!("{} {}", optin.user.as_str(), optin.state),
        Standing::Release(release) => format!("release {:?}", release.state),
        Standing::Business(business) => format!("business {}", business.id),
    }
}

async fn a_restored_table_shows_what_is_not_over_and_nothing_else(store: Arc<impl Store + Restores>) {
    let store = &*store;
    for state in [State::Scheduled, State::Queued, State::Attempting, State::Granted, State::Sent] {
        let (_, optin) = standing(store, state).await;
        // Beside those that stand, replaced ones of the same words, and whatever else there is of a person.
        store.archive(&Optin { ask: call(5, 5, false).id, ..optin }).await.unwrap();
    }
    let typed = fixture::subject(&fixture::keys(), "confirming");
    let sealed = SealedAddress::seal(&fixture::keys(), &typed.address.person, "ada@shop.example");
    let address = Some(AnswerAddress { sealed, is_to_be_confirmed: true });
    applied(
        store.answer(&Answer { choice: Choice::Grant(ChannelKind::Email), address, ..typed.grant(ask(), at(0), at(1)) }).await.unwrap(),
    );
    applied(store.answer(&fixture::subject(&fixture::keys(), "declined").decline(ask(), at(0), at(1))).await.unwrap());
    store.start_release(&fixture::release()).await.unwrap();
    store.list_release(&fixture::release()).await.unwrap();
    let business = Business { id: fixture::business(), settings: settings(), webhook: None };
    assert!(store.add_business(&business).await.unwrap());
    let page = store.standing(None).await.unwrap();
    let mut all: Vec<_> = page.standing.iter().map(shown).collect();
    all.sort();
    let expected = [
        "attempting attempting",
        "business shop",
        "confirming confirming",
        "granted granted",
        "queued queued",
        "release Running",
        "scheduled scheduled",
    ];
    assert_eq!(all, expected);
    assert_eq!((page.unreadable, page.next), (0, None));
}

async fn a_business_is_frozen_with_all_of_its_keys_and_keeps_what_else_it_is(store: Arc<impl Store + Restores>) {
    let store = &*store;
    let id = fixture::business();
    assert!(!store.freeze(&id).await.unwrap(), "there is none");
    let business =
        Business { id: id.clone(), settings: settings(), webhook: Some(Webhook::standard("https://a.example".to_owned(), Vec::new())) };
    assert!(store.add_business(&business).await.unwrap());
    let keys = [1, 2].map(|number| ApiKey::new(KeyKind::Secret, [number; 24]).hash());
    for hash in &keys {
        let record = ApiKeyRecord {
            business: id.clone(),
            kind: KeyKind::Secret,
            created_at: at(0),
            last_four: "abcd".to_owned(),
            settings: settings(),
        };
        store.add_api_key(hash, &record).await.unwrap();
    }
    assert!(store.freeze(&id).await.unwrap());
    let frozen = Settings { frozen: true, ..settings() };
    assert_eq!(store.business(&id).await.unwrap(), Some(Business { settings: frozen.clone(), ..business }));
    for hash in &keys {
        assert_eq!(store.api_key(hash).await.unwrap().unwrap().settings, frozen);
    }
    assert!(!store.freeze(&id).await.unwrap(), "a repeat changes nothing");
}

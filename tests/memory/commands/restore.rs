use ringonce_domain::business::Business;
use ringonce_domain::call::Call;
use ringonce_domain::commands::{erase_again, is_undone, settle_restored};
use ringonce_domain::optin::{Reason, State};
use ringonce_domain::release::ReleaseState;
use ringonce_domain::restore::{Erasure, Restores, Settlement, Unsettled, unsettled};
use ringonce_domain::store::{Commands, Directory, People, Releases};
use ringonce_memory::MemoryStore;
use ringonce_memory::fixture::{self, at, business, call, keys, subject};

use super::settings;

fn ask() -> Call {
    call(1, 1, true)
}

/// A restored table: a message that is queued, a release that is under way, and their business.
async fn restored() -> MemoryStore {
    let (store, subject) = (MemoryStore::default(), subject(&keys(), "ada"));
    let _ = store.ask(&subject.ask(ask(), at(0))).await.unwrap();
    let _ = store.answer(&subject.grant(ask(), at(0), at(1))).await.unwrap();
    let _ = store.redeem(&subject.redeem(ask(), call(2, 2, false), "x", at(2))).await.unwrap();
    store.start_release(&fixture::release()).await.unwrap();
    assert!(store.add_business(&Business { id: business(), settings: settings(), webhook: None }).await.unwrap());
    store
}

async fn found(store: &MemoryStore) -> Vec<Unsettled> {
    let page = store.standing(None).await.unwrap();
    page.standing.iter().filter_map(|standing| unsettled(standing, at(9))).collect()
}

#[tokio::test]
async fn what_may_have_gone_on_is_made_safe_once() {
    let store = restored().await;
    let all = found(&store).await;
    let mut settlement = Settlement::default();
    for unsettled in &all {
        settlement.note(unsettled, settle_restored(&store, unsettled).await.unwrap());
    }
    let mended = settlement.counts().map(|(_, count)| (count.found, count.mended));
    assert_eq!(mended, [(0, 0), (1, 1), (0, 0), (1, 1), (1, 1), (0, 0)]);
    let message = store.occupant(subject(&keys(), "ada").address).await.unwrap().unwrap().optin().unwrap();
    assert_eq!((message.state, message.reason()), (State::Unknown, Some(Reason::Restored)));
    assert_eq!(store.release(fixture::release().key).await.unwrap().unwrap().state, ReleaseState::Stopped);
    assert!(store.business(&business()).await.unwrap().unwrap().settings.frozen);
    let held = found(&store).await;
    assert!(matches!(held.as_slice(), [Unsettled::Business(_, false)]), "{held:?}");
    assert!(!settle_restored(&store, &held[0]).await.unwrap(), "its tokens are held already");
}

#[tokio::test]
async fn what_has_moved_on_since_it_was_read_is_left_as_it_is() {
    let store = restored().await;
    let all = found(&store).await;
    let subject = subject(&keys(), "ada");
    let _ = store.revoke(&subject.revoke(ask(), at(5))).await.unwrap();
    let seen = fixture::release();
    assert!(store.advance_release(&seen, &seen.found(at(5))).await.unwrap());
    for unsettled in all.iter().filter(|unsettled| !matches!(unsettled, Unsettled::Business(..))) {
        assert!(!settle_restored(&store, unsettled).await.unwrap(), "{unsettled:?}");
    }
    assert_eq!(store.occupant(subject.address).await.unwrap().unwrap().optin().unwrap().state, State::Revoked);
}

#[tokio::test]
async fn an_erasure_is_undone_where_its_person_was_erased_earlier_or_never() {
    let store = restored().await;
    let person = subject(&keys(), "ada").address.person;
    let erasure = |seconds| Erasure { person, at: at(seconds) };
    assert!(is_undone(&store, &erasure(7)).await.unwrap());
    let stranger = Erasure { person: subject(&keys(), "stranger").address.person, at: at(7) };
    assert!(!is_undone(&store, &stranger).await.unwrap(), "nothing is known of them");
    assert!(!erase_again(&store, &stranger, call(8, 8, true).id).await.unwrap());
    assert!(erase_again(&store, &erasure(7), call(9, 9, true).id).await.unwrap());
    assert_eq!(store.person(person).await.unwrap().unwrap().erased_at, Some(at(7)), "at its own time");
    for (seconds, undone) in [(6, false), (7, false), (8, true)] {
        assert_eq!(is_undone(&store, &erasure(seconds)).await.unwrap(), undone, "of second {seconds}");
    }
}

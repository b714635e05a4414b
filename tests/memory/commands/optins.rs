use ringonce_domain::address::OptinAddress;
use ringonce_domain::commands::{answer, confirm, find_optin, revoke};
use ringonce_domain::consent::{AnswerAddress, SealedAddress};
use ringonce_domain::optin::{Reason, State};
use ringonce_domain::rules::{Answer, Choice, Confirm, ConfirmRefusal, RevokeRefusal};
use ringonce_domain::store::People;
use ringonce_domain::{business::ChannelKind, call::Call};
use ringonce_memory::MemoryStore;
use ringonce_memory::fixture::{Subject, at, call, keys, subject};

fn ask(number: u64) -> Call {
    call(number, number, true)
}

async fn found(store: &MemoryStore, address: OptinAddress, ask: Call) -> Option<State> {
    find_optin(store, address, ask.id).await.unwrap().map(|optin| optin.state)
}

#[tokio::test]
async fn an_opt_in_is_found_where_it_stands_and_among_those_that_were_replaced() {
    let (store, subject) = (MemoryStore::default(), subject(&keys(), "ada"));
    let (first, second) = (ask(1), ask(2));
    let declined = answer(&store, &subject.decline(first, at(0), at(1))).await.unwrap().unwrap();
    assert_eq!((declined.state, found(&store, subject.address, first).await), (State::Declined, Some(State::Declined)));
    assert_eq!(found(&store, subject.address, second).await, None);
    let granted = answer(&store, &subject.grant(second, at(2), at(3))).await.unwrap().unwrap();
    assert_eq!((granted.state, found(&store, subject.address, second).await), (State::Granted, Some(State::Granted)));
    assert_eq!(found(&store, subject.address, first).await, None, "it was replaced, and is not archived yet");
    store.archive(&declined).await.unwrap();
    assert_eq!(found(&store, subject.address, first).await, Some(State::Declined));
}

#[tokio::test]
async fn a_revocation_is_the_same_however_often_it_is_asked_for() {
    let (store, subject) = (MemoryStore::default(), subject(&keys(), "ada"));
    let command = subject.revoke(ask(1), at(2));
    assert_eq!(revoke(&store, &command).await.unwrap(), Err(RevokeRefusal::Unknown));
    answer(&store, &subject.grant(ask(1), at(0), at(1))).await.unwrap().unwrap();
    for _ in 0..2 {
        let revoked = revoke(&store, &command).await.unwrap().unwrap();
        assert_eq!((revoked.state, revoked.reason(), revoked.version), (State::Revoked, Some(Reason::ByPerson), 2));
    }
}

/// A yes by e-mail, to an address that was typed.
fn typed(subject: &Subject, sealed: &SealedAddress) -> Answer {
    let address = Some(AnswerAddress { sealed: sealed.clone(), is_to_be_confirmed: true });
    Answer { choice: Choice::Grant(ChannelKind::Email), address, ..subject.grant(ask(1), at(0), at(1)) }
}

#[tokio::test]
async fn a_typed_address_is_confirmed_by_its_own_link_alone() {
    let (store, subject) = (MemoryStore::default(), subject(&keys(), "ada"));
    let sealed = SealedAddress::seal(&keys(), &subject.address.person, "ada@shop.example");
    let command = Confirm { address: subject.address, ask: ask(1).id, hash: sealed.hash, now: at(2) };
    assert_eq!(confirm(&store, &command).await.unwrap(), Err(ConfirmRefusal::Superseded));
    assert_eq!(answer(&store, &typed(&subject, &sealed)).await.unwrap().unwrap().state, State::Confirming);
    assert!(confirm(&store, &Confirm { hash: [9; 16], ..command }).await.unwrap().is_err());
    for _ in 0..2 {
        let confirmed = confirm(&store, &command).await.unwrap().unwrap();
        assert_eq!((confirmed.state, confirmed.version), (State::Granted, 2));
    }
}

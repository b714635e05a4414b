use std::time::Duration;

use ringonce_domain::call::Call;
use ringonce_domain::commands::{NotifyInput, NotifyRefusal, notify, revoke};
use ringonce_domain::ids::OptinId;
use ringonce_domain::optin::{Optin, State, TOKEN_LIFE};
use ringonce_domain::person::Erase;
use ringonce_domain::rules::{SendAtRefusal, latest_send_at};
use ringonce_domain::store::{Commands, People, StoreError};
use ringonce_domain::time::Timestamp;
use ringonce_memory::MemoryStore;
use ringonce_memory::fixture::{Subject, at, business, call, keys, message, subject};

use super::named;

/// A table in which Ada was asked and said yes.
struct Granted {
    store: MemoryStore,
    subject: Subject,
    id: OptinId,
}

/// What came of a notification: its message's redemption, and whether it is a repeat.
type Came = Result<(u32, bool), NotifyRefusal>;

impl Granted {
    async fn new() -> Self {
        let (store, subject) = (MemoryStore::default(), subject(&keys(), "ada"));
        let _ = store.ask(&subject.ask(Self::ask(), at(0))).await.unwrap();
        let granted = store.answer(&subject.grant(Self::ask(), at(0), at(1))).await.unwrap().into_result().unwrap();
        Self { store, subject, id: granted.id() }
    }

    fn ask() -> Call {
        call(1, 1, true)
    }

    fn input(&self, text: &str) -> NotifyInput {
        let token = self.id.token().reveal(&keys(), &business()).unwrap();
        NotifyInput { business: business(), token, message: message(text), send_at: None, name: named("n") }
    }

    async fn try_notify(&self, input: &NotifyInput, now: Timestamp) -> Result<Came, StoreError> {
        let came = notify(&self.store, &keys(), input, now, [1; 8]).await?;
        Ok(came.map(|notified| (notified.redemption, notified.repeated)))
    }

    async fn notify(&self, input: &NotifyInput, now: Timestamp) -> Came {
        self.try_notify(input, now).await.unwrap()
    }

    async fn standing(&self) -> Optin {
        self.store.occupant(self.subject.address).await.unwrap().unwrap().optin().unwrap()
    }

    /// Another yes takes the place of the opt-in, which is over.
    async fn replaced_at(&self, now: Timestamp) -> Optin {
        let past = self.standing().await;
        let other = call(2, 2, true);
        self.store.answer(&self.subject.grant(other, now, now)).await.unwrap().into_result().unwrap();
        past
    }
}

#[tokio::test]
async fn a_token_sends_one_message_and_its_callers_repeat_is_told_so() {
    let granted = Granted::new().await;
    let input = granted.input("It is back.");
    assert_eq!(granted.notify(&input, at(2)).await, Ok((1, false)));
    assert_eq!(granted.notify(&input, at(3)).await, Ok((1, true)));
    assert_eq!(granted.notify(&granted.input("Another."), at(4)).await, Err(NotifyRefusal::KeyReused));
    let timed = NotifyInput { send_at: Some(at(4_000)), ..input.clone() };
    assert_eq!(granted.notify(&timed, at(4)).await, Err(NotifyRefusal::KeyReused), "its time is of the message too");
    let rival = NotifyInput { name: named("rival"), ..granted.input("Another.") };
    assert_eq!(granted.notify(&rival, at(5)).await, Err(NotifyRefusal::TokenUsed));
    assert_eq!((granted.standing().await.state, granted.standing().await.version), (State::Queued, 2));
}

#[tokio::test]
async fn a_token_that_is_not_the_businesss_own_is_unknown_and_nothing_is_looked_up() {
    let granted = Granted::new().await;
    let mut forged = granted.input("x");
    forged.token.pop();
    assert_eq!(granted.notify(&forged, at(2)).await, Err(NotifyRefusal::TokenUnknown));
    let foreign = NotifyInput { business: "rival".to_owned().try_into().unwrap(), ..granted.input("x") };
    assert_eq!(granted.notify(&foreign, at(2)).await, Err(NotifyRefusal::TokenUnknown));
    assert_eq!(granted.standing().await.state, State::Granted);
}

#[tokio::test]
async fn what_ended_a_token_is_said() {
    let granted = Granted::new().await;
    let late = NotifyInput { send_at: Some(at(1) + TOKEN_LIFE), ..granted.input("x") };
    let latest = latest_send_at(at(1) + TOKEN_LIFE);
    assert_eq!(granted.notify(&late, at(2)).await, Err(NotifyRefusal::SendAt(SendAtRefusal::Late(latest))));
    assert_eq!(granted.notify(&granted.input("x"), at(1) + TOKEN_LIFE).await, Err(NotifyRefusal::TokenExpired));
    revoke(&granted.store, &granted.subject.revoke(Granted::ask(), at(2))).await.unwrap().unwrap();
    assert_eq!(granted.notify(&granted.input("x"), at(3)).await, Err(NotifyRefusal::TokenRevoked));
}

#[tokio::test]
async fn a_token_whose_opt_in_was_replaced_is_what_its_past_says() {
    let granted = Granted::new().await;
    let input = granted.input("It is back.");
    granted.notify(&input, at(2)).await.unwrap();
    revoke(&granted.store, &granted.subject.revoke(Granted::ask(), at(3))).await.unwrap().unwrap();
    let past = granted.replaced_at(at(10)).await;
    granted.store.archive(&past).await.unwrap();
    assert_eq!(granted.notify(&input, at(11)).await, Ok((1, true)), "the caller's own repeat");
    let rival = NotifyInput { name: named("rival"), ..granted.input("Another.") };
    assert_eq!(granted.notify(&rival, at(11)).await, Err(NotifyRefusal::TokenRevoked));
}

#[tokio::test]
async fn a_grant_that_had_lapsed_by_the_clock_that_replaced_it_has_lapsed_by_every_clock() {
    let granted = Granted::new().await;
    let past = granted.replaced_at(at(1) + TOKEN_LIFE).await;
    assert_eq!(past.state, State::Granted);
    granted.store.archive(&past).await.unwrap();
    assert_eq!(granted.notify(&granted.input("x"), at(2)).await, Err(NotifyRefusal::TokenExpired), "the clock is far behind");
    assert_eq!(granted.standing().await.state, State::Granted, "and the other yes is whole");
}

#[tokio::test]
async fn a_replaced_token_is_unknown_only_once_its_past_can_come_no_more() {
    let granted = Granted::new().await;
    let input = granted.input("x");
    revoke(&granted.store, &granted.subject.revoke(Granted::ask(), at(2))).await.unwrap().unwrap();
    granted.replaced_at(at(10)).await;
    let day = Duration::from_secs(86_400);
    for now in [at(10), at(11), at(10) + day] {
        let undecided = granted.try_notify(&input, now).await;
        assert!(matches!(undecided, Err(StoreError::Unavailable(_))), "the stream may still bring it: {undecided:?}");
    }
    let after = at(10) + day + Duration::from_millis(1);
    assert_eq!(granted.notify(&input, after).await, Err(NotifyRefusal::TokenUnknown));
    let erase = Erase { person: granted.subject.address.person, call: call(9, 9, true).id, now: at(12) };
    let _ = granted.store.erase(&erase).await.unwrap();
    assert_eq!(granted.notify(&input, at(13)).await, Err(NotifyRefusal::TokenUnknown), "it was erased");
}

//! Each clause of a command's condition: a command that differs in that alone from one that may be carried out is not.

use std::sync::Arc;
use std::time::Duration;

use ringonce_domain::business::ChannelKind;
use ringonce_domain::call::Call;
use ringonce_domain::caps::CapRuling;
use ringonce_domain::consent::{AnswerAddress, SealedAddress};
use ringonce_domain::optin::{Occupant, Optin, Reason};
use ringonce_domain::person::{AskRuling, Erase, EraseRuling};
use ringonce_domain::retry::MOST_RETURNS;
use ringonce_domain::rules::{Answer, Attempt, AttemptFrom, Cancel, Choice, Outcome, Redeem, Reschedule, Ruling, Settle, Settler, Start};
use ringonce_domain::store::{Store, Stored};
use ringonce_memory::MemoryStore;
use ringonce_memory::fixture::{self, Subject, at, attempt_id, call, subject};
use ringonce_tests::engine::Engine;

/// How long before its end a message is no longer begun.
const SKEW: Duration = Duration::from_secs(5);

/// One opt-in, of a person of its own.
struct Scene<S> {
    store: Arc<S>,
    subject: Subject,
    ask: Call,
}

impl<S: Store> Scene<S> {
    async fn granted(store: &Arc<S>, user: &str) -> Self {
        let scene = Self { store: Arc::clone(store), subject: subject(&fixture::keys(), user), ask: call(1, 0, false) };
        applied(store.answer(&scene.subject.grant(scene.ask, at(0), at(1))).await);
        scene
    }

    async fn redeemed(store: &Arc<S>, user: &str, send_at: Option<u64>) -> Self {
        let scene = Self::granted(store, user).await;
        applied(store.redeem(&scene.redeem(2, send_at)).await);
        scene
    }

    async fn attempting(store: &Arc<S>, user: &str) -> Self {
        let scene = Self::redeemed(store, user, None).await;
        applied(store.attempt(&scene.attempt(1, AttemptFrom::Queue, 3)).await);
        scene
    }

    fn redeem(&self, number: u64, send_at: Option<u64>) -> Redeem {
        Redeem { send_at: send_at.map(at), ..self.subject.redeem(self.ask, call(number, number, false), "back", at(2)) }
    }

    fn attempt(&self, id: u64, from: AttemptFrom, seconds: u64) -> Attempt {
        self.subject.attempt(self.ask, id, from, at(seconds))
    }

    fn settle(&self, by: Settler, seconds: u64) -> Settle {
        self.subject.settle(self.ask, by, Outcome::Sent, at(seconds))
    }

    async fn standing(&self) -> Optin {
        self.store.occupant(self.subject.address).await.unwrap().and_then(Occupant::optin).unwrap()
    }

    /// None of these is carried out, and `right` is.
    async fn only<C, R: std::fmt::Debug>(&self, wrong: &[(&str, C)], right: &C, carry_out: impl AsyncFn(&C) -> Stored<Ruling<R>>) {
        let before = self.standing().await;
        for (what, command) in wrong {
            let ruling = carry_out(command).await.unwrap();
            assert!(!matches!(ruling, Ruling::Apply(_)), "{what}: {ruling:?}");
            assert_eq!(self.standing().await, before, "{what}");
        }
        applied(carry_out(right).await);
    }
}

fn applied<R: std::fmt::Debug>(ruling: Stored<Ruling<R>>) {
    let ruling = ruling.unwrap();
    assert!(matches!(ruling, Ruling::Apply(_)), "{ruling:?}");
}

/// Another than any that is used here.
fn another() -> Call {
    call(9, 9, false)
}

async fn an_attempt(store: Arc<impl Store>) {
    let scene = Scene::redeemed(&store, "attempt", None).await;
    let right = scene.attempt(1, AttemptFrom::Queue, 3);
    let wrong = [("another ask's", Attempt { ask: another().id, ..right }), ("another redemption's", Attempt { redemption: 2, ..right })];
    scene.only(&wrong, &right, async |attempt| store.attempt(attempt).await).await;

    let wrong = [("it is under way", scene.attempt(2, AttemptFrom::Queue, 4))];
    let parked = Outcome::Parked { due_at: at(10), reason: Reason::Busy, unclear: false };
    let park = Settle { outcome: parked, ..scene.settle(Settler::Attempt(attempt_id(1), 1), 4) };
    let before = scene.standing().await;
    assert!(!matches!(store.attempt(&wrong[0].1).await.unwrap(), Ruling::Apply(_)));
    assert_eq!(scene.standing().await, before);
    applied(store.settle(&park).await);
    let right = scene.attempt(2, AttemptFrom::Queue, 10);
    let wrong = [
        ("it was made before", Attempt { attempt: attempt_id(1), ..right }),
        ("it is not due", Attempt { now: at(9), ..right }),
        ("it is not under way", Attempt { from: AttemptFrom::EndedLease(1), now: at(100), ..right }),
    ];
    scene.only(&wrong, &right, async |attempt| store.attempt(attempt).await).await;
}

async fn a_take_over(store: Arc<impl Store>) {
    let scene = Scene::attempting(&store, "take-over").await;
    let right = scene.attempt(2, AttemptFrom::EndedLease(1), 63);
    let wrong = [
        ("another ask's", Attempt { ask: another().id, ..right }),
        ("another redemption's", Attempt { redemption: 2, ..right }),
        ("of another epoch", Attempt { from: AttemptFrom::EndedLease(2), ..right }),
        ("before the lease has ended", Attempt { now: at(62), ..right }),
        ("from itself", Attempt { attempt: attempt_id(1), ..right }),
    ];
    scene.only(&wrong, &right, async |attempt| store.attempt(attempt).await).await;
}

async fn a_settlement(store: Arc<impl Store>) {
    for (by, wrong, seconds) in [
        (
            Settler::Attempt(attempt_id(1), 1),
            vec![("another epoch's", Settler::Attempt(attempt_id(1), 2)), ("another attempt's", Settler::Attempt(attempt_id(2), 1))],
            63,
        ),
        (Settler::EndedLease(1), vec![("another epoch's", Settler::EndedLease(2))], 63),
        (Settler::Restored(3), vec![("another version's", Settler::Restored(2)), ("another version's", Settler::Restored(4))], 5),
    ] {
        let scene = Scene::attempting(&store, &format!("settle-{by:?}")).await;
        let right = scene.settle(by, seconds);
        let mut all =
            vec![("another ask's", Settle { ask: another().id, ..right }), ("another redemption's", Settle { redemption: 2, ..right })];
        all.extend(wrong.into_iter().map(|(what, by)| (what, Settle { by, ..right })));
        if matches!(by, Settler::EndedLease(_)) {
            all.push(("before the lease has ended", Settle { now: at(62), ..right }));
        }
        scene.only(&all, &right, async |settle| store.settle(settle).await).await;
        assert!(!matches!(store.settle(&right).await.unwrap(), Ruling::Apply(_)), "once is enough");
    }
    let scene = Scene::redeemed(&store, "settle-queued", None).await;
    let by = |version| Settler::Queue(attempt_id(1), version);
    let right = scene.settle(by(2), 3);
    let wrong = [
        ("another ask's", Settle { ask: another().id, ..right }),
        ("another redemption's", Settle { redemption: 2, ..right }),
        ("another version's", Settle { by: by(1), ..right }),
        ("nobody attempts it", Settle { by: Settler::Attempt(attempt_id(1), 1), ..right }),
        ("nobody's lease has ended", Settle { by: Settler::EndedLease(1), now: at(100), ..right }),
    ];
    scene.only(&wrong, &right, async |settle| store.settle(settle).await).await;
}

async fn what_is_scheduled(store: Arc<impl Store>) {
    let scene = Scene::redeemed(&store, "start", Some(1_000)).await;
    let right = Start { address: scene.subject.address, ask: scene.ask.id, redemption: 1, now: at(1_005), skew: SKEW };
    let ends = scene.standing().await.expires_at;
    let wrong = [
        ("another ask's", Start { ask: another().id, ..right }),
        ("another redemption's", Start { redemption: 2, ..right }),
        ("not due by every clock", Start { now: at(1_004), ..right }),
        ("ended by some clock", Start { now: ends.before(SKEW), ..right }),
    ];
    scene.only(&wrong, &right, async |start| store.start(start).await).await;
    assert!(!matches!(store.start(&right).await.unwrap(), Ruling::Apply(_)), "it has begun");

    let scene = Scene::redeemed(&store, "reschedule", Some(1_000)).await;
    let right = Reschedule { address: scene.subject.address, ask: scene.ask.id, redemption: 1, send_at: at(2_000), now: at(3) };
    let wrong = [
        ("another ask's", Reschedule { ask: another().id, ..right }),
        ("another redemption's", Reschedule { redemption: 2, ..right }),
        ("for the same time", Reschedule { send_at: at(1_000), ..right }),
        ("for too late a time", Reschedule { send_at: ends, ..right }),
    ];
    scene.only(&wrong, &right, async |reschedule| store.reschedule(reschedule).await).await;
}

async fn a_cancellation(store: Arc<impl Store>) {
    let scene = Scene::redeemed(&store, "cancel", Some(1_000)).await;
    let cancel = |scene: &Scene<_>, redemption: u32, by: u64| Cancel {
        address: scene.subject.address,
        ask: scene.ask.id,
        redemption,
        call: call(by, by, false).id,
        granted_at: at(1),
        channel: ChannelKind::Webhook,
        now: at(3),
    };
    let right = cancel(&scene, 1, 2);
    let wrong = [("another ask's", Cancel { ask: another().id, ..right }), ("another redemption's", Cancel { redemption: 2, ..right })];
    scene.only(&wrong, &right, async |cancel| store.cancel(cancel).await).await;

    let scene = Scene::granted(&store, "cancel-often").await;
    let most = u32::try_from(MOST_RETURNS).unwrap();
    for number in 1..=most {
        applied(store.redeem(&scene.redeem(u64::from(number) + 100, Some(1_000))).await);
        applied(store.cancel(&cancel(&scene, number, u64::from(number) + 100)).await);
    }
    applied(store.redeem(&scene.redeem(200, Some(1_000))).await);
    let before = scene.standing().await;
    assert!(!matches!(store.cancel(&cancel(&scene, most + 1, 200)).await.unwrap(), Ruling::Apply(_)), "it came back as often as may be");
    assert_eq!(scene.standing().await, before);
}

async fn an_erasure(store: Arc<impl Store>) {
    let subject = subject(&fixture::keys(), "erased");
    let erase = |number: u64, seconds: u64| Erase { person: subject.address.person, call: call(number, 0, false).id, now: at(seconds) };
    let ask = |number: u64, seconds: u64| subject.ask(call(number, number, false), at(seconds));
    assert_eq!(store.erase(&erase(1, 10)).await.unwrap(), EraseRuling::Unknown);
    assert_eq!(store.ask(&ask(1, 10)).await.unwrap(), AskRuling::Caps(CapRuling::Admitted));
    assert_eq!(store.erase(&erase(2, 100)).await.unwrap(), EraseRuling::Erased(at(100)));
    assert_eq!(store.erase(&erase(2, 200)).await.unwrap(), EraseRuling::Erased(at(100)), "its own repeat");
    assert!(matches!(store.erase(&erase(3, 99)).await.unwrap(), EraseRuling::ClockBehind { .. }), "an earlier one than the last");
    let behind = store.ask(&ask(2, 100)).await.unwrap();
    assert!(!matches!(behind, AskRuling::Caps(CapRuling::Admitted)), "what was asked then is erased: {behind:?}");
    assert_eq!(store.erase(&erase(4, 150)).await.unwrap(), EraseRuling::Erased(at(150)));
}

/// Of two asks for one opt-in the later one stands; of two at the same time, the one whose id is greater.
async fn an_answer(store: Arc<impl Store>) {
    for (user, standing, loses, wins) in [("at-the-same-time", (5, 10), (4, 10), (6, 10)), ("at-other-times", (5, 10), (9, 9), (1, 11))] {
        let subject = subject(&fixture::keys(), user);
        let answer = |(number, asked_at): (u64, u64)| subject.grant(call(number, 0, false), at(asked_at), at(20));
        applied(store.answer(&Answer { choice: Choice::Decline, ..answer(standing) }).await);
        assert!(!matches!(store.answer(&answer(loses)).await.unwrap(), Ruling::Apply(_)), "{user}");
        applied(store.answer(&answer(wins)).await);
    }
    // While an address is yet to be confirmed, another one may be typed: in the same question, or in a later one.
    for (user, loses) in [("confirming", (4, 10)), ("confirming-later", (9, 9))] {
        let subject = subject(&fixture::keys(), user);
        let typed = |address: &str, (number, asked_at): (u64, u64)| {
            let sealed = SealedAddress::seal(&fixture::keys(), &subject.address.person, address);
            let address = Some(AnswerAddress { sealed, is_to_be_confirmed: true });
            let choice = Choice::Grant(ChannelKind::Email);
            Answer { choice, address, ..subject.grant(call(number, 0, false), at(asked_at), at(20)) }
        };
        applied(store.answer(&typed("ada@home.example", (5, 10))).await);
        let lost = store.answer(&typed("ada@shop.example", loses)).await.unwrap();
        assert!(!matches!(lost, Ruling::Apply(_)), "{user}");
        applied(store.answer(&typed("ada@shop.example", (5, 10))).await);
        applied(store.answer(&typed("ada@work.example", (1, 11))).await);
    }
}

async fn all(store: Arc<impl Store>) {
    an_answer(Arc::clone(&store)).await;
    an_attempt(Arc::clone(&store)).await;
    a_take_over(Arc::clone(&store)).await;
    a_settlement(Arc::clone(&store)).await;
    what_is_scheduled(Arc::clone(&store)).await;
    a_cancellation(Arc::clone(&store)).await;
    an_erasure(store).await;
}

#[tokio::test]
async fn each_is_heeded_in_memory() {
    all(Arc::new(MemoryStore::default())).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn each_is_heeded_in_dynamodb() {
    all(Engine::start().await.store.clone()).await;
}

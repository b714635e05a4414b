//! What the call is told whose message came back: it redeems nothing again, whenever it comes.

use std::sync::Arc;

use ringonce_domain::optin::Reason;
use ringonce_domain::rules::{Attempt, AttemptFrom, Outcome, Redeem, Ruling, Settle, Settler};
use ringonce_domain::store::Store;
use ringonce_memory::MemoryStore;
use ringonce_memory::fixture::{self, at, attempt_id, call, path, subject_of};
use ringonce_tests::engine::Engine;

async fn a_call_whose_message_came_back_redeems_nothing_again(store: Arc<impl Store>) {
    // Now, and an hour from now: each under a condition of its own.
    for (topic, send_at) in [("now", None), ("later", Some(at(3_600)))] {
        let (subject, ask) = (subject_of(&fixture::keys(), "ada", topic), call(1, 0, false));
        let _ = store.answer(&subject.grant(ask, at(0), at(1))).await.unwrap();
        let mut redemptions = Vec::new();
        for number in 1..=2 {
            let redemption = call(1 + number, 1 + number, true);
            let now = at(10 * number);
            let redeem = subject.redeem(ask, redemption, "back", now);
            assert!(matches!(store.redeem(&redeem).await.unwrap(), Ruling::Apply(_)), "{topic}");
            redemptions.push(redeem);
            let attempt = subject.attempt(ask, number, AttemptFrom::Queue, now);
            let _ = store.attempt(&Attempt { redemption: u32::try_from(number).unwrap(), ..attempt }).await.unwrap();
            let settle = subject.settle(
                ask,
                Settler::Attempt(attempt_id(number), u32::try_from(number).unwrap()),
                Outcome::Returned(Reason::Refused),
                now,
            );
            let settle = Settle { redemption: u32::try_from(number).unwrap(), call: redemption.id, ..settle };
            assert!(matches!(store.settle(&settle).await.unwrap(), Ruling::Apply(_)), "{topic}");
        }
        for redeem in redemptions {
            let again = Redeem { send_at, now: at(100), ..redeem };
            let Ruling::Own(optin) = store.redeem(&again).await.unwrap() else {
                panic!("{topic}: it is answered with what it came to");
            };
            assert_eq!(path(&optin).last(), Some(&"granted"), "{topic}");
            assert_eq!(optin.returned.len(), 2, "{topic}");
        }
    }
}

#[tokio::test]
async fn what_came_back_is_not_redeemed_again_by_its_call_in_memory() {
    a_call_whose_message_came_back_redeems_nothing_again(Arc::new(MemoryStore::default())).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_came_back_is_not_redeemed_again_by_its_call_in_dynamodb() {
    let engine = Engine::start().await;
    a_call_whose_message_came_back_redeems_nothing_again(engine.store.clone()).await;
}

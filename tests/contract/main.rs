//! The contract of a store, over both stores: the same rulings, the same items, one winner in every race, and a caller's
//! own repeat recognised. The DynamoDB store runs on the embedded engine, or on any endpoint that
//! `RINGONCE_TEST_ENDPOINT` names.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails by panicking")]

/// Each of these runs on both stores.
macro_rules! on_both_stores {
    ($($name:ident),+ $(,)?) => {
        mod memory {
            use super::*;
            $(#[tokio::test(flavor = "multi_thread")]
            async fn $name() {
                super::$name(Arc::new(MemoryStore::default())).await;
            })+
        }
        mod dynamodb {
            use super::*;
            $(#[tokio::test(flavor = "multi_thread")]
            async fn $name() {
                let engine = Engine::start().await;
                super::$name(engine.store.clone()).await;
            })+
        }
    };
}

mod addresses;
mod agreement;
mod clauses;
mod directory;
mod erasure;
mod fences;
mod limits;
mod lost_answers;
mod races;
mod reconcile;
mod registers;
mod restore;
mod returns;
mod schedules;
mod statistics;
mod takes;
mod webhooks;

//! The contract of a store, over both stores: the same rulings, the same items, one winner in every race, and a caller's
//! own repeat recognised. The DynamoDB store runs on the embedded engine, or on any endpoint that
//! `RINGONCE_TEST_ENDPOINT` names.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails by panicking")]

mod agreement;
mod directory;
mod erasure;
mod limits;
mod lost_answers;
mod races;
mod reconcile;
mod schedules;
mod statistics;
mod webhooks;

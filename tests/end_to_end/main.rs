//! Whole lifecycles over real HTTP on the embedded engine.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails by panicking")]

mod bad_input;
mod counts;
mod idempotency;
mod lifecycle;
mod people;
mod releases;
mod schedules;
mod webhook_health;
mod webhooks;

//! Whole lifecycles over real HTTP on the embedded engine.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails by panicking")]

mod asks;
mod bad_input;
mod console;
mod cost;
mod counting;
mod counts;
mod demand;
mod idempotency;
mod lifecycle;
mod messenger;
mod messenger_clients;
mod messenger_webhooks;
mod metrics;
mod occurrences;
mod openings;
mod pages;
mod people;
mod person;
mod reconcile;
mod releases;
mod restore;
mod schedules;
mod unruly;
mod web_push;
mod webhook_health;
mod webhooks;
mod widget;

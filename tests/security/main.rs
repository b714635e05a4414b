//! What an attacker tries: every route in every role, addresses that nobody may call, logs, and keys that rotate.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails by panicking")]

mod cage;
mod canary;
mod guard;
mod matrix;
mod planted;
mod roles;
mod rotation;
mod rows;
mod supply;

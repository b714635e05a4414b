//! Ringonce's domain: what an opt-in, a token, a cap and a message are, and which step may follow which.
//!
//! Nothing here knows AWS, HTTP, a clock or a source of randomness: time and random bytes arrive as values.
//! The rules stand once, as functions over items ([`rules`], [`caps`]); a [`store`] makes each of them one atomic
//! decision, and the contract suite compares every store with them.

pub mod address;
pub mod api_key;
pub mod brand;
pub mod business;
pub mod call;
pub mod caps;
pub mod commands;
pub mod consent;
pub mod cost;
pub mod crash;
pub mod demand;
#[cfg(feature = "description")]
mod description;
pub mod email;
pub mod encoding;
pub mod event;
pub mod health;
pub mod ids;
pub mod keyring;
pub mod known_address;
pub mod limit;
pub mod link;
pub mod message;
pub mod messenger;
pub mod names;
pub mod opening;
pub mod optin;
pub mod person;
pub mod push;
pub mod reconcile;
pub mod release;
pub mod restore;
pub mod retry;
pub mod rules;
pub mod store;
pub mod text;
pub mod time;
pub mod words;

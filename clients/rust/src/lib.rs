#![doc = include_str!("../README.md")]

mod api;
mod call;
mod client;
mod error;
mod open;
mod secret;
mod timestamp;
mod transport;
pub mod types;
#[cfg(feature = "webhooks")]
pub mod webhooks;

pub use client::{Builder, Client, LOOPBACK_ONLY};
pub use error::{Error, Problem};
pub use secret::{ApiKey, Token};
pub use timestamp::Timestamp;

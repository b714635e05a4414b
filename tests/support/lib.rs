//! What the tests share: an engine, a connector that counts and injects faults, and things to ask about.

#![expect(clippy::unwrap_used, clippy::missing_panics_doc, reason = "a test that cannot be set up fails by panicking")]

pub mod answers;
pub mod capacity;
pub mod cloudformation;
pub mod connector;
pub mod counts;
pub mod crowd;
pub mod description;
pub mod dice;
pub mod emf;
pub mod engine;
pub mod faults;
pub mod hostile;
pub mod http;
pub mod json;
pub mod lambda;
pub mod linear;
pub mod log;
pub mod mail;
pub mod postman;
pub mod push_service;
pub mod receiver;
pub mod secret_store;
pub mod tools;
pub mod unruly;
pub mod world;

/// A link, a token or a key with another last character.
#[must_use]
pub fn forged(text: &str) -> String {
    let (rest, last) = text.split_at(text.len() - 1);
    format!("{rest}{}", if last == "A" { "B" } else { "A" })
}

/// The workspace's folder.
pub fn root() -> &'static std::path::Path {
    std::path::Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap()
}

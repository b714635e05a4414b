//! The domain's commands as their callers give them, over the store in memory: what each decides, and that a clock which is
//! behind another's keeps no command from being carried out.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails by panicking")]

mod asks;
mod counted;
mod notify;
mod optins;
mod reconcile;
mod restore;
mod webhooks;

use ringonce_domain::business::{ChannelKind, Settings};
use ringonce_domain::call::CallName;
use ringonce_domain::caps::Caps;
use ringonce_domain::names::IdempotencyKey;

/// The settings of the tests' business.
fn settings() -> Settings {
    Settings {
        name: "The Shop".to_owned().try_into().unwrap(),
        caps: Caps::default(),
        channels: vec![ChannelKind::Inbox, ChannelKind::Webhook],
        origins: Vec::new(),
        brand: Default::default(),
        app_secret: None,
        frozen: false,
    }
}

/// The name that a caller sends as `Idempotency-Key`.
fn named(key: &str) -> Option<CallName> {
    Some(CallName::Key(IdempotencyKey::try_from(key.to_owned()).unwrap()))
}

//! The channels by which a message leaves the table.

use std::sync::Arc;

use async_trait::async_trait;
use ringonce_domain::business::ChannelKind;
use ringonce_domain::event;
use ringonce_domain::keyring::KeyRing;
use ringonce_domain::optin::Optin;
use ringonce_domain::store::Store;

use crate::businesses::Businesses;
use crate::open_web::OpenWeb;
use crate::webhook::{self, Verdict};

/// What a channel made of a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Taken {
    /// It says so itself.
    Verdict(Verdict),
    /// There is nothing to call.
    NoEndpoint,
}

/// A way out of the table: one attempt, and what came of it.
#[async_trait]
pub(super) trait Channel: Send + Sync {
    async fn send(&self, optin: &Optin) -> Taken;
}

/// The channels of a worker.
pub struct Channels<S> {
    webhook: WebhookChannel<S>,
}

impl<S: Store> Channels<S> {
    /// All channels.
    #[must_use]
    pub fn new(web: Arc<OpenWeb>, keys: Arc<KeyRing>, businesses: Businesses<S>, origin: String) -> Self {
        Self { webhook: WebhookChannel { web, keys, businesses, origin } }
    }

    /// The channel of that kind; `None` where nothing leaves the table.
    pub(super) fn outside(&self, kind: ChannelKind) -> Option<&dyn Channel> {
        match kind {
            ChannelKind::Inbox => None,
            ChannelKind::Webhook => Some(&self.webhook),
        }
    }
}

/// The business's own sender, called at its webhook with the message's id as `webhook-id`.
struct WebhookChannel<S> {
    web: Arc<OpenWeb>,
    keys: Arc<KeyRing>,
    businesses: Businesses<S>,
    origin: String,
}

#[async_trait]
impl<S: Store> Channel for WebhookChannel<S> {
    async fn send(&self, optin: &Optin) -> Taken {
        let webhook = match self.businesses.webhook(&optin.business).await {
            Ok(Some(webhook)) => webhook,
            Ok(None) => return Taken::NoEndpoint,
            // Nothing was sent, and that is sure.
            Err(error) => {
                tracing::warn!(%error, "a webhook cannot be looked up");
                return Taken::Verdict(Verdict::Unreachable);
            }
        };
        let Some(message) = event::of_message(&self.keys, optin, &self.origin) else {
            tracing::error!(business = optin.business.as_str(), "a message has lost its MAC key: is it missing from the key ring?");
            return Taken::Verdict(Verdict::Unreachable);
        };
        Taken::Verdict(webhook::send(&self.web, &self.keys, &optin.business, &webhook, &message).await)
    }
}

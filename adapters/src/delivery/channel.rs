//! The channels by which a message leaves the table.

use std::sync::Arc;

use async_trait::async_trait;
use ringonce_domain::business::ChannelKind;
use ringonce_domain::event;
use ringonce_domain::known_address::KnownAddress;
use ringonce_domain::link::SealedAsk;
use ringonce_domain::optin::Optin;
use ringonce_domain::store::Store;

use super::by_mail::MailChannel;
use super::by_push::{PushChannel, subscription};
use super::endpoint::Endpoints;
use crate::app::App;
use crate::webhook::Verdict;

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

    /// Learns from what was sent, once that is recorded: it must not come between a message and its record.
    async fn settled(&self, optin: &Optin, taken: &Taken);
}

/// The channels of a worker.
pub(super) struct Channels<S> {
    webhook: WebhookChannel<S>,
    push: Option<PushChannel<S>>,
    mail: Option<MailChannel<S>>,
}

impl<S: Store> Channels<S> {
    /// All channels that the app has set up.
    pub(super) fn new(app: &App<S>, endpoints: Endpoints<S>) -> Self {
        let App { keys, businesses, web, clock, origin, providers, .. } = app;
        let push = providers.vapid.clone().map(|vapid| PushChannel {
            vapid,
            web: Arc::clone(web),
            keys: Arc::clone(keys),
            businesses: businesses.clone(),
            clock: clock.clone(),
            origin: origin.clone(),
        });
        let mail = providers.post.clone().map(|post| MailChannel {
            post,
            keys: Arc::clone(keys),
            businesses: businesses.clone(),
            origin: origin.clone(),
        });
        Self { webhook: WebhookChannel { endpoints, origin: origin.clone() }, push, mail }
    }

    /// The host and port of the push service that a message goes to.
    pub(super) fn push_host(&self, optin: &Optin) -> Option<String> {
        let push = self.push.as_ref()?;
        let subscription = subscription(&push.keys, optin.to.as_ref()?, &optin.address.person)?;
        push.web.authority(subscription.endpoint())
    }

    /// E-mail, if it is set up.
    pub(super) const fn mail(&self) -> Option<&MailChannel<S>> {
        self.mail.as_ref()
    }

    /// Brings a question to an address that is known; `None` where that channel is not set up.
    pub(super) async fn ask(&self, ask: &SealedAsk, link: &str, known: &KnownAddress) -> Option<Verdict> {
        let to = known.to.as_ref()?;
        match known.channel {
            ChannelKind::WebPush => Some(self.push.as_ref()?.ask(ask, link, to).await),
            ChannelKind::Email => Some(self.mail.as_ref()?.ask(ask, link, to).await),
            ChannelKind::Inbox | ChannelKind::Webhook => None,
        }
    }

    /// The channel of that kind; `None` where nothing leaves the table.
    pub(super) fn outside(&self, kind: ChannelKind) -> Option<&dyn Channel> {
        match kind {
            ChannelKind::Inbox => None,
            ChannelKind::Webhook => Some(&self.webhook),
            ChannelKind::WebPush => Some(self.push.as_ref().map_or(&Unconfigured, |push| push)),
            ChannelKind::Email => Some(self.mail.as_ref().map_or(&Unconfigured, |mail| mail)),
        }
    }
}

/// A channel that this deployment has not set up.
struct Unconfigured;

#[async_trait]
impl Channel for Unconfigured {
    async fn send(&self, optin: &Optin) -> Taken {
        tracing::error!(channel = optin.channel.name(), "a message cannot be sent: this deployment has no such channel set up");
        Taken::NoEndpoint
    }

    async fn settled(&self, _: &Optin, _: &Taken) {}
}

/// The business's own sender, called at its webhook with the message's id as `webhook-id`.
struct WebhookChannel<S> {
    endpoints: Endpoints<S>,
    origin: String,
}

#[async_trait]
impl<S: Store> Channel for WebhookChannel<S> {
    async fn send(&self, optin: &Optin) -> Taken {
        let is_first = optin.delivery.attempts <= 1;
        let found = if is_first { self.endpoints.of(&optin.business).await } else { self.endpoints.anew(&optin.business).await };
        let endpoint = match found {
            Ok(Some(endpoint)) if !endpoint.health.is_disabled() => endpoint,
            Ok(_) => return Taken::NoEndpoint,
            // Nothing was sent, and that is sure.
            Err(error) => {
                tracing::warn!(%error, "a webhook cannot be looked up");
                return Taken::Verdict(Verdict::Unreachable);
            }
        };
        let Some(message) = event::of_message(&self.endpoints.keys, optin, &self.origin) else {
            tracing::error!(business = optin.business.as_str(), "a message has lost its MAC key: is it missing from the key ring?");
            return Taken::Verdict(Verdict::Unreachable);
        };
        Taken::Verdict(self.endpoints.send(&optin.business, &endpoint, &message).await)
    }

    async fn settled(&self, optin: &Optin, taken: &Taken) {
        // As it was looked up for the call, a moment ago.
        if let (Taken::Verdict(verdict), Ok(Some(endpoint))) = (taken, self.endpoints.of(&optin.business).await) {
            self.endpoints.note_message(&optin.business, &endpoint, verdict).await;
        }
    }
}

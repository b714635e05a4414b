//! A business's endpoint: what is sent to it, and what that says of how it does.

use std::sync::Arc;

use ringonce_domain::commands::change_health;
use ringonce_domain::event::Event;
use ringonce_domain::health::{FailureReason, Heard, Revision, WebhookHealth};
use ringonce_domain::keyring::KeyRing;
use ringonce_domain::names::BusinessId;
use ringonce_domain::store::{Store, Stored};

use crate::ambient::{Clock, random};
use crate::businesses::{Businesses, Endpoint};
use crate::open_web::OpenWeb;
use crate::webhook::{self, Verdict};

/// The endpoints of all businesses.
pub(super) struct Endpoints<S> {
    pub(super) store: Arc<S>,
    pub(super) businesses: Businesses<S>,
    pub(super) web: Arc<OpenWeb>,
    pub(super) keys: Arc<KeyRing>,
    pub(super) clock: Clock,
}

impl<S> Clone for Endpoints<S> {
    fn clone(&self) -> Self {
        Self {
            store: Arc::clone(&self.store),
            businesses: self.businesses.clone(),
            web: Arc::clone(&self.web),
            keys: Arc::clone(&self.keys),
            clock: self.clock.clone(),
        }
    }
}

impl<S: Store> Endpoints<S> {
    /// The endpoint of a business; `None` when it has none.
    pub(super) async fn of(&self, business: &BusinessId) -> Stored<Option<Arc<Endpoint>>> {
        self.businesses.endpoint(business).await
    }

    /// The same, for a further attempt at something. It follows on a failure, and what is remembered may be from before
    /// that: the success that ends the failures would go unnoted.
    pub(super) async fn anew(&self, business: &BusinessId) -> Stored<Option<Arc<Endpoint>>> {
        self.businesses.read_endpoint(business).await
    }

    /// Sends an event to it, once.
    pub(super) async fn send(&self, business: &BusinessId, endpoint: &Endpoint, event: &Event) -> Verdict {
        webhook::send(&self.web, &self.keys, business, &endpoint.webhook, event).await
    }

    /// Notes what an event's verdict says of the endpoint.
    pub(super) async fn note_event(&self, business: &BusinessId, endpoint: &Endpoint, verdict: &Verdict) {
        if let Some(heard) = of_event(verdict) {
            self.note(business, endpoint, heard).await;
        }
    }

    /// Notes what a message's verdict says of the endpoint.
    pub(super) async fn note_message(&self, business: &BusinessId, endpoint: &Endpoint, verdict: &Verdict) {
        if let Some(heard) = of_message(verdict) {
            self.note(business, endpoint, heard).await;
        }
    }

    /// A note that cannot be made is no reason to send anything again: the next failure makes it.
    async fn note(&self, business: &BusinessId, endpoint: &Endpoint, heard: Heard) {
        let now = self.clock.now();
        let change = |health: &WebhookHealth| health.after(heard, now);
        let seen = endpoint.health.clone();
        match change_health(self.store.as_ref(), business, seen, || Revision(random()), change).await {
            Ok(done) => {
                if let (true, Some(disabled)) = (done.changed, done.health.disabled) {
                    let reason = disabled.reason.word();
                    tracing::warn!(business = business.as_str(), reason, "a webhook is disabled: its events are kept for a replay");
                }
                if done.health != endpoint.health {
                    self.businesses.keep_endpoint(business, Endpoint { webhook: endpoint.webhook.clone(), health: done.health });
                }
            }
            Err(error) => tracing::warn!(%error, business = business.as_str(), "how a webhook does cannot be noted"),
        }
    }
}

/// Whatever keeps an event from being taken is a failure of the endpoint: it is the only one that events have.
fn of_event(verdict: &Verdict) -> Option<Heard> {
    match verdict {
        Verdict::Accepted => Some(Heard::Accepted),
        Verdict::Gone => Some(Heard::Gone),
        Verdict::Refused => Some(Heard::Failed(FailureReason::Refused)),
        other => of_message(other),
    }
}

/// What an endpoint refuses of a message, or says is gone, is that message or its person: the endpoint itself answered.
/// Were it gone, the event that tells of the message's end would be answered so too.
fn of_message(verdict: &Verdict) -> Option<Heard> {
    match verdict {
        Verdict::Accepted => Some(Heard::Accepted),
        Verdict::Later(_) => Some(Heard::Failed(FailureReason::Busy)),
        Verdict::Unreachable => Some(Heard::Failed(FailureReason::Unreachable)),
        Verdict::Unclear => Some(Heard::Failed(FailureReason::Unclear)),
        // A key is missing on our side: nothing was asked of the endpoint.
        Verdict::Unsigned | Verdict::Refused | Verdict::Gone => None,
    }
}

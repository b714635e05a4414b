//! What follows from committed writes: messages are delivered, businesses hear of it, blocks and erasures are carried
//! through. Driven by the table's stream and, for what was left or parked, by the sweep. Everything here may run twice
//! and at once: a change is a hint, and the item's condition decides.

mod asks;
mod by_mail;
mod by_push;
mod channel;
mod confirm;
mod endpoint;
mod events;
pub mod line;
mod message;
mod pace;
mod people;
mod reconcile;
pub mod releases;

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use ringonce_domain::address::OptinAddress;
use ringonce_domain::business::ChannelKind;
use ringonce_domain::event::MissingKey;
use ringonce_domain::keyring::KeyRing;
use ringonce_domain::names::BusinessId;
use ringonce_domain::optin::{Occupant, Optin, State};
use ringonce_domain::store::{Change, Due, Store, StoreError};
use thiserror::Error;
use tokio::time::Instant;
use tracing::{Instrument, Span};

use channel::Channels;
use endpoint::Endpoints;
use pace::Pace;

use crate::ambient::Clock;
use crate::app::App;
use crate::businesses::Businesses;
use crate::dynamo::DynamoStore;
use crate::messages::Messages;
use crate::open_web::OpenWeb;

pub use pace::UNITS_A_SECOND;

/// Clocks of two machines differ by less than this, or timing promises do not hold. Safety holds for any difference.
pub const CLOCK_SKEW: Duration = Duration::from_secs(5);

/// How long a function may run: the template sets its time-out to the same.
pub const FUNCTION_TIMEOUT: Duration = Duration::from_secs(30);

/// Lambda lets no invocation run longer.
const LONGEST_INVOCATION: Duration = Duration::from_secs(900);

/// Longest wait for a provider, unless configured otherwise.
pub const PROVIDER_TIMEOUT: Duration = Duration::from_secs(10);

/// Why a change could not be dealt with now; it is to be brought again.
#[derive(Debug, Error)]
pub enum NotDone {
    /// The table did not say.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A key is not in the ring, or not yet.
    #[error("the key ring does not hold the key that a link or id was made with")]
    MissingKey,
    /// What is left of the invocation does not suffice to begin it.
    #[error("too little of the invocation is left to begin another delivery")]
    OutOfTime,
}

impl NotDone {
    /// Whether bringing it again will hardly help.
    #[must_use]
    pub const fn is_lasting(&self) -> bool {
        match self {
            Self::MissingKey | Self::Store(StoreError::Corrupt(_)) => true,
            Self::OutOfTime | Self::Store(StoreError::Unavailable(_)) => false,
        }
    }
}

impl From<MissingKey> for NotDone {
    fn from(_: MissingKey) -> Self {
        Self::MissingKey
    }
}

/// Until when an invocation may work.
#[derive(Debug, Clone, Copy)]
pub struct Budget(pub Instant);

impl Budget {
    /// A budget that ends in `span`.
    #[must_use]
    pub fn of(span: Duration) -> Self {
        Self(Instant::now() + span)
    }

    /// A budget that ends at `deadline` by the system's clock, as Lambda gives it. `cargo lambda watch` gives one in 1970,
    /// which says nothing: then it ends as the template has Lambda end it.
    #[must_use]
    pub fn until(deadline: SystemTime) -> Self {
        let now = SystemTime::now();
        match now.duration_since(deadline) {
            Ok(past) if past > LONGEST_INVOCATION => Self::of(FUNCTION_TIMEOUT),
            _ => Self::of(deadline.duration_since(now).unwrap_or_default()),
        }
    }

    fn allows(&self, span: Duration) -> Result<(), NotDone> {
        if Instant::now() + span <= self.0 { Ok(()) } else { Err(NotDone::OutOfTime) }
    }
}

/// A worker: what the deliver and sweep functions share.
pub struct Delivery<S = DynamoStore> {
    store: Arc<S>,
    keys: Arc<KeyRing>,
    endpoints: Endpoints<S>,
    channels: Channels<S>,
    messages: Arc<Messages<S>>,
    web: Arc<OpenWeb>,
    clock: Clock,
    origin: String,
    lease: Duration,
    pace: Pace,
}

/// Time beside the provider's that one delivery may take: its reads and writes.
const OVERHEAD: Duration = Duration::from_secs(2);

impl<S: Store> Delivery<S> {
    /// A worker of these parts.
    #[must_use]
    pub fn new(app: &App<S>) -> Self {
        let App { store, businesses, keys, origin, clock, web, messages, .. } = app.clone();
        let (of_store, of_web) = (Arc::clone(&store), Arc::clone(&web));
        let endpoints = Endpoints { store: of_store, businesses, web: of_web, keys: Arc::clone(&keys), clock: clock.clone() };
        let channels = Channels::new(app, endpoints.clone());
        // The lease outlasts whatever its holder may still do: its invocation, a call that hangs, and a clock that is behind.
        let lease = FUNCTION_TIMEOUT + web.limit() + CLOCK_SKEW;
        Self { store, keys, endpoints, channels, messages, web, clock, origin, lease, pace: Pace::new() }
    }

    /// Deals with what one change leads to.
    ///
    /// # Errors
    /// When it is to be brought again.
    pub async fn handle(&self, change: &Change, budget: Budget) -> Result<(), NotDone> {
        match change {
            Change::Optin { old, new } => self.optin_changed(old.as_ref(), new.as_ref(), budget).await,
            Change::Release(release) => self.release_changed(release, budget).await,
            Change::Person { old, new } => self.person_changed(old.as_deref(), new, budget).await,
        }
    }

    /// The host and port that a change has something sent to, as far as that can be told: the push service that its message
    /// goes to, else its business's endpoint.
    pub async fn host(&self, change: &Change) -> Option<String> {
        let Change::Optin { new: Some(Occupant::Optin(optin)), .. } = change else {
            return None;
        };
        if optin.channel == ChannelKind::WebPush && matches!(optin.state, State::Queued | State::Attempting) {
            return self.channels.push_host(optin);
        }
        let endpoint = self.endpoints.of(&optin.business).await.ok()??;
        self.web.authority(&endpoint.webhook.url)
    }

    /// What is logged within it names the opt-in that the change is of, as its business knows it.
    #[must_use]
    pub fn span(&self, change: &Change) -> Span {
        match change {
            Change::Optin { new: Some(Occupant::Optin(optin)), .. } => self.span_of(optin),
            _ => Span::none(),
        }
    }

    fn span_of(&self, optin: &Optin) -> Span {
        tracing::error_span!("optin", optin = optin.id().to_text(&self.keys, &optin.business))
    }

    async fn optin_changed(&self, old: Option<&Occupant>, new: Option<&Occupant>, budget: Budget) -> Result<(), NotDone> {
        let Some(Occupant::Optin(new)) = new else {
            return Ok(());
        };
        let old = match old {
            Some(Occupant::Optin(old)) => Some(old.as_ref()),
            _ => None,
        };
        if let Some(replaced) = old.filter(|old| old.ask != new.ask) {
            self.store.archive(replaced).await?;
        }
        self.ask_to_confirm(old, new, budget).await?;
        self.keep_consented(old, new).await?;
        // The message first: nobody waits for the event.
        self.deliver_queued(new, budget).await?;
        self.tell_of_transition(old, new, budget).await
    }

    /// Takes up what the sweep found to be due.
    ///
    /// # Errors
    /// When it is to be found again.
    pub async fn take_up(&self, due: &Due, budget: Budget) -> Result<(), NotDone> {
        match due {
            Due::Optin(address) => self.take_up_optin(*address, budget).await,
            Due::Release(key) => self.resume_release(*key, budget).await,
            Due::Event(person, id) => self.retry_event(*person, id, budget).await,
            Due::Reconcile(segment) => self.reconcile(*segment, budget).await,
        }
    }

    async fn take_up_optin(&self, address: OptinAddress, budget: Budget) -> Result<(), NotDone> {
        match self.store.occupant(address).await?.and_then(Occupant::optin) {
            Some(optin) => self.resume(&optin, budget).instrument(self.span_of(&optin)).await,
            None => Ok(()),
        }
    }

    fn can_send(&self, budget: Budget) -> Result<(), NotDone> {
        budget.allows(self.web.limit() + OVERHEAD)
    }
}

/// A business's name as people read it; its id where it cannot be looked up.
async fn name_of<S: Store>(businesses: &Businesses<S>, id: &BusinessId) -> String {
    match businesses.of(id).await {
        Ok(Some(business)) => business.settings.name.as_str().to_owned(),
        Ok(None) => id.to_string(),
        Err(error) => {
            tracing::warn!(%error, business = id.as_str(), "a business cannot be looked up: its id stands for its name");
            id.to_string()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_deadline_that_has_just_passed_leaves_nothing_and_one_in_1970_says_nothing() {
        let second = Duration::from_secs(1);
        let now = SystemTime::now();
        assert!(Budget::until(now + 5 * second).allows(4 * second).is_ok());
        assert!(Budget::until(now + 5 * second).allows(6 * second).is_err());
        assert!(Budget::until(now - 5 * second).allows(second).is_err());
        assert!(Budget::until(SystemTime::UNIX_EPOCH + 600 * second).allows(FUNCTION_TIMEOUT - second).is_ok());
        assert!(Budget::until(SystemTime::UNIX_EPOCH).allows(FUNCTION_TIMEOUT + second).is_err());
    }
}

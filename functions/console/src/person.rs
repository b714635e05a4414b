//! `GET /v1/users/{user}/export`: everything that is kept of a person, for the person who asks for it.

use std::collections::HashMap;

use futures_util::{StreamExt, TryStreamExt, stream};
use http::StatusCode;
use ringonce_adapters::app::App;
use ringonce_adapters::wire::view::OptinView;
use ringonce_adapters::wire::{ApiError, Request, Response, auth};
use ringonce_domain::address::{PersonKey, TopicKey};
use ringonce_domain::business::ChannelKind;
use ringonce_domain::consent::SealedAddress;
use ringonce_domain::known_address::KnownAddress;
use ringonce_domain::message::Message;
use ringonce_domain::names::UserId;
use ringonce_domain::optin::Optin;
use ringonce_domain::store::{ParkedEvent, PersonRecords, Store};
use ringonce_domain::time::{Timestamp, rfc3339};
use serde::Serialize;

/// How many of a person's messages are read at a time.
const AT_ONCE: usize = 8;

/// Everything that is kept of a person.
#[derive(Serialize)]
#[cfg_attr(feature = "description", derive(utoipa::ToSchema))]
pub(crate) struct PersonExport {
    /// The person.
    user: String,
    /// Since when the person blocks the business.
    #[serde(serialize_with = "rfc3339::optional", skip_serializing_if = "Option::is_none")]
    blocked_at: Option<Timestamp>,
    /// When the person was last erased.
    #[serde(serialize_with = "rfc3339::optional", skip_serializing_if = "Option::is_none")]
    erased_at: Option<Timestamp>,
    /// The last asks, by which caps are kept.
    asks: Vec<AskKept>,
    /// The addresses that are known.
    addresses: Vec<AddressKept>,
    /// What the person has answered, the last first.
    optins: Vec<OptinKept>,
    /// Events about the person that the webhook has not taken yet.
    events: Vec<EventKept>,
}

/// An ask that is remembered.
#[derive(Serialize)]
#[cfg_attr(feature = "description", derive(utoipa::ToSchema))]
pub(crate) struct AskKept {
    /// When it was made.
    #[serde(serialize_with = "rfc3339::serialize")]
    at: Timestamp,
    /// About what, where the person has answered about it; else only a keyed hash of it is kept.
    #[serde(skip_serializing_if = "Option::is_none")]
    topic: Option<String>,
}

/// An address that is known beside any opt-in.
#[derive(Serialize)]
#[cfg_attr(feature = "description", derive(utoipa::ToSchema))]
pub(crate) struct AddressKept {
    /// The channel that leads to it.
    channel: ChannelKind,
    /// The address. Missing when it was sealed under a key that is gone.
    #[serde(skip_serializing_if = "Option::is_none")]
    address: Option<String>,
    /// Since when.
    #[serde(serialize_with = "rfc3339::serialize")]
    kept_at: Timestamp,
    /// Who gave it: `business` or `person`.
    given_by: &'static str,
}

/// An opt-in with what it holds of its person. Its token is left out: it is the business's.
#[derive(Serialize)]
#[cfg_attr(feature = "description", derive(utoipa::ToSchema))]
pub(crate) struct OptinKept {
    /// The opt-in.
    #[serde(flatten)]
    optin: OptinView,
    /// Where its message goes.
    #[serde(skip_serializing_if = "Option::is_none")]
    address: Option<String>,
    /// Its last message.
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<Message>,
}

/// An event that waits for the webhook, or was given up.
#[derive(Serialize)]
#[cfg_attr(feature = "description", derive(utoipa::ToSchema))]
pub(crate) struct EventKept {
    /// Its id.
    id: String,
    /// Since when it waits.
    #[serde(serialize_with = "rfc3339::serialize")]
    at: Timestamp,
}

pub(crate) async fn person(app: &App<impl Store>, request: &Request, user: &str) -> Result<Response, ApiError> {
    let caller = auth::secret_caller(app, request).await?;
    let user = UserId::try_from(user.to_owned())?;
    let key = PersonKey::of(&app.keys, &caller.business, &user);
    let records = app.store.records(key).await?;
    if records.person.is_none() && records.optins.is_empty() && records.past.is_empty() && records.addresses.is_empty() {
        return Err(ApiError::NotFound);
    }
    Ok(Response::json(StatusCode::OK, &export(app, &user, records).await?))
}

async fn export(app: &App<impl Store>, user: &UserId, records: PersonRecords) -> Result<PersonExport, ApiError> {
    let mut optins: Vec<_> = records.optins.iter().chain(&records.past).collect();
    optins.sort_by_key(|optin| std::cmp::Reverse(optin.answered_at));
    let topics = optins.iter().map(|optin| (optin.address.topic, optin.topic.as_str().to_owned())).collect();
    let person = records.person.as_ref();
    let slots = person.map(|person| person.register.slots()).unwrap_or_default();
    let reads = optins.into_iter().cloned().map(|optin| async move { OptinKept::of(app, &optin).await });
    let kept = stream::iter(reads).buffered(AT_ONCE).try_collect().await?;
    Ok(PersonExport {
        user: user.as_str().to_owned(),
        blocked_at: person.and_then(|person| person.blocked_at),
        erased_at: person.and_then(|person| person.erased_at),
        asks: slots.iter().map(|slot| AskKept::of(slot.at, slot.topic, &topics)).collect(),
        addresses: records.addresses.iter().filter_map(|known| AddressKept::of(app, known)).collect(),
        optins: kept,
        events: records.parked.iter().map(EventKept::of).collect(),
    })
}

impl OptinKept {
    async fn of(app: &App<impl Store>, optin: &Optin) -> Result<Self, ApiError> {
        let view = OptinView { token: None, ..OptinView::of(&app.keys, optin, app.clock.now())? };
        let address = optin.to.as_ref().and_then(|to| to.open(&app.keys, &optin.address.person));
        Ok(Self { optin: view, address, message: app.messages.of(optin).await? })
    }
}

impl AskKept {
    fn of(at: Timestamp, topic: TopicKey, topics: &HashMap<TopicKey, String>) -> Self {
        Self { at, topic: topics.get(&topic).cloned() }
    }
}

impl AddressKept {
    /// Nothing of the mark of one that was taken away.
    fn of(app: &App<impl Store>, known: &KnownAddress) -> Option<Self> {
        let open = |to: &SealedAddress| to.open(&app.keys, &known.person);
        let given_by = if known.call.is_some() { "business" } else { "person" };
        known.to.as_ref().map(|to| Self { channel: known.channel, address: open(to), kept_at: known.kept_at, given_by })
    }
}

impl EventKept {
    fn of(parked: &ParkedEvent) -> Self {
        Self { id: parked.event.id.clone(), at: parked.parked_at }
    }
}

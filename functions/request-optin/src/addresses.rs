//! `PUT /v1/users/{user}/address`: where a person can be reached, as their business knows it.

use http::StatusCode;
use ringonce_adapters::ambient::random;
use ringonce_adapters::app::App;
use ringonce_adapters::channel_address::canonical;
use ringonce_adapters::wire::{ApiError, Request, Response, auth};
use ringonce_domain::address::PersonKey;
use ringonce_domain::business::{ChannelKind, Settings};
use ringonce_domain::call::Call;
use ringonce_domain::commands;
use ringonce_domain::consent::SealedAddress;
use ringonce_domain::known_address::KnownAddress;
use ringonce_domain::names::UserId;
use ringonce_domain::store::Store;
use ringonce_domain::text::Invalid;
use ringonce_domain::time::{Timestamp, rfc3339};
use serde::{Deserialize, Serialize};

/// A person's address.
#[derive(Deserialize, Serialize)]
#[cfg_attr(feature = "description", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub(crate) struct AddressBody {
    /// The channel that leads to it, one that the business offers: `email` or `webpush`.
    channel: ChannelKind,
    /// For `email` an e-mail address, for `webpush` a browser's subscription as JSON text; `null` takes it away.
    #[serde(deserialize_with = "Option::deserialize")]
    #[cfg_attr(feature = "description", schema(required, nullable))]
    address: Option<String>,
}

/// An address that is kept.
#[derive(Serialize)]
#[cfg_attr(feature = "description", derive(utoipa::ToSchema))]
pub(crate) struct KeptAddress {
    /// The channel that leads to it.
    channel: ChannelKind,
    /// Whether one is known now.
    known: bool,
    /// Since when this stands.
    #[serde(serialize_with = "rfc3339::serialize")]
    kept_at: Timestamp,
}

pub(crate) async fn put(app: &App<impl Store>, request: &Request, user: &str) -> Result<Response, ApiError> {
    let caller = auth::secret_caller(app, request).await?;
    let user = UserId::of_business(user.to_owned())?;
    let body: AddressBody = request.json()?;
    check_channel(&caller.settings, body.channel)?;
    let address = body.address.as_deref().map(|text| canonical(&app.web, body.channel, text)).transpose();
    let address = address.map_err(ApiError::AddressInvalid)?;
    let person = PersonKey::of(&app.keys, &caller.business, &user);
    let key = request.idempotency_key()?;
    let fingerprint = serde_json::to_vec(&body).map_err(|_| ApiError::Internal)?;
    let call = Call::new(&app.keys, &caller.business, person.as_bytes(), key.as_ref(), &fingerprint, random());
    let to = address.map(|address| SealedAddress::seal(&app.keys, &person, &address));
    let known = KnownAddress { person, channel: body.channel, to, kept_at: app.clock.now(), call: Some(call.id) };
    let kept_at = commands::keep_address(app.store.as_ref(), known).await??;
    let kept = KeptAddress { channel: body.channel, known: body.address.is_some(), kept_at };
    Ok(Response::json(StatusCode::OK, &kept))
}

fn check_channel(settings: &Settings, channel: ChannelKind) -> Result<(), ApiError> {
    if !channel.needs_address() {
        return Err(Invalid::new("channel", format!("is `{}`, which leads to no address of the person's", channel.name())).into());
    }
    if !settings.channels.contains(&channel) {
        let offered: Vec<_> = settings.channels.iter().map(|channel| channel.name()).collect();
        return Err(Invalid::new("channel", format!("is `{}`; this business offers {}", channel.name(), offered.join(", "))).into());
    }
    Ok(())
}

//! A scheduled message: another time, or none.

use http::StatusCode;
use ringonce_adapters::app::App;
use ringonce_adapters::wire::view::NotificationView;
use ringonce_adapters::wire::{ApiError, Request, Response, auth};
use ringonce_domain::call::CallId;
use ringonce_domain::ids::NotificationId;
use ringonce_domain::names::BusinessId;
use ringonce_domain::optin::Optin;
use ringonce_domain::rules::{Cancel, Reschedule};
use ringonce_domain::store::Store;
use ringonce_domain::time::{Timestamp, rfc3339};
use serde::Deserialize;

/// Another time.
#[derive(Debug, Deserialize)]
#[cfg_attr(feature = "description", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub(crate) struct RescheduleBody {
    /// When the message is to be sent, at the latest two minutes before the token ends.
    #[serde(deserialize_with = "rfc3339::deserialize")]
    send_at: Timestamp,
}

pub(crate) async fn reschedule(app: &App<impl Store>, request: &Request, text: &str) -> Result<Response, ApiError> {
    let caller = auth::secret_caller(app, request).await?;
    auth::check_thawed(&caller.settings)?;
    request.idempotency_key()?; // The same time again is answered as the first was, with a key or without.
    let id = NotificationId::parse(&app.keys, &caller.business, text).ok_or(ApiError::NotFound)?;
    let RescheduleBody { send_at } = request.json()?;
    let reschedule = Reschedule { address: id.address, ask: id.ask, redemption: id.redemption, send_at, now: app.clock.now() };
    let optin = app.store.reschedule(&reschedule).await?.into_result()?;
    answer(app, &caller.business, &optin, id.redemption)
}

/// Reads first which call is to be remembered; whether the message may still be taken back the write decides.
pub(crate) async fn cancel(app: &App<impl Store>, request: &Request, text: &str) -> Result<Response, ApiError> {
    let caller = auth::secret_caller(app, request).await?;
    request.idempotency_key()?; // A repeated cancellation is answered as the first one, with a key or without.
    let id = NotificationId::parse(&app.keys, &caller.business, text).ok_or(ApiError::NotFound)?;
    let optin = crate::optin_of(app, &id).await?.ok_or(ApiError::NotFound)?;
    let call = call_of(&optin, id.redemption).ok_or(ApiError::NotFound)?;
    let (redemption, granted_at, channel) = (id.redemption, optin.answered_at, optin.channel);
    let cancel = Cancel { address: id.address, ask: id.ask, redemption, call, granted_at, channel, now: app.clock.now() };
    let optin = app.store.cancel(&cancel).await?.into_result()?;
    answer(app, &caller.business, &optin, redemption)
}

/// The call that made a redemption: one that came back, or the standing one.
fn call_of(optin: &Optin, redemption: u32) -> Option<CallId> {
    let returned = usize::try_from(redemption).ok()?.checked_sub(1)?;
    let standing = optin.redemption.as_ref().filter(|standing| standing.number == redemption).map(|standing| standing.call);
    optin.returned.get(returned).copied().or(standing)
}

fn answer(app: &App<impl Store>, business: &BusinessId, optin: &Optin, redemption: u32) -> Result<Response, ApiError> {
    let view = NotificationView::of(&app.keys, business, optin, redemption).ok_or(ApiError::NotFound)?;
    Ok(Response::json(StatusCode::OK, &view))
}

//! What a business sees of its people's opt-ins, and what it can take back.

use http::StatusCode;
use ringonce_adapters::ambient::random;
use ringonce_adapters::app::App;
use ringonce_adapters::wire::view::OptinView;
use ringonce_adapters::wire::{ApiError, Request, Response, auth};
use ringonce_domain::address::PersonKey;
use ringonce_domain::call::Call;
use ringonce_domain::commands;
use ringonce_domain::ids::OptinId;
use ringonce_domain::names::UserId;
use ringonce_domain::optin::{Occupant, Reason};
use ringonce_domain::person::Erase;
use ringonce_domain::rules::Revoke;
use ringonce_domain::store::Store;
use ringonce_domain::time::{Timestamp, rfc3339};
use serde::Serialize;

/// A person's opt-ins.
#[derive(Serialize)]
#[cfg_attr(feature = "description", derive(utoipa::ToSchema))]
pub(crate) struct OptinList {
    /// Those that stand and those that later ones replaced, the last answered first.
    optins: Vec<OptinView>,
}

/// An erasure.
#[derive(Serialize)]
#[cfg_attr(feature = "description", derive(utoipa::ToSchema))]
pub(crate) struct Erased {
    /// When it was asked for: everything before it goes.
    #[serde(serialize_with = "rfc3339::serialize")]
    erased_at: Timestamp,
}

pub(crate) async fn optin(app: &App<impl Store>, request: &Request, text: &str) -> Result<Response, ApiError> {
    let caller = auth::secret_caller(app, request).await?;
    let id = OptinId::parse(&app.keys, &caller.business, text).ok_or(ApiError::NotFound)?;
    let now = app.clock.now();
    let view = match app.store.occupant(id.address).await? {
        Some(Occupant::Optin(optin)) if optin.ask == id.ask => OptinView::of(&app.keys, &optin, now)?,
        Some(Occupant::Erased(at)) if at >= id.asked_at => return Err(ApiError::NotFound),
        Some(Occupant::Optin(later)) if later.asked_at > id.asked_at => replaced(app, &id, text, now).await?,
        None | Some(_) => OptinView::unanswered(&id, text, now),
    };
    Ok(Response::json(StatusCode::OK, &view))
}

/// An opt-in in whose place a later one stands. If it was answered the stream puts it with the past ones, a moment later.
async fn replaced(app: &App<impl Store>, id: &OptinId, text: &str, now: Timestamp) -> Result<OptinView, ApiError> {
    Ok(match app.store.past(id.address.person, id.ask).await? {
        Some(past) => OptinView::of(&app.keys, &past, now)?,
        None => OptinView::superseded(id, text),
    })
}

pub(crate) async fn revoke(app: &App<impl Store>, request: &Request, text: &str) -> Result<Response, ApiError> {
    let caller = auth::secret_caller(app, request).await?;
    request.idempotency_key()?; // A repeated revocation is answered as the first one, with a key or without.
    let id = OptinId::parse(&app.keys, &caller.business, text).ok_or(ApiError::NotFound)?;
    let now = app.clock.now();
    let revoke = Revoke { address: id.address, ask: id.ask, reason: Reason::ByBusiness, now };
    let optin = commands::revoke(app.store.as_ref(), &revoke).await??;
    Ok(Response::json(StatusCode::OK, &OptinView::of(&app.keys, &optin, now)?))
}

pub(crate) async fn optins(app: &App<impl Store>, request: &Request, user: &str) -> Result<Response, ApiError> {
    let caller = auth::secret_caller(app, request).await?;
    let user = UserId::try_from(user.to_owned())?;
    let records = app.store.records(PersonKey::of(&app.keys, &caller.business, &user)).await?;
    let now = app.clock.now();
    let mut optins: Vec<_> = records.optins.iter().chain(&records.past).collect();
    optins.sort_by_key(|optin| std::cmp::Reverse(optin.answered_at));
    Ok(Response::json(
        StatusCode::OK,
        &OptinList { optins: optins.into_iter().map(|optin| OptinView::of(&app.keys, optin, now)).collect::<Result<_, _>>()? },
    ))
}

pub(crate) async fn erase(app: &App<impl Store>, request: &Request, user: &str) -> Result<Response, ApiError> {
    let caller = auth::secret_caller(app, request).await?;
    let user = UserId::try_from(user.to_owned())?;
    let person = PersonKey::of(&app.keys, &caller.business, &user);
    let key = request.idempotency_key()?;
    let call = Call::new(&app.keys, &caller.business, person.as_bytes(), key.as_ref(), b"erase", random());
    let erase = Erase { person, call: call.id, now: app.clock.now() };
    let erased_at = commands::erase(app.store.as_ref(), erase).await?.ok_or(ApiError::NotFound)?;
    Ok(Response::json(StatusCode::ACCEPTED, &Erased { erased_at }))
}

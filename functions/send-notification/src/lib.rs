//! send-notification: a business redeems a token, and looks at what became of the message; or a schedule does it for it.

#[cfg(feature = "description")]
pub mod description;
mod occurrence;
mod releases;
mod scheduled;
mod topics;

pub use occurrence::{Occurrence, carry_out};

use std::sync::Arc;

use http::StatusCode;
use ringonce_adapters::ambient::random;
use ringonce_adapters::app::App;
use ringonce_adapters::wire::request::Object;
use ringonce_adapters::wire::view::{NotificationView, notification_state};
use ringonce_adapters::wire::{ApiError, Request, Response, Route, auth, respond, route};
use ringonce_domain::call::CallName;
use ringonce_domain::commands::{self, Notified, NotifyInput};
use ringonce_domain::ids::NotificationId;
use ringonce_domain::message::Message;
use ringonce_domain::names::BusinessId;
use ringonce_domain::optin::Optin;
use ringonce_domain::store::Store;
use ringonce_domain::time::{Timestamp, rfc3339};
use serde::{Deserialize, Serialize};

/// A redemption.
#[derive(Debug, Deserialize)]
#[cfg_attr(feature = "description", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub(crate) struct NotifyBody {
    /// The token, as the opt-in and its webhook tell it.
    token: String,
    /// The one message.
    #[cfg_attr(feature = "description", schema(value_type = Message))]
    message: Object<Message>,
    /// When it is to be sent, at the latest two minutes before the token ends; without it, at once.
    #[serde(default, deserialize_with = "rfc3339::deserialize_optional")]
    send_at: Option<Timestamp>,
}

/// A notification that was accepted.
#[derive(Serialize)]
#[cfg_attr(feature = "description", derive(utoipa::ToSchema))]
pub(crate) struct NotifiedBody {
    /// Its id.
    id: String,
    /// `queued` or `scheduled`, or where it has got to when a repeat is answered.
    state: &'static str,
}

/// What this function answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Endpoint {
    /// Sends the one message.
    Notify,
    /// A notification's state and timeline.
    Notification,
    /// Sets another time for a scheduled message.
    Reschedule,
    /// Takes a scheduled message back.
    Cancel,
    /// Starts a release.
    StartRelease,
    /// A business's releases.
    Releases,
    /// A release, as it stands.
    Release,
    /// Stops a release.
    StopRelease,
    /// The business's topics, and the demand for each.
    Topics,
    /// The demand for one topic.
    Demand,
}

/// The function's routes.
pub const ROUTES: &[Route<Endpoint>] = &[
    Route::new("POST", "/v1/notifications", Endpoint::Notify),
    Route::new("GET", "/v1/notifications/{id}", Endpoint::Notification),
    Route::new("PATCH", "/v1/notifications/{id}", Endpoint::Reschedule),
    Route::new("DELETE", "/v1/notifications/{id}", Endpoint::Cancel),
    Route::new("POST", "/v1/topics/{topic}/releases", Endpoint::StartRelease),
    Route::new("GET", "/v1/releases", Endpoint::Releases),
    Route::new("GET", "/v1/releases/{id}", Endpoint::Release),
    Route::new("DELETE", "/v1/releases/{id}", Endpoint::StopRelease),
    Route::new("GET", "/v1/topics", Endpoint::Topics),
    Route::new("GET", "/v1/topics/{topic}", Endpoint::Demand),
];

/// Answers one request.
pub async fn handle(app: Arc<App<impl Store>>, request: Request) -> Response {
    let result = route(&app, &request).await;
    respond(&app, &request, result)
}

async fn route(app: &App<impl Store>, request: &Request) -> Result<Response, ApiError> {
    let (endpoint, id) = route::find(ROUTES, request)?;
    match endpoint {
        Endpoint::Notify => notify(app, request).await,
        Endpoint::Notification => notification(app, request, id).await,
        Endpoint::Reschedule => scheduled::reschedule(app, request, id).await,
        Endpoint::Cancel => scheduled::cancel(app, request, id).await,
        Endpoint::StartRelease => releases::start(app, request, id).await,
        Endpoint::Releases => releases::list(app, request).await,
        Endpoint::Release => releases::release(app, request, id).await,
        Endpoint::StopRelease => releases::stop(app, request, id).await,
        Endpoint::Topics => topics::list(app, request).await,
        Endpoint::Demand => topics::demand(app, request, id).await,
    }
}

async fn notify(app: &App<impl Store>, request: &Request) -> Result<Response, ApiError> {
    let caller = auth::secret_caller(app, request).await?;
    auth::check_thawed(&caller.settings)?;
    notify_as(app, &caller.business, request.json()?, request.idempotency_key()?).await
}

/// Sends the one message, whoever calls for the business.
async fn notify_as(app: &App<impl Store>, business: &BusinessId, body: NotifyBody, name: Option<CallName>) -> Result<Response, ApiError> {
    let NotifyBody { token, message: Object(message), send_at } = body;
    let input = NotifyInput { business: business.clone(), token, message, send_at, name };
    let Notified { optin, redemption, repeated } =
        commands::notify(app.store.as_ref(), &app.keys, &input, app.clock.now(), random()).await??;
    let id = optin.id().notification(redemption).to_text(&app.keys, &optin.business).ok_or(ApiError::Internal)?;
    let state = notification_state(&optin, redemption);
    let response = Response::json(StatusCode::ACCEPTED, &NotifiedBody { id, state });
    Ok(if repeated { response.with("idempotency-replayed", "true") } else { response })
}

async fn notification(app: &App<impl Store>, request: &Request, text: &str) -> Result<Response, ApiError> {
    let caller = auth::secret_caller(app, request).await?;
    let id = NotificationId::parse(&app.keys, &caller.business, text).ok_or(ApiError::NotFound)?;
    let mut optin = optin_of(app, &id).await?.ok_or(ApiError::NotFound)?;
    optin.message = app.messages.of(&optin).await?;
    let view = NotificationView::of(&app.keys, &caller.business, &optin, id.redemption).ok_or(ApiError::NotFound)?;
    Ok(Response::json(StatusCode::OK, &view))
}

/// The notification's opt-in, where it stands or among the past ones.
pub(crate) async fn optin_of(app: &App<impl Store>, id: &NotificationId) -> Result<Option<Optin>, ApiError> {
    Ok(commands::find_optin(app.store.as_ref(), id.address, id.ask).await?)
}

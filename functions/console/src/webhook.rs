//! `/v1/webhook/...`: what a business does about its endpoint.

use http::StatusCode;
use ringonce_adapters::ambient::random;
use ringonce_adapters::app::App;
use ringonce_adapters::webhook as endpoint;
use ringonce_adapters::wire::webhook::WebhookView;
use ringonce_adapters::wire::{ApiError, Request, Response, auth};
use ringonce_domain::business::Webhook;
use ringonce_domain::commands::{self, Replayed};
use ringonce_domain::event;
use ringonce_domain::health::Revision;
use ringonce_domain::names::BusinessId;
use ringonce_domain::store::{GivenUp, Replays, Store};
use ringonce_domain::text::Invalid;
use ringonce_domain::time::{Timestamp, rfc3339};
use serde::{Deserialize, Serialize};

/// Most events of one answer.
const PAGE: usize = 100;
/// Longest place that was ever given out, in bytes.
const LONGEST_PLACE: usize = 500;

/// What came of a test event.
#[derive(Serialize)]
#[cfg_attr(feature = "description", derive(utoipa::ToSchema))]
pub(crate) struct TestedView {
    /// Where it went.
    url: String,
    /// Its id.
    event: String,
    /// `accepted`; `refused` or `gone` by an answer; `busy`: it asked to be tried later; `unreachable` or `unsigned`: nothing was
    /// sent; `unclear`: no clear answer came in time.
    verdict: &'static str,
}

/// What is to be sent again.
#[derive(Deserialize)]
#[cfg_attr(feature = "description", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub(crate) struct ReplayBody {
    /// Only events of what happened at this time or later.
    #[serde(default, deserialize_with = "rfc3339::deserialize_optional")]
    since: Option<Timestamp>,
    /// Only says how many there are.
    #[serde(default)]
    dry_run: bool,
    /// `next` of the answer before.
    #[serde(default)]
    #[cfg_attr(feature = "description", schema(min_length = 1, max_length = 500, pattern = "^[!-~]+$"))]
    after: Option<String>,
}

/// What a call of a replay came to.
#[derive(Serialize)]
#[cfg_attr(feature = "description", derive(utoipa::ToSchema))]
pub(crate) struct ReplayedView {
    /// How many events it found.
    found: usize,
    /// How many of them are due now: the sweep sends them within a minute.
    made_due: usize,
    /// How many were taken up meanwhile.
    under_way: usize,
    /// What to give as `after`, if there may be more.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<String>,
}

pub(crate) async fn test(app: &App<impl Store>, request: &Request) -> Result<Response, ApiError> {
    let (business, webhook) = webhook_of(app, request).await?;
    let event = event::of_test(&business, random(), app.clock.now());
    let verdict = endpoint::send(&app.web, &app.keys, &business, &webhook, &event).await.word();
    Ok(Response::json(StatusCode::OK, &TestedView { url: webhook.url, event: event.id, verdict }))
}

pub(crate) async fn enable(app: &App<impl Store>, request: &Request) -> Result<Response, ApiError> {
    let (business, webhook) = webhook_of(app, request).await?;
    let now = app.clock.now();
    let change = commands::enable_webhook(app.store.as_ref(), &business, &webhook.url, now, || Revision(random())).await?;
    Ok(Response::json(StatusCode::OK, &WebhookView::of(&change.health)))
}

pub(crate) async fn replay(app: &App<impl Store + Replays>, request: &Request) -> Result<Response, ApiError> {
    let (business, webhook) = webhook_of(app, request).await?;
    let ReplayBody { since, dry_run, after } = request.json()?;
    if !dry_run && commands::webhook_health(app.store.as_ref(), &business, &webhook.url).await?.is_disabled() {
        return Err(ApiError::WebhookDisabled);
    }
    let line = match &after {
        Some(after) => GivenUp::After(place(after)?),
        None => GivenUp::Since(since.unwrap_or(Timestamp::ZERO)),
    };
    let missed = app.store.given_up(&business, &line, PAGE).await?;
    let next = missed.last().filter(|_| missed.len() == PAGE).map(|(place, _)| place.clone());
    let missed: Vec<_> = missed.into_iter().map(|(_, event)| event).collect();
    let Replayed { made_due, under_way } =
        if dry_run { Replayed::default() } else { commands::replay(app.store.as_ref(), &missed, app.clock.now()).await? };
    Ok(Response::json(StatusCode::OK, &ReplayedView { found: missed.len(), made_due, under_way, next }))
}

fn place(after: &str) -> Result<&str, Invalid> {
    let sound = !after.is_empty() && after.len() <= LONGEST_PLACE && after.bytes().all(|byte| byte.is_ascii_graphic());
    sound.then_some(after).ok_or_else(|| Invalid::new("after", "must be `next` of the answer before"))
}

/// The caller, and its webhook as it stands now.
async fn webhook_of(app: &App<impl Store>, request: &Request) -> Result<(BusinessId, Webhook), ApiError> {
    let caller = auth::secret_caller(app, request).await?;
    request.idempotency_key()?; // Each of these calls may be repeated, with a key or without.
    let webhook = app.store.business(&caller.business).await?.and_then(|business| business.webhook);
    Ok((caller.business.clone(), webhook.ok_or(ApiError::NotFound)?))
}

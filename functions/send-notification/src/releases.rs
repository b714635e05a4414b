//! Releases: one message to those who wait for a topic.

use std::collections::BTreeMap;
use std::time::Duration;

use futures_util::{StreamExt, TryStreamExt, stream};
use http::StatusCode;
use ringonce_adapters::ambient::random;
use ringonce_adapters::app::App;
use ringonce_adapters::wire::request::{Object, whole};
use ringonce_adapters::wire::{ApiError, Request, Response, auth};
use ringonce_domain::address::{ReleaseKey, TopicKey};
use ringonce_domain::call::{Call, CallName, Repeat};
use ringonce_domain::demand::{Counter, Scope};
use ringonce_domain::ids::{parse_release_id, release_id};
use ringonce_domain::message::Message;
use ringonce_domain::names::{BusinessId, Topic};
use ringonce_domain::optin::Reason;
use ringonce_domain::release::{Batch, LONGEST_PAUSE, Order, Phase, Release, ReleaseReason, ReleaseState, SHORTEST_PAUSE, Terms};
use ringonce_domain::store::{Store, release_listing};
use ringonce_domain::text::Invalid;
use ringonce_domain::time::{Timestamp, parse_span, rfc3339, span_text};
use serde::{Deserialize, Serialize};

/// Most releases of one answer.
const PAGE: usize = 50;
/// How many releases of a page are read at a time.
const AT_ONCE: usize = 8;
/// Longest `check_url` in bytes.
const LONGEST_URL: usize = 2_000;

/// What is to be released.
#[derive(Debug, Deserialize, Serialize)]
#[cfg_attr(feature = "description", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub(crate) struct ReleaseBody {
    /// The message, the same for all.
    #[cfg_attr(feature = "description", schema(value_type = Message))]
    message: Object<Message>,
    /// How many people get it in all; without it, everybody who waits.
    #[serde(default, deserialize_with = "whole::optional", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "description", schema(minimum = 1, maximum = 4_294_967_295_u64))]
    limit: Option<u32>,
    /// Who comes first.
    #[serde(default)]
    order: Order,
    /// In which steps; without it, in one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "description", schema(value_type = Option<BatchBody>))]
    batch: Option<Object<BatchBody>>,
    /// What is asked before each step, by a signed POST of `release.check`: 2xx goes on, 409 and 410 end the release, and
    /// anything else stops it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "description", schema(max_length = 2000, pattern = "^https://"))]
    check_url: Option<String>,
}

/// Steps of a release.
#[derive(Debug, Deserialize, Serialize)]
#[cfg_attr(feature = "description", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub(crate) struct BatchBody {
    /// How many people a step takes.
    #[serde(deserialize_with = "whole::required")]
    #[cfg_attr(feature = "description", schema(minimum = 1, maximum = 4_294_967_295_u64))]
    size: u32,
    /// How long it is from one step's beginning to the next one's: `90s`, `15m`, `12h`, `7d`, at most 30 days.
    #[cfg_attr(feature = "description", schema(pattern = "^[1-9][0-9]{0,2}[smh]$|^([1-9]|[12][0-9]|30)d$"))]
    every: String,
}

/// A release that was accepted.
#[derive(Serialize)]
#[cfg_attr(feature = "description", derive(utoipa::ToSchema))]
pub(crate) struct StartedBody {
    /// Its id.
    id: String,
    /// `running`, or where it has got to when a repeat is answered.
    state: ReleaseState,
}

/// A release, as it stands.
#[derive(Serialize)]
#[cfg_attr(feature = "description", derive(utoipa::ToSchema))]
pub(crate) struct ReleaseView {
    /// Its id.
    id: String,
    /// To whom: those who wait for this.
    topic: Topic,
    /// Where it is in its life.
    state: ReleaseState,
    /// Why it ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<ReleaseReason>,
    /// The message.
    message: Message,
    /// How many people get it in all.
    #[serde(skip_serializing_if = "Option::is_none")]
    limit: Option<u32>,
    /// Who comes first.
    order: Order,
    /// How many people a step takes.
    #[serde(skip_serializing_if = "Option::is_none")]
    batch_size: Option<u32>,
    /// How long it is from one step's beginning to the next one's.
    #[serde(skip_serializing_if = "Option::is_none")]
    batch_every: Option<String>,
    /// What is asked before each step.
    #[serde(skip_serializing_if = "Option::is_none")]
    check_url: Option<String>,
    /// The step that is being taken, or waited for.
    step: u32,
    /// How many people it has taken so far: as many times as it took them, where a token was given back and taken again.
    taken: u32,
    /// Messages of those that were delivered. This count and those that follow are seconds behind, and count each thing once.
    sent: i64,
    /// Messages that were not and never will be, by reason.
    #[cfg_attr(feature = "description", schema(value_type = BTreeMap<String, i64>))]
    failed: BTreeMap<Reason, i64>,
    /// Messages of which nobody can know whether they were delivered.
    unknown: i64,
    /// Messages whose token was given back.
    returned: i64,
    /// Messages that were taken back before they were delivered.
    revoked: i64,
    /// Messages whose time was up.
    expired: i64,
    /// Messages that were under way when their person was erased.
    erased: i64,
    /// How many of those that it has taken have come to none of these yet.
    under_way: i64,
    /// When the next step begins, while it is waited for.
    #[serde(serialize_with = "rfc3339::optional", skip_serializing_if = "Option::is_none")]
    next_step_at: Option<Timestamp>,
    /// When it was started.
    #[serde(serialize_with = "rfc3339::serialize")]
    created_at: Timestamp,
}

/// A business's releases.
#[derive(Serialize)]
#[cfg_attr(feature = "description", derive(utoipa::ToSchema))]
pub(crate) struct ReleaseList {
    /// The latest first.
    releases: Vec<ReleaseView>,
    /// What to give as `before` for those before them, if there are any.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<String>,
}

pub(crate) async fn start(app: &App<impl Store>, request: &Request, topic: &str) -> Result<Response, ApiError> {
    let caller = auth::secret_caller(app, request).await?;
    auth::check_thawed(&caller.settings)?;
    let topic = Topic::try_from(topic.to_owned())?;
    start_as(app, &caller.business, topic, request.json()?, request.idempotency_key()?).await
}

/// Starts a release, whoever calls for the business.
pub(crate) async fn start_as(
    app: &App<impl Store>,
    business: &BusinessId,
    topic: Topic,
    body: ReleaseBody,
    name: Option<CallName>,
) -> Result<Response, ApiError> {
    let terms = terms(app, business, topic, body, name.as_ref())?;
    let key = ReleaseKey::of(&app.keys, business, &terms.call);
    let release = Release::started(key, terms, app.clock.now());
    let standing = app.store.start_release(&release).await?;
    let repeated = standing.is_some();
    let standing = standing.unwrap_or_else(|| release.clone());
    if standing.terms.call.compare(&release.terms.call) != Repeat::Same {
        return Err(ApiError::IdempotencyKeyReused);
    }
    let body = StartedBody { id: id_of(app, &standing)?, state: standing.state };
    let response = Response::json(StatusCode::ACCEPTED, &body);
    Ok(if repeated { response.with("idempotency-replayed", "true") } else { response })
}

fn terms(
    app: &App<impl Store>,
    business: &BusinessId,
    topic: Topic,
    body: ReleaseBody,
    name: Option<&CallName>,
) -> Result<Terms, ApiError> {
    let fingerprint = serde_json::to_vec(&(&topic, &body)).map_err(|_| ApiError::Internal)?;
    let call = Call::new(&app.keys, business, b"release", name, &fingerprint, random()).id;
    if body.limit == Some(0) {
        return Err(Invalid::new("limit", "must be at least 1").into());
    }
    Ok(Terms {
        mac_key: app.keys.current_mac(),
        business: business.clone(),
        topic_key: TopicKey::of(&app.keys, business, &topic),
        topic,
        limit: body.limit,
        order: body.order,
        batch: body.batch.map(|Object(batch)| steps(&batch)).transpose()?,
        check_url: body.check_url.map(|url| check_url(app, url)).transpose()?,
        message: body.message.0,
        call,
    })
}

fn steps(batch: &BatchBody) -> Result<Batch, Invalid> {
    let every = parse_span(&batch.every).ok().filter(|every| (SHORTEST_PAUSE..=LONGEST_PAUSE).contains(every));
    let rule = || Invalid::new("batch.every", format!("must be a span such as `12h`, at most {}", span_text(LONGEST_PAUSE)));
    let every: Duration = every.ok_or_else(rule)?;
    if batch.size == 0 {
        return Err(Invalid::new("batch.size", "must be at least 1"));
    }
    Ok(Batch { size: batch.size, every })
}

fn check_url(app: &App<impl Store>, url: String) -> Result<String, Invalid> {
    if url.len() > LONGEST_URL {
        return Err(Invalid::new("check_url", format!("must be at most {LONGEST_URL} bytes")));
    }
    app.web.check_url(&url).map_err(|why| Invalid::new("check_url", why.to_string()))?;
    Ok(url)
}

pub(crate) async fn release(app: &App<impl Store>, request: &Request, text: &str) -> Result<Response, ApiError> {
    let caller = auth::secret_caller(app, request).await?;
    let release = standing(app, &caller.business, text).await?;
    Ok(Response::json(StatusCode::OK, &view(app, &release).await?))
}

async fn standing(app: &App<impl Store>, business: &BusinessId, text: &str) -> Result<Release, ApiError> {
    let key = parse_release_id(&app.keys, business, text).ok_or(ApiError::NotFound)?;
    app.store.release(key).await?.ok_or(ApiError::NotFound)
}

/// How often a stop begins anew because the release moved on meanwhile.
const MOST_TRIES: usize = 20;

pub(crate) async fn stop(app: &App<impl Store>, request: &Request, text: &str) -> Result<Response, ApiError> {
    request.idempotency_key()?; // A repeated stop is answered as the first one, with a key or without.
    let caller = auth::secret_caller(app, request).await?;
    for _ in 0..MOST_TRIES {
        let release = standing(app, &caller.business, text).await?;
        match release.state {
            ReleaseState::Stopped => return Ok(Response::json(StatusCode::OK, &view(app, &release).await?)),
            ReleaseState::Finished => return Err(ApiError::AlreadyFinished),
            ReleaseState::Running => {}
        }
        let stopped = release.stopped(app.clock.now());
        if app.store.advance_release(&release, &stopped).await? {
            return Ok(Response::json(StatusCode::OK, &view(app, &stopped).await?));
        }
    }
    Err(ApiError::Unavailable)
}

pub(crate) async fn list(app: &App<impl Store>, request: &Request) -> Result<Response, ApiError> {
    let caller = auth::secret_caller(app, request).await?;
    let before = match request.parameter("before") {
        Some(text) => Some(listing_of(app, &caller.business, &text).await?),
        None => None,
    };
    let keys = app.store.releases(&caller.business, before.as_deref(), PAGE).await?;
    let is_full = keys.len() == PAGE;
    let listed = stream::iter(keys).map(|key| listed(app, key)).buffered(AT_ONCE);
    let releases: Vec<_> = listed.try_filter_map(async |release| Ok(release)).try_collect().await?;
    let next = is_full.then(|| releases.last().map(|last| last.id.clone())).flatten();
    Ok(Response::json(StatusCode::OK, &ReleaseList { releases, next }))
}

async fn listed(app: &App<impl Store>, key: ReleaseKey) -> Result<Option<ReleaseView>, ApiError> {
    match app.store.release(key).await? {
        Some(release) => view(app, &release).await.map(Some),
        None => Ok(None),
    }
}

async fn listing_of(app: &App<impl Store>, business: &BusinessId, text: &str) -> Result<String, ApiError> {
    let unknown = || Invalid::new("before", "must be the id of a release");
    let release = standing(app, business, text).await.map_err(|error| match error {
        ApiError::NotFound => unknown().into(),
        other => other,
    })?;
    Ok(release_listing(release.created_at, release.key))
}

fn id_of(app: &App<impl Store>, release: &Release) -> Result<String, ApiError> {
    release_id(&app.keys, &release.terms.business, release.terms.mac_key, &release.key).ok_or(ApiError::Internal)
}

async fn view(app: &App<impl Store>, release: &Release) -> Result<ReleaseView, ApiError> {
    let tally = app.store.tally(Scope::Release(release.key)).await?;
    let release = release.clone();
    Ok(ReleaseView {
        id: id_of(app, &release)?,
        state: release.state,
        reason: release.reason,
        limit: release.terms.limit,
        order: release.terms.order,
        batch_size: release.terms.batch.map(|batch| batch.size),
        batch_every: release.terms.batch.map(|batch| span_text(batch.every)),
        step: release.step,
        taken: release.taken,
        sent: tally.of(Counter::Sent),
        failed: tally.failures(),
        unknown: tally.of(Counter::Unknown),
        returned: tally.of(Counter::Returned),
        revoked: tally.of(Counter::Revoked),
        expired: tally.of(Counter::Expired),
        erased: tally.of(Counter::Erased),
        under_way: tally.under_way(release.taken),
        next_step_at: release.due_at.filter(|_| release.phase == Phase::Waiting),
        created_at: release.created_at,
        topic: release.terms.topic,
        message: release.terms.message,
        check_url: release.terms.check_url,
    })
}

//! `POST /v1/optins`.

use std::time::Duration;

use http::StatusCode;
use ringonce_adapters::ambient::random;
use ringonce_adapters::app::App;
use ringonce_adapters::reach;
use ringonce_adapters::wire::request::whole;
use ringonce_adapters::wire::{ApiError, Request, Response, auth, respond};
use ringonce_domain::api_key::KeyKind;
use ringonce_domain::business::{ApiKeyRecord, ChannelKind, Origin};
use ringonce_domain::commands::{self, AskInput, Asked, SpendInput};
use ringonce_domain::limit::ASKS_FROM_AN_ADDRESS;
use ringonce_domain::link::LONGEST_URL;
use ringonce_domain::names::{BusinessId, Locale, Topic, UserId};
use ringonce_domain::store::Store;
use ringonce_domain::text::{Invalid, Payload, Title};
use ringonce_domain::time::{Timestamp, rfc3339};
use serde::{Deserialize, Serialize};

/// Shortest life of a link in seconds.
const SHORTEST_LINK: u64 = 60;

/// An ask.
#[derive(Debug, Deserialize, Serialize)]
#[cfg_attr(feature = "description", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub(crate) struct AskBody {
    /// Who is asked.
    user: UserId,
    /// About what.
    topic: Topic,
    /// In which words.
    title: Title,
    /// What the business wants back with the answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    payload: Option<Payload>,
    /// The person's language.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    locale: Option<Locale>,
    /// The only channel to be offered; without it, all of the business's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    channel: Option<ChannelKind>,
    /// Whether Ringonce brings the link to the person: to an address that is known, else through the business's webhook, as
    /// `optin.asked`.
    #[serde(default)]
    deliver_ask: bool,
    /// For how many seconds the link lives; without it, as long as the business's caps let it, at most 7 days.
    #[serde(default, deserialize_with = "whole::optional", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "description", schema(minimum = 60, maximum = 604_800))]
    expires_in: Option<u64>,
    /// Stays empty. The widget's form has this field, which no person sees: a program that fills in every field is told by it.
    #[serde(default, skip_serializing)]
    #[cfg_attr(feature = "description", schema(max_length = 0))]
    website: Option<String>,
}

/// An ask that was made.
#[derive(Serialize)]
#[cfg_attr(feature = "description", derive(utoipa::ToSchema))]
pub(crate) struct AskedBody {
    /// The opt-in's id.
    id: String,
    /// `asked`; `expired` where a repeat comes after the link's time.
    state: &'static str,
    /// Where the person answers. Whoever holds it can answer.
    consent_url: String,
    /// Until when it can be answered.
    #[serde(serialize_with = "rfc3339::serialize")]
    expires_at: Timestamp,
}

pub(crate) async fn ask(app: &App<impl Store>, request: &Request) -> Result<Response, ApiError> {
    let caller = auth::caller(app, request).await;
    // A browser lets the page read every answer, a refusal too, or its developer would never learn why. What a secret key
    // is answered no page reads: there it does not belong.
    let is_secret = caller.as_ref().is_ok_and(|caller| caller.kind == KeyKind::Secret);
    let origin = request.header("origin").filter(|_| !is_secret);
    let result = match caller {
        Ok(caller) => ask_as(app, request, &caller).await,
        Err(error) => Err(error),
    };
    Ok(readable_by(respond(app, request, result), origin))
}

async fn ask_as(app: &App<impl Store>, request: &Request, caller: &ApiKeyRecord) -> Result<Response, ApiError> {
    admit_page(caller, request)?;
    let input = input(caller, request)?;
    let now = app.clock.now();
    if caller.kind == KeyKind::Publishable {
        count_address(app, &input, request, now).await?;
    }
    if input.deliver_ask {
        reach::check(app, &input).await?;
    }
    let asked = commands::ask(app.store.as_ref(), &app.keys, &input, now, random()).await?;
    let asked = asked.inspect_err(|refusal| app.metrics.count_refusal(refusal, now))?;
    asked_response(app, &input, &asked, now)
}

/// A publishable key makes people up as it likes, and no cap of theirs holds it. Those who name no address count as one.
async fn count_address(app: &App<impl Store>, input: &AskInput, request: &Request, now: Timestamp) -> Result<(), ApiError> {
    let subject = request.source.map(|source| source.network()).unwrap_or_default();
    let AskInput { business, user, name, fingerprint, .. } = input;
    let spend = SpendInput { limit: ASKS_FROM_AN_ADDRESS, business, subject: &subject, user, name: name.as_ref(), fingerprint };
    Ok(commands::spend(app.store.as_ref(), &app.keys, &spend, now, random()).await??)
}

fn asked_response(app: &App<impl Store>, input: &AskInput, asked: &Asked, now: Timestamp) -> Result<Response, ApiError> {
    let consent_url = format!("{}/c/{}", app.origin, asked.code);
    debug_assert!(consent_url.len() <= LONGEST_URL, "the types bound the link");
    let body = AskedBody {
        id: asked.id.to_text(&app.keys, &input.business).ok_or(ApiError::Internal)?,
        // A repeat under its key can come after the link's time.
        state: if asked.id.link_expires_at() <= now { "expired" } else { "asked" },
        consent_url,
        expires_at: asked.id.link_expires_at(),
    };
    let policy: Vec<_> =
        input.settings.caps.all().iter().map(|cap| format!("\"{cap}\";q={};w={}", cap.count, cap.window_seconds)).collect();
    Ok(Response::json(StatusCode::CREATED, &body).with("ratelimit-policy", policy.join(", ")))
}

fn input(caller: &ApiKeyRecord, request: &Request) -> Result<AskInput, ApiError> {
    let body: AskBody = request.json()?;
    if body.website.as_ref().is_some_and(|website| !website.is_empty()) {
        return Err(Invalid::new("website", "must stay empty: no person sees this field, so that a program has filled it in").into());
    }
    let fingerprint = serde_json::to_vec(&body).map_err(|_| ApiError::Internal)?;
    let longest = caller.settings.caps.longest_link().as_secs();
    if let Some(seconds) = body.expires_in.filter(|seconds| !(SHORTEST_LINK.min(longest)..=longest).contains(seconds)) {
        let rule = format!("must be {SHORTEST_LINK} to {longest} seconds, and is {seconds}");
        return Err(Invalid::new("expires_in", rule).into());
    }
    if let Some(channel) = body.channel.filter(|channel| !caller.settings.channels.contains(channel)) {
        let offered: Vec<_> = caller.settings.channels.iter().map(|channel| channel.name()).collect();
        return Err(Invalid::new("channel", format!("is `{}`; this business offers {}", channel.name(), offered.join(", "))).into());
    }
    Ok(AskInput {
        business: caller.business.clone(),
        settings: caller.settings.clone(),
        user: user(caller.kind, body.user, body.deliver_ask)?,
        topic: body.topic,
        title: body.title,
        payload: body.payload,
        locale: body.locale,
        channel: body.channel,
        deliver_ask: body.deliver_ask,
        expires_in: body.expires_in.map(Duration::from_secs),
        name: request.idempotency_key()?,
        fingerprint,
    })
}

/// A publishable key stands in pages where anyone reads it: its people live in a namespace of their own, where they can
/// neither read nor burn the caps of the business's real users.
fn user(kind: KeyKind, user: UserId, deliver_ask: bool) -> Result<UserId, ApiError> {
    match kind {
        KeyKind::Publishable if deliver_ask => Err(ApiError::Forbidden("`deliver_ask` needs a secret key.".to_owned())),
        KeyKind::Publishable => Ok(UserId::anonymous(user.as_str())?),
        KeyKind::Secret => Ok(UserId::of_business(user.into())?),
    }
}

/// A publishable key asks from its business's own pages alone.
fn admit_page(caller: &ApiKeyRecord, request: &Request) -> Result<(), ApiError> {
    let origin = request.header("origin").unwrap_or_default();
    let is_allowed = caller.kind == KeyKind::Secret || caller.settings.origins.iter().any(|allowed| allowed.as_str() == origin);
    if is_allowed { Ok(()) } else { Err(ApiError::Forbidden(origin_refused(&caller.business, origin))) }
}

/// What the page's developer is to do about it. Only what is an origin is repeated: the rest of what a caller may write
/// into that header belongs into nobody's terminal.
fn origin_refused(business: &BusinessId, origin: &str) -> String {
    match Origin::try_from(origin.to_owned()) {
        Ok(origin) => format!(
            "Pages of {origin} may not use this publishable key. If they are yours, allow them: `ringonce business set {business} \
             --origin {origin}`, with an `--origin` for each one that is allowed already.",
            origin = origin.as_str()
        ),
        Err(_) => format!(
            "A publishable key is for pages, whose browsers name their origin, and this call names none. Pages are allowed with \
             `ringonce business set {business} --origin https://...`."
        ),
    }
}

fn readable_by(response: Response, origin: Option<&str>) -> Response {
    match origin {
        Some(origin) => response
            .with("access-control-allow-origin", origin)
            .with("access-control-expose-headers", "retry-after, ratelimit, ratelimit-policy")
            .with("vary", "origin"),
        None => response,
    }
}

/// What a browser asks before it lets a page ask. The key decides then, and it is not sent with this.
pub(crate) fn preflight(request: &Request) -> Response {
    Response::empty(StatusCode::NO_CONTENT)
        .with("access-control-allow-origin", request.header("origin").unwrap_or("null"))
        .with("access-control-allow-methods", "POST")
        .with("access-control-allow-headers", "authorization, content-type, idempotency-key")
        .with("access-control-max-age", 600)
        .with("vary", "origin")
}

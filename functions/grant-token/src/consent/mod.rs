//! `/c/{code}`: who asks, what for, and the answer.

mod address;
mod answered;
mod body;
mod question;

use http::StatusCode;
use ringonce_adapters::ambient::random;
use ringonce_adapters::app::App;
use ringonce_adapters::wire::html;
use ringonce_adapters::wire::{ApiError, Request, Response};
use ringonce_domain::business::{Business, ChannelKind};
use ringonce_domain::commands::{self, SpendInput};
use ringonce_domain::consent::{ConsentText, SealedAddress};
use ringonce_domain::ids::person_url;
use ringonce_domain::limit::Limit;
use ringonce_domain::link::SealedAsk;
use ringonce_domain::names::Locale;
use ringonce_domain::optin::{Occupant, Optin, State};
use ringonce_domain::rules::{Answer, Choice};
use ringonce_domain::store::Store;
use ringonce_domain::text::Invalid;
use ringonce_domain::words::Words;
use serde::Serialize;

use std::sync::Arc;
use std::time::Duration;

use address::Named;
pub(crate) use answered::answered_page;
pub(crate) use body::AnswerBody;
#[cfg(feature = "description")]
pub(crate) use body::AnswerForm;
use question::Question;

/// What an answer came to.
#[derive(Serialize)]
#[cfg_attr(feature = "description", derive(utoipa::ToSchema))]
pub(crate) struct Answered {
    /// The opt-in's state: `confirming` where a typed address is still to be confirmed.
    state: State,
    /// The person's own page. Whoever holds it acts as the person.
    manage_url: String,
}

pub(crate) async fn page(app: &App<impl Store>, request: &Request, code: &str) -> Result<Response, ApiError> {
    let ask = SealedAsk::open(&app.keys, code).ok_or(ApiError::LinkInvalid)?;
    let words = words(request, &ask);
    let standing = app.store.occupant(ask.id.address).await?;
    let business = app.businesses.of(&ask.business).await?;
    if let Some(optin) = standing.and_then(Occupant::optin).filter(|optin| optin.ask == ask.id.ask) {
        return Ok(answered_page(app, words, business.as_deref(), &optin));
    }
    if ask.id.link_expires_at() <= app.clock.now() {
        return Err(ApiError::LinkExpired);
    }
    Ok(question(app, words, business.as_deref(), &ask, code).await?.page(StatusCode::OK))
}

fn words(request: &Request, ask: &SealedAsk) -> &'static Words {
    html::language(request, ask.locale.as_ref().map(Locale::as_str))
}

async fn question<'a>(
    app: &'a App<impl Store>,
    words: &'static Words,
    business: Option<&'a Business>,
    ask: &'a SealedAsk,
    code: &'a str,
) -> Result<Question<'a>, ApiError> {
    let channels = offered(app, ask)?;
    let known_email = match channels.contains(&ChannelKind::Email) {
        true => address::masked(app, &address::known(app, ask).await?),
        false => None,
    };
    Ok(Question { words, business, ask, code, channels, known_email, push_key: app.set_up.push_key.as_deref(), mistake: None })
}

/// The channels of the ask that this deployment has set up.
fn offered(app: &App<impl Store>, ask: &SealedAsk) -> Result<Vec<ChannelKind>, ApiError> {
    let offered: Vec<_> = ask.channels.iter().copied().filter(|channel| app.set_up.has(*channel)).collect();
    if offered.is_empty() {
        let business = ask.business.as_str();
        tracing::error!(business, "none of the channels that this business offers is set up in this deployment");
        return Err(ApiError::Internal);
    }
    Ok(offered)
}

pub(crate) async fn answer(app: &App<impl Store>, request: &Request, code: &str) -> Result<Response, ApiError> {
    crate::admissible(request)?;
    let ask = SealedAsk::open(&app.keys, code).ok_or(ApiError::LinkInvalid)?;
    let words = words(request, &ask);
    let body = AnswerBody::read(request)?;
    let choice = choice(&offered(app, &ask)?, &body)?;
    let address = match address::of_answer(app, &ask, choice, &body).await {
        Err(mistake) if !request.is_json() => {
            let business = app.businesses.of(&ask.business).await?;
            let question = question(app, words, business.as_deref(), &ask, code).await?;
            return Ok(Question { mistake: Some(body), ..question }.page(mistake.kind().status));
        }
        named => named?,
    };
    if let Some(Named { kept, typed: Some(typed) }) = address.as_ref().filter(|named| named.kept.is_to_be_confirmed) {
        count_link(app, &ask, &kept.sealed, typed).await?;
    }
    let address = address.map(|named| named.kept);
    // An app that shows its own prompt shows its own words.
    let consent = (!request.is_json()).then(|| ConsentText::of(words));
    let command = Answer { ask, choice, address, consent, now: app.clock.now() };
    let optin = commands::answer(app.store.as_ref(), &command).await??;
    if request.is_json() {
        return Ok(Response::json(StatusCode::OK, &Answered { state: optin.state, manage_url: manage_url(app, &optin) }));
    }
    let business: Option<Arc<Business>> = app.businesses.of(&optin.business).await?;
    Ok(answered_page(app, words, business.as_deref(), &optin))
}

/// A link to confirm goes to whoever was named: a form must not become a way to fill somebody's mailbox.
pub(crate) const LINKS_TO_AN_ADDRESS: Limit = Limit { count: 3, window: Duration::from_secs(600), what: "links to one address" };

async fn count_link(app: &App<impl Store>, ask: &SealedAsk, address: &SealedAddress, typed: &str) -> Result<(), ApiError> {
    let standing = app.store.occupant(ask.id.address).await?.and_then(Occupant::optin);
    let is_repeat = standing.is_some_and(|optin| optin.ask == ask.id.ask && optin.leads_to(address.hash));
    if is_repeat {
        return Ok(());
    }
    let subject = typed.as_bytes();
    let spend = SpendInput { limit: LINKS_TO_AN_ADDRESS, business: &ask.business, subject, user: &ask.user, name: None, fingerprint: &[] };
    Ok(commands::spend(app.store.as_ref(), &app.keys, &spend, app.clock.now(), random()).await??)
}

fn choice(offered: &[ChannelKind], body: &AnswerBody) -> Result<Choice, ApiError> {
    match body.answer.as_str() {
        "grant" => Ok(Choice::Grant(channel(offered, body.channel.as_deref())?)),
        "decline" => Ok(Choice::Decline),
        _ => Err(Invalid::new("answer", "must be `grant` or `decline`").into()),
    }
}

/// The channel that was chosen among those offered, or else the first.
fn channel(offered: &[ChannelKind], chosen: Option<&str>) -> Result<ChannelKind, ApiError> {
    let Some(name) = chosen else {
        return offered.first().copied().ok_or(ApiError::Internal);
    };
    offered.iter().copied().find(|channel| channel.name() == name).ok_or_else(|| {
        let offered: Vec<_> = offered.iter().map(|channel| channel.name()).collect();
        Invalid::new("channel", format!("must be one that is offered: {}", offered.join(", "))).into()
    })
}

fn manage_url(app: &App<impl Store>, optin: &Optin) -> String {
    person_url(&app.keys, &optin.address.person, &app.origin)
}

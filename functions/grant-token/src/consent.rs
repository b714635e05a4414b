//! `/c/{code}`: who asks, what for, and the answer.

use http::StatusCode;
use ringonce_adapters::app::App;
use ringonce_adapters::wire::html::{escape, page as html_page};
use ringonce_adapters::wire::{ApiError, Request, Response};
use ringonce_domain::business::ChannelKind;
use ringonce_domain::commands;
use ringonce_domain::ids::person_code;
use ringonce_domain::link::SealedAsk;
use ringonce_domain::optin::{Occupant, Optin, State};
use ringonce_domain::rules::{Answer, Choice};
use ringonce_domain::store::Store;
use ringonce_domain::text::Invalid;
use serde::{Deserialize, Serialize};

/// An answer.
#[derive(Debug, Deserialize)]
#[cfg_attr(feature = "description", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub(crate) struct AnswerBody {
    /// `grant` or `decline`.
    #[cfg_attr(feature = "description", schema(pattern = "^(grant|decline)$"))]
    answer: String,
    /// The channel, one of those that are offered; without it, the first.
    #[serde(default)]
    #[cfg_attr(feature = "description", schema(value_type = Option<ChannelKind>))]
    channel: Option<String>,
}

/// An answer as a form sends it.
#[derive(Debug)]
#[cfg_attr(feature = "description", derive(utoipa::ToSchema))]
pub(crate) struct AnswerForm {
    /// `grant` or `decline`.
    #[cfg_attr(feature = "description", schema(pattern = "^(grant|decline)$"))]
    answer: String,
    /// The channel, one of those that are offered; without it, the first.
    #[cfg_attr(feature = "description", schema(value_type = Option<ChannelKind>, nullable = false))]
    channel: Option<String>,
}

impl AnswerForm {
    fn read(request: &Request) -> Result<Self, ApiError> {
        Ok(Self { answer: request.form("answer")?.unwrap_or_default(), channel: request.form("channel")? })
    }
}

impl From<AnswerForm> for AnswerBody {
    fn from(form: AnswerForm) -> Self {
        Self { answer: form.answer, channel: form.channel }
    }
}

/// What an answer came to.
#[derive(Serialize)]
#[cfg_attr(feature = "description", derive(utoipa::ToSchema))]
pub(crate) struct Answered {
    /// The opt-in's state.
    state: State,
    /// The person's own page. Whoever holds it acts as the person.
    manage_url: String,
}

pub(crate) async fn page(app: &App<impl Store>, code: &str) -> Result<Response, ApiError> {
    let ask = SealedAsk::open(&app.keys, code).ok_or(ApiError::LinkInvalid)?;
    let standing = app.store.occupant(ask.id.address).await?;
    if let Some(optin) = standing.and_then(Occupant::optin).filter(|optin| optin.ask == ask.id.ask) {
        return Ok(answered_page(app, &ask, &optin));
    }
    if ask.id.link_expires_at() <= app.clock.now() {
        return Err(ApiError::LinkExpired);
    }
    Ok(question_page(&ask, code))
}

fn question_page(ask: &SealedAsk, code: &str) -> Response {
    let (business, title, code) = (escape(ask.business_name.as_str()), escape(ask.title.as_str()), escape(code));
    let main = format!(
        "<p><strong>{business}</strong> would like to send you <strong>one message</strong> about:</p><p><strong>{title}</strong></p>\
         <p>One message, then no more. You can take it back at any time. This question lapses at {lapses}.</p>\
         <form method=\"post\" action=\"/c/{code}\">{channels}<button name=\"answer\" value=\"grant\">Notify me</button>\
         <button name=\"answer\" value=\"decline\">No thanks</button></form>",
        lapses = ask.id.link_expires_at(),
        channels = channel_choice(&ask.channels),
    );
    html_page(StatusCode::OK, "One message?", &main)
}

fn channel_choice(channels: &[ChannelKind]) -> String {
    if channels.len() < 2 {
        return String::new();
    }
    let option = |(index, channel): (usize, &ChannelKind)| {
        let (name, checked) = (channel.name(), if index == 0 { " checked" } else { "" });
        format!("<div><label><input type=\"radio\" name=\"channel\" value=\"{name}\"{checked}> {}</label></div>", channel_words(*channel))
    };
    let options: String = channels.iter().enumerate().map(option).collect();
    format!("<fieldset><legend>How?</legend>{options}</fieldset>")
}

const fn channel_words(channel: ChannelKind) -> &'static str {
    match channel {
        ChannelKind::Inbox => "On my page here",
        ChannelKind::Webhook => "The way they usually reach me",
    }
}

pub(crate) async fn answer(app: &App<impl Store>, request: &Request, code: &str) -> Result<Response, ApiError> {
    crate::admissible(request)?;
    let ask = SealedAsk::open(&app.keys, code).ok_or(ApiError::LinkInvalid)?;
    let choice = choice(&ask, request)?;
    let command = Answer { ask, choice, now: app.clock.now() };
    let optin = commands::answer(app.store.as_ref(), &command).await??;
    if request.is_json() {
        return Ok(Response::json(StatusCode::OK, &Answered { state: optin.state, manage_url: manage_url(app, &optin) }));
    }
    Ok(answered_page(app, &command.ask, &optin))
}

fn choice(ask: &SealedAsk, request: &Request) -> Result<Choice, ApiError> {
    let body: AnswerBody = if request.is_json() { request.json()? } else { AnswerForm::read(request)?.into() };
    match body.answer.as_str() {
        "grant" => Ok(Choice::Grant(channel(ask, body.channel.as_deref())?)),
        "decline" => Ok(Choice::Decline),
        _ => Err(Invalid::new("answer", "must be `grant` or `decline`").into()),
    }
}

/// The channel that was chosen among those offered, or else the first.
fn channel(ask: &SealedAsk, chosen: Option<&str>) -> Result<ChannelKind, ApiError> {
    let Some(name) = chosen else {
        return ask.channels.first().copied().ok_or(ApiError::Internal);
    };
    ask.channels.iter().copied().find(|channel| channel.name() == name).ok_or_else(|| {
        let offered: Vec<_> = ask.channels.iter().map(|channel| channel.name()).collect();
        Invalid::new("channel", format!("must be one that is offered: {}", offered.join(", "))).into()
    })
}

fn manage_url(app: &App<impl Store>, optin: &Optin) -> String {
    format!("{}/u/{}", app.origin, person_code(&app.keys, &optin.address.person))
}

fn answered_page(app: &App<impl Store>, ask: &SealedAsk, optin: &Optin) -> Response {
    let (business, title) = (escape(ask.business_name.as_str()), escape(ask.title.as_str()));
    let manage = format!("<p><a href=\"{}\">See and take back what you agreed to</a></p>", escape(&manage_url(app, optin)));
    let (heading, words) = match optin.state {
        State::Granted | State::Scheduled | State::Queued | State::Attempting => {
            ("You will hear once", format!("{business} will send you one message about {title}."))
        }
        State::Unknown => (
            "Your message may have been sent",
            format!("Whether the one message of {business} about {title} arrived is not known. No other will come."),
        ),
        State::Sent => ("Your message was sent", format!("{business} has sent its one message about {title}.")),
        State::Failed => ("Your message could not be sent", format!("The one message of {business} about {title} could not be delivered.")),
        State::Expired => ("It has lapsed", format!("{business} did not message you about {title} in time, and will not any more.")),
        State::Declined => ("No message", format!("{business} will not message you about {title}.")),
        State::Revoked => ("Taken back", format!("{business} will not message you about {title}: this was taken back.")),
    };
    html_page(StatusCode::OK, heading, &format!("<p>{words}</p>{manage}"))
}

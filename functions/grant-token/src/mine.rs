//! `/u/{code}`: what I agreed to, what came, and taking it back.

use http::StatusCode;
use ringonce_adapters::app::App;
use ringonce_adapters::wire::html::{escape, page as html_page};
use ringonce_adapters::wire::{ApiError, Request, Response};
use ringonce_domain::address::PersonKey;
use ringonce_domain::commands;
use ringonce_domain::event::open_url;
use ringonce_domain::ids::{OptinId, parse_person_code};
use ringonce_domain::message::Message;
use ringonce_domain::names::BusinessId;
use ringonce_domain::optin::{Optin, Reason, State};
use ringonce_domain::rules::Revoke;
use ringonce_domain::store::{PersonRecords, Store};
use ringonce_domain::text::Invalid;
use ringonce_domain::time::Timestamp;

pub(crate) async fn page(app: &App<impl Store>, code: &str) -> Result<Response, ApiError> {
    let person = person(app, code)?;
    let mut records = app.store.records(person).await?;
    for optin in records.optins.iter_mut().chain(&mut records.past) {
        optin.message = app.messages.of(optin).await?;
    }
    let item = records.person.as_ref().ok_or(ApiError::LinkInvalid)?;
    let name = match app.businesses.of(&item.business).await? {
        Some(business) => business.settings.name.as_str().to_owned(),
        None => item.business.to_string(),
    };
    let main = format!("<p>From <strong>{}</strong></p>{}{}", escape(&name), list(app, &records, code), block_form(&records, &name, code));
    Ok(html_page(StatusCode::OK, "My notifications", &main))
}

fn person(app: &App<impl Store>, code: &str) -> Result<PersonKey, ApiError> {
    parse_person_code(&app.keys, code).ok_or(ApiError::LinkInvalid)
}

fn list(app: &App<impl Store>, records: &PersonRecords, code: &str) -> String {
    let mut optins: Vec<_> = records.optins.iter().chain(&records.past).collect();
    optins.sort_by_key(|optin| std::cmp::Reverse(optin.answered_at));
    if optins.is_empty() {
        return "<p>Nothing yet.</p>".to_owned();
    }
    let now = app.clock.now();
    let items: String = optins.into_iter().map(|optin| list_item(app, optin, code, now)).collect();
    format!("<ul>{items}</ul>")
}

fn list_item(app: &App<impl Store>, optin: &Optin, code: &str, now: Timestamp) -> String {
    let sent = optin.message.as_ref().filter(|_| optin.state == State::Sent);
    let revoke = match optin.state {
        State::Granted | State::Scheduled | State::Queued if !optin.has_lapsed(now) => revoke_form(app, optin, code),
        _ => String::new(),
    };
    format!(
        "<li><strong>{}</strong><br>{}{}{revoke}</li>",
        escape(optin.title.as_str()),
        state_words(optin, now),
        sent.map(|message| message_words(app, optin, message)).unwrap_or_default()
    )
}

fn state_words(optin: &Optin, now: Timestamp) -> &'static str {
    match optin.state {
        State::Granted if optin.has_lapsed(now) => "You said yes; it has lapsed and no message will come.",
        State::Expired => "You said yes; it has lapsed and no message will come.",
        State::Granted | State::Scheduled => "You said yes; one message will come.",
        State::Declined => "You said no.",
        State::Queued | State::Attempting => "Your message is on its way.",
        State::Sent => "Your message was sent.",
        State::Failed => "Your message could not be delivered.",
        State::Unknown => "No further message will come; whether yours arrived is not known.",
        State::Revoked => "Taken back; no message will come.",
    }
}

fn message_words(app: &App<impl Store>, optin: &Optin, message: &Message) -> String {
    let title = message.title.as_ref().map(|title| format!("<strong>{}</strong><br>", escape(title.as_str()))).unwrap_or_default();
    let link = message.url.as_ref().map(|url| {
        // Without its key the link's code cannot be made, and it leads there uncounted.
        let opened = open_url(&app.keys, optin, &app.origin).unwrap_or_else(|| url.as_str().to_owned());
        format!("<br><a rel=\"noopener noreferrer\" href=\"{}\">{}</a>", escape(&opened), escape(url.as_str()))
    });
    format!("<blockquote>{title}{}{}</blockquote>", escape(message.text.as_str()), link.unwrap_or_default())
}

fn revoke_form(app: &App<impl Store>, optin: &Optin, code: &str) -> String {
    // Without its key an id cannot be written, and the form would go nowhere.
    let Some(id) = optin.id().to_text(&app.keys, &optin.business) else {
        return String::new();
    };
    let label = escape(optin.title.as_str());
    format!(
        "<form method=\"post\" action=\"/u/{}/revoke\"><input type=\"hidden\" name=\"business\" value=\"{}\">\
         <input type=\"hidden\" name=\"optin\" value=\"{id}\"><button aria-label=\"Take back: {label}\">Take back</button></form>",
        escape(code),
        optin.business,
    )
}

fn block_form(records: &PersonRecords, name: &str, code: &str) -> String {
    let blocked = records.person.as_ref().is_some_and(|person| person.blocked_at.is_some());
    let (action, words, button) = if blocked {
        ("unblock", "You have blocked this business: it can neither ask nor message you.", "Unblock")
    } else {
        ("block", "Blocking takes back everything you agreed to, and stops further questions.", "Block")
    };
    format!("<p>{words}</p><form method=\"post\" action=\"/u/{}/{action}\"><button>{button} {}</button></form>", escape(code), escape(name))
}

/// Which opt-in is taken back, as the page's form sends it.
#[cfg_attr(feature = "description", derive(utoipa::ToSchema))]
pub(crate) struct RevokeBody {
    /// Its business.
    business: BusinessId,
    /// Its id.
    optin: String,
}

impl RevokeBody {
    fn read(request: &Request) -> Result<Self, ApiError> {
        let field = |name: &'static str| request.form(name)?.ok_or_else(|| ApiError::from(Invalid::new(name, "must be given")));
        Ok(Self { business: BusinessId::try_from(field("business")?)?, optin: field("optin")? })
    }
}

pub(crate) async fn revoke(app: &App<impl Store>, request: &Request, code: &str) -> Result<Response, ApiError> {
    crate::admissible(request)?;
    let person = person(app, code)?;
    let RevokeBody { business, optin } = RevokeBody::read(request)?;
    let id = OptinId::parse(&app.keys, &business, &optin).filter(|id| id.address.person == person).ok_or(ApiError::NotFound)?;
    let revoke = Revoke { address: id.address, ask: id.ask, reason: Reason::ByPerson, now: app.clock.now() };
    commands::revoke(app.store.as_ref(), &revoke).await??;
    Ok(back(code))
}

pub(crate) async fn block(app: &App<impl Store>, request: &Request, code: &str) -> Result<Response, ApiError> {
    crate::admissible(request)?;
    let known = app.store.block(person(app, code)?, app.clock.now()).await?;
    if known { Ok(back(code)) } else { Err(ApiError::LinkInvalid) }
}

pub(crate) async fn unblock(app: &App<impl Store>, request: &Request, code: &str) -> Result<Response, ApiError> {
    crate::admissible(request)?;
    let known = app.store.unblock(person(app, code)?).await?;
    if known { Ok(back(code)) } else { Err(ApiError::LinkInvalid) }
}

fn back(code: &str) -> Response {
    Response::empty(StatusCode::SEE_OTHER).with("location", format!("/u/{code}"))
}

//! `/u/{code}`: what I agreed to, what came, and taking it back.

use http::StatusCode;
use ringonce_adapters::app::App;
use ringonce_adapters::wire::html::{self, Page, escape, fill, fill_plain, theirs};
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
use ringonce_domain::words::Words;

use crate::look::Look;

pub(crate) async fn page(app: &App<impl Store>, request: &Request, code: &str) -> Result<Response, ApiError> {
    let person = person(app, code)?;
    let mut records = app.store.records(person).await?;
    for optin in records.optins.iter_mut().chain(&mut records.past) {
        optin.message = app.messages.of(optin).await?;
    }
    let item = records.person.as_ref().ok_or(ApiError::LinkInvalid)?;
    let business = app.businesses.of(&item.business).await?;
    let Look { name, brand, .. } = Look::of(business.as_deref(), item.business.as_str());
    let words = html::language(request, language_of(&records));
    let is_blocked = item.blocked_at.is_some();
    let shown = Shown { app, words, code, is_blocked, now: app.clock.now() };
    let from = fill(words.mine.from, &[("business", name)]);
    let main = format!("<p class=\"soft\">{from}</p>{}{}", shown.list(&records), shown.block_form(name));
    Ok(Page { words, title: words.mine.heading, business: Some((name, brand)), framed_by: &[], script: None, main }.answer(StatusCode::OK))
}

fn person(app: &App<impl Store>, code: &str) -> Result<PersonKey, ApiError> {
    parse_person_code(&app.keys, code).ok_or(ApiError::LinkInvalid)
}

/// The language in which the person answered last.
fn language_of(records: &PersonRecords) -> Option<&str> {
    records.optins.iter().max_by_key(|optin| optin.answered_at)?.language()
}

/// What is shown, to whom, in which words.
struct Shown<'a, S> {
    app: &'a App<S>,
    words: &'static Words,
    code: &'a str,
    /// Whether the business is blocked: what is open then is as good as taken back, also a moment before it is.
    is_blocked: bool,
    now: Timestamp,
}

impl<S: Store> Shown<'_, S> {
    fn list(&self, records: &PersonRecords) -> String {
        let mut optins: Vec<_> = records.optins.iter().chain(&records.past).collect();
        optins.sort_by_key(|optin| std::cmp::Reverse(optin.answered_at));
        if optins.is_empty() {
            return format!("<p>{}</p>", self.words.mine.nothing);
        }
        let items: String = optins.into_iter().map(|optin| self.list_item(optin)).collect();
        format!("<ul class=\"optins\">{items}</ul>")
    }

    fn list_item(&self, optin: &Optin) -> String {
        let sent = optin.message.as_ref().filter(|_| optin.state == State::Sent);
        let revoke = match optin.state {
            State::Confirming | State::Granted | State::Scheduled | State::Queued if !self.is_blocked && !optin.has_lapsed(self.now) => {
                self.revoke_form(optin)
            }
            _ => String::new(),
        };
        format!(
            "<li><h2>{}</h2><p>{}</p>{}<p class=\"soft\">{}</p>{revoke}</li>",
            theirs(optin.title.as_str()),
            self.state_words(optin),
            sent.map(|message| self.message_words(optin, message)).unwrap_or_default(),
            fill(self.words.mine.since, &[("moment", &self.words.moment(optin.answered_at))]),
        )
    }

    fn state_words(&self, optin: &Optin) -> &'static str {
        let said = &self.words.mine;
        match optin.state {
            State::Granted | State::Confirming if optin.has_lapsed(self.now) => said.expired,
            State::Expired => said.expired,
            State::Confirming | State::Granted | State::Scheduled | State::Queued if self.is_blocked => said.revoked,
            State::Confirming => said.confirming,
            State::Granted | State::Scheduled => said.granted,
            State::Declined => said.declined,
            State::Queued | State::Attempting => said.queued,
            State::Sent => said.sent,
            State::Failed => said.failed,
            State::Unknown => said.unknown,
            State::Revoked => said.revoked,
        }
    }

    fn message_words(&self, optin: &Optin, message: &Message) -> String {
        let title = message.title.as_ref().map(|title| format!("<strong>{}</strong><br>", escape(title.as_str()))).unwrap_or_default();
        let link = message.url.as_ref().map(|url| {
            // Without its key the link's code cannot be made, and it leads there uncounted.
            let opened = open_url(&self.app.keys, optin, &self.app.origin).unwrap_or_else(|| url.as_str().to_owned());
            format!("<br><a rel=\"noopener noreferrer\" href=\"{}\">{}</a>", escape(&opened), escape(url.as_str()))
        });
        format!("<blockquote dir=\"auto\">{title}{}{}</blockquote>", escape(message.text.as_str()), link.unwrap_or_default())
    }

    fn revoke_form(&self, optin: &Optin) -> String {
        // Without its key an id cannot be written, and the form would go nowhere.
        let Some(id) = optin.id().to_text(&self.app.keys, &optin.business) else {
            return String::new();
        };
        format!(
            "<form method=\"post\" action=\"/u/{}/revoke\"><input type=\"hidden\" name=\"business\" value=\"{}\">{}\
             <input type=\"hidden\" name=\"optin\" value=\"{id}\"><button aria-label=\"{}\">{}</button></form>",
            escape(self.code),
            optin.business,
            self.lang(),
            fill_plain(self.words.mine.revoke_title, &[("title", optin.title.as_str())]),
            self.words.mine.revoke,
        )
    }

    fn block_form(&self, name: &str) -> String {
        let said = &self.words.mine;
        let (action, note, button) =
            if self.is_blocked { ("unblock", said.blocked_note, said.unblock) } else { ("block", said.block_note, said.block) };
        format!(
            "<div class=\"block\"><p class=\"soft\">{note}</p><form method=\"post\" action=\"/u/{}/{action}\">{}<button>{}</button></form></div>",
            escape(self.code),
            self.lang(),
            fill(button, &[("business", name)]),
        )
    }

    /// Keeps the language over a form.
    fn lang(&self) -> String {
        format!("<input type=\"hidden\" name=\"lang\" value=\"{}\">", self.words.tag)
    }
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
    Ok(back(request, code))
}

/// One-click unsubscribe (RFC 8058), which a mail program posts from wherever it is: a block.
pub(crate) async fn unsubscribe(app: &App<impl Store>, code: &str) -> Result<Response, ApiError> {
    let known = app.store.block(person(app, code)?, app.clock.now()).await?;
    if known { Ok(Response::empty(StatusCode::OK)) } else { Err(ApiError::LinkInvalid) }
}

pub(crate) async fn block(app: &App<impl Store>, request: &Request, code: &str) -> Result<Response, ApiError> {
    crate::admissible(request)?;
    let known = app.store.block(person(app, code)?, app.clock.now()).await?;
    if known { Ok(back(request, code)) } else { Err(ApiError::LinkInvalid) }
}

pub(crate) async fn unblock(app: &App<impl Store>, request: &Request, code: &str) -> Result<Response, ApiError> {
    crate::admissible(request)?;
    let known = app.store.unblock(person(app, code)?).await?;
    if known { Ok(back(request, code)) } else { Err(ApiError::LinkInvalid) }
}

/// Back to the page, in the language that it was in.
fn back(request: &Request, code: &str) -> Response {
    let lang = request.form("lang").ok().flatten().and_then(|tag| Words::of_tag(&tag));
    let query = lang.map(|words| format!("?lang={}", words.tag)).unwrap_or_default();
    Response::empty(StatusCode::SEE_OTHER).with("location", format!("/u/{code}{query}"))
}

//! `/v/{code}`: a typed address is confirmed. Opening the link shows what for; the button does it.

use http::StatusCode;
use ringonce_adapters::app::App;
use ringonce_adapters::wire::html::{self, Page, escape, fill};
use ringonce_adapters::wire::{ApiError, Request, Response};
use ringonce_domain::business::Business;
use ringonce_domain::commands;
use ringonce_domain::ids::parse_confirm_code;
use ringonce_domain::optin::{Occupant, Optin, State};
use ringonce_domain::rules::Confirm;
use ringonce_domain::store::Store;
use ringonce_domain::words::Words;

use crate::consent::answered_page;
use crate::look::Look;

pub(crate) async fn page(app: &App<impl Store>, request: &Request, code: &str) -> Result<Response, ApiError> {
    let (address, ask, hash) = parse_confirm_code(&app.keys, code).ok_or(ApiError::LinkInvalid)?;
    let standing = app.store.occupant(address).await?.and_then(Occupant::optin);
    let is_its_own = |optin: &Optin| optin.ask == ask && optin.leads_to(hash);
    let optin = standing.filter(is_its_own).ok_or(ApiError::LinkSuperseded)?;
    let words = words(request, &optin);
    let business = app.businesses.of(&optin.business).await?;
    match optin.state {
        State::Confirming if optin.has_lapsed(app.clock.now()) => Err(ApiError::LinkExpired),
        State::Confirming => Ok(question(words, business.as_deref(), &optin, code)),
        _ => Ok(answered_page(app, words, business.as_deref(), &optin)),
    }
}

fn words(request: &Request, optin: &Optin) -> &'static Words {
    html::language(request, optin.language())
}

fn question(words: &'static Words, business: Option<&Business>, optin: &Optin, code: &str) -> Response {
    let Look { name, brand, .. } = Look::of(business, optin.business.as_str());
    let said = &words.mail;
    let main = format!(
        "<p>{}</p><form method=\"post\" action=\"/v/{}\"><input type=\"hidden\" name=\"lang\" value=\"{}\">\
         <div class=\"actions\"><button class=\"yes\">{}</button></div></form><p class=\"soft\">{}</p>",
        fill(said.confirm_text, &[("business", name), ("title", optin.title.as_str())]),
        escape(code),
        words.tag,
        said.confirm,
        said.confirm_ignore,
    );
    Page { words, title: said.confirm_heading, business: Some((name, brand)), framed_by: &[], script: None, main }.answer(StatusCode::OK)
}

pub(crate) async fn confirm(app: &App<impl Store>, request: &Request, code: &str) -> Result<Response, ApiError> {
    crate::admissible(request)?;
    let (address, ask, hash) = parse_confirm_code(&app.keys, code).ok_or(ApiError::LinkInvalid)?;
    let confirm = Confirm { address, ask, hash, now: app.clock.now() };
    let optin = commands::confirm(app.store.as_ref(), &confirm).await??;
    let business = app.businesses.of(&optin.business).await?;
    Ok(answered_page(app, words(request, &optin), business.as_deref(), &optin))
}

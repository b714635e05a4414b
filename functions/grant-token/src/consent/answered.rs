//! What an answer came to, as a page.

use http::StatusCode;
use ringonce_adapters::app::App;
use ringonce_adapters::wire::Response;
use ringonce_adapters::wire::html::{Page, escape, fill};
use ringonce_domain::business::{Business, Origin};
use ringonce_domain::optin::{Optin, State};
use ringonce_domain::store::Store;
use ringonce_domain::words::{Said, Words};

use crate::look::Look;

/// The page of an opt-in that is answered. Its script tells the page that opened it.
pub(crate) fn answered_page(app: &App<impl Store>, words: &'static Words, business: Option<&Business>, optin: &Optin) -> Response {
    let Look { name, brand, origins } = Look::of(business, optin.business.as_str());
    let (title, sentence) = said(words, optin.state);
    let main = format!(
        "<p>{}</p><p><a href=\"{}\">{}</a></p>{}",
        fill(sentence, &[("business", name), ("title", optin.title.as_str())]),
        escape(&super::manage_url(app, optin)),
        words.answered.manage,
        told(optin, origins),
    );
    Page { words, title, business: Some((name, brand)), framed_by: origins, script: Some("/page.js"), main }.answer(StatusCode::OK)
}

fn said(words: &Words, state: State) -> Said {
    let said = &words.answered;
    match state {
        State::Granted | State::Scheduled | State::Queued | State::Attempting => said.granted,
        State::Confirming => said.confirming,
        State::Unknown => said.unknown,
        State::Sent => said.sent,
        State::Failed => said.failed,
        State::Expired => said.expired,
        State::Declined => said.declined,
        State::Revoked => said.revoked,
    }
}

/// What the script tells, and to whom: the state, to pages of the business's own origins.
fn told(optin: &Optin, origins: &[Origin]) -> String {
    if origins.is_empty() {
        return String::new();
    }
    let origins: Vec<_> = origins.iter().map(Origin::as_str).collect();
    format!(
        "<div hidden data-state=\"{}\" data-topic=\"{}\" data-origins=\"{}\"></div>",
        optin.state,
        escape(optin.topic.as_str()),
        escape(&origins.join(" "))
    )
}

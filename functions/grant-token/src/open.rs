//! `/r/{code}`: counts an opening, and leads on to what its message links to.

use std::time::Duration;

use http::{Method, StatusCode};
use ringonce_adapters::ambient::random;
use ringonce_adapters::app::App;
use ringonce_adapters::wire::{ApiError, Request, Response};
use ringonce_domain::commands;
use ringonce_domain::demand::{Day, Scope};
use ringonce_domain::ids::NotificationId;
use ringonce_domain::opening;
use ringonce_domain::optin::Optin;
use ringonce_domain::store::Store;
use tokio::time::timeout;

/// Longest wait for the counter: whoever opens a link wants to get there.
const LONGEST_WAIT: Duration = Duration::from_secs(1);

/// The one GET that changes something: two counters, and nothing else. It leads nowhere but to the address that stands in the
/// message.
pub(crate) async fn open(app: &App<impl Store>, request: &Request, code: &str) -> Result<Response, ApiError> {
    let message = opening::parse(&app.keys, code).ok_or(ApiError::LinkInvalid)?;
    let found = commands::find_optin(app.store.as_ref(), message.address, message.ask).await?;
    let mut optin = found.ok_or(ApiError::LinkInvalid)?;
    optin.message = app.messages.of(&optin).await?;
    let url = url_of(&optin, &message).ok_or(ApiError::LinkInvalid)?;
    if is_an_opening(request) {
        let day = Scope::Day(optin.business.clone(), Day::of(app.clock.now()));
        tokio::join!(count(app, Scope::Topic(message.address.topic)), count(app, day));
    }
    Ok(Response::empty(StatusCode::FOUND).with("location", url).with("referrer-policy", "no-referrer"))
}

/// What this very message links to, once it may have reached its person.
fn url_of<'a>(optin: &'a Optin, message: &NotificationId) -> Option<&'a str> {
    let stands = optin.redemption.as_ref().is_some_and(|redemption| redemption.number == message.redemption);
    let url = optin.message.as_ref()?.url.as_ref()?;
    (stands && optin.may_have_gone_out()).then(|| url.as_str())
}

/// Not a look ahead: a browser says of a prefetch that it is one.
fn is_an_opening(request: &Request) -> bool {
    let ahead = ["sec-purpose", "purpose", "x-moz"].into_iter().filter_map(|name| request.header(name));
    request.method == Method::GET && !ahead.into_iter().any(|purpose| purpose.to_ascii_lowercase().contains("prefetch"))
}

/// A counter that cannot be reached keeps nobody from what they opened.
async fn count(app: &App<impl Store>, of: Scope) {
    match timeout(LONGEST_WAIT, app.store.count_opening(of, random())).await {
        Ok(Ok(())) => {}
        Ok(Err(error)) => tracing::warn!(%error, "an opening is not counted"),
        Err(_) => tracing::warn!("an opening is not counted: the table takes too long"),
    }
}

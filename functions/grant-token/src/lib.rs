//! grant-token: the person's side. The consent page and its answer, the person's own page, the links of messages, and the
//! widget of shops' pages.

mod assets;
mod confirm;
mod consent;
#[cfg(feature = "description")]
pub mod description;
mod look;
mod mine;
mod open;

use std::sync::Arc;

use ringonce_adapters::app::App;
use ringonce_adapters::wire::{ApiError, Request, Response, Route, html, respond, route};
use ringonce_domain::store::Store;

/// What this function answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Endpoint {
    /// The consent page.
    Consent,
    /// Its answer.
    Answer,
    /// The person's own page.
    Mine,
    /// The page that asks to confirm an address.
    Confirmation,
    /// An address is confirmed.
    Confirm,
    /// The page of a link to unsubscribe.
    UnsubscribePage,
    /// A mail program unsubscribes.
    Unsubscribe,
    /// The pages' script.
    Script,
    /// The service worker.
    Worker,
    /// The person takes an opt-in back.
    Revoke,
    /// The person blocks the business.
    Block,
    /// The person lifts the block.
    Unblock,
    /// A message's link is opened.
    Open,
    /// The button for shops' pages.
    Widget,
}

/// The function's routes.
pub const ROUTES: &[Route<Endpoint>] = &[
    Route::new("GET", "/c/{code}", Endpoint::Consent),
    Route::new("POST", "/c/{code}", Endpoint::Answer),
    Route::new("GET", "/v/{code}", Endpoint::Confirmation),
    Route::new("POST", "/v/{code}", Endpoint::Confirm),
    Route::new("GET", "/u/{code}", Endpoint::Mine),
    Route::new("GET", "/u/{code}/unsubscribe", Endpoint::UnsubscribePage),
    Route::new("POST", "/u/{code}/unsubscribe", Endpoint::Unsubscribe),
    Route::new("POST", "/u/{code}/revoke", Endpoint::Revoke),
    Route::new("POST", "/u/{code}/block", Endpoint::Block),
    Route::new("POST", "/u/{code}/unblock", Endpoint::Unblock),
    Route::new("GET", "/r/{code}", Endpoint::Open),
    Route::new("GET", "/page.js", Endpoint::Script),
    Route::new("GET", "/sw.js", Endpoint::Worker),
    Route::new("GET", "/widget.js", Endpoint::Widget),
];

/// Answers one request.
pub async fn handle(app: Arc<App<impl Store>>, request: Request) -> Response {
    match route(&app, &request).await {
        Err(error) if !request.is_json() => html::error_page(&error, html::language(&request, None), &request.request_id, app.clock.now()),
        result => respond(&app, &request, result),
    }
}

async fn route(app: &App<impl Store>, request: &Request) -> Result<Response, ApiError> {
    let (endpoint, code) = route::find(ROUTES, request)?;
    match endpoint {
        Endpoint::Consent => consent::page(app, request, code).await,
        Endpoint::Answer => consent::answer(app, request, code).await,
        Endpoint::Confirmation => confirm::page(app, request, code).await,
        Endpoint::Confirm => confirm::confirm(app, request, code).await,
        Endpoint::Unsubscribe => mine::unsubscribe(app, code).await,
        Endpoint::Script => Ok(assets::PAGE.answer(request)),
        Endpoint::Mine | Endpoint::UnsubscribePage => mine::page(app, request, code).await,
        Endpoint::Revoke => mine::revoke(app, request, code).await,
        Endpoint::Block => mine::block(app, request, code).await,
        Endpoint::Unblock => mine::unblock(app, request, code).await,
        Endpoint::Open => open::open(app, request, code).await,
        Endpoint::Widget => Ok(assets::widget(request)),
        Endpoint::Worker => Ok(assets::WORKER.answer(request)),
    }
}

/// Refuses a form that another site's page sent: what browsers say of it in `Sec-Fetch-Site`. Programs send none. An
/// `Idempotency-Key` has to be one; what a person does here is answered alike when it is repeated, with a key or without.
pub(crate) fn admissible(request: &Request) -> Result<(), ApiError> {
    request.idempotency_key()?;
    match request.header("sec-fetch-site") {
        None | Some("same-origin" | "none") => Ok(()),
        Some(_) => Err(ApiError::CrossSite),
    }
}

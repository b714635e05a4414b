//! console: what a business's staff looks at and does, and the page where they do it. Everything on that page goes through
//! the API, with a key of the business; the page itself is files that hold nothing of anybody's.

mod assets;
mod business;
mod days;
#[cfg(feature = "description")]
pub mod description;
mod find;
mod person;
mod waiting;
mod webhook;

use std::sync::Arc;

use http::StatusCode;
use ringonce_adapters::app::App;
use ringonce_adapters::wire::{ApiError, Request, Response, Route, respond, route};
use ringonce_domain::store::{Replays, Store};

/// What this function answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Endpoint {
    /// The business, as it is set up.
    Business,
    /// What came of each day's asking.
    Days,
    /// Who is next for a release, and what one costs.
    Waiting,
    /// Which opt-in a token is of.
    Find,
    /// Everything that is kept of a person.
    Person,
    /// Sends a test event to the webhook.
    TestWebhook,
    /// Takes a disabled webhook for well again.
    EnableWebhook,
    /// Sends again what the webhook missed.
    ReplayWebhook,
    /// The API's description.
    Description,
    /// The console.
    Console,
    /// A file that the console loads.
    File,
}

/// The function's routes.
pub const ROUTES: &[Route<Endpoint>] = &[
    Route::new("GET", "/v1/business", Endpoint::Business),
    Route::new("GET", "/v1/days", Endpoint::Days),
    Route::new("GET", "/v1/topics/{topic}/waiting", Endpoint::Waiting),
    Route::new("POST", "/v1/tokens/find", Endpoint::Find),
    Route::new("GET", "/v1/users/{user}/export", Endpoint::Person),
    Route::new("POST", "/v1/webhook/test", Endpoint::TestWebhook),
    Route::new("POST", "/v1/webhook/enable", Endpoint::EnableWebhook),
    Route::new("POST", "/v1/webhook/replay", Endpoint::ReplayWebhook),
    Route::new("GET", "/openapi.json", Endpoint::Description),
    Route::new("GET", "/console", Endpoint::Console),
    Route::new("GET", "/console/{file}", Endpoint::File),
];

/// The API's description, as `make openapi` writes it.
const DESCRIPTION: &str = include_str!("../../../openapi.json");

/// Answers one request.
pub async fn handle(app: Arc<App<impl Store + Replays>>, request: Request) -> Response {
    let result = route(&app, &request).await;
    respond(&app, &request, result)
}

async fn route(app: &App<impl Store + Replays>, request: &Request) -> Result<Response, ApiError> {
    let (endpoint, parameter) = route::find(ROUTES, request)?;
    match endpoint {
        Endpoint::Business => business::business(app, request).await,
        Endpoint::Days => days::days(app, request).await,
        Endpoint::Waiting => waiting::waiting(app, request, parameter).await,
        Endpoint::Find => find::find(app, request).await,
        Endpoint::Person => person::person(app, request, parameter).await,
        Endpoint::TestWebhook => webhook::test(app, request).await,
        Endpoint::EnableWebhook => webhook::enable(app, request).await,
        Endpoint::ReplayWebhook => webhook::replay(app, request).await,
        Endpoint::Description => Ok(Response::text(StatusCode::OK, "application/json", DESCRIPTION.to_owned())),
        Endpoint::Console => assets::answer(request, assets::PAGE),
        Endpoint::File => assets::answer(request, parameter),
    }
}

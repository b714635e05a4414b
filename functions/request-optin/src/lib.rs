//! request-optin: a business asks a person, sees how often it may, and looks at what came of it.

mod addresses;
mod ask;
#[cfg(feature = "description")]
pub mod description;
mod eligibility;
mod people;
mod webhook;

use std::sync::Arc;

use ringonce_adapters::app::App;
use ringonce_adapters::wire::{ApiError, Request, Response, Route, respond, route};
use ringonce_domain::store::Store;

/// What this function answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Endpoint {
    /// Asks a person.
    Ask,
    /// Tells a browser that a page may ask.
    AskPreflight,
    /// An opt-in's state and timeline.
    Optin,
    /// The business takes an opt-in back.
    Revoke,
    /// What each cap leaves for a person.
    Eligibility,
    /// A person's opt-ins.
    Optins,
    /// Keeps a person's address.
    Address,
    /// Erases a person.
    Erase,
    /// How the business's webhook does.
    Webhook,
}

/// The function's routes.
pub const ROUTES: &[Route<Endpoint>] = &[
    Route::new("POST", "/v1/optins", Endpoint::Ask),
    Route::new("OPTIONS", "/v1/optins", Endpoint::AskPreflight),
    Route::new("GET", "/v1/optins/{id}", Endpoint::Optin),
    Route::new("POST", "/v1/optins/{id}/revoke", Endpoint::Revoke),
    Route::new("GET", "/v1/users/{user}/eligibility", Endpoint::Eligibility),
    Route::new("GET", "/v1/users/{user}/optins", Endpoint::Optins),
    Route::new("PUT", "/v1/users/{user}/address", Endpoint::Address),
    Route::new("DELETE", "/v1/users/{user}", Endpoint::Erase),
    Route::new("GET", "/v1/webhook", Endpoint::Webhook),
];

/// Answers one request.
pub async fn handle(app: Arc<App<impl Store>>, request: Request) -> Response {
    let result = route(&app, &request).await;
    respond(&app, &request, result)
}

async fn route(app: &App<impl Store>, request: &Request) -> Result<Response, ApiError> {
    let (endpoint, parameter) = route::find(ROUTES, request)?;
    match endpoint {
        Endpoint::Ask => ask::ask(app, request).await,
        Endpoint::AskPreflight => Ok(ask::preflight(request)),
        Endpoint::Optin => people::optin(app, request, parameter).await,
        Endpoint::Revoke => people::revoke(app, request, parameter).await,
        Endpoint::Eligibility => eligibility::eligibility(app, request, parameter).await,
        Endpoint::Optins => people::optins(app, request, parameter).await,
        Endpoint::Address => addresses::put(app, request, parameter).await,
        Endpoint::Erase => people::erase(app, request, parameter).await,
        Endpoint::Webhook => webhook::webhook(app, request).await,
    }
}

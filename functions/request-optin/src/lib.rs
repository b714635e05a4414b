//! request-optin: a business asks a person, sees how often it may, and looks at what came of it.

mod ask;
mod eligibility;
mod people;

use std::sync::Arc;

use ringonce_adapters::app::App;
use ringonce_adapters::wire::{ApiError, Request, Response, respond};

/// Answers one request.
pub async fn handle(app: Arc<App>, request: Request) -> Response {
    let result = route(&app, &request).await;
    respond(&app, &request, result)
}

async fn route(app: &App, request: &Request) -> Result<Response, ApiError> {
    match (request.verb(), request.path().as_slice()) {
        ("POST", ["v1", "optins"]) => ask::ask(app, request).await,
        ("OPTIONS", ["v1", "optins"]) => Ok(ask::preflight(request)),
        (_, ["v1", "optins"]) => Err(ApiError::MethodNotAllowed("POST")),
        ("GET", ["v1", "optins", id]) => people::optin(app, request, id).await,
        (_, ["v1", "optins", _]) => Err(ApiError::MethodNotAllowed("GET")),
        ("POST", ["v1", "optins", id, "revoke"]) => people::revoke(app, request, id).await,
        (_, ["v1", "optins", _, "revoke"]) => Err(ApiError::MethodNotAllowed("POST")),
        ("GET", ["v1", "users", user, "eligibility"]) => eligibility::eligibility(app, request, user).await,
        ("GET", ["v1", "users", user, "optins"]) => people::optins(app, request, user).await,
        (_, ["v1", "users", _, "eligibility" | "optins"]) => Err(ApiError::MethodNotAllowed("GET")),
        ("DELETE", ["v1", "users", user]) => people::erase(app, request, user).await,
        (_, ["v1", "users", _]) => Err(ApiError::MethodNotAllowed("DELETE")),
        _ => Err(ApiError::NotFound),
    }
}

//! grant-token: the person's side. The consent page and its answer, and the person's own page.

mod consent;
mod mine;

use std::sync::Arc;

use ringonce_adapters::app::App;
use ringonce_adapters::wire::{ApiError, Request, Response, html, respond};

/// Answers one request.
pub async fn handle(app: Arc<App>, request: Request) -> Response {
    match route(&app, &request).await {
        Err(error) if !request.is_json() => html::error_page(&error, &request.request_id, app.clock.now()),
        result => respond(&app, &request, result),
    }
}

async fn route(app: &App, request: &Request) -> Result<Response, ApiError> {
    match (request.verb(), request.path().as_slice()) {
        ("GET", ["c", code]) => consent::page(app, code).await,
        ("POST", ["c", code]) => consent::answer(app, request, code).await,
        (_, ["c", _]) => Err(ApiError::MethodNotAllowed("GET or POST")),
        ("GET", ["u", code]) => mine::page(app, code).await,
        (_, ["u", _]) => Err(ApiError::MethodNotAllowed("GET")),
        ("POST", ["u", code, "revoke"]) => mine::revoke(app, request, code).await,
        ("POST", ["u", code, "block"]) => mine::block(app, request, code).await,
        ("POST", ["u", code, "unblock"]) => mine::unblock(app, request, code).await,
        (_, ["u", _, "revoke" | "block" | "unblock"]) => Err(ApiError::MethodNotAllowed("POST")),
        _ => Err(ApiError::NotFound),
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

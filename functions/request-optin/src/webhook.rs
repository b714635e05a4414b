//! `GET /v1/webhook`: whether the business's own endpoint takes what is sent to it.

use http::StatusCode;
use ringonce_adapters::app::App;
use ringonce_adapters::wire::webhook::WebhookView;
use ringonce_adapters::wire::{ApiError, Request, Response, auth};
use ringonce_domain::commands;
use ringonce_domain::store::Store;

pub(crate) async fn webhook(app: &App<impl Store>, request: &Request) -> Result<Response, ApiError> {
    let caller = auth::secret_caller(app, request).await?;
    // As it stands now: who looks here has just repaired something.
    let business = app.store.business(&caller.business).await?;
    let webhook = business.and_then(|business| business.webhook).ok_or(ApiError::NotFound)?;
    let health = commands::webhook_health(app.store.as_ref(), &caller.business, &webhook.url).await?;
    Ok(Response::json(StatusCode::OK, &WebhookView::of(&health)))
}

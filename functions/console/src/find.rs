//! `POST /v1/tokens/find`: the opt-in of a token. A token is a secret, and no part of an address.

use http::StatusCode;
use ringonce_adapters::app::App;
use ringonce_adapters::wire::view::OptinView;
use ringonce_adapters::wire::{ApiError, Request, Response, auth};
use ringonce_domain::commands;
use ringonce_domain::ids::Token;
use ringonce_domain::store::Store;
use serde::Deserialize;

/// What to look for.
#[derive(Deserialize)]
#[cfg_attr(feature = "description", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub(crate) struct FindBody {
    /// The token, whatever became of it.
    token: String,
}

pub(crate) async fn find(app: &App<impl Store>, request: &Request) -> Result<Response, ApiError> {
    let caller = auth::secret_caller(app, request).await?;
    let FindBody { token } = request.json()?;
    let token = Token::parse(&app.keys, &caller.business, &token).ok_or(ApiError::NotFound)?;
    let optin = commands::find_optin(app.store.as_ref(), token.address, token.ask).await?.ok_or(ApiError::NotFound)?;
    Ok(Response::json(StatusCode::OK, &OptinView::of(&app.keys, &optin, app.clock.now())?))
}

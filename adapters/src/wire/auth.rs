//! Who calls.

use std::sync::Arc;

use ringonce_domain::api_key::{ApiKey, KeyKind};
use ringonce_domain::business::{ApiKeyRecord, Settings};

use ringonce_domain::store::Store;

use super::problem::ApiError;
use super::request::Request;
use crate::app::App;

/// The record of the caller's key. A key whose checksum does not fit is refused without a read.
///
/// # Errors
/// When there is no key, or none that is known.
pub async fn caller(app: &App<impl Store>, request: &Request) -> Result<Arc<ApiKeyRecord>, ApiError> {
    let unauthorized = |why: &str| ApiError::Unauthorized(why.to_owned());
    let header = request.header("authorization").ok_or_else(|| unauthorized("there is no Authorization header"))?;
    let (scheme, text) = header.split_once(' ').unwrap_or((header, ""));
    if !scheme.eq_ignore_ascii_case("bearer") {
        return Err(unauthorized("the scheme is another"));
    }
    of_key(app, text).await
}

/// The record of a key as its caller wrote it.
///
/// # Errors
/// When it is none, or none that is known.
pub async fn of_key(app: &App<impl Store>, text: &str) -> Result<Arc<ApiKeyRecord>, ApiError> {
    let key = ApiKey::parse(text.trim()).map_err(|invalid| ApiError::Unauthorized(format!("it {}", invalid.rule)))?;
    let record = app.businesses.of_key(&key.hash()).await?;
    record.ok_or_else(|| ApiError::Unauthorized("this key is unknown or was revoked".to_owned()))
}

/// As [`caller`], for calls that a publishable key may not make.
///
/// # Errors
/// Those of [`caller`], and when the key is publishable.
pub async fn secret_caller(app: &App<impl Store>, request: &Request) -> Result<Arc<ApiKeyRecord>, ApiError> {
    let record = caller(app, request).await?;
    match record.kind {
        KeyKind::Secret => Ok(record),
        KeyKind::Publishable => Err(ApiError::Forbidden("A publishable key may only ask. Use a secret key, on a server.".to_owned())),
    }
}

/// Refuses what redeems tokens, or may yet, while the business's are held. Costs nothing: the settings came with the key.
///
/// # Errors
/// When they are.
pub const fn check_thawed(settings: &Settings) -> Result<(), ApiError> {
    if settings.frozen { Err(ApiError::TokensFrozen) } else { Ok(()) }
}

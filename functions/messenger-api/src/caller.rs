//! Whose call it is: the access token is one of the business's secret API keys.

use std::sync::Arc;
use std::time::Duration;

use ringonce_adapters::app::App;
use ringonce_adapters::app_secret::proves;
use ringonce_adapters::wire::{ApiError, Request, auth};
use ringonce_domain::business::ApiKeyRecord;
use ringonce_domain::store::Store;

use crate::error::GraphError;
use crate::fields::Fields;

/// How far the time of a proof may lie from ours.
const PROOF_LIFE: Duration = Duration::from_secs(300);

/// The access token of an `Authorization` header.
pub(crate) fn bearer(request: &Request) -> Option<String> {
    let (scheme, token) = request.header("authorization")?.split_once(' ')?;
    matches!(scheme.to_ascii_lowercase().as_str(), "bearer" | "oauth").then(|| token.trim().to_owned())
}

pub(crate) async fn of(app: &App<impl Store>, fields: &Fields, bearer: Option<&str>) -> Result<Arc<ApiKeyRecord>, GraphError> {
    let token = fields.text("access_token")?.or_else(|| bearer.map(str::to_owned)).ok_or_else(|| refused("there is none"))?;
    let caller = auth::of_key(app, &token).await?;
    check_proof(app, &caller, fields, &token)?;
    Ok(caller)
}

/// A proof counts where the business has set the secret that makes one.
fn check_proof(app: &App<impl Store>, caller: &ApiKeyRecord, fields: &Fields, token: &str) -> Result<(), GraphError> {
    let (Some(proof), Some(app_secret)) = (fields.text("appsecret_proof")?, &caller.settings.app_secret) else {
        return Ok(());
    };
    let Some(secret) = app_secret.open(&app.keys, &caller.business) else {
        tracing::error!(business = caller.business.as_str(), "an app secret cannot be opened: is a sealing key missing from the key ring?");
        return Err(ApiError::Internal.into());
    };
    let signed = match fields.text("appsecret_time")? {
        None => token.to_owned(),
        Some(time) => {
            let at = time.parse::<u64>().map_err(|_| refused("`appsecret_time` is no time in seconds since 1970"))?;
            if at.abs_diff(app.clock.now().seconds()) > PROOF_LIFE.as_secs() {
                return Err(refused("`appsecret_time` is more than five minutes away"));
            }
            format!("{token}|{time}")
        }
    };
    if proves(&secret, signed.as_bytes(), &proof) { Ok(()) } else { Err(refused("`appsecret_proof` is not of this token and app secret")) }
}

fn refused(why: &str) -> GraphError {
    ApiError::Unauthorized(why.to_owned()).into()
}

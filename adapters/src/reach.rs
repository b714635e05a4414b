//! Whether a question that Ringonce is to bring reaches anybody.

use ringonce_domain::address::PersonKey;
use ringonce_domain::commands::AskInput;
use ringonce_domain::store::Store;

use crate::app::App;
use crate::wire::ApiError;

/// A question that is to be brought needs a way: the business's webhook, or an address that is known. The second is looked
/// for only where there is no first.
///
/// # Errors
/// When there is none, or the table does not say.
pub async fn check(app: &App<impl Store>, input: &AskInput) -> Result<(), ApiError> {
    if app.businesses.of(&input.business).await?.is_some_and(|business| business.webhook.is_some()) {
        return Ok(());
    }
    let known = app.store.addresses(PersonKey::of(&app.keys, &input.business, &input.user)).await?;
    if known.iter().any(|known| known.to.is_some()) { Ok(()) } else { Err(ApiError::PersonUnreachable) }
}

use crate::optin::Optin;
use crate::rules::{Confirm, ConfirmRefusal};
use crate::store::{Store, Stored};

/// Confirms a typed address; what was confirmed before is confirmed.
///
/// # Errors
/// When the store could not decide.
pub async fn confirm(store: &(impl Store + ?Sized), confirm: &Confirm) -> Stored<Result<Optin, ConfirmRefusal>> {
    Ok(store.confirm(confirm).await?.into_result())
}

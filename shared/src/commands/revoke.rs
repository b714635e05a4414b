use crate::optin::Optin;
use crate::rules::{Revoke, RevokeRefusal};
use crate::store::{Store, Stored};

/// What came of a revocation.
pub type RevokeOutcome = Result<Optin, RevokeRefusal>;

/// Revokes; what was revoked before is revoked.
///
/// # Errors
/// When the store could not decide.
pub async fn revoke(store: &(impl Store + ?Sized), revoke: &Revoke) -> Stored<RevokeOutcome> {
    Ok(store.revoke(revoke).await?.into_result())
}

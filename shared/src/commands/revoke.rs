use crate::optin::Optin;
use crate::rules::{Revoke, RevokeRefusal, Ruling};
use crate::store::{Store, Stored};

/// What came of a revocation.
pub type RevokeOutcome = Result<Optin, RevokeRefusal>;

/// Revokes; what was revoked before is revoked.
///
/// # Errors
/// When the store could not decide.
pub async fn revoke(store: &dyn Store, revoke: &Revoke) -> Stored<RevokeOutcome> {
    Ok(match store.revoke(revoke).await? {
        Ruling::Apply(optin) | Ruling::Own(optin) => Ok(*optin),
        Ruling::Refused(why) => Err(why),
    })
}

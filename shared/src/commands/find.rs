use crate::address::OptinAddress;
use crate::call::CallId;
use crate::optin::{Occupant, Optin};
use crate::store::{People, Stored};

/// The opt-in of an ask: where it stands, or among those that later answers have replaced.
///
/// # Errors
/// When the store does not say.
pub async fn find_optin(store: &(impl People + ?Sized), address: OptinAddress, ask: CallId) -> Stored<Option<Optin>> {
    let standing = store.occupant(address).await?.and_then(Occupant::optin);
    match standing.filter(|optin| optin.ask == ask) {
        Some(optin) => Ok(Some(optin)),
        None => store.past(address.person, ask).await,
    }
}

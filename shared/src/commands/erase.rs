use crate::person::{Erase, EraseRuling};
use crate::store::{Store, StoreError, Stored};
use crate::time::Timestamp;

/// Erases what is known of a person until now: one write, and one more for each rival with a clock ahead of ours.
/// `None` for a person who was never asked.
///
/// # Errors
/// When the store could not decide.
pub async fn erase(store: &(impl Store + ?Sized), mut erase: Erase) -> Stored<Option<Timestamp>> {
    const MOST_RIVALS: usize = 10;
    for _ in 0..MOST_RIVALS {
        match store.erase(&erase).await? {
            EraseRuling::Erased(at) => return Ok(Some(at)),
            EraseRuling::Unknown => return Ok(None),
            EraseRuling::ClockBehind { newest } => erase.now = newest,
        }
    }
    Err(StoreError::Unavailable("this person is being asked again and again by clocks ahead of this one".to_owned()))
}

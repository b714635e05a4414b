use crate::known_address::{KeepRuling, KnownAddress};
use crate::store::{Store, StoreError, Stored};
use crate::time::Timestamp;

/// Why an address was not kept.
#[must_use]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeepRefusal {
    /// The call's name stands for another address.
    KeyReused,
}

/// Keeps an address, or the mark of one that is taken away: one write, and one more for each rival with a clock ahead of
/// ours. Says since when it stands.
///
/// # Errors
/// When the store could not decide.
pub async fn keep_address(store: &(impl Store + ?Sized), mut new: KnownAddress) -> Stored<Result<Timestamp, KeepRefusal>> {
    const MOST_RIVALS: usize = 10;
    for _ in 0..MOST_RIVALS {
        match store.keep_address(&new).await? {
            KeepRuling::Kept(at) => return Ok(Ok(at)),
            KeepRuling::KeyReused => return Ok(Err(KeepRefusal::KeyReused)),
            KeepRuling::ClockBehind { newest } => new.kept_at = newest,
        }
    }
    Err(StoreError::Unavailable("this person's address is being set again and again by clocks ahead of this one".to_owned()))
}

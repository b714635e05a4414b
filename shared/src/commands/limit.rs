//! Spend: counts something against a limit, before it is done.

use crate::address::LimitKey;
use crate::call::{Call, CallName, HALF};
use crate::keyring::KeyRing;
use crate::limit::{Limit, LimitRuling, Spend};
use crate::names::{BusinessId, UserId};
use crate::store::{Limits, StoreError, Stored};
use crate::time::Timestamp;

/// What is to be counted.
#[derive(Debug, Clone, Copy)]
pub struct SpendInput<'a> {
    /// Against which limit.
    pub limit: Limit,
    /// For which business.
    pub business: &'a BusinessId,
    /// Of whom: an address, never stored as it is.
    pub subject: &'a [u8],
    /// Whom the call is about: a caller may use one name for calls about others.
    pub user: &'a UserId,
    /// The caller's name for the call: its repeat is not counted again.
    pub name: Option<&'a CallName>,
    /// The request as the caller's repeats must have it.
    pub fingerprint: &'a [u8],
}

/// Why it must not be done.
#[must_use]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SpendRefusal {
    /// The limit is reached.
    Reached {
        /// Which one.
        limit: Limit,
        /// From when on the next one may happen.
        opens_at: Timestamp,
    },
    /// The `Idempotency-Key` stands for another call.
    KeyReused,
}

/// Counts it, if the limit allows it.
///
/// # Errors
/// When the table does not answer.
pub async fn spend<S: Limits + ?Sized>(
    store: &S,
    keys: &KeyRing,
    input: &SpendInput<'_>,
    now: Timestamp,
    random: [u8; HALF],
) -> Stored<Result<(), SpendRefusal>> {
    let SpendInput { limit, business, subject, user, name, fingerprint } = *input;
    let key = LimitKey::of(keys, business, &limit, subject);
    let scope = [key.as_bytes(), user.as_str().as_bytes()].concat();
    let call = Call::new(keys, business, &scope, name, fingerprint, random);
    let mut now = now;
    // A rival that moves the newest one ahead of our clock has been admitted, and only `count` can be before the limit is
    // reached.
    for _ in 0..=limit.count {
        return Ok(match store.spend(&Spend { limit, key, call, now }).await? {
            LimitRuling::Admitted | LimitRuling::Own => Ok(()),
            LimitRuling::KeyReused => Err(SpendRefusal::KeyReused),
            LimitRuling::Reached { opens_at } => Err(SpendRefusal::Reached { limit, opens_at }),
            LimitRuling::ClockBehind { newest } => {
                now = newest;
                continue;
            }
        });
    }
    Err(StoreError::Unavailable("more at once than any limit admits".to_owned()))
}

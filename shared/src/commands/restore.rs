use crate::call::CallId;
use crate::person::{Erase, EraseRuling};
use crate::restore::{Erasure, Restores, Unsettled};
use crate::store::Stored;

/// Makes one thing safe, if it still is as it was read; whether it is safe then by this call.
///
/// # Errors
/// When the store could not decide.
pub async fn settle_restored(store: &(impl Restores + ?Sized), unsettled: &Unsettled) -> Stored<bool> {
    match unsettled {
        Unsettled::Message(_, settle) => Ok(store.settle(settle).await?.into_result().is_ok()),
        Unsettled::Release(seen, stopped) => store.advance_release(seen, stopped).await,
        Unsettled::Business(id, _) => store.freeze(id).await,
    }
}

/// Whether an erasure is undone: its person is known, and was erased earlier than that or never.
///
/// # Errors
/// When the store does not say.
pub async fn is_undone(store: &(impl Restores + ?Sized), erasure: &Erasure) -> Stored<bool> {
    let person = store.person(erasure.person).await?;
    Ok(person.is_some_and(|person| person.erased_at.is_none_or(|at| at < erasure.at)))
}

/// Does an erasure again, with its own time: what was asked for after it stays. False where the person was asked after it
/// by then, or is not known: the table is of a time at which the erasure had not to be done again.
///
/// # Errors
/// When the store could not decide.
pub async fn erase_again(store: &(impl Restores + ?Sized), erasure: &Erasure, call: CallId) -> Stored<bool> {
    let erase = Erase { person: erasure.person, call, now: erasure.at };
    Ok(matches!(store.erase(&erase).await?, EraseRuling::Erased(_)))
}

use crate::crash::{CrashPoint, pass};
use crate::optin::Optin;
use crate::rules::{Answer, AnswerRefusal};
use crate::store::{Store, Stored};

/// Records a person's answer: one write; none for a link whose time is up.
///
/// # Errors
/// When the store could not decide.
pub async fn answer(store: &(impl Store + ?Sized), answer: &Answer) -> Stored<Result<Optin, AnswerRefusal>> {
    pass(CrashPoint::AnswerBeforeWrite);
    let ruling = store.answer(answer).await?;
    pass(CrashPoint::AnswerAfterWrite);
    Ok(ruling.into_result())
}

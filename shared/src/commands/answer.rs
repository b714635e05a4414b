use crate::crash::{CrashPoint, pass};
use crate::optin::Optin;
use crate::rules::{Answer, AnswerRefusal, Ruling};
use crate::store::{Store, Stored};

/// Records a person's answer: one write; none for a link whose time is up.
///
/// # Errors
/// When the store could not decide.
pub async fn answer(store: &dyn Store, answer: &Answer) -> Stored<Result<Optin, AnswerRefusal>> {
    pass(CrashPoint::AnswerBeforeWrite);
    let ruling = store.answer(answer).await?;
    pass(CrashPoint::AnswerAfterWrite);
    Ok(match ruling {
        Ruling::Apply(optin) | Ruling::Own(optin) => Ok(*optin),
        Ruling::Refused(why) => Err(why),
    })
}

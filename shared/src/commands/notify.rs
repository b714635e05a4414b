use std::time::Duration;

use crate::call::{Call, CallName, HALF};
use crate::crash::{CrashPoint, pass};
use crate::ids::Token;
use crate::keyring::KeyRing;
use crate::message::Message;
use crate::names::BusinessId;
use crate::optin::Optin;
use crate::rules::{self, Redeem, RedeemRefusal, Ruling, SendAtRefusal};
use crate::store::{Store, StoreError, Stored};
use crate::time::Timestamp;

/// Which message a business sends with which token.
#[derive(Debug, Clone)]
pub struct NotifyInput {
    /// Who sends.
    pub business: BusinessId,
    /// The token as the business wrote it.
    pub token: String,
    /// The message.
    pub message: Message,
    /// When it is to be sent; without it, at once.
    pub send_at: Option<Timestamp>,
    /// The caller's name for the call.
    pub name: Option<CallName>,
}

/// A message that was accepted.
#[derive(Debug, Clone)]
pub struct Notified {
    /// The opt-in, as it stands.
    pub optin: Optin,
    /// Which redemption the call made.
    pub redemption: u32,
    /// Whether an earlier call of the same caller had it accepted.
    pub repeated: bool,
}

/// Why a message was not accepted.
#[must_use]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotifyRefusal {
    /// No such token: forged, mistyped, foreign, or nothing is known of it any more.
    TokenUnknown,
    /// It was used.
    TokenUsed,
    /// Its time is up.
    TokenExpired,
    /// It was revoked.
    TokenRevoked,
    /// It may not be sent at that time.
    SendAt(SendAtRefusal),
    /// The call's name stands for another message.
    KeyReused,
}

/// Redeems: nothing is read or written for a token that is not the business's own, one write for one that is.
///
/// # Errors
/// When the store could not decide.
pub async fn notify(
    store: &(impl Store + ?Sized),
    keys: &KeyRing,
    input: &NotifyInput,
    now: Timestamp,
    random: [u8; HALF],
) -> Stored<Result<Notified, NotifyRefusal>> {
    let Some(token) = Token::parse(keys, &input.business, &input.token) else {
        return Ok(Err(NotifyRefusal::TokenUnknown));
    };
    let mut fingerprint = input.message.to_json().into_bytes();
    fingerprint.extend(input.send_at.iter().flat_map(|at| at.millis().to_be_bytes()));
    let call = Call::new(keys, &input.business, token.ask.as_bytes(), input.name.as_ref(), &fingerprint, random);
    let redeem = Redeem { address: token.address, ask: token.ask, call, message: input.message.clone(), send_at: input.send_at, now };
    pass(CrashPoint::RedeemBeforeWrite);
    let ruling = store.redeem(&redeem).await?;
    pass(CrashPoint::RedeemAfterWrite);
    Ok(match ruling {
        Ruling::Apply(optin) => Ok(notified(*optin, &call, false)),
        Ruling::Own(optin) => Ok(notified(*optin, &call, true)),
        Ruling::Refused(RedeemRefusal::Superseded { since }) => from_past(store, &redeem, since).await?,
        Ruling::Refused(why) => Err(refusal(why)),
    })
}

/// The redemption that the call made; or, for the same message without a name, the one that stands.
fn notified(optin: Optin, call: &Call, repeated: bool) -> Notified {
    let standing = optin.redemption.as_ref().map_or(0, |redemption| redemption.number);
    let redemption = optin.redemption_by(&call.id).unwrap_or(standing);
    Notified { optin, redemption, repeated }
}

/// How long a stream keeps a record: what it has not brought by then it will not bring.
const STREAM_REACH: Duration = Duration::from_secs(24 * 3_600);

/// The token's opt-in has made way for a later one: what the past knows of it.
async fn from_past(store: &(impl Store + ?Sized), redeem: &Redeem, since: Timestamp) -> Stored<Result<Notified, NotifyRefusal>> {
    let Some(past) = store.past(redeem.address.person, redeem.ask).await? else {
        let erased = store.person(redeem.address.person).await?.is_some_and(|person| person.erased_at.is_some());
        let forgotten = erased || redeem.now.since(since) > STREAM_REACH;
        return if forgotten { Ok(Err(NotifyRefusal::TokenUnknown)) } else { Err(not_archived_yet()) };
    };
    Ok(match rules::redeem(Some(&past), redeem) {
        Ruling::Own(optin) => Ok(notified(*optin, &redeem.call, true)),
        // It had lapsed by the clock of the answer that replaced it.
        Ruling::Apply(_) => Err(NotifyRefusal::TokenExpired),
        Ruling::Refused(why) => Err(refusal(why)),
    })
}

/// The token was granted, so its opt-in is on its way to the past ones: to say that it is unknown would be wrong.
fn not_archived_yet() -> StoreError {
    StoreError::Unavailable("a replaced opt-in is not among the past ones yet".to_owned())
}

fn refusal(why: RedeemRefusal) -> NotifyRefusal {
    match why {
        RedeemRefusal::Unknown | RedeemRefusal::Superseded { .. } => NotifyRefusal::TokenUnknown,
        RedeemRefusal::Used => NotifyRefusal::TokenUsed,
        RedeemRefusal::Expired => NotifyRefusal::TokenExpired,
        RedeemRefusal::Revoked => NotifyRefusal::TokenRevoked,
        RedeemRefusal::SendAt(why) => NotifyRefusal::SendAt(why),
        RedeemRefusal::KeyReused => NotifyRefusal::KeyReused,
    }
}

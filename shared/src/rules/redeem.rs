use std::iter;

use super::schedule::{SendAtRefusal, check_send_at};
use super::{Ruling, stepped, stepped_to};
use crate::address::{OptinAddress, ReleaseKey};
use crate::business::ChannelKind;
use crate::call::{Call, CallId, Repeat};
use crate::message::Message;
use crate::optin::{AttemptId, Delivery, Optin, Reason, Redemption, State, Step};
use crate::time::Timestamp;

/// The redeem command: a business sends the one message of a grant.
#[derive(Debug, Clone)]
pub struct Redeem {
    /// The token's address.
    pub address: OptinAddress,
    /// The token's ask.
    pub ask: CallId,
    /// The call that redeems.
    pub call: Call,
    /// The message.
    pub message: Message,
    /// When it is to be sent; without it, at once.
    pub send_at: Option<Timestamp>,
    /// When.
    pub now: Timestamp,
}

/// Why a redemption is refused.
#[must_use]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RedeemRefusal {
    /// No grant stands behind the token.
    Unknown,
    /// A later opt-in has taken the place of the token's: how the token ended stands with the past opt-ins.
    Superseded {
        /// When.
        since: Timestamp,
    },
    /// It was redeemed, by another call.
    Used,
    /// Its time is up.
    Expired,
    /// The person or the business took it back.
    Revoked,
    /// It may not be sent at that time.
    SendAt(SendAtRefusal),
    /// The caller's `Idempotency-Key` stands for another message.
    KeyReused,
}

impl Redeem {
    /// The state that it leads to.
    #[must_use]
    pub const fn leads_to(&self) -> State {
        if self.send_at.is_some() { State::Scheduled } else { State::Queued }
    }
}

/// Rules on a redemption over the opt-in at its address.
pub fn redeem(standing: Option<&Optin>, redeem: &Redeem) -> Ruling<RedeemRefusal> {
    let Some(old) = standing else {
        return Ruling::Refused(RedeemRefusal::Unknown);
    };
    if old.ask != redeem.ask {
        return Ruling::Refused(RedeemRefusal::Superseded { since: old.answered_at });
    }
    if let Some(ruling) = repeat(old, redeem) {
        return ruling;
    }
    match old.state {
        State::Granted if old.has_lapsed(redeem.now) => Ruling::Refused(RedeemRefusal::Expired),
        State::Granted => match redeem.send_at.map(|at| check_send_at(at, old.expires_at, redeem.now)) {
            Some(Err(refusal)) => Ruling::Refused(RedeemRefusal::SendAt(refusal)),
            Some(Ok(())) | None => Ruling::apply(redeemed(old, redeem)),
        },
        State::Scheduled | State::Queued | State::Attempting | State::Sent | State::Failed | State::Unknown => {
            Ruling::Refused(RedeemRefusal::Used)
        }
        State::Expired => Ruling::Refused(RedeemRefusal::Expired),
        State::Revoked => Ruling::Refused(RedeemRefusal::Revoked),
        State::Confirming | State::Declined => Ruling::Refused(RedeemRefusal::Unknown),
    }
}

/// The take command: a release redeems whatever grant stands at an address.
#[derive(Debug, Clone, Copy)]
pub struct Take {
    /// The address.
    pub address: OptinAddress,
    /// The release.
    pub release: ReleaseKey,
    /// The call of its step.
    pub call: CallId,
    /// Delivers the message in the same write, under this id: into the person's inbox, from which nothing leaves.
    pub to_inbox: Option<AttemptId>,
    /// When.
    pub now: Timestamp,
}

/// The grant went elsewhere: it was redeemed, taken, revoked, its time is up, or it is for no inbox.
#[must_use]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotTaken;

impl Take {
    /// The steps that it takes: into the queue, and at once out of it where the message goes to the inbox.
    #[must_use]
    pub fn steps(&self) -> Vec<Step> {
        let queued = Step { state: State::Queued, at: self.now, reason: None };
        let sent = self.to_inbox.map(|_| Step { state: State::Sent, at: self.now, reason: Some(Reason::Accepted) });
        iter::once(queued).chain(sent).collect()
    }
}

/// Rules on a take over the opt-in at its address. What this very step took, and what did not come back since, is its
/// own.
pub fn take(standing: Option<&Optin>, take: &Take) -> Ruling<NotTaken> {
    let Some(old) = standing else {
        return Ruling::Refused(NotTaken);
    };
    let came_back = old.returned.iter().any(|returned| returned.caller() == take.call.caller());
    let is_own = old.redemption.as_ref().is_some_and(|redemption| redemption.call == take.call);
    if is_own && !came_back {
        return Ruling::own(old);
    }
    let has_no_inbox = take.to_inbox.is_some() && old.channel != ChannelKind::Inbox;
    if old.state != State::Granted || old.has_lapsed(take.now) || came_back || has_no_inbox {
        return Ruling::Refused(NotTaken);
    }
    let number = next_redemption(old);
    let mut new = stepped(old, &take.steps());
    new.redemption = Some(Redemption { number, call: take.call, at: take.now });
    new.message = None;
    new.release = Some(take.release);
    new.delivery = Delivery { attempt: take.to_inbox.or(old.delivery.attempt), epoch: old.delivery.epoch, ..Delivery::default() };
    Ruling::apply(new)
}

fn next_redemption(old: &Optin) -> u32 {
    old.redemption.as_ref().map_or(0, |redemption| redemption.number) + 1
}

/// The caller's own repeat. Named by its key, it is one for good; without a key the same message is one while the
/// redemption stands.
fn repeat(old: &Optin, redeem: &Redeem) -> Option<Ruling<RedeemRefusal>> {
    let earlier = old.redemption.as_ref()?.call;
    match old.returned.iter().map(|returned| returned.compare(&redeem.call.id)).find(|repeat| *repeat != Repeat::Other) {
        Some(Repeat::Same) => return Some(Ruling::own(old)),
        Some(Repeat::KeyReused) => return Some(Ruling::Refused(RedeemRefusal::KeyReused)),
        Some(Repeat::Other) | None => {}
    }
    match earlier.compare(&redeem.call.id) {
        Repeat::Same => Some(Ruling::own(old)),
        Repeat::KeyReused => Some(Ruling::Refused(RedeemRefusal::KeyReused)),
        Repeat::Other => {
            let unnamed_repeat = !redeem.call.keyed && old.state.is_redeemed() && earlier.request() == redeem.call.id.request();
            unnamed_repeat.then(|| Ruling::own(old))
        }
    }
}

fn redeemed(old: &Optin, redeem: &Redeem) -> Optin {
    let number = next_redemption(old);
    let mut new = stepped_to(old, redeem.leads_to(), redeem.now, None);
    new.redemption = Some(Redemption { number, call: redeem.call.id, at: redeem.now });
    new.message = Some(redeem.message.clone());
    new.release = None;
    new.delivery = Delivery { attempt: old.delivery.attempt, epoch: old.delivery.epoch, due_at: redeem.send_at, ..Delivery::default() };
    new
}

//! Which command may follow which state: the one statement of the rules. A store turns each into one conditional
//! write; the contract suite shows that its condition holds exactly where the rule applies.

use crate::address::OptinAddress;
use crate::business::ChannelKind;
use crate::call::{Call, CallId, Repeat};
use crate::link::SealedAsk;
use crate::message::Message;
use crate::optin::{AttemptId, Delivery, KEPT_AFTER, Occupant, Optin, Reason, Redemption, State, Step, TOKEN_LIFE};
use crate::retry::MOST_RETURNS;
use crate::time::Timestamp;

/// What a rule says of a command over an item.
#[must_use]
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ruling<R> {
    /// It may be done; the item becomes this.
    Apply(Box<Optin>),
    /// It was done already, by this very caller; the item as it stands.
    Own(Box<Optin>),
    /// It may not be done.
    Refused(R),
}

impl<R> Ruling<R> {
    fn apply(optin: Optin) -> Self {
        Self::Apply(Box::new(optin))
    }

    fn own(optin: &Optin) -> Self {
        Self::Own(Box::new(optin.clone()))
    }
}

/// Yes or no.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Choice {
    /// Yes, by this channel.
    Grant(ChannelKind),
    /// No.
    Decline,
}

/// The answer command: a person answers a sealed ask.
#[derive(Debug, Clone)]
pub struct Answer {
    /// What is answered.
    pub ask: SealedAsk,
    /// How.
    pub choice: Choice,
    /// When.
    pub now: Timestamp,
}

/// Why an answer is refused.
#[must_use]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AnswerRefusal {
    /// The link's time is up.
    LinkExpired,
    /// A later ask was answered, or what was asked before was erased.
    LinkSuperseded,
    /// The person has said yes, to this ask or to an earlier one that still holds.
    AlreadyGranted,
    /// The person has said no to this ask.
    AlreadyDeclined,
}

impl Answer {
    /// Whether the link's time is up: nothing in the table is needed to know it.
    #[must_use]
    pub fn link_has_expired(&self) -> bool {
        self.ask.id.link_expires_at() <= self.now
    }

    /// The opt-in that the answer makes.
    #[must_use]
    pub fn made(&self) -> Optin {
        let SealedAsk { id, business, user, topic, title, payload, locale, channels, .. } = self.ask.clone();
        let (state, channel, expires_at) = match self.choice {
            Choice::Grant(channel) => (State::Granted, channel, self.now + TOKEN_LIFE),
            Choice::Decline => (State::Declined, channels.first().copied().unwrap_or(ChannelKind::Inbox), id.link_expires_at()),
        };
        let step = Step { state, at: self.now, reason: (state == State::Declined).then_some(Reason::ByPerson) };
        Optin {
            address: id.address,
            ask: id.ask,
            asked_at: id.asked_at,
            link_seconds: id.link_seconds,
            mac_key: id.key,
            business,
            user,
            topic,
            title,
            payload,
            locale,
            channel,
            state,
            answered_at: self.now,
            expires_at,
            redemption: None,
            message: None,
            delivery: Delivery::default(),
            returns: 0,
            version: 1,
            timeline: vec![step],
        }
    }
}

/// Rules on an answer over what stands at its address.
pub fn answer(standing: Option<&Occupant>, answer: &Answer) -> Ruling<AnswerRefusal> {
    if answer.link_has_expired() {
        return Ruling::Refused(AnswerRefusal::LinkExpired);
    }
    match standing {
        None => Ruling::apply(answer.made()),
        Some(Occupant::Erased(at)) if *at < answer.ask.id.asked_at => Ruling::apply(answer.made()),
        Some(Occupant::Erased(_)) => Ruling::Refused(AnswerRefusal::LinkSuperseded),
        Some(Occupant::Optin(optin)) => answer_over(optin, answer),
    }
}

fn answer_over(old: &Optin, answer: &Answer) -> Ruling<AnswerRefusal> {
    let asked = (answer.ask.id.asked_at, answer.ask.id.ask);
    if old.generation() == asked {
        let declined = old.state == State::Declined;
        return match (answer.choice, declined) {
            (Choice::Grant(_), false) | (Choice::Decline, true) => Ruling::own(old),
            (Choice::Grant(_), true) => Ruling::Refused(AnswerRefusal::AlreadyDeclined),
            (Choice::Decline, false) => Ruling::Refused(AnswerRefusal::AlreadyGranted),
        };
    }
    if old.generation() > asked {
        return Ruling::Refused(AnswerRefusal::LinkSuperseded);
    }
    if !old.is_over(answer.now) {
        return Ruling::Refused(AnswerRefusal::AlreadyGranted);
    }
    Ruling::apply(answer.made())
}

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
    Superseded,
    /// It was redeemed, by another call.
    Used,
    /// Its time is up.
    Expired,
    /// The person or the business took it back.
    Revoked,
    /// The caller's `Idempotency-Key` stands for another message.
    KeyReused,
}

/// Rules on a redemption over the opt-in at its address.
pub fn redeem(standing: Option<&Optin>, redeem: &Redeem) -> Ruling<RedeemRefusal> {
    let Some(old) = standing else {
        return Ruling::Refused(RedeemRefusal::Unknown);
    };
    if old.ask != redeem.ask {
        return Ruling::Refused(RedeemRefusal::Superseded);
    }
    if let Some(ruling) = repeat(old, redeem) {
        return ruling;
    }
    match old.state {
        State::Granted if old.has_lapsed(redeem.now) => Ruling::Refused(RedeemRefusal::Expired),
        State::Granted => Ruling::apply(redeemed(old, redeem)),
        State::Queued | State::Attempting | State::Sent | State::Failed | State::Unknown => Ruling::Refused(RedeemRefusal::Used),
        State::Revoked => Ruling::Refused(RedeemRefusal::Revoked),
        State::Declined => Ruling::Refused(RedeemRefusal::Unknown),
    }
}

/// The caller's own repeat. Named by its key, it is one for good; without a key the same message is one while the
/// redemption stands.
fn repeat(old: &Optin, redeem: &Redeem) -> Option<Ruling<RedeemRefusal>> {
    let earlier = old.redemption.as_ref()?.call;
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
    let number = old.redemption.as_ref().map_or(0, |redemption| redemption.number) + 1;
    let mut new = stepped(old, State::Queued, redeem.now, None);
    new.redemption = Some(Redemption { number, call: redeem.call.id, at: redeem.now });
    new.message = Some(redeem.message.clone());
    new.delivery = Delivery { attempt: old.delivery.attempt, epoch: old.delivery.epoch, ..Delivery::default() };
    new
}

/// The attempt command: a worker is about to let a message leave the table.
#[derive(Debug, Clone, Copy)]
pub struct Attempt {
    /// The opt-in's address.
    pub address: OptinAddress,
    /// Its ask.
    pub ask: CallId,
    /// The redemption whose message leaves.
    pub redemption: u32,
    /// Who attempts.
    pub attempt: AttemptId,
    /// When.
    pub now: Timestamp,
    /// Until when the worker may act.
    pub lease: Timestamp,
    /// What is attempted.
    pub from: AttemptFrom,
    /// Whether the sweep is to look at it when the lease ends. Where a stream record began the attempt it comes again
    /// if its worker dies; an attempt that a sweep begins has nothing but this.
    pub watched: bool,
}

/// What an attempt begins from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AttemptFrom {
    /// A message that waits in the queue.
    Queue,
    /// An attempt of this epoch whose lease has ended: only where the channel recognises repeats.
    EndedLease(u32),
}

/// Why an attempt is refused.
#[must_use]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AttemptRefusal {
    /// The message is not waiting to be sent: it was, or was revoked, or is another redemption's.
    NotQueued,
    /// It waits for a later time.
    NotDue,
    /// Another worker is at it until then.
    LiveLease {
        /// Its epoch.
        epoch: u32,
        /// The lease's end.
        until: Timestamp,
    },
    /// Another worker was at it and its lease has ended.
    EndedLease {
        /// Its epoch.
        epoch: u32,
    },
}

/// Rules on an attempt over the opt-in at its address.
pub fn attempt(standing: Option<&Optin>, attempt: &Attempt) -> Ruling<AttemptRefusal> {
    let Some(old) = standing.filter(|old| is_about(old, attempt.ask, attempt.redemption)) else {
        return Ruling::Refused(AttemptRefusal::NotQueued);
    };
    let Delivery { epoch, lease, due_at, .. } = old.delivery;
    let until = lease.unwrap_or(Timestamp::ZERO);
    let mine = old.delivery.attempt == Some(attempt.attempt);
    match old.state {
        State::Attempting if mine => Ruling::own(old),
        State::Attempting if until > attempt.now => Ruling::Refused(AttemptRefusal::LiveLease { epoch, until }),
        State::Attempting if attempt.from == AttemptFrom::EndedLease(epoch) => Ruling::apply(attempted(old, attempt)),
        State::Attempting => Ruling::Refused(AttemptRefusal::EndedLease { epoch }),
        State::Queued if mine || attempt.from != AttemptFrom::Queue => Ruling::Refused(AttemptRefusal::NotQueued),
        State::Queued if due_at.is_some_and(|due| due > attempt.now) => Ruling::Refused(AttemptRefusal::NotDue),
        State::Queued => Ruling::apply(attempted(old, attempt)),
        State::Granted | State::Declined | State::Sent | State::Failed | State::Unknown | State::Revoked => {
            Ruling::Refused(AttemptRefusal::NotQueued)
        }
    }
}

/// The reason that an attempt's step gives.
#[must_use]
pub fn attempt_reason(from: AttemptFrom) -> Option<Reason> {
    match from {
        AttemptFrom::Queue => None,
        AttemptFrom::EndedLease(_) => Some(Reason::LeaseEnded),
    }
}

fn attempted(old: &Optin, attempt: &Attempt) -> Optin {
    let taken_over = attempt.from != AttemptFrom::Queue;
    let mut new = stepped(old, State::Attempting, attempt.now, attempt_reason(attempt.from));
    new.delivery = Delivery {
        attempt: Some(attempt.attempt),
        epoch: old.delivery.epoch + 1,
        attempts: old.delivery.attempts + 1,
        lease: Some(attempt.lease),
        unclear: old.delivery.unclear || taken_over,
        due_at: attempt.watched.then_some(attempt.lease),
    };
    new
}

/// The watch command: somebody found an attempt under way, and has the sweep look at it when its lease ends.
#[derive(Debug, Clone, Copy)]
pub struct Watch {
    /// The opt-in's address.
    pub address: OptinAddress,
    /// Its ask.
    pub ask: CallId,
    /// The attempt's epoch.
    pub epoch: u32,
    /// The lease's end.
    pub due_at: Timestamp,
}

/// Whether what `watch` means is still under way.
#[must_use]
pub fn is_under_way(standing: Option<&Optin>, watch: &Watch) -> bool {
    standing.is_some_and(|old| old.ask == watch.ask && old.state == State::Attempting && old.delivery.epoch == watch.epoch)
}

/// The settle command: a worker records what came of a message.
#[derive(Debug, Clone, Copy)]
pub struct Settle {
    /// The opt-in's address.
    pub address: OptinAddress,
    /// Its ask.
    pub ask: CallId,
    /// The redemption that is settled.
    pub redemption: u32,
    /// When the grant was made: its place in the line, should the token be given back.
    pub granted_at: Timestamp,
    /// What entitles the worker to it.
    pub by: Settler,
    /// What came of it.
    pub outcome: Outcome,
    /// When.
    pub now: Timestamp,
}

/// What entitles a worker to settle.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Settler {
    /// It holds the attempt of this epoch.
    Attempt(AttemptId, u32),
    /// The message is queued in this version, so that nothing is leaving the table; this worker ends it under an
    /// attempt id of its own.
    Queue(AttemptId, u32),
    /// The lease of this epoch has ended, and no attempt may follow.
    EndedLease(u32),
}

/// What came of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// Delivered.
    Sent,
    /// Certainly not delivered, for good.
    Failed(Reason),
    /// Nobody can know.
    Unknown(Reason),
    /// Certainly not delivered, and the token is whole again.
    Returned(Reason),
    /// To be tried again at that time.
    Parked {
        /// When.
        due_at: Timestamp,
        /// Why not now.
        reason: Reason,
        /// Whether it may have been delivered.
        unclear: bool,
    },
}

impl Outcome {
    /// The state that it leads to, and the reason that its step gives.
    #[must_use]
    pub const fn leads_to(self) -> (State, Reason) {
        match self {
            Self::Sent => (State::Sent, Reason::Accepted),
            Self::Failed(reason) => (State::Failed, reason),
            Self::Unknown(reason) => (State::Unknown, reason),
            Self::Returned(reason) => (State::Granted, reason),
            Self::Parked { reason, .. } => (State::Queued, reason),
        }
    }
}

/// Why a settlement is refused: another worker, a revocation or a later redemption came first.
#[must_use]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LostLease;

/// Rules on a settlement over the opt-in at its address.
pub fn settle(standing: Option<&Optin>, settle: &Settle) -> Ruling<LostLease> {
    let Some(old) = standing.filter(|old| is_about(old, settle.ask, settle.redemption)) else {
        return Ruling::Refused(LostLease);
    };
    let delivery = &old.delivery;
    let (entitled, own) = match settle.by {
        Settler::Attempt(attempt, epoch) => {
            let mine = delivery.epoch == epoch && delivery.attempt == Some(attempt);
            (mine && old.state == State::Attempting, mine)
        }
        Settler::Queue(attempt, version) => (old.state == State::Queued && old.version == version, delivery.attempt == Some(attempt)),
        Settler::EndedLease(epoch) => {
            let ended = delivery.epoch == epoch && delivery.lease.is_some_and(|lease| lease <= settle.now);
            (ended && old.state == State::Attempting, delivery.epoch == epoch && old.state == State::Unknown)
        }
    };
    match (entitled, own) {
        (true, _) => Ruling::apply(settled(old, settle)),
        (false, true) => Ruling::own(old),
        (false, false) => Ruling::Refused(LostLease),
    }
}

/// The outcome as it may be recorded: ambiguity sticks, and a token is given back only so often.
#[must_use]
pub fn recorded(old: &Optin, outcome: Outcome) -> Outcome {
    match outcome {
        Outcome::Failed(reason) | Outcome::Returned(reason) if old.delivery.unclear => Outcome::Unknown(reason),
        Outcome::Returned(_) if old.returns >= MOST_RETURNS => Outcome::Failed(Reason::ReturnedTooOften),
        other => other,
    }
}

fn settled(old: &Optin, settle: &Settle) -> Optin {
    let (state, reason) = settle.outcome.leads_to();
    let mut new = stepped(old, state, settle.now, Some(reason));
    new.delivery.lease = None;
    new.delivery.due_at = None;
    if let Settler::Queue(attempt, _) = settle.by {
        new.delivery.attempt = Some(attempt);
    }
    match settle.outcome {
        Outcome::Parked { due_at, unclear, .. } => {
            new.delivery.due_at = Some(due_at);
            new.delivery.unclear |= unclear;
        }
        Outcome::Returned(_) => {
            new.returns += 1;
            new.message = None;
        }
        Outcome::Sent | Outcome::Failed(_) | Outcome::Unknown(_) => {}
    }
    new
}

/// The revoke command: the person or the business takes a grant back.
#[derive(Debug, Clone, Copy)]
pub struct Revoke {
    /// The opt-in's address.
    pub address: OptinAddress,
    /// Its ask.
    pub ask: CallId,
    /// Who wants it: [`Reason::ByPerson`], [`Reason::ByBusiness`] or [`Reason::Blocked`].
    pub reason: Reason,
    /// When.
    pub now: Timestamp,
}

/// Why a revocation is refused.
#[must_use]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RevokeRefusal {
    /// No such opt-in stands.
    Unknown,
    /// Its message is leaving the table right now.
    InFlight,
    /// It is over.
    Ended(State),
}

/// Rules on a revocation over the opt-in at its address.
pub fn revoke(standing: Option<&Optin>, revoke: &Revoke) -> Ruling<RevokeRefusal> {
    let Some(old) = standing.filter(|old| old.ask == revoke.ask) else {
        return Ruling::Refused(RevokeRefusal::Unknown);
    };
    match old.state {
        State::Granted | State::Queued => {
            let mut new = stepped(old, revoked_state(old), revoke.now, Some(revoke.reason));
            new.delivery.due_at = None;
            Ruling::apply(new)
        }
        State::Revoked => Ruling::own(old),
        State::Unknown if old.delivery.unclear && old.reason() == Some(revoke.reason) => Ruling::own(old),
        State::Attempting => Ruling::Refused(RevokeRefusal::InFlight),
        State::Declined | State::Sent | State::Failed | State::Unknown => Ruling::Refused(RevokeRefusal::Ended(old.state)),
    }
}

/// Where a revocation leads. No attempt begins after it; but a message that may have gone out before is not made
/// unsent by it: ambiguity sticks.
fn revoked_state(old: &Optin) -> State {
    if old.state == State::Queued && old.delivery.unclear { State::Unknown } else { State::Revoked }
}

/// When a tombstone of an erasure at `erased_at` may be forgotten: no link from before it lives by then.
#[must_use]
pub fn tombstone_forget_at(erased_at: Timestamp) -> Timestamp {
    erased_at + KEPT_AFTER
}

fn is_about(old: &Optin, ask: CallId, redemption: u32) -> bool {
    old.ask == ask && old.redemption.as_ref().is_some_and(|standing| standing.number == redemption)
}

fn stepped(old: &Optin, state: State, at: Timestamp, reason: Option<Reason>) -> Optin {
    let mut new = old.clone();
    new.state = state;
    new.version += 1;
    new.timeline.push(Step { state, at, reason });
    new
}

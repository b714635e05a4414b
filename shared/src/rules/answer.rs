use super::Ruling;
use crate::business::ChannelKind;
use crate::link::SealedAsk;
use crate::optin::{Delivery, Occupant, Optin, Reason, State, Step, TOKEN_LIFE};
use crate::time::Timestamp;

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
            release: None,
            delivery: Delivery::default(),
            returned: Vec::new(),
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

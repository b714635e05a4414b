use super::Ruling;
use crate::business::ChannelKind;
use crate::consent::{AnswerAddress, ConsentText, NO_ADDRESS};
use crate::link::SealedAsk;
use crate::optin::{CONFIRM_LIFE, Delivery, Occupant, Optin, Reason, State, Step, TOKEN_LIFE};
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
    /// Where the message is to go, if the channel leads to an address.
    pub address: Option<AnswerAddress>,
    /// In which words the person was asked.
    pub consent: Option<ConsentText>,
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
        let is_to_be_confirmed = self.address.as_ref().is_some_and(|address| address.is_to_be_confirmed);
        let (state, channel, expires_at) = match self.choice {
            Choice::Grant(channel) if is_to_be_confirmed => (State::Confirming, channel, self.now + CONFIRM_LIFE),
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
            to: self.address.as_ref().filter(|_| state != State::Declined).map(|address| address.sealed.clone()),
            consent: self.consent.clone(),
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

impl Answer {
    /// The hash of the address that it names; [`NO_ADDRESS`] when it names none.
    #[must_use]
    pub fn address_hash(&self) -> [u8; 16] {
        let named = self.address.as_ref().filter(|_| self.choice != Choice::Decline);
        named.map_or(NO_ADDRESS, |address| address.sealed.hash)
    }

    /// Whether it says again what waits for confirmation.
    fn repeats(&self, old: &Optin) -> bool {
        old.leads_to(self.address_hash())
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
    if old.generation() == asked && old.state == State::Confirming && !answer.repeats(old) {
        // Nothing is granted yet: a mistyped address can be put right, and a yes taken back.
        return Ruling::apply(answer.made());
    }
    if old.generation() == asked {
        return match answer.choice {
            Choice::Grant(_) if old.state == State::Declined => Ruling::Refused(AnswerRefusal::AlreadyDeclined),
            // Nothing comes of what is over: a no to it is as good as given.
            Choice::Decline if !old.state.is_end() => Ruling::Refused(AnswerRefusal::AlreadyGranted),
            Choice::Grant(_) | Choice::Decline => Ruling::own(old),
        };
    }
    if old.generation() > asked {
        return Ruling::Refused(AnswerRefusal::LinkSuperseded);
    }
    if !old.is_over(answer.now) && old.state != State::Confirming {
        return Ruling::Refused(AnswerRefusal::AlreadyGranted);
    }
    Ruling::apply(answer.made())
}

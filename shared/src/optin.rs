//! The opt-in: one person's yes or no to one topic, and the life of the one message it permits.

use std::fmt;

use crate::address::{OptinAddress, ReleaseKey};
use crate::business::ChannelKind;
use crate::call::CallId;
use crate::caps::LONGEST_LINK;
use crate::consent::{ConsentText, SealedAddress};
use crate::ids::{NotificationId, OptinId};
use crate::keyring::KeyId;
use crate::message::Message;
use crate::names::{BusinessId, Locale, Topic, UserId};
use crate::text::{Payload, Title};
use crate::time::Timestamp;
use std::time::Duration;

/// How long a token lives, from its grant.
pub const TOKEN_LIFE: Duration = Duration::from_secs(365 * 86_400);
/// How long a typed address can be confirmed.
pub const CONFIRM_LIFE: Duration = Duration::from_secs(2 * 86_400);
/// How long an opt-in that can do nothing any more is still kept, for its person and its business to look at. Never
/// less than the longest life of a link, or an old link could make a second opt-in.
pub const KEPT_AFTER: Duration = Duration::from_secs(30 * 86_400);
const _: () = assert!(KEPT_AFTER.as_secs() > LONGEST_LINK.as_secs());

/// Declares an enum whose variants are words on the wire and in the table.
macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $word:literal),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name {
            $($(#[$vdoc])* $variant),+
        }

        impl $name {
            /// Every one of them.
            pub const ALL: &[Self] = &[$(Self::$variant),+];

            /// The word for it.
            #[must_use]
            pub const fn word(self) -> &'static str {
                match self {
                    $(Self::$variant => $word),+
                }
            }

            /// The one of that word.
            #[must_use]
            pub fn from_word(word: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|each| each.word() == word)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.word())
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.word())
            }
        }
    };
}

words! {
    /// Where an opt-in is in its life. That a grant has lapsed is not stored: see [`Optin::has_lapsed`].
    State {
        /// The person said yes and typed an address, which is still to be confirmed.
        Confirming = "confirming",
        /// The person said yes: the token can be redeemed.
        Granted = "granted",
        /// The person said no.
        Declined = "declined",
        /// The token was redeemed for a message that is to be sent later.
        Scheduled = "scheduled",
        /// The token was redeemed: its message is to be delivered.
        Queued = "queued",
        /// The message is leaving the table, or has left it and nobody recorded what came of it.
        Attempting = "attempting",
        /// The message was delivered.
        Sent = "sent",
        /// The message was certainly not delivered and never will be.
        Failed = "failed",
        /// Whether the message was delivered cannot be known; it is not sent again.
        Unknown = "unknown",
        /// The person or the business took the grant back.
        Revoked = "revoked",
        /// The token's time is up.
        Expired = "expired",
    }
}

words! {
    /// Why an opt-in is in its state.
    Reason {
        /// The person asked for it.
        ByPerson = "by-person",
        /// The business asked for it.
        ByBusiness = "by-business",
        /// The person has blocked the business.
        Blocked = "blocked",
        /// The channel took the message.
        Accepted = "accepted",
        /// The channel refuses this message for good.
        Refused = "refused",
        /// The person's address, or the business's endpoint, is gone for good.
        Gone = "gone",
        /// Nothing can take the message: the business has no webhook, or the deployment has not set the channel up.
        NoEndpoint = "no-endpoint",
        /// The endpoint asked to be tried later.
        Busy = "busy",
        /// The endpoint could not be reached; nothing was sent.
        Unreachable = "unreachable",
        /// Something was sent and no clear answer came.
        Unclear = "unclear",
        /// What was left of the invocation did not suffice to send it; nothing was sent.
        OutOfTime = "out-of-time",
        /// A worker began and never recorded an end.
        LeaseEnded = "lease-ended",
        /// It was tried for a day, or as often as is permitted.
        GaveUp = "gave-up",
        /// The business cancelled the message before its time.
        Cancelled = "cancelled",
        /// The token's time was up.
        Expired = "expired",
        /// The token had been given back too often.
        ReturnedTooOften = "returned-too-often",
        /// The table was restored to an earlier time, and what has happened since is not known.
        Restored = "restored",
    }
}

impl State {
    /// Whether nothing can follow: the opt-in is over (a lapsed grant is over too, see [`Optin::is_over`]).
    #[must_use]
    pub const fn is_end(self) -> bool {
        match self {
            Self::Declined | Self::Sent | Self::Failed | Self::Unknown | Self::Revoked | Self::Expired => true,
            Self::Confirming | Self::Granted | Self::Scheduled | Self::Queued | Self::Attempting => false,
        }
    }

    /// Whether a redemption stands: the token is on its way or has been used.
    #[must_use]
    pub const fn is_redeemed(self) -> bool {
        match self {
            Self::Scheduled | Self::Queued | Self::Attempting | Self::Sent | Self::Failed | Self::Unknown => true,
            Self::Confirming | Self::Granted | Self::Declined | Self::Revoked | Self::Expired => false,
        }
    }
}

/// One attempt to deliver, by one worker: 16 random bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AttemptId(pub [u8; 16]);

/// One step in an opt-in's life.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Step {
    /// The state that it led to.
    pub state: State,
    /// When.
    pub at: Timestamp,
    /// Why, where a state has more than one cause.
    pub reason: Option<Reason>,
}

impl Step {
    /// The step as an item holds it: `sent 1764000000000 accepted`.
    #[must_use]
    pub fn to_text(&self) -> String {
        match self.reason {
            Some(reason) => format!("{} {} {reason}", self.state, self.at.millis()),
            None => format!("{} {}", self.state, self.at.millis()),
        }
    }

    /// Reads what [`Step::to_text`] wrote.
    #[must_use]
    pub fn from_text(text: &str) -> Option<Self> {
        let mut words = text.split(' ');
        let state = State::from_word(words.next()?)?;
        let at = Timestamp::from_millis(words.next()?.parse().ok()?);
        let reason = words.next().map(|word| Reason::from_word(word).ok_or(())).transpose().ok()?;
        words.next().is_none().then_some(Self { state, at, reason })
    }
}

/// The redemption that stands, or last stood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Redemption {
    /// Which one, from 1.
    pub number: u32,
    /// The call that redeemed.
    pub call: CallId,
    /// When.
    pub at: Timestamp,
}

/// How far the delivery of the standing redemption has come.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Delivery {
    /// The last attempt.
    pub attempt: Option<AttemptId>,
    /// Rises with every attempt, for ever: what fences a worker whose lease has ended.
    pub epoch: u32,
    /// How many attempts the standing redemption has had.
    pub attempts: u32,
    /// Until when the running attempt's worker may act.
    pub lease: Option<Timestamp>,
    /// Whether an attempt of the standing redemption ended unclear: that sticks.
    pub unclear: bool,
    /// When the sweep is to take it up.
    pub due_at: Option<Timestamp>,
}

/// The opt-in item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Optin {
    /// Where it stands.
    pub address: OptinAddress,
    /// The call that asked for it; with [`Optin::asked_at`] its generation.
    pub ask: CallId,
    /// When it was asked for.
    pub asked_at: Timestamp,
    /// How long its link lived, in seconds.
    pub link_seconds: u32,
    /// The MAC key of its id and token.
    pub mac_key: KeyId,
    /// Who asked.
    pub business: BusinessId,
    /// Who answered.
    pub user: UserId,
    /// About what.
    pub topic: Topic,
    /// In which words.
    pub title: Title,
    /// What the business wants back.
    pub payload: Option<Payload>,
    /// The language of the consent.
    pub locale: Option<Locale>,
    /// How the message will reach the person.
    pub channel: ChannelKind,
    /// Where, if the channel leads to an address.
    pub to: Option<SealedAddress>,
    /// In which words the person was asked for consent, where the answer says.
    pub consent: Option<ConsentText>,
    /// Where it is in its life.
    pub state: State,
    /// When the person answered; when a typed address was confirmed, once it is.
    pub answered_at: Timestamp,
    /// Until when the token can be redeemed.
    pub expires_at: Timestamp,
    /// The redemption that stands, or last stood.
    pub redemption: Option<Redemption>,
    /// The message of the standing redemption.
    pub message: Option<Message>,
    /// The release that redeemed it: the message stands there.
    pub release: Option<ReleaseKey>,
    /// How far its delivery has come.
    pub delivery: Delivery,
    /// The calls whose redemptions came back, in order: the first made redemption 1. They are answered, not repeated.
    pub returned: Vec<CallId>,
    /// Rises with every transition; an answer that takes another's place begins anew.
    pub version: u32,
    /// Every transition.
    pub timeline: Vec<Step>,
}

impl Optin {
    /// Its id.
    #[must_use]
    pub fn id(&self) -> OptinId {
        OptinId { address: self.address, asked_at: self.asked_at, link_seconds: self.link_seconds, ask: self.ask, key: self.mac_key }
    }

    /// Its generation: a later answer replaces an earlier one, never the other way round.
    #[must_use]
    pub fn generation(&self) -> (Timestamp, CallId) {
        (self.asked_at, self.ask)
    }

    /// Which redemption a call made, if any.
    #[must_use]
    pub fn redemption_by(&self, call: &CallId) -> Option<u32> {
        let standing = self.redemption.as_ref().filter(|redemption| redemption.call == *call).map(|redemption| redemption.number);
        let returned = || self.returned.iter().position(|each| each == call).and_then(|index| u32::try_from(index + 1).ok());
        standing.or_else(returned)
    }

    /// The id of the message of the standing redemption.
    #[must_use]
    pub fn notification(&self) -> Option<NotificationId> {
        self.redemption.as_ref().map(|redemption| self.id().notification(redemption.number))
    }

    /// Whether it leads to the address of that hash.
    #[must_use]
    pub fn leads_to(&self, hash: [u8; 16]) -> bool {
        self.to.as_ref().is_some_and(|to| to.hash == hash)
    }

    /// The language in which the person consented, or else that in which they were asked.
    #[must_use]
    pub fn language(&self) -> Option<&str> {
        let consented = self.consent.as_ref().map(|consent| consent.language.as_str());
        consented.or(self.locale.as_ref().map(Locale::as_str))
    }

    /// Whether it was granted and not redeemed, or never confirmed, and its time is up.
    #[must_use]
    pub fn has_lapsed(&self, now: Timestamp) -> bool {
        matches!(self.state, State::Confirming | State::Granted) && self.expires_at <= now
    }

    /// Whether a new answer may take its place.
    #[must_use]
    pub fn is_over(&self, now: Timestamp) -> bool {
        self.state.is_end() || self.has_lapsed(now)
    }

    /// Why it is in its state: the last step's reason.
    #[must_use]
    pub fn reason(&self) -> Option<Reason> {
        self.timeline.last().and_then(|step| step.reason)
    }

    /// Whether the message of the standing redemption may have reached the person.
    #[must_use]
    pub fn may_have_gone_out(&self) -> bool {
        match self.state {
            State::Sent | State::Unknown | State::Attempting => true,
            State::Queued => self.delivery.unclear,
            State::Confirming | State::Granted | State::Scheduled | State::Declined | State::Failed | State::Revoked | State::Expired => {
                false
            }
        }
    }

    /// When the table may forget it.
    #[must_use]
    pub fn forget_at(&self) -> Timestamp {
        self.expires_at + KEPT_AFTER
    }
}

/// What stands at an opt-in's address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Occupant {
    /// An opt-in.
    Optin(Box<Optin>),
    /// A tombstone: what was asked for before was erased then, and no old link brings it back.
    Erased(Timestamp),
}

impl Occupant {
    /// The opt-in, if it is one.
    #[must_use]
    pub fn optin(self) -> Option<Optin> {
        match self {
            Self::Optin(optin) => Some(*optin),
            Self::Erased(_) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::tests::standing::{FIRST, call, granted, scheduled_after_returns};

    const DAY: u64 = 86_400;
    const MILLI: Duration = Duration::from_millis(1);

    fn in_state(state: State) -> Optin {
        Optin { state, ..granted() }
    }

    #[test]
    fn a_token_lives_a_year_and_an_address_waits_two_days_for_its_confirmation() {
        assert_eq!(TOKEN_LIFE, Duration::from_secs(31_536_000));
        assert_eq!(CONFIRM_LIFE, Duration::from_secs(172_800));
    }

    #[test]
    fn an_optin_is_kept_for_thirty_days_after_its_token_has_ended() {
        assert_eq!(granted().forget_at(), granted().expires_at + Duration::from_secs(30 * DAY));
    }

    #[test]
    fn a_redemption_stands_from_its_schedule_to_its_end() {
        use State::{Attempting, Failed, Queued, Scheduled, Sent, Unknown};
        let redeemed: Vec<_> = State::ALL.iter().copied().filter(|state| state.is_redeemed()).collect();
        assert_eq!(redeemed, [Scheduled, Queued, Attempting, Sent, Failed, Unknown]);
    }

    #[test]
    fn a_call_is_known_by_the_redemption_that_it_made_for_good() {
        let optin = scheduled_after_returns(2);
        let made = [0, 1, 2, 3].map(|index| optin.redemption_by(&call(FIRST + index, 1)));
        assert_eq!(made, [Some(1), Some(2), Some(3), None]);
    }

    #[test]
    fn a_notification_is_named_by_its_optin_and_its_redemption() {
        let optin = scheduled_after_returns(2);
        assert_eq!(optin.notification(), Some(optin.id().notification(3)));
        assert_eq!(granted().notification(), None);
    }

    #[test]
    fn an_optin_leads_to_its_own_address_and_to_no_other() {
        let optin = Optin { to: Some(SealedAddress { sealed: vec![1], hash: [7; 16] }), ..granted() };
        assert!(optin.leads_to([7; 16]));
        assert!(!optin.leads_to([8; 16]));
        assert!(!granted().leads_to([7; 16]));
    }

    #[test]
    fn the_language_of_consent_goes_before_that_of_the_ask() {
        let asked = Optin { locale: Some(Locale::try_from("fr".to_owned()).expect("a locale")), ..granted() };
        let consent = ConsentText { text_version: 2, language: "de".to_owned() };
        let consented = Optin { consent: Some(consent), ..asked.clone() };
        assert_eq!([granted().language(), asked.language(), consented.language()], [None, Some("fr"), Some("de")]);
    }

    #[test]
    fn a_grant_and_a_confirmation_lapse_when_their_time_is_up_and_nothing_else_does() {
        for state in State::ALL {
            let optin = in_state(*state);
            assert!(!optin.has_lapsed(optin.expires_at.before(MILLI)), "{state}");
            assert_eq!(optin.has_lapsed(optin.expires_at), matches!(state, State::Confirming | State::Granted), "{state}");
        }
    }

    #[test]
    fn a_lapsed_grant_is_over_and_so_is_what_has_ended() {
        let optin = granted();
        assert!(!optin.is_over(optin.expires_at.before(MILLI)));
        assert!(optin.is_over(optin.expires_at));
        assert!(in_state(State::Declined).is_over(optin.answered_at));
        assert!(!in_state(State::Scheduled).is_over(optin.expires_at));
    }

    #[test]
    fn a_queued_message_may_have_gone_out_where_an_attempt_ended_unclear() {
        use State::{Attempting, Queued, Sent, Unknown};
        let gone_out = |unclear| -> Vec<State> {
            let delivery = Delivery { unclear, ..Delivery::default() };
            let optin = |state| Optin { delivery: delivery.clone(), ..in_state(state) };
            State::ALL.iter().copied().filter(|state| optin(*state).may_have_gone_out()).collect()
        };
        assert_eq!(gone_out(false), [Attempting, Sent, Unknown]);
        assert_eq!(gone_out(true), [Queued, Attempting, Sent, Unknown]);
    }

    #[test]
    fn an_erased_optin_is_none() {
        assert_eq!(Occupant::Optin(Box::new(granted())).optin(), Some(granted()));
        assert_eq!(Occupant::Erased(granted().asked_at).optin(), None);
    }

    #[test]
    fn steps_read_as_they_were_written() {
        for state in State::ALL {
            for reason in std::iter::once(None).chain(Reason::ALL.iter().copied().map(Some)) {
                let step = Step { state: *state, at: Timestamp::from_millis(17), reason };
                assert_eq!(Step::from_text(&step.to_text()), Some(step));
            }
        }
        for bad in ["", "sent", "sent x", "lost 1", "sent 1 whim", "sent 1 accepted x"] {
            assert_eq!(Step::from_text(bad), None, "{bad}");
        }
    }
}

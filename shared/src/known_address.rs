//! Addresses that are known of a person beside any opt-in: where a further question is brought, and what an answer may
//! choose. A business gives one, or a person consented to one.

use std::time::Duration;

use crate::address::PersonKey;
use crate::business::ChannelKind;
use crate::call::{CallId, Repeat};
use crate::consent::SealedAddress;
use crate::optin::Optin;
use crate::time::Timestamp;

/// The version of the consent's words that first said that an address is kept for further questions.
const SAID_SINCE: u16 = 2;

/// What stands for one channel of a person's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownAddress {
    /// Whose it is.
    pub person: PersonKey,
    /// The channel that leads to it.
    pub channel: ChannelKind,
    /// The address. Nothing where it was taken away: what is older does not bring it back.
    pub to: Option<SealedAddress>,
    /// Since when.
    pub kept_at: Timestamp,
    /// The business's call that gave it or took it away.
    pub call: Option<CallId>,
}

/// What came of keeping one.
#[must_use]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeepRuling {
    /// It stands, by this write or by its repeat, since then.
    Kept(Timestamp),
    /// The call's name stands for another address.
    KeyReused,
    /// Something stands from a later time: try again with that time.
    ClockBehind {
        /// The time to use.
        newest: Timestamp,
    },
}

impl KnownAddress {
    /// The mark of one that was taken away.
    #[must_use]
    pub const fn taken_away(person: PersonKey, channel: ChannelKind, at: Timestamp) -> Self {
        Self { person, channel, to: None, kept_at: at, call: None }
    }

    /// The address of a grant, where its person agreed to more than one message there. Of people whom a page's visitors make
    /// up nothing is kept: anyone could ask in their name and read it.
    #[must_use]
    pub fn consented(optin: &Optin) -> Option<Self> {
        let said = optin.consent.as_ref().is_some_and(|consent| consent.text_version >= SAID_SINCE);
        let to = optin.to.clone().filter(|_| said && !optin.user.is_anonymous())?;
        Some(Self { person: optin.address.person, channel: optin.channel, to: Some(to), kept_at: optin.answered_at, call: None })
    }
}

/// Rules on keeping `new` over what stands there.
pub fn rule(standing: Option<&KnownAddress>, new: &KnownAddress) -> KeepRuling {
    let Some(standing) = standing else {
        return KeepRuling::Kept(new.kept_at);
    };
    let repeat = standing.call.as_ref().zip(new.call.as_ref()).map_or(Repeat::Other, |(standing, new)| standing.compare(new));
    match repeat {
        Repeat::Same => KeepRuling::Kept(standing.kept_at),
        Repeat::KeyReused => KeepRuling::KeyReused,
        Repeat::Other if standing.kept_at > new.kept_at => KeepRuling::ClockBehind { newest: standing.kept_at },
        Repeat::Other => KeepRuling::Kept(new.kept_at),
    }
}

/// Whether an erasure takes an address that was kept at `kept_at`: its person item does not say when that was, so that
/// `skew`, the most that two clocks differ by, is taken with it.
#[must_use]
pub fn is_erased(kept_at: Timestamp, erased_at: Timestamp, skew: Duration) -> bool {
    kept_at <= erased_at + skew
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::consent::ConsentText;
    use crate::names::UserId;
    use crate::rules::tests::standing::granted;

    fn given(call: [u8; 16], at: u64) -> KnownAddress {
        let (person, to) = (PersonKey::from_bytes([1; 16]), Some(SealedAddress { sealed: vec![1], hash: [2; 16] }));
        KnownAddress { person, channel: ChannelKind::Email, to, kept_at: Timestamp::from_millis(at), call: Some(CallId::from_bytes(call)) }
    }

    #[test]
    fn a_consented_address_is_kept_where_its_words_said_so_and_its_person_is_the_businesss_own() {
        let sealed = SealedAddress { sealed: vec![1], hash: [2; 16] };
        let consent = |text_version| Some(ConsentText { text_version, language: "en".to_owned() });
        let optin = Optin { to: Some(sealed.clone()), consent: consent(SAID_SINCE), ..granted() };
        let kept =
            KnownAddress { person: optin.address.person, channel: optin.channel, to: Some(sealed), kept_at: optin.answered_at, call: None };
        assert_eq!(KnownAddress::consented(&optin), Some(kept.clone()));
        assert_eq!(KnownAddress::consented(&Optin { consent: consent(SAID_SINCE + 1), ..optin.clone() }), Some(kept));
        for without in [
            Optin { consent: consent(SAID_SINCE - 1), ..optin.clone() },
            Optin { consent: None, ..optin.clone() },
            Optin { to: None, ..optin.clone() },
            Optin { user: UserId::anonymous("7").expect("valid"), ..optin },
        ] {
            assert_eq!(KnownAddress::consented(&without), None, "{without:?}");
        }
    }

    #[test]
    fn an_erasure_takes_what_any_clock_may_have_kept_before_it() {
        let (at, skew) = (Timestamp::from_millis, Duration::from_millis(5));
        assert!(is_erased(at(10), at(10), Duration::ZERO) && !is_erased(at(11), at(10), Duration::ZERO));
        assert!(is_erased(at(15), at(10), skew) && !is_erased(at(16), at(10), skew));
    }

    #[test]
    fn a_repeat_is_answered_as_the_first_and_what_is_older_waits_for_its_turn() {
        let at = Timestamp::from_millis;
        let [first, mut other] = [[1; 16], [1; 16]];
        other[15] = 9;
        assert_eq!(rule(None, &given(first, 5)), KeepRuling::Kept(at(5)));
        assert_eq!(rule(Some(&given(first, 5)), &given(first, 9)), KeepRuling::Kept(at(5)));
        assert_eq!(rule(Some(&given(first, 5)), &given(other, 9)), KeepRuling::KeyReused);
        assert_eq!(rule(Some(&given(first, 5)), &given([2; 16], 4)), KeepRuling::ClockBehind { newest: at(5) });
        assert_eq!(rule(Some(&given(first, 5)), &given([2; 16], 5)), KeepRuling::Kept(at(5)));
        let taken = KnownAddress::taken_away(PersonKey::from_bytes([1; 16]), ChannelKind::Email, at(7));
        assert_eq!(rule(Some(&given(first, 5)), &taken), KeepRuling::Kept(at(7)));
        assert_eq!(rule(Some(&taken), &given(first, 6)), KeepRuling::ClockBehind { newest: at(7) });
    }
}

//! What is kept of a person for one business: the asks that caps count, a block, an erasure.

use crate::address::{PersonKey, TopicKey};
use std::time::Duration;

use crate::call::{Call, CallId, Repeat};
use crate::caps::{CapRuling, Caps, Register, Slot};
use crate::names::BusinessId;
use crate::time::Timestamp;

/// The person item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// Where it stands.
    pub key: PersonKey,
    /// The business that asks.
    pub business: BusinessId,
    /// Its last asks.
    pub register: Register,
    /// Since when the person has blocked the business.
    pub blocked_at: Option<Timestamp>,
    /// When what was known of the person was last erased.
    pub erased_at: Option<Timestamp>,
    /// The call that erased it.
    pub erased_by: Option<CallId>,
    /// A link on its way to the person, sealed: set by an ask with `deliver_ask`.
    pub link: Option<String>,
}

/// The ask command: one update of the person item.
#[derive(Debug, Clone)]
pub struct Ask {
    /// Who is asked.
    pub person: PersonKey,
    /// Who asks.
    pub business: BusinessId,
    /// About what.
    pub topic: TopicKey,
    /// The call that asks.
    pub call: Call,
    /// The caps that hold for it.
    pub caps: Caps,
    /// When.
    pub now: Timestamp,
    /// The sealed link, when Ringonce is to bring it to the person.
    pub link: Option<String>,
}

/// What came of an ask.
#[must_use]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AskRuling {
    /// The caps decide.
    Caps(CapRuling),
    /// The person has blocked the business.
    Blocked,
}

/// Rules on `ask` over the person item as it stands.
pub fn rule(person: Option<&Person>, ask: &Ask) -> AskRuling {
    let Some(person) = person else {
        return AskRuling::Caps(CapRuling::Admitted);
    };
    let caps = person.register.rule(&ask.caps, ask.topic, &ask.call, ask.now);
    match caps {
        // What was asked under this key is erased, its link with it: the key cannot be answered as it was.
        CapRuling::Own { asked_at } if person.erased_at.is_some_and(|at| at >= asked_at) => AskRuling::Caps(CapRuling::KeyReused),
        CapRuling::Own { .. } | CapRuling::KeyReused => AskRuling::Caps(caps),
        _ if person.blocked_at.is_some() => AskRuling::Blocked,
        _ => match person.erased_at.filter(|erased_at| *erased_at >= ask.now) {
            // What is asked at or before an erasure is erased by it.
            Some(erased_at) => AskRuling::Caps(CapRuling::ClockBehind { newest: erased_at + Duration::from_millis(1) }),
            None => AskRuling::Caps(caps),
        },
    }
}

/// The erase command: one update of the person item; what follows is driven by the stream.
#[derive(Debug, Clone, Copy)]
pub struct Erase {
    /// Who is erased.
    pub person: PersonKey,
    /// The call that erases.
    pub call: CallId,
    /// When.
    pub now: Timestamp,
}

/// What came of an erasure.
#[must_use]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EraseRuling {
    /// What was known until then is erased, by this call or by its repeat.
    Erased(Timestamp),
    /// The person was never asked.
    Unknown,
    /// Something was recorded with a later time: try again with that time, or it would not be erased.
    ClockBehind {
        /// The time to use.
        newest: Timestamp,
    },
}

/// Rules on an erasure over the person item as it stands.
pub fn rule_erase(person: Option<&Person>, erase: &Erase) -> EraseRuling {
    let Some(person) = person else {
        return EraseRuling::Unknown;
    };
    if let (Some(by), Some(at)) = (person.erased_by, person.erased_at)
        && by.compare(&erase.call) != Repeat::Other
    {
        return EraseRuling::Erased(at);
    }
    let newest = person.register.slots().first().map(|slot| slot.at).max(person.erased_at);
    match newest.filter(|newest| *newest > erase.now) {
        Some(newest) => EraseRuling::ClockBehind { newest },
        None => EraseRuling::Erased(erase.now),
    }
}

/// The person item after an admitted ask.
#[must_use]
pub fn asked(person: Option<&Person>, ask: &Ask) -> Person {
    let slot = Slot { at: ask.now, call: ask.call.id, topic: ask.topic };
    let register = person.map(|person| person.register.clone()).unwrap_or_default().shifted(slot);
    Person {
        key: ask.person,
        business: ask.business.clone(),
        register,
        blocked_at: None,
        erased_at: person.and_then(|person| person.erased_at),
        erased_by: person.and_then(|person| person.erased_by),
        link: ask.link.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MILLI: Duration = Duration::from_millis(1);
    const ASKED: Timestamp = Timestamp::from_millis(1_764_000_000_000);
    const NOW: Timestamp = Timestamp::from_millis(1_764_000_060_000);

    fn call(caller: u8, request: u8) -> CallId {
        let mut bytes = [caller; 16];
        bytes[8..].fill(request);
        CallId::from_bytes(bytes)
    }

    fn ask(call: CallId, topic: u8, now: Timestamp) -> Ask {
        Ask {
            person: PersonKey::from_bytes([1; 16]),
            business: BusinessId::try_from("shop".to_owned()).expect("a business"),
            topic: TopicKey::from_bytes([topic; 16]),
            call: Call { id: call, keyed: true },
            caps: Caps::default(),
            now,
            link: None,
        }
    }

    /// Asked at `ASKED` by call 1.
    fn person() -> Person {
        asked(None, &ask(call(1, 1), 1, ASKED))
    }

    fn erased(erased_at: Timestamp) -> Person {
        Person { erased_at: Some(erased_at), erased_by: Some(call(9, 1)), ..person() }
    }

    #[test]
    fn a_repeated_ask_is_its_callers_own_unless_an_erasure_came_between() {
        let repeat = |person| rule(Some(&person), &ask(call(1, 1), 1, NOW));
        let own = AskRuling::Caps(CapRuling::Own { asked_at: ASKED });
        assert_eq!(repeat(person()), own);
        assert_eq!(repeat(erased(ASKED.before(MILLI))), own);
        for erased_at in [ASKED, ASKED + MILLI] {
            assert_eq!(repeat(erased(erased_at)), AskRuling::Caps(CapRuling::KeyReused));
        }
    }

    #[test]
    fn a_blocked_business_is_told_of_its_own_calls_and_else_that_it_is_blocked() {
        let blocked = Person { blocked_at: Some(NOW), ..person() };
        let ruling = |call| rule(Some(&blocked), &ask(call, 2, NOW));
        assert_eq!(ruling(call(1, 1)), AskRuling::Caps(CapRuling::Own { asked_at: ASKED }));
        assert_eq!(ruling(call(1, 2)), AskRuling::Caps(CapRuling::KeyReused));
        assert_eq!(ruling(call(2, 1)), AskRuling::Blocked);
        assert_eq!(rule(Some(&person()), &ask(call(2, 1), 2, NOW)), AskRuling::Caps(CapRuling::Admitted));
    }

    #[test]
    fn an_ask_comes_after_an_erasure_or_is_erased_by_it() {
        let ruling = |erased_at| rule(Some(&erased(erased_at)), &ask(call(2, 1), 2, NOW));
        assert_eq!(ruling(NOW.before(MILLI)), AskRuling::Caps(CapRuling::Admitted));
        assert_eq!(ruling(NOW), AskRuling::Caps(CapRuling::ClockBehind { newest: NOW + MILLI }));
    }

    #[test]
    fn an_ask_keeps_the_register_and_the_erasure() {
        let again = asked(Some(&erased(ASKED)), &ask(call(2, 1), 2, NOW));
        assert_eq!(again.register.slots().iter().map(|slot| slot.at).collect::<Vec<_>>(), [NOW, ASKED]);
        assert_eq!((again.erased_at, again.erased_by), (Some(ASKED), Some(call(9, 1))));
    }

    #[test]
    fn an_erasure_is_repeated_by_its_own_call_and_else_made_anew() {
        let ruling = |person: &Person, call, now| rule_erase(Some(person), &Erase { person: person.key, call, now });
        assert_eq!(ruling(&erased(NOW), call(9, 1), NOW + MILLI), EraseRuling::Erased(NOW));
        assert_eq!(ruling(&erased(NOW), call(8, 1), NOW + MILLI), EraseRuling::Erased(NOW + MILLI));
        assert_eq!(rule_erase(None, &Erase { person: person().key, call: call(9, 1), now: NOW }), EraseRuling::Unknown);
    }

    #[test]
    fn an_erasure_is_never_earlier_than_what_it_erases() {
        let ruling = |person: &Person, now| rule_erase(Some(person), &Erase { person: person.key, call: call(8, 1), now });
        for (person, newest) in [(person(), ASKED), (erased(NOW), NOW)] {
            assert_eq!(ruling(&person, newest.before(MILLI)), EraseRuling::ClockBehind { newest });
            assert_eq!(ruling(&person, newest), EraseRuling::Erased(newest));
            assert_eq!(ruling(&person, newest + MILLI), EraseRuling::Erased(newest + MILLI));
        }
    }
}

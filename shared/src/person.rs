//! What is kept of a person for one business: the asks that caps count, a block, an erasure.

use crate::address::{PersonKey, TopicKey};
use crate::call::Call;
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
        CapRuling::Own { .. } | CapRuling::KeyReused => AskRuling::Caps(caps),
        _ if person.blocked_at.is_some() => AskRuling::Blocked,
        _ => AskRuling::Caps(caps),
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
        link: ask.link.clone(),
    }
}

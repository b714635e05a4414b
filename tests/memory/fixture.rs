//! Things to ask about, and the commands of one lifecycle.

#![expect(clippy::unwrap_used, reason = "a test that cannot be set up fails by panicking")]

use ringonce_domain::address::{OptinAddress, PersonKey, ReleaseKey, TopicKey};
use ringonce_domain::business::ChannelKind;
use ringonce_domain::call::{Call, CallId};
use ringonce_domain::caps::Caps;
use ringonce_domain::ids::OptinId;
use ringonce_domain::keyring::{KeyId, KeyRing};
use ringonce_domain::link::SealedAsk;
use ringonce_domain::message::Message;
use ringonce_domain::names::{BusinessId, Topic, UserId};
use ringonce_domain::optin::{AttemptId, Optin, Reason};
use ringonce_domain::person::Ask;
use ringonce_domain::release::{Order, Release, Terms};
use ringonce_domain::rules::{Answer, Attempt, AttemptFrom, Choice, Outcome, Redeem, Revoke, Settle, Settler};
use ringonce_domain::text::{BusinessName, Title};
use ringonce_domain::time::Timestamp;
use std::time::Duration;

/// A key ring that is the same in every test.
pub fn keys() -> KeyRing {
    KeyRing::parse(&KeyRing::generate([[1; 32], [2; 32], [3; 32]])).unwrap()
}

/// When the tests begin.
pub const START: Timestamp = Timestamp::from_millis(1_764_000_000_000);

/// `START` and so many seconds.
pub fn at(seconds: u64) -> Timestamp {
    START + Duration::from_secs(seconds)
}

/// The business of the tests.
pub fn business() -> BusinessId {
    BusinessId::try_from("shop".to_owned()).unwrap()
}

/// A call by caller number `caller` for request number `request`.
pub fn call(caller: u64, request: u64, keyed: bool) -> Call {
    let mut bytes = [0; 16];
    bytes[..8].copy_from_slice(&caller.to_be_bytes());
    bytes[8..].copy_from_slice(&request.to_be_bytes());
    Call { id: CallId::from_bytes(bytes), keyed }
}

/// An attempt id.
pub fn attempt_id(number: u64) -> AttemptId {
    AttemptId(*call(number, 0, false).id.as_bytes())
}

/// A message of these words.
pub fn message(text: &str) -> Message {
    serde_json::from_value(serde_json::json!({ "text": text })).unwrap()
}

/// A release to everybody who waits for a topic, started a second after the tests begin.
pub fn release() -> Release {
    let terms = Terms {
        mac_key: KeyId(1),
        business: business(),
        topic: Topic::try_from("t".to_owned()).unwrap(),
        topic_key: TopicKey::from_bytes([9; 16]),
        message: message("x"),
        limit: None,
        order: Order::Oldest,
        batch: None,
        check_url: None,
        call: call(1, 0, false).id,
    };
    Release::started(ReleaseKey::from_bytes([7; 16]), terms, at(1))
}

/// One person and one topic.
#[derive(Debug, Clone)]
pub struct Subject {
    /// The person.
    pub user: UserId,
    /// The topic.
    pub topic: Topic,
    /// Where their opt-in stands.
    pub address: OptinAddress,
}

/// The person of that name and the topic `shirt-m`.
pub fn subject(keys: &KeyRing, user: &str) -> Subject {
    subject_of(keys, user, "shirt-m")
}

/// The person of that name and the topic of that name.
pub fn subject_of(keys: &KeyRing, user: &str, topic: &str) -> Subject {
    subject_of_business(keys, &business(), user, topic)
}

/// The same, of another business.
pub fn subject_of_business(keys: &KeyRing, business: &BusinessId, user: &str, topic: &str) -> Subject {
    let (user, topic) = (UserId::try_from(user.to_owned()).unwrap(), Topic::try_from(topic.to_owned()).unwrap());
    let address = OptinAddress { person: PersonKey::of(keys, business, &user), topic: TopicKey::of(keys, business, &topic) };
    Subject { user, topic, address }
}

impl Subject {
    /// An ask under default caps.
    pub fn ask(&self, call: Call, now: Timestamp) -> Ask {
        let (person, topic) = (self.address.person, self.address.topic);
        Ask { person, business: business(), topic, call, caps: Caps::default(), now, link: None }
    }

    /// The sealed ask of a call.
    pub fn sealed(&self, ask: Call, asked_at: Timestamp) -> SealedAsk {
        SealedAsk {
            id: OptinId { address: self.address, asked_at, link_seconds: 604_800, ask: ask.id, key: KeyId(1) },
            business: business(),
            business_name: BusinessName::try_from("The Shop".to_owned()).unwrap(),
            user: self.user.clone(),
            topic: self.topic.clone(),
            title: Title::try_from("Rad shirt, M".to_owned()).unwrap(),
            payload: None,
            locale: None,
            channels: ChannelKind::ALL.to_vec(),
        }
    }

    /// A yes to that ask.
    pub fn grant(&self, ask: Call, asked_at: Timestamp, now: Timestamp) -> Answer {
        Answer { ask: self.sealed(ask, asked_at), choice: Choice::Grant(ChannelKind::Webhook), address: None, consent: None, now }
    }

    /// A no to that ask.
    pub fn decline(&self, ask: Call, asked_at: Timestamp, now: Timestamp) -> Answer {
        Answer { choice: Choice::Decline, ..self.grant(ask, asked_at, now) }
    }

    /// A redemption of that ask's grant.
    pub fn redeem(&self, ask: Call, call: Call, text: &str, now: Timestamp) -> Redeem {
        Redeem { address: self.address, ask: ask.id, call, message: message(text), send_at: None, now }
    }

    /// An attempt at the first redemption, with a lease of a minute.
    pub fn attempt(&self, ask: Call, attempt: u64, from: AttemptFrom, now: Timestamp) -> Attempt {
        let lease = now + Duration::from_secs(60);
        Attempt { address: self.address, ask: ask.id, redemption: 1, attempt: attempt_id(attempt), now, lease, from, watched: false }
    }

    /// A settlement of the first redemption.
    pub fn settle(&self, ask: Call, by: Settler, outcome: Outcome, now: Timestamp) -> Settle {
        Settle {
            address: self.address,
            ask: ask.id,
            redemption: 1,
            call: call(2, 2, false).id,
            granted_at: START,
            channel: ChannelKind::Webhook,
            by,
            outcome,
            now,
        }
    }

    /// A revocation by the person.
    pub fn revoke(&self, ask: Call, now: Timestamp) -> Revoke {
        Revoke { address: self.address, ask: ask.id, reason: Reason::ByPerson, now }
    }
}

/// The states that an opt-in went through.
pub fn path(optin: &Optin) -> Vec<&'static str> {
    optin.timeline.iter().map(|step| step.state.word()).collect()
}

//! The ask is not stored: it is sealed into the link that the person answers.

use serde::{Deserialize, Serialize};

use crate::address::{OptinAddress, PersonKey, TopicKey};
use crate::business::ChannelKind;
use crate::call::CallId;
use crate::encoding;
use crate::ids::OptinId;
use crate::keyring::{KeyId, KeyRing};
use crate::names::{BusinessId, Locale, Topic, UserId};
use crate::text::{BusinessName, Payload, Title};
use crate::time::Timestamp;

/// Most bytes of a whole `consent_url`.
pub const LONGEST_URL: usize = 4_096;

/// Everything that an answer needs to know of its ask.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SealedAsk {
    /// The opt-in that an answer makes.
    pub id: OptinId,
    /// Who asks.
    pub business: BusinessId,
    /// Its name as people read it.
    pub business_name: BusinessName,
    /// Who is asked.
    pub user: UserId,
    /// About what.
    pub topic: Topic,
    /// In which words.
    pub title: Title,
    /// What the business wants back with the answer.
    pub payload: Option<Payload>,
    /// The person's language, if the business knows it.
    pub locale: Option<Locale>,
    /// The channels that the person can choose from, at least one.
    pub channels: Vec<ChannelKind>,
}

/// The sealed bytes, written by postcard: the addresses are not in them, they follow from the names.
#[derive(Serialize, Deserialize)]
struct Written<'a> {
    asked_at: u64,
    link_seconds: u32,
    ask: [u8; 16],
    mac_key: u8,
    business: &'a str,
    business_name: &'a str,
    user: &'a str,
    topic: &'a str,
    title: &'a str,
    payload: Option<&'a str>,
    locale: Option<&'a str>,
    channels: Vec<ChannelKind>,
}

impl SealedAsk {
    /// The code in `/c/{code}`.
    #[must_use]
    pub fn seal(&self, keys: &KeyRing) -> String {
        let written = Written {
            asked_at: self.id.asked_at.millis(),
            link_seconds: self.id.link_seconds,
            ask: *self.id.ask.as_bytes(),
            mac_key: self.id.key.0,
            business: self.business.as_str(),
            business_name: self.business_name.as_str(),
            user: self.user.as_str(),
            topic: self.topic.as_str(),
            title: self.title.as_str(),
            payload: self.payload.as_ref().map(Payload::as_str),
            locale: self.locale.as_ref().map(Locale::as_str),
            channels: self.channels.clone(),
        };
        let plain = postcard::to_allocvec(&written).expect("plain data always serialises");
        encoding::to_text(&keys.seal("link", &[], &plain))
    }

    /// Reads a code; `None` for one that this deployment did not make, or whose key it no longer holds.
    #[must_use]
    pub fn open(keys: &KeyRing, code: &str) -> Option<Self> {
        let plain = keys.open("link", &[], &encoding::from_text(code)?)?;
        let written: Written<'_> = postcard::from_bytes(&plain).ok()?;
        let business = BusinessId::try_from(written.business.to_owned()).ok()?;
        let user = UserId::try_from(written.user.to_owned()).ok()?;
        let topic = Topic::try_from(written.topic.to_owned()).ok()?;
        let id = OptinId {
            address: OptinAddress { person: PersonKey::of(keys, &business, &user), topic: TopicKey::of(keys, &business, &topic) },
            asked_at: Timestamp::from_millis(written.asked_at),
            link_seconds: written.link_seconds,
            ask: CallId::from_bytes(written.ask),
            key: KeyId(written.mac_key),
        };
        Some(Self {
            id,
            business,
            business_name: BusinessName::try_from(written.business_name.to_owned()).ok()?,
            user,
            topic,
            title: Title::try_from(written.title.to_owned()).ok()?,
            payload: written.payload.map(|text| Payload::try_from(text.to_owned())).transpose().ok()?,
            locale: written.locale.map(|text| Locale::try_from(text.to_owned())).transpose().ok()?,
            channels: written.channels,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn longest(keys: &KeyRing) -> SealedAsk {
        let business = BusinessId::try_from("b".repeat(32)).expect("valid");
        let user = UserId::try_from("u".repeat(128)).expect("valid");
        let topic = Topic::try_from("t".repeat(128)).expect("valid");
        SealedAsk {
            id: OptinId {
                address: OptinAddress { person: PersonKey::of(keys, &business, &user), topic: TopicKey::of(keys, &business, &topic) },
                asked_at: Timestamp::from_millis(1_764_000_000_000),
                link_seconds: 604_800,
                ask: CallId::from_bytes([255; 16]),
                key: KeyId(255),
            },
            business,
            business_name: BusinessName::try_from("é".repeat(40)).expect("valid"),
            user,
            topic,
            title: Title::try_from("é".repeat(65)).expect("valid"),
            payload: Some(Payload::try_from("é".repeat(1_000)).expect("valid")),
            locale: Some(Locale::try_from("x".repeat(35)).expect("valid")),
            channels: ChannelKind::ALL.to_vec(),
        }
    }

    #[test]
    fn the_longest_ask_fits_its_url_and_reads_as_it_was_sealed() {
        let keys = KeyRing::parse(&KeyRing::generate([[1; 32], [2; 32], [3; 32]])).expect("valid");
        let ask = longest(&keys);
        let code = ask.seal(&keys);
        assert!(code.len() <= LONGEST_URL - 256, "{} bytes leave 256 for the origin", code.len());
        assert_eq!(code, ask.seal(&keys), "the same ask has the same link");
        assert_eq!(SealedAsk::open(&keys, &code), Some(ask));
        assert_eq!(SealedAsk::open(&keys, &code[4..]), None);
        assert_eq!(SealedAsk::open(&keys, ""), None);
    }
}

//! What is kept of a consent beside its time and channel: the words that were shown, and the address that was named.

use std::fmt;

use serde::Serialize;

use crate::address::PersonKey;
use crate::keyring::KeyRing;
use crate::words::{CONSENT_TEXT, Words};

/// The words in which a person was asked for consent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "description", derive(utoipa::ToSchema))]
pub struct ConsentText {
    /// The version of the words.
    pub text_version: u16,
    /// Their language.
    pub language: String,
}

impl ConsentText {
    /// The present words of a language.
    #[must_use]
    pub fn of(words: &Words) -> Self {
        Self { text_version: CONSENT_TEXT, language: words.tag.to_owned() }
    }

    /// As an item holds it: `1 de`.
    #[must_use]
    pub fn to_text(&self) -> String {
        format!("{} {}", self.text_version, self.language)
    }

    /// Reads what [`ConsentText::to_text`] wrote.
    #[must_use]
    pub fn from_text(text: &str) -> Option<Self> {
        let (version, language) = text.split_once(' ')?;
        Some(Self { text_version: version.parse().ok()?, language: language.to_owned() })
    }
}

/// No address has this hash.
pub const NO_ADDRESS: [u8; 16] = [0; 16];

/// An address of a person's, encrypted, and a keyed hash of it: what tells it from another.
#[derive(Clone, PartialEq, Eq)]
pub struct SealedAddress {
    /// The address under the deployment's sealing key, bound to its person.
    pub sealed: Vec<u8>,
    /// Its keyed hash.
    pub hash: [u8; 16],
}

impl fmt::Debug for SealedAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SealedAddress")
    }
}

const DOMAIN: &str = "channel address";

impl SealedAddress {
    /// Seals an address as its channel writes it.
    #[must_use]
    pub fn seal(keys: &KeyRing, person: &PersonKey, address: &str) -> Self {
        let hash = keys.address(DOMAIN, &[person.as_bytes(), address.as_bytes()]);
        Self { sealed: keys.seal(DOMAIN, person.as_bytes(), address.as_bytes()), hash }
    }

    /// The address; `None` when it is another person's, or the ring no longer holds its key.
    #[must_use]
    pub fn open(&self, keys: &KeyRing, person: &PersonKey) -> Option<String> {
        String::from_utf8(keys.open(DOMAIN, person.as_bytes(), &self.sealed)?).ok()
    }
}

/// The address that an answer names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AnswerAddress {
    /// The address.
    pub sealed: SealedAddress,
    /// Whether it was typed, so that it may be somebody else's until it is confirmed.
    pub is_to_be_confirmed: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_opens_for_its_person_alone_and_is_told_from_others_by_its_hash() {
        let keys = KeyRing::parse(&KeyRing::generate([[1; 32], [2; 32], [3; 32]])).expect("valid");
        let (ada, bea) = (PersonKey::from_bytes([1; 16]), PersonKey::from_bytes([2; 16]));
        let sealed = SealedAddress::seal(&keys, &ada, "ada@shop.example");
        assert_eq!(sealed.open(&keys, &ada).as_deref(), Some("ada@shop.example"));
        assert_eq!(sealed.open(&keys, &bea), None);
        assert_eq!(sealed.hash, SealedAddress::seal(&keys, &ada, "ada@shop.example").hash);
        assert_ne!(sealed.hash, SealedAddress::seal(&keys, &ada, "bea@shop.example").hash);
        assert_eq!(format!("{sealed:?}"), "SealedAddress");
    }

    #[test]
    fn the_words_of_consent_read_as_they_were_written() {
        let words = ConsentText::of(crate::words::ALL[1]);
        assert_eq!(words.to_text(), "2 de");
        assert_eq!(ConsentText::from_text("2 de"), Some(words));
        for bad in ["", "de", "x de"] {
            assert_eq!(ConsentText::from_text(bad), None, "{bad}");
        }
    }
}

//! API keys: `ro_sk_` (secret) or `ro_pk_` (publishable), 48 hex digits of randomness and 8 of checksum.
//!
//! The checksum lets a mistyped or made-up key be refused without a read; only a key's SHA-256 is ever stored.

use std::fmt;

use aws_lc_rs::digest::{SHA256, digest};
use serde::{Deserialize, Serialize};

use crate::encoding;
use crate::text::Invalid;

/// How many random bytes make a key.
pub const RANDOM_LEN: usize = 24;
const CHECKSUM_DIGITS: usize = 8;

/// What a key may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum KeyKind {
    /// Everything its business may; it stays on the business's servers.
    #[serde(rename = "sk")]
    Secret,
    /// Asking only, from the business's allowed origins; it stands in shop pages.
    #[serde(rename = "pk")]
    Publishable,
}

impl KeyKind {
    const fn prefix(self) -> &'static str {
        match self {
            Self::Secret => "ro_sk_",
            Self::Publishable => "ro_pk_",
        }
    }
}

/// An API key as its business holds it: shown once, never stored. `Debug` prints no part of it.
#[derive(Clone)]
pub struct ApiKey {
    kind: KeyKind,
    text: String,
}

/// What is stored of an API key: the SHA-256 of its text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ApiKeyHash([u8; 32]);

impl fmt::Debug for ApiKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ApiKey")
    }
}

impl ApiKey {
    /// A new key of `random` bytes.
    #[must_use]
    pub fn new(kind: KeyKind, random: [u8; RANDOM_LEN]) -> Self {
        let body = format!("{}{}", kind.prefix(), encoding::to_hex(&random));
        let text = format!("{body}{}", checksum(&body));
        Self { kind, text }
    }

    /// Reads a key.
    ///
    /// # Errors
    /// When it has no known prefix, or its checksum says that it was mistyped or made up.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        let kind = [KeyKind::Secret, KeyKind::Publishable]
            .into_iter()
            .find(|kind| text.starts_with(kind.prefix()))
            .ok_or_else(|| Invalid::new("Authorization", "must hold a key that begins with `ro_sk_` or `ro_pk_`"))?;
        let expected_len = kind.prefix().len() + 2 * RANDOM_LEN + CHECKSUM_DIGITS;
        let sound = text.is_ascii() && text.len() == expected_len && {
            let (body, check) = text.split_at(text.len() - CHECKSUM_DIGITS);
            checksum(body) == check
        };
        if !sound {
            return Err(Invalid::new("Authorization", "holds a key that was mistyped or cut: its checksum does not fit"));
        }
        Ok(Self { kind, text: text.to_owned() })
    }

    /// What the key may do.
    #[must_use]
    pub fn kind(&self) -> KeyKind {
        self.kind
    }

    /// The key itself, to be shown once.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.text
    }

    /// The last four characters, by which people tell their keys apart.
    #[must_use]
    pub fn last_four(&self) -> &str {
        &self.text[self.text.len() - 4..]
    }

    /// What is stored of it.
    #[must_use]
    pub fn hash(&self) -> ApiKeyHash {
        ApiKeyHash(digest(&SHA256, self.text.as_bytes()).as_ref().try_into().expect("SHA-256 is 32 bytes"))
    }
}

impl ApiKeyHash {
    /// The hash as 64 hex digits.
    #[must_use]
    pub fn to_text(&self) -> String {
        encoding::to_hex(&self.0)
    }

    /// The hash from its hex digits.
    #[must_use]
    pub fn from_text(text: &str) -> Option<Self> {
        if text.len() != 64 || !text.is_ascii() {
            return None;
        }
        let mut bytes = [0; 32];
        for (byte, digits) in bytes.iter_mut().zip(text.as_bytes().chunks_exact(2)) {
            *byte = u8::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()?;
        }
        Some(Self(bytes))
    }
}

fn checksum(body: &str) -> String {
    encoding::to_hex(&digest(&SHA256, body.as_bytes()).as_ref()[..CHECKSUM_DIGITS / 2])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_reads_as_it_was_made_and_a_mistyped_one_does_not() {
        for kind in [KeyKind::Secret, KeyKind::Publishable] {
            let key = ApiKey::new(kind, [5; RANDOM_LEN]);
            let read = ApiKey::parse(key.reveal()).expect("sound");
            assert_eq!((read.kind(), read.hash()), (kind, key.hash()));
            assert_eq!(ApiKeyHash::from_text(&key.hash().to_text()), Some(key.hash()));
            for at in 0..key.reveal().len() {
                let mut typo = key.reveal().to_owned().into_bytes();
                typo[at] = if typo[at] == b'1' { b'2' } else { b'1' };
                assert!(ApiKey::parse(&String::from_utf8(typo).expect("ascii")).is_err(), "position {at}");
            }
        }
        assert!(ApiKey::parse("ro_sk_").is_err());
        assert_eq!(format!("{:?}", ApiKey::new(KeyKind::Secret, [1; RANDOM_LEN])), "ApiKey");
    }

    #[test]
    fn a_key_is_known_again_by_its_last_four_characters() {
        let key = ApiKey::new(KeyKind::Secret, [5; RANDOM_LEN]);
        assert_eq!(key.reveal().len(), 62);
        assert_eq!(key.last_four(), &key.reveal()[58..]);
    }

    #[test]
    fn a_hash_is_64_digits_and_nothing_else() {
        let digits = ApiKey::new(KeyKind::Secret, [5; RANDOM_LEN]).hash().to_text();
        assert_eq!(digits.len(), 64);
        for bad in [&digits[1..], &digits[2..], &format!("{digits}00"), &format!("é{}", &digits[2..]), &format!("x{}", &digits[1..]), ""] {
            assert_eq!(ApiKeyHash::from_text(bad), None, "{bad}");
        }
    }
}

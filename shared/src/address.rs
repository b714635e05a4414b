//! Where a person and a topic stand in the table: keyed hashes, so that no id of a person is ever a key.

use crate::call::CallId;
use crate::encoding;
use crate::keyring::KeyRing;
use crate::limit::Limit;
use crate::names::{BusinessId, Topic, UserId};

/// Makes a 16-byte hash type that reads and writes as base64url.
macro_rules! hash_type {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub(crate) [u8; 16]);

        impl $name {
            /// The hash from its bytes, as an item holds it.
            #[must_use]
            pub fn from_bytes(bytes: [u8; 16]) -> Self {
                Self(bytes)
            }

            /// The hash's bytes.
            #[must_use]
            pub fn as_bytes(&self) -> &[u8; 16] {
                &self.0
            }

            /// The hash as base64url, 22 characters.
            #[must_use]
            pub fn to_text(&self) -> String {
                encoding::to_text(&self.0)
            }

            /// The hash from its text.
            #[must_use]
            pub fn from_text(text: &str) -> Option<Self> {
                encoding::array_from_text(text).map(Self)
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(&self.to_text())
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = String::deserialize(deserializer)?;
                Self::from_text(&text).ok_or_else(|| serde::de::Error::custom("no hash"))
            }
        }
    };
}

hash_type!(
    /// One person as one business knows them.
    PersonKey
);
hash_type!(
    /// One release.
    ReleaseKey
);
hash_type!(
    /// One of those whom a limit counts.
    LimitKey
);
hash_type!(
    /// One topic of one business.
    TopicKey
);

impl PersonKey {
    /// Where `user` of `business` stands.
    #[must_use]
    pub fn of(keys: &KeyRing, business: &BusinessId, user: &UserId) -> Self {
        Self(keys.address("person", &[business.as_str().as_bytes(), user.as_str().as_bytes()]))
    }
}

impl LimitKey {
    /// Where `limit` counts `subject` for `business`: an address that this hash is all there is of.
    #[must_use]
    pub fn of(keys: &KeyRing, business: &BusinessId, limit: &Limit, subject: &[u8]) -> Self {
        Self(keys.address("limit", &[business.as_str().as_bytes(), limit.what.as_bytes(), subject]))
    }
}

impl ReleaseKey {
    /// Where the release stands that a call of `business` starts: a named call's repeat finds it there.
    #[must_use]
    pub fn of(keys: &KeyRing, business: &BusinessId, call: &CallId) -> Self {
        Self(keys.address("release", &[business.as_str().as_bytes(), call.caller()]))
    }
}

impl TopicKey {
    /// Where `topic` of `business` stands.
    #[must_use]
    pub fn of(keys: &KeyRing, business: &BusinessId, topic: &Topic) -> Self {
        Self(keys.address("topic", &[business.as_str().as_bytes(), topic.as_str().as_bytes()]))
    }
}

/// Where the opt-in of one person to one topic stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct OptinAddress {
    /// Whose it is.
    pub person: PersonKey,
    /// What it is about.
    pub topic: TopicKey,
}

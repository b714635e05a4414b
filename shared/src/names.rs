//! The names by which a business speaks of itself, its people and its topics.

use std::fmt;

use crate::text::{Invalid, text_type};

/// Longest topic, user id or business id in bytes.
const LONGEST_TOPIC: usize = 128;
const LONGEST_BUSINESS: usize = 32;

/// Where the people of publishable keys live: their ids begin with this, and nobody else's do.
pub const ANONYMOUS: &str = "anon:";

/// A name over a fixed alphabet: private field, one constructor, the error names the rule.
macro_rules! name_type {
    ($(#[doc = $doc:literal])+ $name:ident, $field:literal, longest: $longest:expr, allowed: $allowed:expr, class: $class:literal, says: $says:literal) => {
        #[cfg(feature = "description")]
        impl utoipa::PartialSchema for $name {
            fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::Schema> {
                $crate::description::name($longest, $class, concat!($($doc),+))
            }
        }

        #[cfg(feature = "description")]
        impl utoipa::ToSchema for $name {}

        $(#[doc = $doc])+
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            /// The name.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl TryFrom<String> for $name {
            type Error = Invalid;

            fn try_from(text: String) -> Result<Self, Invalid> {
                let allowed: fn(u8) -> bool = $allowed;
                if text.is_empty() || text.len() > $longest || !text.bytes().all(allowed) {
                    return Err(Invalid::new($field, format!(concat!("must be 1 to {} bytes of ", $says), $longest)));
                }
                Ok(Self(text))
            }
        }

        impl From<$name> for String {
            fn from(name: $name) -> Self {
                name.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

name_type!(
    /// What a person may be told about, in the business's own terms: `shirt-m`, `order:17`.
    Topic, "topic", longest: LONGEST_TOPIC,
    allowed: |b| b.is_ascii_alphanumeric() || matches!(b, b':' | b'_' | b'-'),
    class: "A-Za-z0-9:_-",
    says: "A-Z, a-z, 0-9, `:`, `_` and `-`"
);
name_type!(
    /// A business of this deployment.
    BusinessId, "business", longest: LONGEST_BUSINESS,
    allowed: |b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-',
    class: "a-z0-9-",
    says: "a-z, 0-9 and `-`"
);
name_type!(
    /// A language tag (BCP 47), such as `de` or `pt-BR`.
    Locale, "locale", longest: 35,
    allowed: |b| b.is_ascii_alphanumeric() || b == b'-',
    class: "A-Za-z0-9-",
    says: "a language tag such as `de` or `pt-BR`"
);
name_type!(
    /// What a caller sends as `Idempotency-Key` so that a repeated call runs once: visible ASCII.
    IdempotencyKey, "Idempotency-Key", longest: 255,
    allowed: |b| b.is_ascii_graphic(),
    class: "!-~",
    says: "visible ASCII"
);
name_type!(
    /// Which occurrence of a schedule it is: the same however often it is brought, and another one the next time.
    Execution, "execution", longest: 255,
    allowed: |b| b.is_ascii_graphic() && !matches!(b, b'<' | b'>'),
    class: "!-;=?-~",
    says: "visible ASCII without `<` and `>`: with a placeholder left in it, every occurrence would be taken for one"
);

text_type!(
    /// A person as the business calls them: 1 to 128 bytes without control characters.
    UserId, "user", graphemes: 128, bytes: 128, lines: false
);

impl UserId {
    /// The id of a person whom only a publishable key names: in a namespace apart from the business's real users.
    ///
    /// # Errors
    /// When `text` is no user id, or too long with the prefix.
    pub fn anonymous(text: &str) -> Result<Self, Invalid> {
        Self::try_from(format!("{ANONYMOUS}{}", text.strip_prefix(ANONYMOUS).unwrap_or(text)))
    }

    /// The id of a person whom the business itself knows.
    ///
    /// # Errors
    /// When `text` is no user id, or one of a person whom only a publishable key names.
    pub fn of_business(text: String) -> Result<Self, Invalid> {
        let user = Self::try_from(text)?;
        if user.is_anonymous() {
            return Err(Invalid::new("user", format!("must not begin with `{ANONYMOUS}`: only publishable keys ask such people")));
        }
        Ok(user)
    }

    /// Whether this person is known by a publishable key alone.
    #[must_use]
    pub fn is_anonymous(&self) -> bool {
        self.as_str().starts_with(ANONYMOUS)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_topic_outside_its_alphabet_is_refused_by_name() {
        for bad in ["", "a b", "ümlaut", "a/b", &"x".repeat(129)] {
            assert_eq!(Topic::try_from(bad.to_owned()).map_err(|e| e.field), Err("topic"), "{bad:?}");
        }
        assert!(Topic::try_from("shirt:M_2-a".to_owned()).is_ok());
    }

    #[test]
    fn an_anonymous_person_is_never_a_real_one() {
        let anonymous = UserId::anonymous("7").expect("valid");
        assert_eq!(anonymous.as_str(), "anon:7");
        assert!(anonymous.is_anonymous());
        assert_eq!(UserId::anonymous("anon:7"), Ok(anonymous));
        let known = UserId::of_business("ada".to_owned()).expect("valid");
        assert_eq!((known.as_str(), known.is_anonymous()), ("ada", false));
        assert_eq!(UserId::of_business("anon:7".to_owned()).map_err(|e| e.field), Err("user"));
        assert!(UserId::of_business("not-anon:7".to_owned()).is_ok());
    }
}

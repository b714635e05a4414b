//! What must not be seen: `Debug` of a secret shows its kind and nothing of it.

use std::fmt;

use serde::{Deserialize, Serialize};

macro_rules! secret {
    ($(#[$meta:meta])* $name:ident, $shown:literal) => {
        $(#[$meta])*
        #[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(String);

        impl $name {
            /// Takes it as text; space around it, such as the end of a line, is no part of it.
            #[must_use]
            pub fn new(text: impl AsRef<str>) -> Self {
                Self(text.as_ref().trim().to_owned())
            }

            /// The text itself.
            #[must_use]
            pub fn reveal(&self) -> &str {
                &self.0
            }
        }

        impl From<&str> for $name {
            fn from(text: &str) -> Self {
                Self::new(text)
            }
        }

        impl From<String> for $name {
            fn from(text: String) -> Self {
                Self::new(text)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str($shown)
            }
        }
    };
}

secret! {
    /// A business's secret key, `ro_sk_...`.
    ApiKey, "ApiKey(..)"
}
secret! {
    /// A token, `ro_tok_...`: whoever holds it and the key can send its one message.
    Token, "Token(..)"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_shows_nothing_of_a_secret() {
        let (key, token) = (ApiKey::new("ro_sk_abc\n"), Token::from("ro_tok_abc"));
        assert_eq!(format!("{key:?} {token:?}"), "ApiKey(..) Token(..)");
        assert_eq!((key.reveal(), token.reveal()), ("ro_sk_abc", "ro_tok_abc"));
    }
}

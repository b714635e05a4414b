//! E-mail: what a message is made of, how it is written down, and the way out by Amazon SES.
//!
//! E-mail cannot recognise a repeat: no server takes an idempotency key. So a [`Mailer`] tries once, and whatever is not
//! certainly "not sent" is [`Verdict::Unclear`].

use std::fmt;

use async_trait::async_trait;
use ringonce_domain::email::EmailAddress;
use ringonce_domain::message::Url;
use ringonce_domain::names::Locale;
use ringonce_domain::text::Invalid;

mod compose;
mod header;
pub mod ses;

use crate::webhook::Verdict;
use header::Words;

/// Most characters of a display name.
const LONGEST_NAME: usize = 80;
/// Longest left side of a `Message-ID` in bytes.
const LONGEST_TOKEN: usize = 128;
/// Longest address in `List-Unsubscribe` in bytes: with its name it must fit a line of 998 (RFC 5322, section 2.1.1).
const LONGEST_UNSUBSCRIBE: usize = 900;

/// A way out for e-mail.
#[async_trait]
pub trait Mailer: Send + Sync {
    /// Tries once to send `mail`.
    async fn send(&self, mail: &Mail) -> Verdict;
}

/// An e-mail to one person.
#[derive(Clone)]
pub struct Mail {
    /// Who it is from.
    pub from: Sender,
    /// Whom it is to: nobody else gets it, whatever stands in its texts.
    pub to: EmailAddress,
    /// What it is about: one line, cut after 200 characters.
    pub subject: String,
    /// What it says, as plain text.
    pub text: String,
    /// The same as HTML; whoever makes it has escaped what stands in it.
    pub html: String,
    /// Where one click ends such messages (RFC 8058).
    pub unsubscribe: Option<Unsubscribe>,
    /// The left side of its `Message-ID`; the right side is the sender's domain.
    pub message_id: MessageToken,
    /// The language of its texts.
    pub lang: Option<Locale>,
}

impl fmt::Debug for Mail {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Mail").field("message_id", &self.message_id.0).finish_non_exhaustive()
    }
}

/// Who an e-mail is from.
#[derive(Clone)]
pub struct Sender {
    name: Words,
    address: EmailAddress,
}

impl Sender {
    /// A sender whom people see as `name`, or as the address alone where that is empty. Of the name stays one line of at
    /// most 80 characters, without controls and direction overrides.
    #[must_use]
    pub fn new(name: &str, address: EmailAddress) -> Self {
        Self { name: Words::new(name, LONGEST_NAME), address }
    }

    /// The address.
    #[must_use]
    pub fn address(&self) -> &EmailAddress {
        &self.address
    }
}

impl fmt::Debug for Sender {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Sender")
    }
}

/// What tells an e-mail from all others: 1 to 128 bytes of A-Z, a-z, 0-9, `_` and `-`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MessageToken(String);

impl MessageToken {
    /// The token.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for MessageToken {
    type Error = Invalid;

    fn try_from(text: String) -> Result<Self, Invalid> {
        let allowed = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-');
        if text.is_empty() || text.len() > LONGEST_TOKEN || !text.bytes().all(allowed) {
            return Err(Invalid::new("message_id", format!("must be 1 to {LONGEST_TOKEN} bytes of A-Z, a-z, 0-9, `_` and `-`")));
        }
        Ok(Self(text))
    }
}

/// An address that takes a one-click unsubscription: `https://` (or `http://` on a loopback host), at most 900 bytes.
#[derive(Clone, PartialEq, Eq)]
pub struct Unsubscribe(Url);

impl Unsubscribe {
    /// The address.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }
}

impl TryFrom<Url> for Unsubscribe {
    type Error = Invalid;

    fn try_from(url: Url) -> Result<Self, Invalid> {
        match url.as_str().len() <= LONGEST_UNSUBSCRIBE {
            true => Ok(Self(url)),
            false => Err(Invalid::new("unsubscribe", format!("must be at most {LONGEST_UNSUBSCRIBE} bytes"))),
        }
    }
}

impl fmt::Debug for Unsubscribe {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Unsubscribe")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_token_is_part_of_a_header_and_of_a_file_name_as_it_is() {
        assert!(MessageToken::try_from("ro_msg_A-1".to_owned()).is_ok());
        for bad in ["", "a b", "a@b", "a>b", "../a", "a.b", "a\r\nBcc: x", "ä", &"x".repeat(129)] {
            assert_eq!(MessageToken::try_from(bad.to_owned()).map_err(|e| e.field), Err("message_id"), "{bad:?}");
        }
    }
}

//! E-mail addresses, as people type them.

use std::fmt;

use crate::text::Invalid;

/// Longest address in bytes: what fits a path of 256 with its angle brackets (RFC 5321, section 4.5.3.1.3).
const LONGEST: usize = 254;
/// Longest local part in bytes (RFC 5321, section 4.5.3.1.1).
const LONGEST_LOCAL: usize = 64;
/// Longest label of a domain in bytes (RFC 1035, section 2.3.4).
const LONGEST_LABEL: usize = 63;

/// Where a person reads e-mail: one `local@domain` (RFC 5321, section 4.1.2) with a dot-string before the `@` and a domain of
/// at least two labels behind it, in lower case and in ASCII (RFC 5890). The local part stays as it was typed: only its
/// server knows whether its case matters.
///
/// Nothing else that RFC 5322 would allow is taken: no name, no quoted string, no comment, no list. So an address can stand
/// in a header or in an SMTP command as it is.
#[derive(Clone, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct EmailAddress(String);

impl EmailAddress {
    /// The address.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What stands before the `@`.
    #[must_use]
    pub fn local(&self) -> &str {
        self.parts().0
    }

    /// What stands behind the `@`.
    #[must_use]
    pub fn domain(&self) -> &str {
        self.parts().1
    }

    /// The address as its owner knows it again and others learn little from: its first character and its domain.
    #[must_use]
    pub fn masked(&self) -> String {
        let (local, domain) = self.parts();
        format!("{}•••@{domain}", local.chars().next().unwrap_or_default())
    }

    fn parts(&self) -> (&str, &str) {
        self.0.split_once('@').unwrap_or((&self.0, ""))
    }
}

impl TryFrom<String> for EmailAddress {
    type Error = Invalid;

    fn try_from(text: String) -> Result<Self, Invalid> {
        let text = text.trim();
        // Before anything is done with it: what is far too long is not worth a look.
        if text.len() > LONGEST {
            return Err(refused(format!("must be at most {LONGEST} bytes")));
        }
        let (local, domain) = text.split_once('@').ok_or_else(|| refused("must be an address such as name@example.com"))?;
        check_local(local)?;
        let address = format!("{local}@{}", ascii(domain)?);
        if address.len() > LONGEST {
            return Err(refused(format!("must be at most {LONGEST} bytes with its domain in ASCII")));
        }
        Ok(Self(address))
    }
}

impl From<EmailAddress> for String {
    fn from(address: EmailAddress) -> Self {
        address.0
    }
}

impl fmt::Debug for EmailAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("EmailAddress")
    }
}

/// An error that names the rule, and nothing of the address.
fn refused(rule: impl Into<String>) -> Invalid {
    Invalid::new("email", rule)
}

/// A dot-string of atoms.
fn check_local(local: &str) -> Result<(), Invalid> {
    if local.len() > LONGEST_LOCAL {
        return Err(refused(format!("must have at most {LONGEST_LOCAL} bytes before the `@`")));
    }
    match local.split('.').all(is_atom) {
        true => Ok(()),
        false => Err(refused("must have letters and digits of ASCII, and single dots or signs of !#$%&'*+-/=?^_`{|}~, before the `@`")),
    }
}

/// `Atom` of RFC 5321: `atext` of RFC 5322, section 3.2.3.
fn is_atom(atom: &str) -> bool {
    !atom.is_empty() && atom.bytes().all(|b| b.is_ascii_alphanumeric() || b"!#$%&'*+-/=?^_`{|}~".contains(&b))
}

/// The domain in lower case and in ASCII.
fn ascii(domain: &str) -> Result<String, Invalid> {
    let domain = domain.to_ascii_lowercase();
    let is_international = !domain.is_ascii() || domain.split('.').any(|label| label.starts_with("xn--"));
    let domain = if is_international { idna::domain_to_ascii_strict(&domain).map_err(|_| no_domain())? } else { domain };
    let mut labels = domain.rsplit('.');
    // A top-level domain is never all digits (RFC 3696, section 2): this is an IP address.
    let ends_in_a_name = labels.next().is_some_and(|label| is_label(label) && !label.bytes().all(|b| b.is_ascii_digit()));
    let mut rest = labels.peekable();
    if ends_in_a_name && rest.peek().is_some() && rest.all(is_label) { Ok(domain) } else { Err(no_domain()) }
}

fn no_domain() -> Invalid {
    refused("must have a domain such as example.com behind the `@`")
}

/// A label of letters, digits and hyphens (RFC 1123, section 2.1).
fn is_label(label: &str) -> bool {
    let allowed = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
    (1..=LONGEST_LABEL).contains(&label.len()) && label.bytes().all(allowed) && !label.starts_with('-') && !label.ends_with('-')
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn address(text: &str) -> Result<EmailAddress, Invalid> {
        EmailAddress::try_from(text.to_owned())
    }

    #[test]
    fn an_address_is_taken_as_people_type_it() {
        for (typed, kept) in [
            ("ann@example.com", "ann@example.com"),
            ("  Ann.Lee+shop@Example.COM\r\n", "Ann.Lee+shop@example.com"),
            ("o'brien_{x}=1@mail.example.co.uk", "o'brien_{x}=1@mail.example.co.uk"),
            ("a@xn--bcher-kva.example", "a@xn--bcher-kva.example"),
            ("a@Bücher.example", "a@xn--bcher-kva.example"),
            ("a@例え.テスト", "a@xn--r8jz45g.xn--zckzah"),
            ("a@straße.de", "a@xn--strae-oqa.de"),
            ("a@1.example", "a@1.example"),
        ] {
            assert_eq!(address(typed).map(String::from).as_deref(), Ok(kept), "{typed:?}");
        }
        let parts = address("Ann@Example.com").expect("valid");
        assert_eq!((parts.local(), parts.domain()), ("Ann", "example.com"));
        assert_eq!(parts.masked(), "A•••@example.com");
    }

    #[test]
    fn what_is_not_exactly_one_plain_address_is_refused_by_name() {
        for bad in [
            "",
            "@",
            "ann",
            "ann@",
            "@example.com",
            "ann@example",
            "ann@@example.com",
            "a@b@example.com",
            "ann@example.com@evil.example",
            ".ann@example.com",
            "ann.@example.com",
            "a..b@example.com",
            "a b@example.com",
            "\"a b\"@example.com",
            "\"\"@example.com",
            "Ann <ann@example.com>",
            "<ann@example.com>",
            "ann@example.com, bob@example.com",
            "ann,bob@example.com",
            "a;b@example.com",
            "ann(comment)@example.com",
            "ann@example.com (comment)",
            "ann\\@example.com",
            "a:b@example.com",
            "mailto:ann@example.com",
            "ann@example.com\r\nBcc: bob@example.com",
            "ann\r\n@example.com",
            "ann\n@example.com",
            "ann@exam\rple.com",
            "ann@example.com\0.x",
            "an\0n@example.com",
            "ann@exa\tmple.com",
            "än@example.com",
            "ann\u{FF20}example.com",
            "ann\u{202E}@example.com",
            "ann@-example.com",
            "ann@example-.com",
            "ann@example..com",
            "ann@.example.com",
            "ann@example.com.",
            "ann@exam_ple.com",
            "ann@127.0.0.1",
            "ann@[127.0.0.1]",
            "ann@[IPv6:::1]",
            "ann@example.123",
            "ann@exa mple.com",
            "ann@example.com/x",
            "ann@ex%61mple.com",
            "ann@xn--a.example",
            "ann@exa\u{200B}mple.com@x",
            "ann@\u{202E}bücher.example",
            "ann@bü<cher.example",
            "ann@bü_cher.example",
            "ann@example.com\u{0}",
            "ann@example.com?bcc=bob@example.com",
            "=?utf-8?q?ann?=@",
            "ann@example.com>",
            "ann@exämple",
        ] {
            assert_eq!(address(bad).map_err(|e| e.field), Err("email"), "{bad:?}");
        }
    }

    #[test]
    fn an_address_and_its_parts_have_their_longest_sizes() {
        let with = |local: usize, domain: &str| address(&format!("{}@{domain}", "x".repeat(local)));
        assert!(with(64, "example.com").is_ok());
        assert!(with(65, "example.com").is_err());
        assert!(with(1, &format!("{}.com", "y".repeat(63))).is_ok());
        assert!(with(1, &format!("{}.com", "y".repeat(64))).is_err());
        let domain = |last: usize| format!("{0}.{0}.{0}.{1}", "y".repeat(55), "z".repeat(last));
        assert!(with(64, &domain(21)).is_ok(), "254 bytes");
        assert!(with(64, &domain(22)).is_err(), "255 bytes");
        assert!(address(&format!("a@{}.example", "ü".repeat(100))).is_err());
    }

    #[test]
    fn an_address_is_never_shown_by_debug_nor_by_an_error() {
        assert_eq!(format!("{:?}", address("ann@example.com").expect("valid")), "EmailAddress");
        for bad in ["sec ret@example.com", "secret@exa mple.com", &format!("{}@secret.example", "secret".repeat(20))] {
            let error = address(bad).expect_err("invalid").to_string();
            assert!(!error.contains("secret") && !error.contains("mple.com,"), "{error}");
        }
    }

    #[test]
    fn an_address_is_read_from_json_by_the_same_rules() {
        assert_eq!(serde_json::from_str::<EmailAddress>("\" a@Example.com \"").map(String::from).ok().as_deref(), Some("a@example.com"));
        assert!(serde_json::from_str::<EmailAddress>("\"a@b\"").is_err());
    }

    proptest! {
        #[test]
        fn no_accepted_address_can_break_out_of_a_header(text in "\\PC{0,12}[@.,<>\\r\\n ]{0,3}[a-z]{1,5}@[A-Za-zü.-]{1,12}\\.[a-z]{2,3}") {
            if let Ok(address) = address(&text) {
                let text = address.as_str();
                prop_assert!(text.is_ascii() && text.len() <= 254);
                prop_assert!(!text.bytes().any(|b| b <= b' ' || b == 0x7F || b",<>()\"\\;:[]".contains(&b)));
                prop_assert_eq!(text.matches('@').count(), 1);
                prop_assert_eq!(super::EmailAddress::try_from(text.to_owned()), Ok(address.clone()), "what was kept is taken again");
            }
        }
    }
}

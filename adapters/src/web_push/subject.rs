//! Whom a push service can ask about a sender.

use url::{Host, Url};

/// Ends of names that lead to nobody (RFC 2606, 6761, 6762 and 9476, and ICANN of `internal`). Apple answers 403 `BadJwtToken` to them.
const NOBODYS: &[&str] =
    &["localhost", "local", "internal", "alt", "invalid", "test", "example", "example.com", "example.org", "example.net"];

/// Most bytes of a subject.
const LONGEST: usize = 255;

/// Checks a subject (RFC 8292, section 2.1), as strictly as the strictest push service does.
///
/// # Errors
/// What it must be instead, as the rest of a sentence.
pub(super) fn check(subject: &str) -> Result<(), String> {
    if subject.len() > LONGEST || !subject.bytes().all(|b| b.is_ascii_graphic() && !matches!(b, b'<' | b'>')) {
        return Err(format!("must be such as mailto:push@shop.com: at most {LONGEST} bytes of ASCII, without spaces and without < and >"));
    }
    let name = match subject.strip_prefix("mailto:") {
        Some(address) => of_address(address),
        None => of_url(subject),
    };
    let name = name.ok_or("must be mailto: and an e-mail address, or an https:// address, at which you can be reached")?;
    if leads_to_nobody(&name) {
        return Err(format!("must lead to you: Apple refuses `{name}`. Name a domain of your own, such as that of RINGONCE_ORIGIN"));
    }
    Ok(())
}

/// The domain of an e-mail address.
fn of_address(address: &str) -> Option<String> {
    let (local, domain) = address.split_once('@')?;
    if local.is_empty() { None } else { name(Host::parse(domain).ok()?) }
}

/// The domain of an https address.
fn of_url(url: &str) -> Option<String> {
    let url = Url::parse(url).ok().filter(|url| url.scheme() == "https" && url.username().is_empty() && url.password().is_none())?;
    name(url.host()?.to_owned())
}

fn name(host: Host<String>) -> Option<String> {
    match host {
        Host::Domain(name) => Some(name.trim_end_matches('.').to_owned()),
        Host::Ipv4(_) | Host::Ipv6(_) => None,
    }
}

fn leads_to_nobody(name: &str) -> bool {
    let ends_in = |end: &&str| name.strip_suffix(*end).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'));
    !name.contains('.') || NOBODYS.iter().any(ends_in)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_subject_at_which_somebody_can_be_reached_is_taken() {
        for subject in
            ["mailto:push@shop.com", "mailto:a+b@mail.shop.co.uk", "https://shop.com", "https://shop.com/contact", "https://latest.de"]
        {
            assert_eq!(check(subject), Ok(()), "{subject}");
        }
    }

    #[test]
    fn a_subject_that_apple_refuses_is_refused_with_what_to_do() {
        for (subject, said) in [
            ("", "mailto: and an e-mail address"),
            ("push@shop.com", "mailto: and an e-mail address"),
            ("mailto:", "mailto: and an e-mail address"),
            ("mailto:@shop.com", "mailto: and an e-mail address"),
            ("mailto:push@a@shop.com", "mailto: and an e-mail address"),
            ("mailto:push@shop.com?subject=x", "mailto: and an e-mail address"),
            ("http://shop.com", "mailto: and an e-mail address"),
            ("https://1.1.1.1", "mailto: and an e-mail address"),
            ("https://me@shop.com", "mailto: and an e-mail address"),
            ("mailto: push@shop.com", "without spaces"),
            ("mailto:<push@shop.com>", "without spaces and without <"),
            ("mailto:Shop <push@shop.com>", "without spaces and without <"),
            ("mailto:push@localhost", "Apple refuses `localhost`"),
            ("mailto:push@shop.localhost", "Apple refuses"),
            ("mailto:push@intranet", "Apple refuses"),
            ("mailto:push@shop.local", "Apple refuses"),
            ("mailto:push@shop.invalid", "Apple refuses"),
            ("mailto:push@shop.test", "Apple refuses"),
            ("mailto:push@example.com", "Apple refuses `example.com`"),
            ("mailto:push@mail.EXAMPLE.org", "Apple refuses `mail.example.org`"),
            ("https://example.net./x", "Apple refuses `example.net`"),
            ("https://localhost:8080", "Apple refuses"),
        ] {
            let error = check(subject).expect_err(subject);
            assert!(error.starts_with("must ") && error.contains(said), "{subject}: {error}");
        }
    }
}

//! The one guard that every URL passes which somebody gave us: https, public addresses, nothing hidden in it.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use thiserror::Error;
use url::{Host, Url};

/// Which addresses may be called.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// https on public addresses.
    Public,
    /// These, and plain http on loopback: `ringonce dev` alone.
    PublicAndLoopback,
}

/// Why an address may not be called.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{0}")]
pub struct NotAllowed(String);

/// The endpoint of a URL, checked as far as its text goes.
pub(super) struct Endpoint {
    pub(super) host: Host<String>,
    pub(super) port: u16,
    pub(super) tls: bool,
    pub(super) path: String,
    pub(super) authority: String,
}

/// Checks a URL that somebody gives us, as far as its text goes.
///
/// # Errors
/// Says what it must be instead.
pub fn check_url(text: &str, reach: Reach) -> Result<(), NotAllowed> {
    endpoint(text, reach).map(|_| ())
}

pub(super) fn endpoint(text: &str, reach: Reach) -> Result<Endpoint, NotAllowed> {
    let refuse = |rule: &str| Err(NotAllowed(rule.to_owned()));
    let Ok(url) = Url::parse(text) else {
        return refuse("must be an absolute URL such as https://shop.example/hook");
    };
    if !url.username().is_empty() || url.password().is_some() {
        return refuse("must not hold a user name or password");
    }
    let (Some(host), Some(port)) = (url.host().map(|host| host.to_owned()), url.port_or_known_default()) else {
        return refuse("must name a host");
    };
    let loopback = reach == Reach::PublicAndLoopback && is_loopback(&host);
    let tls = match url.scheme() {
        "https" => true,
        "http" if loopback => false,
        _ => return refuse("must begin with https://"),
    };
    let is_outside = match &host {
        Host::Ipv4(ip) => may_be_called(IpAddr::V4(*ip), reach),
        Host::Ipv6(ip) => may_be_called(IpAddr::V6(*ip), reach),
        Host::Domain(name) => loopback || is_public_name(name),
    };
    if !is_outside {
        return refuse("must not name a private, loopback or reserved address");
    }
    let path = url.query().map_or_else(|| url.path().to_owned(), |query| format!("{}?{query}", url.path()));
    let authority = url[url::Position::BeforeHost..url::Position::AfterPort].to_owned();
    Ok(Endpoint { host, port, tls, path, authority })
}

fn is_loopback(host: &Host<String>) -> bool {
    match host {
        Host::Ipv4(ip) => ip.is_loopback(),
        Host::Ipv6(ip) => ip.is_loopback(),
        Host::Domain(name) => name == "localhost",
    }
}

/// Names that mean something inside a network alone: of one label, and those that are set apart for it (RFC 6761, 6762,
/// 8375; `internal` by ICANN's resolution of 2024). What any other name leads to is looked at as it is called.
fn is_public_name(name: &str) -> bool {
    let name = name.strip_suffix('.').unwrap_or(name);
    let is_under = |domain: &str| name.strip_suffix(domain).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'));
    name.contains('.') && !["localhost", "localdomain", "local", "internal", "home.arpa"].into_iter().any(is_under)
}

pub(super) fn may_be_called(ip: IpAddr, reach: Reach) -> bool {
    let public = match ip {
        IpAddr::V4(ip) => is_public_v4(ip),
        IpAddr::V6(ip) => is_public_v6(ip),
    };
    public || (reach == Reach::PublicAndLoopback && ip.is_loopback())
}

/// The IANA IPv4 special-purpose address registry, less what is globally reachable.
fn is_public_v4(ip: Ipv4Addr) -> bool {
    let [a, b, c, _] = ip.octets();
    let special = matches!((a, b, c), (0 | 10 | 127 | 224..=255, _, _))
        || matches!((a, b, c), (100, 64..=127, _) | (169, 254, _) | (172, 16..=31, _) | (192, 168, _) | (198, 18 | 19, _))
        || matches!((a, b, c), (192, 0, 0 | 2) | (192, 88, 99) | (198, 51, 100) | (203, 0, 113));
    !special
}

/// Global unicast (2000::/3) without the ranges that embed other addresses or document (IANA IPv6 registry).
fn is_public_v6(ip: Ipv6Addr) -> bool {
    if let Some(embedded) = ip.to_ipv4_mapped() {
        return is_public_v4(embedded);
    }
    let [first, second, ..] = ip.segments();
    let special = (first == 0x2001 && (second < 0x0200 || second == 0x0db8)) || first == 0x2002 || (first == 0x3fff && second < 0x1000);
    first & 0xe000 == 0x2000 && !special
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_public_addresses_may_be_called() {
        for private in [
            "0.0.0.0",
            "10.1.2.3",
            "100.64.0.1",
            "127.0.0.1",
            "169.254.169.254",
            "172.16.0.1",
            "172.31.255.255",
            "192.0.0.1",
            "192.0.2.1",
            "192.168.1.1",
            "198.18.0.1",
            "198.51.100.1",
            "203.0.113.1",
            "224.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "fc00::1",
            "fe80::1",
            "ff02::1",
            "2001:db8::1",
            "2002:7f00:1::",
            "2001::1",
            "64:ff9b::7f00:1",
            "::ffff:127.0.0.1",
            "::ffff:169.254.169.254",
            "3fff::1",
        ] {
            assert!(!may_be_called(private.parse().expect("an address"), Reach::Public), "{private}");
        }
        for public in ["1.1.1.1", "172.32.0.1", "192.0.1.1", "100.128.0.1", "2606:4700::1111", "2a00:1450::1"] {
            assert!(may_be_called(public.parse().expect("an address"), Reach::Public), "{public}");
        }
        assert!(may_be_called("127.0.0.1".parse().expect("an address"), Reach::PublicAndLoopback));
        assert!(!may_be_called("10.0.0.1".parse().expect("an address"), Reach::PublicAndLoopback));
    }

    #[test]
    fn a_url_is_refused_by_what_it_must_be() {
        for (url, rule) in [
            ("shop.example/hook", "absolute"),
            ("http://shop.example/hook", "https://"),
            ("ftp://shop.example/hook", "https://"),
            ("https://user:pass@shop.example/", "user name"),
            ("https://127.0.0.1/hook", "private"),
            ("https://[::ffff:10.0.0.1]/hook", "private"),
            ("https://2130706433/hook", "private"),
            ("https://0x7f.1/hook", "private"),
            ("http://127.0.0.1/hook", "https://"),
        ] {
            let error = check_url(url, Reach::Public).expect_err(url).to_string();
            assert!(error.contains(rule), "{url}: {error}");
        }
        for url in
            ["https://shop.example/hook?x=1", "https://local.shop.example.:8443/", "https://internal.example/", "https://notlocalhost.co/"]
        {
            assert_eq!(check_url(url, Reach::Public), Ok(()), "{url}");
        }
        assert!(check_url("http://127.0.0.1:9000/hook", Reach::PublicAndLoopback).is_ok());
        assert!(check_url("http://192.168.0.1/hook", Reach::PublicAndLoopback).is_err());
    }
}

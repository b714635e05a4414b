//! The guard of the open web: what it lets through is https to a public address.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::time::Duration;

use ringonce_adapters::open_web::{OpenWeb, Reach, check_url};

use super::bytes::Bytes;
use super::public::{at_the_ends, is_public};
use crate::harness::{Outcome, Target};

pub(super) const TARGET: Target = Target {
    name: "guard",
    seeds: Vec::new,
    words: &[
        "https://",
        "http://",
        "HTTPS:",
        "//",
        "\\\\",
        "@",
        ":443",
        ":0",
        ":65536",
        "[::1]",
        "[::ffff:127.0.0.1]",
        "127.0.0.1",
        "0x7f.1",
        "2130706433",
        "017700000001",
        "169.254.169.254",
        "localhost",
        ".localhost",
        "１２７.0.0.1",
        "%31",
        "。",
        "\t",
        "\n",
        "?",
        "#",
        "/..",
        "xn--",
        "ß",
    ],
    check,
};

fn check(input: &[u8]) -> Outcome {
    let mut bytes = Bytes(input);
    for ip in [IpAddr::V4(Ipv4Addr::from(bytes.array::<4>())), IpAddr::V6(Ipv6Addr::from(bytes.array::<16>()))] {
        literal(ip);
    }
    at_the_ends(bytes.below(64), u128::from_be_bytes(bytes.array())).into_iter().for_each(literal);
    let url = String::from_utf8_lossy(input);
    let authority = OpenWeb::new(Reach::Public, Duration::from_secs(1)).authority(&url);
    let checked = check_url(&url, Reach::Public);
    assert_eq!(authority.is_some(), checked.is_ok(), "{url}");
    if let Some(authority) = &authority {
        let host = host_of(authority);
        passed(&url, &host);
        return Outcome::of((url.len() > 30, host.parse::<IpAddr>().is_ok(), host.len() % 16, authority.contains(':')));
    }
    Outcome::of(checked.map_err(|why| why.to_string()).err())
}

/// An address may be named in a URL if it is public, and only then.
fn literal(ip: IpAddr) {
    let host = if ip.is_ipv6() { format!("[{ip}]") } else { ip.to_string() };
    let passes = check_url(&format!("https://{host}/hook"), Reach::Public).is_ok();
    assert_eq!(passes, is_public(ip), "{ip}");
    assert!(check_url(&format!("http://{host}/hook"), Reach::Public).is_err(), "{ip}");
}

/// The host of `host:port`; its port has to be one.
fn host_of(authority: &str) -> String {
    let (host, port) = match authority.rsplit_once(':') {
        Some((host, port)) if !port.ends_with(']') => (host, port.parse::<u16>().map(|_| ())),
        _ => (authority, Ok(())),
    };
    assert!(port.is_ok(), "{authority}");
    host.trim_start_matches('[').trim_end_matches(']').to_owned()
}

/// What passed begins with https, holds no name and password, and leads to the host that its text names, which is a public
/// address or a name.
fn passed(url: &str, host: &str) {
    let trimmed = url.trim_matches(|c: char| c <= ' ').replace(['\t', '\n', '\r'], "");
    let rest = trimmed.split_once(':').filter(|(scheme, _)| scheme.eq_ignore_ascii_case("https")).map(|(_, rest)| rest);
    let rest = rest.unwrap_or_else(|| panic!("passes without https: {url}"));
    let named = rest.trim_start_matches(['/', '\\']).split(['/', '\\', '?', '#']).next().unwrap();
    let (user, named) = named.rsplit_once('@').unwrap_or(("", named));
    assert!(matches!(user, "" | ":"), "passes with a user: {url}");
    match host.parse::<IpAddr>() {
        Ok(ip) => assert!(is_public(ip), "passes to {ip}: {url}"),
        Err(_) => name(url, named, host),
    }
}

fn name(url: &str, named: &str, host: &str) {
    let last = host.strip_suffix('.').unwrap_or(host).rsplit('.').next().unwrap();
    let (digits, radix) = last.strip_prefix("0x").map_or((last, 10), |digits| (digits, 16));
    let is_number = !last.is_empty() && digits.chars().all(|digit| digit.is_digit(radix));
    assert!(!is_number, "passes to a name that others read as an address, {host}: {url}");
    assert!(host.bytes().all(|byte| byte.is_ascii() && !b" /\\?#@:%[]<>^|".contains(&byte) && byte > b' ' && byte != 127), "{host}: {url}");
    let is_plain = named.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-_:".contains(&byte));
    let named = named.split(':').next().unwrap();
    assert!(!is_plain || named.eq_ignore_ascii_case(host), "leads to {host}: {url}");
}

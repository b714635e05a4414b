//! Which addresses are public, said once more: the special-purpose registries of IANA as they stand in their tables, and
//! not as the guard has them.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// <https://www.iana.org/assignments/iana-ipv4-special-registry>: what is not globally reachable, and what is and still no
/// host of anybody's (the relays of 6to4). The last two stand in the registry of multicast and of the future.
const NOT_PUBLIC_V4: [&str; 15] = [
    "0.0.0.0/8",
    "10.0.0.0/8",
    "100.64.0.0/10",
    "127.0.0.0/8",
    "169.254.0.0/16",
    "172.16.0.0/12",
    "192.0.0.0/24",
    "192.0.2.0/24",
    "192.88.99.0/24",
    "192.168.0.0/16",
    "198.18.0.0/15",
    "198.51.100.0/24",
    "203.0.113.0/24",
    "224.0.0.0/4",
    "240.0.0.0/4",
];

/// <https://www.iana.org/assignments/iana-ipv6-special-registry>, and what reaches IPv4 by way of IPv6.
const NOT_PUBLIC_V6: [&str; 15] = [
    "::/128",
    "::1/128",
    "::/96",
    "64:ff9b::/96",
    "64:ff9b:1::/48",
    "100::/64",
    "100:0:0:1::/64",
    "2001::/23",
    "2001:db8::/32",
    "2002::/16",
    "3fff::/20",
    "5f00::/16",
    "fc00::/7",
    "fe80::/10",
    "ff00::/8",
];

/// All that is given out to hosts.
const GLOBAL_UNICAST: &str = "2000::/3";

/// Whether an address is anybody's on the open web.
pub(super) fn is_public(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(ip) => !NOT_PUBLIC_V4.iter().any(|block| is_within(mapped(ip), block)),
        IpAddr::V6(ip) => match ip.to_ipv4_mapped() {
            Some(ip) => is_public(IpAddr::V4(ip)),
            None => is_within(ip, GLOBAL_UNICAST) && !NOT_PUBLIC_V6.iter().any(|block| is_within(ip, block)),
        },
    }
}

/// Addresses at and about the ends of all blocks, so many bits away.
pub(super) fn at_the_ends(which: usize, bits: u128) -> Vec<IpAddr> {
    let blocks: Vec<_> = NOT_PUBLIC_V4.iter().chain(&NOT_PUBLIC_V6).chain([&GLOBAL_UNICAST]).map(|block| split(block)).collect();
    let (base, length) = blocks[which % blocks.len()];
    let (first, size) = (u128::from(base), 1_u128.checked_shl(128 - length).unwrap_or(0));
    let about = [first, first.wrapping_sub(1), first.wrapping_add(size), first.wrapping_add(size).wrapping_sub(1), first ^ bits];
    about.into_iter().map(Ipv6Addr::from).flat_map(|ip| [Some(IpAddr::V6(ip)), ip.to_ipv4_mapped().map(IpAddr::V4)]).flatten().collect()
}

fn mapped(ip: Ipv4Addr) -> Ipv6Addr {
    ip.to_ipv6_mapped()
}

fn is_within(ip: Ipv6Addr, block: &str) -> bool {
    let (base, length) = split(block);
    let rest = 128 - length;
    u128::from(ip).checked_shr(rest).unwrap_or(0) == u128::from(base).checked_shr(rest).unwrap_or(0)
}

/// A block's first address and the length of its prefix, as one of IPv6.
fn split(block: &str) -> (Ipv6Addr, u32) {
    let (base, length) = block.split_once('/').unwrap();
    let length: u32 = length.parse().unwrap();
    match base.parse().unwrap() {
        IpAddr::V4(base) => (mapped(base), length + 96),
        IpAddr::V6(base) => (base, length),
    }
}

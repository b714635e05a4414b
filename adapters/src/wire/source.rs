//! Where a request comes from.

use std::fmt;
use std::net::IpAddr;

/// The address that a request came from, as the gateway or the socket says: never as a header says, which callers write
/// themselves. `Debug` prints none of it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Source(IpAddr);

impl Source {
    /// The address of that text.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        text.parse().ok().map(Self)
    }

    /// Whom limits count as one: an IPv4 address, or an IPv6 network of /64, which is what one line is given.
    #[must_use]
    pub fn network(&self) -> Vec<u8> {
        match self.0.to_canonical() {
            IpAddr::V4(address) => address.octets().to_vec(),
            IpAddr::V6(address) => address.octets()[..8].to_vec(),
        }
    }
}

impl From<IpAddr> for Source {
    fn from(address: IpAddr) -> Self {
        Self(address)
    }
}

impl fmt::Debug for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Source")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn network(text: &str) -> Vec<u8> {
        Source::parse(text).expect("an address").network()
    }

    #[test]
    fn one_line_counts_as_one_and_its_address_is_printed_nowhere() {
        assert_eq!(network("192.0.2.1"), [192, 0, 2, 1]);
        assert_eq!(network("::ffff:192.0.2.1"), network("192.0.2.1"));
        assert_eq!(network("2001:db8:1:2:3:4:5:6"), network("2001:db8:1:2::1"));
        assert_ne!(network("2001:db8:1:2::1"), network("2001:db8:1:3::1"));
        assert_ne!(network("192.0.2.1"), network("192.0.2.2"));
        assert!(Source::parse("192.0.2.1, 192.0.2.2").is_none());
        assert_eq!(format!("{:?}", Source::parse("192.0.2.1")), "Some(Source)");
    }
}

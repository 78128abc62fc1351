//! Names of hosts and their addresses.

use core::fmt;
use core::net::Ipv4Addr;

/// A host of the network. Its address is `10.x.y.z`, counted from `10.0.0.1`.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct HostId(pub u32);

impl HostId {
    /// The host's address.
    #[must_use]
    pub const fn ip(self) -> Ipv4Addr {
        Ipv4Addr::from_bits(Self::NET | ((self.0 + 1) & Self::MASK))
    }

    /// The host that has this address, if it is one of ours.
    #[must_use]
    pub fn from_ip(text: &str) -> Option<Self> {
        let bits = text.parse::<Ipv4Addr>().ok()?.to_bits();
        let ours = bits & !Self::MASK == Self::NET && bits & Self::MASK != 0;
        ours.then(|| Self((bits & Self::MASK) - 1))
    }

    const NET: u32 = 10 << 24;
    const MASK: u32 = (1 << 24) - 1;
}

impl fmt::Display for HostId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.ip().fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_go_both_ways() {
        for number in [0, 1, 254, 255, 65536] {
            let host = HostId(number);
            assert_eq!(HostId::from_ip(&host.to_string()), Some(host));
        }
        assert_eq!(HostId(0).to_string(), "10.0.0.1");
        assert_eq!(HostId::from_ip("127.0.0.1"), None);
        assert_eq!(HostId::from_ip("example.org"), None);
    }
}

//! The client's side of a redirection: reading MOVED and ASK errors.
//!
//! After MOVED a client changes its map ([`SlotMap::patch`](crate::SlotMap::patch)) and sends the command
//! again to the new node. After ASK it leaves the map alone, sends ASKING and the command to the named node,
//! and the next command for that slot goes to the old place again.

use crate::address::{Address, Host};
use crate::slot::Slot;

/// A redirection, read from an error reply.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Redirect {
    /// Whether the whole slot went there or just this request should.
    pub kind: RedirectKind,
    /// The slot of the request.
    pub slot: Slot,
    /// The host to go to.
    pub host: Host,
    /// The port to go to.
    pub port: u16,
}

/// The two redirections of Redis Cluster.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum RedirectKind {
    /// The slot belongs to that node from now on.
    Moved,
    /// Only this request, after ASKING.
    Ask,
}

impl Redirect {
    /// Reads the text of an error reply, with or without its dash. `None` if it is not a redirection, or one
    /// that names no slot or port.
    #[must_use]
    pub fn parse(error: &[u8]) -> Option<Self> {
        let error = core::str::from_utf8(error).ok()?;
        let mut words = error
            .strip_prefix('-')
            .unwrap_or(error)
            .trim_end()
            .split(' ');
        let kind = match words.next()? {
            "MOVED" => RedirectKind::Moved,
            "ASK" => RedirectKind::Ask,
            _ => return None,
        };
        let slot = Slot::new(words.next()?.parse().ok()?)?;
        // An IPv6 host has colons of its own, so the port follows the last one.
        let (host, port) = words.next()?.rsplit_once(':')?;
        let port = port.parse().ok().filter(|&port| port != 0)?;
        Some(Self {
            kind,
            slot,
            host: Host::parse(host),
            port,
        })
    }

    /// The address to go to, if the answering node was reached at `connected_host`.
    #[must_use]
    pub fn address(&self, connected_host: &str) -> Option<Address> {
        Some(Address::new(self.host.resolve(connected_host)?, self.port))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::ToString;

    fn target(error: &str) -> Option<(RedirectKind, u16, alloc::string::String)> {
        let redirect = Redirect::parse(error.as_bytes())?;
        let address = redirect
            .address("here")
            .map_or("nowhere".to_string(), |a| a.to_string());
        Some((redirect.kind, redirect.slot.get(), address))
    }

    #[test]
    fn hosts_of_every_form() {
        use RedirectKind::{Ask, Moved};
        for (error, kind, slot, address) in [
            (
                "-MOVED 12182 127.0.0.1:21302\r\n",
                Moved,
                12182,
                "127.0.0.1:21302",
            ),
            ("ASK 0 127.0.0.1:21301", Ask, 0, "127.0.0.1:21301"),
            ("MOVED 3999 :6381", Moved, 3999, "here:6381"),
            ("MOVED 3999 ?:6381", Moved, 3999, "nowhere"),
            (
                "MOVED 3999 node-a.example:6381",
                Moved,
                3999,
                "node-a.example:6381",
            ),
            (
                "MOVED 3999 2001:db8::1:6381",
                Moved,
                3999,
                "2001:db8::1:6381",
            ),
            ("MOVED 16383 ::1:1", Moved, 16383, "::1:1"),
        ] {
            assert_eq!(
                target(error),
                Some((kind, slot, address.to_string())),
                "{error}"
            );
        }
    }

    #[test]
    fn other_errors_are_not_redirections() {
        for error in [
            "",
            "-",
            "MOVED",
            "MOVED 1",
            "MOVED 16384 h:1",
            "MOVED -1 h:1",
            "MOVED 1 h",
            "MOVED 1 h:0",
            "MOVED 1 h:65536",
            "MOVEDX 1 h:1",
            "moved 1 h:1",
            "TRYAGAIN Multiple keys request during rehashing of slot",
            "CLUSTERDOWN The cluster is down",
            "ERR MOVED 1 h:1",
        ] {
            assert_eq!(Redirect::parse(error.as_bytes()), None, "{error}");
        }
        assert_eq!(Redirect::parse(b"MOVED 1 \xff:1"), None);
    }
}

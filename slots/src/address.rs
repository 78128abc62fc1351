//! Where a client connects to: a host and a port, as redirections and topology replies name them.

use alloc::string::{String, ToString};
use core::fmt;

/// A host (address or name) and a port.
#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Address {
    /// An IPv4 or IPv6 address without brackets, or a host name.
    pub host: String,
    /// The port.
    pub port: u16,
}

impl Address {
    /// An address of these parts.
    #[must_use]
    pub fn new(host: impl Into<String>, port: u16) -> Self {
        Self {
            host: host.into(),
            port,
        }
    }
}

impl fmt::Display for Address {
    /// `host:port`, also for IPv6, as the servers write it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.host, self.port)
    }
}

/// What a server says about a node's host. It depends on `cluster-preferred-endpoint-type`.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub enum Host {
    /// This address or name.
    Named(String),
    /// The server does not say: use the host that you reached the answering node at.
    Same,
    /// The node has no name yet (`?`): nothing to connect to.
    Unknown,
}

impl Host {
    /// Reads the host of a redirection or of a topology reply.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        match text {
            "" => Self::Same,
            "?" => Self::Unknown,
            name => Self::Named(name.to_string()),
        }
    }

    /// The host to connect to, told by a node that was reached at `connected_host`.
    #[must_use]
    pub fn resolve<'a>(&'a self, connected_host: &'a str) -> Option<&'a str> {
        match self {
            Self::Named(name) => Some(name),
            Self::Same => Some(connected_host),
            Self::Unknown => None,
        }
    }
}

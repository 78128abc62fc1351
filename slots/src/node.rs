//! A node as clients are told of it: its addresses, its role, its health.

use alloc::string::String;

use crate::ids::NodeId;
use crate::table::NodeIndex;

/// What a node is in its shard.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Role {
    /// Owns slots and takes writes (`master` on the wire).
    Primary,
    /// Copies a primary (`slave` or `replica` on the wire).
    Replica,
}

/// What clients are told to connect to (`cluster-preferred-endpoint-type`).
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
pub enum EndpointType {
    /// The address.
    #[default]
    Ip,
    /// The announced host name; `?` for a node that has none.
    Hostname,
    /// Nothing: the client uses the host that it is connected to.
    Unknown,
}

/// A node as clients are told of it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct ViewNode {
    /// Its name.
    pub id: NodeId,
    /// Its address as text; empty while unknown.
    pub ip: String,
    /// The port for plain connections; 0 if there is none.
    pub port: u16,
    /// The port for TLS connections; 0 if there is none.
    pub tls_port: u16,
    /// The port of the cluster bus.
    pub bus_port: u16,
    /// Its announced host name; empty if it has none.
    pub hostname: String,
    /// What it is in its shard.
    pub role: Role,
    /// The primary it copies, if it is a replica and that primary is known.
    pub primary: Option<NodeIndex>,
    /// The majority says that it is down (FAIL).
    pub failing: bool,
    /// This node alone doubts it (PFAIL).
    pub suspected: bool,
}

impl ViewNode {
    /// A primary about which nothing but the name and the address is known.
    #[must_use]
    pub fn new(id: NodeId, ip: impl Into<String>, port: u16) -> Self {
        Self {
            id,
            ip: ip.into(),
            port,
            tls_port: 0,
            bus_port: port.saturating_add(10_000),
            hostname: String::new(),
            role: Role::Primary,
            primary: None,
            failing: false,
            suspected: false,
        }
    }

    /// The port for a client: of its own kind, or the other one where the node has only that.
    #[must_use]
    pub const fn client_port(&self, tls: bool) -> u16 {
        let (wanted, other) = if tls {
            (self.tls_port, self.port)
        } else {
            (self.port, self.tls_port)
        };
        if wanted == 0 { other } else { wanted }
    }

    /// The host for a client, as a redirection writes it.
    #[must_use]
    pub fn client_host(&self, endpoint: EndpointType) -> &str {
        match endpoint {
            EndpointType::Ip => &self.ip,
            EndpointType::Hostname if self.hostname.is_empty() => "?",
            EndpointType::Hostname => &self.hostname,
            EndpointType::Unknown => "",
        }
    }
}

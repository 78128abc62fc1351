//! What a client learns from CLUSTER SLOTS, CLUSTER SHARDS or CLUSTER NODES: the shards, their slots and
//! their nodes, in one form whichever command told it.
//!
//! The parsers accept what Redis 3 to 8 and Valkey send, skip fields they do not know, and answer a
//! [`TopologyError`] to anything else. What they build is proportional to the reply that arrived.

mod nodes;
mod reply;
mod shards;
mod slots;

use alloc::string::String;
use alloc::vec::Vec;
use core::ops::RangeInclusive;

pub use nodes::parse_nodes;
pub use shards::parse_shards;
pub use slots::parse_slots;

use crate::address::{Address, Host};
use crate::ids::NodeId;
use crate::node::Role;
use crate::slot::Slot;

/// Why a reply is not a topology.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum TopologyError {
    /// The reply, or a part of it, has another shape; the text says which part.
    #[error("{0} is missing or of another type")]
    Shape(&'static str),
    /// A slot number is 16384 or more, or a range ends before it starts.
    #[error("bad slot range")]
    BadSlots,
    /// A port is not a number below 65536.
    #[error("bad port")]
    BadPort,
    /// A node id does not have 40 digits and letters.
    #[error("bad node id")]
    BadId,
    /// A line of CLUSTER NODES cannot be read; lines count from one.
    #[error("line {line} of CLUSTER NODES is malformed")]
    BadLine {
        /// Which line.
        line: usize,
    },
}

/// How a node is said to be.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
pub enum Health {
    /// Nothing bad is said.
    #[default]
    Online,
    /// The answering node doubts it (`fail?`).
    Suspected,
    /// The cluster says that it is down (`fail`).
    Failed,
    /// It has no data yet (`loading`).
    Loading,
}

/// A node as a topology reply tells it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct TopologyNode {
    /// Its name; servers before Redis 4 do not tell.
    pub id: Option<NodeId>,
    /// The host that clients should use.
    pub host: Host,
    /// The port for plain connections; in replies that know only one port, that one.
    pub port: Option<u16>,
    /// The port for TLS connections, where told apart.
    pub tls_port: Option<u16>,
    /// Its address, if the reply tells it besides the host.
    pub ip: Option<String>,
    /// Its announced host name.
    pub hostname: Option<String>,
    /// What it is in its shard.
    pub role: Role,
    /// How it is said to be.
    pub health: Health,
}

impl TopologyNode {
    /// Where to connect, if the answering node was reached at `connected_host`. A node whose preferred host
    /// is unknown is reached at its address, where that was told.
    #[must_use]
    pub fn address(&self, connected_host: &str, tls: bool) -> Option<Address> {
        let host = self.host.resolve(connected_host).or(self.ip.as_deref())?;
        let port = if tls {
            self.tls_port.or(self.port)
        } else {
            self.port.or(self.tls_port)
        };
        port.filter(|&port| port != 0)
            .map(|port| Address::new(host, port))
    }
}

/// A primary with its slots and replicas.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Shard {
    /// The slots, in the order of the reply.
    pub slots: Vec<RangeInclusive<Slot>>,
    /// The primary, if one was told.
    pub primary: Option<TopologyNode>,
    /// The replicas.
    pub replicas: Vec<TopologyNode>,
}

impl Shard {
    fn add(&mut self, node: TopologyNode) {
        match (node.role, &self.primary) {
            (Role::Primary, None) => self.primary = Some(node),
            // Two primaries in one shard: a failover was caught half-way. The later one counts if the
            // earlier one is down.
            (Role::Primary, Some(earlier)) if earlier.health == Health::Failed => {
                self.primary = Some(node)
            }
            (Role::Primary, Some(_)) => {}
            (Role::Replica, _) => self.replicas.push(node),
        }
    }
}

/// The shards of a cluster.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Topology {
    /// In the order of the reply.
    pub shards: Vec<Shard>,
}

/// The range of two slot numbers as a reply gives them.
fn range(start: i64, end: i64) -> Result<RangeInclusive<Slot>, TopologyError> {
    let slot = |number: i64| {
        u16::try_from(number)
            .ok()
            .and_then(Slot::new)
            .ok_or(TopologyError::BadSlots)
    };
    let (start, end) = (slot(start)?, slot(end)?);
    if start <= end {
        Ok(start..=end)
    } else {
        Err(TopologyError::BadSlots)
    }
}

fn port(number: i64) -> Result<u16, TopologyError> {
    u16::try_from(number).map_err(|_| TopologyError::BadPort)
}

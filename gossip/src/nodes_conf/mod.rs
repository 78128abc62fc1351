//! nodes.conf: what a node remembers of its cluster across restarts, and its cousin CLUSTER NODES.
//!
//! One line per node, then one with the epochs. The text is Redis' own, so that a node can be exchanged for
//! another implementation in place. Reading is stricter than in the reference servers: a file that was cut
//! off, claims a slot twice or names two selves is refused with line and column, because guessing here means
//! voting twice or serving somebody else's slots.

mod error;
mod line;
mod parse;
mod tokens;
mod write;

use alloc::vec::Vec;

use shoal_slots::{Epoch, NodeId, ShardId, Slot, SlotSet, UnixMillis};

use crate::wire::{IpText, Name, NodeFlags};

pub use error::{NodesConfError, NodesConfErrorKind};
pub use parse::parse_nodes;
pub use write::{LineForm, NodeLineText};

/// The content of a nodes.conf.
///
/// ```
/// use shoal_gossip::nodes_conf::NodesConf;
///
/// let text = "96e23388bba3ffbf5e34c64479003bfc1f900772 :0@0 myself,master - 0 0 0 connected\n\
///             vars currentEpoch 0 lastVoteEpoch 0\n";
/// let conf = NodesConf::parse(text)?;
/// assert_eq!(conf.to_string(), text);
///
/// let cut_off = NodesConf::parse(&text[..100]).unwrap_err();
/// assert_eq!(cut_off.line, 2);
/// # Ok::<(), shoal_gossip::nodes_conf::NodesConfError>(())
/// ```
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct NodesConf {
    /// The nodes, in the order of the file. Exactly one is `myself`.
    pub nodes: Vec<NodeLine>,
    /// The highest epoch seen.
    pub current_epoch: Epoch,
    /// The epoch of the last vote that was given.
    pub last_vote_epoch: Epoch,
}

/// What a line says about a node.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct NodeLine {
    /// Its id.
    pub id: NodeId,
    /// Its address; empty if unknown.
    pub ip: IpText,
    /// Its client port: the TLS port in a TLS cluster.
    pub port: u16,
    /// Its bus port.
    pub cport: u16,
    /// Its announced host name.
    pub hostname: Option<Name>,
    /// The named fields of Redis 7.2 and Valkey 8, which only the file has.
    pub aux: AuxFields,
    /// Its flags.
    pub flags: NodeFlags,
    /// Its primary.
    pub primary: Option<NodeId>,
    /// When the ping was sent that it has not answered yet; 0 if there is none.
    pub ping_sent: UnixMillis,
    /// When its last pong came.
    pub pong_received: UnixMillis,
    /// Its configuration epoch; a replica's is that of its primary.
    pub config_epoch: Epoch,
    /// Whether there is a link to it.
    pub connected: bool,
    /// The slots it serves.
    pub slots: SlotSet,
    /// Slots on the move, in slot order; only `myself` has any.
    pub marks: Vec<SlotMark>,
}

/// Named fields behind the host name. What is `None` is not written.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct AuxFields {
    /// The IPv6 address that clients use (Valkey 8).
    pub client_ipv6: Option<Name>,
    /// The IPv4 address that clients use (Valkey 8).
    pub client_ipv4: Option<Name>,
    /// The TLS port, in a plain cluster.
    pub tls_port: Option<u16>,
    /// The plain port, in a TLS cluster.
    pub tcp_port: Option<u16>,
    /// A name for humans.
    pub nodename: Option<Name>,
    /// The shard.
    pub shard_id: Option<ShardId>,
}

/// A slot on the move.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum SlotMark {
    /// `[slot->-to]`
    Migrating {
        /// The slot.
        slot: Slot,
        /// Where it goes.
        to: NodeId,
    },
    /// `[slot-<-from]`
    Importing {
        /// The slot.
        slot: Slot,
        /// Where it comes from.
        from: NodeId,
    },
}

impl NodesConf {
    /// The line of the node that this file belongs to.
    #[must_use]
    pub fn myself(&self) -> Option<&NodeLine> {
        self.nodes
            .iter()
            .find(|node| node.flags.contains(NodeFlags::MYSELF))
    }

    /// The line of a node.
    #[must_use]
    pub fn node(&self, id: NodeId) -> Option<&NodeLine> {
        self.nodes.iter().find(|node| node.id == id)
    }

    /// Replicas whose shard id is not that of their primary, with the id they should have. Redis 7.2 calls
    /// such a file corrupt, and then writes some itself; a replica simply belongs to its primary's shard.
    pub fn shard_conflicts(&self) -> impl Iterator<Item = (NodeId, ShardId)> {
        self.nodes.iter().filter_map(|replica| {
            let should = self.node(replica.primary?)?.aux.shard_id?;
            (replica.aux.shard_id != Some(should)).then_some((replica.id, should))
        })
    }
}

impl NodeLine {
    /// A line about a node of which nothing but its id is known.
    #[must_use]
    pub fn new(id: NodeId) -> Self {
        Self {
            id,
            ip: IpText::EMPTY,
            port: 0,
            cport: 0,
            hostname: None,
            aux: AuxFields::default(),
            flags: NodeFlags::empty(),
            primary: None,
            ping_sent: UnixMillis(0),
            pong_received: UnixMillis(0),
            config_epoch: Epoch(0),
            connected: false,
            slots: SlotSet::new(),
            marks: Vec::new(),
        }
    }
}

impl SlotMark {
    /// The slot that moves.
    #[must_use]
    pub const fn slot(self) -> Slot {
        match self {
            Self::Migrating { slot, .. } | Self::Importing { slot, .. } => slot,
        }
    }
}

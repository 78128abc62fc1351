//! What comes out: packets to send and facts to act upon, in one ordered queue.
//!
//! The order matters. A vote or an epoch must be on disk before it is sent, so a call that changed what
//! nodes.conf holds yields [`Event::ConfigChanged`] *first* and the packets of that call after it. A
//! driver that, having seen `ConfigChanged { fsync: true }`, holds back every [`Transmit`] polled later
//! until the save is confirmed keeps the promise by construction. Within one call there is at most one
//! `ConfigChanged` and one [`Event::ViewChanged`], and both come before everything else of the call.

use alloc::boxed::Box;
use alloc::string::String;

use bytes::Bytes;
use shoal_slots::{ClusterState, Epoch, NodeId, ReplOffset, SlotSet};

use crate::notice::Notice;

/// One TCP connection of the bus. Outbound ids are made by the machine and announced by
/// [`Event::Connect`]; inbound ids are chosen by the driver, with [`LinkId::INBOUND`] set, and announced
/// by [`LinkChange::Accepted`]. An id is never used twice.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct LinkId(pub u64);

impl LinkId {
    /// The bit that every inbound id has and no outbound one.
    pub const INBOUND: u64 = 1 << 63;

    /// The n-th connection that others opened to us.
    #[must_use]
    pub const fn inbound(n: u64) -> Self {
        Self(n | Self::INBOUND)
    }

    /// Whether the other side opened it.
    #[must_use]
    pub const fn is_inbound(self) -> bool {
        self.0 & Self::INBOUND != 0
    }
}

/// What the driver reports about a connection.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum LinkChange {
    /// Somebody connected to our bus port.
    Accepted {
        /// The address of the other side.
        peer_ip: String,
        /// Our own address on this connection.
        local_ip: String,
    },
    /// The connection asked for by [`Event::Connect`] is established.
    Connected {
        /// Our own address on this connection.
        local_ip: String,
    },
    /// The connection asked for by [`Event::Connect`] could not be made.
    ConnectFailed,
    /// The connection ended: end of file or any error.
    Closed,
    /// How many bytes wait in the connection's output queue (worth telling when it is not empty).
    SendBuffer {
        /// The bytes.
        bytes: u64,
    },
}

/// A packet to write to a connection.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Transmit {
    /// The connection; it was established when this was queued.
    pub link: LinkId,
    /// The whole packet. Broadcasts share one buffer.
    pub packet: Bytes,
}

/// One thing to do, in order.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Output {
    /// Write a packet.
    Transmit(Transmit),
    /// Take notice of a fact.
    Event(Event),
}

/// What a replica asks of every primary when it stands for election.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct VoteRequest {
    /// The candidate.
    pub from: NodeId,
    /// Its currentEpoch: the epoch it wants to win.
    pub current_epoch: Epoch,
    /// The configEpoch of the slots it claims (of its primary).
    pub config_epoch: Epoch,
    /// The slots it claims.
    pub slots: SlotSet,
    /// FORCEACK: vote although the primary is up (manual failover).
    pub force: bool,
}

/// A fact for whoever joins the machines.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Event {
    /// Open a connection; answer with [`LinkChange::Connected`] or [`LinkChange::ConnectFailed`].
    Connect {
        /// The id it will have.
        link: LinkId,
        /// The address as text (announced; may be a host name).
        ip: String,
        /// The bus port.
        port: u16,
    },
    /// Close a connection. The machine has already forgotten it.
    Close {
        /// Which one.
        link: LinkId,
    },
    /// [`Gossip::nodes_conf`](crate::Gossip::nodes_conf) has to be saved.
    ConfigChanged {
        /// Before any packet that follows in the queue is sent, the save has to be on disk.
        fsync: bool,
    },
    /// [`Gossip::view`](crate::Gossip::view) would be different now.
    ViewChanged,
    /// The cluster became able or unable to serve, as this node sees it.
    StateChanged(ClusterState),
    /// A node was marked FAIL, by our own count or because somebody said so.
    NodeFailed(NodeId),
    /// A node lost its FAIL mark.
    NodeRecovered(NodeId),
    /// Another node changed its role.
    RoleChanged(NodeId),
    /// A node left the table: forgotten, or its handshake failed.
    NodeRemoved(NodeId),
    /// Slots of ours belong to somebody else now: keys in them are to be deleted.
    SlotsLost(Box<SlotSet>),
    /// We are a replica of this node now (our own table says so already): replicate it.
    BecomeReplicaOf(NodeId),
    /// CLUSTER RESET made a primary of a replica: stop replicating, empty the dataset.
    BecomePrimary,
    /// The primary that we replicate has another address now.
    PrimaryAddressChanged,
    /// A replica asks for our vote.
    VoteRequested(Box<VoteRequest>),
    /// A voting primary granted us its vote.
    VoteReceived {
        /// The voter.
        from: NodeId,
        /// Its currentEpoch.
        epoch: Epoch,
    },
    /// A replica of ours asks us to pause writes for a manual failover (MFSTART).
    ManualFailoverRequested {
        /// The replica.
        from: NodeId,
    },
    /// The primary that we replicate has paused its clients: this offset is final.
    PrimaryPaused {
        /// The offset to reach.
        offset: ReplOffset,
    },
    /// Deliver to local subscribers.
    Published {
        /// The channel.
        channel: Bytes,
        /// The message.
        message: Bytes,
        /// It came by SPUBLISH.
        shard: bool,
    },
    /// Somebody else uses our id: a copied nodes.conf, or a forged packet. Once per connection.
    OwnIdSeen {
        /// Where the packet came from.
        ip: String,
    },
    /// Something for the log that needs no action.
    Notice(Notice),
}

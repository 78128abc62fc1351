//! What comes out: packets to send and facts to act upon, in one ordered queue.
//!
//! The order matters. A vote or an epoch must be on disk before it is sent, so a call that changed what
//! nodes.conf holds yields [`Event::ConfigChanged`] *first* and the packets of that call after it. A
//! driver that, having seen `ConfigChanged { fsync: true }`, holds back every [`Transmit`] polled later
//! until the save is confirmed keeps the promise by construction. Within one call there is at most one
//! `ConfigChanged` and one [`Event::ViewChanged`], and both come before everything else of the call.

use alloc::boxed::Box;
use alloc::collections::VecDeque;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use bytes::Bytes;
use shoal_slots::{ClusterState, Epoch, NodeId, ReplOffset, SlotSet};

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

/// Things an operator may want to read in the log.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Notice {
    /// A handshake ended without an answer.
    HandshakeTimedOut {
        /// Where we tried.
        address: String,
    },
    /// A node answers under another id: its address is not its own any more.
    WrongId {
        /// Whom we expected.
        expected: NodeId,
        /// Who answered.
        seen: NodeId,
    },
    /// A peer has the same configEpoch; we took a new one.
    EpochCollision {
        /// The peer.
        with: NodeId,
        /// Our new configEpoch.
        epoch: Epoch,
    },
    /// A peer's epoch is too far ahead to be honest; its packet was ignored.
    EpochImplausible {
        /// The peer.
        from: NodeId,
        /// What it said.
        epoch: Epoch,
    },
    /// FAIL was decided here.
    FailDecided {
        /// About whom.
        node: NodeId,
        /// How many voted, ourselves included.
        votes: usize,
        /// How many were needed.
        quorum: usize,
    },
    /// A slot owner of a newer epoch took slots.
    SlotsTaken {
        /// The new owner.
        by: NodeId,
        /// How many.
        count: usize,
    },
    /// The table is full; a node was not added.
    TableFull,
    /// A peer told us to forget a node, and we did.
    ForgottenByPeer {
        /// Whom.
        node: NodeId,
        /// Who said so.
        told_by: NodeId,
    },
    /// A connection's output queue was over `cluster-link-sendbuf-limit`.
    SendBufferExceeded {
        /// To whom.
        node: NodeId,
    },
}

impl fmt::Display for Notice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::HandshakeTimedOut { address } => {
                write!(
                    f,
                    "Handshake with {address} timed out: nobody answered there as a cluster node"
                )
            }
            Self::WrongId { expected, seen } => {
                write!(
                    f,
                    "Node {expected} is not at its address any more: {seen} answered there"
                )
            }
            Self::EpochCollision { with, epoch } => {
                write!(
                    f,
                    "WARNING: configEpoch collision with node {with}. configEpoch set to {epoch}"
                )
            }
            Self::EpochImplausible { from, epoch } => {
                write!(
                    f,
                    "Ignoring a packet of {from}: epoch {epoch} is too far ahead to be true"
                )
            }
            Self::FailDecided {
                node,
                votes,
                quorum,
            } => {
                write!(
                    f,
                    "Marking node {node} as failing (quorum reached: {votes} of {quorum})"
                )
            }
            Self::SlotsTaken { by, count } => write!(f, "Node {by} now owns {count} more slots"),
            Self::TableFull => f.write_str("The node table is full: a node was not added"),
            Self::ForgottenByPeer { node, told_by } => {
                write!(f, "Forgetting node {node}, as told by {told_by}")
            }
            Self::SendBufferExceeded { node } => {
                write!(
                    f,
                    "Freeing the link to {node}: its send buffer is over the limit"
                )
            }
        }
    }
}

/// Notices that a hostile peer could cause with every packet: each is made once in a while only.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Complaints {
    pub(crate) table_full: bool,
    pub(crate) epoch: bool,
}

/// What a call has produced, until the driver polls it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Outbox {
    ready: VecDeque<Output>,
    /// Of the call that is running; goes behind its `ConfigChanged` when the call ends.
    round: Vec<Output>,
    save: bool,
    fsync: bool,
    view: bool,
}

impl Outbox {
    pub(crate) fn event(&mut self, event: Event) {
        self.round.push(Output::Event(event));
    }

    pub(crate) fn notice(&mut self, notice: Notice) {
        self.event(Event::Notice(notice));
    }

    pub(crate) fn transmit(&mut self, link: LinkId, packet: Bytes) {
        self.round.push(Output::Transmit(Transmit { link, packet }));
    }

    /// nodes.conf would be different now.
    pub(crate) const fn save(&mut self) {
        self.save = true;
    }

    /// The same, and it has to be on disk before this call's packets leave.
    pub(crate) const fn save_durably(&mut self) {
        self.save = true;
        self.fsync = true;
    }

    /// The view would be different now.
    pub(crate) const fn view(&mut self) {
        self.view = true;
    }

    /// Ends a call: orders its outputs.
    pub(crate) fn end_round(&mut self) {
        if core::mem::take(&mut self.save) {
            let fsync = core::mem::take(&mut self.fsync);
            self.ready
                .push_back(Output::Event(Event::ConfigChanged { fsync }));
        }
        if core::mem::take(&mut self.view) {
            self.ready.push_back(Output::Event(Event::ViewChanged));
        }
        self.ready.extend(self.round.drain(..));
    }

    pub(crate) fn poll(&mut self) -> Option<Output> {
        self.ready.pop_front()
    }
}

//! What is worth a line in the log though nobody has to act on it.

use alloc::string::String;
use core::fmt;

use shoal_slots::{Epoch, NodeId};

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

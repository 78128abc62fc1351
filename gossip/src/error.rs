//! Why an operator's wish is refused. One enum per command; every text is what the reference server
//! answers (without the leading `-ERR `). A refused command has changed nothing.

use alloc::string::String;

use shoal_slots::{NodeId, Slot};
use thiserror::Error;

/// `CLUSTER MEET`.
#[derive(Clone, Debug, Eq, Error, PartialEq)]
pub enum MeetError {
    /// The host is no address literal, or a port is out of range.
    #[error("Invalid node address specified: {host}:{port}")]
    InvalidAddress {
        /// As given.
        host: String,
        /// As given.
        port: i64,
    },
}

/// `CLUSTER FORGET`.
#[derive(Clone, Debug, Eq, Error, PartialEq)]
pub enum ForgetError {
    /// No such node.
    #[error("Unknown node {0}")]
    UnknownNode(String),
    /// The node is this one.
    #[error("I tried hard but I can't forget myself...")]
    Myself,
    /// The node is the primary of this one.
    #[error("Can't forget my master!")]
    MyPrimary,
}

/// `CLUSTER ADDSLOTS`, `DELSLOTS` and their `RANGE` forms.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
pub enum SlotsError {
    /// This node is a replica: it cannot own slots. (The reference servers say OK and confuse themselves.)
    #[error("Please use ADDSLOTS only with masters.")]
    OnReplica,
    /// The slot has an owner.
    #[error("Slot {0} is already busy")]
    Busy(Slot),
    /// The slot has none.
    #[error("Slot {0} is already unassigned")]
    Unassigned(Slot),
    /// The same slot twice in one command.
    #[error("Slot {0} specified multiple times")]
    Repeated(Slot),
}

/// `CLUSTER SETSLOT`.
#[derive(Clone, Debug, Eq, Error, PartialEq)]
pub enum SetSlotError {
    /// This node is a replica.
    #[error("Please use SETSLOT only with masters.")]
    OnReplica,
    /// MIGRATING somebody else's slot.
    #[error("I'm not the owner of hash slot {0}")]
    NotOwner(Slot),
    /// IMPORTING one's own slot.
    #[error("I'm already the owner of hash slot {0}")]
    AlreadyOwner(Slot),
    /// MIGRATING to or IMPORTING from a stranger.
    #[error("I don't know about node {0}")]
    DontKnow(String),
    /// NODE with a stranger.
    #[error("Unknown node {0}")]
    UnknownNode(String),
    /// The other node is a replica.
    #[error("Target node is not a master")]
    TargetIsReplica,
    /// The slot still has keys here.
    #[error(
        "Can't assign hashslot {0} to a different node while I still hold keys for this hash slot."
    )]
    HasKeys(Slot),
}

/// `CLUSTER FLUSHSLOTS`.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
pub enum FlushSlotsError {
    /// There are keys.
    #[error("DB must be empty to perform CLUSTER FLUSHSLOTS.")]
    NotEmpty,
}

/// `CLUSTER REPLICATE`.
#[derive(Clone, Debug, Eq, Error, PartialEq)]
pub enum ReplicateError {
    /// No such node.
    #[error("Unknown node {0}")]
    UnknownNode(String),
    /// The node is this one.
    #[error("Can't replicate myself")]
    Myself,
    /// The node is a replica.
    #[error("I can only replicate a master, not a replica.")]
    TargetIsReplica,
    /// This node is a primary with keys or slots.
    #[error("To set a master the node must be empty and without assigned slots.")]
    NotEmpty,
}

/// `CLUSTER REPLICAS`.
#[derive(Clone, Debug, Eq, Error, PartialEq)]
pub enum ReplicasError {
    /// No such node.
    #[error("Unknown node {0}")]
    UnknownNode(String),
    /// The node is a replica itself.
    #[error("The specified node is not a master")]
    NotPrimary,
}

/// A command about a node that nobody knows.
#[derive(Clone, Debug, Eq, Error, PartialEq)]
#[error("Unknown node {0}")]
pub struct UnknownNode(pub String);

/// `CLUSTER RESET`.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
pub enum ResetError {
    /// A primary with keys.
    #[error("CLUSTER RESET can't be called with master nodes containing keys")]
    HasKeys,
}

/// `CLUSTER SET-CONFIG-EPOCH`.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
pub enum SetConfigEpochError {
    /// A negative number (or one so great that the counter could be exhausted).
    #[error("Invalid config epoch specified: {0}")]
    Invalid(i64),
    /// There are other nodes.
    #[error("The user can assign a config epoch only when the node does not know any other node.")]
    NotAlone,
    /// It has one already.
    #[error("Node config epoch is already non-zero")]
    AlreadySet,
}

/// Why a nodes.conf that can be read cannot be lived with.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
#[non_exhaustive]
pub enum RestoreError {
    /// No line is about this node.
    #[error("no node is marked as myself")]
    NoMyself,
    /// Two lines are about the same node.
    #[error("node {0} is listed twice")]
    Duplicate(NodeId),
}

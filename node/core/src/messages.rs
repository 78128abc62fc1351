//! What the two planes say to each other, and nothing else passes between them.
//!
//! Both queues keep their order. That is a promise the admin commands build on: when the control plane
//! changes the slot map for `CLUSTER SETSLOT` it sends the new [`ToData::View`] first and the
//! [`ToData::AdminReply`] after it, so the client reads `OK` only when the data plane already routes by
//! the new map. Everything is owned, so that a message can cross threads.

use std::sync::Arc;

use bytes::Bytes;
use shoal_resp::Version;
use shoal_slots::{ClusterView, Instant, NodeId, ReplOffset, Role, SlotSet};

/// Names one admin command until its answer. Drawn by the data plane, echoed by the control plane.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Ticket(pub u64);

/// A message of the control plane to the data plane.
#[derive(Clone, Debug)]
#[non_exhaustive]
#[allow(
    clippy::large_enum_variant,
    reason = "the large one is rare, and messages are moved once"
)]
pub enum ToData {
    /// Who serves which slot, whole and immutable. In force as soon as it is handled.
    View(Arc<ClusterView>),
    /// This node won an election or was reset: drop the link to the primary, start a history of our own
    /// (the old replication id stays valid up to here), accept writes.
    BecomePrimary,
    /// Replicate that node from now on. Sent again when only its address changed.
    BecomeReplicaOf {
        /// The new primary.
        primary: NodeId,
        /// Its address, as it is to be dialled.
        host: String,
        /// Its client port.
        port: u16,
    },
    /// A manual failover began: hold back writes of clients, so that the offset stands still. The data plane
    /// answers with [`ToControl::PausedAt`] at once: no write is half-way when a message is handled.
    PauseWrites {
        /// When to resume without being told.
        until: Instant,
    },
    /// The manual failover ended: held-back commands go on, in the order in which they came.
    ResumeWrites,
    /// These slots belong to somebody else now: delete their keys, and tell the replicas.
    DropSlots(SlotSet),
    /// Delete every key (`CLUSTER RESET` of a replica).
    FlushAll,
    /// The answer to [`ToControl::Admin`] with the same ticket.
    AdminReply {
        /// Which command.
        ticket: Ticket,
        /// The reply, encoded in the protocol version of the request.
        reply: Vec<u8>,
    },
    /// A message published on another node, for the subscribers of this one.
    Published {
        /// The channel.
        channel: Bytes,
        /// The message.
        message: Bytes,
        /// Whether it came from `SPUBLISH`.
        shard: bool,
    },
}

/// A message of the data plane to the control plane.
#[derive(Clone, Debug)]
#[non_exhaustive]
#[allow(
    clippy::large_enum_variant,
    reason = "the large one comes once, at start"
)]
pub enum ToControl {
    /// How far replication is; sent at changes of role or link, and at most once per cron tick otherwise.
    Replication(ReplicationStatus),
    /// A `CLUSTER` subcommand that needs the membership. Its client waits.
    Admin(AdminRequest),
    /// Writes are held back since [`ToData::PauseWrites`], and the stream ends here.
    PausedAt {
        /// The final offset.
        offset: ReplOffset,
    },
    /// `CONFIG SET` of a `cluster-*` option (or an address to announce), already validated.
    Option {
        /// Canonical name, lower case.
        name: &'static str,
        /// The value as `CONFIG GET` would show it.
        value: String,
    },
    /// A client published: broadcast it (to the shard only for `SPUBLISH`).
    Publish {
        /// The channel.
        channel: Bytes,
        /// The message.
        message: Bytes,
        /// Whether it is for the shard only.
        shard: bool,
    },
    /// The dataset was loaded at start: in these slots there are keys.
    Loaded {
        /// Slots with at least one key.
        slots: SlotSet,
    },
    /// The loop of the data plane turned. Sent once per cron tick; a control plane that misses it for a
    /// whole node timeout stops answering on the bus.
    Heartbeat,
}

/// What the control plane must know of replication: it goes into bus headers and decides elections.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct ReplicationStatus {
    /// Bytes of the stream produced (as a primary) or applied (as a replica); 0 before the first sync.
    pub offset: ReplOffset,
    /// What the data plane believes to be.
    pub role: Role,
    /// The link to the primary.
    pub link: PrimaryLinkStatus,
    /// Whether a dataset is being loaded.
    pub loading: bool,
    /// How many replicas are attached and receive the stream.
    pub replicas_online: u32,
}

/// The link to the primary, as the control plane sees it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum PrimaryLinkStatus {
    /// This node is a primary.
    None,
    /// The stream flows.
    Up {
        /// When the last byte came.
        last_io: Instant,
    },
    /// Not connected, in the handshake, or loading.
    Down {
        /// Since when, if it ever was up since this node became a replica.
        since: Option<Instant>,
    },
}

/// A `CLUSTER` subcommand on its way to the control plane, with the facts of the keyspace it may need.
#[derive(Clone, Debug)]
pub struct AdminRequest {
    /// To be echoed in [`ToData::AdminReply`].
    pub ticket: Ticket,
    /// The subcommand's canonical name in lower case: `nodes`, `setslot`, … The arity was already checked.
    pub subcommand: &'static str,
    /// The arguments after `CLUSTER <subcommand>`, as they came.
    pub args: Vec<Bytes>,
    /// How to encode the reply.
    pub version: Version,
    /// Whether the client came through TLS (it is shown TLS ports then).
    pub tls: bool,
    /// How many keys this node holds.
    pub keys_total: u64,
    /// How many keys the slot named by the first argument holds, if that is a slot number.
    pub slot_keys: Option<u64>,
    /// How far replication is at this moment.
    pub replication: ReplicationStatus,
}

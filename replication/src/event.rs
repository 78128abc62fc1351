//! What the two PSYNC machines tell their driver.

use bytes::Bytes;
use shoal_slots::{ReplId, ReplOffset};

use crate::error::{LineError, StreamError};

/// The driver's name for a connection that is, or may become, a replica: the id of the client.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct ReplicaKey(pub u64);

/// A place in a history of data.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct History {
    /// Which history.
    pub replid: ReplId,
    /// How many of its bytes are contained.
    pub offset: ReplOffset,
}

/// What a [`crate::Primary`] wants done.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum PrimaryEvent {
    /// Close this connection (after that, or instead of it, [`crate::Primary::detach`] is harmless).
    Close {
        /// Which.
        replica: ReplicaKey,
        /// Why.
        reason: CloseReason,
    },
    /// The replica has everything up to now in its socket and is counted as online.
    Online(ReplicaKey),
    /// Replicas wait for a snapshot: see [`crate::Primary::snapshot_wanted`].
    SnapshotWanted,
    /// Nobody takes the running snapshot any more: stop producing it.
    SnapshotAbandoned,
    /// The history was forgotten because no replica came for `repl-backlog-ttl`.
    HistoryDropped,
    /// This connection has output though nothing of its own caused it.
    Output(ReplicaKey),
}

/// Why a primary closes the connection of a replica.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum CloseReason {
    /// No ACK, or no progress of a payload, for `repl-timeout`.
    Timeout,
    /// It lagged behind by more than its limit; it will need a full synchronisation.
    LagLimit {
        /// How far behind it was.
        lag: u64,
    },
    /// It asked for the snapshot only and has got it.
    SnapshotOnly,
    /// The snapshot could not be made.
    SnapshotFailed,
    /// The history changed its name or its content: replicas must ask again.
    HistoryChanged,
}

/// What a [`crate::Replica`] tells.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum ReplicaEvent {
    /// Open a connection to the primary's client port, then call `handle_connected` or `handle_closed`.
    Connect,
    /// Close the connection; `handle_closed` need not be called.
    Disconnect(DisconnectReason),
    /// A full synchronisation begins: disconnect own replicas and be ready to replace the data set.
    FullSync {
        /// The history the snapshot belongs to; `None` after a plain `SYNC`.
        history: Option<History>,
    },
    /// The payload begins.
    SnapshotStart {
        /// Its length, if it was announced.
        len: Option<u64>,
    },
    /// Bytes of the payload, in order.
    SnapshotBytes(Bytes),
    /// The payload is complete: load it, then call `snapshot_loaded` or `snapshot_failed`.
    SnapshotDone,
    /// The link broke before the payload was complete: forget what came of it.
    SnapshotAborted,
    /// A partial synchronisation: the data set stays. With a new id, our history has been renamed:
    /// call `Primary::rename_history` (own replicas come back with PSYNC).
    Continue {
        /// The new name of the history, if it has one.
        renamed: Option<ReplId>,
    },
    /// The stream flows (after `Continue`, or after the snapshot was loaded).
    LinkUp,
}

/// Why a replica leaves its primary.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum DisconnectReason {
    /// The driver reported the connection closed or refused.
    Closed,
    /// Nothing was received for `repl-timeout`.
    Timeout,
    /// An answer of the handshake did not come in time.
    HandshakeTimeout,
    /// The primary refuses for now (`-LOADING`, `-NOMASTERLINK`, a refused AUTH …): its line.
    Refused(Bytes),
    /// The primary aborted the synchronisation with an error: its line.
    Aborted(Bytes),
    /// A line that is none of the protocol's words.
    Line(LineError),
    /// The stream is not one of commands. The history is given up: asking for the same bytes again would
    /// loop.
    Stream(StreamError),
    /// The driver could not load the snapshot.
    LoadFailed,
    /// The driver stopped the machine.
    Stopped,
}

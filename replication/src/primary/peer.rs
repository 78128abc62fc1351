//! One connection that is, or may become, a replica.

use alloc::collections::VecDeque;
use alloc::string::String;

use bytes::Bytes;
use shoal_slots::{Instant, ReplOffset};

use crate::event::ReplicaKey;
use crate::replconf::SnapshotFilter;

/// How far a connection has come. INFO's words are in brackets.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum ReplicaStage {
    /// Waits for a snapshot to begin (`wait_bgsave`).
    WaitingForSnapshot,
    /// Is being sent the snapshot (`send_bulk`).
    Receiving,
    /// Has been sent a payload with an EOF mark; nothing more is sent until it acknowledges, so that it
    /// can find the mark (`send_bulk`).
    WaitingForAck,
    /// Reads the stream (`online`).
    Online,
}

impl ReplicaStage {
    /// The word INFO has for it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::WaitingForSnapshot => "wait_bgsave",
            Self::Receiving | Self::WaitingForAck => "send_bulk",
            Self::Online => "online",
        }
    }
}

/// A replica as INFO, ROLE and WAIT see it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct ReplicaInfo<'a> {
    /// The connection.
    pub key: ReplicaKey,
    /// Its announced address, if it announced one (else the peer address of the connection).
    pub ip: Option<&'a str>,
    /// Its announced port (0 = none).
    pub port: u16,
    /// How far it has come.
    pub stage: ReplicaStage,
    /// What it has processed, as it said itself.
    pub acked: ReplOffset,
    /// What it has on disk, if it said so.
    pub fsynced: Option<ReplOffset>,
    /// When it was last heard.
    pub heard: Instant,
    /// Its version, if it said so.
    pub version: Option<&'a str>,
    /// Takes a snapshot and leaves.
    pub snapshot_only: bool,
}

/// What is known of one connection.
#[derive(Debug, Default)]
pub(super) struct Peer {
    pub(super) port: u16,
    pub(super) ip: Option<String>,
    pub(super) version: Option<String>,
    pub(super) capa_eof: bool,
    pub(super) capa_psync2: bool,
    pub(super) snapshot_only: bool,
    pub(super) filter: SnapshotFilter,
    /// `None` until it sends PSYNC or SYNC.
    pub(super) stage: Option<ReplicaStage>,
    /// Came by plain SYNC: gets no +FULLRESYNC line and need not acknowledge.
    pub(super) plain: bool,
    /// The snapshot is complete in `queue`.
    pub(super) payload_done: bool,
    /// The payload ends in a mark.
    pub(super) payload_marked: bool,
    /// Lines and snapshot bytes that go out before the stream.
    pub(super) queue: VecDeque<Bytes>,
    /// Bytes in `queue`.
    pub(super) queued: usize,
    /// What of the stream has been written to its socket.
    pub(super) cursor: ReplOffset,
    pub(super) acked: ReplOffset,
    pub(super) fsynced: Option<ReplOffset>,
    /// Last sign of life, or last progress of the payload.
    pub(super) heard: Instant,
    /// Since when it waits for a snapshot.
    pub(super) waiting_since: Instant,
    pub(super) soft_since: Option<Instant>,
}

impl Peer {
    pub(super) const fn is_attached(&self) -> bool {
        self.stage.is_some()
    }

    pub(super) fn is_online(&self) -> bool {
        self.stage == Some(ReplicaStage::Online)
    }

    pub(super) fn is_waiting(&self) -> bool {
        self.stage == Some(ReplicaStage::WaitingForSnapshot)
    }

    /// Whether the backlog must be kept from its cursor on.
    pub(super) fn reads_stream(&self) -> bool {
        let started =
            matches!(self.stage, Some(stage) if stage != ReplicaStage::WaitingForSnapshot);
        started && !self.snapshot_only
    }

    pub(super) fn push(&mut self, bytes: Bytes) {
        if !bytes.is_empty() {
            self.queued += bytes.len();
            self.queue.push_back(bytes);
        }
    }

    pub(super) fn info(&self, key: ReplicaKey) -> Option<ReplicaInfo<'_>> {
        Some(ReplicaInfo {
            key,
            ip: self.ip.as_deref(),
            port: self.port,
            stage: self.stage?,
            acked: self.acked,
            fsynced: self.fsynced,
            heard: self.heard,
            version: self.version.as_deref(),
            snapshot_only: self.snapshot_only,
        })
    }
}

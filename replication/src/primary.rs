//! `Primary`: one history of data, its backlog, and the replicas that read it.
//!
//! Every node has one, whatever its role: a replica passes the stream it receives to sub-replicas through
//! it ([`Primary::feed_stream`]), so that it can be promoted without anybody losing his place.
//!
//! This file is the face; `primary/` has the rooms: `peer` (one connection), `sync` (who may continue),
//! `snapshot` (full synchronisations), `lag` (how the stream grows), `output` (what is written where),
//! `history`, `timers`.

mod history;
mod lag;
mod output;
mod peer;
mod snapshot;
mod sync;
mod timers;

use alloc::collections::{BTreeMap, VecDeque};

use rand_core::SeedableRng;
use rand_pcg::Pcg64Mcg;
use shoal_resp::write_command;
use shoal_slots::{Instant, Now, ReplId, ReplOffset};

use crate::backlog::Backlog;
use crate::config::PrimaryConfig;
use crate::event::{CloseReason, PrimaryEvent, ReplicaKey};
pub use history::Upstream;
use lag::Longest;
use peer::Peer;
pub use peer::{ReplicaInfo, ReplicaStage};
use snapshot::Snapshot;
pub use snapshot::{FullSync, SnapshotForm, SnapshotRequest};
pub use sync::{PsyncAnswer, ReplconfReply};

/// The keepalive and GETACK commands exactly as the reference servers write them.
const PING: &[u8] = b"*1\r\n$4\r\nping\r\n";
const GETACK: &[u8] = b"*3\r\n$8\r\nREPLCONF\r\n$6\r\nGETACK\r\n$1\r\n*\r\n";

/// How many synchronisations were served (INFO `sync_full`, `sync_partial_ok`, `sync_partial_err`).
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct SyncStats {
    /// Full ones.
    pub full: u64,
    /// Partial ones.
    pub partial: u64,
    /// Wishes to continue that could not be granted.
    pub partial_refused: u64,
    /// Replicas cut off because they lagged too far behind.
    pub lag_cuts: u64,
}

/// One history and the replicas that read it. See the crate's page for the order of calls.
#[derive(Debug)]
pub struct Primary {
    config: PrimaryConfig,
    rng: Pcg64Mcg,
    replid: ReplId,
    /// The previous name of this history, and the first byte number it is not valid for.
    previous: Option<(ReplId, u64)>,
    /// The offset while there is no backlog (it stands still then).
    resting: ReplOffset,
    backlog: Option<Backlog>,
    /// The stream comes from a primary of our own.
    following: bool,
    /// The database the stream's readers have selected.
    stream_db: Option<u32>,
    peers: BTreeMap<ReplicaKey, Peer>,
    snapshot: Option<Snapshot>,
    /// The due time of the snapshot that was asked for, so that it is asked for once per tick.
    snapshot_asked: Option<Instant>,
    paused: bool,
    next_ping: Option<Instant>,
    next_tick: Option<Instant>,
    /// Since when nobody is attached.
    lonely_since: Option<Instant>,
    unchecked: u64,
    longest: Longest,
    stats: SyncStats,
    events: VecDeque<PrimaryEvent>,
}

impl Primary {
    /// A fresh history: a random id, offset 0, no backlog. The seed determines all ids and marks.
    #[must_use]
    pub fn new(config: PrimaryConfig, seed: u64) -> Self {
        let mut rng = Pcg64Mcg::seed_from_u64(seed);
        Self {
            config,
            replid: ReplId::random(&mut rng),
            rng,
            previous: None,
            resting: ReplOffset(0),
            backlog: None,
            following: false,
            stream_db: None,
            peers: BTreeMap::new(),
            snapshot: None,
            snapshot_asked: None,
            paused: false,
            next_ping: None,
            next_tick: None,
            lonely_since: None,
            unchecked: 0,
            longest: Longest::default(),
            stats: SyncStats::default(),
            events: VecDeque::new(),
        }
    }

    /// The settings.
    #[must_use]
    pub const fn config(&self) -> &PrimaryConfig {
        &self.config
    }

    /// Changes the settings (`CONFIG SET`).
    pub fn set_config(&mut self, config: PrimaryConfig) {
        if let Some(backlog) = &mut self.backlog {
            backlog.resize(config.backlog_size);
        }
        self.config = config;
        self.trim();
    }

    /// Whether anybody reads, or may come back to read, the stream. While not, [`Primary::feed`] does
    /// nothing and the offset stands still.
    #[must_use]
    pub const fn is_listening(&self) -> bool {
        self.backlog.is_some()
    }

    /// Adds a command (encoded as an array of bulk strings) that changed database `db`.
    ///
    /// Does nothing without a backlog, and on a replica, whose stream is its primary's.
    pub fn feed(&mut self, db: u32, command: &[u8]) {
        if self.following || self.backlog.is_none() {
            return;
        }
        self.select(db);
        self.append(command);
    }

    /// Adds a command that is about no database: the frame of a transaction.
    pub fn feed_frame(&mut self, command: &[u8]) {
        if !self.following && self.backlog.is_some() {
            self.append(command);
        }
    }

    fn select(&mut self, db: u32) {
        if self.stream_db != Some(db) {
            let mut select = alloc::vec::Vec::new();
            write_command(
                &mut select,
                &[b"SELECT", itoa::Buffer::new().format(db).as_bytes()],
            );
            self.append(&select);
            self.stream_db = Some(db);
        }
    }

    /// Adds bytes received from our own primary, unchanged: sub-replicas get the same stream with the
    /// same offsets.
    pub fn feed_stream(&mut self, raw: &[u8]) {
        if self.following {
            self.append(raw);
        }
    }

    /// Asks all replicas for an ACK now (`WAIT`, `WAITAOF`). Returns whether it did: not during a manual
    /// failover, whose offset has to stand still.
    pub fn request_acks(&mut self) -> bool {
        let useful = !self.following && !self.paused && self.attached().next().is_some();
        if useful {
            self.append(GETACK);
        }
        useful
    }

    /// While paused (a manual failover), nothing but commands enters the stream: no PING, no GETACK.
    pub fn set_paused(&mut self, paused: bool) {
        self.paused = paused;
    }

    /// How many online replicas have processed `offset`.
    #[must_use]
    pub fn count_acked(&self, offset: ReplOffset) -> usize {
        self.online().filter(|peer| peer.acked >= offset).count()
    }

    /// How many online replicas have `offset` on disk.
    #[must_use]
    pub fn count_fsynced(&self, offset: ReplOffset) -> usize {
        self.online()
            .filter(|peer| peer.fsynced.is_some_and(|fsynced| fsynced >= offset))
            .count()
    }

    /// How many replicas are online with an ACK no older than `max_lag` (`min-replicas-to-write`).
    #[must_use]
    pub fn count_good(&self, now: Now, max_lag: core::time::Duration) -> usize {
        self.online()
            .filter(|peer| now.instant - peer.heard <= max_lag)
            .count()
    }

    /// How far the slowest replica is behind, in bytes of stream: slow writers down with it before the
    /// limit cuts the replica off.
    #[must_use]
    pub fn slowest_lag(&self) -> u64 {
        self.slowest()
            .map_or(0, |slowest| self.offset().0.saturating_sub(slowest.0))
    }

    /// The attached replicas, for INFO, ROLE and CLIENT LIST.
    pub fn replicas(&self) -> impl Iterator<Item = ReplicaInfo<'_>> {
        self.peers.iter().filter_map(|(key, peer)| peer.info(*key))
    }

    /// One attached replica.
    #[must_use]
    pub fn replica(&self, key: ReplicaKey) -> Option<ReplicaInfo<'_>> {
        self.peers.get(&key).and_then(|peer| peer.info(key))
    }

    /// Whether this connection is attached (its client is a replica).
    #[must_use]
    pub fn is_replica(&self, key: ReplicaKey) -> bool {
        self.peers.get(&key).is_some_and(Peer::is_attached)
    }

    /// What was served so far.
    #[must_use]
    pub const fn stats(&self) -> SyncStats {
        self.stats
    }

    /// The backlog, for INFO.
    #[must_use]
    pub const fn backlog(&self) -> Option<&Backlog> {
        self.backlog.as_ref()
    }

    /// The next thing to do, first in first out.
    #[must_use]
    pub fn poll_event(&mut self) -> Option<PrimaryEvent> {
        self.events.pop_front()
    }

    /// The connection is gone. Harmless for connections never heard of.
    pub fn detach(&mut self, now: Now, key: ReplicaKey) {
        let Some(peer) = self.peers.remove(&key) else {
            return;
        };
        if peer.is_attached() {
            self.leave_snapshot(key);
            self.note_loneliness(now);
            self.trim();
        }
    }

    fn attached(&self) -> impl Iterator<Item = &Peer> {
        self.peers.values().filter(|peer| peer.is_attached())
    }

    fn online(&self) -> impl Iterator<Item = &Peer> {
        self.peers.values().filter(|peer| peer.is_online())
    }

    /// Forgets a connection and has it closed.
    fn close(&mut self, key: ReplicaKey, reason: CloseReason) {
        if self.peers.remove(&key).is_some() {
            self.leave_snapshot(key);
            self.events.push_back(PrimaryEvent::Close {
                replica: key,
                reason,
            });
        }
    }

    fn close_all(&mut self, reason: CloseReason) {
        let keys: alloc::vec::Vec<ReplicaKey> = self
            .peers
            .iter()
            .filter(|(_, peer)| peer.is_attached())
            .map(|(key, _)| *key)
            .collect();
        for key in keys {
            self.close(key, reason);
        }
    }
}

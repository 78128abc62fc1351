//! Settings of every machine in this crate. Each `new` gives the reference server's defaults; the
//! fields are public so that the redis.conf options of the same names can be laid over them.

use alloc::string::String;
use alloc::vec::Vec;
use core::time::Duration;

/// The smallest backlog the reference servers allow, and the size of one chunk of ours.
pub const BACKLOG_SIZE_MIN: u64 = 16 * 1024;

/// How far a replica may lag behind before it is cut off (`client-output-buffer-limit replica`).
/// Zero switches a limit off.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct LagLimit {
    /// More unsent bytes than this: cut at once.
    pub hard_len: u64,
    /// More unsent bytes than this for longer than [`LagLimit::soft_for`]: cut.
    pub soft_len: u64,
    /// How long the soft limit may be exceeded.
    pub soft_for: Duration,
}

/// Settings of a [`crate::Primary`].
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct PrimaryConfig {
    /// `repl-backlog-size`: how many recent bytes are kept for replicas that come back.
    pub backlog_size: u64,
    /// `repl-backlog-ttl`: a primary without replicas forgets its history after this; zero = never.
    pub backlog_ttl: Duration,
    /// `repl-ping-replica-period`: how often a PING is put into the stream.
    pub ping_period: Duration,
    /// `repl-timeout`: a replica silent for longer is closed.
    pub timeout: Duration,
    /// `repl-diskless-sync`: whether snapshots may be sent in the `$EOF:` form, whose length nobody
    /// needs to know beforehand. Off: always `$<length>`.
    pub diskless_sync: bool,
    /// `repl-diskless-sync-delay`: how long to wait for further replicas to share a snapshot.
    pub diskless_sync_delay: Duration,
    /// `repl-diskless-sync-max-replicas`: start at once when so many wait; zero = no such rule.
    pub diskless_sync_max_replicas: usize,
    /// `client-output-buffer-limit replica`.
    pub lag_limit: LagLimit,
    /// How many bytes of a snapshot may be queued for the slowest receiver before
    /// [`crate::Primary::snapshot_room`] says stop.
    pub snapshot_queue_len: usize,
    /// Accept `REPLCONF version`, as Valkey 8 does. Off: refused as by Redis 7.2 (both are harmless).
    pub accept_version: bool,
}

impl PrimaryConfig {
    /// The defaults of Redis 7.2.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            backlog_size: 1024 * 1024,
            backlog_ttl: Duration::from_secs(3600),
            ping_period: Duration::from_secs(10),
            timeout: Duration::from_secs(60),
            diskless_sync: true,
            diskless_sync_delay: Duration::from_secs(5),
            diskless_sync_max_replicas: 0,
            lag_limit: LagLimit {
                hard_len: 256 * 1024 * 1024,
                soft_len: 64 * 1024 * 1024,
                soft_for: Duration::from_secs(60),
            },
            snapshot_queue_len: 1024 * 1024,
            accept_version: false,
        }
    }
}

impl Default for PrimaryConfig {
    fn default() -> Self {
        Self::new()
    }
}

/// What a replica shows its primary as proof.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Credentials {
    /// `masteruser`, if set.
    pub user: Option<Vec<u8>>,
    /// `masterauth`.
    pub password: Vec<u8>,
}

/// Settings of a [`crate::Replica`].
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct ReplicaConfig {
    /// The port clients reach us at (`replica-announce-port`, else the TLS or plain port).
    pub listening_port: u16,
    /// `replica-announce-ip`, if set.
    pub announce_ip: Option<String>,
    /// `masteruser` and `masterauth`, if set.
    pub credentials: Option<Credentials>,
    /// Sent as `REPLCONF version` when set, as Valkey 8 does. Others answer with an error that is ignored.
    pub announce_version: Option<String>,
    /// `repl-timeout`: a primary silent for longer is left and reconnected to.
    pub timeout: Duration,
    /// How long each answer of the handshake may take.
    pub handshake_timeout: Duration,
    /// How often the processed offset is acknowledged, and newlines are sent while loading.
    pub ack_period: Duration,
    /// Pause before the next attempt after one that never got established.
    pub retry_delay: Duration,
    /// The longest line a primary may send outside the stream.
    pub line_len_max: usize,
    /// How many bytes may pile up unparsed before [`crate::Replica::wants_bytes`] says no.
    pub buffer_len_max: usize,
}

impl ReplicaConfig {
    /// The defaults of Redis 7.2.
    #[must_use]
    pub const fn new(listening_port: u16) -> Self {
        Self {
            listening_port,
            announce_ip: None,
            credentials: None,
            announce_version: None,
            timeout: Duration::from_secs(60),
            handshake_timeout: Duration::from_secs(5),
            ack_period: Duration::from_secs(1),
            retry_delay: Duration::from_secs(1),
            line_len_max: 4096,
            buffer_len_max: 1024 * 1024,
        }
    }
}

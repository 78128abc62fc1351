//! What an operator can set: options named as in redis.conf, ceilings against hostile peers, and
//! every constant of time ([`Timing`], in `timers.rs`).

use alloc::string::String;
use core::time::Duration;

use shoal_slots::RouteOptions;

use crate::timers::Timing;
use crate::wire::Dialect;

/// How this node behaves on the bus. [`Config::new`] gives the reference server's defaults; every field
/// may be changed while the node runs ([`Gossip::config_mut`](crate::Gossip::config_mut)) and takes
/// effect with the next packet or tick.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Config {
    /// `cluster-node-timeout`: how long a peer may stay silent before we doubt it (PFAIL). Lower finds
    /// failures sooner, cries wolf more.
    pub node_timeout: Duration,
    /// Every other constant of time.
    pub timing: Timing,
    /// How packets of doubtful meaning are read (extension numbers differ between the servers).
    pub dialect: Dialect,
    /// What we tell others about ourselves.
    pub announce: Announce,
    /// `tls-cluster`: the bus speaks TLS and the header's first port is the TLS port.
    pub tls_cluster: bool,
    /// `cluster-require-full-coverage`: one uncovered slot takes the whole cluster down.
    pub require_full_coverage: bool,
    /// `cluster-allow-replica-migration`: may a primary that lost its last slot, or a spare replica,
    /// change shards by itself?
    pub allow_replica_migration: bool,
    /// `cluster-replica-no-failover`: this node never stands for election.
    pub replica_no_failover: bool,
    /// Options that only the data plane reads; they travel in the view.
    pub route: RouteOptions,
    /// `cluster-link-sendbuf-limit` in bytes; 0 means none.
    pub link_sendbuf_limit: u64,
    /// Ceilings that hold whatever peers send.
    pub limits: Limits,
}

/// What a node says about itself in every packet (the `cluster-announce-*` options).
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Announce {
    /// `cluster-announce-ip`; `None` lets peers take the address of the connection.
    pub ip: Option<String>,
    /// The port for plain connections; 0 if there is none.
    pub port: u16,
    /// The port for TLS connections; 0 if there is none.
    pub tls_port: u16,
    /// The port of the bus.
    pub bus_port: u16,
    /// `cluster-announce-hostname`; empty for none.
    pub hostname: String,
    /// `cluster-announce-human-nodename`; empty for none.
    pub human_name: String,
}

/// Ceilings on what peers can make us remember.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Limits {
    /// Nodes in the table, handshakes included.
    pub nodes_max: usize,
    /// Handshakes running at one time because somebody sent us MEET.
    pub handshakes_max: usize,
    /// Connections opened by others that we listen to at one time.
    pub inbound_links_max: usize,
    /// FORGOTTEN_NODE notes in one packet.
    pub forgotten_notes_max: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            nodes_max: 8192,
            handshakes_max: 1024,
            inbound_links_max: 16384,
            forgotten_notes_max: 256,
        }
    }
}

impl Config {
    /// The reference server's defaults for a node that serves plain clients at `port` and the bus at
    /// `bus_port`.
    #[must_use]
    pub fn new(port: u16, bus_port: u16) -> Self {
        Self {
            node_timeout: Duration::from_secs(15),
            timing: Timing::default(),
            dialect: Dialect::default(),
            announce: Announce {
                port,
                bus_port,
                ..Announce::default()
            },
            tls_cluster: false,
            require_full_coverage: true,
            allow_replica_migration: true,
            replica_no_failover: false,
            route: RouteOptions::default(),
            link_sendbuf_limit: 0,
            limits: Limits::default(),
        }
    }

    /// How long a handshake may take, never less than the floor of [`Timing`].
    pub(crate) fn handshake_lifetime(&self) -> Duration {
        self.node_timeout.max(self.timing.handshake_lifetime_min)
    }

    /// A pong older than this calls for a ping.
    pub(crate) fn ping_interval(&self) -> Duration {
        self.timing.ping_interval.unwrap_or(self.node_timeout / 2)
    }

    /// How long a failure report counts after its last refresh.
    pub(crate) fn report_validity(&self) -> Duration {
        self.node_timeout
            .saturating_mul(self.timing.report_validity_timeouts)
    }

    /// How long FAIL sticks to a primary with slots although it answers again.
    pub(crate) fn fail_undo(&self) -> Duration {
        self.node_timeout
            .saturating_mul(self.timing.fail_undo_timeouts)
    }

    /// How long a primary waits after it was in a minority.
    pub(crate) fn rejoin_delay(&self) -> Duration {
        // `clamp` panics when the bounds are crossed, and both are settings.
        self.node_timeout
            .min(self.timing.rejoin_delay_max)
            .max(self.timing.rejoin_delay_min)
    }
}

//! One node as this node knows it, itself included.

use alloc::collections::BTreeMap;
use alloc::string::String;
use alloc::vec::Vec;
use core::time::Duration;

use shoal_slots::{Epoch, Instant, NodeId, ReplOffset, Role, ShardId};

use crate::event::LinkId;
use crate::wire::NodeFlags;

/// Where a node can be reached.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Address {
    /// The address as text; empty while unknown.
    pub ip: String,
    /// The client port of the kind the cluster uses (TLS port in a TLS cluster).
    pub port: u16,
    /// The other client port, 0 if there is none.
    pub other_port: u16,
    /// The port of the bus.
    pub bus_port: u16,
}

impl Address {
    /// Whether one could connect to it.
    pub(crate) fn is_dialable(&self) -> bool {
        !self.ip.is_empty() && self.bus_port != 0
    }
}

/// Whether a node answers. PFAIL and FAIL exclude each other by construction.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Liveness {
    /// It answers, as far as we know.
    #[default]
    Alive,
    /// PFAIL: we alone doubt it.
    Suspected,
    /// FAIL: the majority says it is down.
    Failed {
        /// Since when; `None` if it was learnt from somebody's gossip together with the node.
        since: Option<Instant>,
    },
}

/// A node of the table. Read-only outside of this crate, since it is only ever lent.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Peer {
    /// Its name (a random one during a handshake).
    pub id: NodeId,
    /// Its address; empty ip and port 0 after NOADDR.
    pub address: Address,
    /// Its announced host name; empty if it has none.
    pub hostname: String,
    /// Its announced human name; empty if it has none.
    pub human_name: String,
    /// What clients should use instead of the address (Valkey 8); empty if nothing.
    pub client_ipv4: String,
    /// The same for IPv6.
    pub client_ipv6: String,
    /// Its shard. Made up by us until it tells.
    pub shard: ShardId,
    /// What it is in its shard.
    pub role: Role,
    /// The primary it copies, if it is a replica of somebody we know.
    pub primary: Option<NodeId>,
    /// Its replicas, in the order in which they were learnt.
    pub replicas: Vec<NodeId>,
    /// Its own configEpoch (a replica's line shows its primary's instead).
    pub config_epoch: Epoch,
    /// Whether it answers.
    pub liveness: Liveness,
    /// Its name is not known yet: somebody asked for a handshake with its address.
    pub handshake: bool,
    /// The first packet to it has to be MEET.
    pub send_meet: bool,
    /// Its address turned out to be wrong; it is not connected to.
    pub noaddr: bool,
    /// A primary that may receive migrating replicas.
    pub migrate_to: bool,
    /// A replica that never stands for election.
    pub nofailover: bool,
    /// It sent packets with the EXT_DATA flag.
    pub extensions_supported: bool,
    /// It understands light messages (Valkey 8).
    pub light_supported: bool,
    /// When it entered the table.
    pub created: Instant,
    /// Since when a ping waits for its pong.
    pub ping_sent: Option<Instant>,
    /// The last pong, our own or gossiped.
    pub pong_received: Option<Instant>,
    /// The last packet of any kind.
    pub data_received: Option<Instant>,
    /// How far its replication is.
    pub repl_offset: ReplOffset,
    /// When it said so.
    pub repl_offset_at: Option<Instant>,
    /// Who reported it as failing, and when last.
    pub reports: BTreeMap<NodeId, Instant>,
    /// The connection that we opened.
    pub outbound: Option<LinkId>,
    /// The connection that it opened.
    pub inbound: Option<LinkId>,
}

impl Peer {
    pub(crate) fn new(id: NodeId, shard: ShardId, now: Instant) -> Self {
        Self {
            id,
            address: Address::default(),
            hostname: String::new(),
            human_name: String::new(),
            client_ipv4: String::new(),
            client_ipv6: String::new(),
            shard,
            role: Role::Primary,
            primary: None,
            replicas: Vec::new(),
            config_epoch: Epoch(0),
            liveness: Liveness::Alive,
            handshake: false,
            send_meet: false,
            noaddr: false,
            migrate_to: false,
            nofailover: false,
            extensions_supported: false,
            light_supported: false,
            created: now,
            ping_sent: None,
            pong_received: None,
            data_received: None,
            repl_offset: ReplOffset(0),
            repl_offset_at: None,
            reports: BTreeMap::new(),
            outbound: None,
            inbound: None,
        }
    }

    /// Whether it is a primary.
    #[must_use]
    pub fn is_primary(&self) -> bool {
        self.role == Role::Primary
    }

    /// Whether it is a replica.
    #[must_use]
    pub fn is_replica(&self) -> bool {
        self.role == Role::Replica
    }

    /// Whether it is marked FAIL.
    #[must_use]
    pub const fn is_failed(&self) -> bool {
        matches!(self.liveness, Liveness::Failed { .. })
    }

    /// Whether it is marked PFAIL.
    #[must_use]
    pub const fn is_suspected(&self) -> bool {
        matches!(self.liveness, Liveness::Suspected)
    }

    /// Whether it is marked neither FAIL nor PFAIL.
    #[must_use]
    pub const fn is_alive(&self) -> bool {
        matches!(self.liveness, Liveness::Alive)
    }

    /// The port for plain clients, 0 if there is none.
    #[must_use]
    pub const fn plain_port(&self, tls_cluster: bool) -> u16 {
        if tls_cluster {
            self.address.other_port
        } else {
            self.address.port
        }
    }

    /// The port for TLS clients, 0 if there is none.
    #[must_use]
    pub const fn tls_port(&self, tls_cluster: bool) -> u16 {
        if tls_cluster {
            self.address.port
        } else {
            self.address.other_port
        }
    }

    /// Its flag word, as gossip entries and nodes.conf carry it. MYSELF is the caller's to add.
    #[must_use]
    pub fn flags(&self) -> NodeFlags {
        let mut flags = match self.role {
            Role::Primary => NodeFlags::PRIMARY,
            Role::Replica => NodeFlags::REPLICA,
        };
        if self.handshake {
            // Nothing else is known about a node whose name is not known.
            flags = NodeFlags::HANDSHAKE;
        }
        flags.set(NodeFlags::PFAIL, self.is_suspected());
        flags.set(NodeFlags::FAIL, self.is_failed());
        flags.set(NodeFlags::NOADDR, self.noaddr);
        flags.set(NodeFlags::MEET, self.send_meet);
        flags.set(NodeFlags::MIGRATE_TO, self.migrate_to);
        flags.set(NodeFlags::NOFAILOVER, self.nofailover);
        flags.set(NodeFlags::EXTENSIONS, self.extensions_supported);
        flags.set(NodeFlags::LIGHT_HEADER, self.light_supported);
        flags
    }

    /// How long nothing has come from it while a ping waits; `None` if no ping waits.
    pub(crate) fn silence(&self, now: Instant) -> Option<Duration> {
        let ping = now.since(self.ping_sent?);
        let data = self.data_received.map_or(Duration::MAX, |at| now.since(at));
        Some(ping.min(data))
    }

    /// Forgets where it is (NOADDR).
    pub(crate) fn lose_address(&mut self) {
        self.noaddr = true;
        self.address = Address::default();
    }
}

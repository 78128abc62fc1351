//! Conditions of the whole node under which a command must pass more than the usual checks.
//!
//! They change rarely and are asked on every command, so they are kept as one set of bits: as long as it
//! is empty, one comparison is all that the hot path pays for them.

use bitflags::bitflags;
use shoal_replication::{ReplicaInfo, ReplicaStage};

use super::DataPlane;
use super::replicas::client_of;

bitflags! {
    /// What is unusual at the moment.
    #[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
    pub(crate) struct Gates: u8 {
        /// Some commands are held back.
        const PAUSED = 1;
        /// A dataset is being loaded.
        const LOADING = 1 << 1;
        /// This node is a replica that must not show what may be old.
        const STALE = 1 << 2;
        /// This node is a replica.
        const REPLICA = 1 << 3;
        /// Writes need replicas (`min-replicas-to-write`).
        const MIN_REPLICAS = 1 << 4;
        /// The stream is recorded: there is a backlog or a replica.
        const FEEDING = 1 << 5;
        /// Somebody is blocked on a key or watches one.
        const ATTENDED = 1 << 6;
        /// The memory is over `maxmemory`.
        const MEMORY = 1 << 7;
    }
}

impl Gates {
    /// What makes reads take the careful way.
    pub(crate) const READS: Self = Self::PAUSED
        .union(Self::LOADING)
        .union(Self::STALE)
        .union(Self::MEMORY);
    /// What makes all commands take the careful way.
    pub(crate) const ALL: Self = Self::READS.union(Self::REPLICA).union(Self::MIN_REPLICAS);
}

/// A replica as `ROLE` shows it.
pub(crate) struct OnlineReplica {
    pub(crate) ip: String,
    pub(crate) port: u16,
    pub(crate) acked: u64,
}

impl DataPlane {
    /// Looks at all conditions again; called by whoever changes one.
    pub(crate) fn update_gates(&mut self) {
        let replica = self.upstream.is_some();
        let link_up = self
            .upstream
            .as_ref()
            .is_none_or(|upstream| upstream.is_up());
        self.gates.set(Gates::PAUSED, self.pause.is_active());
        self.gates.set(
            Gates::STALE,
            !link_up && !self.settings.replica_serve_stale_data,
        );
        self.gates.set(Gates::REPLICA, replica);
        self.gates.set(
            Gates::MIN_REPLICAS,
            self.settings.min_replicas > 0 && !replica,
        );
        self.gates
            .set(Gates::FEEDING, !replica && self.primary.is_listening());
        self.effects.enabled = self.gates.contains(Gates::FEEDING);
        // While writes are held back nothing may enter the stream, so nothing expires either.
        self.keyspace.set_replica(replica || self.pause.is_active());
    }

    /// Whether this node follows a primary.
    pub(crate) const fn is_replica(&self) -> bool {
        self.upstream.is_some()
    }

    /// The shell loads (or has loaded) a dataset from its disk: clients are told to wait meanwhile.
    pub fn set_loading(&mut self, loading: bool) {
        self.gates.set(Gates::LOADING, loading);
    }

    /// Whether clients must wait for a dataset.
    pub(crate) const fn is_loading(&self) -> bool {
        self.gates.contains(Gates::LOADING)
    }

    /// How many replicas are online and acknowledged recently.
    pub(crate) fn good_replicas(&self) -> usize {
        self.primary
            .count_good(self.now, self.settings.min_replicas_lag)
    }

    /// The replicas that receive the stream.
    pub(crate) fn online_replicas(&self) -> Vec<OnlineReplica> {
        let online = self
            .primary
            .replicas()
            .filter(|info| info.stage == ReplicaStage::Online);
        online
            .map(|info| OnlineReplica {
                ip: self.replica_address(&info),
                port: info.port,
                acked: info.acked.0,
            })
            .collect()
    }

    /// What a replica announced as its address, or where its connection comes from.
    pub(crate) fn replica_address(&self, info: &ReplicaInfo<'_>) -> String {
        let peer = || {
            self.sessions
                .get(client_of(info.key))
                .map(|session| session.about.peer.ip().to_owned())
        };
        info.ip.map(str::to_owned).or_else(peer).unwrap_or_default()
    }
}

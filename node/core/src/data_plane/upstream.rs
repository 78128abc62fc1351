//! The primary that this node follows, as `INFO`, `ROLE` and the control plane see it.

use core::time::Duration;

use shoal_replication::{History, LinkState, Replica, ReplicaConfig};
use shoal_slots::{Instant, Now, ReplOffset};

use super::snapshot::Incoming;
use crate::messages::PrimaryLinkStatus;

/// The primary that this node follows.
#[derive(Debug)]
pub(crate) struct Upstream {
    pub(crate) host: String,
    pub(crate) port: u16,
    pub(super) link: Replica,
    /// The dataset that is arriving.
    pub(super) incoming: Option<Box<Incoming>>,
}

impl Upstream {
    pub(super) fn new(
        host: &str,
        port: u16,
        config: ReplicaConfig,
        history: Option<History>,
        now: Now,
    ) -> Self {
        Self {
            host: host.to_owned(),
            port,
            link: Replica::new(config, history, now),
            incoming: None,
        }
    }

    pub(crate) fn is_at(&self, host: &str, port: u16) -> bool {
        self.host == host && self.port == port
    }

    pub(crate) fn is_up(&self) -> bool {
        self.link.link() == LinkState::Up
    }

    /// A full synchronisation is under way.
    pub(crate) fn is_syncing(&self) -> bool {
        self.link.link() == LinkState::Syncing
    }

    pub(crate) fn offset(&self) -> ReplOffset {
        self.link.offset()
    }

    pub(crate) fn set_config(&mut self, config: ReplicaConfig) {
        *self.link.config_mut() = config;
    }

    pub(crate) fn poll_timeout(&self) -> Option<Instant> {
        self.link.poll_timeout()
    }

    /// How long nothing was heard of the primary.
    pub(crate) fn silence(&self, now: Now) -> Duration {
        now.instant.since(self.link.last_io())
    }

    pub(crate) fn down_for(&self, now: Now) -> Option<Duration> {
        self.link.down_since().map(|since| now.instant.since(since))
    }

    /// How many bytes of the snapshot were announced (0: unknown) and have come.
    pub(crate) fn sync_progress(&self) -> (u64, u64) {
        self.incoming
            .as_ref()
            .map_or((0, 0), |incoming| incoming.progress())
    }

    /// The word of `ROLE`.
    pub(crate) fn state_word(&self) -> &'static str {
        match self.link.link() {
            LinkState::Down => "connect",
            LinkState::Connecting => "connecting",
            LinkState::Syncing => "sync",
            LinkState::Up => "connected",
        }
    }

    pub(crate) fn status(&self) -> PrimaryLinkStatus {
        if self.is_up() {
            PrimaryLinkStatus::Up {
                last_io: self.link.last_io(),
            }
        } else {
            PrimaryLinkStatus::Down {
                since: self.link.down_since(),
            }
        }
    }
}

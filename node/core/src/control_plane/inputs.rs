//! What the data plane says, and what follows when it says nothing for too long.

use core::time::Duration;

use shoal_slots::Now;

use super::{ControlPlane, options};
use crate::messages::{ReplicationStatus, ToControl};

impl ControlPlane {
    /// The data plane says something.
    pub fn handle_data(&mut self, now: Now, message: ToControl) {
        self.now = now;
        match message {
            ToControl::Replication(status) => self.take_status(status),
            ToControl::Admin(request) => self.take_admin(&request),
            ToControl::PausedAt { offset } => {
                self.gossip.set_offset(offset);
                self.manual.paused_at(now, offset);
            }
            ToControl::Option { name, value } => self.set_option(name, &value),
            ToControl::Publish {
                channel,
                message,
                shard,
            } => self.gossip.publish(now, channel, message, shard),
            ToControl::Loaded { slots } => self.gossip.adopt_loaded_slots(now, &slots),
            ToControl::Heartbeat => self.heartbeat = now.instant,
        }
        self.settle();
    }

    /// A node whose data plane is stuck for a whole node timeout falls silent, so that it is failed over as a stuck
    /// redis-server is.
    pub(super) fn watch_data_plane(&mut self) {
        self.gossip.set_silent(self.is_stuck());
    }

    /// Whether the data plane is stuck. Such a node neither votes nor stands for election: nothing that it says
    /// would be heard.
    pub(super) fn is_stuck(&self) -> bool {
        // The data plane is heard once per turn of its cron, so a node timeout below that would prove nothing.
        let turn = Duration::from_secs(1) / self.config.hz().clamp(1, 500);
        let patience = self.config.cluster_node_timeout().max(3 * turn);
        self.now.instant - self.heartbeat > patience
    }

    pub(super) fn take_status(&mut self, status: ReplicationStatus) {
        self.replication = status;
        self.gossip.set_offset(status.offset);
        self.manual.processed(status.offset);
        self.tick_election();
    }

    fn set_option(&mut self, name: &str, value: &str) {
        let context = shoal_config::SetContext {
            protected_allowed: true,
            loading: false,
        };
        if self
            .config
            .set(&[(name.as_bytes(), value.as_bytes())], context)
            .is_err()
        {
            return;
        }
        *self.gossip.config_mut() = options::gossip_config(&self.config);
        let timing = options::timing(&self.config);
        self.election.set_timing(timing);
        self.voter.set_timing(timing);
        self.manual.set_timing(timing);
        self.migration.set_timing(timing);
        self.gossip.options_changed(self.now);
    }
}

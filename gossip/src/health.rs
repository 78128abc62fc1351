//! Is the cluster able to serve, and is our side of a partition the majority?

use shoal_slots::{ClusterState, Instant};

use crate::event::Event;
use crate::gossip::Gossip;

/// The cluster state and what it remembers.
#[derive(Clone, Debug, Default)]
pub(crate) struct Health {
    state: ClusterState,
    /// When the state was evaluated first.
    first: Option<Instant>,
    /// When we were last seen on the side of a minority.
    minority: Option<Instant>,
    /// Something relevant changed in this call.
    stale: bool,
}

impl Health {
    pub(crate) const fn state(&self) -> ClusterState {
        self.state
    }

    pub(crate) fn is_failing(&self) -> bool {
        self.state == ClusterState::Fail
    }

    pub(crate) const fn mark_stale(&mut self) {
        self.stale = true;
    }

    pub(crate) const fn is_stale(&self) -> bool {
        self.stale
    }
}

impl Gossip {
    /// Whether the cluster can serve, as this node sees it.
    #[must_use]
    pub const fn state(&self) -> ClusterState {
        self.health.state()
    }

    /// Evaluates the state.
    pub(crate) fn update_state(&mut self) {
        self.health.stale = false;
        let now = self.now.instant;
        let primary = self.peers.me().is_primary();
        let first = *self.health.first.get_or_insert(now);
        // A primary that just started first lets others tell it what it missed.
        if primary
            && self.health.is_failing()
            && now.since(first) < self.config.timing.writable_delay
        {
            return;
        }
        let majority = self.reaches_majority();
        if !majority {
            self.health.minority = Some(now);
        }
        let state = if majority && self.is_covered() {
            ClusterState::Ok
        } else {
            ClusterState::Fail
        };
        if state == self.health.state {
            return;
        }
        // A primary that comes back from a minority waits until it has heard of a failover.
        let rejoining = self
            .health
            .minority
            .is_some_and(|at| now.since(at) < self.config.rejoin_delay());
        if state == ClusterState::Ok && primary && rejoining {
            return;
        }
        self.health.state = state;
        self.out.event(Event::StateChanged(state));
        self.out.view();
    }

    /// Every slot has an owner that is not FAIL, or coverage is not asked for.
    fn is_covered(&self) -> bool {
        if !self.config.require_full_coverage {
            return true;
        }
        let failed = |id| self.peers.get(id).is_none_or(|peer| peer.is_failed());
        self.slots.is_covered() && !self.slots.owners().any(|(id, _)| failed(id))
    }

    /// The voters that are neither FAIL nor PFAIL, we included, make a quorum.
    fn reaches_majority(&self) -> bool {
        let alive = |id| self.peers.get(id).is_some_and(|peer| peer.is_alive());
        self.slots.owners().filter(|(id, _)| alive(id)).count() >= self.quorum()
    }
}

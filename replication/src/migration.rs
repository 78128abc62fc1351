//! Replica migration: a spare replica moves to a primary that has lost all of its own.
//!
//! Every replica judges alone; since all have the same facts, only one of them (the one with the smallest id
//! among the richest primaries' replicas) finds that it is the one to go.

use alloc::collections::BTreeMap;
use alloc::vec::Vec;

use shoal_slots::{Instant, NodeId, Now};

use crate::timing::Timing;

/// A replica, as the membership sees it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct ReplicaFacts {
    /// Its name.
    pub id: NodeId,
    /// It is marked FAIL.
    pub failed: bool,
    /// It is marked PFAIL.
    pub suspected: bool,
}

/// A primary and its replicas, as the membership sees them.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct PrimaryFacts {
    /// Its name.
    pub id: NodeId,
    /// It is marked FAIL.
    pub failed: bool,
    /// It owns slots.
    pub has_slots: bool,
    /// It once had replicas (MIGRATE_TO), so it is meant to have some.
    pub migrate_to: bool,
    /// Its replicas.
    pub replicas: Vec<ReplicaFacts>,
}

/// What a replica has to know to judge whether it should move.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct MigrationFacts {
    /// Our name.
    pub myself: NodeId,
    /// Whose replica we are; `None` on a primary.
    pub primary: Option<NodeId>,
    /// The cluster's state is ok.
    pub cluster_ok: bool,
    /// `cluster-allow-replica-migration`.
    pub allowed: bool,
    /// `cluster-migration-barrier`: so many replicas must stay behind.
    pub barrier: usize,
    /// All primaries, in table order.
    pub primaries: Vec<PrimaryFacts>,
}

/// Remembers since when primaries are orphaned.
#[derive(Debug)]
pub struct Migration {
    timing: Timing,
    orphaned: BTreeMap<NodeId, Instant>,
}

impl PrimaryFacts {
    fn good_replicas(&self) -> usize {
        self.replicas
            .iter()
            .filter(|replica| !replica.failed)
            .count()
    }

    fn healthy_replicas(&self) -> usize {
        self.replicas
            .iter()
            .filter(|replica| !replica.failed && !replica.suspected)
            .count()
    }

    fn is_orphaned(&self) -> bool {
        !self.failed && self.has_slots && self.migrate_to && self.good_replicas() == 0
    }
}

impl Migration {
    /// Nobody is orphaned yet.
    #[must_use]
    pub const fn new(timing: Timing) -> Self {
        Self {
            timing,
            orphaned: BTreeMap::new(),
        }
    }

    /// Changes the durations.
    pub fn set_timing(&mut self, timing: Timing) {
        self.timing = timing;
    }

    /// Takes note of who is orphaned, and returns the primary that we should become a replica of, if it
    /// is up to us. Call it regularly (the reference servers: every 100 ms).
    pub fn target(&mut self, now: Now, facts: &MigrationFacts) -> Option<NodeId> {
        self.note_orphans(now, facts);
        let target = facts
            .primaries
            .iter()
            .find(|primary| primary.is_orphaned())?
            .id;
        let since = *self.orphaned.get(&target)?;
        let long_enough = now.instant - since > self.timing.migration_delay;
        (long_enough && facts.may_leave() && facts.candidate() == Some(facts.myself))
            .then_some(target)
    }

    fn note_orphans(&mut self, now: Now, facts: &MigrationFacts) {
        let before = core::mem::take(&mut self.orphaned);
        for primary in facts
            .primaries
            .iter()
            .filter(|primary| primary.is_orphaned())
        {
            let since = before.get(&primary.id).copied().unwrap_or(now.instant);
            self.orphaned.insert(primary.id, since);
        }
    }
}

impl MigrationFacts {
    /// Whether our primary can spare a replica.
    fn may_leave(&self) -> bool {
        let mine = self
            .primaries
            .iter()
            .find(|primary| Some(primary.id) == self.primary);
        let rich = |mine: &PrimaryFacts| {
            let good = mine.good_replicas();
            good >= 2 && good == self.most_replicas() && mine.healthy_replicas() > self.barrier
        };
        self.cluster_ok && self.allowed && mine.is_some_and(rich)
    }

    /// The one that goes: the smallest id among the replicas of the richest primaries. Those that have
    /// failed are left out (the reference servers count them, and then nobody goes).
    fn candidate(&self) -> Option<NodeId> {
        let most = self.most_replicas();
        let richest = self
            .primaries
            .iter()
            .filter(|primary| primary.good_replicas() == most);
        richest
            .flat_map(|primary| &primary.replicas)
            .filter(|replica| !replica.failed)
            .map(|replica| replica.id)
            .min()
    }

    fn most_replicas(&self) -> usize {
        self.primaries
            .iter()
            .map(PrimaryFacts::good_replicas)
            .max()
            .unwrap_or(0)
    }
}

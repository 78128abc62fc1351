//! What an election has to know, and who may stand at all.

use alloc::vec::Vec;
use core::time::Duration;

use shoal_slots::{Epoch, Instant, NodeId, Now, ReplOffset};

use crate::timing::Timing;

/// Our link to the primary.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum PrimaryLink {
    /// No synchronisation was ever finished: there is no data to stand with.
    Never,
    /// The stream flows.
    Up {
        /// When something was last received.
        last_io: Instant,
    },
    /// It does not.
    Down {
        /// Since when.
        since: Instant,
    },
}

/// Another replica of our primary.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Sibling {
    /// Its name.
    pub id: NodeId,
    /// Its offset, from the last header it sent.
    pub offset: ReplOffset,
    /// When that header came.
    pub heard: Option<Instant>,
    /// It has failed.
    pub failed: bool,
    /// It never stands (NOFAILOVER).
    pub no_failover: bool,
}

/// What the membership knows that matters to an election.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct ElectionFacts {
    /// Our name.
    pub myself: NodeId,
    /// Whose replica we are; `None` on a primary, and when it is unknown.
    pub primary: Option<NodeId>,
    /// Since when it is marked FAIL.
    pub failed_since: Option<Instant>,
    /// It is marked FAIL.
    pub primary_failed: bool,
    /// It owns slots.
    pub primary_has_slots: bool,
    /// `cluster-replica-no-failover`.
    pub no_failover: bool,
    /// A manual failover may start: [`crate::ManualFailover::may_start`].
    pub manual: bool,
    /// The current epoch of the cluster.
    pub current_epoch: Epoch,
    /// How many votes win.
    pub quorum: usize,
    /// Our processed offset.
    pub offset: ReplOffset,
    /// Our link to the primary.
    pub link: PrimaryLink,
    /// The other replicas of our primary.
    pub siblings: Vec<Sibling>,
    /// All primaries with slots that are marked FAIL, ours included.
    pub failed_primaries: Vec<NodeId>,
}

/// Why a replica does not stand, or did not win.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum ElectionRefusal {
    /// We are a primary, or do not know ours.
    #[error("not a replica of a known primary")]
    NotAReplica,
    /// Our primary is not marked FAIL.
    #[error("the primary has not failed")]
    PrimaryAlive,
    /// `cluster-replica-no-failover`.
    #[error("cluster-replica-no-failover is set")]
    NoFailover,
    /// There is nothing to take over.
    #[error("the primary owns no slots")]
    PrimaryWithoutSlots,
    /// We have no data: winning would empty the shard.
    #[error("this replica never finished a synchronisation")]
    NeverSynced,
    /// We have been disconnected for too long.
    #[error("data is {age:?} old, at most {max:?} is allowed")]
    DataTooOld {
        /// How long.
        age: Duration,
        /// What the validity factor allows.
        max: Duration,
    },
    /// Too few votes came in time.
    #[error("{votes} of {needed} votes in time")]
    Expired {
        /// How many came.
        votes: usize,
        /// How many win.
        needed: usize,
    },
    /// No further epoch exists.
    #[error("epochs are exhausted")]
    EpochExhausted,
}

impl ElectionFacts {
    /// Whether we may stand, and for whom.
    ///
    /// # Errors
    /// [`ElectionRefusal`]: the first reason against it.
    pub fn eligible(&self, now: Now, timing: &Timing) -> Result<NodeId, ElectionRefusal> {
        let primary = self.primary.ok_or(ElectionRefusal::NotAReplica)?;
        if !self.primary_failed && !self.manual {
            return Err(ElectionRefusal::PrimaryAlive);
        }
        if self.no_failover && !self.manual {
            return Err(ElectionRefusal::NoFailover);
        }
        if !self.primary_has_slots {
            return Err(ElectionRefusal::PrimaryWithoutSlots);
        }
        let age = self
            .data_age(now, timing)
            .ok_or(ElectionRefusal::NeverSynced)?;
        match timing.data_age_max() {
            Some(max) if age > max && !self.manual => Err(ElectionRefusal::DataTooOld { age, max }),
            _ => Ok(primary),
        }
    }

    /// How old our data is: the silence that made the primary fail does not count.
    #[must_use]
    pub fn data_age(&self, now: Now, timing: &Timing) -> Option<Duration> {
        let age = match self.link {
            PrimaryLink::Never => return None,
            PrimaryLink::Up { last_io } => now.instant - last_io,
            PrimaryLink::Down { since } => now.instant - since,
        };
        // Whole seconds, as the reference servers count.
        let age = Duration::from_secs(age.as_secs());
        Some(if age > timing.node_timeout {
            age - timing.node_timeout
        } else {
            age
        })
    }

    /// How many others have more data, or as much and a smaller id. Those that have failed, or never
    /// stand, are no rivals.
    #[must_use]
    pub fn rank(&self) -> u32 {
        let better = |rival: &&Sibling| (rival.offset, self.myself) > (self.offset, rival.id);
        u32::try_from(self.rivals().filter(better).count()).unwrap_or(u32::MAX)
    }

    /// How many failed primaries have a smaller id than ours: their shards vote first.
    #[must_use]
    pub fn shard_rank(&self, primary: NodeId) -> u32 {
        let before = self
            .failed_primaries
            .iter()
            .filter(|failed| **failed < primary)
            .count();
        u32::try_from(before).unwrap_or(u32::MAX)
    }

    /// Whether every rival's offset is one that it sent after the failure.
    #[must_use]
    pub fn rivals_have_spoken(&self) -> bool {
        let Some(failed_since) = self.failed_since else {
            return false;
        };
        self.rivals()
            .all(|rival| rival.heard.is_some_and(|heard| heard >= failed_since))
    }

    fn rivals(&self) -> impl Iterator<Item = &Sibling> {
        self.siblings
            .iter()
            .filter(|sibling| !sibling.failed && !sibling.no_failover)
    }
}

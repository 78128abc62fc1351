//! A replica stands for election: when, with which rank, and with how many votes it has won.
//!
//! The machine decides; the driver supplies [`ElectionFacts`] read from the membership and carries out
//! [`ElectionAction`]s in order. Safety (one winner per epoch) comes from the voters, each of whom votes once per
//! epoch; the delays here only make it likely that the best replica wins, and at the first try.

mod facts;

use alloc::collections::{BTreeSet, VecDeque};
use core::time::Duration;

use rand_core::{Rng, SeedableRng};
use rand_pcg::Pcg64Mcg;
use shoal_slots::{Epoch, Instant, NodeId, Now};

use crate::timing::Timing;
pub use facts::{ElectionFacts, ElectionRefusal, PrimaryLink, Sibling};

/// What an [`Election`] wants done, in this order.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum ElectionAction {
    /// Send a PONG to the other replicas of our primary, so that they learn our offset.
    AnnounceOffset,
    /// Send FAIL about this primary to all nodes once more, on the links that the request will take:
    /// whoever reads the request has then read the FAIL (see [`crate::EarlyStart`]).
    AnnounceFailure {
        /// The failed primary.
        primary: NodeId,
    },
    /// Set the current epoch to `epoch`, bring it to disk, and only then send AUTH_REQUEST to all nodes.
    RequestVotes {
        /// The epoch of the election.
        epoch: Epoch,
        /// Set FORCEACK: a manual failover, whose primary need not be failing.
        force: bool,
    },
    /// The election is won: take the primary's slots with `epoch` as configuration epoch, bring that to
    /// disk, and tell everybody.
    Won {
        /// The epoch of the election.
        epoch: Epoch,
    },
}

/// How an election stands, for INFO and logs.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum ElectionStatus {
    /// There is none.
    Idle,
    /// Votes will be asked for at this time.
    Scheduled {
        /// When.
        due: Instant,
        /// How many replicas are better.
        rank: u32,
    },
    /// Votes have been asked for.
    Requested {
        /// In which epoch.
        epoch: Epoch,
        /// How many have come.
        votes: usize,
    },
    /// Too few votes came in time; the next attempt is at this time.
    Expired {
        /// When.
        retry: Instant,
    },
    /// Won.
    Won {
        /// In which epoch.
        epoch: Epoch,
    },
}

/// One try.
#[derive(Debug)]
struct Attempt {
    primary: NodeId,
    manual: bool,
    scheduled_at: Instant,
    /// When the votes are asked for, with the full delay.
    due: Instant,
    /// The same, as far as an early start allows.
    effective_due: Instant,
    rank: u32,
    shard_rank: u32,
    requested: Option<Epoch>,
    votes: BTreeSet<NodeId>,
    won: bool,
}

/// A replica's candidacy.
#[derive(Debug)]
pub struct Election {
    timing: Timing,
    rng: Pcg64Mcg,
    attempt: Option<Attempt>,
    refusal: Option<ElectionRefusal>,
    /// Whether we could stand when we last looked. If not, no time makes it so: only new facts do.
    eligible: bool,
    actions: VecDeque<ElectionAction>,
}

impl Election {
    /// No candidacy yet. The seed determines the random parts of the delays.
    #[must_use]
    pub fn new(timing: Timing, seed: u64) -> Self {
        Self {
            timing,
            rng: Pcg64Mcg::seed_from_u64(seed),
            attempt: None,
            refusal: None,
            eligible: false,
            actions: VecDeque::new(),
        }
    }

    /// Changes the durations (`CONFIG SET cluster-node-timeout`).
    pub fn set_timing(&mut self, timing: Timing) {
        self.timing = timing;
    }

    /// The membership just marked our primary as failed. The same as [`Election::handle_timeout`], under
    /// the name of the occasion.
    pub fn primary_failed(&mut self, now: Now, facts: &ElectionFacts) {
        self.handle_timeout(now, facts);
    }

    /// Looks at the facts and does what is due. Call it when facts change and at
    /// [`Election::poll_timeout`]; more often does no harm.
    pub fn handle_timeout(&mut self, now: Now, facts: &ElectionFacts) {
        // A manual attempt ends with the manual failover, so that the operator can try again.
        if !facts.manual && self.attempt.as_ref().is_some_and(|attempt| attempt.manual) {
            self.attempt = None;
        }
        match facts.eligible(now, &self.timing) {
            Ok(primary) => {
                self.eligible = true;
                self.stand(now, facts, primary);
            }
            Err(refusal) => {
                self.eligible = false;
                self.refusal = Some(refusal);
                self.withdraw();
            }
        }
    }

    /// A vote (AUTH_ACK) came. `voting` says whether the sender is a primary with slots, `epoch` is the
    /// current epoch of its packet. A voter counts once, however often it answers.
    pub fn vote_received(
        &mut self,
        now: Now,
        from: NodeId,
        voting: bool,
        epoch: Epoch,
        facts: &ElectionFacts,
    ) {
        let Some(attempt) = &mut self.attempt else {
            return;
        };
        if voting
            && attempt
                .requested
                .is_some_and(|requested| epoch >= requested)
        {
            attempt.votes.insert(from);
            self.handle_timeout(now, facts);
        }
    }

    /// Forgets the candidacy: we became a primary, or the replica of somebody else.
    pub fn reset(&mut self) {
        self.attempt = None;
        self.refusal = None;
        self.actions.clear();
    }

    /// What to do next, first in first out.
    #[must_use]
    pub fn poll_action(&mut self) -> Option<ElectionAction> {
        self.actions.pop_front()
    }

    /// When to call [`Election::handle_timeout`] at the latest.
    #[must_use]
    pub fn poll_timeout(&self) -> Option<Instant> {
        let waiting = |attempt: &&Attempt| self.eligible && !attempt.won;
        let attempt = self.attempt.as_ref().filter(waiting)?;
        Some(match attempt.requested {
            None => attempt.effective_due,
            Some(_) => attempt.due + self.timing.retry_after(),
        })
    }

    /// How the candidacy stands.
    #[must_use]
    pub fn status(&self, now: Now) -> ElectionStatus {
        let Some(attempt) = &self.attempt else {
            return ElectionStatus::Idle;
        };
        match attempt.requested {
            Some(epoch) if attempt.won => ElectionStatus::Won { epoch },
            Some(epoch) if now.instant - attempt.due <= self.timing.election_timeout() => {
                ElectionStatus::Requested {
                    epoch,
                    votes: attempt.votes.len(),
                }
            }
            Some(_) => ElectionStatus::Expired {
                retry: attempt.due + self.timing.retry_after(),
            },
            None => ElectionStatus::Scheduled {
                due: attempt.effective_due,
                rank: attempt.rank,
            },
        }
    }

    /// Why we last did not stand, or did not win (`cluster_failover_last_refusal`).
    #[must_use]
    pub const fn last_refusal(&self) -> Option<ElectionRefusal> {
        self.refusal
    }

    /// An attempt that has not asked anybody vanishes; one that has keeps its epoch and its retry time, so
    /// that a flapping primary does not make us ask again and again.
    fn withdraw(&mut self) {
        if self
            .attempt
            .as_ref()
            .is_some_and(|attempt| attempt.requested.is_none())
        {
            self.attempt = None;
        }
    }

    fn stand(&mut self, now: Now, facts: &ElectionFacts, primary: NodeId) {
        if self.needs_schedule(now, facts, primary) {
            self.schedule(now, facts, primary);
        }
        let timing = self.timing;
        let Some(attempt) = &mut self.attempt else {
            return;
        };
        if attempt.won {
            return;
        }
        if attempt.requested.is_none() {
            attempt.update_rank(facts, &timing);
            attempt.effective_due = attempt.early_due(facts, &timing).unwrap_or(attempt.due);
            if now.instant < attempt.effective_due {
                return;
            }
            // From here on ages are counted from the time the votes were really asked for.
            attempt.due = attempt.due.min(now.instant);
        }
        if now.instant - attempt.due > timing.election_timeout() {
            self.refusal = Some(ElectionRefusal::Expired {
                votes: attempt.votes.len(),
                needed: facts.quorum,
            });
            return;
        }
        match attempt.requested {
            None => self.request(facts, primary),
            Some(epoch) if attempt.votes.len() >= facts.quorum => {
                attempt.won = true;
                self.actions.push_back(ElectionAction::Won { epoch });
            }
            Some(_) => {}
        }
    }

    fn needs_schedule(&self, now: Now, facts: &ElectionFacts, primary: NodeId) -> bool {
        self.attempt.as_ref().is_none_or(|attempt| {
            attempt.primary != primary
                || (facts.manual && !attempt.manual)
                || now.instant - attempt.due >= self.timing.retry_after()
        })
    }

    fn schedule(&mut self, now: Now, facts: &ElectionFacts, primary: NodeId) {
        let delay = if facts.manual {
            Duration::ZERO
        } else {
            self.timing.election_delay + self.jitter()
        };
        let due = now.instant + delay;
        self.attempt = Some(Attempt {
            primary,
            manual: facts.manual,
            scheduled_at: now.instant,
            due,
            effective_due: due,
            rank: 0,
            shard_rank: 0,
            requested: None,
            votes: BTreeSet::new(),
            won: false,
        });
        self.actions.push_back(ElectionAction::AnnounceOffset);
    }

    fn request(&mut self, facts: &ElectionFacts, primary: NodeId) {
        let Some(epoch) = facts.current_epoch.next() else {
            self.refusal = Some(ElectionRefusal::EpochExhausted);
            return;
        };
        let Some(attempt) = &mut self.attempt else {
            return;
        };
        attempt.requested = Some(epoch);
        let force = attempt.manual;
        if facts.primary_failed && self.timing.early_start.is_some() {
            self.actions
                .push_back(ElectionAction::AnnounceFailure { primary });
        }
        self.actions
            .push_back(ElectionAction::RequestVotes { epoch, force });
    }

    fn jitter(&mut self) -> Duration {
        let bound = u64::try_from(self.timing.election_jitter.as_micros()).unwrap_or(u64::MAX);
        Duration::from_micros(self.rng.next_u64().checked_rem(bound).unwrap_or(0))
    }
}

impl Attempt {
    /// Others may turn out better, or worse, than we thought: the time moves with the rank.
    fn update_rank(&mut self, facts: &ElectionFacts, timing: &Timing) {
        if self.manual {
            return;
        }
        // Shards that recover before us must not pull the others forward, all at once.
        let (rank, shard_rank) = (
            facts.rank(),
            facts.shard_rank(self.primary).max(self.shard_rank),
        );
        let base = timing.rank_step * self.rank + timing.shard_step * self.shard_rank;
        let moved = timing.rank_step * rank + timing.shard_step * shard_rank;
        self.due = Instant::from_micros(
            (self.due - Instant::ORIGIN)
                .saturating_sub(base)
                .as_micros() as u64,
        ) + moved;
        (self.rank, self.shard_rank) = (rank, shard_rank);
    }

    /// When we may start early: nobody is better, and everybody who could be has spoken since the failure.
    fn early_due(&self, facts: &ElectionFacts, timing: &Timing) -> Option<Instant> {
        let early = timing.early_start?;
        let alone = !self.manual && self.rank == 0 && facts.rivals_have_spoken();
        let due = self.scheduled_at + early.delay + timing.shard_step * self.shard_rank;
        alone.then(|| due.min(self.due))
    }
}

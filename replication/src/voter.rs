//! A primary votes: whether, and in which order things must happen.
//!
//! A vote that is sent before it is on disk can be given twice: the node restarts, has forgotten it, and votes
//! again in the same epoch. So a vote has two actions, and the second one comes only after
//! [`Voter::persisted`].

use alloc::collections::{BTreeMap, VecDeque};
use alloc::vec::Vec;
use core::time::Duration;

use shoal_slots::{Epoch, Instant, NodeId, Now, Slot};

use crate::timing::Timing;

/// An AUTH_REQUEST.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct VoteRequest {
    /// Who asks.
    pub from: NodeId,
    /// The current epoch in its header: the epoch of the election.
    pub current_epoch: Epoch,
    /// The configuration epoch in its header: that of its primary.
    pub config_epoch: Epoch,
    /// FORCEACK: a manual failover.
    pub force: bool,
}

/// What the membership knows about who asks.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Candidate {
    /// It is a replica.
    pub is_replica: bool,
    /// Of this primary, if it is known.
    pub primary: Option<NodeId>,
    /// That primary is marked FAIL.
    pub primary_failed: bool,
}

/// What the membership knows that matters to a vote.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct VoterFacts {
    /// We are a primary with slots.
    pub voting_primary: bool,
    /// Our current epoch, the request's header already taken into account.
    pub current_epoch: Epoch,
    /// Who asks; `None` if unknown.
    pub candidate: Option<Candidate>,
    /// The first slot claimed in the request's header whose owner here still claims it with a greater
    /// configuration epoch than the header's.
    pub newer_owner: Option<(Slot, NodeId, Epoch)>,
}

/// Why a vote is refused. Nothing is sent to the candidate.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum VoteRefusal {
    /// We are a replica, or own no slots.
    #[error("this node has no vote")]
    NotVoting,
    /// The election is one of the past.
    #[error("epoch {request} of the request is behind {current}")]
    StaleEpoch {
        /// Theirs.
        request: Epoch,
        /// Ours.
        current: Epoch,
    },
    /// One vote per epoch.
    #[error("already voted in epoch {0}")]
    AlreadyVoted(Epoch),
    /// The sender is not in our table.
    #[error("unknown candidate")]
    UnknownCandidate,
    /// Only replicas can be elected.
    #[error("the candidate is not a replica")]
    NotAReplica,
    /// We do not know whose replica it is.
    #[error("the candidate's primary is unknown")]
    UnknownPrimary,
    /// Its primary is alive, as far as we know, and this is no manual failover.
    #[error("the candidate's primary has not failed")]
    PrimaryAlive,
    /// We voted for a replica of that primary a moment ago.
    #[error("voted in this shard {ago:?} ago")]
    VotedRecently {
        /// How long ago.
        ago: Duration,
    },
    /// Its slots have changed hands meanwhile: it needs an UPDATE about `owner`, or it can never win.
    #[error("slot {slot} belongs to {owner} with the newer epoch {epoch}")]
    NewerOwner {
        /// The first such slot.
        slot: Slot,
        /// Whose it is.
        owner: NodeId,
        /// Since which epoch.
        epoch: Epoch,
    },
}

/// What a [`Voter`] wants done, in this order.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum VoterAction {
    /// Store `epoch` as the last vote epoch and bring that to disk; then call [`Voter::persisted`].
    Persist {
        /// The epoch of the vote.
        epoch: Epoch,
    },
    /// The vote is on disk: send AUTH_ACK to `to`.
    SendVote {
        /// For whom the vote is.
        to: NodeId,
        /// The epoch of the vote.
        epoch: Epoch,
    },
}

/// A primary's vote.
#[derive(Debug)]
pub struct Voter {
    timing: Timing,
    last_vote_epoch: Epoch,
    /// When we last voted for a replica of this primary.
    voted: BTreeMap<NodeId, Instant>,
    /// Votes that are not on disk yet.
    unsaved: Vec<(NodeId, Epoch)>,
    actions: VecDeque<VoterAction>,
}

impl Voter {
    /// A voter that last voted in this epoch (`lastVoteEpoch` of nodes.conf).
    #[must_use]
    pub const fn new(timing: Timing, last_vote_epoch: Epoch) -> Self {
        Self {
            timing,
            last_vote_epoch,
            voted: BTreeMap::new(),
            unsaved: Vec::new(),
            actions: VecDeque::new(),
        }
    }

    /// Changes the durations.
    pub fn set_timing(&mut self, timing: Timing) {
        self.timing = timing;
    }

    /// The epoch of the last vote.
    #[must_use]
    pub const fn last_vote_epoch(&self) -> Epoch {
        self.last_vote_epoch
    }

    /// Decides about a request. A vote becomes [`VoterAction::Persist`], and after
    /// [`Voter::persisted`] [`VoterAction::SendVote`].
    ///
    /// # Errors
    /// [`VoteRefusal`]: the first reason against it; nothing has changed.
    pub fn consider(
        &mut self,
        now: Now,
        request: &VoteRequest,
        facts: &VoterFacts,
    ) -> Result<(), VoteRefusal> {
        self.check_epochs(request, facts)?;
        let primary = check_candidate(request, facts)?;
        self.check_pause(now, primary)?;
        if let Some((slot, owner, epoch)) = facts.newer_owner {
            return Err(VoteRefusal::NewerOwner { slot, owner, epoch });
        }
        let pause = self.timing.vote_pause();
        self.voted.retain(|_, voted| now.instant - *voted < pause);
        self.voted.insert(primary, now.instant);
        self.last_vote_epoch = facts.current_epoch;
        self.unsaved.push((request.from, facts.current_epoch));
        self.actions.push_back(VoterAction::Persist {
            epoch: facts.current_epoch,
        });
        Ok(())
    }

    /// The last vote epoch is on disk, up to and including `epoch`.
    pub fn persisted(&mut self, epoch: Epoch) {
        for (to, voted) in core::mem::take(&mut self.unsaved) {
            if voted <= epoch {
                self.actions
                    .push_back(VoterAction::SendVote { to, epoch: voted });
            } else {
                self.unsaved.push((to, voted));
            }
        }
    }

    /// The last vote epoch could not be written: those votes are never sent, and never given to
    /// somebody else either.
    pub fn persist_failed(&mut self) {
        self.unsaved.clear();
    }

    /// `CLUSTER RESET HARD`: the node begins anew.
    pub fn reset(&mut self) {
        *self = Self::new(self.timing, Epoch(0));
    }

    /// What to do next, first in first out.
    #[must_use]
    pub fn poll_action(&mut self) -> Option<VoterAction> {
        self.actions.pop_front()
    }

    fn check_epochs(&self, request: &VoteRequest, facts: &VoterFacts) -> Result<(), VoteRefusal> {
        if !facts.voting_primary {
            return Err(VoteRefusal::NotVoting);
        }
        if request.current_epoch < facts.current_epoch {
            return Err(VoteRefusal::StaleEpoch {
                request: request.current_epoch,
                current: facts.current_epoch,
            });
        }
        if self.last_vote_epoch >= facts.current_epoch {
            return Err(VoteRefusal::AlreadyVoted(self.last_vote_epoch));
        }
        Ok(())
    }

    fn check_pause(&self, now: Now, primary: NodeId) -> Result<(), VoteRefusal> {
        match self.voted.get(&primary) {
            Some(voted) if now.instant - *voted < self.timing.vote_pause() => {
                Err(VoteRefusal::VotedRecently {
                    ago: now.instant - *voted,
                })
            }
            _ => Ok(()),
        }
    }
}

fn check_candidate(request: &VoteRequest, facts: &VoterFacts) -> Result<NodeId, VoteRefusal> {
    let candidate = facts.candidate.ok_or(VoteRefusal::UnknownCandidate)?;
    if !candidate.is_replica {
        return Err(VoteRefusal::NotAReplica);
    }
    let primary = candidate.primary.ok_or(VoteRefusal::UnknownPrimary)?;
    if candidate.primary_failed || request.force {
        Ok(primary)
    } else {
        Err(VoteRefusal::PrimaryAlive)
    }
}

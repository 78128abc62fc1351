//! Epochs: the cluster's logical clock, who may take a new one without asking, and what happens when two
//! primaries have the same.
//!
//! Epochs only grow. Nobody can push ours to the end of the counter: a packet whose epoch is implausibly
//! far ahead is ignored as a whole, since with the counter exhausted no election could ever be won.

use shoal_slots::{Epoch, NodeId};

use crate::event::Event;
use crate::gossip::Gossip;
use crate::notice::Notice;
use crate::wire::{Header, MessageFlags};

/// Any epoch up to here is believed; at a thousand elections a second it takes nine thousand years.
const HONEST: u64 = 1 << 48;

/// Beyond that, this far ahead of ours is believed, so that the limit is no cliff for the cluster itself.
const STEP: u64 = 1 << 32;

/// The epochs that belong to no single node.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Epochs {
    /// The highest epoch we have seen.
    pub(crate) current: Epoch,
    /// The epoch of our last vote.
    pub(crate) last_vote: Epoch,
}

/// What `CLUSTER BUMPEPOCH` did.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Bump {
    /// We have a new configEpoch.
    Bumped(Epoch),
    /// Ours was the greatest already.
    Still(Epoch),
}

impl core::fmt::Display for Bump {
    /// The reply of CLUSTER BUMPEPOCH.
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match self {
            Self::Bumped(epoch) => write!(f, "BUMPED {epoch}"),
            Self::Still(epoch) => write!(f, "STILL {epoch}"),
        }
    }
}

impl Gossip {
    /// The highest epoch that this node has seen.
    #[must_use]
    pub const fn current_epoch(&self) -> Epoch {
        self.epochs.current
    }

    /// The epoch in which this node voted last.
    #[must_use]
    pub const fn last_vote_epoch(&self) -> Epoch {
        self.epochs.last_vote
    }

    /// Notes a vote that was decided elsewhere ([`Self::send_vote`] does it by itself).
    pub fn set_last_vote_epoch(&mut self, epoch: Epoch) {
        if self.epochs.last_vote != epoch {
            self.epochs.last_vote = epoch;
            self.out.save_durably();
            self.end();
        }
    }

    /// Our configEpoch as others see it: our primary's, if we are a replica.
    #[must_use]
    pub fn config_epoch(&self) -> Epoch {
        let me = self.peers.me();
        me.primary
            .and_then(|primary| self.peers.get(&primary))
            .unwrap_or(me)
            .config_epoch
    }

    /// Takes epochs and offset from the header of any packet of a known sender. False if the packet is to be
    /// ignored.
    pub(crate) fn take_counters(&mut self, sender: &NodeId, header: &Header) -> bool {
        let highest = header.current_epoch.max(header.config_epoch);
        if !self.is_plausible(highest) {
            if !core::mem::replace(&mut self.complaints.epoch, true) {
                self.out.notice(Notice::EpochImplausible {
                    from: *sender,
                    epoch: highest,
                });
            }
            return false;
        }
        let now = self.now.instant;
        self.epochs.current = self.epochs.current.max(header.current_epoch);
        let paused = header.mflags.contains(MessageFlags::PAUSED);
        let Some(peer) = self.peers.get_mut(sender) else {
            return false;
        };
        peer.repl_offset = header.offset;
        peer.repl_offset_at = Some(now);
        if header.config_epoch > peer.config_epoch {
            peer.config_epoch = header.config_epoch;
            self.out.save_durably();
        }
        if paused && self.peers.me().primary == Some(*sender) {
            self.out.event(Event::PrimaryPaused {
                offset: header.offset,
            });
        }
        true
    }

    pub(crate) const fn is_plausible(&self, epoch: Epoch) -> bool {
        epoch.0 <= HONEST || epoch.0 <= self.epochs.current.0.saturating_add(STEP)
    }

    /// Takes the next epoch for an election; on disk before the request for votes leaves.
    pub fn raise_current_epoch(&mut self) -> Epoch {
        self.advance();
        self.out.save_durably();
        self.end();
        self.epochs.current
    }

    /// One further. At the end of the counter it stays; [`Self::is_plausible`] keeps us far from there.
    fn advance(&mut self) {
        self.epochs.current = self.epochs.current.next().unwrap_or(self.epochs.current);
    }

    /// Takes a new configEpoch without asking anybody, unless ours is the greatest.
    pub fn bump_epoch(&mut self) -> Bump {
        let bump = self.bump_without_consensus();
        self.end();
        bump
    }

    pub(crate) fn bump_without_consensus(&mut self) -> Bump {
        let known = self.peers.iter().map(|peer| peer.config_epoch).max();
        let highest = known.unwrap_or_default().max(self.epochs.current);
        let mine = self.peers.me().config_epoch;
        if mine != Epoch(0) && mine == highest {
            return Bump::Still(mine);
        }
        self.epochs.current = highest;
        self.take_next();
        Bump::Bumped(self.epochs.current)
    }

    fn take_next(&mut self) {
        self.advance();
        self.peers.me_mut().config_epoch = self.epochs.current;
        self.out.save_durably();
    }

    /// Two primaries with the same configEpoch cannot both win a slot: the one with the smaller id takes a
    /// new epoch at once. The node with the greatest id never moves, so this ends.
    pub(crate) fn resolve_collision(&mut self, sender: &NodeId, header: &Header) {
        let me = self.peers.me();
        let both = me.is_primary() && self.peers.get(sender).is_some_and(|peer| peer.is_primary());
        if !both || header.config_epoch != me.config_epoch || me.id >= *sender {
            return;
        }
        self.take_next();
        self.out.notice(Notice::EpochCollision {
            with: *sender,
            epoch: self.epochs.current,
        });
    }
}

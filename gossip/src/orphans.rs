//! Primaries that have lost their last good replica, and the facts by which a replica elsewhere decides
//! whether to move to one of them.

use alloc::vec::Vec;
use core::time::Duration;

use shoal_slots::NodeId;

use crate::gossip::Gossip;
use crate::peer::Peer;

/// What a replica has to know to decide whether it should move to another shard.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct OrphanFacts {
    /// Primaries that own slots, once had replicas and have no good one left, in the order of the table, and
    /// for how long.
    pub orphans: Vec<(NodeId, Duration)>,
    /// The greatest number of good replicas of one primary.
    pub replicas_max: usize,
    /// The smallest id among the replicas of the primaries with that many.
    pub candidate: Option<NodeId>,
    /// How many good replicas our own primary has.
    pub my_primarys_good: usize,
    /// How many of them are not even doubted.
    pub my_primarys_alive: usize,
}

impl Gossip {
    /// How many replicas of a primary are not FAIL.
    #[must_use]
    pub fn good_replicas(&self, id: &NodeId) -> usize {
        let replicas = self
            .peers
            .get(id)
            .map(|peer| peer.replicas.as_slice())
            .unwrap_or_default();
        replicas
            .iter()
            .filter_map(|id| self.peers.get(id))
            .filter(|peer| !peer.is_failed())
            .count()
    }

    fn is_orphan(&self, peer: &Peer) -> bool {
        peer.is_primary()
            && !peer.is_failed()
            && peer.migrate_to
            && self.slots.has_slots(&peer.id)
            && self.good_replicas(&peer.id) == 0
    }

    /// Notes since when each primary has been without a good replica; part of every tick.
    pub(crate) fn note_orphans(&mut self) {
        let now = self.now.instant;
        let me = self.peers.me().id;
        for id in self.peers.ids() {
            let Some(peer) = self.peers.get(&id) else {
                continue;
            };
            let orphan = id != me && self.is_orphan(peer);
            if let Some(peer) = self.peers.get_mut(&id) {
                peer.orphaned_since = if orphan {
                    peer.orphaned_since.or(Some(now))
                } else {
                    None
                };
            }
        }
    }

    /// The facts of replica migration, as of the last call.
    #[must_use]
    pub fn orphan_facts(&self) -> OrphanFacts {
        let now = self.now.instant;
        let mut facts = OrphanFacts::default();
        for peer in self
            .peers
            .iter()
            .filter(|peer| peer.is_primary() && !peer.handshake)
        {
            if let Some(since) = peer.orphaned_since {
                facts.orphans.push((peer.id, now.since(since)));
            }
            let good = self.good_replicas(&peer.id);
            if good == 0 || good < facts.replicas_max {
                continue;
            }
            if good > facts.replicas_max {
                facts.replicas_max = good;
                facts.candidate = None;
            }
            let smallest = peer.replicas.iter().min().copied();
            facts.candidate = facts.candidate.into_iter().chain(smallest).min();
        }
        if let Some(primary) = self.my_primary() {
            let replicas = primary.replicas.iter().filter_map(|id| self.peers.get(id));
            facts.my_primarys_good = self.good_replicas(&primary.id);
            facts.my_primarys_alive = replicas.filter(|peer| peer.is_alive()).count();
        }
        facts
    }
}

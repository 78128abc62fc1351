//! What others ask about the cluster: CLUSTER commands, elections, replica migration. Nothing here
//! changes anything.

use alloc::vec::Vec;

use shoal_slots::{Epoch, Instant, NodeId, ReplOffset, Role, ShardId, Slot, SlotSet};

use crate::error::{ReplicasError, UnknownNode};
use crate::event::LinkId;
use crate::gossip::Gossip;
use crate::peer::Peer;
use crate::stats::Stats;

/// A connection as `CLUSTER LINKS` shows it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct LinkInfo {
    /// Which connection.
    pub link: LinkId,
    /// The node at the other end.
    pub node: NodeId,
    /// We opened it (`to`), or the node did (`from`).
    pub outbound: bool,
    /// Unix milliseconds.
    pub created: u64,
    /// Bytes waiting to be sent.
    pub send_buffer: u64,
}

/// How slots are doing, for `CLUSTER INFO`.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct SlotCounts {
    /// With an owner.
    pub assigned: usize,
    /// Of those, with an owner that is neither PFAIL nor FAIL.
    pub ok: usize,
    /// With an owner in PFAIL.
    pub suspected: usize,
    /// With an owner in FAIL.
    pub failed: usize,
}

impl Gossip {
    /// This node.
    #[must_use]
    pub fn myself(&self) -> &Peer {
        self.peers.me()
    }

    /// This node's id.
    #[must_use]
    pub fn my_id(&self) -> NodeId {
        self.peers.me().id
    }

    /// This node's shard.
    #[must_use]
    pub fn my_shard(&self) -> ShardId {
        self.peers.me().shard
    }

    /// This node's role.
    #[must_use]
    pub fn my_role(&self) -> Role {
        self.peers.me().role
    }

    /// The primary that this node copies, if it is a replica of somebody it knows.
    #[must_use]
    pub fn my_primary(&self) -> Option<&Peer> {
        self.peers.get(&self.peers.me().primary?)
    }

    /// A node by its id, handshakes included.
    #[must_use]
    pub fn node(&self, id: &NodeId) -> Option<&Peer> {
        self.peers.get(id)
    }

    /// A node by its id as an operator writes it.
    #[must_use]
    pub fn find(&self, node: &str) -> Option<&Peer> {
        self.peers.get(&node.parse().ok()?)
    }

    /// All nodes in the order of their ids, this one and handshakes included.
    pub fn nodes(&self) -> impl ExactSizeIterator<Item = &Peer> {
        self.peers.iter()
    }

    /// The replicas of a primary, in the order in which they were learnt (`CLUSTER REPLICAS`).
    ///
    /// # Errors
    /// [`ReplicasError`] for strangers and replicas.
    pub fn replicas_of(&self, node: &str) -> Result<Vec<&Peer>, ReplicasError> {
        let peer = self
            .find(node)
            .ok_or_else(|| ReplicasError::UnknownNode(node.into()))?;
        if peer.is_replica() {
            return Err(ReplicasError::NotPrimary);
        }
        Ok(peer
            .replicas
            .iter()
            .filter_map(|id| self.peers.get(id))
            .collect())
    }

    /// A node by its id as an operator writes it, or the error that says so.
    ///
    /// # Errors
    /// [`UnknownNode`].
    pub fn expect_node(&self, node: &str) -> Result<&Peer, UnknownNode> {
        self.find(node).ok_or_else(|| UnknownNode(node.into()))
    }

    /// The owner of a slot.
    #[must_use]
    pub fn slot_owner(&self, slot: Slot) -> Option<NodeId> {
        self.slots.owner(slot)
    }

    /// The slots of a node.
    #[must_use]
    pub fn slots_of(&self, id: &NodeId) -> &SlotSet {
        self.slots.slots_of(id)
    }

    /// How many slots a node has.
    #[must_use]
    pub fn slot_count_of(&self, id: &NodeId) -> usize {
        self.slots.count_of(id)
    }

    /// The slots whose owner has stopped claiming them: free for anybody to claim, and no hindrance to a vote.
    #[must_use]
    pub fn unclaimed_slots(&self) -> &SlotSet {
        &self.slots.unclaimed
    }

    /// Whether a candidate's claim would stand: no slot of it belongs to somebody with a greater configEpoch.
    /// The last condition of a vote; returns the first slot that speaks against it.
    #[must_use]
    pub fn claim_conflict(&self, slots: &SlotSet, epoch: Epoch) -> Option<Slot> {
        slots
            .difference(&self.slots.unclaimed)
            .iter()
            .find(|&slot| {
                let owner = self
                    .slots
                    .owner(slot)
                    .and_then(|owner| self.peers.get(&owner));
                owner.is_some_and(|owner| owner.config_epoch > epoch)
            })
    }

    /// Slots moving away from this node, and their targets.
    pub fn migrating(&self) -> impl Iterator<Item = (Slot, NodeId)> {
        self.slots.migrating.iter().map(|(slot, id)| (*slot, *id))
    }

    /// Slots coming to this node, and their sources.
    pub fn importing(&self) -> impl Iterator<Item = (Slot, NodeId)> {
        self.slots.importing.iter().map(|(slot, id)| (*slot, *id))
    }

    /// Counters of packets.
    #[must_use]
    pub const fn stats(&self) -> &Stats {
        &self.stats
    }

    /// How slots are doing.
    #[must_use]
    pub fn slot_counts(&self) -> SlotCounts {
        let mut counts = SlotCounts {
            assigned: self.slots.assigned(),
            ..SlotCounts::default()
        };
        for (id, count) in self.slots.owners() {
            match self.peers.get(id) {
                Some(peer) if peer.is_failed() => counts.failed += count,
                Some(peer) if peer.is_suspected() => counts.suspected += count,
                _ => counts.ok += count,
            }
        }
        counts
    }

    /// The connections that have a node, outbound first for each node (`CLUSTER LINKS`).
    pub fn links(&self) -> impl Iterator<Item = LinkInfo> {
        self.peers.iter().flat_map(|peer| {
            [peer.outbound, peer.inbound]
                .into_iter()
                .flatten()
                .filter_map(|link| {
                    let entry = self.links.get(link)?;
                    Some(LinkInfo {
                        link,
                        node: peer.id,
                        outbound: !link.is_inbound(),
                        created: self.unix_millis(entry.created),
                        send_buffer: entry.send_buffer,
                    })
                })
        })
    }

    /// The replication offset that a node announced last, and when.
    #[must_use]
    pub fn offset_of(&self, id: &NodeId) -> Option<(ReplOffset, Option<Instant>)> {
        self.peers
            .get(id)
            .map(|peer| (peer.repl_offset, peer.repl_offset_at))
    }

    /// The other replicas of our primary.
    pub fn siblings(&self) -> impl Iterator<Item = &Peer> {
        let me = self.peers.me();
        let replicas = self
            .my_primary()
            .map(|primary| primary.replicas.as_slice())
            .unwrap_or_default();
        replicas
            .iter()
            .filter(move |id| **id != me.id)
            .filter_map(|id| self.peers.get(id))
    }
}

//! The table of nodes: ordered by id, indexable (so that a random node is one draw), and the only place
//! where the two directions of "replica of" are changed, so that they always agree.

use alloc::vec;
use alloc::vec::Vec;

use rand_core::Rng;
use shoal_slots::{NodeId, Role};

use crate::peer::Peer;

/// All known nodes, this one and the handshakes included.
#[derive(Clone, Debug)]
pub(crate) struct PeerTable {
    /// Sorted; `peers[i]` is the node `ids[i]`. Apart from the peers, so that a search touches little memory.
    ids: Vec<NodeId>,
    peers: Vec<Peer>,
    /// The place of this node, which is always there.
    me: usize,
}

impl PeerTable {
    pub(crate) fn new(me: Peer) -> Self {
        Self {
            ids: vec![me.id],
            peers: vec![me],
            me: 0,
        }
    }

    pub(crate) fn me(&self) -> &Peer {
        &self.peers[self.me]
    }

    pub(crate) fn me_mut(&mut self) -> &mut Peer {
        &mut self.peers[self.me]
    }

    pub(crate) fn len(&self) -> usize {
        self.ids.len()
    }

    pub(crate) fn get(&self, id: &NodeId) -> Option<&Peer> {
        let place = self.ids.binary_search(id).ok()?;
        self.peers.get(place)
    }

    pub(crate) fn get_mut(&mut self, id: &NodeId) -> Option<&mut Peer> {
        let place = self.ids.binary_search(id).ok()?;
        self.peers.get_mut(place)
    }

    pub(crate) fn contains(&self, id: &NodeId) -> bool {
        self.ids.binary_search(id).is_ok()
    }

    /// A node whose name is known, i.e. not a handshake.
    pub(crate) fn known(&self, id: &NodeId) -> Option<&Peer> {
        self.get(id).filter(|peer| !peer.handshake)
    }

    pub(crate) fn iter(&self) -> impl DoubleEndedIterator<Item = &Peer> + ExactSizeIterator {
        self.peers.iter()
    }

    /// A copy of all ids, for passes during which the table changes.
    pub(crate) fn ids(&self) -> Vec<NodeId> {
        self.ids.clone()
    }

    /// Any node, each with the same probability.
    pub(crate) fn draw(&self, rng: &mut impl Rng) -> Option<&Peer> {
        let len = u64::try_from(self.peers.len()).unwrap_or(u64::MAX);
        // The modulo favours low places by less than 2^-50 for any table that exists.
        let place = rng.next_u64().checked_rem(len)?;
        self.peers.get(usize::try_from(place).ok()?)
    }

    /// Adds a node, unless its id is taken.
    pub(crate) fn insert(&mut self, peer: Peer) -> bool {
        match self.ids.binary_search(&peer.id) {
            Ok(_) => false,
            Err(place) => {
                self.ids.insert(place, peer.id);
                self.peers.insert(place, peer);
                self.me += usize::from(place <= self.me);
                true
            }
        }
    }

    /// Takes a node out, and every mention of it in the other nodes. This node stays.
    pub(crate) fn remove(&mut self, id: &NodeId) -> Option<Peer> {
        let place = self
            .ids
            .binary_search(id)
            .ok()
            .filter(|&place| place != self.me)?;
        self.set_primary(id, None);
        self.ids.remove(place);
        let gone = self.peers.remove(place);
        self.me -= usize::from(place < self.me);
        for peer in &mut self.peers {
            peer.reports.remove(id);
            if peer.primary == Some(*id) {
                peer.primary = None;
            }
        }
        Some(gone)
    }

    /// Gives a node another name. False if there is no such node or the name is taken.
    pub(crate) fn rename(&mut self, from: &NodeId, to: NodeId) -> bool {
        let Ok(place) = self.ids.binary_search(from) else {
            return false;
        };
        if self.contains(&to) {
            return false;
        }
        let mine = place == self.me;
        self.ids.remove(place);
        let mut peer = self.peers.remove(place);
        self.me -= usize::from(place < self.me);
        peer.id = to;
        for other in &mut self.peers {
            if other.primary == Some(*from) {
                other.primary = Some(to);
            }
            for replica in other.replicas.iter_mut().filter(|id| *id == from) {
                *replica = to;
            }
            if let Some(at) = other.reports.remove(from) {
                other.reports.insert(to, at);
            }
        }
        let inserted = self.insert(peer);
        if mine && let Ok(place) = self.ids.binary_search(&to) {
            self.me = place;
        }
        inserted
    }

    /// Makes `id` a copy of `primary`, or of nobody, in both directions. Its role is not touched, except
    /// that a primary copies nobody. The MIGRATE_TO mark of the primaries follows.
    pub(crate) fn set_primary(&mut self, id: &NodeId, primary: Option<NodeId>) {
        let Some(old) = self.get(id).map(|peer| peer.primary) else {
            return;
        };
        if old == primary {
            return;
        }
        if let Some(old) = old.and_then(|old| self.get_mut(&old)) {
            old.replicas.retain(|replica| replica != id);
            if old.replicas.is_empty() {
                old.migrate_to = false;
            }
        }
        let target = primary.filter(|primary| primary != id && self.contains(primary));
        if let Some(new) = target.and_then(|target| self.get_mut(&target)) {
            new.replicas.push(*id);
            new.migrate_to |= new.role == Role::Primary;
        }
        if let Some(peer) = self.get_mut(id) {
            peer.primary = target;
        }
    }

    /// Invariants of the table itself.
    pub(crate) fn check(&self) {
        debug_assert!(self.ids.is_sorted() && self.ids.len() == self.peers.len());
        for (id, peer) in self.ids.iter().zip(&self.peers) {
            debug_assert_eq!(id, &peer.id);
            debug_assert!(
                peer.role == Role::Replica || peer.primary.is_none(),
                "a primary copies nobody"
            );
            debug_assert!(peer.primary != Some(*id), "nobody copies itself");
            if let Some(primary) = &peer.primary {
                debug_assert!(self.get(primary).is_some_and(|p| p.replicas.contains(id)));
            }
            for replica in &peer.replicas {
                debug_assert!(self.get(replica).is_some_and(|r| r.primary == Some(*id)));
            }
            debug_assert!(peer.reports.keys().all(|reporter| self.contains(reporter)));
        }
    }
}

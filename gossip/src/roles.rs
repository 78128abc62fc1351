//! Who copies whom: what others say about their own role, and the changes of ours.
//!
//! Elections are decided elsewhere (`shoal-replication`); here are the table's part of them and the packets
//! of a manual failover.

use shoal_slots::{Epoch, NodeId, Now, Role};

use crate::event::Event;
use crate::gossip::Gossip;
use crate::wire::{Header, kind};

/// The primary's side of a manual failover, as far as packets show it.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Handover {
    /// Our clients are paused and our offset is final: every packet says so.
    pub(crate) paused: bool,
    /// The replica that asked; it is pinged every tick.
    pub(crate) requester: Option<NodeId>,
}

impl Gossip {
    /// What a known sender says about its own role in a heartbeat.
    pub(crate) fn take_role(&mut self, sender: &NodeId, header: &Header) {
        // Nobody copies itself.
        match header.primary.filter(|primary| primary != sender) {
            None => self.set_as_primary(sender),
            Some(primary) => self.set_as_replica(sender, primary),
        }
    }

    /// A node became a primary.
    pub(crate) fn set_as_primary(&mut self, id: &NodeId) {
        if self.peers.get(id).is_none_or(|peer| peer.is_primary()) {
            return;
        }
        self.peers.set_primary(id, None);
        if let Some(peer) = self.peers.get_mut(id) {
            peer.role = Role::Primary;
            peer.migrate_to = true;
        }
        self.role_changed(id);
    }

    /// A node says that it copies `primary`, whom we may not know.
    fn set_as_replica(&mut self, id: &NodeId, primary: NodeId) {
        let Some(peer) = self.peers.get(id) else {
            return;
        };
        let was_primary = peer.is_primary();
        if was_primary {
            self.slots.unassign_all(id);
            if let Some(peer) = self.peers.get_mut(id) {
                peer.role = Role::Replica;
                peer.migrate_to = false;
            }
        }
        let known = self
            .peers
            .known(&primary)
            .map(|primary| (primary.id, primary.shard));
        let mut relinked = false;
        if let Some((primary, shard)) = known.filter(|known| self.primary_of(id) != Some(known.0)) {
            self.peers.set_primary(id, Some(primary));
            if let Some(peer) = self.peers.get_mut(id) {
                peer.shard = shard;
            }
            relinked = true;
        }
        if was_primary || relinked {
            self.role_changed(id);
        }
    }

    fn primary_of(&self, id: &NodeId) -> Option<NodeId> {
        self.peers.get(id)?.primary
    }

    fn role_changed(&mut self, id: &NodeId) {
        self.out.event(Event::RoleChanged(*id));
        self.out.save();
        self.out.view();
        self.health.mark_stale();
    }

    /// Makes this node a replica of a known node; false if that cannot be (it owns slots, or the node is
    /// unknown or itself).
    pub fn become_replica_of(&mut self, now: Now, primary: NodeId) -> bool {
        self.begin(now);
        let done = self.follow(&primary);
        self.end();
        done
    }

    pub(crate) fn follow(&mut self, primary: &NodeId) -> bool {
        let me = self.peers.me().id;
        let Some(target) = self.peers.known(primary) else {
            return false;
        };
        if target.id == me || self.slots.has_slots(&me) {
            return false;
        }
        let shard = target.shard;
        if self.peers.me().is_primary() {
            self.slots.drop_marks();
        }
        let peer = self.peers.me_mut();
        peer.role = Role::Replica;
        peer.migrate_to = false;
        peer.shard = shard;
        self.peers.set_primary(&me, Some(*primary));
        self.handover = Handover::default();
        self.out.event(Event::BecomeReplicaOf(*primary));
        self.out.save_durably();
        self.out.view();
        self.health.mark_stale();
        true
    }

    /// This replica won: it becomes a primary with all slots of the old one, and tells everybody. False if
    /// it is a primary already.
    pub fn promote_self(&mut self, now: Now, config_epoch: Epoch) -> bool {
        self.begin(now);
        let me = self.peers.me();
        let (id, old) = (me.id, me.primary);
        if me.is_primary() {
            self.end();
            return false;
        }
        let slots = old.map(|old| self.slots.slots_of(&old).clone());
        self.peers.set_primary(&id, None);
        let me = self.peers.me_mut();
        me.role = Role::Primary;
        me.config_epoch = me.config_epoch.max(config_epoch);
        self.epochs.current = self.epochs.current.max(config_epoch);
        for slot in slots.iter().flatten() {
            self.give_slot(slot, &id);
        }
        self.health.mark_stale();
        self.update_state();
        self.out.save_durably();
        self.out.view();
        self.send_pongs(false);
        self.end();
        true
    }

    /// Clients are paused (or not any more). From now on every packet carries PAUSED, and the replica that
    /// asked gets a PING at once, on the connection of its request, and one every tick. To be called only
    /// once the data plane has confirmed the pause and [`Self::set_offset`] has its final offset.
    pub fn set_paused(&mut self, paused: bool) {
        self.handover.paused = paused;
        let requester = self.handover.requester.and_then(|id| self.peers.get(&id));
        if let Some(link) = requester.and_then(|peer| peer.inbound).filter(|_| paused) {
            self.send_heartbeat(kind::PING, link);
        }
        if !paused {
            self.handover.requester = None;
        }
        self.end();
    }

    /// A replica of ours wants to take over.
    pub(crate) fn take_mfstart(&mut self, sender: &NodeId) {
        let me = self.peers.me();
        if me.is_primary() && self.primary_of(sender) == Some(me.id) {
            self.handover.requester = Some(*sender);
            self.out
                .event(Event::ManualFailoverRequested { from: *sender });
        }
    }
}

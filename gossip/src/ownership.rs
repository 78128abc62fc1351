//! Whose slot is it? Claims of others against our table, UPDATE for the stale, and what losing slots means
//! for us.
//!
//! One rule decides: a slot goes to the claimant with the greater configEpoch. It also goes to any claimant
//! if nobody has it, or if its owner has stopped claiming it.

use alloc::boxed::Box;

use shoal_slots::{Epoch, NodeId, Slot, SlotSet};

use crate::event::Event;
use crate::gossip::Gossip;
use crate::notice::Notice;
use crate::wire::{Body, Header, MessageFlags, Update};

/// What a claim took.
#[derive(Default)]
struct Taken {
    /// How many slots changed hands.
    count: usize,
    /// Those that were mine.
    mine: SlotSet,
    /// How many were my shard's (mine, or my primary's).
    my_shards: usize,
}

impl Gossip {
    /// The slots in a heartbeat's header: those of the sender, or of its primary if it is a replica.
    pub(crate) fn take_claims(&mut self, sender: &NodeId, header: &Header) {
        let Some(peer) = self.peers.get(sender) else {
            return;
        };
        let is_primary = peer.is_primary();
        let claimant = peer.primary.unwrap_or(*sender);
        if *self.slots.slots_of(&claimant) == header.slots {
            // The bitmaps agree, so a slot that was found unclaimed is claimed again.
            self.reclaim(&claimant, &header.slots, is_primary);
            return;
        }
        if is_primary {
            self.rebind(sender, header.config_epoch, &header.slots);
        }
        self.correct_stale(sender, header);
    }

    fn reclaim(&mut self, owner: &NodeId, claimed: &SlotSet, is_primary: bool) {
        if is_primary && self.slots.has_slots(owner) && self.slots.unclaimed.intersects(claimed) {
            self.slots.unclaimed.subtract(claimed);
        }
    }

    /// Applies a claim: `claimant` says, with this configEpoch, that exactly these slots are his.
    pub(crate) fn rebind(&mut self, claimant: &NodeId, epoch: Epoch, claimed: &SlotSet) {
        let me = self.peers.me().id;
        let my_head = self.peers.me().primary.unwrap_or(me);
        let held = self.slots.slots_of(claimant).clone();
        self.slots.unclaimed.subtract(&held.intersection(claimed));
        self.slots.unclaimed.union_with(&held.difference(claimed));
        let mut taken = Taken::default();
        for slot in &claimed.difference(&held) {
            if !self.may_take(slot, epoch) {
                continue;
            }
            let owner = self.slots.owner(slot);
            if owner == Some(me) {
                taken.mine.insert(slot);
            }
            taken.my_shards += usize::from(owner == Some(my_head));
            taken.count += 1;
            self.give_slot(slot, claimant);
        }
        if taken.count > 0 {
            self.out.notice(Notice::SlotsTaken {
                by: *claimant,
                count: taken.count,
            });
            self.out.save_durably();
            self.out.view();
            self.health.mark_stale();
        }
        self.settle_losses(claimant, claimed, &my_head, taken);
    }

    fn may_take(&self, slot: Slot, epoch: Epoch) -> bool {
        // The operator has to finish what he began.
        if self.slots.importing.contains_key(&slot) {
            return false;
        }
        let Some(owner) = self.slots.owner(slot) else {
            return true;
        };
        let theirs = self
            .peers
            .get(&owner)
            .map_or(Epoch(0), |peer| peer.config_epoch);
        self.slots.unclaimed.contains(slot) || theirs < epoch
    }

    /// What it means for us that slots changed hands: follow the node that took our shard's last slot, or
    /// drop the keys of what we lost.
    fn settle_losses(
        &mut self,
        claimant: &NodeId,
        claimed: &SlotSet,
        my_head: &NodeId,
        taken: Taken,
    ) {
        let emptied = taken.my_shards > 0 && !self.slots.has_slots(my_head);
        let may_move = self.config.allow_replica_migration || claimed.len() == taken.my_shards;
        if emptied && may_move && self.follow(claimant) {
            return;
        }
        // My primary may have become a replica itself: then its primary is the one to copy.
        if self.leave_sub_replica() {
            return;
        }
        if !taken.mine.is_empty() {
            self.out.event(Event::SlotsLost(Box::new(taken.mine)));
        }
    }

    fn leave_sub_replica(&mut self) -> bool {
        let me = self.peers.me();
        let primary = me.primary.and_then(|primary| self.peers.get(&primary));
        let Some(grand) = primary.and_then(|primary| primary.primary) else {
            return false;
        };
        grand != me.id && self.follow(&grand)
    }

    /// The sender claims a slot that here belongs to somebody with a greater configEpoch: it missed
    /// something. Tell it about the first such owner; it will claim again if there is more.
    pub(crate) fn correct_stale(&mut self, sender: &NodeId, header: &Header) {
        let foreign = header.slots.difference(self.slots.slots_of(sender));
        let newer = |slot: Slot| {
            let owner = self.peers.get(&self.slots.owner(slot)?)?;
            (owner.config_epoch > header.config_epoch && !self.slots.unclaimed.contains(slot))
                .then_some(owner)
        };
        let Some(owner) = foreign.iter().find_map(newer) else {
            return;
        };
        let update = Update {
            config_epoch: owner.config_epoch,
            node: owner.id,
            slots: self
                .slots
                .slots_of(&owner.id)
                .difference(&self.slots.unclaimed),
        };
        self.send_to(sender, MessageFlags::empty(), Body::Update(update.into()));
    }

    /// A peer tells us about a configuration that we missed.
    pub(crate) fn take_update(&mut self, update: &Update) {
        let me = self.peers.me().id;
        let Some(peer) = self.peers.known(&update.node) else {
            return;
        };
        let fresh =
            update.config_epoch > peer.config_epoch && self.is_plausible(update.config_epoch);
        if update.node == me || !fresh {
            return;
        }
        self.set_as_primary(&update.node);
        if let Some(peer) = self.peers.get_mut(&update.node) {
            peer.config_epoch = update.config_epoch;
        }
        self.out.save_durably();
        self.rebind(&update.node, update.config_epoch, &update.slots);
    }

    /// Gives a slot to a node, whoever had it. A primary that gets its first slot may receive migrating
    /// replicas if anybody has replicas at all.
    pub(crate) fn give_slot(&mut self, slot: Slot, id: &NodeId) {
        let first = !self.slots.has_slots(id);
        self.slots.assign(slot, id);
        if !first {
            return;
        }
        let replicas_exist = self
            .peers
            .iter()
            .any(|peer| peer.is_primary() && !peer.replicas.is_empty());
        if let Some(peer) = self.peers.get_mut(id).filter(|_| replicas_exist) {
            peer.migrate_to = true;
        }
    }
}

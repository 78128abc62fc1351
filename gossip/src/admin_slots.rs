//! The operator's commands about slots: CLUSTER ADDSLOTS, DELSLOTS, FLUSHSLOTS, SETSLOT, and what becomes of
//! slots whose keys were found on disk.

use alloc::string::String;

use shoal_slots::{NodeId, Now, Slot, SlotSet};

use crate::error::{FlushSlotsError, SetSlotError, SlotsError};
use crate::gossip::Gossip;

/// What `CLUSTER SETSLOT` should do to a slot.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum SetSlot<'a> {
    /// `MIGRATING <id>`.
    Migrating(&'a str),
    /// `IMPORTING <id>`.
    Importing(&'a str),
    /// `STABLE`.
    Stable,
    /// `NODE <id>`.
    Node {
        /// The new owner.
        id: &'a str,
        /// How many keys of the slot are here.
        keys_here: u64,
    },
}

impl Gossip {
    /// `CLUSTER ADDSLOTS`: takes slots that nobody has.
    ///
    /// # Errors
    /// [`SlotsError`] about the first slot that is taken or repeated; nothing is changed then.
    pub fn add_slots(&mut self, now: Now, slots: &[Slot]) -> Result<(), SlotsError> {
        let mut wanted = SlotSet::new();
        for &slot in slots {
            if self.slots.owner(slot).is_some() {
                return Err(SlotsError::Busy(slot));
            }
            if !wanted.insert(slot) {
                return Err(SlotsError::Repeated(slot));
            }
        }
        // Last, so that whatever the reference servers refuse is refused in their words.
        if !self.peers.me().is_primary() {
            return Err(SlotsError::OnReplica);
        }
        self.begin(now);
        let me = self.peers.me().id;
        for slot in &wanted {
            self.slots.importing.remove(&slot);
            self.give_slot(slot, &me);
        }
        self.slots_changed();
        Ok(())
    }

    /// `CLUSTER DELSLOTS`: forgets, in our own table, who has these slots.
    ///
    /// # Errors
    /// [`SlotsError`] about the first slot that nobody has or that is repeated; nothing is changed then.
    pub fn del_slots(&mut self, now: Now, slots: &[Slot]) -> Result<(), SlotsError> {
        let mut wanted = SlotSet::new();
        for &slot in slots {
            if self.slots.owner(slot).is_none() {
                return Err(SlotsError::Unassigned(slot));
            }
            if !wanted.insert(slot) {
                return Err(SlotsError::Repeated(slot));
            }
        }
        self.begin(now);
        for slot in &wanted {
            self.slots.unassign(slot);
        }
        self.slots_changed();
        Ok(())
    }

    /// `CLUSTER FLUSHSLOTS`: we own nothing any more.
    ///
    /// # Errors
    /// [`FlushSlotsError`] if there are keys.
    pub fn flush_slots(&mut self, now: Now, keys_total: u64) -> Result<(), FlushSlotsError> {
        if keys_total > 0 {
            return Err(FlushSlotsError::NotEmpty);
        }
        self.begin(now);
        let me = self.peers.me().id;
        self.slots.unassign_all(&me);
        self.slots_changed();
        Ok(())
    }

    fn slots_changed(&mut self) {
        self.out.save();
        self.out.view();
        self.health.mark_stale();
        self.end();
    }

    /// `CLUSTER SETSLOT`.
    ///
    /// # Errors
    /// [`SetSlotError`]; nothing is changed then.
    pub fn set_slot(
        &mut self,
        now: Now,
        slot: Slot,
        action: SetSlot<'_>,
    ) -> Result<(), SetSlotError> {
        if !self.peers.me().is_primary() {
            return Err(SetSlotError::OnReplica);
        }
        let me = self.peers.me().id;
        let mine = self.slots.owner(slot) == Some(me);
        self.begin(now);
        match action {
            SetSlot::Migrating(_) if !mine => return Err(SetSlotError::NotOwner(slot)),
            SetSlot::Migrating(node) => {
                let target = self.move_partner(node, SetSlotError::DontKnow)?;
                self.slots.migrating.insert(slot, target);
            }
            SetSlot::Importing(_) if mine => return Err(SetSlotError::AlreadyOwner(slot)),
            SetSlot::Importing(node) => {
                let source = self.move_partner(node, SetSlotError::DontKnow)?;
                self.slots.importing.insert(slot, source);
            }
            SetSlot::Stable => {
                self.slots.migrating.remove(&slot);
                self.slots.importing.remove(&slot);
            }
            SetSlot::Node { id, keys_here } => {
                let owner = self.move_partner(id, SetSlotError::UnknownNode)?;
                if mine && owner != me && keys_here > 0 {
                    return Err(SetSlotError::HasKeys(slot));
                }
                self.set_slot_owner(slot, owner, mine, keys_here);
            }
        }
        self.slots_changed();
        Ok(())
    }

    /// The other side of a slot move: a known primary.
    fn move_partner(
        &self,
        node: &str,
        unknown: impl Fn(String) -> SetSlotError,
    ) -> Result<NodeId, SetSlotError> {
        let peer = self.find(node).ok_or_else(|| unknown(node.into()))?;
        if peer.is_replica() {
            return Err(SetSlotError::TargetIsReplica);
        }
        Ok(peer.id)
    }

    fn set_slot_owner(&mut self, slot: Slot, owner: NodeId, mine: bool, keys_here: u64) {
        let me = self.peers.me().id;
        if keys_here == 0 {
            self.slots.migrating.remove(&slot);
        }
        self.give_slot(slot, &owner);
        let emptied = mine && owner != me && !self.slots.has_slots(&me);
        if emptied && self.config.allow_replica_migration {
            self.follow(&owner);
        }
        if owner == me && self.slots.importing.remove(&slot).is_some() {
            // The import is closed: a new epoch makes everybody believe that the slot is ours.
            self.bump_without_consensus();
            self.send_pongs(false);
        }
    }

    /// The dataset was loaded and has keys of these slots. Those that nobody owns become ours; those of
    /// others are marked as being imported, so that the operator can move them where they belong. To be
    /// called on primaries, once, before serving.
    pub fn adopt_loaded_slots(&mut self, now: Now, loaded: &SlotSet) {
        let me = self.peers.me().id;
        if !self.peers.me().is_primary() {
            return;
        }
        self.begin(now);
        let foreign = loaded.difference(self.slots.slots_of(&me));
        for slot in &foreign {
            match self.slots.owner(slot) {
                _ if self.slots.importing.contains_key(&slot) => {}
                None => self.give_slot(slot, &me),
                Some(owner) => {
                    self.slots.importing.insert(slot, owner);
                }
            }
        }
        if !foreign.is_empty() {
            self.out.save();
            self.out.view();
            self.health.mark_stale();
        }
        self.end();
    }
}

//! Who owns which slot: 16384 small indices, the bitmap of every owner, and the marks.
//!
//! Heartbeats are compared with an owner's bitmap as a whole, and a rebound slot changes one index and
//! two bits, so the common case (nothing changed) costs one comparison of 2048 bytes.

use alloc::boxed::Box;
use alloc::collections::BTreeMap;
use alloc::vec;
use alloc::vec::Vec;

use shoal_slots::{NodeId, SLOT_COUNT, Slot, SlotSet};

const NOBODY: u16 = u16::MAX;

#[derive(Clone, Debug)]
struct Owner {
    id: NodeId,
    slots: Box<SlotSet>,
    count: usize,
}

/// The slot table of this node.
#[derive(Clone, Debug)]
pub(crate) struct SlotOwners {
    by_slot: Vec<u16>,
    /// Owners by index; `None` is a free place.
    owners: Vec<Option<Owner>>,
    index: BTreeMap<NodeId, u16>,
    assigned: usize,
    nothing: Box<SlotSet>,
    /// Slots whose owner has stopped claiming them: still his, free for anybody to claim.
    pub(crate) unclaimed: Box<SlotSet>,
    /// Slots on their way from us to another node.
    pub(crate) migrating: BTreeMap<Slot, NodeId>,
    /// Slots on their way from another node to us.
    pub(crate) importing: BTreeMap<Slot, NodeId>,
}

impl SlotOwners {
    pub(crate) fn new() -> Self {
        Self {
            by_slot: vec![NOBODY; usize::from(SLOT_COUNT)],
            owners: Vec::new(),
            index: BTreeMap::new(),
            assigned: 0,
            nothing: Box::default(),
            unclaimed: Box::default(),
            migrating: BTreeMap::new(),
            importing: BTreeMap::new(),
        }
    }

    pub(crate) fn owner(&self, slot: Slot) -> Option<NodeId> {
        let index = *self.by_slot.get(slot.index())?;
        self.owners
            .get(usize::from(index))?
            .as_ref()
            .map(|owner| owner.id)
    }

    /// The slots of a node; the empty set for a node without.
    pub(crate) fn slots_of(&self, id: &NodeId) -> &SlotSet {
        self.entry(id).map_or(&*self.nothing, |owner| &*owner.slots)
    }

    pub(crate) fn count_of(&self, id: &NodeId) -> usize {
        self.entry(id).map_or(0, |owner| owner.count)
    }

    pub(crate) fn has_slots(&self, id: &NodeId) -> bool {
        self.index.contains_key(id)
    }

    /// How many slots have an owner.
    pub(crate) const fn assigned(&self) -> usize {
        self.assigned
    }

    pub(crate) fn is_covered(&self) -> bool {
        self.assigned == usize::from(SLOT_COUNT)
    }

    /// Everybody with at least one slot, and how many.
    pub(crate) fn owners(&self) -> impl Iterator<Item = (&NodeId, usize)> {
        self.index.iter().filter_map(|(id, &place)| {
            let owner = self.owners.get(usize::from(place))?.as_ref()?;
            Some((id, owner.count))
        })
    }

    /// How many nodes have at least one slot (`cluster_size`).
    pub(crate) fn owner_count(&self) -> usize {
        self.index.len()
    }

    /// Gives a slot to a node, taking it from whoever has it.
    pub(crate) fn assign(&mut self, slot: Slot, id: &NodeId) {
        if self.owner(slot) == Some(*id) {
            return;
        }
        self.unassign(slot);
        let place = self.place_of(id);
        let Some(Some(owner)) = self.owners.get_mut(usize::from(place)) else {
            return;
        };
        owner.slots.insert(slot);
        owner.count += 1;
        self.assigned += 1;
        if let Some(entry) = self.by_slot.get_mut(slot.index()) {
            *entry = place;
        }
    }

    /// Takes a slot from its owner; whose it was.
    pub(crate) fn unassign(&mut self, slot: Slot) -> Option<NodeId> {
        self.unclaimed.remove(slot);
        let entry = self.by_slot.get_mut(slot.index())?;
        let place = core::mem::replace(entry, NOBODY);
        let spot = self.owners.get_mut(usize::from(place))?;
        let owner = spot.as_mut()?;
        let id = owner.id;
        owner.slots.remove(slot);
        owner.count -= 1;
        self.assigned -= 1;
        if owner.count == 0 {
            *spot = None;
            self.index.remove(&id);
        }
        Some(id)
    }

    /// Takes all slots from a node; which they were.
    pub(crate) fn unassign_all(&mut self, id: &NodeId) -> SlotSet {
        let slots = self.slots_of(id).clone();
        for slot in &slots {
            self.unassign(slot);
        }
        slots
    }

    /// Removes every mark that names the node.
    pub(crate) fn drop_marks_of(&mut self, id: &NodeId) {
        self.migrating.retain(|_, target| target != id);
        self.importing.retain(|_, source| source != id);
    }

    pub(crate) fn drop_marks(&mut self) {
        self.migrating.clear();
        self.importing.clear();
    }

    fn entry(&self, id: &NodeId) -> Option<&Owner> {
        let place = *self.index.get(id)?;
        self.owners.get(usize::from(place))?.as_ref()
    }

    /// The index of a node that is about to own a slot. There are at most 16384 owners at a time, one per
    /// slot, so places never run out.
    fn place_of(&mut self, id: &NodeId) -> u16 {
        if let Some(&place) = self.index.get(id) {
            return place;
        }
        let free = self.owners.iter().position(Option::is_none);
        let place = free.unwrap_or(self.owners.len());
        let owner = Owner {
            id: *id,
            slots: Box::default(),
            count: 0,
        };
        match self.owners.get_mut(place) {
            Some(spot) => *spot = Some(owner),
            None => self.owners.push(Some(owner)),
        }
        let place = u16::try_from(place).unwrap_or(NOBODY);
        self.index.insert(*id, place);
        place
    }

    /// The indices, the bitmaps and the counts say the same.
    pub(crate) fn check(&self) {
        let mut total = 0;
        for (id, count) in self.owners() {
            let slots = self.slots_of(id);
            debug_assert!(count > 0 && slots.len() == count);
            debug_assert!(
                slots
                    .first()
                    .is_some_and(|slot| self.owner(slot) == Some(*id))
            );
            total += count;
        }
        debug_assert_eq!(total, self.assigned);
        let assigned = self
            .by_slot
            .iter()
            .filter(|&&place| place != NOBODY)
            .count();
        debug_assert_eq!(assigned, self.assigned);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(letter: u8) -> NodeId {
        NodeId::parse(&[letter; 40]).unwrap()
    }

    fn slot(n: u16) -> Slot {
        Slot::new(n).unwrap()
    }

    #[test]
    fn a_slot_has_one_owner_and_an_empty_owner_vanishes() {
        let mut table = SlotOwners::new();
        let (a, b) = (id(b'a'), id(b'b'));
        table.assign(slot(1), &a);
        table.assign(slot(2), &a);
        table.unclaimed.insert(slot(2));
        table.assign(slot(2), &b);
        assert!(!table.unclaimed.contains(slot(2)), "a new owner claims it");
        assert_eq!(
            (table.count_of(&a), table.count_of(&b), table.assigned()),
            (1, 1, 2)
        );
        assert_eq!(table.unassign(slot(1)), Some(a));
        assert!(!table.has_slots(&a) && table.slots_of(&a).is_empty());
        assert_eq!(table.owner_count(), 1);
        table.assign(slot(9), &id(b'c'));
        table.check();
        assert_eq!(table.unassign_all(&b).len(), 1);
        table.check();
    }
}

//! Who owns each slot, and which slots are on the move: the flat table that a [`ClusterView`] carries.
//!
//! Owners are small indices into the view's list of nodes, so the table is 32 KiB whatever the cluster's
//! size, and looking up an owner is one load.
//!
//! [`ClusterView`]: crate::ClusterView

use alloc::boxed::Box;
use alloc::collections::BTreeMap;
use core::fmt;
use core::ops::RangeInclusive;

use crate::set::SlotSet;
use crate::slot::{SLOT_COUNT, Slot};

/// The place of a node in a view's list of nodes. Only meaningful together with that view.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct NodeIndex(u16);

/// Stands for "nobody" inside the table, so that an owner takes two bytes.
const NOBODY: u16 = u16::MAX;

impl NodeIndex {
    /// The first node of the list.
    pub const FIRST: Self = Self(0);

    /// The node at this place. `None` from 65535 on, which no cluster of 16384 slots gets near.
    #[must_use]
    pub const fn new(place: usize) -> Option<Self> {
        // The comparison makes the cast exact.
        if place < NOBODY as usize {
            Some(Self(place as u16))
        } else {
            None
        }
    }

    /// The place, for indexing the list of nodes.
    #[inline]
    #[must_use]
    pub const fn get(self) -> usize {
        self.0 as usize
    }
}

/// The owner of each slot, and the marks of slots on the move.
#[derive(Clone, Eq, PartialEq)]
pub struct SlotTable {
    owners: Box<[u16; SLOT_COUNT as usize]>,
    migrating: BTreeMap<Slot, NodeIndex>,
    importing: BTreeMap<Slot, NodeIndex>,
}

impl SlotTable {
    /// A table in which nobody owns anything.
    #[must_use]
    pub fn new() -> Self {
        Self {
            owners: Box::new([NOBODY; SLOT_COUNT as usize]),
            migrating: BTreeMap::new(),
            importing: BTreeMap::new(),
        }
    }

    /// Who owns the slot.
    #[inline]
    #[must_use]
    pub fn owner(&self, slot: Slot) -> Option<NodeIndex> {
        // A `Slot` is below 16384, so the place exists.
        let owner = self.owners[slot.index()];
        if owner == NOBODY {
            None
        } else {
            Some(NodeIndex(owner))
        }
    }

    /// Gives the slot to a node, or to nobody.
    pub fn set_owner(&mut self, slot: Slot, owner: Option<NodeIndex>) {
        self.owners[slot.index()] = owner.map_or(NOBODY, |node| node.0);
    }

    /// Gives all these slots to a node.
    pub fn assign(&mut self, slots: &SlotSet, owner: NodeIndex) {
        for slot in slots {
            self.set_owner(slot, Some(owner));
        }
    }

    /// All slots of a node.
    #[must_use]
    pub fn slots_of(&self, owner: NodeIndex) -> SlotSet {
        Slot::all()
            .filter(|&slot| self.owner(slot) == Some(owner))
            .collect()
    }

    /// How many slots have an owner.
    #[must_use]
    pub fn assigned(&self) -> usize {
        self.owners.iter().filter(|&&owner| owner != NOBODY).count()
    }

    /// The runs of neighbouring slots with the same owner, ascending; slots of nobody are left out. This is
    /// the order of CLUSTER SLOTS.
    pub fn ranges(&self) -> impl Iterator<Item = (RangeInclusive<Slot>, NodeIndex)> + '_ {
        let mut slots = Slot::all().peekable();
        core::iter::from_fn(move || {
            let (start, owner) =
                slots.find_map(|slot| self.owner(slot).map(|owner| (slot, owner)))?;
            let mut end = start;
            while let Some(next) = slots.next_if(|&slot| self.owner(slot) == Some(owner)) {
                end = next;
            }
            Some((start..=end, owner))
        })
    }

    /// Where the slot is being moved to (`CLUSTER SETSLOT … MIGRATING`).
    #[must_use]
    pub fn migrating(&self, slot: Slot) -> Option<NodeIndex> {
        self.migrating.get(&slot).copied()
    }

    /// Where the slot is being moved from (`CLUSTER SETSLOT … IMPORTING`).
    #[must_use]
    pub fn importing(&self, slot: Slot) -> Option<NodeIndex> {
        self.importing.get(&slot).copied()
    }

    /// Sets or takes away the mark that the slot is moving to a node.
    pub fn set_migrating(&mut self, slot: Slot, target: Option<NodeIndex>) {
        set_mark(&mut self.migrating, slot, target);
    }

    /// Sets or takes away the mark that the slot is coming from a node.
    pub fn set_importing(&mut self, slot: Slot, source: Option<NodeIndex>) {
        set_mark(&mut self.importing, slot, source);
    }

    /// The slots moving away and their targets, ascending.
    pub fn migrations(&self) -> impl Iterator<Item = (Slot, NodeIndex)> + '_ {
        self.migrating.iter().map(|(&slot, &node)| (slot, node))
    }

    /// The slots coming in and their sources, ascending.
    pub fn imports(&self) -> impl Iterator<Item = (Slot, NodeIndex)> + '_ {
        self.importing.iter().map(|(&slot, &node)| (slot, node))
    }
}

fn set_mark(marks: &mut BTreeMap<Slot, NodeIndex>, slot: Slot, node: Option<NodeIndex>) {
    match node {
        Some(node) => marks.insert(slot, node),
        None => marks.remove(&slot),
    };
}

impl Default for SlotTable {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for SlotTable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut map = f.debug_map();
        for (range, owner) in self.ranges() {
            map.entry(&range, &owner.0);
        }
        map.entry(&"migrating", &self.migrating)
            .entry(&"importing", &self.importing)
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec::Vec;

    #[test]
    fn ranges_join_neighbours_of_one_owner_only() {
        let (a, b) = (NodeIndex(0), NodeIndex(1));
        let mut table = SlotTable::new();
        for (text, node) in [("0-9 11", a), ("10 12-13 16383", b)] {
            table.assign(&text.parse().unwrap(), node);
        }
        let seen: Vec<_> = table
            .ranges()
            .map(|(r, node)| (r.start().get(), r.end().get(), node.get()))
            .collect();
        assert_eq!(
            seen,
            [
                (0, 9, 0),
                (10, 10, 1),
                (11, 11, 0),
                (12, 13, 1),
                (16383, 16383, 1)
            ]
        );
        assert_eq!(table.assigned(), 15);
        assert_eq!(table.slots_of(b), "10 12-13 16383".parse().unwrap());
    }

    #[test]
    fn marks_come_and_go() {
        let slot = Slot::new(7).unwrap();
        let mut table = SlotTable::new();
        table.set_migrating(slot, Some(NodeIndex(3)));
        table.set_importing(slot, Some(NodeIndex(2)));
        assert_eq!(
            (table.migrating(slot), table.importing(slot)),
            (Some(NodeIndex(3)), Some(NodeIndex(2)))
        );
        assert_eq!(table.migrations().count() + table.imports().count(), 2);
        table.set_migrating(slot, None);
        table.set_importing(slot, None);
        assert_eq!(table, SlotTable::new());
    }

    #[test]
    fn the_sentinel_is_no_index() {
        assert_eq!(NodeIndex::new(65535), None);
        assert_eq!(NodeIndex::new(65534).map(NodeIndex::get), Some(65534));
    }
}

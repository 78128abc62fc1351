//! A table of entries: extendible hashing over small segments.
//!
//! A table begins as one segment. When that is full it is split by the next bit of the hash, and a
//! directory over the top bits finds the right one. So growth moves a few hundred entries at a time,
//! however large the table is, and the directory doubles by copying numbers. All positions are ordered
//! by the hash, which makes a prefix of it a scan cursor that survives every growth and shrinking.

mod iter;
mod leaves;
mod random;
mod scan;
mod segment;
#[cfg(test)]
mod tests;

pub(crate) use iter::TableIter;
pub(crate) use scan::{END, POSITION_BITS};

use crate::entry::Entry;
use crate::hashing::KeyHasher;
use leaves::Leaves;
use segment::{MAX_ENTRIES, Segment};

/// The tag of a hash in a segment that is reached by `depth` bits of it.
#[inline]
const fn tag_at(hash: u64, depth: u32) -> u16 {
    ((hash << depth) >> 48) as u16
}

/// Where an entry is; valid until the table is changed.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(crate) struct Position {
    leaf: u32,
    cell: u32,
}

/// A set of entries with distinct keys.
#[derive(Clone, Debug, Default)]
pub(crate) struct Table {
    /// The only segment, while there is no directory.
    single: Segment,
    leaves: Option<Box<Leaves>>,
    /// How many entries have an expiry.
    expiring: u32,
    /// The memory of the entries.
    entry_bytes: usize,
}

impl Table {
    /// How many entries there are.
    #[inline]
    pub(crate) fn len(&self) -> usize {
        match &self.leaves {
            None => self.single.len(),
            Some(leaves) => leaves.len(),
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// How many entries have an expiry.
    pub(crate) const fn expiring(&self) -> usize {
        self.expiring as usize
    }

    /// The memory of the entries with all that they own.
    pub(crate) const fn entry_bytes(&self) -> usize {
        self.entry_bytes
    }

    /// The memory of the table itself, without its entries.
    pub(crate) fn bytes(&self) -> usize {
        self.single.bytes() + self.leaves.as_ref().map_or(0, |leaves| leaves.bytes())
    }

    #[inline]
    fn segment(&self, leaf: u32) -> Option<&Segment> {
        match &self.leaves {
            None => Some(&self.single),
            Some(leaves) => leaves.segment(leaf),
        }
    }

    /// Where a key is.
    #[inline]
    pub(crate) fn find(&self, hash: u64, key: &[u8]) -> Option<Position> {
        let (leaf, cell) = match &self.leaves {
            None => (0, self.single.find(tag_at(hash, 0), key)?),
            Some(leaves) => leaves.find(hash, key)?,
        };
        Some(Position {
            leaf,
            cell: cell as u32,
        })
    }

    /// Sends for the cells where an entry of this hash should be.
    #[inline]
    pub(crate) fn prefetch_cells(&self, hash: u64) {
        if let Some((segment, tag)) = self.segment_of(hash) {
            segment.prefetch_cells(tag);
        }
    }

    /// Sends for an entry that looks like the one of this hash.
    #[inline]
    pub(crate) fn prefetch_entry(&self, hash: u64) {
        if let Some((segment, tag)) = self.segment_of(hash) {
            segment.prefetch_entry(tag);
        }
    }

    /// The segment that a hash belongs to, and its tag there.
    #[inline]
    fn segment_of(&self, hash: u64) -> Option<(&Segment, u16)> {
        match &self.leaves {
            None => Some((&self.single, tag_at(hash, 0))),
            Some(leaves) => {
                let leaf = leaves.leaf_of(hash)?;
                Some((&leaf.segment, tag_at(hash, leaf.depth)))
            }
        }
    }

    /// The entry at a position.
    #[inline]
    pub(crate) fn at(&self, position: Position) -> Option<&Entry> {
        self.segment(position.leaf)?.get(position.cell as usize)
    }

    /// Changes the entry at a position (but not its key), and keeps the books.
    #[inline]
    pub(crate) fn edit<R>(
        &mut self,
        position: Position,
        change: impl FnOnce(&mut Entry) -> R,
    ) -> Option<R> {
        let segment = match &mut self.leaves {
            None => &mut self.single,
            Some(leaves) => leaves.segment_mut(position.leaf)?,
        };
        let entry = segment.get_mut(position.cell as usize)?;
        let (memory, expiring) = (entry.memory(), entry.has_expiry());
        let result = change(entry);
        self.entry_bytes = (self.entry_bytes + entry.memory()).saturating_sub(memory);
        self.expiring =
            (self.expiring + u32::from(entry.has_expiry())).saturating_sub(u32::from(expiring));
        Some(result)
    }

    /// The entry of a key.
    #[inline]
    pub(crate) fn get(&self, hash: u64, key: &[u8]) -> Option<&Entry> {
        self.at(self.find(hash, key)?)
    }

    /// Adds an entry whose key is not in the table.
    pub(crate) fn insert(&mut self, hash: u64, mut entry: Entry, hasher: &KeyHasher) {
        self.expiring += u32::from(entry.has_expiry());
        self.entry_bytes += entry.memory();
        if let Some(leaves) = &mut self.leaves {
            leaves.insert(hash, entry, hasher);
        } else if self.single.len() < MAX_ENTRIES {
            entry.set_tag(tag_at(hash, 0));
            self.single.insert(entry);
        } else {
            let mut leaves = Box::new(Leaves::new(core::mem::take(&mut self.single)));
            leaves.insert(hash, entry, hasher);
            self.leaves = Some(leaves);
        }
    }

    /// Takes out the entry at a position.
    pub(crate) fn remove_at(&mut self, position: Position) -> Option<Entry> {
        let entry = match &mut self.leaves {
            None => self.single.remove(position.cell as usize),
            Some(leaves) => {
                let entry = leaves.remove(position.leaf, position.cell as usize);
                if let Some(single) = leaves.take_single() {
                    self.single = single;
                    self.leaves = None;
                }
                entry
            }
        };
        let entry = entry?;
        self.expiring = self.expiring.saturating_sub(u32::from(entry.has_expiry()));
        self.entry_bytes = self.entry_bytes.saturating_sub(entry.memory());
        Some(entry)
    }

    /// Takes out the entry of a key.
    pub(crate) fn remove(&mut self, hash: u64, key: &[u8]) -> Option<Entry> {
        let position = self.find(hash, key)?;
        self.remove_at(position)
    }

    /// Drops up to about `budget` entries, for freeing a detached table step by step. Returns what is
    /// left of the budget; the table is empty if that is not zero.
    pub(crate) fn free_some(
        &mut self,
        budget: usize,
        mut free: impl FnMut(Entry) -> usize,
    ) -> usize {
        let mut left = budget;
        while left > 0 {
            let segment = match &mut self.leaves {
                Some(leaves) => leaves.pop(),
                None => (self.single.len() > 0).then(|| core::mem::take(&mut self.single)),
            };
            let Some(mut segment) = segment else {
                *self = Self::default();
                return left;
            };
            segment.prefetch_all();
            for entry in segment.drain() {
                left = left.saturating_sub(free(entry));
            }
        }
        0
    }
}

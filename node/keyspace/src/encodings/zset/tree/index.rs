//! From the text of a member to its number.
//!
//! Extendible hashing: a directory over the first bits of the hash leads to a segment, and a full segment is
//! split by the next bit, so that growing never moves more than about a thousand numbers. A cell holds 32 bits
//! of the hash beside the number. That is all that placing, splitting and scanning need: the members themselves
//! are looked at only to confirm a match.

mod segment;

use segment::{Cell, Segment};

use super::members::Handle;

/// The directory never looks at more bits than this. A segment at that depth grows beyond its usual size.
const MAX_DEPTH: u32 = 24;
/// Cursors of a scan are below this.
pub(crate) const END: u64 = 1 << 32;

/// The numbers of all members.
#[derive(Clone, Debug)]
pub(super) struct Index {
    /// For every value of the first `depth` bits of a hash, its segment.
    directory: Vec<u32>,
    depth: u32,
    segments: Vec<Segment>,
    /// The memory of all cells.
    cell_bytes: usize,
}

impl Default for Index {
    fn default() -> Self {
        Self {
            directory: vec![0],
            depth: 0,
            segments: vec![Segment::default()],
            cell_bytes: 0,
        }
    }
}

/// The part of a hash that is kept.
const fn kept(hash: u64) -> u32 {
    (hash >> 32) as u32
}

impl Index {
    /// The memory of the index, without this struct.
    pub(super) const fn bytes(&self) -> usize {
        self.cell_bytes
            + self.segments.capacity() * size_of::<Segment>()
            + self.directory.capacity() * size_of::<u32>()
    }

    /// How many segments there are.
    pub(super) const fn segments(&self) -> usize {
        self.segments.len()
    }

    /// Which segment a hash belongs to.
    #[inline]
    fn segment_of(&self, hash: u32) -> usize {
        // Two shifts, because shifting by 32 at depth 0 would not be defined.
        let at = (hash >> 1) >> (31 - self.depth);
        self.directory.get(at as usize).copied().unwrap_or(0) as usize
    }

    /// The number of a member: the one with this hash that `is_it`.
    #[inline]
    pub(super) fn find(&self, hash: u64, is_it: impl FnMut(Handle) -> bool) -> Option<Handle> {
        let hash = kept(hash);
        self.segments.get(self.segment_of(hash))?.find(hash, is_it)
    }

    /// Adds a number whose member is not there yet.
    pub(super) fn insert(&mut self, hash: u64, handle: Handle) {
        let cell = Cell::new(kept(hash), handle);
        // Each round splits a full segment; it ends because the depth is limited.
        loop {
            let at = self.segment_of(cell.hash());
            let Some(segment) = self.segments.get_mut(at) else {
                return;
            };
            if !segment.is_full() || segment.depth() >= MAX_DEPTH {
                let before = segment.bytes();
                segment.insert(cell);
                self.cell_bytes = self.cell_bytes + segment.bytes() - before;
                return;
            }
            self.split(at);
        }
    }

    /// Divides a segment by the next bit of the hash.
    fn split(&mut self, at: usize) {
        let Some(segment) = self.segments.get_mut(at) else {
            return;
        };
        let before = segment.bytes();
        let (sibling, first) = segment.split();
        self.cell_bytes = self.cell_bytes + segment.bytes() + sibling.bytes() - before;
        let depth = sibling.depth();
        if depth > self.depth {
            let doubled = self.directory.iter().flat_map(|&at| [at, at]);
            self.directory = doubled.collect();
            self.depth = depth;
        }
        // All values that begin with the sibling's bits lead to the sibling.
        let start = (first >> (32 - self.depth)) as usize;
        let width = 1 << (self.depth - depth);
        if let Some(places) = self.directory.get_mut(start..start + width) {
            places.fill(self.segments.len() as u32);
        }
        self.segments.push(sibling);
    }

    /// Removes a number.
    pub(super) fn remove(&mut self, hash: u64, handle: Handle) {
        let cell = Cell::new(kept(hash), handle);
        let at = self.segment_of(cell.hash());
        if let Some(segment) = self.segments.get_mut(at) {
            let before = segment.bytes();
            segment.remove(cell);
            self.cell_bytes = self.cell_bytes + segment.bytes() - before;
        }
    }

    /// Visits a few members from a cursor on, and returns the cursor to go on with: [`END`] after the last.
    ///
    /// Members are met in the order of their hashes, whatever the segments look like, so that a scan misses
    /// nothing that was there all the time.
    pub(super) fn scan(&self, cursor: u64, visit: impl FnMut(Handle)) -> u64 {
        let Ok(hash) = u32::try_from(cursor) else {
            return END;
        };
        match self.segments.get(self.segment_of(hash)) {
            Some(segment) => segment.scan(hash, visit),
            None => END,
        }
    }

    /// Frees the last segment. The directory is not kept up. False if there is none.
    pub(super) fn free_segment(&mut self) -> bool {
        self.segments.pop().is_some()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;

    /// A hash that spreads, of which some collide in the bits that are kept.
    fn hash_of(key: u32) -> u64 {
        u64::from(key / 3).wrapping_mul(0x9e37_79b9_7f4a_7c15)
    }

    fn scan_all(index: &Index, mut between: impl FnMut()) -> Vec<u32> {
        let (mut found, mut cursor) = (Vec::new(), 0);
        while cursor < END {
            let next = index.scan(cursor, |handle| found.push(handle.0));
            assert!(next > cursor);
            cursor = next;
            between();
        }
        found
    }

    proptest! {
        #[test]
        fn an_index_is_a_map(steps in prop::collection::vec((0u32..4000, any::<bool>()), 1..4000)) {
            let mut index = Index::default();
            let mut model = BTreeMap::new();
            for (key, add) in steps {
                let found = index.find(hash_of(key), |handle| handle.0 == key);
                prop_assert_eq!(found.is_some(), model.contains_key(&key));
                if add && found.is_none() {
                    index.insert(hash_of(key), Handle(key));
                    model.insert(key, ());
                } else if !add {
                    index.remove(hash_of(key), Handle(key));
                    model.remove(&key);
                }
            }
            let mut all = scan_all(&index, || ());
            all.sort_unstable();
            prop_assert!(all.iter().eq(model.keys()));
            let bytes: usize = index.segments.iter().map(Segment::bytes).sum();
            prop_assert_eq!(index.cell_bytes, bytes);
        }
    }

    #[test]
    fn a_scan_meets_all_that_stay_while_the_index_grows_and_shrinks() {
        let mut index = Index::default();
        for key in 0..50_000 {
            index.insert(hash_of(key), Handle(key));
        }
        let (mut found, mut cursor, mut other) = (Vec::new(), 0, 50_000);
        while cursor < END {
            cursor = index.scan(cursor, |handle| found.push(handle.0));
            // Others come, and go again later.
            index.insert(hash_of(other), Handle(other));
            if other >= 60_000 {
                index.remove(hash_of(other - 10_000), Handle(other - 10_000));
            }
            other += 1;
        }
        found.sort_unstable();
        found.dedup();
        assert!((0..50_000).all(|key| found.binary_search(&key).is_ok()));
    }

    #[test]
    fn a_number_costs_about_ten_bytes() {
        let mut index = Index::default();
        for key in 0..1_000_000 {
            index.insert(hash_of(key), Handle(key));
        }
        assert!(index.bytes() < 11_000_000, "{}", index.bytes());
        for key in 0..1_000_000 {
            index.remove(hash_of(key), Handle(key));
        }
        assert!(index.cell_bytes == 0, "{}", index.cell_bytes);
    }
}

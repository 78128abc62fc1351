//! The segments of a table that has outgrown a single one, and the directory over them.

use super::segment::{FEW_ENTRIES, MAX_ENTRIES, Segment};
use super::tag_at;
use crate::entry::Entry;
use crate::hashing::KeyHasher;

/// The directory never looks at more bits of the hash than this. A segment at that depth grows beyond
/// its usual size instead.
pub(super) const MAX_DEPTH: u32 = 22;

/// A segment and which hashes belong in it: those whose first `depth` bits are `prefix`.
#[derive(Clone, Debug)]
pub(super) struct Leaf {
    pub(super) segment: Segment,
    pub(super) prefix: u32,
    pub(super) depth: u32,
}

/// Segments with a directory.
#[derive(Clone, Debug)]
pub(super) struct Leaves {
    /// For every value of the first `depth` bits of a hash, the leaf it belongs to.
    directory: Vec<u32>,
    depth: u32,
    leaves: Vec<Leaf>,
    len: usize,
    /// Memory of all cells.
    cell_bytes: usize,
    /// The most cells that a segment ever had.
    cells_max: usize,
}

impl Leaves {
    /// Puts a full single segment under a directory of no bits.
    pub(super) fn new(single: Segment) -> Self {
        let (len, cell_bytes) = (single.len(), single.bytes());
        let cells_max = single.capacity();
        let leaves = vec![Leaf {
            segment: single,
            prefix: 0,
            depth: 0,
        }];
        Self {
            directory: vec![0],
            depth: 0,
            leaves,
            len,
            cell_bytes,
            cells_max,
        }
    }

    pub(super) const fn len(&self) -> usize {
        self.len
    }

    pub(super) const fn bytes(&self) -> usize {
        self.cell_bytes
            + self.leaves.capacity() * size_of::<Leaf>()
            + self.directory.capacity() * size_of::<u32>()
    }

    /// The leaf for a hash.
    #[inline]
    fn index_of(&self, hash: u64) -> u32 {
        // Two shifts, because shifting by 64 at depth 0 would not be defined.
        let index = (hash >> 1) >> (63 - self.depth);
        self.directory
            .get(index as usize)
            .copied()
            .unwrap_or_default()
    }

    #[inline]
    pub(super) fn leaf_of(&self, hash: u64) -> Option<&Leaf> {
        self.leaves.get(self.index_of(hash) as usize)
    }

    #[inline]
    pub(super) fn segment(&self, leaf: u32) -> Option<&Segment> {
        self.leaves.get(leaf as usize).map(|leaf| &leaf.segment)
    }

    #[inline]
    pub(super) fn segment_mut(&mut self, leaf: u32) -> Option<&mut Segment> {
        self.leaves
            .get_mut(leaf as usize)
            .map(|leaf| &mut leaf.segment)
    }

    pub(super) fn as_slice(&self) -> &[Leaf] {
        &self.leaves
    }

    /// No segment has more cells than this.
    pub(super) const fn cells_max(&self) -> usize {
        self.cells_max
    }

    /// How many leaves there are.
    pub(super) const fn count(&self) -> usize {
        self.leaves.len()
    }

    #[inline]
    pub(super) fn find(&self, hash: u64, key: &[u8]) -> Option<(u32, usize)> {
        let index = self.index_of(hash);
        let leaf = self.leaves.get(index as usize)?;
        Some((index, leaf.segment.find(tag_at(hash, leaf.depth), key)?))
    }

    pub(super) fn insert(&mut self, hash: u64, mut entry: Entry, hasher: &KeyHasher) {
        self.len += 1;
        // Each round splits a full leaf; it ends because the depth is limited.
        loop {
            let index = self.index_of(hash);
            let Some(leaf) = self.leaves.get_mut(index as usize) else {
                return;
            };
            if leaf.segment.len() < MAX_ENTRIES || leaf.depth >= MAX_DEPTH {
                entry.set_tag(tag_at(hash, leaf.depth));
                let before = leaf.segment.bytes();
                leaf.segment.insert(entry);
                self.cell_bytes = self.cell_bytes + leaf.segment.bytes() - before;
                self.cells_max = self.cells_max.max(leaf.segment.capacity());
                return;
            }
            self.split(index, hasher);
        }
    }

    /// Divides a leaf by the next bit of the hash.
    fn split(&mut self, index: u32, hasher: &KeyHasher) {
        let Some(leaf) = self.leaves.get_mut(index as usize) else {
            return;
        };
        let (depth, prefix) = (leaf.depth + 1, leaf.prefix << 1);
        self.cell_bytes -= leaf.segment.bytes();
        let mut halves = [Segment::default(), Segment::default()];
        let [low, high] = &mut halves;
        // The hashes are not stored, so all keys are read: have them come at the same time.
        leaf.segment.prefetch_all();
        for mut entry in leaf.segment.drain() {
            let half = if entry.tag() >> 15 == 0 {
                &mut *low
            } else {
                &mut *high
            };
            entry.set_tag(tag_at(hasher.hash(entry.key()), depth));
            half.insert(entry);
        }
        let [low, high] = halves;
        self.cell_bytes += low.bytes() + high.bytes();
        *leaf = Leaf {
            segment: low,
            prefix,
            depth,
        };
        let sibling = self.leaves.len() as u32;
        self.leaves.push(Leaf {
            segment: high,
            prefix: prefix | 1,
            depth,
        });
        if depth > self.depth {
            self.directory = self
                .directory
                .iter()
                .flat_map(|&leaf| [leaf, leaf])
                .collect();
            self.depth = depth;
        }
        self.point(prefix | 1, depth, sibling);
    }

    /// Lets the directory point to a leaf for all hashes with this prefix.
    fn point(&mut self, prefix: u32, depth: u32, leaf: u32) {
        let width = self.depth - depth;
        let start = (prefix as usize) << width;
        if let Some(range) = self.directory.get_mut(start..start + (1 << width)) {
            range.fill(leaf);
        }
    }

    pub(super) fn remove(&mut self, leaf: u32, cell: usize) -> Option<Entry> {
        let segment = self.segment_mut(leaf)?;
        let before = segment.bytes();
        let entry = segment.remove(cell)?;
        let after = segment.bytes();
        let few = segment.len() <= FEW_ENTRIES;
        self.len -= 1;
        self.cell_bytes = self.cell_bytes + after - before;
        if few {
            self.join(leaf);
        }
        Some(entry)
    }

    /// Joins a leaf with its sibling, if both have few entries. This needs no hashes: a tag loses its last
    /// bit and gains the one that told the siblings apart.
    fn join(&mut self, index: u32) {
        let Some(leaf) = self.leaves.get(index as usize) else {
            return;
        };
        if leaf.depth == 0 {
            return;
        }
        let (prefix, depth) = (leaf.prefix, leaf.depth);
        let sibling_at = ((prefix ^ 1) as usize) << (self.depth - depth);
        let Some(&sibling) = self.directory.get(sibling_at) else {
            return;
        };
        let joinable = self.leaves.get(sibling as usize).is_some_and(|other| {
            other.depth == depth && sibling != index && other.segment.len() <= FEW_ENTRIES
        });
        if !joinable {
            return;
        }
        let mut joined = Segment::default();
        let mut freed = 0;
        for (at, bit) in [(index, prefix & 1), (sibling, !prefix & 1)] {
            let Some(segment) = self.segment_mut(at) else {
                return;
            };
            freed += segment.bytes();
            for mut entry in segment.drain() {
                entry.set_tag((entry.tag() >> 1) | ((bit as u16) << 15));
                joined.insert(entry);
            }
        }
        self.cell_bytes = self.cell_bytes + joined.bytes() - freed;
        self.point(prefix >> 1, depth - 1, index);
        if let Some(leaf) = self.leaves.get_mut(index as usize) {
            *leaf = Leaf {
                segment: joined,
                prefix: prefix >> 1,
                depth: depth - 1,
            };
        }
        self.forget(sibling);
    }

    /// Removes a leaf that the directory does not point to any more; the last leaf takes its number.
    fn forget(&mut self, index: u32) {
        self.leaves.swap_remove(index as usize);
        if let Some(moved) = self.leaves.get(index as usize) {
            self.point(moved.prefix, moved.depth, index);
        }
    }

    /// The only segment, if there is only one left.
    pub(super) fn take_single(&mut self) -> Option<Segment> {
        match self.leaves.as_mut_slice() {
            [leaf] if leaf.depth == 0 => Some(core::mem::take(&mut leaf.segment)),
            _ => None,
        }
    }

    /// Takes a segment off, for freeing. The directory is not kept up.
    pub(super) fn pop(&mut self) -> Option<Segment> {
        self.leaves.pop().map(|leaf| leaf.segment)
    }
}

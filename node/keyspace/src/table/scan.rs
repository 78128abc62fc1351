//! Walking a table piece by piece while it changes.
//!
//! A position is the first 38 bits of a hash. Entries are met in the order of these bits, whatever the
//! segments look like, so a walk that goes on from a position misses nothing that was there all the
//! time: growth only divides ranges that are still to come or already done.

use super::{Table, tag_at};
use crate::entry::Entry;

/// How many bits a position has: enough for the deepest directory and a tag.
pub(crate) const POSITION_BITS: u32 = 38;
/// The position behind the last entry.
pub(crate) const END: u64 = 1 << POSITION_BITS;

const TAG_BITS: u32 = 16;

impl Table {
    /// Visits a few entries (those of one cache line, as a rule) from a position on, and returns the
    /// position to go on with: [`END`] after the last.
    pub(crate) fn scan<'t>(&'t self, position: u64, visit: &mut dyn FnMut(&'t Entry)) -> u64 {
        if position >= END {
            return END;
        }
        let hash = position << (64 - POSITION_BITS);
        let (segment, prefix, depth) = match &self.leaves {
            None => (&self.single, 0, 0),
            Some(leaves) => match leaves.leaf_of(hash) {
                Some(leaf) => (&leaf.segment, leaf.prefix, leaf.depth),
                None => return END,
            },
        };
        let start = u64::from(prefix) << (POSITION_BITS - depth);
        match segment.scan(tag_at(hash, depth), visit) {
            Some(tag) => start + (u64::from(tag) << (POSITION_BITS - depth - TAG_BITS)),
            None => start + (1 << (POSITION_BITS - depth)),
        }
    }
}

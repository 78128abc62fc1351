//! Going through all entries of a table.

use core::iter::FusedIterator;
use core::slice;

use super::Table;
use super::leaves::Leaf;
use crate::entry::Entry;

/// The entries of a table, in the order of its segments.
#[derive(Clone, Debug)]
pub(crate) struct TableIter<'t> {
    cells: slice::Iter<'t, Option<Entry>>,
    leaves: slice::Iter<'t, Leaf>,
}

impl Table {
    /// All entries, in the order of the segments.
    pub(crate) fn iter(&self) -> TableIter<'_> {
        let leaves = self
            .leaves
            .as_ref()
            .map_or(&[][..], |leaves| leaves.as_slice());
        TableIter {
            cells: self.single.cells().iter(),
            leaves: leaves.iter(),
        }
    }
}

impl<'t> Iterator for TableIter<'t> {
    type Item = &'t Entry;

    #[inline]
    fn next(&mut self) -> Option<&'t Entry> {
        loop {
            if let Some(entry) = self.cells.by_ref().flatten().next() {
                return Some(entry);
            }
            self.cells = self.leaves.next()?.segment.cells().iter();
        }
    }
}

impl FusedIterator for TableIter<'_> {}

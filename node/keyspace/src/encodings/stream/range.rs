//! The entries between two ids, in both directions.

use super::entry::Entry;
use super::id::StreamId;
use super::node_entries::{NodeEntries, NodeEntriesBack};
use super::nodes::{Backward, Forward, Nodes};

/// The entries of a stream.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Entries<'a>(&'a Nodes);

impl<'a> Entries<'a> {
    pub(super) const fn new(nodes: &'a Nodes) -> Self {
        Self(nodes)
    }

    /// The entries from one id to another, both included.
    pub(crate) fn range(self, start: StreamId, end: StreamId) -> Range<'a> {
        Range {
            nodes: self.0.forward(start),
            entries: None,
            start,
            end,
        }
    }

    /// As `range`, from the last to the first.
    pub(crate) fn range_back(self, start: StreamId, end: StreamId) -> RangeBack<'a> {
        RangeBack {
            nodes: self.0.backward(end),
            entries: None,
            start,
            end,
        }
    }

    /// The entry with this id.
    pub(crate) fn get(self, id: StreamId) -> Option<Entry<'a>> {
        self.range(id, id).next()
    }
}

/// Entries in order.
#[derive(Debug)]
pub(crate) struct Range<'a> {
    nodes: Forward<'a>,
    entries: Option<NodeEntries<'a>>,
    start: StreamId,
    end: StreamId,
}

impl<'a> Iterator for Range<'a> {
    type Item = Entry<'a>;

    fn next(&mut self) -> Option<Entry<'a>> {
        loop {
            for entry in self.entries.iter_mut().flatten() {
                if entry.id > self.end {
                    return None;
                }
                if entry.id >= self.start && !entry.is_deleted() {
                    return Some(entry);
                }
            }
            let (id, node) = self.nodes.next()?;
            self.entries = Some(node.entries(*id));
        }
    }
}

/// Entries from the last to the first.
#[derive(Debug)]
pub(crate) struct RangeBack<'a> {
    nodes: Backward<'a>,
    entries: Option<NodeEntriesBack<'a>>,
    start: StreamId,
    end: StreamId,
}

impl<'a> Iterator for RangeBack<'a> {
    type Item = Entry<'a>;

    fn next(&mut self) -> Option<Entry<'a>> {
        loop {
            for entry in self.entries.iter_mut().flatten() {
                if entry.id < self.start {
                    return None;
                }
                if entry.id <= self.end && !entry.is_deleted() {
                    return Some(entry);
                }
            }
            let (id, node) = self.nodes.next()?;
            self.entries = Some(node.entries_back(*id));
        }
    }
}

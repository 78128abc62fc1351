//! The nodes of a stream in the order of their ids.
//!
//! Entries arrive at the end, so the last node lies apart: an append finds it without a search, and only a full
//! one moves into the tree. Every other place is found through the tree.

use std::collections::{BTreeMap, btree_map};
use std::option;

use shoal_rdb::listpack::ListpackFull;

use super::id::StreamId;
use super::node::Node;

/// How large a node may become.
#[derive(Clone, Copy, Debug)]
pub(crate) struct NodeLimits {
    /// `stream-node-max-bytes`; zero: as large as a listpack can be.
    pub(crate) bytes: usize,
    /// `stream-node-max-entries`, deleted ones included; zero: any number.
    pub(crate) entries: usize,
}

/// The nodes. None of them is without entries.
#[derive(Debug, Default)]
pub(super) struct Nodes {
    /// All but the last.
    full: BTreeMap<StreamId, Node>,
    /// The last. If there is none, there are no others.
    last: Option<(StreamId, Node)>,
    /// The memory of all.
    bytes: usize,
}

/// What one node takes beside its listpack: itself and its id, in a tree that is two thirds full.
const NODE_BYTES: usize = (size_of::<(StreamId, Node)>() * 3).div_ceil(2);

/// Nodes from some id on.
pub(super) type Forward<'a> = std::iter::Chain<
    btree_map::Range<'a, StreamId, Node>,
    option::IntoIter<(&'a StreamId, &'a Node)>,
>;
/// Nodes from some id back.
pub(super) type Backward<'a> = std::iter::Chain<
    option::IntoIter<(&'a StreamId, &'a Node)>,
    std::iter::Rev<btree_map::Range<'a, StreamId, Node>>,
>;

impl Clone for Nodes {
    /// A copy has no spare memory, so its books begin anew.
    fn clone(&self) -> Self {
        let mut copy = Self {
            full: self.full.clone(),
            last: self.last.clone(),
            bytes: 0,
        };
        let all = copy
            .full
            .values()
            .chain(copy.last.iter().map(|(_, last)| last));
        copy.bytes = all.map(|node| NODE_BYTES + node.heap_bytes()).sum();
        copy
    }
}

impl Nodes {
    pub(super) fn len(&self) -> usize {
        self.full.len() + usize::from(self.last.is_some())
    }

    pub(super) const fn heap_bytes(&self) -> usize {
        self.bytes
    }

    /// The first node.
    pub(super) fn first(&self) -> Option<(StreamId, &Node)> {
        let first = self.full.first_key_value().or_else(|| self.last());
        first.map(|(id, node)| (*id, node))
    }

    fn last(&self) -> Option<(&StreamId, &Node)> {
        self.last.as_ref().map(|(id, node)| (id, node))
    }

    /// Adds an entry whose id is greater than all others.
    pub(super) fn append<'f>(
        &mut self,
        id: StreamId,
        fields: impl Iterator<Item = (&'f [u8], &'f [u8])> + Clone,
        text_len: usize,
        limits: NodeLimits,
    ) -> Result<(), ListpackFull> {
        if let Some((from, node)) = &mut self.last
            && node.has_room(text_len, limits)
        {
            let before = node.heap_bytes();
            let pushed = node.push(*from, id, fields);
            self.bytes = self.bytes + node.heap_bytes() - before;
            return pushed;
        }
        let mut node = Node::new(fields.clone(), self.first_capacity(text_len))?;
        node.push(id, id, fields)?;
        self.push(id, node);
        Ok(())
    }

    /// How much memory to begin a node with: it will grow as large as its predecessor. The first node of a
    /// stream may stay the only one, and small.
    fn first_capacity(&self, text_len: usize) -> usize {
        const SMALL: usize = 64;
        /// Nothing is reserved for what may never come, beyond that of a node of default size.
        const MAX: usize = 4096;
        let predecessor = self.last.as_ref().map_or(0, |(_, node)| node.heap_bytes());
        predecessor.clamp(SMALL, MAX).max(text_len + SMALL)
    }

    /// Adds a node whose id is greater than all others.
    pub(super) fn push(&mut self, id: StreamId, node: Node) {
        self.bytes += NODE_BYTES + node.heap_bytes();
        if let Some((before, mut full)) = self.last.replace((id, node)) {
            self.bytes -= full.heap_bytes();
            full.shrink();
            self.bytes += full.heap_bytes();
            self.full.insert(before, full);
        }
    }

    /// Takes the first node out.
    pub(super) fn pop_first(&mut self) -> Option<Node> {
        let (_, node) = self.full.pop_first().or_else(|| self.last.take())?;
        self.bytes = self.bytes.saturating_sub(NODE_BYTES + node.heap_bytes());
        Some(node)
    }

    /// Takes a node out.
    pub(super) fn remove(&mut self, id: StreamId) {
        let removed = match &self.last {
            Some((last, _)) if *last == id => {
                let new_last = self.full.pop_last();
                core::mem::replace(&mut self.last, new_last).map(|(_, node)| node)
            }
            _ => self.full.remove(&id),
        };
        if let Some(node) = removed {
            self.bytes = self.bytes.saturating_sub(NODE_BYTES + node.heap_bytes());
        }
    }

    /// Changes a node.
    pub(super) fn edit<R>(
        &mut self,
        id: StreamId,
        change: impl FnOnce(&mut Node) -> R,
    ) -> Option<R> {
        let node = match &mut self.last {
            Some((last, node)) if *last == id => node,
            _ => self.full.get_mut(&id)?,
        };
        let before = node.heap_bytes();
        let result = change(node);
        self.bytes = (self.bytes + node.heap_bytes()).saturating_sub(before);
        Some(result)
    }

    /// The node that has the entry with this id, if any has it.
    pub(super) fn node_of(&self, id: StreamId) -> Option<(StreamId, &Node)> {
        self.backward(id).next().map(|(from, node)| (*from, node))
    }

    /// All nodes that may have entries from `start` on.
    pub(super) fn forward(&self, start: StreamId) -> Forward<'_> {
        let begin = match &self.last {
            // Nothing that is asked for stands before the last node.
            Some((last, _)) if *last <= start => {
                return self.full.range(*last..).chain(self.last());
            }
            _ => self.full.range(..=start).next_back(),
        };
        let begin = begin.map_or(start, |(id, _)| *id);
        self.full.range(begin..).chain(self.last())
    }

    /// All nodes that may have entries up to `end`, the last one first.
    pub(super) fn backward(&self, end: StreamId) -> Backward<'_> {
        let last = self.last().filter(|(id, _)| **id <= end);
        last.into_iter().chain(self.full.range(..=end).rev())
    }
}

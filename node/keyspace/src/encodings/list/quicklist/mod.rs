//! Large lists: a row of nodes. Both ends are changed in constant time; a place in the middle is found by counting
//! nodes, and changing it touches one node and its neighbours.

mod edit;

use core::ops::ControlFlow;
use std::collections::VecDeque;

use shoal_rdb::listpack::Element;

use super::limits::Limits;
use super::node::Node;
use super::{Direction, End};

/// A list as a row of nodes.
#[derive(Clone, Debug, Default)]
pub(crate) struct Quicklist {
    nodes: VecDeque<Node>,
    /// How many elements there are in all nodes.
    len: usize,
    /// The memory of all nodes' elements.
    bytes: usize,
}

/// Where an element is: in which node, and which one of that.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
struct Place {
    node: usize,
    index: usize,
}

impl Quicklist {
    pub(in crate::encodings::list) fn of_node(node: Node) -> Self {
        let mut list = Self::default();
        list.put(0, node);
        list
    }

    pub(crate) const fn len(&self) -> usize {
        self.len
    }

    pub(in crate::encodings::list) fn heap_bytes(&self) -> usize {
        self.bytes + self.nodes.capacity() * size_of::<Node>()
    }

    /// The nodes in order.
    pub(crate) fn nodes(&self) -> impl ExactSizeIterator<Item = &Node> {
        self.nodes.iter()
    }

    pub(in crate::encodings::list) fn into_nodes(self) -> VecDeque<Node> {
        self.nodes
    }

    /// The node, if it is the only one.
    #[inline]
    pub(in crate::encodings::list) fn only_node(&self) -> Option<&Node> {
        self.nodes.front().filter(|_| self.nodes.len() == 1)
    }

    fn outer_node(&self, end: End) -> Option<&Node> {
        match end {
            End::Left => self.nodes.front(),
            End::Right => self.nodes.back(),
        }
    }

    #[inline]
    pub(in crate::encodings::list) fn outermost(&self, end: End) -> Option<Element<'_>> {
        self.outer_node(end)?.outermost(end)
    }

    #[inline]
    pub(in crate::encodings::list) fn push(&mut self, end: End, text: &[u8], limits: &Limits) {
        let has_room = |node: &Node| has_room(node, text.len(), limits);
        if !limits.is_plain(text.len()) && self.outer_node(end).is_some_and(has_room) {
            self.push_inside(end, text);
        } else {
            self.push_node(end, text, limits);
        }
    }

    /// Adds an element to the node at an end.
    #[inline]
    pub(in crate::encodings::list) fn push_inside(&mut self, end: End, text: &[u8]) {
        self.edit(self.outer_index(end), |node| node.push(end, text));
        self.len += 1;
    }

    /// Begins a new node at an end. The one that was there is complete, so its memory is cut to size.
    fn push_node(&mut self, end: End, text: &[u8], limits: &Limits) {
        self.edit(self.outer_index(end), Node::fit);
        let at = match end {
            End::Left => 0,
            End::Right => self.nodes.len(),
        };
        self.put(at, node_of(text, limits));
    }

    #[inline]
    pub(in crate::encodings::list) fn drop_outermost(&mut self, end: End) {
        let at = self.outer_index(end);
        self.len -= 1;
        if self.edit(at, |node| {
            node.drop_outermost(end);
            node.is_empty()
        }) == Some(true)
        {
            self.take(at);
        }
    }

    pub(in crate::encodings::list) fn get(&self, index: usize) -> Option<Element<'_>> {
        let place = self.place_of(index)?;
        self.nodes.get(place.node)?.get(place.index)
    }

    /// Shows the elements from an index on, until told to stop.
    #[inline]
    pub(in crate::encodings::list) fn visit<'l>(
        &'l self,
        from: usize,
        direction: Direction,
        each: &mut impl FnMut(Element<'l>) -> ControlFlow<()>,
    ) {
        let Some(place) = self.place_of(from) else {
            return;
        };
        let (mut at, mut first) = (place.node, Some(place.index));
        while let Some(node) = self.nodes.get(at) {
            let start = first.take().unwrap_or(match direction {
                Direction::Forth => 0,
                Direction::Back => node.len() - 1,
            });
            if node.visit(start, direction, each).is_break() {
                return;
            }
            at = match direction {
                Direction::Forth => at + 1,
                Direction::Back => at.wrapping_sub(1),
            };
        }
    }

    /// Where the element with an index is, counted from the nearer end.
    fn place_of(&self, index: usize) -> Option<Place> {
        if index >= self.len {
            return None;
        }
        let mut left = index;
        if index < self.len / 2 {
            for (node, found) in self.nodes.iter().enumerate() {
                if left < found.len() {
                    return Some(Place { node, index: left });
                }
                left -= found.len();
            }
            return None;
        }
        left = self.len - index;
        for (node, found) in self.nodes.iter().enumerate().rev() {
            if left <= found.len() {
                let index = found.len() - left;
                return Some(Place { node, index });
            }
            left -= found.len();
        }
        None
    }

    fn outer_index(&self, end: End) -> usize {
        match end {
            End::Left => 0,
            End::Right => self.nodes.len().saturating_sub(1),
        }
    }

    /// Changes a node and keeps the books on its memory, but not on its elements.
    #[inline]
    fn edit<R>(&mut self, at: usize, change: impl FnOnce(&mut Node) -> R) -> Option<R> {
        let node = self.nodes.get_mut(at)?;
        let before = node.heap_bytes();
        let result = change(node);
        self.bytes = self.bytes + node.heap_bytes() - before;
        Some(result)
    }

    /// Adds a node at the end.
    pub(in crate::encodings::list) fn append(&mut self, node: Node) {
        self.put(self.nodes.len(), node);
    }

    fn put(&mut self, at: usize, node: Node) {
        self.bytes += node.heap_bytes();
        self.len += node.len();
        self.nodes.insert(at, node);
    }

    fn take(&mut self, at: usize) -> Option<Node> {
        let node = self.nodes.remove(at)?;
        self.bytes -= node.heap_bytes();
        self.len -= node.len();
        self.shrink_row();
        Some(node)
    }

    /// Gives the memory of the row of nodes back where most of it is unused.
    #[inline]
    fn shrink_row(&mut self) {
        const KEPT: usize = 16;
        if self.nodes.capacity() > KEPT && self.nodes.len() < self.nodes.capacity() / 4 {
            self.nodes.shrink_to(self.nodes.len() * 2);
        }
    }
}

impl FromIterator<Node> for Quicklist {
    fn from_iter<I: IntoIterator<Item = Node>>(nodes: I) -> Self {
        let mut list = Self::default();
        for node in nodes.into_iter().filter(|node| !node.is_empty()) {
            list.put(list.nodes.len(), node);
        }
        list
    }
}

fn node_of(text: &[u8], limits: &Limits) -> Node {
    if limits.is_plain(text.len()) {
        Node::plain(text)
    } else {
        Node::of(text)
    }
}

/// Whether a node takes another element of this length.
#[inline]
fn has_room(node: &Node, len: usize, limits: &Limits) -> bool {
    !node.is_plain() && limits.has_room(node.listpack_bytes(), node.len(), len)
}

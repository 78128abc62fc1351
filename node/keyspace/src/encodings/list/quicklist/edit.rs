//! Changes in the middle of a list: nodes are split where something has to go between, and joined where little is
//! left.

use std::collections::VecDeque;

use super::{Place, Quicklist, has_room, node_of};
use crate::encodings::list::{Direction, End, Limits, Node};
use crate::encodings::pack::Wanted;

impl Quicklist {
    /// Puts another element in the place of the one with an index, which must exist.
    pub(in crate::encodings::list) fn set(&mut self, index: usize, text: &[u8], limits: &Limits) {
        let Some(place) = self.place_of(index) else {
            return;
        };
        if self.fits_in_place_of(place, text, limits) {
            self.edit(place.node, |node| {
                node.replace(node.offset_of(place.index), text)
            });
        } else {
            self.insert_at(place, End::Left, text, limits);
            self.remove(index + 1, 1);
        }
    }

    fn fits_in_place_of(&self, place: Place, text: &[u8], limits: &Limits) -> bool {
        let Some(node) = self.nodes.get(place.node) else {
            return false;
        };
        let lone = node.len() == 1;
        !node.is_plain()
            && !limits.is_plain(text.len())
            && (lone || !limits.exceeded_by(node.listpack_bytes() + text.len(), node.len()))
    }

    /// Inserts an element on one side of the one with an index, which must exist.
    pub(in crate::encodings::list) fn insert(
        &mut self,
        pivot: usize,
        side: End,
        text: &[u8],
        limits: &Limits,
    ) {
        if let Some(mut place) = self.place_of(pivot) {
            place.index += usize::from(side == End::Right);
            self.insert_at(place, side, text, limits);
        }
    }

    /// Inserts an element before a place in a node, or behind its last element.
    fn insert_at(&mut self, place: Place, side: End, text: &[u8], limits: &Limits) {
        let Place { node: at, index } = place;
        let len = self.nodes.get(at).map_or(0, Node::len);
        if self.has_room(at, text, limits) {
            self.insert_inside(place, text);
        } else if index == 0 && at > 0 && self.has_room(at - 1, text, limits) {
            self.edit(at - 1, |node| node.push(End::Right, text));
            self.len += 1;
        } else if index == len && self.has_room(at + 1, text, limits) {
            self.edit(at + 1, |node| node.push(End::Left, text));
            self.len += 1;
        } else if index == 0 || index == len {
            self.put(at + usize::from(index > 0), node_of(text, limits));
        } else {
            self.insert_between_halves(place, side, text, limits);
        }
    }

    fn insert_inside(&mut self, place: Place, text: &[u8]) {
        self.edit(place.node, |node| {
            node.insert(node.offset_of(place.index), text);
        });
        self.len += 1;
    }

    /// Splits a full node where an element is to go. It joins the half that the pivot is not in.
    fn insert_between_halves(&mut self, place: Place, side: End, text: &[u8], limits: &Limits) {
        self.split(place);
        let (pivot, other) = match side {
            End::Left => (place.node + 1, place.node),
            End::Right => (place.node, place.node + 1),
        };
        if self.has_room(other, text, limits) {
            let end = match side {
                End::Left => End::Right,
                End::Right => End::Left,
            };
            self.edit(other, |node| node.push(end, text));
            self.len += 1;
            self.join_around(pivot, limits);
        } else {
            self.put(place.node + 1, node_of(text, limits));
        }
    }

    /// Whether there is a node that takes a text.
    fn has_room(&self, at: usize, text: &[u8], limits: &Limits) -> bool {
        let fits = |node: &Node| has_room(node, text.len(), limits);
        !limits.is_plain(text.len()) && self.nodes.get(at).is_some_and(fits)
    }

    /// Cuts a node before an element that is not its first one.
    fn split(&mut self, place: Place) {
        if let Some(behind) = self.edit(place.node, |node| node.split_off(place.index)) {
            self.bytes += behind.heap_bytes();
            self.nodes.insert(place.node + 1, behind);
        }
    }

    /// Takes out `count` elements from an index on.
    pub(in crate::encodings::list) fn remove(&mut self, from: usize, count: usize) {
        let Some(Place { mut node, index }) = self.place_of(from) else {
            return;
        };
        let mut left = count;
        if index > 0 {
            left -= self.remove_inside(node, index, left);
            node += 1;
        }
        let mut whole = node;
        while let Some(len) = self.nodes.get(whole).map(Node::len)
            && len <= left
        {
            left -= len;
            whole += 1;
        }
        for gone in self.nodes.drain(node..whole) {
            self.bytes -= gone.heap_bytes();
            self.len -= gone.len();
        }
        self.remove_inside(node, 0, left);
        self.shrink_row();
    }

    /// Takes out up to `count` elements of one node, but not all, and returns how many these were.
    fn remove_inside(&mut self, node: usize, index: usize, count: usize) -> usize {
        let removed = self.edit(node, |node| {
            let here = count.min(node.len() - index);
            node.remove(index, here);
            here
        });
        self.len -= removed.unwrap_or(0);
        removed.unwrap_or(0)
    }

    /// Takes out up to `max` elements with a text, seen from one end, and returns how many these were.
    pub(in crate::encodings::list) fn remove_equal(
        &mut self,
        wanted: &Wanted<'_>,
        max: usize,
        direction: Direction,
        limits: &Limits,
    ) -> usize {
        let mut left = max;
        for step in 0..self.nodes.len() {
            let at = match direction {
                Direction::Forth => step,
                Direction::Back => self.nodes.len() - 1 - step,
            };
            if left == 0 {
                break;
            }
            left -= self
                .edit(at, |node| node.remove_equal(wanted, left, direction))
                .unwrap_or(0);
        }
        if left < max {
            self.len -= max - left;
            self.join_sparse(limits);
        }
        max - left
    }

    /// Drops empty nodes. If there are many left, joins neighbours that are at most half a node together.
    fn join_sparse(&mut self, limits: &Limits) {
        /// Up to so many nodes stay as they are with Redis, and so do the conversions that depend on them.
        const FEW: usize = 16;
        let many = self.nodes.len() > FEW;
        let half = |bytes, len| limits.halved_by(bytes, len);
        let mut joined: VecDeque<Node> = VecDeque::with_capacity(self.nodes.len());
        for node in self.nodes.drain(..).filter(|node| !node.is_empty()) {
            match joined.back_mut() {
                Some(last) if many && may_join(last, &node, half) => last.append(&node),
                _ => joined.push_back(node),
            }
        }
        self.bytes = joined.iter().map(Node::heap_bytes).sum();
        self.nodes = joined;
        self.shrink_row();
    }

    /// After a node was split: joins it with its neighbours and these with theirs, if the limits allow.
    fn join_around(&mut self, node: usize, limits: &Limits) {
        let mut node = node;
        node -= usize::from(node > 1 && self.join(node - 2, limits));
        self.join(node + 1, limits);
        node -= usize::from(node > 0 && self.join(node - 1, limits));
        self.join(node, limits);
    }

    /// Joins a node with the next one, if the limits allow. Returns whether they are one now.
    fn join(&mut self, first: usize, limits: &Limits) -> bool {
        let (a, b) = (self.nodes.get(first), self.nodes.get(first + 1));
        let allowed = |bytes, len| !limits.exceeded_by(bytes, len);
        let joins = a.zip(b).is_some_and(|(a, b)| may_join(a, b, allowed));
        if joins && let Some(second) = self.take(first + 1) {
            self.len += second.len();
            self.edit(first, |node| node.append(&second));
        }
        joins
    }
}

/// Whether two nodes may become one of a size that is allowed.
fn may_join(a: &Node, b: &Node, allowed: impl Fn(usize, usize) -> bool) -> bool {
    let bytes = a.listpack_bytes() + b.row().len();
    !a.is_plain() && !b.is_plain() && allowed(bytes, a.len() + b.len())
}

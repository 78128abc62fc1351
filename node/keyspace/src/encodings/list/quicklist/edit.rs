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
            self.insert_at(place, text, limits);
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

    /// Inserts an element before the one with an index, or at the end.
    pub(in crate::encodings::list) fn insert(
        &mut self,
        index: usize,
        text: &[u8],
        limits: &Limits,
    ) {
        match self.place_of(index) {
            Some(place) => self.insert_at(place, text, limits),
            None => self.push(End::Right, text, limits),
        }
    }

    fn insert_at(&mut self, place: Place, text: &[u8], limits: &Limits) {
        let room = |node: Option<&Node>| {
            !limits.is_plain(text.len())
                && node.is_some_and(|node| has_room(node, text.len(), limits))
        };
        let Place { node: at, index } = place;
        if room(self.nodes.get(at)) {
            self.edit(at, |node| node.insert(node.offset_of(index), text));
            self.len += 1;
        } else if index > 0 {
            self.split(place);
            self.put(at + 1, node_of(text, limits));
            self.join_around(at + 1, limits);
        } else if at > 0 && room(self.nodes.get(at - 1)) {
            self.edit(at - 1, |node| node.push(End::Right, text));
            self.len += 1;
        } else {
            self.put(at, node_of(text, limits));
        }
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

    /// Joins neighbours that are at most half a node together, and drops empty ones.
    fn join_sparse(&mut self, limits: &Limits) {
        let mut joined: VecDeque<Node> = VecDeque::with_capacity(self.nodes.len());
        for node in self.nodes.drain(..).filter(|node| !node.is_empty()) {
            match joined.back_mut() {
                Some(last) if may_join(last, &node, |bytes, len| limits.halved_by(bytes, len)) => {
                    last.append(&node);
                }
                _ => joined.push_back(node),
            }
        }
        self.bytes = joined.iter().map(Node::heap_bytes).sum();
        self.nodes = joined;
        self.shrink_row();
    }

    /// Joins a node with its neighbours, if the limits allow.
    fn join_around(&mut self, at: usize, limits: &Limits) {
        for first in [at, at.saturating_sub(1)] {
            let (Some(a), Some(b)) = (self.nodes.get(first), self.nodes.get(first + 1)) else {
                continue;
            };
            if may_join(a, b, |bytes, len| !limits.exceeded_by(bytes, len))
                && let Some(second) = self.take(first + 1)
            {
                self.len += second.len();
                self.edit(first, |node| node.append(&second));
            }
        }
    }
}

/// Whether two nodes may become one of a size that is allowed.
fn may_join(a: &Node, b: &Node, allowed: impl Fn(usize, usize) -> bool) -> bool {
    let bytes = a.listpack_bytes() + b.row().len();
    !a.is_plain() && !b.is_plain() && allowed(bytes, a.len() + b.len())
}

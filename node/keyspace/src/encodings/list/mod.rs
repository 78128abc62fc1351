//! Lists: a pack while they fit an entry, one node while Redis would keep them as a listpack, a row of nodes when
//! they are larger.
//!
//! `OBJECT ENCODING` calls the first two `listpack` and the last one `quicklist`, by the rules of Redis 7.2: a list
//! becomes a quicklist before it would exceed `list-max-listpack-size`, and a listpack again when all of it is in
//! one node and no more than half of that. `list-compress-depth` is accepted, and nothing is compressed.

mod limits;
mod loading;
mod node;
mod quicklist;
#[cfg(test)]
mod tests;
mod view;

use std::collections::VecDeque;

pub(crate) use limits::Limits;
pub(crate) use node::Node;
pub(crate) use quicklist::Quicklist;
pub(crate) use view::ListRef;

use super::collection::Collection;
use super::pack::{Pack, PackRef, Wanted};
use crate::entry::{Entry, PACK_MAX, PackKind, View};
use crate::value::Value;

/// What an element has around its text at most: encoding and back length.
const AROUND: usize = 10;

/// A list.
#[derive(Clone, Debug)]
pub(crate) enum List {
    /// Few and short elements.
    Pack(Pack),
    /// What Redis keeps as one listpack.
    Listpack(Node),
    /// All others.
    Quicklist(Quicklist),
}

/// An end of a list.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum End {
    /// The head.
    Left,
    /// The tail.
    Right,
}

/// A way through a list.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Direction {
    /// From the head to the tail.
    Forth,
    /// From the tail to the head.
    Back,
}

impl Default for List {
    fn default() -> Self {
        Self::Pack(Pack::default())
    }
}

impl List {
    #[inline]
    pub(crate) const fn as_ref(&self) -> ListRef<'_> {
        match self {
            Self::Pack(pack) => ListRef::Pack(pack.as_ref()),
            Self::Listpack(node) => ListRef::Listpack(node),
            Self::Quicklist(list) => ListRef::Quicklist(list),
        }
    }

    /// Takes the nodes out, to be freed one by one.
    pub(crate) fn into_nodes(self) -> VecDeque<Node> {
        match self {
            Self::Quicklist(list) => list.into_nodes(),
            Self::Pack(_) | Self::Listpack(_) => VecDeque::new(),
        }
    }

    /// Adds elements at an end, one after the other.
    #[inline]
    pub(crate) fn push_all<'t>(
        &mut self,
        end: End,
        texts: impl Iterator<Item = &'t [u8]> + Clone,
        limits: &Limits,
    ) {
        if !matches!(self, Self::Quicklist(_)) {
            let bytes = texts.clone().map(<[u8]>::len).sum();
            self.make_room(bytes, texts.clone().count(), limits);
        }
        texts.for_each(|text| self.push_inside(end, text, limits));
    }

    /// Adds an element at an end.
    pub(crate) fn push(&mut self, end: End, text: &[u8], limits: &Limits) {
        self.push_all(end, core::iter::once(text), limits);
    }

    #[inline]
    fn push_inside(&mut self, end: End, text: &[u8], limits: &Limits) {
        self.unpack_for(text);
        match self {
            Self::Pack(pack) if end == End::Left => pack.insert(0, text),
            Self::Pack(pack) => pack.push(text),
            Self::Listpack(node) => node.push(end, text),
            Self::Quicklist(list) => list.push(end, text, limits),
        }
    }

    /// Takes the outermost element at an end off.
    #[inline]
    pub(crate) fn drop_outermost(&mut self, end: End, limits: &Limits) {
        match self {
            Self::Pack(pack) if end == End::Left => pack.remove(0, 1),
            Self::Pack(pack) => {
                let last = pack.as_ref().position_of(pack.len().saturating_sub(1));
                pack.remove(last, 1);
            }
            Self::Listpack(node) => node.drop_outermost(end),
            Self::Quicklist(list) => list.drop_outermost(end),
        }
        self.shrink(limits);
    }

    /// Puts another element in the place of the one with an index, which must exist.
    pub(crate) fn set(&mut self, index: usize, text: &[u8], limits: &Limits) {
        self.make_room(text.len(), 1, limits);
        self.unpack_for(text);
        match self {
            Self::Pack(pack) => pack.replace(pack.as_ref().position_of(index), text),
            Self::Listpack(node) => node.replace(node.offset_of(index), text),
            Self::Quicklist(list) => list.set(index, text, limits),
        }
        self.shrink(limits);
    }

    /// Inserts an element on one side of the one with an index, which must exist.
    pub(crate) fn insert(&mut self, pivot: usize, side: End, text: &[u8], limits: &Limits) {
        self.make_room(text.len(), 1, limits);
        self.unpack_for(text);
        let index = pivot + usize::from(side == End::Right);
        match self {
            Self::Pack(pack) => pack.insert(pack.as_ref().position_of(index), text),
            Self::Listpack(node) => node.insert(node.offset_of(index), text),
            Self::Quicklist(list) => list.insert(pivot, side, text, limits),
        }
    }

    /// Takes the outermost element, of which this is a copy, off one end and adds it at one.
    pub(crate) fn rotate(&mut self, from: End, to: End, text: &[u8], limits: &Limits) {
        if let Self::Quicklist(list) = self {
            list.drop_outermost(from);
            list.push(to, text, limits);
            self.shrink(limits);
        } else {
            self.drop_outermost(from, limits);
            self.push(to, text, limits);
        }
    }

    /// Takes out `count` elements from an index on.
    pub(crate) fn remove(&mut self, from: usize, count: usize, limits: &Limits) {
        match self {
            Self::Pack(pack) => pack.remove(pack.as_ref().position_of(from), count),
            Self::Listpack(node) => node.remove(from.min(node.len()), count),
            Self::Quicklist(list) => list.remove(from, count),
        }
        self.shrink(limits);
    }

    /// Takes out up to `max` elements with a text, seen from one end, and returns how many these were.
    pub(crate) fn remove_equal(
        &mut self,
        text: &[u8],
        max: usize,
        direction: Direction,
        limits: &Limits,
    ) -> usize {
        let wanted = Wanted::new(text);
        let removed = match self {
            Self::Pack(pack) => remove_equal_in_pack(pack, &wanted, max, direction),
            Self::Listpack(node) => node.remove_equal(&wanted, max, direction),
            Self::Quicklist(list) => list.remove_equal(&wanted, max, direction, limits),
        };
        self.shrink(limits);
        removed
    }

    /// Becomes a quicklist if a listpack would become too large by so many bytes and elements.
    pub(crate) fn make_room(&mut self, bytes: usize, count: usize, limits: &Limits) {
        let exceeds = |have: usize, len: usize| {
            limits.exceeded_by(have.saturating_add(bytes), len.saturating_add(count))
        };
        match self {
            Self::Quicklist(_) => {}
            Self::Listpack(node) if !exceeds(node.listpack_bytes(), node.len()) => {}
            Self::Listpack(node) => {
                *self = Self::Quicklist(Quicklist::of_node(core::mem::take(node)))
            }
            // No element is larger framed than twice its size.
            Self::Pack(pack) if !exceeds(2 * pack.as_bytes().len() + limits::FRAME, pack.len()) => {
            }
            Self::Pack(pack) => {
                let node = Node::of_pack(pack.as_ref());
                if exceeds(node.listpack_bytes(), node.len()) {
                    *self = Self::Quicklist([node].into_iter().collect());
                }
            }
        }
    }

    /// Leaves the form that fits an entry if an element would not find room there.
    #[inline]
    fn unpack_for(&mut self, text: &[u8]) {
        if let Self::Pack(pack) = self
            && pack.as_bytes().len() + text.len() + AROUND > PACK_MAX
        {
            *self = Self::Listpack(Node::of_pack(pack.as_ref()));
        }
    }

    /// Becomes a listpack again if that is far from its limits, and a pack if that is small.
    #[inline]
    fn shrink(&mut self, limits: &Limits) {
        if let Self::Quicklist(list) = self {
            let small = |node: &&Node| {
                !node.is_plain() && limits.halved_by(node.listpack_bytes(), node.len())
            };
            if list.only_node().filter(small).is_none() {
                return;
            }
            let mut nodes = core::mem::take(list).into_nodes();
            if let Some(node) = nodes.pop_front() {
                *self = Self::Listpack(node);
            }
        }
        self.pack_up();
    }

    /// Becomes a pack if it is so small that it will not leave the entry again soon.
    #[inline]
    fn pack_up(&mut self) {
        if let Self::Listpack(node) = self
            && node.row().len() <= PACK_MAX / 2
        {
            *self = Self::Pack(node.to_pack());
        }
    }

    pub(crate) fn heap_bytes(&self) -> usize {
        match self {
            Self::Pack(pack) => pack.heap_bytes(),
            Self::Listpack(node) => node.heap_bytes(),
            Self::Quicklist(list) => list.heap_bytes(),
        }
    }

    /// Whether freeing it takes so long that it should be done step by step.
    pub(crate) fn is_large(&self) -> bool {
        match self {
            Self::Pack(_) | Self::Listpack(_) => false,
            Self::Quicklist(list) => list.nodes().len() > 64,
        }
    }
}

fn remove_equal_in_pack(
    pack: &mut Pack,
    wanted: &Wanted<'_>,
    max: usize,
    direction: Direction,
) -> usize {
    let mut found = Vec::new();
    let mut elements = pack.as_ref().iter();
    loop {
        let at = elements.position();
        match elements.next() {
            Some(element) if wanted.is(element) => found.push(at),
            Some(_) => {}
            None => break,
        }
    }
    let removed = found.len().min(max);
    let gone = match direction {
        Direction::Forth => found.get(..removed),
        Direction::Back => found.get(found.len() - removed..),
    };
    for &at in gone.unwrap_or_default().iter().rev() {
        pack.remove(at, 1);
    }
    removed
}

impl Collection for List {
    type View<'a> = ListRef<'a>;

    fn view(entry: &Entry) -> Option<ListRef<'_>> {
        match entry.view() {
            View::Packed(PackKind::List, bytes) => Some(ListRef::Pack(PackRef::new(bytes))),
            View::Boxed(Value::List(value)) => Some(value.as_ref()),
            _ => None,
        }
    }

    fn of(value: &mut Value) -> Option<&mut Self> {
        match value {
            Value::List(value) => Some(value),
            _ => None,
        }
    }

    fn into_value(self) -> Value {
        Value::List(self)
    }

    fn is_empty(&self) -> bool {
        match self {
            Self::Pack(pack) => pack.is_empty(),
            Self::Listpack(node) => node.is_empty(),
            Self::Quicklist(list) => list.len() == 0,
        }
    }
}

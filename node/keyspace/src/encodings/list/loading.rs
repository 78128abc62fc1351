//! Taking over nodes that were read from elsewhere, and were checked.

use super::{End, Limits, List, Node, Quicklist};
use crate::encodings::collection::Collection as _;

impl List {
    /// Appends `count` elements that stand in a row as inside a listpack. They stay together, unless a node may
    /// not be that large here.
    pub(crate) fn append_row(&mut self, row: &[u8], count: usize, limits: &Limits) {
        let node = Node::of_row(row, u32::try_from(count).unwrap_or(u32::MAX));
        if limits.exceeded_by(node.listpack_bytes(), count) {
            let mut list = self.take_quicklist();
            node.for_each(|element| {
                list.push(End::Right, element.text(&mut itoa::Buffer::new()), limits);
            });
            *self = Self::Quicklist(list);
        } else {
            self.append_node(node);
        }
    }

    /// Appends an element that had a node of its own.
    pub(crate) fn append_plain(&mut self, text: &[u8], limits: &Limits) {
        if limits.is_plain(text.len()) {
            self.append_node(Node::plain(text));
        } else {
            self.push(End::Right, text, limits);
        }
    }

    /// Takes the form that the list would have if it had been made here.
    pub(crate) fn settle(&mut self, limits: &Limits) {
        if let Self::Quicklist(list) = self {
            let fits = |node: &&Node| {
                !node.is_plain() && !limits.exceeded_by(node.listpack_bytes(), node.len())
            };
            if let Some(node) = list.only_node().filter(fits) {
                *self = Self::Listpack(node.clone());
            }
        }
        self.pack_up();
    }

    fn append_node(&mut self, node: Node) {
        let mut list = self.take_quicklist();
        list.append(node);
        *self = Self::Quicklist(list);
    }

    fn take_quicklist(&mut self) -> Quicklist {
        match core::mem::take(self) {
            list if list.is_empty() => Quicklist::default(),
            Self::Pack(pack) => Quicklist::of_node(Node::of_pack(pack.as_ref())),
            Self::Listpack(node) => Quicklist::of_node(node),
            Self::Quicklist(list) => list,
        }
    }
}

//! Going through the members from a rank on.

use super::leaf::Leaf;
use super::{Item, Order};
use crate::encodings::zset::tree::members::Handle;

/// The members from a rank on, upwards or downwards.
#[derive(Clone, Debug)]
pub(in crate::encodings::zset::tree) struct Walk<'o> {
    order: &'o Order,
    /// The rank of the next member; wraps below zero behind the last one downwards.
    next: usize,
    down: bool,
    leaf: Option<&'o Leaf>,
    /// Where the next member is in the leaf.
    at: usize,
}

impl<'o> Walk<'o> {
    pub(super) const fn new(order: &'o Order, from: usize, down: bool) -> Self {
        Self {
            order,
            next: from,
            down,
            leaf: None,
            at: 0,
        }
    }
}

impl Walk<'_> {
    /// The number of the member that comes some steps later, if it is in the same leaf.
    #[inline]
    pub(in crate::encodings::zset::tree) fn ahead(&self, steps: usize) -> Option<Handle> {
        let at = if self.down {
            self.at.wrapping_sub(steps)
        } else {
            self.at.wrapping_add(steps)
        };
        self.leaf?.handles().get(at).copied()
    }
}

impl Iterator for Walk<'_> {
    type Item = Item;

    #[inline]
    fn next(&mut self) -> Option<Item> {
        let item = match self.leaf.and_then(|leaf| leaf.get(self.at)) {
            Some(item) => item,
            None => {
                // The next leaf: looked up anew, once for some fifty members.
                let (leaf, at) = self.order.leaf_at(self.next)?;
                self.leaf = Some(leaf);
                self.at = at;
                leaf.get(at)?
            }
        };
        let step = if self.down { usize::MAX } else { 1 };
        self.next = self.next.wrapping_add(step);
        self.at = self.at.wrapping_add(step);
        Some(item)
    }
}

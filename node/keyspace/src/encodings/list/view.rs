//! Reading lists.

use core::ops::ControlFlow;

use shoal_rdb::listpack::Element;

use super::node::Node;
use super::quicklist::Quicklist;
use super::{Direction, End};
use crate::encodings::pack::PackRef;
use crate::options::Options;

/// A list to be read, wherever it is kept.
#[derive(Clone, Copy, Debug)]
pub(crate) enum ListRef<'a> {
    Pack(PackRef<'a>),
    Listpack(&'a Node),
    Quicklist(&'a Quicklist),
}

impl<'a> ListRef<'a> {
    #[inline]
    pub(crate) fn len(self) -> usize {
        match self {
            Self::Pack(pack) => pack.len(),
            Self::Listpack(node) => node.len(),
            Self::Quicklist(list) => list.len(),
        }
    }

    /// The element with an index.
    pub(crate) fn get(self, index: usize) -> Option<Element<'a>> {
        match self {
            Self::Pack(pack) => pack.nth(index),
            Self::Listpack(node) => node.get(index),
            Self::Quicklist(list) => list.get(index),
        }
    }

    /// The outermost element at an end.
    #[inline]
    pub(crate) fn outermost(self, end: End) -> Option<Element<'a>> {
        match (self, end) {
            (Self::Pack(pack), End::Left) => pack.iter().next(),
            (Self::Pack(pack), End::Right) => pack.iter().last(),
            (Self::Listpack(node), _) => node.outermost(end),
            (Self::Quicklist(list), _) => list.outermost(end),
        }
    }

    /// Shows the elements from an index on, until told to stop.
    #[inline]
    pub(crate) fn visit(
        self,
        from: usize,
        direction: Direction,
        mut each: impl FnMut(Element<'a>) -> ControlFlow<()>,
    ) {
        match (self, direction) {
            (Self::Pack(pack), Direction::Forth) => {
                let _: ControlFlow<()> = pack.iter().skip(from).try_for_each(each);
            }
            (Self::Pack(pack), Direction::Back) => {
                // Packs are walked forwards, and they are short.
                let elements: Vec<_> = pack.iter().take(from.saturating_add(1)).collect();
                let _: ControlFlow<()> = elements.into_iter().rev().try_for_each(each);
            }
            (Self::Listpack(node), _) => {
                let _: ControlFlow<()> = node.visit(from, direction, &mut each);
            }
            (Self::Quicklist(list), _) => list.visit(from, direction, &mut each),
        }
    }

    /// Shows `count` elements from an index on.
    #[inline]
    pub(crate) fn visit_range(
        self,
        from: usize,
        count: usize,
        direction: Direction,
        mut each: impl FnMut(Element<'a>),
    ) {
        let mut left = count;
        if left == 0 {
            return;
        }
        self.visit(from, direction, |element| {
            each(element);
            left -= 1;
            if left == 0 {
                ControlFlow::Break(())
            } else {
                ControlFlow::Continue(())
            }
        });
    }

    /// What `OBJECT ENCODING` calls it.
    pub(crate) const fn encoding(self, options: &Options) -> &'static str {
        match self {
            Self::Pack(_) | Self::Listpack(_) if !options.encodings_of_7_0 => "listpack",
            _ => "quicklist",
        }
    }
}

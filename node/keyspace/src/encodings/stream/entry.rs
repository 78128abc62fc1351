//! One entry of a stream, as it lies in its node.

use core::iter::FusedIterator;

use shoal_rdb::listpack::{Element, ListpackIter};

use super::id::StreamId;

/// The flag of an entry that is not there any more.
pub(super) const DELETED: i64 = 1;
/// The flag of an entry that has the usual fields of its node, and no fields of its own therefore.
pub(super) const SAME_FIELDS: i64 = 2;

/// An entry.
#[derive(Clone, Debug)]
pub(crate) struct Entry<'a> {
    pub(crate) id: StreamId,
    pub(super) flags: i64,
    /// Where its flags are in the node.
    pub(super) flags_at: usize,
    pub(crate) fields: Fields<'a>,
}

impl Entry<'_> {
    /// Whether it was deleted and only its place is left.
    pub(crate) const fn is_deleted(&self) -> bool {
        self.flags & DELETED != 0
    }
}

/// The fields of an entry with their values.
#[derive(Clone, Debug)]
pub(crate) struct Fields<'a> {
    left: usize,
    /// The fields, if they stand apart from the values.
    usual: Option<ListpackIter<'a>>,
    elements: ListpackIter<'a>,
}

impl<'a> Fields<'a> {
    pub(super) const fn new(
        left: usize,
        usual: Option<ListpackIter<'a>>,
        elements: ListpackIter<'a>,
    ) -> Self {
        Self {
            left,
            usual,
            elements,
        }
    }

    /// How many elements of the entry they take.
    pub(super) const fn elements(&self) -> usize {
        match self.usual {
            Some(_) => self.left,
            None => self.left.saturating_mul(2),
        }
    }
}

impl<'a> Iterator for Fields<'a> {
    type Item = (Element<'a>, Element<'a>);

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        self.left = self.left.checked_sub(1)?;
        let field = match &mut self.usual {
            Some(usual) => usual.next()?,
            None => self.elements.next()?,
        };
        Some((field, self.elements.next()?))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.left, Some(self.left))
    }
}

impl ExactSizeIterator for Fields<'_> {}
impl FusedIterator for Fields<'_> {}

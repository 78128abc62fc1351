//! Going through the members of a set, in whatever form it is.

use core::iter::FusedIterator;
use core::ops::Range;

use shoal_rdb::listpack::Element;

use super::{IntsRef, SetRef};
use crate::encodings::pack::PackIter;
use crate::table::TableIter;

/// The members of a set.
#[derive(Clone, Debug)]
pub(crate) enum SetIter<'a> {
    Ints(IntsRef<'a>, Range<usize>),
    Pack(PackIter<'a>),
    Table(TableIter<'a>),
}

impl<'a> SetIter<'a> {
    pub(super) fn new(set: SetRef<'a>) -> Self {
        match set {
            SetRef::Ints(ints) => Self::Ints(ints, 0..ints.len()),
            SetRef::Pack(pack) => Self::Pack(pack.iter()),
            SetRef::Table(table) => Self::Table(table.table().iter()),
        }
    }
}

impl<'a> Iterator for SetIter<'a> {
    type Item = Element<'a>;

    #[inline]
    fn next(&mut self) -> Option<Element<'a>> {
        match self {
            Self::Ints(ints, ranks) => ints.get(ranks.next()?).map(Element::Int),
            Self::Pack(elements) => elements.next(),
            Self::Table(entries) => entries.next().map(|entry| Element::Str(entry.key())),
        }
    }
}

impl FusedIterator for SetIter<'_> {}

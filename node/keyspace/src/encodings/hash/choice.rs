//! Fields chosen at random, with their values.

use core::ops::ControlFlow;

use rand_core::Rng;
use shoal_rdb::listpack::Element;

use super::{HashRef, value_of};
use crate::encodings::choice::{below, draw_repeating, draw_some};
use crate::entry::Entry;

/// A field and its value.
pub(crate) type Pair<'h> = (Element<'h>, Element<'h>);

impl<'a> HashRef<'a> {
    /// A field.
    pub(crate) fn random<R: Rng>(self, rng: &mut R) -> Option<Pair<'a>> {
        match self {
            Self::Pack(pack) => pack.pairs().nth(below(rng, self.len())),
            Self::Table(table) => table.table().random(rng).and_then(pair_of),
        }
    }

    /// Shows `count` fields, each chosen out of all, until told to stop.
    pub(crate) fn random_repeating<R: Rng>(
        self,
        count: u64,
        rng: &mut R,
        mut visit: impl FnMut(Pair<'a>) -> ControlFlow<()>,
    ) {
        match self {
            // Finding a field of a pack is a walk: list them once.
            Self::Pack(pack) => {
                draw_repeating(&pack.pairs().collect::<Vec<_>>(), count, rng, visit)
            }
            Self::Table(_) => {
                let mut pairs = (0..count).map_while(|_| self.random(rng));
                let _: ControlFlow<()> = pairs.try_for_each(&mut visit);
            }
        }
    }

    /// Shows `count` different fields, or all if there are not more.
    pub(crate) fn random_distinct<R: Rng>(
        self,
        count: usize,
        rng: &mut R,
        mut visit: impl FnMut(Pair<'a>),
    ) {
        match self {
            Self::Pack(pack) => draw_some(pack.pairs(), self.len(), count, rng).for_each(visit),
            Self::Table(table) => table.table().random_distinct(count, rng, |entry| {
                if let Some(pair) = pair_of(entry) {
                    visit(pair);
                }
            }),
        }
    }
}

fn pair_of(entry: &Entry) -> Option<Pair<'_>> {
    Some((Element::Str(entry.key()), value_of(entry)?))
}

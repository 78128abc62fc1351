//! Members chosen at random, and taken out.

use core::ops::ControlFlow;

use rand_core::Rng;
use shoal_rdb::listpack::Element;

use super::{Ints, Set, SetRef, SetTable};
use crate::encodings::choice::{Selection, below, distinct_below, draw_repeating, draw_some};
use crate::encodings::pack::Pack;
use crate::encodings::tools::Tools;

impl<'a> SetRef<'a> {
    /// A member.
    pub(crate) fn random<R: Rng>(self, rng: &mut R) -> Option<Element<'a>> {
        match self {
            Self::Ints(ints) => ints.get(below(rng, ints.len())).map(Element::Int),
            Self::Pack(pack) => pack.nth(below(rng, pack.len())),
            Self::Table(table) => table
                .table()
                .random(rng)
                .map(|entry| Element::Str(entry.key())),
        }
    }

    /// Shows `count` members, each chosen out of all, until told to stop.
    pub(crate) fn random_repeating<R: Rng>(
        self,
        count: u64,
        rng: &mut R,
        mut visit: impl FnMut(Element<'a>) -> ControlFlow<()>,
    ) {
        match self {
            // Finding a member of a pack is a walk: list them once.
            Self::Pack(pack) => draw_repeating(&pack.iter().collect::<Vec<_>>(), count, rng, visit),
            Self::Ints(_) | Self::Table(_) => {
                let mut members = (0..count).map_while(|_| self.random(rng));
                let _: ControlFlow<()> = members.try_for_each(&mut visit);
            }
        }
    }

    /// Shows `count` different members, or all if there are not more.
    pub(crate) fn random_distinct<R: Rng>(
        self,
        count: usize,
        rng: &mut R,
        mut visit: impl FnMut(Element<'a>),
    ) {
        let len = self.len();
        match self {
            _ if count >= len => self.iter().for_each(visit),
            Self::Ints(ints) => distinct_below(rng, len, count)
                .into_iter()
                .filter_map(|rank| ints.get(rank))
                .for_each(|number| visit(Element::Int(number))),
            Self::Pack(pack) => draw_some(pack.iter(), len, count, rng).for_each(visit),
            Self::Table(table) => table
                .table()
                .random_distinct(count, rng, |entry| visit(Element::Str(entry.key()))),
        }
    }
}

impl Set {
    /// Takes a member out and shows it.
    pub(crate) fn pop<R: Rng, T>(
        &mut self,
        rng: &mut R,
        popped: impl FnOnce(Element<'_>) -> T,
    ) -> Option<T> {
        match self {
            Self::Ints(ints) => {
                let rank = below(rng, ints.view().len());
                ints.remove_at(rank)
                    .map(|number| popped(Element::Int(number)))
            }
            Self::Pack(pack) => {
                let at = pack.as_ref().position_of(below(rng, pack.len()));
                let result = pack.as_ref().iter_from(at).next().map(popped);
                pack.remove(at, 1);
                result
            }
            Self::Table(table) => {
                let entry = table.take_random(rng)?;
                Some(popped(Element::Str(entry.key())))
            }
        }
    }

    /// Takes `count` members out, which must be fewer than there are, and shows each. Returns what is left of
    /// a table that was replaced, to be freed.
    ///
    /// Where so few stay that taking them over is less work, they make a set of their own, whose form is chosen
    /// anew; the limit and the forms are those of the reference server, as they can be seen.
    pub(crate) fn pop_some<R: Rng>(
        &mut self,
        count: usize,
        rng: &mut R,
        tools: Tools<'_>,
        mut popped: impl FnMut(Element<'_>),
    ) -> Option<SetTable> {
        let staying = self.len().saturating_sub(count);
        let few_stay = staying.saturating_mul(5) <= count;
        let mut selection = Selection::new(count, self.len());
        match self {
            Self::Ints(ints) => {
                ints.retain(|number| {
                    let takes = selection.takes(rng);
                    if takes {
                        popped(Element::Int(number));
                    }
                    !takes
                });
                if few_stay {
                    *ints = ints.view().iter().collect();
                }
            }
            Self::Pack(pack) => *pack = divide(pack, selection, rng, popped),
            Self::Table(table) if few_stay => {
                let kept = take_over(table, staying, rng, tools);
                for entry in table.table().iter() {
                    popped(Element::Str(entry.key()));
                }
                let emptied = core::mem::take(table);
                *self = kept;
                return Some(emptied);
            }
            Self::Table(table) => {
                for entry in (0..count).map_while(|_| table.take_random(rng)) {
                    popped(Element::Str(entry.key()));
                }
            }
        }
        None
    }
}

/// Shows what is chosen out of a pack, and returns a pack of the rest.
fn divide<R: Rng>(
    pack: &Pack,
    mut selection: Selection,
    rng: &mut R,
    mut popped: impl FnMut(Element<'_>),
) -> Pack {
    let mut rest = Pack::default();
    for member in pack.as_ref().iter() {
        if selection.takes(rng) {
            popped(member);
        } else {
            rest.push(member.text(&mut itoa::Buffer::new()));
        }
    }
    rest
}

/// Moves some members of a table to a new set.
fn take_over<R: Rng>(table: &mut SetTable, count: usize, rng: &mut R, tools: Tools<'_>) -> Set {
    let mut kept: Option<Set> = None;
    for entry in (0..count).map_while(|_| table.take_random(rng)) {
        let member = Element::Str(entry.key());
        let form = || {
            if tools.options.encodings_of_7_0 {
                Set::for_members(member, 1, tools.options)
            } else {
                Set::Pack(Pack::default())
            }
        };
        kept.get_or_insert_with(form).add(member, tools);
    }
    kept.unwrap_or_default()
}

impl FromIterator<i64> for Ints {
    fn from_iter<I: IntoIterator<Item = i64>>(numbers: I) -> Self {
        let mut ints = Self::default();
        for number in numbers {
            ints.insert(number);
        }
        ints
    }
}

//! Intersection, union and difference.
//!
//! The forms of the results can be seen, so sets are made here in the steps of the reference server.

use core::cmp::Reverse;
use core::ops::ControlFlow;

use shoal_rdb::listpack::Element;

use super::{Set, SetRef, number_of};
use crate::encodings::pack::Pack;
use crate::encodings::tools::Tools;
use crate::hashing::KeyHasher;

/// The sets, the smallest first, unless one does not exist: then nothing is in all of them.
pub(crate) fn smallest_first<'k>(
    sets: impl Iterator<Item = Option<SetRef<'k>>>,
) -> Option<Vec<SetRef<'k>>> {
    let mut sets: Vec<_> = sets.collect::<Option<_>>()?;
    sets.sort_by_key(|set| set.len());
    Some(sets)
}

/// Shows the members that are in all sets, in the order of the first, until told to stop.
pub(crate) fn intersect<'k>(
    sets: &[SetRef<'k>],
    hasher: &KeyHasher,
    mut visit: impl FnMut(Element<'k>) -> ControlFlow<()>,
) {
    let Some((first, others)) = sets.split_first() else {
        return;
    };
    for member in first.iter() {
        if others.iter().all(|set| set.contains(member, hasher)) && visit(member).is_break() {
            return;
        }
    }
}

/// The members that are in all of these sets, of which the first is the smallest.
pub(crate) fn intersection(sets: &[SetRef<'_>], tools: Tools<'_>) -> Set {
    let mut result = match sets.first() {
        Some(SetRef::Pack(_) | SetRef::Table(_)) if !tools.options.encodings_of_7_0 => {
            Set::Pack(Pack::default())
        }
        _ => Set::default(),
    };
    let mut integers = true;
    intersect(sets, tools.hasher, |member| {
        integers = integers && number_of(member).is_some();
        result.add(member, tools);
        ControlFlow::Continue(())
    });
    if integers {
        result = result.into_ints(tools.options);
    }
    result
}

/// The members of all sets, of which some may not exist.
pub(crate) fn union(sets: &[Option<SetRef<'_>>], tools: Tools<'_>) -> Set {
    let mut result = Set::default();
    for member in sets.iter().flatten().flat_map(|set| set.iter()) {
        result.add(member, tools);
    }
    result
}

/// The members of the first set that are in none of the others.
pub(crate) fn difference(sets: &[Option<SetRef<'_>>], tools: Tools<'_>) -> Set {
    let Some((&Some(first), others)) = sets.split_first() else {
        return Set::default();
    };
    let mut others: Vec<_> = others.iter().flatten().copied().collect();
    let all: usize = others.iter().map(|set| set.len()).sum();
    let looking_up = first.len().saturating_mul(others.len() + 1) / 2;
    if looking_up <= all.saturating_add(first.len()) {
        // Large sets are the most likely to have a member, too.
        others.sort_by_key(|set| Reverse(set.len()));
        keep_missing(first, &others, tools)
    } else {
        take_away(first, &others, tools)
    }
}

/// The difference by looking every member of the first set up in the others.
fn keep_missing(first: SetRef<'_>, others: &[SetRef<'_>], tools: Tools<'_>) -> Set {
    let mut result = Set::default();
    for member in first.iter() {
        if !others.iter().any(|set| set.contains(member, tools.hasher)) {
            result.add(member, tools);
        }
    }
    result
}

/// The difference by taking all other members out of a copy of the first set. The copy keeps its form.
fn take_away(first: SetRef<'_>, others: &[SetRef<'_>], tools: Tools<'_>) -> Set {
    let mut result = union(&[Some(first)], tools);
    for set in others {
        if result.len() == 0 {
            break;
        }
        for member in set.iter() {
            result.remove(member, tools.hasher);
        }
    }
    result
}

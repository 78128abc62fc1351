//! Small sorted sets: member, score, member, score … in a pack, in order.

use core::cmp::Ordering;
use std::collections::BTreeSet;

use shoal_rdb::listpack::Element;

use super::score;
use crate::encodings::pack::{Pack, PackRef};
use crate::options::Options;

/// A member that was found.
#[derive(Clone, Copy, Debug)]
pub(super) struct Found {
    /// Where it is.
    pub(super) at: usize,
    pub(super) score: f64,
}

/// Looks a member up.
#[inline]
pub(super) fn find(pack: PackRef<'_>, member: &[u8]) -> Option<Found> {
    let pair = pack.find_pair(member)?;
    Some(Found {
        at: pair.key_at,
        score: score::of(pair.value),
    })
}

/// The members with their scores.
#[inline]
pub(super) fn pairs<'a>(pack: PackRef<'a>) -> impl Iterator<Item = (Element<'a>, f64)> {
    pack.pairs()
        .map(|(member, score)| (member, score::of(score)))
}

/// The members with their scores. `None` if a score is not a number or missing.
pub(super) fn checked_pairs(pack: PackRef<'_>) -> Option<Vec<(Element<'_>, f64)>> {
    let checked = |(member, score)| Some((member, score::checked(score)?));
    let even = pack.len().is_multiple_of(2);
    pack.pairs()
        .map(checked)
        .collect::<Option<_>>()
        .filter(|_| even)
}

/// Adds a member that is not there.
pub(super) fn insert(pack: &mut Pack, member: &[u8], score: f64, options: &Options) {
    let at = place_of(pack.as_ref(), member, score);
    pack.insert(at, &score::to_text(score, options));
    pack.insert(at, member);
}

/// Adds a member that is larger than all that are there.
pub(super) fn push(pack: &mut Pack, member: &[u8], score: f64, options: &Options) {
    pack.push(member);
    pack.push(&score::to_text(score, options));
}

/// Where a member belongs: before the first that is larger.
fn place_of(pack: PackRef<'_>, member: &[u8], score: f64) -> usize {
    let mut elements = pack.iter();
    loop {
        let at = elements.position();
        let (Some(other), Some(value)) = (elements.next(), elements.next()) else {
            return at;
        };
        if compare((other, score::of(value)), (Element::Str(member), score)) == Ordering::Greater {
            return at;
        }
    }
}

/// The order of members: by score, then by text.
fn compare(a: (Element<'_>, f64), b: (Element<'_>, f64)) -> Ordering {
    let texts = || {
        let (mut left, mut right) = (itoa::Buffer::new(), itoa::Buffer::new());
        a.0.text(&mut left).cmp(b.0.text(&mut right))
    };
    a.1.partial_cmp(&b.1)
        .unwrap_or(Ordering::Equal)
        .then_with(texts)
}

/// Whether every member is smaller than the next.
pub(super) fn is_sorted(pairs: &[(Element<'_>, f64)]) -> bool {
    pairs.is_sorted_by(|&a, &b| compare(a, b) == Ordering::Less)
}

/// Whether a member is there twice.
pub(super) fn repeats(pairs: &[(Element<'_>, f64)]) -> bool {
    let texts: BTreeSet<Vec<u8>> = pairs.iter().map(|(member, _)| member.to_vec()).collect();
    texts.len() < pairs.len()
}

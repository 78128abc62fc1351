//! Reading sorted sets, wherever they are kept.

use core::ops::Range as Ranks;

use rand_core::Rng;
use shoal_rdb::listpack::Element;

use super::range::{self, Range};
use super::tree::{MemberWalk, ZsetTree};
use super::{score, small};
use crate::encodings::pack::{PackIter, PackRef};
use crate::hashing::KeyHasher;

/// A sorted set to be read.
#[derive(Clone, Copy, Debug)]
pub(crate) enum ZsetRef<'a> {
    Pack(PackRef<'a>),
    Tree(&'a ZsetTree),
}

impl<'a> ZsetRef<'a> {
    /// How many members there are.
    #[inline]
    pub(crate) fn len(self) -> usize {
        match self {
            Self::Pack(pack) => pack.len() / 2,
            Self::Tree(tree) => tree.len(),
        }
    }

    /// The score of a member.
    #[inline]
    pub(crate) fn score(self, member: &[u8], hasher: &KeyHasher) -> Option<f64> {
        match self {
            Self::Pack(pack) => small::find(pack, member).map(|found| found.score),
            Self::Tree(tree) => tree.score(member, hasher),
        }
    }

    /// The rank of a member, counted from the lowest score, and its score.
    pub(crate) fn rank(self, member: &[u8], hasher: &KeyHasher) -> Option<(usize, f64)> {
        match self {
            Self::Pack(pack) => small::pairs(pack)
                .enumerate()
                .find(|(_, (other, _))| other.is(member))
                .map(|(rank, (_, score))| (rank, score)),
            Self::Tree(tree) => tree.rank(member, hasher),
        }
    }

    /// The ranks of a range.
    pub(crate) fn ranks(self, range: &Range<'_>) -> Ranks<usize> {
        match range {
            Range::Ranks(first, last) => range::ranks(*first, *last, self.len()),
            Range::Scores(range) => self.between(
                |_, score| range.is_below(score),
                |_, score| range.is_not_above(score),
                |tree, below| tree.seek_score(|score| range_side(range, score, below)),
            ),
            Range::Texts(range) => self.between(
                |text, _| range.is_below(text),
                |text, _| range.is_not_above(text),
                |tree, below| {
                    tree.seek_text(|text| match below {
                        true => range.is_below(text),
                        false => range.is_not_above(text),
                    })
                },
            ),
        }
    }

    /// The ranks from the first member that is not below to the last that is not above.
    fn between(
        self,
        below: impl Fn(&[u8], f64) -> bool,
        not_above: impl Fn(&[u8], f64) -> bool,
        seek: impl Fn(&ZsetTree, bool) -> usize,
    ) -> Ranks<usize> {
        match self {
            Self::Pack(pack) => {
                let mut digits = itoa::Buffer::new();
                let mut ranks = 0..0;
                for (member, score) in small::pairs(pack) {
                    let text = member.text(&mut digits);
                    if ranks.is_empty() && below(text, score) {
                        ranks = ranks.start + 1..ranks.end + 1;
                    } else if not_above(text, score) {
                        ranks.end += 1;
                    } else {
                        break;
                    }
                }
                ranks
            }
            Self::Tree(tree) => {
                let (start, end) = (seek(tree, true), seek(tree, false));
                start.min(end)..end
            }
        }
    }

    /// The members of some ranks with their scores, upwards or downwards.
    pub(crate) fn walk(self, ranks: Ranks<usize>, down: bool) -> ZsetWalk<'a> {
        let left = ranks.len();
        let steps = match self {
            Self::Pack(pack) => {
                let at = pack.position_of(ranks.start * 2);
                let up = pack.iter_from(at);
                if down {
                    let mut up = core::iter::from_fn({
                        let mut up = up;
                        move || next_pair(&mut up)
                    });
                    Steps::Listed(up.by_ref().take(left).collect())
                } else {
                    Steps::Pack(up)
                }
            }
            Self::Tree(tree) => {
                let first = if down {
                    ranks.end.wrapping_sub(1)
                } else {
                    ranks.start
                };
                Steps::Tree(tree.walk(first, down))
            }
        };
        ZsetWalk { steps, left }
    }

    /// All members in order.
    pub(crate) fn iter(self) -> ZsetWalk<'a> {
        self.walk(0..self.len(), false)
    }

    /// A member chosen at random.
    pub(crate) fn random<R: Rng>(self, rng: &mut R) -> Option<(Element<'a>, f64)> {
        let len = self.len();
        let rank = ((u128::from(rng.next_u64()) * len as u128) >> 64) as usize;
        self.walk(rank..len.min(rank + 1), false).next()
    }
}

fn range_side(range: &range::ScoreRange, score: f64, below: bool) -> bool {
    if below {
        range.is_below(score)
    } else {
        range.is_not_above(score)
    }
}

fn next_pair<'a>(elements: &mut PackIter<'a>) -> Option<(Element<'a>, f64)> {
    Some((elements.next()?, score::of(elements.next()?)))
}

/// Members with their scores.
#[derive(Clone, Debug)]
pub(crate) struct ZsetWalk<'a> {
    steps: Steps<'a>,
    left: usize,
}

#[derive(Clone, Debug)]
enum Steps<'a> {
    Pack(PackIter<'a>),
    /// A pack can only be walked upwards: taken from the end.
    Listed(Vec<(Element<'a>, f64)>),
    Tree(MemberWalk<'a>),
}

impl<'a> Iterator for ZsetWalk<'a> {
    type Item = (Element<'a>, f64);

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        self.left = self.left.checked_sub(1)?;
        match &mut self.steps {
            Steps::Pack(elements) => next_pair(elements),
            Steps::Listed(listed) => listed.pop(),
            Steps::Tree(walk) => walk.next().map(|(text, score)| (Element::Str(text), score)),
        }
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.left, Some(self.left))
    }
}

impl ExactSizeIterator for ZsetWalk<'_> {}

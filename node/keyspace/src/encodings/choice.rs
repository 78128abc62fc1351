//! Choosing at random: every choice equally likely, and the same ones for the same seed.

use core::ops::ControlFlow;
use std::collections::BTreeSet;

use rand_core::Rng;

/// A number below `bound`; zero if that is zero.
#[inline]
pub(crate) fn below<R: Rng>(rng: &mut R, bound: usize) -> usize {
    ((u128::from(rng.next_u64()) * bound as u128) >> 64) as usize
}

/// Shows `count` of these items, each chosen out of all, until told to stop.
pub(crate) fn draw_repeating<R: Rng, T: Copy>(
    all: &[T],
    count: u64,
    rng: &mut R,
    visit: impl FnMut(T) -> ControlFlow<()>,
) {
    let mut drawn = (0..count).map_while(|_| all.get(below(rng, all.len())).copied());
    let _: ControlFlow<()> = drawn.try_for_each(visit);
}

/// `count` different ones of `len` items in their order, or all if there are not more.
pub(crate) fn draw_some<R: Rng, I: Iterator>(
    items: I,
    len: usize,
    count: usize,
    rng: &mut R,
) -> impl Iterator<Item = I::Item> {
    let mut selection = Selection::new(count.min(len), len);
    items.filter(move |_| selection.takes(rng))
}

/// Decides for one item after the other, so that in the end `wanted` of the `left` items were chosen, and
/// every choice of so many is equally likely.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Selection {
    wanted: usize,
    left: usize,
}

impl Selection {
    pub(crate) const fn new(wanted: usize, left: usize) -> Self {
        Self { wanted, left }
    }

    /// Whether the next item is chosen.
    pub(crate) fn takes<R: Rng>(&mut self, rng: &mut R) -> bool {
        let takes = below(rng, self.left) < self.wanted;
        self.left = self.left.saturating_sub(1);
        self.wanted -= usize::from(takes);
        takes
    }
}

/// Different numbers below `bound`, `count` of them (all, if there are not so many).
pub(crate) fn distinct_below<R: Rng>(rng: &mut R, bound: usize, count: usize) -> BTreeSet<usize> {
    let mut chosen = BTreeSet::new();
    // Robert Floyd's way: in step `last`, what was chosen is a fair choice out of all numbers below it.
    for last in bound.saturating_sub(count)..bound {
        let number = below(rng, last + 1);
        if !chosen.insert(number) {
            chosen.insert(last);
        }
    }
    chosen
}

#[cfg(test)]
mod tests {
    use rand_core::SeedableRng;
    use rand_pcg::Pcg64Mcg;

    use super::*;

    /// How often each of the ten pairs out of five items comes up in ten thousand rounds: by chance alone, it
    /// is within 850 and 1150 with a probability of more than 0.9999.
    fn assert_fair(mut round: impl FnMut(&mut Pcg64Mcg) -> Vec<usize>) {
        let (mut rng, mut counts) = (Pcg64Mcg::seed_from_u64(5), [0; 25]);
        for _ in 0..10_000 {
            let [a, b] = round(&mut rng)[..] else {
                panic!("not a pair");
            };
            counts[a.min(b) * 5 + a.max(b)] += 1;
        }
        let pairs: Vec<u32> = counts.into_iter().filter(|&count| count > 0).collect();
        assert_eq!(pairs.len(), 10);
        assert!(
            pairs.iter().all(|count| (850..1150).contains(count)),
            "{pairs:?}"
        );
    }

    #[test]
    fn every_pair_is_as_likely_as_any_other() {
        assert_fair(|rng| distinct_below(rng, 5, 2).into_iter().collect());
        assert_fair(|rng| {
            let mut selection = Selection::new(2, 5);
            (0..5).filter(|_| selection.takes(rng)).collect()
        });
    }

    #[test]
    fn the_edges_hold() {
        let mut rng = Pcg64Mcg::seed_from_u64(6);
        assert_eq!(below(&mut rng, 0), 0);
        assert_eq!(distinct_below(&mut rng, 3, 10).len(), 3);
        assert_eq!(distinct_below(&mut rng, 0, 1).len(), 0);
        assert!(!Selection::new(0, 4).takes(&mut rng));
        assert!(Selection::new(4, 4).takes(&mut rng));
    }
}

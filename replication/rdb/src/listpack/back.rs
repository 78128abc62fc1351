//! Walking backwards: behind every element stands its length, the lowest bits last.

use super::{Element, HEADER, Listpack, ListpackIter, ListpackRef, entry};

/// A back length has at most so many bytes.
const BACK_LENGTH_MAX: usize = 5;

impl Listpack {
    /// The elements from `position` on, which must come from [`ListpackIter::position`].
    #[must_use]
    pub fn iter_at(&self, position: usize) -> ListpackIter<'_> {
        ListpackIter {
            bytes: &self.0,
            position,
        }
    }

    /// An iterator behind the last element, to go [back](ListpackIter::back) from.
    #[must_use]
    pub fn iter_end(&self) -> ListpackIter<'_> {
        self.iter_at(self.0.len().saturating_sub(1))
    }
}

impl<'a> ListpackRef<'a> {
    /// The elements from `position` on, which must come from [`ListpackIter::position`].
    #[must_use]
    pub const fn iter_at(&self, position: usize) -> ListpackIter<'a> {
        ListpackIter {
            bytes: self.bytes,
            position,
        }
    }
}

impl<'a> ListpackIter<'a> {
    /// Goes one element back and returns it; `None` at the beginning.
    #[inline]
    pub fn back(&mut self) -> Option<Element<'a>> {
        let start = self.before(self.position)?;
        let (element, _) = entry::decode(self.bytes.get(start..)?)?;
        self.position = start;
        Some(element)
    }

    /// Goes `count` elements back without looking at them; `None` if there are not so many.
    #[inline]
    pub fn skip_back(&mut self, count: usize) -> Option<()> {
        for _ in 0..count {
            self.position = self.before(self.position)?;
        }
        Some(())
    }

    /// Where the element that ends at `end` begins.
    #[inline]
    fn before(&self, end: usize) -> Option<usize> {
        let (mut size, mut at) = (0_usize, end);
        for place in 0..BACK_LENGTH_MAX {
            at = at.checked_sub(1).filter(|at| *at >= HEADER)?;
            let byte = *self.bytes.get(at)?;
            size |= usize::from(byte & 0x7f) << (7 * place);
            if byte & 0x80 == 0 {
                return at.checked_sub(size).filter(|start| *start >= HEADER);
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use alloc::vec;
    use alloc::vec::Vec;

    use super::*;

    #[test]
    fn back_is_forth_the_other_way_round() {
        let mut list = Listpack::new();
        for len in [
            0, 1, 63, 64, 125, 126, 127, 4095, 4096, 16376, 16377, 16378, 16379,
        ] {
            assert_eq!(list.push(&vec![b'x'; len]), Ok(()));
            assert_eq!(list.push(b"-70000"), Ok(()));
        }
        let mut forth: Vec<_> = list.iter().collect();
        forth.reverse();
        let mut elements = list.iter_end();
        let back: Vec<_> = core::iter::from_fn(|| elements.back()).collect();
        assert_eq!(back, forth);
        let mut elements = list.iter_end();
        assert_eq!(elements.skip_back(forth.len()), Some(()));
        assert_eq!(elements.next(), forth.last().copied());
        assert_eq!(list.iter_end().skip_back(forth.len() + 1), None);
    }
}

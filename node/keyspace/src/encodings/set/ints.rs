//! A small set of integers: sorted numbers of one width, found by halving.
//!
//! The numbers lie as in the intset of an RDB file (little-endian, two, four or eight bytes each, the width
//! of the largest that was ever there), behind a single byte with the width instead of a header of eight.

use core::cmp::Ordering;

/// How many bytes each number takes.
#[derive(Clone, Copy, Debug, Default, Eq, Ord, PartialEq, PartialOrd)]
enum Width {
    #[default]
    Two = 2,
    Four = 4,
    Eight = 8,
}

impl Width {
    /// The narrowest width for a number.
    const fn of(value: i64) -> Self {
        if value == value as i16 as i64 {
            Self::Two
        } else if value == value as i32 as i64 {
            Self::Four
        } else {
            Self::Eight
        }
    }

    const fn from_byte(byte: u8) -> Self {
        match byte {
            8 => Self::Eight,
            4 => Self::Four,
            _ => Self::Two,
        }
    }

    const fn bytes(self) -> usize {
        self as usize
    }
}

/// A borrowed set of integers.
#[derive(Clone, Copy, Debug)]
pub(crate) struct IntsRef<'a> {
    width: Width,
    values: &'a [u8],
}

impl<'a> IntsRef<'a> {
    /// Looks at bytes that came from [`Ints::as_bytes`].
    #[inline]
    pub(crate) fn new(bytes: &'a [u8]) -> Self {
        let (&width, values) = bytes.split_first().unwrap_or((&0, &[]));
        Self {
            width: Width::from_byte(width),
            values,
        }
    }

    #[inline]
    pub(crate) const fn len(self) -> usize {
        self.values.len() / self.width.bytes()
    }

    /// The number at a rank, counting from zero.
    #[inline]
    pub(crate) fn get(self, rank: usize) -> Option<i64> {
        let rest = self.values.get(rank.checked_mul(self.width.bytes())?..)?;
        Some(match self.width {
            Width::Two => i16::from_le_bytes(*rest.first_chunk()?).into(),
            Width::Four => i32::from_le_bytes(*rest.first_chunk()?).into(),
            Width::Eight => i64::from_le_bytes(*rest.first_chunk()?),
        })
    }

    /// The rank of a number, or the rank that it would have.
    #[inline]
    fn find(self, value: i64) -> Result<usize, usize> {
        /// Halves without branches on what was read.
        fn halve<const N: usize>(
            values: &[u8],
            order: impl Fn(&[u8; N]) -> Ordering,
        ) -> Result<usize, usize> {
            values.as_chunks().0.binary_search_by(order)
        }
        let values = self.values;
        match self.width {
            Width::Two => halve(values, |&at| i64::from(i16::from_le_bytes(at)).cmp(&value)),
            Width::Four => halve(values, |&at| i64::from(i32::from_le_bytes(at)).cmp(&value)),
            Width::Eight => halve(values, |&at| i64::from_le_bytes(at).cmp(&value)),
        }
    }

    #[inline]
    pub(crate) fn contains(self, value: i64) -> bool {
        self.find(value).is_ok()
    }

    /// The numbers, ascending.
    pub(crate) fn iter(self) -> impl ExactSizeIterator<Item = i64> + use<'a> {
        (0..self.len()).map(move |rank| self.get(rank).unwrap_or_default())
    }

    /// The smallest and the largest number.
    pub(crate) fn bounds(self) -> Option<(i64, i64)> {
        Some((self.get(0)?, self.get(self.len().checked_sub(1)?)?))
    }

    /// The intset of an RDB file with these numbers.
    pub(crate) fn to_intset(self) -> Vec<u8> {
        let (width, len) = (self.width.bytes() as u32, self.len() as u32);
        [&width.to_le_bytes(), &len.to_le_bytes(), self.values].concat()
    }
}

/// A set of integers that can be changed.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub(crate) struct Ints(Vec<u8>);

impl Ints {
    /// The most numbers there may be: what Redis allows, whatever the options say.
    pub(crate) const LEN_MAX: usize = 1 << 30;

    /// Takes over bytes that came from [`Ints::as_bytes`].
    pub(crate) const fn from_bytes(bytes: Vec<u8>) -> Self {
        Self(bytes)
    }

    /// The bytes of an intset of an RDB file: a width, a number of numbers, and the numbers. `None` if it is
    /// not that, or if the numbers do not ascend.
    pub(crate) fn from_intset(bytes: &[u8]) -> Option<Self> {
        let (width, rest) = bytes.split_first_chunk()?;
        let (len, values) = rest.split_first_chunk()?;
        let (width, len) = (u32::from_le_bytes(*width), u32::from_le_bytes(*len));
        let sound =
            matches!(width, 2 | 4 | 8) && u64::from(width) * u64::from(len) == values.len() as u64;
        let ints = Self([&[width as u8], values].concat());
        (sound && ints.view().iter().is_sorted_by(|a, b| a < b)).then_some(ints)
    }

    #[inline]
    pub(crate) fn view(&self) -> IntsRef<'_> {
        IntsRef::new(&self.0)
    }

    #[inline]
    pub(crate) fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    #[inline]
    pub(crate) fn into_bytes(self) -> Vec<u8> {
        self.0
    }

    /// Adds a number. Returns whether it is new.
    pub(crate) fn insert(&mut self, value: i64) -> bool {
        let view = self.view();
        let needed = Width::of(value);
        if view.width < needed {
            self.widen(needed, value);
            return true;
        }
        let Err(rank) = view.find(value) else {
            return false;
        };
        let width = view.width.bytes();
        if self.0.is_empty() {
            self.0.push(width as u8);
        }
        let at = 1 + rank * width;
        let bytes = value.to_le_bytes();
        self.0.splice(at..at, bytes.into_iter().take(width));
        true
    }

    /// Rewrites all numbers in a larger width for one that needs it, which lies below or above all of them.
    fn widen(&mut self, width: Width, value: i64) {
        let old = self.view();
        let mut new = Vec::with_capacity(1 + (old.len() + 1) * width.bytes());
        new.push(width.bytes() as u8);
        let mut push = |number: i64| new.extend(number.to_le_bytes().iter().take(width.bytes()));
        if value < 0 {
            push(value);
        }
        old.iter().for_each(&mut push);
        if value >= 0 {
            push(value);
        }
        self.0 = new;
    }

    /// Removes a number. Returns whether it was there. The width stays, as in Redis.
    pub(crate) fn remove(&mut self, value: i64) -> bool {
        match self.view().find(value) {
            Ok(rank) => self.remove_at(rank).is_some(),
            Err(_) => false,
        }
    }

    /// Removes the number at a rank.
    pub(crate) fn remove_at(&mut self, rank: usize) -> Option<i64> {
        let view = self.view();
        let (value, width) = (view.get(rank)?, view.width.bytes());
        let at = 1 + rank * width;
        self.0.drain(at..at + width);
        Some(value)
    }

    /// Removes the numbers that `keep` does not want, in one pass.
    pub(crate) fn retain(&mut self, mut keep: impl FnMut(i64) -> bool) {
        let (len, width) = (self.view().len(), self.view().width.bytes());
        let mut end = 1;
        for rank in 0..len {
            if self.view().get(rank).is_some_and(&mut keep) {
                let at = 1 + rank * width;
                self.0.copy_within(at..at + width, end);
                end += width;
            }
        }
        self.0.truncate(end);
    }

    /// The memory of the numbers.
    pub(crate) const fn heap_bytes(&self) -> usize {
        self.0.capacity()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    fn number() -> impl Strategy<Value = i64> {
        let edges: [i64; 4] = [
            i16::MIN.into(),
            i16::MAX.into(),
            i32::MIN.into(),
            i32::MAX.into(),
        ];
        let near =
            (proptest::sample::select(edges.to_vec()), -1..=1_i64).prop_map(|(edge, by)| edge + by);
        prop_oneof![
            -5..5_i64,
            near,
            any::<i64>(),
            Just(i64::MIN),
            Just(i64::MAX)
        ]
    }

    proptest! {
        #[test]
        fn a_set_is_a_set(steps in proptest::collection::vec((any::<bool>(), number()), 0..200)) {
            let (mut ints, mut model) = (Ints::default(), BTreeSet::new());
            for (add, value) in steps {
                if add {
                    prop_assert_eq!(ints.insert(value), model.insert(value));
                } else {
                    prop_assert_eq!(ints.remove(value), model.remove(&value));
                }
                prop_assert_eq!(ints.view().contains(value), model.contains(&value));
                prop_assert!(ints.view().iter().eq(model.iter().copied()));
            }
            prop_assert_eq!(Ints::from_intset(&ints.view().to_intset()).as_ref().map(Ints::view)
                .map(|view| view.iter().collect::<Vec<_>>()), Some(model.into_iter().collect()));
        }
    }

    #[test]
    fn the_bytes_are_those_of_the_reference() {
        let mut ints = Ints::default();
        for value in [5, -3, 300] {
            ints.insert(value);
        }
        let narrow = [2, 0, 0, 0, 3, 0, 0, 0, 0xfd, 0xff, 5, 0, 0x2c, 1];
        assert_eq!(ints.view().to_intset(), narrow);
        assert!(ints.insert(70_000) && ints.remove(70_000));
        assert_eq!(
            ints.view().to_intset()[..8],
            [4, 0, 0, 0, 3, 0, 0, 0],
            "it stays wide"
        );
    }

    #[test]
    fn damaged_intsets_are_refused() {
        for bytes in [
            &[][..],
            &[2, 0, 0, 0, 1, 0, 0, 0],
            &[3, 0, 0, 0, 1, 0, 0, 0, 1, 1, 1],
            &[2, 0, 0, 0, 1, 0, 0, 0, 1, 1, 1],
            &[2, 0, 0, 0, 2, 0, 0, 0, 1, 0, 1, 0],
            &[2, 0, 0, 0, 2, 0, 0, 0, 2, 0, 1, 0],
            &[2, 0, 0, 0, 0xff, 0xff, 0xff, 0xff, 2, 0, 1, 0],
        ] {
            assert_eq!(Ints::from_intset(bytes), None, "{bytes:?}");
        }
    }
}

//! The arguments of one request: ranges of a buffer that somebody else owns.
//!
//! `Args` is two words of pointer each way and `Copy`, so that a command handler takes it by value; nothing is
//! copied or counted per argument.

use core::ops::{Bound, RangeBounds};

use bytes::Bytes;

/// Where one argument lies in its buffer.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct ArgRange {
    /// First byte.
    pub start: usize,
    /// One past the last byte.
    pub end: usize,
}

/// The arguments of a request, the command's name first.
#[derive(Clone, Copy, Debug)]
pub struct Args<'a>(Source<'a>);

/// Where the arguments come from. The first is the hot one.
#[derive(Clone, Copy, Debug)]
enum Source<'a> {
    Ranges {
        buffer: &'a [u8],
        ranges: &'a [ArgRange],
    },
    Slices(&'a [&'a [u8]]),
    Shared(&'a [Bytes]),
}

impl<'a> Args<'a> {
    /// Arguments that are ranges of `buffer`. A range that does not lie in it reads as absent.
    #[inline]
    #[must_use]
    pub fn from_ranges(buffer: &'a [u8], ranges: &'a [ArgRange]) -> Self {
        Self(Source::Ranges { buffer, ranges })
    }

    /// Arguments that lie anywhere, for tests and rewritten commands.
    #[inline]
    #[must_use]
    pub fn from_slices(slices: &'a [&'a [u8]]) -> Self {
        Self(Source::Slices(slices))
    }

    /// Arguments that were kept beyond their buffer.
    #[inline]
    #[must_use]
    pub fn from_bytes(shared: &'a [Bytes]) -> Self {
        Self(Source::Shared(shared))
    }

    /// How many there are, the command's name included.
    #[inline]
    #[must_use]
    pub fn len(self) -> usize {
        match self.0 {
            Source::Ranges { ranges, .. } => ranges.len(),
            Source::Slices(slices) => slices.len(),
            Source::Shared(shared) => shared.len(),
        }
    }

    /// Whether there is none.
    #[inline]
    #[must_use]
    pub fn is_empty(self) -> bool {
        self.len() == 0
    }

    /// The argument at `index`.
    #[inline]
    #[must_use]
    pub fn get(self, index: usize) -> Option<&'a [u8]> {
        match self.0 {
            Source::Ranges { buffer, ranges } => {
                let range = ranges.get(index)?;
                buffer.get(range.start..range.end)
            }
            Source::Slices(slices) => slices.get(index).copied(),
            Source::Shared(shared) => shared.get(index).map(|bytes| &bytes[..]),
        }
    }

    /// The command's name.
    #[inline]
    #[must_use]
    pub fn first(self) -> Option<&'a [u8]> {
        self.get(0)
    }

    /// The last argument.
    #[inline]
    #[must_use]
    pub fn last(self) -> Option<&'a [u8]> {
        self.get(self.len().checked_sub(1)?)
    }

    /// Part of the arguments, such as `args.slice(2..)`. What reaches beyond the end is cut off.
    #[must_use]
    pub fn slice(self, range: impl RangeBounds<usize>) -> Self {
        let len = self.len();
        let end = match range.end_bound() {
            Bound::Included(&last) => last.saturating_add(1).min(len),
            Bound::Excluded(&end) => end.min(len),
            Bound::Unbounded => len,
        };
        let start = match range.start_bound() {
            Bound::Included(&start) => start.min(end),
            Bound::Excluded(&before) => before.saturating_add(1).min(end),
            Bound::Unbounded => 0,
        };
        Self(match self.0 {
            Source::Ranges { buffer, ranges } => Source::Ranges {
                buffer,
                ranges: ranges.get(start..end).unwrap_or_default(),
            },
            Source::Slices(slices) => Source::Slices(slices.get(start..end).unwrap_or_default()),
            Source::Shared(shared) => Source::Shared(shared.get(start..end).unwrap_or_default()),
        })
    }

    /// The arguments in order.
    #[inline]
    #[must_use]
    pub fn iter(self) -> ArgsIter<'a> {
        ArgsIter {
            args: self,
            next: 0,
            end: self.len(),
        }
    }
}

impl<'a> IntoIterator for Args<'a> {
    type Item = &'a [u8];
    type IntoIter = ArgsIter<'a>;

    #[inline]
    fn into_iter(self) -> ArgsIter<'a> {
        self.iter()
    }
}

/// Two requests are equal when their arguments are, wherever these lie.
impl PartialEq for Args<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.iter().eq(other.iter())
    }
}

impl Eq for Args<'_> {}

/// The arguments of a request, one after the other.
#[derive(Clone, Debug)]
pub struct ArgsIter<'a> {
    args: Args<'a>,
    next: usize,
    end: usize,
}

impl<'a> Iterator for ArgsIter<'a> {
    type Item = &'a [u8];

    #[inline]
    fn next(&mut self) -> Option<&'a [u8]> {
        if self.next >= self.end {
            return None;
        }
        let item = self.args.get(self.next);
        self.next += 1;
        item
    }

    #[inline]
    fn size_hint(&self) -> (usize, Option<usize>) {
        let left = self.end.saturating_sub(self.next);
        (left, Some(left))
    }
}

impl DoubleEndedIterator for ArgsIter<'_> {
    #[inline]
    fn next_back(&mut self) -> Option<Self::Item> {
        if self.next >= self.end {
            return None;
        }
        self.end -= 1;
        self.args.get(self.end)
    }
}

impl ExactSizeIterator for ArgsIter<'_> {}

#[cfg(test)]
mod tests {
    use super::*;

    const SLICES: [&[u8]; 4] = [b"SET", b"key", b"", b"EX"];

    #[test]
    fn the_three_sources_read_alike() {
        let buffer = b"SET key  EX";
        let ranges = [(0, 3), (4, 7), (8, 8), (9, 11)].map(|(start, end)| ArgRange { start, end });
        let shared = SLICES.map(Bytes::from_static);
        let all = [
            Args::from_slices(&SLICES),
            Args::from_ranges(buffer, &ranges),
            Args::from_bytes(&shared),
        ];
        for args in all {
            assert_eq!(args, all[0]);
            assert_eq!(
                (args.len(), args.first(), args.last()),
                (4, Some(&b"SET"[..]), Some(&b"EX"[..]))
            );
            assert_eq!(args.get(4), None);
            assert_eq!(args.iter().len(), 4);
            assert!(args.iter().rev().eq([&b"EX"[..], b"", b"key", b"SET"]));
        }
    }

    #[test]
    fn slices_are_cut_at_the_end() {
        let args = Args::from_slices(&SLICES);
        assert_eq!(args.slice(1..3), Args::from_slices(&SLICES[1..3]));
        assert_eq!(args.slice(..), args);
        assert_eq!(args.slice(2..=3), Args::from_slices(&SLICES[2..]));
        assert!(args.slice(4..).is_empty());
        assert!(args.slice(9..12).is_empty());
        assert!(args.slice(..usize::MAX).slice(7..).is_empty());
    }

    #[test]
    fn a_range_outside_of_the_buffer_is_absent() {
        let ranges = [ArgRange { start: 2, end: 9 }, ArgRange { start: 3, end: 1 }];
        let args = Args::from_ranges(b"abc", &ranges);
        assert_eq!((args.get(0), args.get(1)), (None, None));
    }
}

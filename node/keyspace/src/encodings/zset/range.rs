//! Ranges of scores and of texts, as commands state them.

use core::ops::Bound;

use crate::double;

/// One end of a range of scores.
pub(crate) type ScoreLimit = Bound<f64>;

/// Scores between two limits.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct ScoreRange {
    pub(crate) min: ScoreLimit,
    pub(crate) max: ScoreLimit,
}

impl ScoreRange {
    /// Reads two limits such as `1.5`, `(1.5` or `-inf`. `None` if one is not a number.
    pub(crate) fn parse(min: &[u8], max: &[u8]) -> Option<Self> {
        let limit = |text: &[u8]| match text {
            [b'(', number @ ..] => double::parse_limit(number).map(Bound::Excluded),
            number => double::parse_limit(number).map(Bound::Included),
        };
        Some(Self {
            min: limit(min)?,
            max: limit(max)?,
        })
    }

    /// Whether a score lies before the range.
    #[inline]
    pub(crate) fn is_below(&self, score: f64) -> bool {
        match self.min {
            Bound::Included(min) => score < min,
            Bound::Excluded(min) => score <= min,
            Bound::Unbounded => false,
        }
    }

    /// Whether a score does not lie behind the range.
    #[inline]
    pub(crate) fn is_not_above(&self, score: f64) -> bool {
        match self.max {
            Bound::Included(max) => score <= max,
            Bound::Excluded(max) => score < max,
            Bound::Unbounded => true,
        }
    }
}

/// One end of a range of texts.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum LexLimit<'a> {
    /// `-`: before every text.
    Lowest,
    /// `+`: behind every text.
    Highest,
    /// `[text`
    Including(&'a [u8]),
    /// `(text`
    Excluding(&'a [u8]),
}

impl<'a> LexLimit<'a> {
    fn parse(text: &'a [u8]) -> Option<Self> {
        match text {
            // What follows a NUL is not looked at.
            [b'-'] | [b'-', 0, ..] => Some(Self::Lowest),
            [b'+'] | [b'+', 0, ..] => Some(Self::Highest),
            [b'[', text @ ..] => Some(Self::Including(text)),
            [b'(', text @ ..] => Some(Self::Excluding(text)),
            _ => None,
        }
    }
}

/// Texts between two limits.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct LexRange<'a> {
    pub(crate) min: LexLimit<'a>,
    pub(crate) max: LexLimit<'a>,
}

impl<'a> LexRange<'a> {
    /// Reads two limits. `None` if one is neither `-`, `+`, `[text` nor `(text`.
    pub(crate) fn parse(min: &'a [u8], max: &'a [u8]) -> Option<Self> {
        Some(Self {
            min: LexLimit::parse(min)?,
            max: LexLimit::parse(max)?,
        })
    }

    /// Whether a text lies before the range.
    pub(crate) fn is_below(&self, text: &[u8]) -> bool {
        match self.min {
            LexLimit::Lowest => false,
            LexLimit::Highest => true,
            LexLimit::Including(min) => text < min,
            LexLimit::Excluding(min) => text <= min,
        }
    }

    /// Whether a text does not lie behind the range.
    pub(crate) fn is_not_above(&self, text: &[u8]) -> bool {
        match self.max {
            LexLimit::Lowest => false,
            LexLimit::Highest => true,
            LexLimit::Including(max) => text <= max,
            LexLimit::Excluding(max) => text < max,
        }
    }
}

/// Any range of a sorted set.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Range<'a> {
    /// Ranks from the first to the last one, counted from the end where negative.
    Ranks(i64, i64),
    Scores(ScoreRange),
    Texts(LexRange<'a>),
}

/// The ranks that two numbers mean in a set of `len` members, the last one included; negative ones count from the
/// end.
pub(super) fn ranks(first: i64, last: i64, len: usize) -> core::ops::Range<usize> {
    let from_start = |rank: i64| match usize::try_from(rank) {
        Ok(rank) => Some(rank),
        Err(_) => len.checked_sub(usize::try_from(rank.unsigned_abs()).unwrap_or(usize::MAX)),
    };
    let first = from_start(first).unwrap_or(0);
    let end = from_start(last).map_or(0, |last| last.saturating_add(1).min(len));
    first.min(end)..end
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranks_count_from_either_end() {
        for (first, last, expected) in [
            (0, -1, 0..10),
            (2, 4, 2..5),
            (-3, -1, 7..10),
            (-100, 1, 0..2),
            (0, 100, 0..10),
            (5, 3, 4..4),
            (10, 20, 10..10),
            (0, -100, 0..0),
            (i64::MIN, i64::MAX, 0..10),
            (i64::MAX, i64::MAX, 10..10),
        ] {
            let ranks = ranks(first, last, 10);
            assert_eq!(
                (ranks.len(), ranks.is_empty()),
                (expected.len(), expected.is_empty())
            );
            assert!(expected.is_empty() || ranks == expected, "{first} {last}");
        }
    }

    #[test]
    fn limits_may_be_open() {
        let range = ScoreRange::parse(b"(1", b"2").unwrap();
        let inside = |score| !range.is_below(score) && range.is_not_above(score);
        assert_eq!([1.0, 1.5, 2.0, 2.5].map(inside), [false, true, true, false]);
        assert_eq!(ScoreRange::parse(b"((1", b"2"), None);
        let range = LexRange::parse(b"(a", b"+").unwrap();
        let inside = |text: &[u8]| !range.is_below(text) && range.is_not_above(text);
        assert_eq!([&b"a"[..], b"aa", b"\xff"].map(inside), [false, true, true]);
        for wrong in [&b""[..], b"a", b"-a", b"++"] {
            assert_eq!(LexRange::parse(wrong, b"+"), None);
        }
    }
}

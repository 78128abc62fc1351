//! The ranges of BITCOUNT and BITPOS.

use crate::commands::is_word;
use crate::refusal::Refusal;

/// What a range counts.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Unit {
    Byte,
    Bit,
}

impl Unit {
    /// BYTE or BIT.
    pub(super) fn parse(word: &[u8]) -> Result<Self, Refusal> {
        if is_word(word, "BIT") {
            Ok(Self::Bit)
        } else if is_word(word, "BYTE") {
            Ok(Self::Byte)
        } else {
            Err(Refusal::Syntax)
        }
    }
}

/// The first and the last bit of a range in so many bytes; `None` if it is empty. Negative ends count from the end.
pub(super) fn resolve(start: i64, end: i64, unit: Unit, bytes: usize) -> Option<(u64, u64)> {
    let len = match unit {
        Unit::Byte => bytes as i64,
        Unit::Bit => bytes as i64 * 8,
    };
    let from_start = |at: i64| if at < 0 { (at + len).max(0) } else { at };
    let (start, end) = (from_start(start), from_start(end).min(len - 1));
    if start > end {
        return None;
    }
    let (start, end) = (start as u64, end as u64);
    Some(match unit {
        Unit::Byte => (start * 8, end * 8 + 7),
        Unit::Bit => (start, end),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ends_count_from_either_side() {
        for (start, end, unit, expected) in [
            (0, -1, Unit::Byte, Some((0, 31))),
            (1, 2, Unit::Byte, Some((8, 23))),
            (-2, 99, Unit::Byte, Some((16, 31))),
            (-99, -4, Unit::Byte, Some((0, 7))),
            (-99, -99, Unit::Byte, Some((0, 7))),
            (i64::MIN, i64::MAX, Unit::Bit, Some((0, 31))),
            (5, 5, Unit::Bit, Some((5, 5))),
            (-3, -2, Unit::Bit, Some((29, 30))),
            (3, 2, Unit::Bit, None),
            (4, 9, Unit::Byte, None),
        ] {
            assert_eq!(resolve(start, end, unit, 4), expected, "{start} {end}");
        }
        assert_eq!(resolve(0, -1, Unit::Bit, 0), None);
    }
}

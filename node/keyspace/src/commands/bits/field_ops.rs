//! Reading, writing and adding to numbers of 1 to 64 bits that lie anywhere in a string, highest bit first.

use crate::commands::is_word;
use crate::numbers::parse_int;
use crate::refusal::Refusal;

/// The most bytes that a field touches: 64 bits that begin inside a byte.
const TOUCHED_MAX: usize = 9;

/// What happens if a number does not fit its field.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Overflow {
    /// The upper bits are lost.
    Wrap,
    /// The nearest number that fits is taken.
    Saturate,
    /// Nothing is written.
    Fail,
}

impl Overflow {
    /// WRAP, SAT or FAIL.
    pub(super) fn parse(word: &[u8]) -> Result<Self, Refusal> {
        let known = [
            ("WRAP", Self::Wrap),
            ("SAT", Self::Saturate),
            ("FAIL", Self::Fail),
        ];
        let named = known.into_iter().find(|(name, _)| is_word(word, name));
        named
            .map(|(_, overflow)| overflow)
            .ok_or(Refusal::Text("ERR Invalid OVERFLOW type specified"))
    }
}

/// How a field is changed.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Change {
    Set(i64),
    Add(i64),
}

/// A number in a string.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct Field {
    signed: bool,
    /// 1 to 64 bits, 63 if not signed.
    pub(super) width: u32,
    /// The number of its first bit.
    pub(super) at: u64,
}

/// The bytes that a field touches.
pub(super) struct Touched {
    bytes: [u8; 16],
    len: usize,
}

impl Touched {
    pub(super) fn as_slice(&self) -> &[u8] {
        &self.bytes[..self.len]
    }
}

impl Field {
    /// A field at the beginning, of a type such as `i16` or `u8`.
    pub(super) fn of_type(text: &[u8]) -> Result<Self, Refusal> {
        let (signed, width_max, width) = match text {
            [b'i', width @ ..] => (true, 64, parse_int(width)),
            [b'u', width @ ..] => (false, 63, parse_int(width)),
            _ => (false, 0, None),
        };
        let width = width.filter(|width| (1..=width_max).contains(width));
        let width = width.ok_or(Refusal::Text(
            "ERR Invalid bitfield type. Use something like i16 u8. Note that u64 is not supported but i64 is.",
        ))?;
        Ok(Self {
            signed,
            width: width as u32,
            at: 0,
        })
    }

    /// The length of a string that just holds it.
    pub(super) const fn end_byte(&self) -> usize {
        (self.at + self.width as u64).div_ceil(8) as usize
    }

    const fn first_byte(&self) -> usize {
        (self.at / 8) as usize
    }

    /// The largest number of so many bits, which is also what cuts off all others.
    const fn mask(&self) -> u64 {
        u64::MAX >> (u64::BITS - self.width)
    }

    /// How far its last bit is from the end of the bytes from `first_byte` on.
    const fn shift(&self) -> u32 {
        u128::BITS - (self.at % 8) as u32 - self.width
    }

    /// The bytes that it touches, in front of a number; zeros go on behind the string.
    fn around(&self, text: &[u8]) -> u128 {
        let text = text.get(self.first_byte()..).unwrap_or_default();
        let mut bytes = [0; 16];
        for (byte, found) in bytes.iter_mut().zip(text.iter().take(TOUCHED_MAX)) {
            *byte = *found;
        }
        u128::from_be_bytes(bytes)
    }

    /// Its value.
    pub(super) fn read(&self, text: &[u8]) -> i64 {
        self.interpret((self.around(text) >> self.shift()) as u64)
    }

    /// The number that the lowest bits mean in a field of this type.
    const fn interpret(&self, bits: u64) -> i64 {
        let unused = u64::BITS - self.width;
        if self.signed {
            (bits << unused) as i64 >> unused
        } else {
            (bits & self.mask()) as i64
        }
    }

    /// Where to write which bytes, so that it has a value that fits.
    pub(super) fn written(&self, text: &[u8], value: i64) -> (usize, Touched) {
        let bits = u128::from(value as u64 & self.mask()) << self.shift();
        let others = self.around(text) & !(u128::from(self.mask()) << self.shift());
        let touched = Touched {
            bytes: (others | bits).to_be_bytes(),
            len: self.end_byte() - self.first_byte(),
        };
        (self.first_byte(), touched)
    }

    /// Its value after a change; `None` if that must not be written.
    pub(super) fn changed(&self, old: i64, change: Change, overflow: Overflow) -> Option<i64> {
        let (value, by) = match change {
            Change::Set(value) => (value, 0),
            Change::Add(by) => (old, by),
        };
        let beyond = if self.signed {
            self.beyond_signed(value, by)
        } else {
            self.beyond_unsigned(value, by)
        };
        let sum = value.wrapping_add(by);
        match (beyond, overflow) {
            (None, _) => Some(sum),
            (Some(_), Overflow::Wrap) => Some(self.interpret(sum as u64)),
            (Some(limit), Overflow::Saturate) => Some(limit),
            (Some(_), Overflow::Fail) => None,
        }
    }

    /// The limit that a sum exceeds. The differences wrap as the reference server's do: setting a number far below
    /// the least one of a narrow field meets the upper limit.
    const fn beyond_signed(&self, value: i64, by: i64) -> Option<i64> {
        let max = (self.mask() >> 1) as i64;
        let min = -max - 1;
        let (up, down) = (max.wrapping_sub(value), min.wrapping_sub(value));
        let narrow = self.width < u64::BITS;
        if value > max || (by > up && (narrow || (value >= 0 && by > 0))) {
            Some(max)
        } else if value < min || (by < down && (narrow || (value < 0 && by < 0))) {
            Some(min)
        } else {
            None
        }
    }

    const fn beyond_unsigned(&self, value: i64, by: i64) -> Option<i64> {
        let max = self.mask() as i64;
        // A negative number that is set is a very large one.
        if value < 0 || value > max || (by > 0 && by > max - value) {
            Some(max)
        } else if by < 0 && by < -value {
            Some(0)
        } else {
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::*;

    use super::*;

    fn field(name: &str, at: u64) -> Field {
        Field {
            at,
            ..Field::of_type(name.as_bytes()).unwrap()
        }
    }

    #[test]
    fn only_the_named_types_exist() {
        for name in ["i1", "i64", "u1", "u63"] {
            assert!(Field::of_type(name.as_bytes()).is_ok(), "{name}");
        }
        for name in [
            "",
            "i",
            "u",
            "i0",
            "i65",
            "u64",
            "u-1",
            "I8",
            "x8",
            "8",
            "i08",
            "u9223372036854775807",
        ] {
            assert!(Field::of_type(name.as_bytes()).is_err(), "{name}");
        }
    }

    #[test]
    fn overflow_is_as_asked_for() {
        use Change::{Add, Set};
        use Overflow::{Fail, Saturate, Wrap};
        for (name, old, change, wrap, saturate) in [
            ("u8", 250, Add(10), 4, 255),
            ("u8", 5, Add(-6), 255, 0),
            ("u8", 0, Set(-1), 255, 255),
            ("u8", 0, Set(256), 0, 255),
            ("i8", 127, Add(1), -128, 127),
            ("i8", -128, Add(-1), 127, -128),
            ("i8", 0, Set(200), -56, 127),
            ("i8", 0, Set(-200), 56, -128),
            ("i64", i64::MAX, Add(1), i64::MIN, i64::MAX),
            ("i64", i64::MIN, Add(-1), i64::MAX, i64::MIN),
            ("u63", i64::MAX, Add(1), 0, i64::MAX),
            ("i1", 0, Add(1), -1, 0),
        ] {
            let field = field(name, 0);
            assert_eq!(
                field.changed(old, change, Wrap),
                Some(wrap),
                "{name} {change:?}"
            );
            assert_eq!(
                field.changed(old, change, Saturate),
                Some(saturate),
                "{name} {change:?}"
            );
            assert_eq!(field.changed(old, change, Fail), None, "{name} {change:?}");
        }
        assert_eq!(field("i64", 0).changed(-1, Add(i64::MIN), Fail), None);
        assert_eq!(
            field("i64", 0).changed(0, Add(i64::MIN), Fail),
            Some(i64::MIN)
        );
        assert_eq!(
            field("u63", 0).changed(0, Add(i64::MAX), Fail),
            Some(i64::MAX)
        );
    }

    proptest! {
        #[test]
        fn fields_keep_their_values_and_their_neighbours(
            text in vec(any::<u8>(), 20),
            (at, width, signed) in (0u64..90, 1u32..64, any::<bool>()),
            value in any::<i64>(),
        ) {
            let field = Field { signed, width, at };
            let value = field.interpret(value as u64);
            let (from, touched) = field.written(&text, value);
            let mut written = text.clone();
            let touched = touched.as_slice();
            written[from..from + touched.len()].copy_from_slice(touched);
            prop_assert_eq!(field.read(&written), value);
            let bit = |text: &[u8], i: u64| text[i as usize / 8] >> (7 - i % 8) & 1;
            for i in (0..160).filter(|i| !(at..at + u64::from(width)).contains(i)) {
                prop_assert_eq!(bit(&written, i), bit(&text, i));
            }
            let bits = (at..at + u64::from(width)).fold(0u64, |sum, i| sum << 1 | u64::from(bit(&text, i)));
            prop_assert_eq!(field.read(&text), field.interpret(bits));
            prop_assert_eq!(field.read(&text[..5]), field.read(&[&text[..5], &[0; 15]].concat()));
        }
    }
}

//! One element of a listpack: its encodings, and the length that stands behind it for walking backwards.
//!
//! | first byte | data |
//! | --- | --- |
//! | `0xxxxxxx` | unsigned 7-bit integer |
//! | `10xxxxxx` | string, 6-bit length |
//! | `110xxxxx` + 1 | signed 13-bit integer |
//! | `1110xxxx` + 1 | string, 12-bit length |
//! | `f0` + 4 | string, 32-bit length |
//! | `f1` … `f4` | signed 16, 24, 32, 64-bit integer |

use alloc::vec::Vec;

/// An element: a string, or an integer that stands for its decimal text.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Element<'a> {
    /// These bytes.
    Str(&'a [u8]),
    /// The decimal text of this number.
    Int(i64),
}

impl<'a> Element<'a> {
    /// The element's text; integers are written into the buffer.
    pub fn text<'b>(&self, buffer: &'b mut itoa::Buffer) -> &'b [u8]
    where
        'a: 'b,
    {
        match *self {
            Self::Str(bytes) => bytes,
            Self::Int(number) => buffer.format(number).as_bytes(),
        }
    }

    /// The element's text, owned.
    #[must_use]
    pub fn to_vec(&self) -> Vec<u8> {
        self.text(&mut itoa::Buffer::new()).to_vec()
    }

    /// Whether the element's text is this.
    #[must_use]
    pub fn is(&self, text: &[u8]) -> bool {
        match *self {
            Self::Str(bytes) => bytes == text,
            Self::Int(number) => canonical_integer(text) == Some(number),
        }
    }
}

/// The number whose decimal text this is: no plus sign, no leading zeros, no `-0`, within 64 bits.
#[must_use]
pub fn canonical_integer(text: &[u8]) -> Option<i64> {
    let digits = text.strip_prefix(b"-").unwrap_or(text);
    let negative = digits.len() != text.len();
    match digits {
        [b'0'] if !negative => return Some(0),
        [b'1'..=b'9', ..] if digits.len() <= 19 => {}
        _ => return None,
    }
    let mut number: i64 = 0;
    for &digit in digits {
        if !digit.is_ascii_digit() {
            return None;
        }
        let digit = i64::from(digit - b'0');
        let shifted = number.checked_mul(10)?;
        // Counting down reaches the lowest number, which has no positive twin.
        number = if negative {
            shifted.checked_sub(digit)?
        } else {
            shifted.checked_add(digit)?
        };
    }
    Some(number)
}

/// Reads the element at the start of `bytes` and the size of its encoding and data. `None` if the first byte
/// has no meaning or the data is not all there.
pub(super) fn decode(bytes: &[u8]) -> Option<(Element<'_>, usize)> {
    let (&first, rest) = bytes.split_first()?;
    let string = |rest: &'_ [u8], head: usize, len: usize| {
        let end = head.checked_add(len)?;
        // `rest` starts after the first byte, `head` counts it.
        bytes
            .get(head..end)
            .filter(|_| rest.len() >= head - 1)
            .map(|text| (Element::Str(text), end))
    };
    match first {
        0..=0x7f => Some((Element::Int(i64::from(first)), 1)),
        0x80..=0xbf => string(rest, 1, usize::from(first & 0x3f)),
        0xc0..=0xdf => {
            let number = (i64::from(first & 0x1f) << 8) | i64::from(*rest.first()?);
            Some((
                Element::Int(if number >= 1 << 12 {
                    number - (1 << 13)
                } else {
                    number
                }),
                2,
            ))
        }
        0xe0..=0xef => string(
            rest,
            2,
            (usize::from(first & 0x0f) << 8) | usize::from(*rest.first()?),
        ),
        0xf0 => {
            let len = u32::from_le_bytes(*rest.first_chunk()?);
            string(rest, 5, usize::try_from(len).ok()?)
        }
        0xf1 => integer::<2>(rest),
        0xf2 => integer::<3>(rest),
        0xf3 => integer::<4>(rest),
        0xf4 => integer::<8>(rest),
        0xf5..=0xff => None,
    }
}

/// A signed little-endian integer of so many bytes.
fn integer<const BYTES: usize>(rest: &[u8]) -> Option<(Element<'static>, usize)> {
    Some((Element::Int(signed_le(rest.get(..BYTES)?)), 1 + BYTES))
}

/// A signed little-endian integer of up to eight bytes.
pub(crate) fn signed_le(bytes: &[u8]) -> i64 {
    let sign = bytes.last().is_some_and(|&last| last >= 0x80);
    let start: u64 = if sign { u64::MAX } else { 0 };
    bytes
        .iter()
        .rev()
        .fold(start, |number, &byte| (number << 8) | u64::from(byte))
        .cast_signed()
}

/// The first element of a row of elements with back lengths, and where the next one starts.
#[inline]
#[must_use]
pub fn first_element(row: &[u8]) -> Option<(Element<'_>, usize)> {
    let (element, size) = decode(row)?;
    Some((element, size + back_length_size(size)))
}

/// The last element of a row of elements with back lengths, and where it starts.
#[inline]
#[must_use]
pub fn last_element(row: &[u8]) -> Option<(Element<'_>, usize)> {
    let (size, behind) = size_before(row)?;
    let start = row.len().checked_sub(size + behind)?;
    let (element, found) = decode(row.get(start..)?)?;
    (found == size).then_some((element, start))
}

/// The back length at the end of a row, and how many bytes it takes itself.
fn size_before(row: &[u8]) -> Option<(usize, usize)> {
    let mut size = 0;
    for (place, &byte) in row.iter().rev().take(5).enumerate() {
        size |= usize::from(byte & 0x7f) << (7 * place);
        if byte & 0x80 == 0 {
            return Some((size, place + 1));
        }
    }
    None
}

/// How many bytes the length behind an element takes. A size of 16383 takes three, though two would do:
/// readers compare, so this is part of the format.
pub(super) const fn back_length_size(size: usize) -> usize {
    match size {
        0..=127 => 1,
        128..=16382 => 2,
        16383..=2_097_150 => 3,
        2_097_151..=268_435_454 => 4,
        _ => 5,
    }
}

/// Seven bits a byte, the highest first; all but the first byte have the top bit set.
pub(super) fn back_length(size: usize) -> impl Iterator<Item = u8> {
    let bytes = back_length_size(size);
    (0..bytes).rev().map(move |place| {
        let mark = if place + 1 == bytes { 0 } else { 0x80 };
        low_byte((size >> (7 * place)) as u64 & 0x7f) | mark
    })
}

/// Appends the back length of an element of this size.
pub(super) fn push_back_length(size: usize, out: &mut Vec<u8>) {
    out.extend(back_length(size));
}

pub(super) const fn low_byte(value: u64) -> u8 {
    (value & 0xff) as u8
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn integers_are_those_with_one_text() {
        for (text, number) in [
            (&b"0"[..], Some(0)),
            (b"-1", Some(-1)),
            (b"9223372036854775807", Some(i64::MAX)),
            (b"-9223372036854775808", Some(i64::MIN)),
            (b"9223372036854775808", None),
            (b"-9223372036854775809", None),
            (b"99999999999999999999", None),
            (b"", None),
            (b"-", None),
            (b"-0", None),
            (b"00", None),
            (b"01", None),
            (b"+1", None),
            (b"1a", None),
            (b" 1", None),
        ] {
            assert_eq!(canonical_integer(text), number, "{}", text.escape_ascii());
        }
    }

    #[test]
    fn back_lengths_are_the_references() {
        for (size, bytes) in [
            (1, &[1_u8][..]),
            (127, &[127]),
            (128, &[1, 0x80]),
            (16382, &[0x7f, 0xfe]),
            (16383, &[0, 0xff, 0xff]),
            (2_097_150, &[0x7f, 0xff, 0xfe]),
            (2_097_151, &[0, 0xff, 0xff, 0xff]),
        ] {
            assert!(back_length(size).eq(bytes.iter().copied()), "{size}");
        }
    }
}

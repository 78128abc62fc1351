//! Encoding one element of a listpack.

use alloc::vec::Vec;

use super::entry::{back_length, canonical_integer, low_byte};

/// An element with its back length, encoded but not yet written anywhere: for those who lay elements out in
/// memory of their own and have to know the size first.
///
/// ```
/// use shoal_rdb::listpack::EncodedElement;
///
/// let element = EncodedElement::new(b"hi");
/// let mut place = vec![0; element.len()];
/// element.write_to(&mut place);
/// assert_eq!(place, b"\x82hi\x03");
/// ```
#[derive(Clone, Copy, Debug)]
pub struct EncodedElement<'a> {
    /// What stands before the text, or the whole integer.
    head: ShortBytes<9>,
    text: &'a [u8],
    back: ShortBytes<5>,
}

impl<'a> EncodedElement<'a> {
    /// Encodes a text: as an integer wherever it is that of one.
    #[inline]
    #[must_use]
    pub fn new(text: &'a [u8]) -> Self {
        match canonical_integer(text) {
            Some(number) => Self::number(number),
            None => Self::with_back(string_head(text.len() as u64), text),
        }
    }

    /// Encodes the decimal text of a number.
    #[inline]
    #[must_use]
    pub fn number(number: i64) -> Self {
        Self::with_back(integer_bytes(number), &[])
    }

    fn with_back(head: ShortBytes<9>, text: &'a [u8]) -> Self {
        let size = usize::from(head.len) + text.len();
        let back = match size {
            0..=127 => ShortBytes::new([low_byte(size as u64), 0, 0, 0, 0], 1),
            _ => back_length(size).collect(),
        };
        Self { head, text, back }
    }

    /// How many bytes it takes, the back length included.
    #[inline]
    #[must_use]
    #[expect(clippy::len_without_is_empty, reason = "an element is never empty")]
    pub const fn len(&self) -> usize {
        self.head.len as usize + self.text.len() + self.back.len as usize
    }

    /// Writes it to the start of a place that has room for it; what does not fit is left out.
    #[inline]
    pub fn write_to(&self, place: &mut [u8]) {
        let mut at = 0;
        for part in [self.head.as_slice(), self.text, self.back.as_slice()] {
            if let Some(place) = place.get_mut(at..at + part.len()) {
                place.copy_from_slice(part);
            }
            at += part.len();
        }
    }

    /// Whether a row of elements without back lengths begins with this one. Elements tell their length first, so no
    /// longer one can be mistaken for it.
    ///
    /// ```
    /// use shoal_rdb::listpack::{EncodedElement, bare};
    ///
    /// let mut row = Vec::new();
    /// bare::encode(b"12", &mut row);
    /// assert!(EncodedElement::new(b"12").is_at(&row));
    /// assert!(!EncodedElement::new(b"1").is_at(&row));
    /// ```
    #[inline]
    #[must_use]
    pub fn is_at(&self, row: &[u8]) -> bool {
        row.strip_prefix(self.head.as_slice())
            .is_some_and(|rest| rest.starts_with(self.text))
    }

    /// Appends it without the back length.
    #[inline]
    pub(super) fn append_bare_to(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(self.head.as_slice());
        out.extend_from_slice(self.text);
    }

    /// Appends it.
    #[inline]
    pub fn append_to(&self, out: &mut Vec<u8>) {
        for part in [self.head.as_slice(), self.text, self.back.as_slice()] {
            out.extend_from_slice(part);
        }
    }
}

/// A few bytes.
#[derive(Clone, Copy, Debug)]
struct ShortBytes<const MAX: usize> {
    bytes: [u8; MAX],
    len: u8,
}

impl<const MAX: usize> ShortBytes<MAX> {
    const fn new(bytes: [u8; MAX], len: u8) -> Self {
        Self { bytes, len }
    }

    #[inline]
    fn as_slice(&self) -> &[u8] {
        self.bytes.get(..usize::from(self.len)).unwrap_or_default()
    }
}

impl<const MAX: usize> FromIterator<u8> for ShortBytes<MAX> {
    fn from_iter<I: IntoIterator<Item = u8>>(items: I) -> Self {
        let (mut bytes, mut len) = ([0; MAX], 0);
        for (place, item) in bytes.iter_mut().zip(items) {
            *place = item;
            len += 1;
        }
        Self { bytes, len }
    }
}

/// Appends an element with this text.
pub(super) fn encode(text: &[u8], out: &mut Vec<u8>) {
    EncodedElement::new(text).append_to(out);
}

fn integer_bytes(number: i64) -> ShortBytes<9> {
    let bytes = number.to_le_bytes();
    let (code, width) = match number {
        0..=127 => return ShortBytes::from_iter([low_byte(bytes[0].into())]),
        -4096..=4095 => {
            let number = number.cast_unsigned() & 0x1fff;
            return ShortBytes::from_iter([0xc0 | low_byte(number >> 8), low_byte(number)]);
        }
        -0x8000..=0x7fff => (0xf1, 2),
        -0x80_0000..=0x7f_ffff => (0xf2, 3),
        -0x8000_0000..=0x7fff_ffff => (0xf3, 4),
        _ => (0xf4, 8),
    };
    core::iter::once(code)
        .chain(bytes.into_iter().take(width))
        .collect()
}

/// What stands before a string of so many bytes.
#[inline]
fn string_head(len: u64) -> ShortBytes<9> {
    let [a, b, c, d, ..] = len.to_le_bytes();
    match len {
        0..=0x3f => ShortBytes::new([0x80 | a, 0, 0, 0, 0, 0, 0, 0, 0], 1),
        0x40..=0xfff => ShortBytes::new([0xe0 | b, a, 0, 0, 0, 0, 0, 0, 0], 2),
        // The listpack as a whole is kept below 4 GiB by those who append to it.
        _ => ShortBytes::new([0xf0, a, b, c, d, 0, 0, 0, 0], 5),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::listpack::entry::decode;
    use crate::listpack::{Element, first_element, last_element};

    #[test]
    fn every_width_comes_back() {
        let mut numbers = Vec::from([0, 1, 127, 128, i64::MAX, i64::MIN]);
        for bits in [7, 12, 13, 15, 16, 23, 24, 31, 32, 62] {
            let edge = 1_i64 << bits;
            numbers.extend([edge - 1, edge, edge + 1, -edge - 1, -edge, -edge + 1]);
        }
        for number in numbers {
            let mut out = Vec::new();
            encode(alloc::format!("{number}").as_bytes(), &mut out);
            let (element, size) = decode(&out).unwrap();
            assert_eq!((element, size + 1), (Element::Int(number), out.len()));
        }
    }

    #[test]
    fn a_row_is_read_from_both_ends() {
        let texts: [&[u8]; 6] = [
            b"",
            b"a",
            b"-5",
            &[b'x'; 127],
            &[b'y'; 5000],
            &[b'z'; 20_000],
        ];
        let mut row = Vec::new();
        for text in texts {
            let (start, element) = (row.len(), EncodedElement::new(text));
            row.resize(start + element.len(), 0);
            element.write_to(&mut row[start..]);
        }
        let (mut front, mut back) = (&row[..], &row[..]);
        for (first, last) in texts.iter().zip(texts.iter().rev()) {
            let (element, next) = first_element(front).unwrap();
            assert!(element.is(first));
            front = &front[next..];
            let (element, start) = last_element(back).unwrap();
            assert!(element.is(last));
            back = &back[..start];
        }
        assert_eq!((first_element(front), last_element(back)), (None, None));
        // A back length that points elsewhere, and one that never ends.
        assert_eq!(last_element(&[0x81, b'a', 5]), None);
        assert_eq!(last_element(&[0xff; 9]), None);
    }
}

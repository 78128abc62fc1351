//! Appending many elements at once, and overwriting a number in place: what a stream does for every entry.

use alloc::vec::Vec;

use super::edit::{EMPTY, SIZE_MAX};
use super::{END, EncodedElement, HEADER, Listpack, ListpackFull};

/// Takes the elements that are appended to a listpack.
#[derive(Debug)]
pub struct Appender<'a> {
    out: &'a mut Vec<u8>,
    added: u32,
}

impl Appender<'_> {
    /// An element with this text.
    #[inline]
    pub fn text(&mut self, text: &[u8]) {
        EncodedElement::new(text).append_to(self.out);
        self.added = self.added.saturating_add(1);
    }

    /// An element with the decimal text of this number.
    #[inline]
    pub fn number(&mut self, number: i64) {
        EncodedElement::number(number).append_to(self.out);
        self.added = self.added.saturating_add(1);
    }
}

impl Listpack {
    /// An empty listpack with room for so many bytes.
    #[must_use]
    pub fn with_capacity(bytes: usize) -> Self {
        let mut list = Self(Vec::with_capacity(bytes.max(EMPTY.len())));
        list.0.extend_from_slice(&EMPTY);
        list
    }

    /// Appends all elements that `write` gives.
    ///
    /// # Errors
    /// [`ListpackFull`]; nothing is changed then.
    pub fn append(&mut self, write: impl FnOnce(&mut Appender<'_>)) -> Result<(), ListpackFull> {
        let end = self.0.len() - 1;
        self.0.truncate(end);
        let mut appender = Appender {
            out: &mut self.0,
            added: 0,
        };
        write(&mut appender);
        let added = appender.added;
        let full = self.0.len() >= SIZE_MAX;
        if full {
            self.0.truncate(end);
        }
        self.0.push(END);
        self.seal(if full { 0 } else { added.into() });
        if full { Err(ListpackFull) } else { Ok(()) }
    }

    /// Puts a number in the place of the element at `position`, which must come from
    /// [`ListpackIter::position`](super::ListpackIter::position); elsewhere nothing happens.
    ///
    /// # Errors
    /// [`ListpackFull`]; nothing is changed then.
    pub fn replace_number(&mut self, position: usize, number: i64) -> Result<(), ListpackFull> {
        // Counters and flags are nearly always small, and take one byte then.
        let small = u8::try_from(number).ok().filter(|small| *small < 0x80);
        let place = self.0.get_mut(position).filter(|_| position >= HEADER);
        match (small, place.filter(|first| **first < 0x80)) {
            (Some(small), Some(place)) => {
                *place = small;
                Ok(())
            }
            _ => self.replace(position, itoa::Buffer::new().format(number).as_bytes()),
        }
    }

    /// Gives memory back that is not used.
    pub fn shrink(&mut self) {
        self.0.shrink_to_fit();
    }

    /// How many bytes are allocated.
    #[must_use]
    pub fn capacity(&self) -> usize {
        self.0.capacity()
    }
}

#[cfg(test)]
mod tests {
    use alloc::string::ToString;

    use super::*;

    #[test]
    fn appending_at_once_is_pushing_one_by_one() {
        let (mut at_once, mut one_by_one) = (Listpack::with_capacity(100), Listpack::new());
        for round in 0..200_i64 {
            let appended = at_once.append(|out| {
                out.text(b"field");
                out.number(round * 1000);
                out.text(b"17");
            });
            assert_eq!(appended, Ok(()));
            for text in ["field", &(round * 1000).to_string(), "17"] {
                assert_eq!(one_by_one.push(text.as_bytes()), Ok(()));
            }
            assert_eq!(at_once, one_by_one);
        }
    }

    #[test]
    fn numbers_are_overwritten_whatever_their_widths() {
        for (old, new) in [(0, 127), (127, 128), (128, 1), (5000, -1), (-1, 1 << 40)] {
            let mut list = Listpack::new();
            let (mut expected, mut at) = (Listpack::new(), 0);
            for element in ["a", "b"] {
                assert_eq!(list.push(element.as_bytes()), Ok(()));
                assert_eq!(expected.push(element.as_bytes()), Ok(()));
                if element == "a" {
                    at = list.as_bytes().len() - 1;
                    assert_eq!(list.append(|out| out.number(old)), Ok(()));
                    assert_eq!(expected.push(new.to_string().as_bytes()), Ok(()));
                }
            }
            assert_eq!(list.replace_number(at, new), Ok(()));
            assert_eq!(list, expected, "{old} {new}");
        }
    }
}

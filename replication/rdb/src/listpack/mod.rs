//! Listpacks: many small strings in one block of memory, the compact form of hashes, sets, sorted sets,
//! lists and streams.
//!
//! Total bytes (4, little-endian), number of elements (2; 65535 means "count by walking"), the elements, `ff`.
//! [`ListpackRef::parse`] checks every byte of foreign ones, always; what it has accepted can be walked
//! without surprises. [`Listpack`] builds and edits own ones, byte for byte as the reference servers would.

mod append;
mod back;
pub mod bare;
mod edit;
mod encode;
mod entry;

use alloc::vec::Vec;
use core::iter::FusedIterator;

pub use append::Appender;
pub use edit::{Listpack, ListpackFull};
pub use encode::EncodedElement;
pub(crate) use entry::signed_le;
pub use entry::{Element, canonical_integer, first_element, last_element};

const HEADER: usize = 6;
const END: u8 = 0xff;
/// The element count that says nothing.
const UNCOUNTED: u16 = u16::MAX;

/// Why bytes are not a listpack.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum ListpackError {
    /// Shorter than the header and the end, or than it says.
    #[error("listpack of another size than it says")]
    WrongSize,
    /// The last byte is not the end mark.
    #[error("listpack without end mark")]
    NoEnd,
    /// An element that cannot be read, or that reaches into the end mark; the number is its offset.
    #[error("listpack with a bad element at {0}")]
    BadElement(usize),
    /// The length behind an element is not that of the element.
    #[error("listpack with a bad back length at {0}")]
    BadBackLength(usize),
    /// There are more or fewer elements than the header says.
    #[error("listpack with another number of elements than it says")]
    WrongCount,
}

/// A listpack that has been checked.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct ListpackRef<'a> {
    bytes: &'a [u8],
    len: usize,
}

impl<'a> ListpackRef<'a> {
    /// Checks every element of foreign bytes.
    ///
    /// # Errors
    /// [`ListpackError`] says what is wrong.
    pub fn parse(bytes: &'a [u8]) -> Result<Self, ListpackError> {
        let (size, count) = read_header(bytes).ok_or(ListpackError::WrongSize)?;
        if size != bytes.len() as u64 || bytes.len() <= HEADER {
            return Err(ListpackError::WrongSize);
        }
        let end = bytes.len() - 1;
        if bytes.last() != Some(&END) {
            return Err(ListpackError::NoEnd);
        }
        let (mut position, mut len) = (HEADER, 0);
        while position < end {
            position = check_element(bytes, position, end)?;
            len += 1;
        }
        if count != UNCOUNTED && usize::from(count) != len {
            return Err(ListpackError::WrongCount);
        }
        Ok(Self { bytes, len })
    }

    /// How many elements it has.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.len
    }

    /// Whether it has no elements.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// The bytes.
    #[must_use]
    pub const fn as_bytes(&self) -> &'a [u8] {
        self.bytes
    }

    /// The bytes without header and end mark: elements and their back lengths. See [`framed`].
    #[must_use]
    pub fn row(&self) -> &'a [u8] {
        let end = self.bytes.len() - 1;
        self.bytes.get(HEADER..end).unwrap_or_default()
    }

    /// The elements in order.
    #[must_use]
    pub const fn iter(&self) -> ListpackIter<'a> {
        ListpackIter {
            bytes: self.bytes,
            position: HEADER,
        }
    }

    /// The elements in pairs, as hashes and sorted sets keep them; a last one without partner is left out.
    pub fn pairs(&self) -> impl Iterator<Item = (Element<'a>, Element<'a>)> + use<'a> {
        let mut elements = self.iter();
        core::iter::from_fn(move || Some((elements.next()?, elements.next()?)))
    }
}

/// The listpack of `count` elements that stand in a row, back lengths included.
#[must_use]
pub fn framed(row: &[u8], count: usize) -> Vec<u8> {
    let size = u32::try_from(HEADER + row.len() + 1).unwrap_or(u32::MAX);
    let count = u16::try_from(count).unwrap_or(UNCOUNTED);
    [&size.to_le_bytes(), &count.to_le_bytes()[..], row, &[END]].concat()
}

impl<'a> IntoIterator for ListpackRef<'a> {
    type Item = Element<'a>;
    type IntoIter = ListpackIter<'a>;

    fn into_iter(self) -> ListpackIter<'a> {
        self.iter()
    }
}

fn read_header(bytes: &[u8]) -> Option<(u64, u16)> {
    let (size, rest) = bytes.split_first_chunk::<4>()?;
    let count = rest.first_chunk::<2>()?;
    Some((
        u64::from(u32::from_le_bytes(*size)),
        u16::from_le_bytes(*count),
    ))
}

/// Where the next element starts, if the one here is sound and ends before the end mark.
fn check_element(bytes: &[u8], position: usize, end: usize) -> Result<usize, ListpackError> {
    let body = bytes.get(position..end).unwrap_or_default();
    let (_, size) = entry::decode(body).ok_or(ListpackError::BadElement(position))?;
    let back_length = body.get(size..size + entry::back_length_size(size));
    let sound = back_length.is_some_and(|found| entry::back_length(size).eq(found.iter().copied()));
    if sound {
        Ok(position + size + entry::back_length_size(size))
    } else {
        Err(ListpackError::BadBackLength(position))
    }
}

/// The elements of a listpack.
#[derive(Clone, Debug)]
pub struct ListpackIter<'a> {
    bytes: &'a [u8],
    position: usize,
}

impl ListpackIter<'_> {
    /// The offset of the element that comes next, for [`Listpack::replace`] and [`Listpack::remove`].
    #[must_use]
    pub const fn position(&self) -> usize {
        self.position
    }

    /// Whether no element is left.
    #[must_use]
    pub fn is_at_end(&self) -> bool {
        self.bytes
            .get(self.position)
            .is_none_or(|&byte| byte == END)
    }
}

impl<'a> Iterator for ListpackIter<'a> {
    type Item = Element<'a>;

    fn next(&mut self) -> Option<Element<'a>> {
        // The end mark is no element, so this stops there.
        let (element, size) = entry::decode(self.bytes.get(self.position..)?)?;
        self.position += size + entry::back_length_size(size);
        Some(element)
    }
}

impl FusedIterator for ListpackIter<'_> {}

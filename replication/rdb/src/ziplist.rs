//! Ziplists, the compact form before Redis 7.0. Only read, and every byte is checked while reading.
//!
//! Bytes (4, little-endian), offset of the last entry (4), count (2; 65535 means "count by walking"), entries,
//! `ff`. An entry is the length of the one before it (1 byte, or `fe` and 4), an encoding and data.

use crate::listpack::{Element, signed_le};

const HEADER: usize = 10;
const END: u8 = 0xff;
const UNCOUNTED: u16 = u16::MAX;

/// Why bytes are not a ziplist.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum ZiplistError {
    /// Shorter than the header and the end, or than it says.
    #[error("ziplist of another size than it says")]
    WrongSize,
    /// The last byte is not the end mark.
    #[error("ziplist without end mark")]
    NoEnd,
    /// An entry that cannot be read, or that reaches into the end mark; the number is its offset.
    #[error("ziplist with a bad entry at {0}")]
    BadEntry(usize),
    /// An entry does not give the length of the one before it.
    #[error("ziplist with a bad previous length at {0}")]
    BadPreviousLength(usize),
    /// The header does not point at the last entry.
    #[error("ziplist with a bad tail offset")]
    BadTail,
    /// There are more or fewer entries than the header says.
    #[error("ziplist with another number of entries than it says")]
    WrongCount,
}

/// A ziplist whose header has been checked.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ziplist<'a> {
    bytes: &'a [u8],
    tail: usize,
    count: u16,
}

impl<'a> Ziplist<'a> {
    pub(crate) fn parse(bytes: &'a [u8]) -> Result<Self, ZiplistError> {
        let word = |at: usize| {
            bytes
                .get(at..)
                .and_then(<[u8]>::first_chunk)
                .map(|word| u32::from_le_bytes(*word))
        };
        let (size, tail) = (
            word(0).ok_or(ZiplistError::WrongSize)?,
            word(4).ok_or(ZiplistError::WrongSize)?,
        );
        if u64::from(size) != bytes.len() as u64 || bytes.len() <= HEADER {
            return Err(ZiplistError::WrongSize);
        }
        if bytes.last() != Some(&END) {
            return Err(ZiplistError::NoEnd);
        }
        let count = bytes
            .get(8..)
            .and_then(<[u8]>::first_chunk)
            .map_or(0, |count| u16::from_le_bytes(*count));
        Ok(Self {
            bytes,
            tail: usize::try_from(tail).map_err(|_| ZiplistError::BadTail)?,
            count,
        })
    }

    /// The entries. The header's claims are compared when the end is reached.
    pub(crate) const fn entries(self) -> Entries<'a> {
        Entries {
            list: self,
            position: HEADER,
            previous: 0,
            seen: 0,
            last: HEADER,
            done: false,
        }
    }
}

/// The entries of a ziplist; stops after an error.
#[derive(Clone, Debug)]
pub(crate) struct Entries<'a> {
    list: Ziplist<'a>,
    position: usize,
    /// The size of the entry before.
    previous: usize,
    seen: usize,
    /// Where the last entry started.
    last: usize,
    done: bool,
}

impl<'a> Entries<'a> {
    fn read(&mut self) -> Result<Option<Element<'a>>, ZiplistError> {
        let end = self.list.bytes.len() - 1;
        if self.position >= end {
            return self.check_claims();
        }
        let bytes = self.list.bytes.get(self.position..end).unwrap_or_default();
        let bad = ZiplistError::BadEntry(self.position);
        let (previous, head) = previous_length(bytes).ok_or(bad)?;
        if previous != self.previous {
            return Err(ZiplistError::BadPreviousLength(self.position));
        }
        let (element, size) = decode(bytes.get(head..).unwrap_or_default()).ok_or(bad)?;
        (self.last, self.previous) = (self.position, head + size);
        self.position += head + size;
        self.seen += 1;
        Ok(Some(element))
    }

    fn check_claims(&self) -> Result<Option<Element<'a>>, ZiplistError> {
        if self.list.count != UNCOUNTED && usize::from(self.list.count) != self.seen {
            Err(ZiplistError::WrongCount)
        } else if self.list.tail == self.last {
            Ok(None)
        } else {
            Err(ZiplistError::BadTail)
        }
    }
}

impl<'a> Iterator for Entries<'a> {
    type Item = Result<Element<'a>, ZiplistError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.done {
            return None;
        }
        let entry = self.read();
        self.done = !matches!(entry, Ok(Some(_)));
        entry.transpose()
    }
}

/// The length of the entry before, and the bytes it takes.
fn previous_length(bytes: &[u8]) -> Option<(usize, usize)> {
    match bytes.split_first()? {
        (&0xff, _) => None,
        (&0xfe, rest) => Some((
            usize::try_from(u32::from_le_bytes(*rest.first_chunk()?)).ok()?,
            5,
        )),
        (&len, _) => Some((usize::from(len), 1)),
    }
}

/// The element at the start of `bytes`, and the size of its encoding and data.
fn decode(bytes: &[u8]) -> Option<(Element<'_>, usize)> {
    let (&first, rest) = bytes.split_first()?;
    let string = |head: usize, len: usize| {
        let end = head.checked_add(len)?;
        bytes.get(head..end).map(|text| (Element::Str(text), end))
    };
    let integer = |width: usize| {
        rest.get(..width)
            .map(|number| (Element::Int(signed_le(number)), 1 + width))
    };
    match first {
        0..=0x3f => string(1, usize::from(first)),
        0x40..=0x7f => string(
            2,
            (usize::from(first & 0x3f) << 8) | usize::from(*rest.first()?),
        ),
        0x80 => string(
            5,
            usize::try_from(u32::from_be_bytes(*rest.first_chunk()?)).ok()?,
        ),
        0xc0 => integer(2),
        0xd0 => integer(4),
        0xe0 => integer(8),
        0xf0 => integer(3),
        0xfe => integer(1),
        0xf1..=0xfd => Some((Element::Int(i64::from(first) - 0xf1), 1)),
        _ => None,
    }
}

//! Elements of listpacks one after the other, and nothing else: no header, no end mark, and no lengths for walking
//! backwards. Who keeps millions of small collections in memory saves a fifth of it this way; a frame is put
//! around when they are saved.
//!
//! ```
//! use shoal_rdb::listpack::{Element, Listpack, ListpackRef, bare};
//!
//! let mut row = Vec::new();
//! bare::encode(b"field", &mut row);
//! bare::encode(b"17", &mut row);
//! assert_eq!(row.len(), 7);
//! assert_eq!(bare::decode(&row), Some((Element::Str(b"field"), 6)));
//!
//! let framed = bare::to_listpack(&row);
//! let list = ListpackRef::parse(&framed)?;
//! assert_eq!(bare::from_listpack(list), row);
//! # Ok::<(), shoal_rdb::listpack::ListpackError>(())
//! ```

use alloc::vec::Vec;

use super::{END, Element, EncodedElement, HEADER, ListpackRef, UNCOUNTED, entry};

/// Reads the element at the start of `row`, and how many bytes it takes. `None` at the end.
#[inline]
#[must_use]
pub fn decode(row: &[u8]) -> Option<(Element<'_>, usize)> {
    entry::decode(row)
}

/// How many bytes the element at the start of `row` takes, without reading it. `None` at the end.
#[inline]
#[must_use]
pub fn size(row: &[u8]) -> Option<usize> {
    let &first = row.first()?;
    match first {
        0..=0x7f => Some(1),
        0x80..=0xbf => Some(1 + usize::from(first & 0x3f)),
        0xc0..=0xdf => Some(2),
        _ => decode(row).map(|(_, size)| size),
    }
}

/// Appends an element with this text: as an integer wherever the text is that of one.
#[inline]
pub fn encode(text: &[u8], row: &mut Vec<u8>) {
    EncodedElement::new(text).append_bare_to(row);
}

/// Appends an element.
#[inline]
pub fn encode_element(element: Element<'_>, row: &mut Vec<u8>) {
    match element {
        Element::Str(text) => EncodedElement::new(text).append_bare_to(row),
        Element::Int(number) => EncodedElement::number(number).append_bare_to(row),
    }
}

/// The elements of a checked listpack as a row.
#[must_use]
pub fn from_listpack(list: ListpackRef<'_>) -> Vec<u8> {
    let mut row = Vec::with_capacity(list.as_bytes().len());
    for element in list {
        encode_element(element, &mut row);
    }
    row
}

/// A row as a listpack, byte for byte as the reference servers would write it.
#[must_use]
pub fn to_listpack(row: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(HEADER + row.len() + row.len() / 4 + 1);
    out.resize(HEADER, 0);
    let (mut rest, mut count) = (row, 0_u32);
    while let Some((_, size)) = decode(rest) {
        let (element, behind) = rest.split_at_checked(size).unwrap_or((rest, &[]));
        out.extend_from_slice(element);
        entry::push_back_length(size, &mut out);
        rest = behind;
        count = count.saturating_add(1);
    }
    out.push(END);
    let size = u32::try_from(out.len()).unwrap_or(u32::MAX);
    let count = u16::try_from(count).unwrap_or(UNCOUNTED);
    let header = size.to_le_bytes().into_iter().chain(count.to_le_bytes());
    for (byte, new) in out.iter_mut().zip(header) {
        *byte = new;
    }
    out
}

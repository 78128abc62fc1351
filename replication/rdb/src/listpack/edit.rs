//! Building and editing a listpack in place.

use alloc::vec::Vec;

use super::{END, Element, HEADER, ListpackError, ListpackIter, ListpackRef, UNCOUNTED};
use crate::listpack::encode::encode;

/// Redis refuses listpacks beyond 1 GiB, and so do we.
pub(super) const SIZE_MAX: usize = 1 << 30;
/// A listpack without elements.
pub(super) const EMPTY: [u8; 7] = [7, 0, 0, 0, 0, 0, END];

/// The listpack would become larger than readers accept (1 GiB).
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("listpack would exceed 1 GiB")]
pub struct ListpackFull;

/// A listpack that can be changed.
///
/// ```
/// use shoal_rdb::listpack::{Element, Listpack};
///
/// let mut fields = Listpack::new();
/// fields.push(b"field")?;
/// fields.push(b"17")?;
/// assert_eq!(fields.iter().collect::<Vec<_>>(), [Element::Str(b"field"), Element::Int(17)]);
/// # Ok::<(), shoal_rdb::listpack::ListpackFull>(())
/// ```
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Listpack(pub(super) Vec<u8>);

impl Listpack {
    /// A listpack without elements.
    #[must_use]
    pub fn new() -> Self {
        Self(EMPTY.to_vec())
    }

    /// Takes over foreign bytes after checking every one of them.
    ///
    /// # Errors
    /// [`ListpackError`] says what is wrong.
    pub fn from_bytes(bytes: Vec<u8>) -> Result<Self, ListpackError> {
        ListpackRef::parse(&bytes)?;
        Ok(Self(bytes))
    }

    /// The bytes, ready to be saved.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// The bytes, ready to be saved.
    #[must_use]
    pub fn into_bytes(self) -> Vec<u8> {
        self.0
    }

    /// How many elements it has. Beyond 65534 they are counted one by one.
    #[must_use]
    pub fn len(&self) -> usize {
        match self.count() {
            UNCOUNTED => self.iter().count(),
            count => usize::from(count),
        }
    }

    /// Whether it has no elements.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.len() <= HEADER + 1
    }

    /// The elements in order.
    #[must_use]
    pub fn iter(&self) -> ListpackIter<'_> {
        ListpackIter {
            bytes: &self.0,
            position: HEADER,
        }
    }

    /// Appends an element with this text.
    ///
    /// # Errors
    /// [`ListpackFull`]; nothing is changed then.
    pub fn push(&mut self, text: &[u8]) -> Result<(), ListpackFull> {
        self.make_room(text)?;
        self.0.pop();
        encode(text, &mut self.0);
        self.0.push(END);
        self.seal(1);
        Ok(())
    }

    /// Puts an element with this text in the place of the one at `position`, which must come from
    /// [`ListpackIter::position`]; elsewhere nothing happens.
    ///
    /// # Errors
    /// [`ListpackFull`]; nothing is changed then.
    pub fn replace(&mut self, position: usize, text: &[u8]) -> Result<(), ListpackFull> {
        self.make_room(text)?;
        if let Some(end) = self.element_end(position) {
            let mut element = Vec::new();
            encode(text, &mut element);
            self.0.splice(position..end, element);
            self.seal(0);
        }
        Ok(())
    }

    /// Takes out `count` elements from `position` on, which must come from [`ListpackIter::position`].
    pub fn remove(&mut self, position: usize, count: usize) {
        let (mut end, mut removed) = (position, 0);
        while removed < count
            && let Some(next) = self.element_end(end)
        {
            end = next;
            removed += 1;
        }
        if removed > 0 {
            self.0.drain(position..end);
            self.seal(-i64::try_from(removed).unwrap_or(0));
        }
    }

    /// Where the element at a position ends, if there is one.
    fn element_end(&self, position: usize) -> Option<usize> {
        if position < HEADER {
            return None;
        }
        let mut elements = ListpackIter {
            bytes: &self.0,
            position,
        };
        let _: Element<'_> = elements.next()?;
        Some(elements.position())
    }

    fn make_room(&self, text: &[u8]) -> Result<(), ListpackFull> {
        // Encoding and back length take at most ten bytes.
        let size = self.0.len().saturating_add(text.len()).saturating_add(10);
        if size > SIZE_MAX {
            Err(ListpackFull)
        } else {
            Ok(())
        }
    }

    fn count(&self) -> u16 {
        self.0
            .get(4..HEADER)
            .and_then(<[u8]>::first_chunk)
            .map_or(0, |bytes| u16::from_le_bytes(*bytes))
    }

    /// Writes the header for the present content, which has `change` elements more than before.
    pub(super) fn seal(&mut self, change: i64) {
        let count = match self.count() {
            // Once too many to count, they are counted again only when some were taken out.
            UNCOUNTED if change < 0 => i64::try_from(self.iter().count()).unwrap_or(i64::MAX),
            UNCOUNTED => i64::from(UNCOUNTED),
            count => i64::from(count) + change,
        };
        let count = u16::try_from(count).unwrap_or(UNCOUNTED);
        let size = u32::try_from(self.0.len()).unwrap_or(u32::MAX);
        let header = size.to_le_bytes().into_iter().chain(count.to_le_bytes());
        for (byte, new) in self.0.iter_mut().zip(header) {
            *byte = new;
        }
    }
}

impl Default for Listpack {
    fn default() -> Self {
        Self::new()
    }
}

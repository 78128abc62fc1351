//! Nodes of streams: a listpack of entries that count their ids, and may take their fields, from a first one.
//!
//! Number of live entries, of deleted ones, of the fields of the first one; these fields; 0. Then the entries:
//! flags, milliseconds and sequence number less those of the node's id, fields and values (or, with the same
//! fields as the first one, only the values), and how many elements that was.

use crate::listpack::{Element, ListpackError, ListpackIter, ListpackRef};
use crate::stream::StreamId;

/// The entry was deleted; it stays where it is.
const DELETED: i64 = 1;
/// The entry has the fields of the first one.
const SAME_FIELDS: i64 = 2;

/// Why bytes are not a node of a stream.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum StreamNodeError {
    /// It is not even a listpack.
    #[error("{0}")]
    Listpack(ListpackError),
    /// A string or a strange number where a count, a flag or a difference must stand.
    #[error("stream node with a bad number")]
    BadNumber,
    /// It ends within an entry.
    #[error("stream node that ends early")]
    Truncated,
    /// An entry is longer or shorter than the number behind it says.
    #[error("stream entry of another size than it says")]
    WrongEntrySize,
    /// The ids do not grow, or start before that of the node.
    #[error("stream entries out of order")]
    Unordered,
    /// There are more or fewer live or deleted entries than it says.
    #[error("stream node with another number of entries than it says")]
    WrongCount,
}

/// A node that has been checked.
#[derive(Clone, Debug)]
pub struct StreamNodeRef<'a> {
    base: Base<'a>,
    entries: ListpackIter<'a>,
    live: u64,
    first_live: StreamId,
    last: StreamId,
}

/// What the entries of a node count from.
#[derive(Clone, Debug)]
struct Base<'a> {
    id: StreamId,
    fields: ListpackIter<'a>,
    field_count: u64,
}

impl<'a> StreamNodeRef<'a> {
    /// Checks the bytes of the node with this id.
    ///
    /// # Errors
    /// [`StreamNodeError`] says what is wrong.
    pub fn parse(id: StreamId, bytes: &'a [u8]) -> Result<Self, StreamNodeError> {
        let list = ListpackRef::parse(bytes).map_err(StreamNodeError::Listpack)?;
        let mut elements = list.iter();
        let (live, deleted) = (count(&mut elements)?, count(&mut elements)?);
        let field_count = count(&mut elements)?;
        let fields = elements.clone();
        skip(&mut elements, field_count)?;
        if number(&mut elements)? != 0 {
            return Err(StreamNodeError::BadNumber);
        }
        let mut node = Self {
            base: Base {
                id,
                fields,
                field_count,
            },
            entries: elements,
            live,
            first_live: id,
            last: id,
        };
        if node.check()? == (live, deleted) {
            Ok(node)
        } else {
            Err(StreamNodeError::WrongCount)
        }
    }

    /// Walks over the entries; returns how many are live and deleted.
    fn check(&mut self) -> Result<(u64, u64), StreamNodeError> {
        let mut elements = self.entries.clone();
        let (mut live, mut deleted, mut previous) = (0, 0, None);
        while !elements.is_at_end() {
            let (id, flags) = head(self.base.id, &mut elements)?;
            check_body(flags, self.base.field_count, &mut elements)?;
            if id < self.base.id || previous.is_some_and(|previous| id <= previous) {
                return Err(StreamNodeError::Unordered);
            }
            previous = Some(id);
            self.last = id;
            if flags & DELETED != 0 {
                deleted += 1;
            } else {
                if live == 0 {
                    self.first_live = id;
                }
                live += 1;
            }
        }
        Ok((live, deleted))
    }

    /// How many entries it has that are not deleted.
    #[must_use]
    pub const fn live(&self) -> u64 {
        self.live
    }

    /// The id of the first entry that is not deleted; the node's own if there is none.
    #[must_use]
    pub const fn first_live(&self) -> StreamId {
        self.first_live
    }

    /// The id of the last entry, deleted or not; the node's own if there is none.
    #[must_use]
    pub const fn last(&self) -> StreamId {
        self.last
    }

    /// The entries that are not deleted, in order.
    pub fn entries(&self) -> impl Iterator<Item = StreamEntry<'a>> + use<'a> {
        let (base, mut elements) = (self.base.clone(), self.entries.clone());
        core::iter::from_fn(move || {
            loop {
                let (entry, deleted) = next_entry(&base, &mut elements)?;
                if !deleted {
                    return Some(entry);
                }
            }
        })
    }
}

/// An entry of a stream.
#[derive(Clone, Debug)]
pub struct StreamEntry<'a> {
    /// Its id.
    pub id: StreamId,
    /// The fields of the node's first entry, if they are this one's too.
    fields: Option<ListpackIter<'a>>,
    elements: ListpackIter<'a>,
    left: u64,
}

impl<'a> Iterator for StreamEntry<'a> {
    type Item = (Element<'a>, Element<'a>);

    /// The next field and its value.
    fn next(&mut self) -> Option<Self::Item> {
        self.left = self.left.checked_sub(1)?;
        let field = match &mut self.fields {
            Some(fields) => fields.next()?,
            None => self.elements.next()?,
        };
        Some((field, self.elements.next()?))
    }
}

/// The next entry of a sound node and whether it is deleted.
fn next_entry<'a>(
    base: &Base<'a>,
    elements: &mut ListpackIter<'a>,
) -> Option<(StreamEntry<'a>, bool)> {
    let (id, flags) = head(base.id, elements).ok()?;
    let same = flags & SAME_FIELDS != 0;
    let (left, size) = if same {
        (base.field_count, base.field_count)
    } else {
        let fields = count(elements).ok()?;
        (fields, fields.checked_mul(2)?)
    };
    let entry = StreamEntry {
        id,
        fields: same.then(|| base.fields.clone()),
        elements: elements.clone(),
        left,
    };
    skip(elements, size).ok()?;
    number(elements).ok()?;
    Some((entry, flags & DELETED != 0))
}

/// The id and the flags of the entry that starts here.
fn head(
    node: StreamId,
    elements: &mut ListpackIter<'_>,
) -> Result<(StreamId, i64), StreamNodeError> {
    let flags = number(elements)?;
    if !(0..=DELETED | SAME_FIELDS).contains(&flags) {
        return Err(StreamNodeError::BadNumber);
    }
    let (ms, seq) = (number(elements)?, number(elements)?);
    // Differences are taken, and written, modulo 2^64.
    let id = StreamId {
        ms: node.ms.wrapping_add(ms.cast_unsigned()),
        seq: node.seq.wrapping_add(seq.cast_unsigned()),
    };
    Ok((id, flags))
}

/// Walks over what stands behind the id of an entry.
fn check_body(
    flags: i64,
    field_count: u64,
    elements: &mut ListpackIter<'_>,
) -> Result<(), StreamNodeError> {
    let size = if flags & SAME_FIELDS != 0 {
        skip(elements, field_count)?;
        field_count.checked_add(3)
    } else {
        let fields = count(elements)?;
        let both = fields.checked_mul(2).ok_or(StreamNodeError::BadNumber)?;
        skip(elements, both)?;
        both.checked_add(4)
    };
    if Some(count(elements)?) == size {
        Ok(())
    } else {
        Err(StreamNodeError::WrongEntrySize)
    }
}

fn number(elements: &mut ListpackIter<'_>) -> Result<i64, StreamNodeError> {
    match elements.next() {
        Some(Element::Int(number)) => Ok(number),
        Some(Element::Str(_)) => Err(StreamNodeError::BadNumber),
        None => Err(StreamNodeError::Truncated),
    }
}

fn count(elements: &mut ListpackIter<'_>) -> Result<u64, StreamNodeError> {
    u64::try_from(number(elements)?).map_err(|_| StreamNodeError::BadNumber)
}

/// Passes over so many elements; ends with the list, however many they should be.
fn skip(elements: &mut ListpackIter<'_>, count: u64) -> Result<(), StreamNodeError> {
    for _ in 0..count {
        elements.next().ok_or(StreamNodeError::Truncated)?;
    }
    Ok(())
}

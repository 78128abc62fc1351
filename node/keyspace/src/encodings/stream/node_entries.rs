//! Walking over the entries of a node, in both directions.

use shoal_rdb::listpack::{Element, ListpackIter};

use super::entry::{Entry, Fields, SAME_FIELDS};
use super::id::StreamId;
use super::node::Head;

/// The entries of a node.
#[derive(Clone, Debug)]
pub(super) struct NodeEntries<'a> {
    from: StreamId,
    usual: ListpackIter<'a>,
    usual_count: usize,
    elements: ListpackIter<'a>,
}

impl<'a> NodeEntries<'a> {
    /// The entries from where `elements` is. Without a head there are none.
    pub(super) fn new(from: StreamId, head: Option<Head<'a>>, elements: ListpackIter<'a>) -> Self {
        let (usual, usual_count) = match head {
            Some(head) => (head.fields, head.field_count),
            None => (elements.clone(), 0),
        };
        Self {
            from,
            usual,
            usual_count,
            elements,
        }
    }

    /// Reads an entry up to its first field or value.
    fn begin(&mut self) -> Option<Entry<'a>> {
        let flags_at = self.elements.position();
        let flags = number(self.elements.next()?)?;
        let ms = number(self.elements.next()?)?;
        let seq = number(self.elements.next()?)?;
        let same = flags & SAME_FIELDS != 0;
        let count = if same {
            self.usual_count
        } else {
            usize::try_from(number(self.elements.next()?)?).ok()?
        };
        Some(Entry {
            id: StreamId {
                ms: self.from.ms.wrapping_add_signed(ms),
                seq: self.from.seq.wrapping_add_signed(seq),
            },
            flags,
            flags_at,
            fields: Fields::new(
                count,
                same.then(|| self.usual.clone()),
                self.elements.clone(),
            ),
        })
    }
}

impl<'a> Iterator for NodeEntries<'a> {
    type Item = Entry<'a>;

    fn next(&mut self) -> Option<Entry<'a>> {
        let entry = self.begin()?;
        // The elements of the fields and the count behind them.
        for _ in 0..=entry.fields.elements() {
            self.elements.next()?;
        }
        Some(entry)
    }
}

/// The entries of a node from the last to the first.
#[derive(Clone, Debug)]
pub(super) struct NodeEntriesBack<'a>(NodeEntries<'a>);

impl<'a> NodeEntriesBack<'a> {
    /// The entries before the end of these elements.
    pub(super) const fn new(at_end: NodeEntries<'a>) -> Self {
        Self(at_end)
    }
}

impl<'a> Iterator for NodeEntriesBack<'a> {
    type Item = Entry<'a>;

    fn next(&mut self) -> Option<Entry<'a>> {
        let elements = &mut self.0.elements;
        let count = usize::try_from(number(elements.back()?)?).ok()?;
        if count == 0 {
            // That is the end of the head.
            return None;
        }
        elements.skip_back(count)?;
        let start = elements.clone();
        let entry = self.0.begin();
        self.0.elements = start;
        entry
    }
}

/// A number of a listpack. Nodes have no other elements in the places where this is asked.
pub(super) fn number(element: Element<'_>) -> Option<i64> {
    match element {
        Element::Int(number) => Some(number),
        Element::Str(text) => crate::numbers::parse_int(text),
    }
}

//! A node: some dozens of entries in one listpack, laid out as RDB has it.
//!
//! ```text
//! live, deleted, field count, fields ..., 0                          the head; its fields are the usual ones
//! flags, ms, seq,                     values ..., element count      an entry with the usual fields
//! flags, ms, seq, field count, field, value, ..., element count      an entry with others
//! ```
//!
//! Ids count from the id of the node, which stands outside. Deleted entries stay, with a flag. The number of
//! elements behind each entry is for walking backwards.

use shoal_rdb::listpack::{Appender, Listpack, ListpackFull, ListpackIter};

use super::entry::{DELETED, SAME_FIELDS};
use super::id::StreamId;
use super::node_entries::{NodeEntries, NodeEntriesBack, number};
use super::nodes::NodeLimits;

/// The largest node, whatever the options say.
const BYTES_MAX: usize = 1 << 30;

/// The entries that were added in a row.
#[derive(Clone, Debug)]
pub(crate) struct Node(Listpack);

/// What stands at the beginning of a node.
#[derive(Clone, Debug)]
pub(super) struct Head<'a> {
    /// How many entries are not deleted.
    pub(super) live: u64,
    /// How many are.
    pub(super) deleted: u64,
    /// How many fields its entries usually have.
    pub(super) field_count: usize,
    /// These fields.
    pub(super) fields: ListpackIter<'a>,
}

impl Node {
    /// A node without entries whose usual fields are these.
    pub(super) fn new<'f>(
        fields: impl Iterator<Item = (&'f [u8], &'f [u8])> + Clone,
        capacity: usize,
    ) -> Result<Self, ListpackFull> {
        let mut list = Listpack::with_capacity(capacity);
        list.append(|out| {
            out.number(0);
            out.number(0);
            out.number(fields.clone().count() as i64);
            fields.for_each(|(field, _)| out.text(field));
            out.number(0);
        })?;
        Ok(Self(list))
    }

    /// A node from elsewhere, which was checked.
    pub(super) const fn from_listpack(list: Listpack) -> Self {
        Self(list)
    }

    /// The bytes, as they stand in an RDB file.
    pub(crate) fn as_bytes(&self) -> &[u8] {
        self.0.as_bytes()
    }

    /// The memory it takes.
    pub(super) fn heap_bytes(&self) -> usize {
        self.0.capacity()
    }

    /// Gives memory back that is not used.
    pub(super) fn shrink(&mut self) {
        self.0.shrink();
    }

    /// `None` only if the listpack is no node, which was ruled out.
    pub(super) fn head(&self) -> Option<Head<'_>> {
        let mut elements = self.0.iter();
        let live = number(elements.next()?)?;
        let deleted = number(elements.next()?)?;
        let field_count = number(elements.next()?)?;
        Some(Head {
            live: live.cast_unsigned(),
            deleted: deleted.cast_unsigned(),
            field_count: usize::try_from(field_count).ok()?,
            fields: elements,
        })
    }

    /// How many entries are not deleted.
    pub(super) fn live(&self) -> u64 {
        self.0
            .iter()
            .next()
            .and_then(number)
            .map_or(0, i64::cast_unsigned)
    }

    /// Whether another entry of this much text belongs here.
    pub(super) fn has_room(&self, text_len: usize, limits: NodeLimits) -> bool {
        let bytes_max = match limits.bytes {
            0 => BYTES_MAX,
            bytes => bytes.min(BYTES_MAX),
        };
        let fits = self.as_bytes().len().saturating_add(text_len) < bytes_max;
        let few = || {
            self.head()
                .is_some_and(|head| head.live.saturating_add(head.deleted) < limits.entries as u64)
        };
        fits && (limits.entries == 0 || few())
    }

    /// Adds an entry whose id is greater than all before; `from` is the node's own id.
    pub(super) fn push<'f>(
        &mut self,
        from: StreamId,
        id: StreamId,
        fields: impl Iterator<Item = (&'f [u8], &'f [u8])> + Clone,
    ) -> Result<(), ListpackFull> {
        let Some(head) = self.head() else {
            return Err(ListpackFull);
        };
        let (live, usual) = (head.live, head.has_fields(fields.clone()));
        self.0.append(|out| {
            out.number(if usual { SAME_FIELDS } else { 0 });
            out.number(id.ms.wrapping_sub(from.ms).cast_signed());
            out.number(id.seq.wrapping_sub(from.seq).cast_signed());
            if usual {
                push_values(out, fields);
            } else {
                push_fields(out, fields);
            }
        })?;
        self.set_count(0, live + 1)
    }

    /// Marks entries as deleted, which are given by their flags and where these are, in order.
    pub(super) fn mark_deleted(&mut self, entries: &[(i64, usize)]) -> Result<(), ListpackFull> {
        let Some(head) = self.head() else {
            return Ok(());
        };
        let count = entries.len() as u64;
        let (live, deleted) = (
            head.live.saturating_sub(count),
            head.deleted.saturating_add(count),
        );
        // From the back to the front: what is replaced may change its width.
        for (flags, at) in entries.iter().rev() {
            self.0.replace_number(*at, flags | DELETED)?;
        }
        self.set_count(1, deleted)?;
        self.set_count(0, live)
    }

    /// Sets one of the counts at the beginning.
    fn set_count(&mut self, index: usize, count: u64) -> Result<(), ListpackFull> {
        let mut elements = self.0.iter();
        for _ in 0..index {
            elements.next();
        }
        let at = elements.position();
        self.0.replace_number(at, count.cast_signed())
    }

    /// The entries in order, deleted ones included; `from` is the node's own id.
    pub(super) fn entries(&self, from: StreamId) -> NodeEntries<'_> {
        let mut elements = self.0.iter_end();
        let head = self.head();
        if let Some(head) = &head {
            elements = head.fields.clone();
            // The fields and the zero behind them.
            for _ in 0..=head.field_count {
                elements.next();
            }
        }
        NodeEntries::new(from, head, elements)
    }

    /// As `entries`, to be walked backwards.
    pub(super) fn entries_back(&self, from: StreamId) -> NodeEntriesBack<'_> {
        NodeEntriesBack::new(NodeEntries::new(from, self.head(), self.0.iter_end()))
    }
}

fn push_values<'f>(
    out: &mut Appender<'_>,
    fields: impl Iterator<Item = (&'f [u8], &'f [u8])> + Clone,
) {
    let mut count = 3;
    for (_, value) in fields {
        out.text(value);
        count += 1;
    }
    out.number(count);
}

fn push_fields<'f>(
    out: &mut Appender<'_>,
    fields: impl Iterator<Item = (&'f [u8], &'f [u8])> + Clone,
) {
    let count = fields.clone().count() as i64;
    out.number(count);
    for (field, value) in fields {
        out.text(field);
        out.text(value);
    }
    out.number(2 * count + 4);
}

impl Head<'_> {
    /// Whether these are the usual fields.
    fn has_fields<'f>(&self, fields: impl Iterator<Item = (&'f [u8], &'f [u8])>) -> bool {
        let mut usual = self.fields.clone().take(self.field_count);
        let mut fields = fields.map(|(field, _)| field);
        fields.all(|field| usual.next().is_some_and(|known| known.is(field)))
            && usual.next().is_none()
    }
}

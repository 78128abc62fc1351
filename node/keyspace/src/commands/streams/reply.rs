//! Entries and ids in replies.

use shoal_resp::ReplyWriter;

use crate::commands::bulk_item;
use crate::encodings::stream::id::IdText;
use crate::encodings::stream::{Entry, StreamId};

pub(super) fn write_id(reply: &mut ReplyWriter<'_>, id: StreamId) {
    reply.bulk(IdText::new(id).as_bytes());
}

/// An entry: its id, and its fields with their values in a row.
pub(super) fn write_entry(reply: &mut ReplyWriter<'_>, entry: &Entry<'_>) {
    reply.array(2);
    write_id(reply, entry.id);
    let fields = entry.fields.clone();
    reply.array(2 * fields.len());
    for (field, value) in fields {
        bulk_item(reply, field);
        bulk_item(reply, value);
    }
}

/// The entries in an array.
pub(super) fn write_entries<'e>(
    reply: &mut ReplyWriter<'_>,
    entries: impl Iterator<Item = Entry<'e>>,
) {
    let mark = reply.mark();
    let count = entries.map(|entry| write_entry(reply, &entry)).count();
    reply.array_since(mark, count);
}

/// An integer, or null if it is not known.
pub(super) fn integer_or_null(reply: &mut ReplyWriter<'_>, number: Option<i64>) {
    match number {
        Some(number) => reply.integer(number),
        None => reply.null(),
    }
}

/// The lines of a HELP.
pub(super) fn write_help(reply: &mut ReplyWriter<'_>, lines: &[&str]) {
    reply.array(lines.len());
    lines.iter().for_each(|line| reply.simple(line));
}

//! Parts of strings.

use super::store::{blank, payload_of};
use crate::commands::{Outcome, len_of, text_of};
use crate::ctx::Ctx;
use crate::entry::Entry;
use crate::events::EventClass;
use crate::refusal::Refusal;

/// APPEND key value
pub(crate) fn append(ctx: &mut Ctx<'_>) {
    let outcome = try_append(ctx);
    ctx.conclude(outcome);
}

fn try_append(ctx: &mut Ctx<'_>) -> Outcome {
    let (key, data) = (ctx.arg(1), ctx.arg(2));
    let access = ctx.access();
    let place = ctx.keyspace.find_for_write(access, key, ctx.effects);
    let len = match ctx.keyspace.entry(place) {
        None => {
            ctx.insert(place, key, Entry::new(key, payload_of(data), None));
            data.len()
        }
        Some(entry) => {
            let old = len_of(entry)?;
            let len = checked_len(ctx, old, data.len())?;
            ctx.keyspace
                .edit(place, |entry| entry.edit_string(len, old, data));
            ctx.keyspace.use_entry(place, access.now);
            len
        }
    };
    ctx.notify(EventClass::STRING, "append", key);
    ctx.effects.changed(1);
    ctx.reply.integer(len as i64);
    Ok(())
}

/// Where a string ends after `len` bytes were put at `at`, if it may be that long.
fn checked_len(ctx: &Ctx<'_>, at: usize, len: usize) -> Result<usize, Refusal> {
    let end = at
        .checked_add(len)
        .filter(|&end| end <= ctx.string_len_max());
    end.ok_or(Refusal::StringTooLong)
}

/// SETRANGE key offset value
pub(crate) fn setrange(ctx: &mut Ctx<'_>) {
    let outcome = try_setrange(ctx);
    ctx.conclude(outcome);
}

fn try_setrange(ctx: &mut Ctx<'_>) -> Outcome {
    let (key, data) = (ctx.arg(1), ctx.arg(3));
    let offset = usize::try_from(ctx.int_arg(2)?).map_err(|_| Refusal::Offset)?;
    let access = ctx.access();
    let place = ctx.keyspace.find_for_write(access, key, ctx.effects);
    let old = ctx.keyspace.entry(place).map_or(Ok(0), len_of)?;
    if data.is_empty() {
        ctx.reply.integer(old as i64);
        return Ok(());
    }
    let end = checked_len(ctx, offset, data.len())?;
    if !place.exists() {
        let mut entry = blank(key, end);
        entry.edit_string(end, offset, data);
        ctx.insert(place, key, entry);
    } else {
        ctx.keyspace
            .edit(place, |entry| entry.edit_string(end.max(old), offset, data));
        ctx.keyspace.use_entry(place, access.now);
    }
    ctx.notify(EventClass::STRING, "setrange", key);
    ctx.effects.changed(1);
    ctx.reply.integer(end.max(old) as i64);
    Ok(())
}

/// GETRANGE key start end
pub(crate) fn getrange(ctx: &mut Ctx<'_>) {
    let outcome = try_getrange(ctx);
    ctx.conclude(outcome);
}

/// SUBSTR key start end, the old name of GETRANGE
pub(crate) fn substr(ctx: &mut Ctx<'_>) {
    getrange(ctx);
}

fn try_getrange(ctx: &mut Ctx<'_>) -> Outcome {
    let (start, end) = (ctx.int_arg(2)?, ctx.int_arg(3)?);
    let (access, key) = (ctx.access(), ctx.arg(1));
    let mut digits = itoa::Buffer::new();
    let text = match ctx.keyspace.read(access, key, ctx.effects) {
        Some(entry) => text_of(entry, &mut digits)?,
        None => b"",
    };
    let range = resolve_range(start, end, text.len()).and_then(|(from, to)| text.get(from..to));
    ctx.reply.bulk(range.unwrap_or_default());
    Ok(())
}

/// Where a range with Redis' negative offsets lies in a text of this length; `None` if it is empty.
fn resolve_range(start: i64, end: i64, len: usize) -> Option<(usize, usize)> {
    let len = len as i64;
    if start < 0 && end < 0 && start > end {
        return None;
    }
    let absolute = |offset: i64| {
        if offset < 0 {
            offset.saturating_add(len).max(0)
        } else {
            offset
        }
    };
    let (from, to) = (absolute(start), absolute(end).min(len - 1));
    (from <= to && len > 0).then(|| (from as usize, to as usize + 1))
}

//! Reading lists, and cutting them.

use super::{absolute, list_of, span};
use crate::commands::{Outcome, bulk_item};
use crate::ctx::Ctx;
use crate::encodings::list::{Direction, Limits, List, ListRef};

/// LLEN key
pub(crate) fn llen(ctx: &mut Ctx<'_>) {
    let outcome = try_llen(ctx);
    ctx.conclude(outcome);
}

fn try_llen(ctx: &mut Ctx<'_>) -> Outcome {
    let key = ctx.arg(1);
    let len = ctx.read_as::<List>(key)?.map_or(0, ListRef::len);
    ctx.reply.integer(len as i64);
    Ok(())
}

/// LINDEX key index
pub(crate) fn lindex(ctx: &mut Ctx<'_>) {
    let outcome = try_lindex(ctx);
    ctx.conclude(outcome);
}

fn try_lindex(ctx: &mut Ctx<'_>) -> Outcome {
    let (access, key, index) = (ctx.access(), ctx.arg(1), ctx.int_arg(2));
    let entry = ctx.keyspace.read(access, key, ctx.effects);
    let Some(list) = entry.map(list_of).transpose()? else {
        ctx.reply.null();
        return Ok(());
    };
    match absolute(index?, list.len()).and_then(|index| list.get(index)) {
        Some(element) => bulk_item(&mut ctx.reply, element),
        None => ctx.reply.null(),
    }
    Ok(())
}

/// LRANGE key start stop
pub(crate) fn lrange(ctx: &mut Ctx<'_>) {
    let outcome = try_lrange(ctx);
    ctx.conclude(outcome);
}

fn try_lrange(ctx: &mut Ctx<'_>) -> Outcome {
    let (start, end) = (ctx.int_arg(2)?, ctx.int_arg(3)?);
    let (access, key) = (ctx.access(), ctx.arg(1));
    let entry = ctx.keyspace.read(access, key, ctx.effects);
    let Some(list) = entry.map(list_of).transpose()? else {
        ctx.reply.array(0);
        return Ok(());
    };
    let range = span(start, end, list.len());
    ctx.reply.array(range.len());
    list.visit_range(range.start, range.len(), Direction::Forth, |element| {
        bulk_item(&mut ctx.reply, element);
    });
    Ok(())
}

/// LTRIM key start stop
pub(crate) fn ltrim(ctx: &mut Ctx<'_>) {
    let outcome = try_ltrim(ctx);
    ctx.conclude(outcome);
}

fn try_ltrim(ctx: &mut Ctx<'_>) -> Outcome {
    let (start, end) = (ctx.int_arg(2)?, ctx.int_arg(3)?);
    let key = ctx.arg(1);
    let place = ctx.place_of::<List>(key)?;
    if place.exists() {
        let cut = ctx.update::<List, _>(key, place, |list, tools| {
            let (len, limits) = (list.as_ref().len(), Limits::of(tools.options));
            let kept = span(start, end, len);
            list.remove(kept.end, len - kept.end, &limits);
            list.remove(0, kept.start, &limits);
            len - kept.len()
        });
        ctx.note_removed(key, "ltrim", cut.result, cut.emptied);
    }
    ctx.reply.ok();
    Ok(())
}

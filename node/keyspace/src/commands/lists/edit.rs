//! Changing elements inside a list.

use core::ops::ControlFlow;

use super::absolute;
use crate::commands::{Outcome, is_word};
use crate::ctx::Ctx;
use crate::encodings::list::{Direction, End, Limits, List, ListRef};
use crate::encodings::pack::Wanted;
use crate::events::EventClass;
use crate::refusal::Refusal;

/// LSET key index element
pub(crate) fn lset(ctx: &mut Ctx<'_>) {
    let outcome = try_lset(ctx);
    ctx.conclude(outcome);
}

fn try_lset(ctx: &mut Ctx<'_>) -> Outcome {
    let (key, text) = (ctx.arg(1), ctx.arg(3));
    let place = ctx.place_of::<List>(key)?;
    if !place.exists() {
        return Err(Refusal::NoSuchKey);
    }
    let index = ctx.int_arg(2)?;
    let set = ctx.update::<List, _>(key, place, |list, tools| {
        let (len, limits) = (list.as_ref().len(), Limits::of(tools.options));
        // As with Redis, room is made before it is known whether there is such an element.
        list.make_room(text.len(), 1, &limits);
        let index = absolute(index, len).filter(|&index| index < len);
        if let Some(index) = index {
            list.set(index, text, &limits);
        }
        index.is_some()
    });
    if !set.result {
        return Err(Refusal::Text("ERR index out of range"));
    }
    ctx.notify(EventClass::LIST, "lset", key);
    ctx.effects.changed(1);
    ctx.reply.ok();
    Ok(())
}

/// LINSERT key BEFORE|AFTER pivot element
pub(crate) fn linsert(ctx: &mut Ctx<'_>) {
    let outcome = try_linsert(ctx);
    ctx.conclude(outcome);
}

fn try_linsert(ctx: &mut Ctx<'_>) -> Outcome {
    let side = match ctx.arg(2) {
        word if is_word(word, "AFTER") => End::Right,
        word if is_word(word, "BEFORE") => End::Left,
        _ => return Err(Refusal::Syntax),
    };
    let (key, pivot, text) = (ctx.arg(1), ctx.arg(3), ctx.arg(4));
    let place = ctx.place_of::<List>(key)?;
    if !place.exists() {
        ctx.reply.integer(0);
        return Ok(());
    }
    let inserted = ctx.update::<List, _>(key, place, |list, tools| {
        let limits = Limits::of(tools.options);
        list.make_room(text.len(), 1, &limits);
        let pivot = index_of(list.as_ref(), pivot)?;
        list.insert(pivot, side, text, &limits);
        Some(list.as_ref().len())
    });
    match inserted.result {
        Some(len) => {
            ctx.notify(EventClass::LIST, "linsert", key);
            ctx.effects.changed(1);
            ctx.reply.integer(len as i64);
        }
        None => ctx.reply.integer(-1),
    }
    Ok(())
}

/// The index of the first element with a text.
fn index_of(list: ListRef<'_>, text: &[u8]) -> Option<usize> {
    let (wanted, mut index, mut found) = (Wanted::new(text), 0, None);
    list.visit(0, Direction::Forth, |element| {
        if wanted.is(element) {
            found = Some(index);
            return ControlFlow::Break(());
        }
        index += 1;
        ControlFlow::Continue(())
    });
    found
}

/// LREM key count element
pub(crate) fn lrem(ctx: &mut Ctx<'_>) {
    let outcome = try_lrem(ctx);
    ctx.conclude(outcome);
}

fn try_lrem(ctx: &mut Ctx<'_>) -> Outcome {
    let count = ctx.int_arg(2)?;
    let direction = if count < 0 {
        Direction::Back
    } else {
        Direction::Forth
    };
    let max = match count.unsigned_abs() {
        0 => usize::MAX,
        max => usize::try_from(max).unwrap_or(usize::MAX),
    };
    let (key, text) = (ctx.arg(1), ctx.arg(3));
    let place = ctx.place_of::<List>(key)?;
    if !place.exists() {
        ctx.reply.integer(0);
        return Ok(());
    }
    let removed = ctx.update::<List, _>(key, place, |list, tools| {
        list.remove_equal(text, max, direction, &Limits::of(tools.options))
    });
    if removed.result > 0 {
        ctx.note_removed(key, "lrem", removed.result, removed.emptied);
    }
    ctx.reply.integer(removed.result as i64);
    Ok(())
}

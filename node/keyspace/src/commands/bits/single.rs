//! SETBIT and GETBIT.

use super::bit_offset;
use crate::commands::strings::blank;
use crate::commands::{Outcome, text_of};
use crate::ctx::Ctx;
use crate::events::EventClass;
use crate::numbers::parse_int;
use crate::refusal::Refusal;

/// SETBIT key offset value
pub(crate) fn setbit(ctx: &mut Ctx<'_>) {
    let outcome = try_setbit(ctx);
    ctx.conclude(outcome);
}

fn try_setbit(ctx: &mut Ctx<'_>) -> Outcome {
    let (access, key) = (ctx.access(), ctx.arg(1));
    let offset = bit_offset(ctx, ctx.arg(2), None)?;
    let set = match parse_int(ctx.arg(3)) {
        Some(0) => false,
        Some(1) => true,
        _ => return Err(Refusal::Text("ERR bit is not an integer or out of range")),
    };
    let (at, mask) = (offset as usize / 8, 0x80 >> (offset % 8));
    let mut place = ctx.keyspace.find_for_write(access, key, ctx.effects);
    let (len, old) = match ctx.keyspace.entry(place) {
        Some(entry) => {
            let mut digits = itoa::Buffer::new();
            let text = text_of(entry, &mut digits)?;
            (text.len(), text.get(at).copied())
        }
        None => (0, None),
    };
    let was_set = old.is_some_and(|byte| byte & mask != 0);
    let byte = old.unwrap_or(0) & !mask | if set { mask } else { 0 };
    if !place.exists() {
        ctx.insert(place, key, blank(key, at + 1));
        place = ctx.keyspace.locate(access, key);
    }
    ctx.keyspace.edit(place, |entry| {
        entry.edit_string(len.max(at + 1), at, &[byte]);
    });
    ctx.keyspace.use_entry(place, access.now);
    if old.is_none() || was_set != set {
        ctx.notify(EventClass::STRING, "setbit", key);
        ctx.effects.changed(1);
    }
    ctx.reply.integer(was_set.into());
    Ok(())
}

/// GETBIT key offset
pub(crate) fn getbit(ctx: &mut Ctx<'_>) {
    let outcome = try_getbit(ctx);
    ctx.conclude(outcome);
}

fn try_getbit(ctx: &mut Ctx<'_>) -> Outcome {
    let (access, key) = (ctx.access(), ctx.arg(1));
    let offset = bit_offset(ctx, ctx.arg(2), None)?;
    let mut digits = itoa::Buffer::new();
    let text = match ctx.keyspace.read(access, key, ctx.effects) {
        Some(entry) => text_of(entry, &mut digits)?,
        None => b"",
    };
    let byte = text.get(offset as usize / 8).copied().unwrap_or(0);
    ctx.reply.integer((byte >> (7 - offset % 8) & 1).into());
    Ok(())
}

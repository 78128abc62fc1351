//! Fields as numbers.

use super::{edit_hash, hash_at, place_for_write, place_or_create};
use crate::commands::Outcome;
use crate::ctx::Ctx;
use crate::extended::Extended;
use crate::numbers::parse_int;
use crate::refusal::Refusal;

/// HINCRBY key field increment
pub(crate) fn hincrby(ctx: &mut Ctx<'_>) {
    let outcome = try_hincrby(ctx);
    ctx.conclude(outcome);
}

fn try_hincrby(ctx: &mut Ctx<'_>) -> Outcome {
    let by = ctx.int_arg(3)?;
    let old = match current(ctx)? {
        None => 0,
        Some(text) => parse_int(&text).ok_or(Refusal::HashNotInteger)?,
    };
    let new = old.checked_add(by).ok_or(Refusal::Overflow)?;
    store(ctx, itoa::Buffer::new().format(new).as_bytes())?;
    ctx.reply.integer(new);
    Ok(())
}

/// HINCRBYFLOAT key field increment
pub(crate) fn hincrbyfloat(ctx: &mut Ctx<'_>) {
    let outcome = try_hincrbyfloat(ctx);
    ctx.conclude(outcome);
}

fn try_hincrbyfloat(ctx: &mut Ctx<'_>) -> Outcome {
    let by = Extended::parse(ctx.arg(3)).ok_or(Refusal::NotFloat)?;
    if !by.is_finite() {
        return Err(Refusal::NotFinite);
    }
    let old = match current(ctx)? {
        None => Extended::ZERO,
        Some(text) => Extended::parse(&text).ok_or(Refusal::HashNotFloat)?,
    };
    let new = old.add(by).ok_or(Refusal::FloatOverflow)?.to_text();
    store(ctx, &new)?;
    let (key, field) = (ctx.arg(1), ctx.arg(2));
    ctx.effects.instead(&[b"HSET", key, field, &new]);
    ctx.reply.bulk(&new);
    Ok(())
}

/// The value of the field as it is.
fn current(ctx: &mut Ctx<'_>) -> Result<Option<Vec<u8>>, Refusal> {
    let place = place_for_write(ctx)?;
    let value =
        hash_at(ctx.keyspace, place).and_then(|hash| hash.get(ctx.arg(2), &ctx.keyspace.hasher));
    Ok(value.map(|value| value.to_vec()))
}

fn store(ctx: &mut Ctx<'_>, value: &[u8]) -> Outcome {
    let place = place_or_create(ctx)?;
    let field = ctx.arg(2);
    edit_hash(ctx.keyspace, place, |hash, tools| {
        hash.set(field, value, tools)
    });
    ctx.effects.changed(1);
    Ok(())
}

//! Fields as numbers.

use crate::commands::Outcome;
use crate::ctx::Ctx;
use crate::encodings::hash::Hash;
use crate::events::EventClass;
use crate::extended::Extended;
use crate::keyspace::Place;
use crate::numbers::parse_int;
use crate::refusal::Refusal;

/// HINCRBY key field increment
pub(crate) fn hincrby(ctx: &mut Ctx<'_>) {
    let outcome = try_hincrby(ctx);
    ctx.conclude(outcome);
}

fn try_hincrby(ctx: &mut Ctx<'_>) -> Outcome {
    let by = ctx.int_arg(3)?;
    let (place, old) = current(ctx)?;
    let old = match old {
        None => 0,
        Some(text) => parse_int(&text).ok_or(Refusal::HashNotInteger)?,
    };
    let new = old.checked_add(by).ok_or(Refusal::Overflow)?;
    store(ctx, place, itoa::Buffer::new().format(new).as_bytes());
    ctx.notify(EventClass::HASH, "hincrby", ctx.arg(1));
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
    let (place, old) = current(ctx)?;
    let old = match old {
        None => Extended::ZERO,
        Some(text) => Extended::parse(&text).ok_or(Refusal::HashNotFloat)?,
    };
    let new = old.add(by).ok_or(Refusal::FloatOverflow)?.to_text();
    store(ctx, place, &new);
    let (key, field) = (ctx.arg(1), ctx.arg(2));
    ctx.notify(EventClass::HASH, "hincrbyfloat", key);
    ctx.effects.instead(&[b"HSET", key, field, &new]);
    ctx.reply.bulk(&new);
    Ok(())
}

/// Where the hash is, and the value of the field as it is.
fn current(ctx: &mut Ctx<'_>) -> Result<(Place, Option<Vec<u8>>), Refusal> {
    let (key, field) = (ctx.arg(1), ctx.arg(2));
    let place = ctx.place_of::<Hash>(key)?;
    let hash = ctx.view_at::<Hash>(place);
    let value = hash.and_then(|hash| hash.get(field, &ctx.keyspace.hasher));
    let value = value.map(|value| value.to_vec());
    Ok((place, value))
}

fn store(ctx: &mut Ctx<'_>, place: Place, value: &[u8]) {
    let (key, field) = (ctx.arg(1), ctx.arg(2));
    ctx.update(key, place, |hash: &mut Hash, tools| {
        hash.set(field, value, tools)
    });
    ctx.effects.changed(1);
}

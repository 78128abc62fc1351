//! Strings as numbers.

use crate::commands::{Outcome, text_of};
use crate::ctx::Ctx;
use crate::entry::{Entry, Payload, View};
use crate::events::EventClass;
use crate::extended::Extended;
use crate::numbers::parse_int;
use crate::refusal::Refusal;

/// INCR key
pub(crate) fn incr(ctx: &mut Ctx<'_>) {
    let outcome = add(ctx, 1);
    ctx.conclude(outcome);
}

/// DECR key
pub(crate) fn decr(ctx: &mut Ctx<'_>) {
    let outcome = add(ctx, -1);
    ctx.conclude(outcome);
}

/// INCRBY key increment
pub(crate) fn incrby(ctx: &mut Ctx<'_>) {
    let outcome = ctx.int_arg(2).and_then(|by| add(ctx, by));
    ctx.conclude(outcome);
}

/// DECRBY key decrement
pub(crate) fn decrby(ctx: &mut Ctx<'_>) {
    let by = ctx
        .int_arg(2)
        .and_then(|by| by.checked_neg().ok_or(Refusal::DecrementOverflow));
    let outcome = by.and_then(|by| add(ctx, by));
    ctx.conclude(outcome);
}

fn add(ctx: &mut Ctx<'_>, by: i64) -> Outcome {
    let (access, key) = (ctx.access(), ctx.arg(1));
    let place = ctx.keyspace.find_for_write(access, key, ctx.effects);
    let old = match ctx.keyspace.entry(place) {
        None => 0,
        Some(entry) => match entry.view() {
            View::Int(value) => value,
            _ => parse_int(text_of(entry, &mut itoa::Buffer::new())?).ok_or(Refusal::NotInteger)?,
        },
    };
    let new = old.checked_add(by).ok_or(Refusal::Overflow)?;
    if place.exists() {
        ctx.keyspace.edit(place, |entry| {
            if !entry.overwrite_int(new) {
                let expiry = entry.expiry();
                drop(entry.replace(Payload::Int(new), expiry));
            }
        });
        ctx.keyspace.use_entry(place, access.now);
    } else {
        ctx.insert(place, key, Entry::new(key, Payload::Int(new), None));
    }
    ctx.notify(EventClass::STRING, "incrby", key);
    ctx.effects.changed(1);
    ctx.reply.integer(new);
    Ok(())
}

/// INCRBYFLOAT key increment
pub(crate) fn incrbyfloat(ctx: &mut Ctx<'_>) {
    let outcome = try_incrbyfloat(ctx);
    ctx.conclude(outcome);
}

fn try_incrbyfloat(ctx: &mut Ctx<'_>) -> Outcome {
    let (access, key) = (ctx.access(), ctx.arg(1));
    let place = ctx.keyspace.find_for_write(access, key, ctx.effects);
    let old = match ctx.keyspace.entry(place) {
        None => Extended::ZERO,
        Some(entry) => {
            Extended::parse(text_of(entry, &mut itoa::Buffer::new())?).ok_or(Refusal::NotFloat)?
        }
    };
    let by = Extended::parse(ctx.arg(2)).ok_or(Refusal::NotFloat)?;
    let new = old.add(by).ok_or(Refusal::FloatOverflow)?.to_text();
    if place.exists() {
        ctx.keyspace.edit(place, |entry| {
            let expiry = entry.expiry();
            drop(entry.replace(Payload::Bytes(&new), expiry));
        });
        ctx.keyspace.use_entry(place, access.now);
    } else {
        ctx.insert(place, key, Entry::new(key, Payload::Bytes(&new), None));
    }
    ctx.notify(EventClass::STRING, "incrbyfloat", key);
    ctx.effects.changed(1);
    ctx.effects.instead(&[b"SET", key, &new, b"KEEPTTL"]);
    ctx.reply.bulk(&new);
    Ok(())
}

//! Writing hashes.

use crate::commands::Outcome;
use crate::ctx::Ctx;
use crate::encodings::hash::Hash;
use crate::events::EventClass;
use crate::refusal::Refusal;

/// HSET key field value [field value ...]
pub(crate) fn hset(ctx: &mut Ctx<'_>) {
    let outcome = set_all(ctx, "hset").map(|created| ctx.reply.integer(created));
    ctx.conclude(outcome);
}

/// HMSET key field value [field value ...]
pub(crate) fn hmset(ctx: &mut Ctx<'_>) {
    let outcome = set_all(ctx, "hmset").map(|_| ctx.reply.ok());
    ctx.conclude(outcome);
}

fn set_all(ctx: &mut Ctx<'_>, command: &'static str) -> Result<i64, Refusal> {
    if !ctx.args.len().is_multiple_of(2) {
        return Err(Refusal::Arity(command));
    }
    let key = ctx.arg(1);
    let place = ctx.place_of::<Hash>(key)?;
    let mut args = ctx.args.iter().skip(2);
    let updated = ctx.update(key, place, |hash: &mut Hash, tools| {
        let (mut created, mut set) = (0, 0);
        while let (Some(field), Some(value)) = (args.next(), args.next()) {
            created += i64::from(hash.set(field, value, tools));
            set += 1;
        }
        (created, set)
    });
    let (created, set) = updated.result;
    ctx.effects.changed(set);
    ctx.notify(EventClass::HASH, "hset", key);
    Ok(created)
}

/// HSETNX key field value
pub(crate) fn hsetnx(ctx: &mut Ctx<'_>) {
    let outcome = try_hsetnx(ctx);
    ctx.conclude(outcome);
}

fn try_hsetnx(ctx: &mut Ctx<'_>) -> Outcome {
    let (key, field, value) = (ctx.arg(1), ctx.arg(2), ctx.arg(3));
    let place = ctx.place_of::<Hash>(key)?;
    let hash = ctx.view_at::<Hash>(place);
    let taken = hash.is_some_and(|hash| hash.get(field, &ctx.keyspace.hasher).is_some());
    if !taken {
        ctx.update(key, place, |hash: &mut Hash, tools| {
            hash.set(field, value, tools)
        });
        ctx.effects.changed(1);
        ctx.notify(EventClass::HASH, "hset", key);
    }
    ctx.reply.integer((!taken).into());
    Ok(())
}

/// HDEL key field [field ...]
pub(crate) fn hdel(ctx: &mut Ctx<'_>) {
    let outcome = try_hdel(ctx);
    ctx.conclude(outcome);
}

fn try_hdel(ctx: &mut Ctx<'_>) -> Outcome {
    let key = ctx.arg(1);
    let place = ctx.place_of::<Hash>(key)?;
    if !place.exists() {
        ctx.reply.integer(0);
        return Ok(());
    }
    let fields = ctx.args.iter().skip(2);
    let updated = ctx.update(key, place, |hash: &mut Hash, tools| {
        fields
            .filter(|field| hash.remove(field, tools.hasher))
            .count()
    });
    ctx.effects.changed(updated.result as u64);
    if updated.result > 0 {
        ctx.notify(EventClass::HASH, "hdel", key);
    }
    if updated.emptied {
        ctx.notify(EventClass::GENERIC, "del", key);
    }
    ctx.reply.integer(updated.result as i64);
    Ok(())
}

//! Writing hashes.

use super::{edit_hash, hash_at, place_for_write, place_or_create};
use crate::commands::Outcome;
use crate::ctx::Ctx;
use crate::encodings::hash::Hash;
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
    let place = place_or_create(ctx)?;
    let mut args = ctx.args.iter().skip(2);
    let (mut created, mut set) = (0, 0);
    edit_hash(ctx.keyspace, place, |hash, tools| {
        while let (Some(field), Some(value)) = (args.next(), args.next()) {
            created += i64::from(hash.set(field, value, tools));
            set += 1;
        }
    });
    ctx.effects.changed(set);
    Ok(created)
}

/// HSETNX key field value
pub(crate) fn hsetnx(ctx: &mut Ctx<'_>) {
    let outcome = try_hsetnx(ctx);
    ctx.conclude(outcome);
}

fn try_hsetnx(ctx: &mut Ctx<'_>) -> Outcome {
    let place = place_or_create(ctx)?;
    let (field, value) = (ctx.arg(2), ctx.arg(3));
    let taken = hash_at(ctx.keyspace, place)
        .is_some_and(|hash| hash.get(field, &ctx.keyspace.hasher).is_some());
    if !taken {
        edit_hash(ctx.keyspace, place, |hash, tools| {
            hash.set(field, value, tools)
        });
        ctx.effects.changed(1);
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
    let place = place_for_write(ctx)?;
    let mut fields = ctx.args.iter().skip(2);
    let removed = edit_hash(ctx.keyspace, place, |hash, tools| {
        fields
            .by_ref()
            .filter(|field| hash.remove(field, tools.hasher))
            .count()
    });
    let removed = removed.unwrap_or(0);
    if hash_at(ctx.keyspace, place).is_some_and(|hash| Hash::len(hash) == 0) {
        ctx.keyspace.delete(place);
    }
    ctx.effects.changed(removed as u64);
    ctx.reply.integer(removed as i64);
    Ok(())
}

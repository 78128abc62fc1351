//! Several strings at once.

use super::get::reply_with;
use super::store::store;
use crate::ctx::Ctx;
use crate::refusal::Refusal;

/// MGET key [key ...]
pub(crate) fn mget(ctx: &mut Ctx<'_>) {
    ctx.reply.array(ctx.args.len().saturating_sub(1));
    ctx.for_keys(1, 1, |ctx, access, at| {
        let found = ctx.keyspace.read(access, ctx.arg(at), ctx.effects);
        // A value of another type reads as missing.
        if found.is_none_or(|entry| reply_with(&mut ctx.reply, entry).is_err()) {
            ctx.reply.null();
        }
    });
}

/// MSET key value [key value ...]
pub(crate) fn mset(ctx: &mut Ctx<'_>) {
    if ctx.args.len().is_multiple_of(2) {
        return ctx.refuse(&Refusal::Arity("mset"));
    }
    store_all(ctx);
    ctx.reply.ok();
}

/// MSETNX key value [key value ...]
pub(crate) fn msetnx(ctx: &mut Ctx<'_>) {
    if ctx.args.len().is_multiple_of(2) {
        return ctx.refuse(&Refusal::Arity("msetnx"));
    }
    let access = ctx.access();
    for key in ctx.args.iter().skip(1).step_by(2) {
        if ctx
            .keyspace
            .find_for_write(access, key, ctx.effects)
            .exists()
        {
            return ctx.reply.integer(0);
        }
    }
    store_all(ctx);
    ctx.reply.integer(1);
}

fn store_all(ctx: &mut Ctx<'_>) {
    ctx.for_keys(1, 2, |ctx, access, at| {
        let (key, value) = (ctx.arg(at), ctx.arg(at + 1));
        let place = ctx.keyspace.find_for_write(access, key, ctx.effects);
        store(ctx, place, key, value, None, false);
    });
}

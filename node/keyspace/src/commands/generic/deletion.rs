//! Whether keys exist, what they are, and their deletion.

use crate::ctx::Ctx;
use crate::events::EventClass;

/// DEL key [key ...]
pub(crate) fn del(ctx: &mut Ctx<'_>) {
    delete_all(ctx);
}

/// UNLINK key [key ...]: as DEL, which frees large values in the background too.
pub(crate) fn unlink(ctx: &mut Ctx<'_>) {
    delete_all(ctx);
}

fn delete_all(ctx: &mut Ctx<'_>) {
    let mut deleted = 0;
    ctx.for_keys(1, 1, |ctx, access, at| {
        let key = ctx.arg(at);
        let place = ctx.keyspace.find(access, key, ctx.effects);
        if ctx.keyspace.delete(place) {
            ctx.notify(EventClass::GENERIC, "del", key);
            deleted += 1;
        }
    });
    ctx.effects.changed(deleted);
    ctx.reply.integer(deleted as i64);
}

/// EXISTS key [key ...]
pub(crate) fn exists(ctx: &mut Ctx<'_>) {
    let mut found = 0;
    ctx.for_keys(1, 1, |ctx, access, at| {
        let entry = ctx.keyspace.peek(access, ctx.arg(at), ctx.effects);
        found += i64::from(entry.is_some());
    });
    ctx.reply.integer(found);
}

/// TOUCH key [key ...]
pub(crate) fn touch(ctx: &mut Ctx<'_>) {
    let mut found = 0;
    ctx.for_keys(1, 1, |ctx, access, at| {
        let entry = ctx.keyspace.read(access, ctx.arg(at), ctx.effects);
        found += i64::from(entry.is_some());
    });
    ctx.reply.integer(found);
}

/// TYPE key
pub(crate) fn r#type(ctx: &mut Ctx<'_>) {
    let (access, key) = (ctx.access(), ctx.arg(1));
    let entry = ctx.keyspace.peek(access, key, ctx.effects);
    ctx.reply
        .simple(entry.map_or("none", |entry| entry.kind().name()));
}

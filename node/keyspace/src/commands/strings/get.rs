//! GET and its relatives.

use crate::commands::{Outcome, len_of};
use crate::ctx::Ctx;
use crate::entry::{Entry, View};
use crate::events::EventClass;
use crate::refusal::Refusal;
use crate::times::{SetOptions, Target, is_past};
use crate::value::Value;
use shoal_resp::ReplyWriter;

/// Writes a string value; false if it is none.
#[inline]
pub(super) fn reply_with(reply: &mut ReplyWriter<'_>, entry: &Entry) -> Outcome {
    match entry.view() {
        View::Bytes(bytes) => reply.bulk(bytes),
        View::Int(value) => reply.bulk_integer(value),
        View::Boxed(Value::String(text)) => reply.bulk(text),
        View::Packed(..) | View::Boxed(_) => return Err(Refusal::WrongType),
    }
    Ok(())
}

/// Replies with the string at a key, as GET does.
#[inline]
pub(super) fn reply_value(ctx: &mut Ctx<'_>, key: &[u8]) -> Outcome {
    let access = ctx.access();
    match ctx.keyspace.read(access, key, ctx.effects) {
        Some(entry) => reply_with(&mut ctx.reply, entry),
        None => {
            ctx.reply.null();
            Ok(())
        }
    }
}

/// GET key
#[inline]
pub(crate) fn get(ctx: &mut Ctx<'_>) {
    let outcome = reply_value(ctx, ctx.arg(1));
    ctx.conclude(outcome);
}

/// STRLEN key
pub(crate) fn strlen(ctx: &mut Ctx<'_>) {
    let access = ctx.access();
    match ctx
        .keyspace
        .read(access, ctx.args.get(1).unwrap_or_default(), ctx.effects)
        .map_or(Ok(0), len_of)
    {
        Ok(len) => ctx.reply.integer(len as i64),
        Err(refusal) => ctx.refuse(&refusal),
    }
}

/// GETDEL key
pub(crate) fn getdel(ctx: &mut Ctx<'_>) {
    let outcome = try_getdel(ctx);
    ctx.conclude(outcome);
}

fn try_getdel(ctx: &mut Ctx<'_>) -> Outcome {
    let key = ctx.arg(1);
    reply_value(ctx, key)?;
    let place = ctx.keyspace.find(ctx.access(), key, ctx.effects);
    if ctx.keyspace.delete(place) {
        ctx.notify(EventClass::GENERIC, "del", key);
        ctx.effects.changed(1);
        ctx.effects.instead(&[b"DEL", key]);
    }
    Ok(())
}

/// GETEX key [EX seconds | PX milliseconds | EXAT time | PXAT time | PERSIST]
pub(crate) fn getex(ctx: &mut Ctx<'_>) {
    let outcome = try_getex(ctx);
    ctx.conclude(outcome);
}

fn try_getex(ctx: &mut Ctx<'_>) -> Outcome {
    let key = ctx.arg(1);
    let options = SetOptions::parse(ctx.args.slice(2..), Target::Get)?;
    let access = ctx.access();
    let place = ctx.keyspace.find(access, key, ctx.effects);
    let Some(entry) = ctx.keyspace.entry(place) else {
        return reply_value(ctx, key);
    };
    if entry.string(&mut itoa::Buffer::new()).is_none() {
        return Err(Refusal::WrongType);
    }
    let had_expiry = entry.has_expiry();
    let when = options.when(ctx.now, "getex")?;
    reply_value(ctx, key)?;
    match when {
        Some(when) if is_past(when, ctx) => {
            ctx.keyspace.delete(place);
            ctx.notify(EventClass::GENERIC, "del", key);
            ctx.effects.changed(1);
            ctx.effects.instead(&[b"DEL", key]);
        }
        Some(when) => {
            ctx.keyspace
                .edit(place, |entry| entry.set_expiry(Some(when)));
            ctx.notify(EventClass::GENERIC, "expire", key);
            ctx.effects.changed(1);
            ctx.effects.instead(&[
                b"PEXPIREAT",
                key,
                itoa::Buffer::new().format(when).as_bytes(),
            ]);
        }
        None if options.persist && had_expiry => {
            ctx.keyspace.edit(place, |entry| entry.set_expiry(None));
            ctx.notify(EventClass::GENERIC, "persist", key);
            ctx.effects.changed(1);
            ctx.effects.instead(&[b"PERSIST", key]);
        }
        None => {}
    }
    Ok(())
}

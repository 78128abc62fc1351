//! Reading hashes.

use super::hash_of;
use crate::commands::{Outcome, bulk_item};
use crate::ctx::Ctx;
use crate::encodings::hash::{Hash, HashRef};
use shoal_rdb::listpack::Element;
use shoal_resp::ReplyWriter;

/// HGET key field
pub(crate) fn hget(ctx: &mut Ctx<'_>) {
    let outcome = with_field(ctx, |reply, value| match value {
        Some(value) => bulk_item(reply, value),
        None => reply.null(),
    });
    ctx.conclude(outcome);
}

/// HEXISTS key field
pub(crate) fn hexists(ctx: &mut Ctx<'_>) {
    let outcome = with_field(ctx, |reply, value| reply.integer(value.is_some().into()));
    ctx.conclude(outcome);
}

/// HSTRLEN key field
pub(crate) fn hstrlen(ctx: &mut Ctx<'_>) {
    let outcome = with_field(ctx, |reply, value| {
        reply.integer(value.map_or(0, |value| value.text(&mut itoa::Buffer::new()).len() as i64));
    });
    ctx.conclude(outcome);
}

/// Looks one field up and replies.
#[inline]
fn with_field(
    ctx: &mut Ctx<'_>,
    reply: impl FnOnce(&mut ReplyWriter<'_>, Option<Element<'_>>),
) -> Outcome {
    let (access, key, field) = (ctx.access(), ctx.arg(1), ctx.arg(2));
    let place = ctx.keyspace.read_place(access, key, ctx.effects);
    let hash = ctx.keyspace.entry(place).map(hash_of).transpose()?;
    let value = hash.and_then(|hash| hash.get(field, &ctx.keyspace.hasher));
    reply(&mut ctx.reply, value);
    Ok(())
}

/// HMGET key field [field ...]
pub(crate) fn hmget(ctx: &mut Ctx<'_>) {
    let outcome = try_hmget(ctx);
    ctx.conclude(outcome);
}

fn try_hmget(ctx: &mut Ctx<'_>) -> Outcome {
    let (access, key) = (ctx.access(), ctx.arg(1));
    let place = ctx.keyspace.read_place(access, key, ctx.effects);
    let hash = ctx.keyspace.entry(place).map(hash_of).transpose()?;
    ctx.reply.array(ctx.args.len().saturating_sub(2));
    for field in ctx.args.iter().skip(2) {
        match hash.and_then(|hash| hash.get(field, &ctx.keyspace.hasher)) {
            Some(value) => bulk_item(&mut ctx.reply, value),
            None => ctx.reply.null(),
        }
    }
    Ok(())
}

/// HLEN key
pub(crate) fn hlen(ctx: &mut Ctx<'_>) {
    let key = ctx.arg(1);
    let len = ctx.read_as::<Hash>(key);
    match len.map(|hash| hash.map_or(0, HashRef::len)) {
        Ok(len) => ctx.reply.integer(len as i64),
        Err(refusal) => ctx.refuse(&refusal),
    }
}

/// HGETALL key
pub(crate) fn hgetall(ctx: &mut Ctx<'_>) {
    let outcome = list(ctx, ReplyWriter::map, |reply, field, value| {
        bulk_item(reply, field);
        bulk_item(reply, value);
    });
    ctx.conclude(outcome);
}

/// HKEYS key
pub(crate) fn hkeys(ctx: &mut Ctx<'_>) {
    let outcome = list(ctx, ReplyWriter::array, |reply, field, _| {
        bulk_item(reply, field)
    });
    ctx.conclude(outcome);
}

/// HVALS key
pub(crate) fn hvals(ctx: &mut Ctx<'_>) {
    let outcome = list(ctx, ReplyWriter::array, |reply, _, value| {
        bulk_item(reply, value)
    });
    ctx.conclude(outcome);
}

fn list<'a>(
    ctx: &mut Ctx<'a>,
    header: fn(&mut ReplyWriter<'a>, usize),
    each: fn(&mut ReplyWriter<'a>, Element<'_>, Element<'_>),
) -> Outcome {
    let (access, key) = (ctx.access(), ctx.arg(1));
    let hash = ctx
        .keyspace
        .read(access, key, ctx.effects)
        .map(hash_of)
        .transpose()?;
    header(&mut ctx.reply, hash.map_or(0, HashRef::len));
    if let Some(hash) = hash {
        hash.for_each(|field, value| each(&mut ctx.reply, field, value));
    }
    Ok(())
}

//! SET and its relatives.

use super::get::reply_value;
use super::store::store;
use crate::commands::Outcome;
use crate::ctx::Ctx;
use crate::refusal::Refusal;
use crate::times::{SetOptions, Target, TimeForm};

/// SET key value [NX | XX] [GET] [EX seconds | PX milliseconds | EXAT time | PXAT time | KEEPTTL]
#[inline]
pub(crate) fn set(ctx: &mut Ctx<'_>) {
    if ctx.args.len() > 3 {
        let outcome = set_with_options(ctx);
        return ctx.conclude(outcome);
    }
    let (key, value) = (ctx.arg(1), ctx.arg(2));
    let place = ctx.keyspace.find_for_write(ctx.access(), key, ctx.effects);
    store(ctx, place, key, value, None, false);
    ctx.reply.ok();
}

fn set_with_options(ctx: &mut Ctx<'_>) -> Outcome {
    let (key, value) = (ctx.arg(1), ctx.arg(2));
    let options = SetOptions::parse(ctx.args.slice(3..), Target::Set)?;
    let when = options.when(ctx.now, "set")?;
    if options.get {
        reply_value(ctx, key)?;
    }
    let place = ctx.keyspace.find_for_write(ctx.access(), key, ctx.effects);
    if (options.only_new && place.exists()) || (options.only_existing && !place.exists()) {
        if !options.get {
            ctx.reply.null();
        }
        return Ok(());
    }
    store(ctx, place, key, value, when, options.keep_ttl);
    propagate_set(ctx, &options, when);
    if !options.get {
        ctx.reply.ok();
    }
    Ok(())
}

/// A relative time becomes an absolute one; GET is left out, as a replica answers nobody.
fn propagate_set(ctx: &mut Ctx<'_>, options: &SetOptions<'_>, when: Option<i64>) {
    let (key, value) = (ctx.arg(1), ctx.arg(2));
    if let Some(when) = when {
        return propagate_set_at(ctx, key, value, when);
    }
    if options.get && ctx.effects.enabled {
        let kept = ctx.args.iter().enumerate();
        let kept = kept
            .filter(|&(i, arg)| i < 3 || !crate::commands::is_word(arg, "GET"))
            .map(|(_, arg)| arg);
        let command: Vec<&[u8]> = kept.collect();
        ctx.effects.instead(&command);
    }
}

fn propagate_set_at(ctx: &mut Ctx<'_>, key: &[u8], value: &[u8], when: i64) {
    ctx.effects.instead(&[
        b"SET",
        key,
        value,
        b"PXAT",
        itoa::Buffer::new().format(when).as_bytes(),
    ]);
}

/// SETNX key value
pub(crate) fn setnx(ctx: &mut Ctx<'_>) {
    let (key, value) = (ctx.arg(1), ctx.arg(2));
    let place = ctx.keyspace.find_for_write(ctx.access(), key, ctx.effects);
    if place.exists() {
        return ctx.reply.integer(0);
    }
    store(ctx, place, key, value, None, false);
    ctx.reply.integer(1);
}

/// SETEX key seconds value
pub(crate) fn setex(ctx: &mut Ctx<'_>) {
    let outcome = set_expiring(ctx, TimeForm::SECONDS, "setex");
    ctx.conclude(outcome);
}

/// PSETEX key milliseconds value
pub(crate) fn psetex(ctx: &mut Ctx<'_>) {
    let outcome = set_expiring(ctx, TimeForm::MILLIS, "psetex");
    ctx.conclude(outcome);
}

fn set_expiring(ctx: &mut Ctx<'_>, form: TimeForm, command: &'static str) -> Outcome {
    let (key, value) = (ctx.arg(1), ctx.arg(3));
    let when = form.resolve_positive(ctx.arg(2), ctx.now, command)?;
    let place = ctx.keyspace.find_for_write(ctx.access(), key, ctx.effects);
    store(ctx, place, key, value, Some(when), false);
    propagate_set_at(ctx, key, value, when);
    ctx.reply.ok();
    Ok(())
}

/// GETSET key value
pub(crate) fn getset(ctx: &mut Ctx<'_>) {
    let (key, value) = (ctx.arg(1), ctx.arg(2));
    let outcome: Result<(), Refusal> = reply_value(ctx, key);
    if outcome.is_ok() {
        let place = ctx.keyspace.find_for_write(ctx.access(), key, ctx.effects);
        store(ctx, place, key, value, None, false);
        ctx.effects.instead(&[b"SET", key, value]);
    }
    ctx.conclude(outcome);
}

//! HRANDFIELD.

use core::ops::ControlFlow;

use shoal_resp::{ReplyWriter, Version};

use super::hash_of;
use crate::commands::{Outcome, bulk_item, is_word};
use crate::ctx::Ctx;
use crate::encodings::hash::Pair;
use crate::refusal::Refusal;

/// HRANDFIELD key [count [WITHVALUES]]
pub(crate) fn hrandfield(ctx: &mut Ctx<'_>) {
    let outcome = if ctx.args.len() > 2 {
        random_fields(ctx)
    } else {
        random_field(ctx)
    };
    ctx.conclude(outcome);
}

fn random_field(ctx: &mut Ctx<'_>) -> Outcome {
    let (access, key) = (ctx.access(), ctx.arg(1));
    let place = ctx.keyspace.read_place(access, key, ctx.effects);
    let mut rng = ctx.keyspace.rng.clone();
    let hash = ctx.keyspace.entry(place).map(hash_of).transpose()?;
    match hash.and_then(|hash| hash.random(&mut rng)) {
        Some((field, _)) => bulk_item(&mut ctx.reply, field),
        None => ctx.reply.null(),
    }
    ctx.keyspace.rng = rng;
    Ok(())
}

fn random_fields(ctx: &mut Ctx<'_>) -> Outcome {
    let (count, with_values) = count_args(ctx)?;
    let (access, key) = (ctx.access(), ctx.arg(1));
    let place = ctx.keyspace.read_place(access, key, ctx.effects);
    let mut rng = ctx.keyspace.rng.clone();
    let Some(hash) = ctx.keyspace.entry(place).map(hash_of).transpose()? else {
        ctx.reply.array(0);
        return Ok(());
    };
    let times = usize::try_from(count.unsigned_abs()).unwrap_or(usize::MAX);
    let reply = &mut ctx.reply;
    if count < 0 {
        begin(reply, times, with_values);
        hash.random_repeating(count.unsigned_abs(), &mut rng, |pair| {
            push(reply, pair, with_values);
            if reply.is_full() {
                ControlFlow::Break(())
            } else {
                ControlFlow::Continue(())
            }
        });
    } else {
        begin(reply, times.min(hash.len()), with_values);
        hash.random_distinct(times, &mut rng, |pair| push(reply, pair, with_values));
    }
    ctx.keyspace.rng = rng;
    Ok(())
}

/// How many fields, and whether with their values.
fn count_args(ctx: &Ctx<'_>) -> Result<(i64, bool), Refusal> {
    let count = ctx.choice_arg(2)?;
    let with_values = match ctx.args.len() {
        3 => false,
        4 if is_word(ctx.arg(3), "WITHVALUES") => true,
        _ => return Err(Refusal::Syntax),
    };
    if with_values && count.unsigned_abs() > (i64::MAX / 2) as u64 {
        return Err(Refusal::OutOfRange);
    }
    Ok((count, with_values))
}

/// With values, RESP3 has pairs and RESP2 a flat list.
fn begin(reply: &mut ReplyWriter<'_>, pairs: usize, with_values: bool) {
    let flat = with_values && reply.version() == Version::Resp2;
    reply.array(if flat { pairs.saturating_mul(2) } else { pairs });
}

fn push(reply: &mut ReplyWriter<'_>, (field, value): Pair<'_>, with_values: bool) {
    if with_values && reply.version() == Version::Resp3 {
        reply.array(2);
    }
    bulk_item(reply, field);
    if with_values {
        bulk_item(reply, value);
    }
}

//! XRANGE, XREVRANGE, XLEN.

use super::args::{end_of_range, start_of_range};
use super::reply::write_entries;
use crate::commands::{Outcome, is_word};
use crate::ctx::Ctx;
use crate::encodings::stream::Stream;
use crate::refusal::Refusal;

/// XLEN key
pub(crate) fn xlen(ctx: &mut Ctx<'_>) {
    let outcome = try_xlen(ctx);
    ctx.conclude(outcome);
}

fn try_xlen(ctx: &mut Ctx<'_>) -> Outcome {
    let place = ctx.stream_place(ctx.arg(1))?;
    let length = ctx
        .view_at::<Stream>(place)
        .map_or(0, |stream| stream.numbers().length);
    ctx.reply.integer(length.cast_signed());
    Ok(())
}

/// XRANGE key start end [COUNT count]
pub(crate) fn xrange(ctx: &mut Ctx<'_>) {
    let outcome = list(ctx, false);
    ctx.conclude(outcome);
}

/// XREVRANGE key end start [COUNT count]
pub(crate) fn xrevrange(ctx: &mut Ctx<'_>) {
    let outcome = list(ctx, true);
    ctx.conclude(outcome);
}

fn list(ctx: &mut Ctx<'_>, backwards: bool) -> Outcome {
    let (start_at, end_at) = if backwards { (3, 2) } else { (2, 3) };
    let start = start_of_range(ctx.arg(start_at))?;
    let end = end_of_range(ctx.arg(end_at))?;
    let count = count_option(ctx)?;
    let place = ctx.stream_place(ctx.arg(1))?;
    let Some(stream) = ctx.keyspace.entry(place).and_then(super::stream_in) else {
        ctx.reply.array(0);
        return Ok(());
    };
    let count = match count {
        Some(0) => {
            ctx.reply.null_array();
            return Ok(());
        }
        count => count.unwrap_or(usize::MAX),
    };
    let (entries, reply) = (stream.entries(), &mut ctx.reply);
    if backwards {
        write_entries(reply, entries.range_back(start, end).take(count));
    } else {
        write_entries(reply, entries.range(start, end).take(count));
    }
    Ok(())
}

/// How many entries at most: `None` means all. The last word counts.
fn count_option(ctx: &Ctx<'_>) -> Result<Option<usize>, Refusal> {
    let (mut count, mut at) = (None, 4);
    while at < ctx.args.len() {
        if !is_word(ctx.arg(at), "COUNT") || at + 1 == ctx.args.len() {
            return Err(Refusal::Syntax);
        }
        let wanted = ctx.int_arg(at + 1)?.max(0);
        count = Some(usize::try_from(wanted).unwrap_or(usize::MAX));
        at += 2;
    }
    Ok(count)
}

//! Removing members by name, rank, score or text.

use super::{lex_range, score_range};
use crate::commands::Outcome;
use crate::ctx::Ctx;
use crate::encodings::collection::Updated;
use crate::encodings::zset::{Range, Zset};
use crate::events::EventClass;

/// ZREM key member [member ...]
pub(crate) fn zrem(ctx: &mut Ctx<'_>) {
    let outcome = try_zrem(ctx);
    ctx.conclude(outcome);
}

fn try_zrem(ctx: &mut Ctx<'_>) -> Outcome {
    let key = ctx.arg(1);
    let place = ctx.place_of::<Zset>(key)?;
    let members = ctx.args.slice(2..);
    let updated = ctx.update(key, place, |zset: &mut Zset, tools| {
        let removed = members
            .iter()
            .filter(|member| zset.remove(member, tools.hasher).is_some());
        removed.count()
    });
    conclude(ctx, updated, "zrem");
    Ok(())
}

/// ZREMRANGEBYRANK key start stop
pub(crate) fn zremrangebyrank(ctx: &mut Ctx<'_>) {
    let first = ctx.int_arg(2);
    let range = first.and_then(|first| Ok(Range::Ranks(first, ctx.int_arg(3)?)));
    let outcome = range.and_then(|range| remove_range(ctx, &range, "zremrangebyrank"));
    ctx.conclude(outcome);
}

/// ZREMRANGEBYSCORE key min max
pub(crate) fn zremrangebyscore(ctx: &mut Ctx<'_>) {
    let range = score_range(ctx.arg(2), ctx.arg(3)).map(Range::Scores);
    let outcome = range.and_then(|range| remove_range(ctx, &range, "zremrangebyscore"));
    ctx.conclude(outcome);
}

/// ZREMRANGEBYLEX key min max
pub(crate) fn zremrangebylex(ctx: &mut Ctx<'_>) {
    let range = lex_range(ctx.arg(2), ctx.arg(3)).map(Range::Texts);
    let outcome = range.and_then(|range| remove_range(ctx, &range, "zremrangebylex"));
    ctx.conclude(outcome);
}

fn remove_range(ctx: &mut Ctx<'_>, range: &Range<'_>, event: &'static str) -> Outcome {
    let key = ctx.arg(1);
    let place = ctx.place_of::<Zset>(key)?;
    let updated = ctx.update(key, place, |zset: &mut Zset, tools| {
        let ranks = zset.as_ref().ranks(range);
        zset.remove_ranks(ranks, tools.hasher)
    });
    conclude(ctx, updated, event);
    Ok(())
}

fn conclude(ctx: &mut Ctx<'_>, updated: Updated<usize>, event: &'static str) {
    let key = ctx.arg(1);
    if updated.result > 0 {
        ctx.notify(EventClass::ZSET, event, key);
    }
    if updated.emptied {
        ctx.notify(EventClass::GENERIC, "del", key);
    }
    ctx.effects.changed(updated.result as u64);
    ctx.reply.integer(updated.result as i64);
}

//! Reading members by name, and counting.

use super::{lex_range, read_place, score_range, zset_at};
use crate::commands::{Outcome, is_word};
use crate::ctx::Ctx;
use crate::encodings::zset::Range;
use crate::refusal::Refusal;

/// ZCARD key
pub(crate) fn zcard(ctx: &mut Ctx<'_>) {
    let outcome = read_place(ctx, ctx.arg(1)).map(|place| {
        let len = zset_at(ctx.keyspace, place).map_or(0, |zset| zset.len());
        ctx.reply.integer(len as i64);
    });
    ctx.conclude(outcome);
}

/// ZSCORE key member
pub(crate) fn zscore(ctx: &mut Ctx<'_>) {
    let outcome = read_place(ctx, ctx.arg(1)).map(|place| {
        let zset = zset_at(ctx.keyspace, place);
        match zset.and_then(|zset| zset.score(ctx.arg(2), &ctx.keyspace.hasher)) {
            Some(score) => ctx.reply.double(score),
            None => ctx.reply.null(),
        }
    });
    ctx.conclude(outcome);
}

/// ZMSCORE key member [member ...]
pub(crate) fn zmscore(ctx: &mut Ctx<'_>) {
    let outcome = read_place(ctx, ctx.arg(1)).map(|place| {
        let (zset, members) = (zset_at(ctx.keyspace, place), ctx.args.slice(2..));
        ctx.reply.array(members.len());
        for member in members {
            match zset.and_then(|zset| zset.score(member, &ctx.keyspace.hasher)) {
                Some(score) => ctx.reply.double(score),
                None => ctx.reply.null(),
            }
        }
    });
    ctx.conclude(outcome);
}

/// ZRANK key member [WITHSCORE]
pub(crate) fn zrank(ctx: &mut Ctx<'_>) {
    let outcome = reply_rank(ctx, "zrank", |rank, _| rank);
    ctx.conclude(outcome);
}

/// ZREVRANK key member [WITHSCORE]
pub(crate) fn zrevrank(ctx: &mut Ctx<'_>) {
    let outcome = reply_rank(ctx, "zrevrank", |rank, len| len - 1 - rank);
    ctx.conclude(outcome);
}

fn reply_rank(
    ctx: &mut Ctx<'_>,
    command: &'static str,
    from: fn(rank: usize, len: usize) -> usize,
) -> Outcome {
    let with_score = match ctx.args.len() {
        0..=3 => false,
        4 if is_word(ctx.arg(3), "WITHSCORE") => true,
        4 => return Err(Refusal::Syntax),
        _ => return Err(Refusal::Arity(command)),
    };
    let place = read_place(ctx, ctx.arg(1))?;
    let zset = zset_at(ctx.keyspace, place);
    let found = zset.and_then(|zset| {
        let (rank, score) = zset.rank(ctx.arg(2), &ctx.keyspace.hasher)?;
        Some((from(rank, zset.len()), score))
    });
    match found {
        None if with_score => ctx.reply.null_array(),
        None => ctx.reply.null(),
        Some((rank, score)) => {
            if with_score {
                ctx.reply.array(2);
            }
            ctx.reply.integer(rank as i64);
            if with_score {
                ctx.reply.double(score);
            }
        }
    }
    Ok(())
}

/// ZCOUNT key min max
pub(crate) fn zcount(ctx: &mut Ctx<'_>) {
    let range = score_range(ctx.arg(2), ctx.arg(3)).map(Range::Scores);
    let outcome = range.and_then(|range| reply_count(ctx, &range));
    ctx.conclude(outcome);
}

/// ZLEXCOUNT key min max
pub(crate) fn zlexcount(ctx: &mut Ctx<'_>) {
    let range = lex_range(ctx.arg(2), ctx.arg(3)).map(Range::Texts);
    let outcome = range.and_then(|range| reply_count(ctx, &range));
    ctx.conclude(outcome);
}

fn reply_count(ctx: &mut Ctx<'_>, range: &Range<'_>) -> Outcome {
    let place = read_place(ctx, ctx.arg(1))?;
    let ranks = zset_at(ctx.keyspace, place).map(|zset| zset.ranks(range));
    ctx.reply
        .integer(ranks.map_or(0, |ranks| ranks.len() as i64));
    Ok(())
}

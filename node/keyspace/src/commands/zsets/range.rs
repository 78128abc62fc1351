//! ZRANGE and its older forms.

use super::query::{By, Form, Query};
use super::{Listing, read_place, zset_at};
use crate::commands::Outcome;
use crate::ctx::Ctx;

/// ZRANGE key start stop [BYSCORE|BYLEX] [REV] [LIMIT offset count] [WITHSCORES]
pub(crate) fn zrange(ctx: &mut Ctx<'_>) {
    reply_range(ctx, None, None);
}

/// ZREVRANGE key start stop [WITHSCORES]
pub(crate) fn zrevrange(ctx: &mut Ctx<'_>) {
    reply_range(ctx, Some(By::Rank), Some(true));
}

/// ZRANGEBYSCORE key min max [WITHSCORES] [LIMIT offset count]
pub(crate) fn zrangebyscore(ctx: &mut Ctx<'_>) {
    reply_range(ctx, Some(By::Score), Some(false));
}

/// ZREVRANGEBYSCORE key max min [WITHSCORES] [LIMIT offset count]
pub(crate) fn zrevrangebyscore(ctx: &mut Ctx<'_>) {
    reply_range(ctx, Some(By::Score), Some(true));
}

/// ZRANGEBYLEX key min max [LIMIT offset count]
pub(crate) fn zrangebylex(ctx: &mut Ctx<'_>) {
    reply_range(ctx, Some(By::Lex), Some(false));
}

/// ZREVRANGEBYLEX key max min [LIMIT offset count]
pub(crate) fn zrevrangebylex(ctx: &mut Ctx<'_>) {
    reply_range(ctx, Some(By::Lex), Some(true));
}

fn reply_range(ctx: &mut Ctx<'_>, by: Option<By>, down: Option<bool>) {
    let outcome = try_reply_range(ctx, by, down);
    ctx.conclude(outcome);
}

fn try_reply_range(ctx: &mut Ctx<'_>, by: Option<By>, down: Option<bool>) -> Outcome {
    let form = Form {
        key_at: 1,
        by,
        down,
        may_have_scores: true,
    };
    let query = Query::parse(ctx, form)?;
    let place = read_place(ctx, ctx.arg(1))?;
    let Some(zset) = zset_at(ctx.keyspace, place) else {
        ctx.reply.array(0);
        return Ok(());
    };
    let listing = Listing::new(query.with_scores, &ctx.reply);
    listing.write(&mut ctx.reply, query.select(zset));
    Ok(())
}

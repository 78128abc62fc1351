//! The forms that store what they find: ZRANGESTORE, ZUNIONSTORE, ZINTERSTORE and ZDIFFSTORE.

use super::combine::{Form as CombineForm, Operation, Request};
use super::query::{Form, Query};
use super::{read_place, zset_at};
use crate::commands::Outcome;
use crate::ctx::Ctx;
use crate::encodings::zset::Zset;
use crate::events::EventClass;

/// ZRANGESTORE dst src min max [BYSCORE|BYLEX] [REV] [LIMIT offset count]
pub(crate) fn zrangestore(ctx: &mut Ctx<'_>) {
    let outcome = try_zrangestore(ctx);
    ctx.conclude(outcome);
}

fn try_zrangestore(ctx: &mut Ctx<'_>) -> Outcome {
    let form = Form {
        key_at: 2,
        by: None,
        down: None,
        may_have_scores: false,
    };
    let query = Query::parse(ctx, form)?;
    let place = read_place(ctx, ctx.arg(2))?;
    let mut result = Zset::default();
    if let Some(zset) = zset_at(ctx.keyspace, place) {
        let (tools, mut digits) = (ctx.keyspace.tools(), itoa::Buffer::new());
        let members = query.select(zset);
        if query.counts_ranks() {
            result = Zset::for_members(members.len(), tools);
        }
        for (member, score) in members {
            result.set(member.text(&mut digits), score, tools)?;
        }
    }
    store_result(ctx, ctx.arg(1), result, "zrangestore");
    Ok(())
}

/// ZUNIONSTORE destination numkeys key [key ...] [WEIGHTS weight [weight ...]] [AGGREGATE SUM|MIN|MAX]
pub(crate) fn zunionstore(ctx: &mut Ctx<'_>) {
    let outcome = store_combined(ctx, "zunionstore", Operation::Union);
    ctx.conclude(outcome);
}

/// ZINTERSTORE destination numkeys key [key ...] [WEIGHTS weight [weight ...]] [AGGREGATE SUM|MIN|MAX]
pub(crate) fn zinterstore(ctx: &mut Ctx<'_>) {
    let outcome = store_combined(ctx, "zinterstore", Operation::Intersection);
    ctx.conclude(outcome);
}

/// ZDIFFSTORE destination numkeys key [key ...]
pub(crate) fn zdiffstore(ctx: &mut Ctx<'_>) {
    let outcome = store_combined(ctx, "zdiffstore", Operation::Difference);
    ctx.conclude(outcome);
}

fn store_combined(ctx: &mut Ctx<'_>, name: &'static str, operation: Operation) -> Outcome {
    let form = CombineForm {
        name,
        operation,
        numbers_at: 2,
        replies: false,
        counts: false,
    };
    let result = Request::parse(ctx, form)?.combine(ctx)?;
    let result = Zset::settled(result, ctx.keyspace.tools());
    store_result(ctx, ctx.arg(1), result, name);
    Ok(())
}

/// Puts a result at a key, in the place of whatever was there, and replies with its size.
pub(crate) fn store_result(ctx: &mut Ctx<'_>, key: &[u8], result: Zset, event: &'static str) {
    let count = result.as_ref().len();
    let existed = ctx.store(key, result);
    ctx.reply.integer(count as i64);
    if count > 0 {
        ctx.effects.changed(1);
        ctx.notify(EventClass::ZSET, event, key);
    } else if existed {
        ctx.effects.changed(1);
        ctx.notify(EventClass::GENERIC, "del", key);
    }
}

//! Whole databases.

use crate::commands::{Outcome, is_word};
use crate::ctx::Ctx;
use crate::numbers::parse_int;
use crate::refusal::Refusal;

/// DBSIZE
pub(crate) fn dbsize(ctx: &mut Ctx<'_>) {
    ctx.reply.integer(ctx.keyspace.db_size(ctx.db) as i64);
}

/// FLUSHDB [ASYNC | SYNC]
pub(crate) fn flushdb(ctx: &mut Ctx<'_>) {
    flush(ctx, Some(ctx.db));
}

/// FLUSHALL [ASYNC | SYNC]
pub(crate) fn flushall(ctx: &mut Ctx<'_>) {
    flush(ctx, None);
}

/// Memory is always freed in the background, so ASYNC and SYNC are the same to us.
fn flush(ctx: &mut Ctx<'_>, db: Option<usize>) {
    let valid = match ctx.args.len() {
        1 => true,
        2 => is_word(ctx.arg(1), "ASYNC") || is_word(ctx.arg(1), "SYNC"),
        _ => false,
    };
    if !valid {
        return ctx.refuse(&Refusal::Syntax);
    }
    // It is propagated even if there was nothing to remove.
    let removed = ctx.keyspace.flush(db) as u64;
    ctx.effects.changed(removed.max(1));
    ctx.reply.ok();
}

/// SWAPDB index1 index2
pub(crate) fn swapdb(ctx: &mut Ctx<'_>) {
    let outcome = try_swapdb(ctx);
    ctx.conclude(outcome);
}

fn try_swapdb(ctx: &mut Ctx<'_>) -> Outcome {
    if ctx.keyspace.cluster {
        return Err(Refusal::Text("ERR SWAPDB is not allowed in cluster mode"));
    }
    let index = |arg: usize, refusal| {
        parse_int(ctx.arg(arg))
            .and_then(|number| i32::try_from(number).ok())
            .ok_or(Refusal::Text(refusal))
    };
    let (a, b) = (
        index(1, "ERR invalid first DB index")?,
        index(2, "ERR invalid second DB index")?,
    );
    let (Ok(a), Ok(b)) = (usize::try_from(a), usize::try_from(b)) else {
        return Err(Refusal::DbIndex);
    };
    if !ctx.keyspace.swap_databases(a, b) {
        return Err(Refusal::DbIndex);
    }
    ctx.effects.changed(1);
    ctx.reply.ok();
    Ok(())
}

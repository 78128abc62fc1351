//! Intersections, unions and differences that are stored.

use super::combine::{Combine, combined, find_sets, sets_at};
use crate::commands::Outcome;
use crate::ctx::Ctx;
use crate::encodings::set::{Set, difference, intersection, smallest_first, union};
use crate::events::EventClass;

/// SINTERSTORE destination key [key ...]
pub(crate) fn sinterstore(ctx: &mut Ctx<'_>) {
    let outcome = try_sinterstore(ctx);
    ctx.conclude(outcome);
}

fn try_sinterstore(ctx: &mut Ctx<'_>) -> Outcome {
    let places = find_sets(ctx, ctx.args.slice(2..))?;
    let set = match smallest_first(sets_at(ctx.keyspace, &places)) {
        Some(sets) => intersection(&sets, ctx.keyspace.tools()),
        None => Set::default(),
    };
    store(ctx, set, "sinterstore");
    Ok(())
}

/// SUNIONSTORE destination key [key ...]
pub(crate) fn sunionstore(ctx: &mut Ctx<'_>) {
    let outcome = store_combined(ctx, union, "sunionstore");
    ctx.conclude(outcome);
}

/// SDIFFSTORE destination key [key ...]
pub(crate) fn sdiffstore(ctx: &mut Ctx<'_>) {
    let outcome = store_combined(ctx, difference, "sdiffstore");
    ctx.conclude(outcome);
}

fn store_combined(ctx: &mut Ctx<'_>, combine: Combine, event: &'static str) -> Outcome {
    let set = combined(ctx, ctx.args.slice(2..), combine)?;
    store(ctx, set, event);
    Ok(())
}

/// Puts a set at the destination, or removes what is there if the set is empty.
fn store(ctx: &mut Ctx<'_>, set: Set, event: &'static str) {
    let (destination, len) = (ctx.arg(1), set.len());
    let existed = ctx.store(destination, set);
    if len > 0 {
        ctx.notify(EventClass::SET, event, destination);
    } else if existed {
        ctx.notify(EventClass::GENERIC, "del", destination);
    }
    ctx.effects.changed((len > 0 || existed).into());
    ctx.reply.integer(len as i64);
}

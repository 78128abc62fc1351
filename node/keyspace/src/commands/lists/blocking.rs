//! The commands that wait for a list. What they do once there is one is told to replicas as the command that does it
//! without waiting.

use super::pop::PopWish;
use super::transfer::{Ends, Moved};
use crate::blocking::{Awaited, BlockOn, NullReply};
use crate::commands::Outcome;
use crate::ctx::Ctx;
use crate::encodings::list::{End, List};
use crate::refusal::Refusal;

/// BLPOP key [key ...] timeout
pub(crate) fn blpop(ctx: &mut Ctx<'_>) {
    let outcome = pop_first(ctx, End::Left);
    ctx.conclude(outcome);
}

/// BRPOP key [key ...] timeout
pub(crate) fn brpop(ctx: &mut Ctx<'_>) {
    let outcome = pop_first(ctx, End::Right);
    ctx.conclude(outcome);
}

fn pop_first(ctx: &mut Ctx<'_>, end: End) -> Outcome {
    let last = ctx.args.len() - 1;
    let timeout = ctx.timeout_arg(last)?;
    let keys = ctx.args.slice(1..last).iter();
    for key in keys.clone() {
        let place = ctx.place_of::<List>(key)?;
        if place.exists() {
            ctx.reply.array(2);
            ctx.reply.bulk(key);
            ctx.pop_reply(key, place, end);
            ctx.effects.instead(&[end.pop_command(), key]);
            return Ok(());
        }
    }
    ctx.block(BlockOn::new(Awaited::List, keys, timeout));
    Ok(())
}

/// BLMPOP timeout numkeys key [key ...] LEFT|RIGHT [COUNT count]
pub(crate) fn blmpop(ctx: &mut Ctx<'_>) {
    let outcome = try_blmpop(ctx);
    ctx.conclude(outcome);
}

fn try_blmpop(ctx: &mut Ctx<'_>) -> Outcome {
    let wish = PopWish::parse(ctx, 2)?;
    let timeout = ctx.timeout_arg(1)?;
    if !wish.pop_first(ctx)? {
        ctx.block(BlockOn::new(Awaited::List, wish.keys(ctx), timeout));
    }
    Ok(())
}

/// BLMOVE source destination LEFT|RIGHT LEFT|RIGHT timeout
pub(crate) fn blmove(ctx: &mut Ctx<'_>) {
    let outcome = try_blmove(ctx);
    ctx.conclude(outcome);
}

fn try_blmove(ctx: &mut Ctx<'_>) -> Outcome {
    let ends = Ends::parse(ctx)?;
    if transfer_or_block(ctx, ends, 5)? == Moved::Element {
        let (source, destination) = (ctx.arg(1), ctx.arg(2));
        let (from, to) = (ctx.arg(3), ctx.arg(4));
        ctx.effects
            .instead(&[b"LMOVE", source, destination, from, to]);
    }
    Ok(())
}

/// BRPOPLPUSH source destination timeout
pub(crate) fn brpoplpush(ctx: &mut Ctx<'_>) {
    let outcome = try_brpoplpush(ctx);
    ctx.conclude(outcome);
}

fn try_brpoplpush(ctx: &mut Ctx<'_>) -> Outcome {
    if transfer_or_block(ctx, Ends::RIGHT_TO_LEFT, 3)? == Moved::Element {
        let (source, destination) = (ctx.arg(1), ctx.arg(2));
        ctx.effects.instead(&[b"RPOPLPUSH", source, destination]);
    }
    Ok(())
}

fn transfer_or_block(ctx: &mut Ctx<'_>, ends: Ends, timeout_at: usize) -> Result<Moved, Refusal> {
    let timeout = ctx.timeout_arg(timeout_at)?;
    let moved = ends.transfer(ctx)?;
    if moved == Moved::Nothing {
        let source = ctx.arg(1);
        let mut on = BlockOn::new(Awaited::List, [source], timeout);
        on.when_forbidden = NullReply::Bulk;
        ctx.block(on);
    }
    Ok(moved)
}

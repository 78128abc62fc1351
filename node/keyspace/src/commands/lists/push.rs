//! Adding elements at the ends.

use crate::commands::Outcome;
use crate::ctx::Ctx;
use crate::encodings::list::{End, Limits, List};
use crate::events::EventClass;

/// LPUSH key element [element ...]
pub(crate) fn lpush(ctx: &mut Ctx<'_>) {
    let outcome = push(ctx, End::Left, Missing::Create);
    ctx.conclude(outcome);
}

/// RPUSH key element [element ...]
pub(crate) fn rpush(ctx: &mut Ctx<'_>) {
    let outcome = push(ctx, End::Right, Missing::Create);
    ctx.conclude(outcome);
}

/// LPUSHX key element [element ...]
pub(crate) fn lpushx(ctx: &mut Ctx<'_>) {
    let outcome = push(ctx, End::Left, Missing::Leave);
    ctx.conclude(outcome);
}

/// RPUSHX key element [element ...]
pub(crate) fn rpushx(ctx: &mut Ctx<'_>) {
    let outcome = push(ctx, End::Right, Missing::Leave);
    ctx.conclude(outcome);
}

/// What to do if there is no list.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Missing {
    Create,
    Leave,
}

fn push(ctx: &mut Ctx<'_>, end: End, missing: Missing) -> Outcome {
    let key = ctx.arg(1);
    let place = ctx.place_of::<List>(key)?;
    if missing == Missing::Leave && !place.exists() {
        ctx.reply.integer(0);
        return Ok(());
    }
    let texts = ctx.args.slice(2..);
    let pushed = ctx.update::<List, _>(key, place, |list, tools| {
        list.push_all(end, texts.iter(), &Limits::of(tools.options));
        list.as_ref().len()
    });
    ctx.reply.integer(pushed.result as i64);
    ctx.notify(EventClass::LIST, end.push_event(), key);
    ctx.effects.changed(texts.len() as u64);
    Ok(())
}

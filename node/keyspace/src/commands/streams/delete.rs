//! XDEL.

use crate::commands::Outcome;
use crate::ctx::Ctx;
use crate::encodings::stream::Stream;
use crate::events::EventClass;

/// XDEL key id [id ...]
pub(crate) fn xdel(ctx: &mut Ctx<'_>) {
    let outcome = try_xdel(ctx);
    ctx.conclude(outcome);
}

fn try_xdel(ctx: &mut Ctx<'_>) -> Outcome {
    let key = ctx.arg(1);
    let place = ctx.place_of::<Stream>(key)?;
    if !place.exists() {
        ctx.reply.integer(0);
        return Ok(());
    }
    // All or nothing: no entry goes if one of the ids is none.
    let ids = ctx.ids_from(2)?;
    let updated = ctx.update::<Stream, _>(key, place, |stream, _| {
        ids.into_iter().filter(|id| stream.delete(*id)).count()
    });
    let deleted = updated.result as u64;
    if deleted > 0 {
        ctx.notify(EventClass::STREAM, "xdel", key);
        ctx.effects.changed(deleted);
    }
    ctx.reply.integer(deleted.cast_signed());
    Ok(())
}

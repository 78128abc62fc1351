//! XACK.

use crate::commands::Outcome;
use crate::ctx::Ctx;
use crate::encodings::stream::Stream;

/// XACK key group id [id ...]
pub(crate) fn xack(ctx: &mut Ctx<'_>) {
    let outcome = try_xack(ctx);
    ctx.conclude(outcome);
}

fn try_xack(ctx: &mut Ctx<'_>) -> Outcome {
    let (key, name) = (ctx.arg(1), ctx.arg(2));
    let place = ctx.stream_place(key)?;
    let stream = ctx.view_at::<Stream>(place);
    if stream.and_then(|stream| stream.group(name)).is_none() {
        ctx.reply.integer(0);
        return Ok(());
    }
    let ids = ctx.ids_from(3)?;
    let updated = ctx.update::<Stream, _>(key, place, |stream, _| {
        stream.edit_group(name, |group, _, _| {
            ids.into_iter().filter(|id| group.release(*id)).count()
        })
    });
    let acknowledged = updated.result.unwrap_or(0) as u64;
    ctx.effects.changed(acknowledged);
    ctx.reply.integer(acknowledged.cast_signed());
    Ok(())
}

//! PFADD.

use super::{change, hll_of};
use crate::commands::Outcome;
use crate::ctx::Ctx;
use crate::events::EventClass;
use crate::refusal::Refusal;

/// PFADD key [element ...]
pub(crate) fn pfadd(ctx: &mut Ctx<'_>) {
    let outcome = try_pfadd(ctx);
    ctx.conclude(outcome);
}

fn try_pfadd(ctx: &mut Ctx<'_>) -> Outcome {
    let (access, key, elements) = (ctx.access(), ctx.arg(1), ctx.args.slice(2..));
    let place = ctx.keyspace.find_for_write(access, key, ctx.effects);
    if let Some(entry) = ctx.keyspace.entry(place) {
        hll_of(entry)?;
    }
    let created = !place.exists();
    let mut raised = u64::from(created);
    let added = change(ctx, key, place, |hll| {
        for element in elements.iter() {
            raised += u64::from(hll.add(element)?);
        }
        if raised > 0 {
            hll.mark_stale();
        }
        Ok(())
    });
    // Elements before one that met corrupt registers were added, on replicas as well.
    ctx.effects.changed(raised);
    added.map_err(Refusal::from)?;
    if raised > 0 {
        ctx.notify(EventClass::STRING, "pfadd", key);
    }
    ctx.reply.integer(i64::from(raised > 0));
    Ok(())
}

//! PFMERGE.

use super::{change, hll_of};
use crate::commands::Outcome;
use crate::ctx::Ctx;
use crate::events::EventClass;
use crate::hyperloglog::{Encoding, Registers};

/// PFMERGE destination [source ...]
pub(crate) fn pfmerge(ctx: &mut Ctx<'_>) {
    let outcome = try_pfmerge(ctx);
    ctx.conclude(outcome);
}

fn try_pfmerge(ctx: &mut Ctx<'_>) -> Outcome {
    let (access, key) = (ctx.access(), ctx.arg(1));
    let (mut union, mut dense) = (Registers::new(), false);
    // The destination is one of the sources.
    for source in ctx.args.iter().skip(1) {
        if let Some(entry) = ctx.keyspace.read(access, source, ctx.effects) {
            let hll = hll_of(entry)?;
            dense |= hll.encoding() == Encoding::Dense;
            hll.merge_into(&mut union)?;
        }
    }
    let place = ctx.keyspace.find_for_write(access, key, ctx.effects);
    change(ctx, key, place, |hll| {
        if dense {
            hll.make_dense()?;
        }
        hll.raise_all(&union)?;
        hll.mark_stale();
        Ok(())
    })?;
    ctx.notify(EventClass::STRING, "pfadd", key);
    ctx.effects.changed(1);
    ctx.reply.ok();
    Ok(())
}

//! PFCOUNT, which reads, and yet writes: it keeps what it computed beside the registers.

use super::{hll_of, make_raw};
use crate::commands::Outcome;
use crate::ctx::Ctx;
use crate::hyperloglog::{AT_CARDINALITY, Registers};

/// PFCOUNT key [key ...]
pub(crate) fn pfcount(ctx: &mut Ctx<'_>) {
    let outcome = if ctx.args.len() > 2 {
        count_union(ctx)
    } else {
        count_one(ctx)
    };
    ctx.conclude(outcome);
}

fn count_union(ctx: &mut Ctx<'_>) -> Outcome {
    let (access, mut union) = (ctx.access(), Registers::new());
    for key in ctx.args.iter().skip(1) {
        if let Some(entry) = ctx.keyspace.read(access, key, ctx.effects) {
            hll_of(entry)?.merge_into(&mut union)?;
        }
    }
    ctx.reply.integer(union.count() as i64);
    Ok(())
}

fn count_one(ctx: &mut Ctx<'_>) -> Outcome {
    let (access, key) = (ctx.access(), ctx.arg(1));
    let place = ctx.keyspace.read_place(access, key, ctx.effects);
    let Some(entry) = ctx.keyspace.entry(place) else {
        ctx.reply.integer(0);
        return Ok(());
    };
    let hll = hll_of(entry)?;
    let (cached, len) = (hll.cached(), hll.text_len());
    let cardinality = cached.map_or_else(|| hll.count(), Ok);
    make_raw(ctx, place);
    let cardinality = cardinality?;
    if cached.is_none() {
        ctx.keyspace.edit(place, |entry| {
            entry.edit_string(len, AT_CARDINALITY, &cardinality.to_le_bytes());
        });
        // The bytes of the value changed, so replicas have to count too.
        ctx.effects.changed(1);
    }
    ctx.reply.integer(cardinality as i64);
    Ok(())
}

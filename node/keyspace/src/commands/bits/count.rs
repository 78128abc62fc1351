//! BITCOUNT.

use super::range::{Unit, resolve};
use super::words::count_ones;
use crate::commands::{Outcome, int_of, text_of};
use crate::ctx::Ctx;
use crate::refusal::Refusal;
use shoal_resp::Args;

/// BITCOUNT key [start end [BYTE | BIT]]
pub(crate) fn bitcount(ctx: &mut Ctx<'_>) {
    let outcome = try_bitcount(ctx);
    ctx.conclude(outcome);
}

fn try_bitcount(ctx: &mut Ctx<'_>) -> Outcome {
    let (access, args) = (ctx.access(), ctx.args);
    let Some(entry) = ctx.keyspace.read(access, ctx.arg(1), ctx.effects) else {
        // Not even the arguments are looked at.
        ctx.reply.integer(0);
        return Ok(());
    };
    let mut digits = itoa::Buffer::new();
    let text = text_of(entry, &mut digits)?;
    let range = match args.len() {
        2 => resolve(0, -1, Unit::Byte, text.len()),
        4 | 5 => range(args, text.len())?,
        _ => return Err(Refusal::Syntax),
    };
    let ones = range.map_or(0, |(first, last)| count_ones(text, first, last));
    ctx.reply.integer(ones as i64);
    Ok(())
}

fn range(args: Args<'_>, len: usize) -> Result<Option<(u64, u64)>, Refusal> {
    let (start, end) = (
        int_of(args.get(2).unwrap_or_default())?,
        int_of(args.get(3).unwrap_or_default())?,
    );
    if start < 0 && end < 0 && start > end {
        return Ok(None);
    }
    let unit = args.get(4).map_or(Ok(Unit::Byte), Unit::parse)?;
    Ok(resolve(start, end, unit, len))
}

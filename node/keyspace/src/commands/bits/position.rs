//! BITPOS.

use super::range::{Unit, resolve};
use super::words::find;
use crate::commands::{Outcome, int_of, text_of};
use crate::ctx::Ctx;
use crate::refusal::Refusal;
use shoal_resp::Args;

/// BITPOS key bit [start [end [BYTE | BIT]]]
pub(crate) fn bitpos(ctx: &mut Ctx<'_>) {
    let outcome = try_bitpos(ctx);
    ctx.conclude(outcome);
}

fn try_bitpos(ctx: &mut Ctx<'_>) -> Outcome {
    let (access, args) = (ctx.access(), ctx.args);
    let set = match ctx.int_arg(2)? {
        0 => false,
        1 => true,
        _ => return Err(Refusal::Text("ERR The bit argument must be 1 or 0.")),
    };
    let Some(entry) = ctx.keyspace.read(access, ctx.arg(1), ctx.effects) else {
        // As if there were zeros without end.
        ctx.reply.integer(if set { -1 } else { 0 });
        return Ok(());
    };
    let mut digits = itoa::Buffer::new();
    let text = text_of(entry, &mut digits)?;
    let at = range(args, text.len())?.and_then(|(first, last)| {
        let found = find(text, set, first, last);
        // Without an end, zeros go on behind the string.
        let behind = (!set && args.len() < 5).then_some(last + 1);
        found.or(behind)
    });
    ctx.reply.integer(at.map_or(-1, |at| at as i64));
    Ok(())
}

fn range(args: Args<'_>, len: usize) -> Result<Option<(u64, u64)>, Refusal> {
    if args.len() > 6 {
        return Err(Refusal::Syntax);
    }
    let start = args.get(3).map_or(Ok(0), int_of)?;
    let unit = args.get(5).map_or(Ok(Unit::Byte), Unit::parse)?;
    let end = args.get(4).map_or(Ok(-1), int_of)?;
    Ok(resolve(start, end, unit, len))
}

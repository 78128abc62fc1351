//! MEMORY USAGE. The rest of MEMORY is about the process, and so up to the node.

use crate::commands::{Outcome, is_word};
use crate::ctx::Ctx;
use crate::refusal::Refusal;

/// MEMORY USAGE key [SAMPLES count]
pub(crate) fn usage(ctx: &mut Ctx<'_>) {
    let outcome = try_usage(ctx);
    ctx.conclude(outcome);
}

/// The books know what every value takes, so there is nothing to sample, whatever count is given.
fn try_usage(ctx: &mut Ctx<'_>) -> Outcome {
    let mut at = 3;
    while at < ctx.args.len() {
        if !is_word(ctx.arg(at), "SAMPLES") || at + 1 == ctx.args.len() {
            return Err(Refusal::Syntax);
        }
        if ctx.int_arg(at + 1)? < 0 {
            return Err(Refusal::Syntax);
        }
        at += 2;
    }
    // Keys that are past their time still take memory.
    match ctx.keyspace.memory_of(ctx.access(), ctx.arg(2)) {
        Some(bytes) => ctx.reply.integer(i64::try_from(bytes).unwrap_or(i64::MAX)),
        None => ctx.reply.null(),
    }
    Ok(())
}

//! PFDEBUG: what a HyperLogLog looks like inside.

use core::fmt::Write as _;

use super::{change, hll_of, make_raw};
use crate::commands::{Outcome, is_word};
use crate::ctx::Ctx;
use crate::hyperloglog::{Encoding, Registers};
use crate::keyspace::Place;
use crate::refusal::Refusal;

/// PFDEBUG GETREG | DECODE | ENCODING | TODENSE key
pub(crate) fn pfdebug(ctx: &mut Ctx<'_>) {
    let outcome = try_pfdebug(ctx);
    ctx.conclude(outcome);
}

fn try_pfdebug(ctx: &mut Ctx<'_>) -> Outcome {
    let (access, word, key) = (ctx.access(), ctx.arg(1), ctx.arg(2));
    let place = ctx.keyspace.find_for_write(access, key, ctx.effects);
    let Some(entry) = ctx.keyspace.entry(place) else {
        return Err(Refusal::Text("ERR The specified key does not exist"));
    };
    let encoding = hll_of(entry)?.encoding();
    make_raw(ctx, place);
    let known = ["getreg", "decode", "encoding", "todense"];
    let Some(known) = known.into_iter().find(|known| is_word(word, known)) else {
        let text = [b"ERR Unknown PFDEBUG subcommand '", word, b"'"].concat();
        return Err(Refusal::Quoting(text));
    };
    match known {
        "getreg" => getreg(ctx, place),
        "todense" => todense(ctx, place),
        "encoding" => {
            ctx.reply.simple(match encoding {
                Encoding::Dense => "dense",
                Encoding::Sparse => "sparse",
            });
            Ok(())
        }
        _ => {
            let text = decoded(ctx, place)?;
            ctx.reply.bulk(text.as_bytes());
            Ok(())
        }
    }
}

/// All registers. They are read from the dense form, which the value then stays in.
fn getreg(ctx: &mut Ctx<'_>, place: Place) -> Outcome {
    make_dense(ctx, place)?;
    let mut registers = Registers::new();
    if let Some(entry) = ctx.keyspace.entry(place) {
        hll_of(entry)?.merge_into(&mut registers)?;
    }
    ctx.reply.array(registers.as_slice().len());
    for &register in registers.as_slice() {
        ctx.reply.integer(register.into());
    }
    Ok(())
}

fn todense(ctx: &mut Ctx<'_>, place: Place) -> Outcome {
    let was_sparse = make_dense(ctx, place)?;
    ctx.reply.integer(was_sparse.into());
    Ok(())
}

/// Returns whether it was sparse.
fn make_dense(ctx: &mut Ctx<'_>, place: Place) -> Result<bool, Refusal> {
    let was_sparse = change(ctx, b"", place, |hll| {
        let was_sparse = hll.encoding() == Encoding::Sparse;
        hll.make_dense().map(|()| was_sparse)
    })?;
    ctx.effects.changed(was_sparse.into());
    Ok(was_sparse)
}

/// The runs in words: `z` and `Z` for zeros in one and two bytes, `v` for a value and how often it stands there.
fn decoded(ctx: &Ctx<'_>, place: Place) -> Result<String, Refusal> {
    let entry = ctx.keyspace.entry(place);
    let runs = entry.and_then(|entry| hll_of(entry).ok()?.runs());
    let mut text = String::new();
    for run in runs.ok_or(Refusal::Text("ERR HLL encoding is not sparse"))? {
        // Writing to a string does not fail.
        let _ = match (run.value, run.bytes) {
            (0, 1) => write!(text, "z:{} ", run.len),
            (0, _) => write!(text, "Z:{} ", run.len),
            (value, _) => write!(text, "v:{value},{} ", run.len),
        };
    }
    text.truncate(text.trim_end().len());
    Ok(text)
}

//! PFSELFTEST: that registers keep what is put into them, that both forms agree, and that estimates are near the
//! truth. It stops at 100,000 elements, where the reference server goes on to ten million: a command must not take
//! seconds, and the rest is for our own tests.

use rand_core::Rng;

use crate::commands::Outcome;
use crate::ctx::Ctx;
use crate::hyperloglog::{Corrupt, Encoding, Hll, HllMut, REGISTERS, Registers};
use crate::refusal::Refusal;

const ELEMENTS: u64 = 100_000;
/// Six times the standard error, in millionths: 1.04 / sqrt(2^14) * 6.
const ERROR_MAX: u64 = 48_750;

/// PFSELFTEST
pub(crate) fn pfselftest(ctx: &mut Ctx<'_>) {
    let outcome = registers_keep_values(ctx).and_then(|()| estimates_are_near(ctx));
    if outcome.is_ok() {
        ctx.reply.ok();
    }
    ctx.conclude(outcome);
}

fn registers_keep_values(ctx: &mut Ctx<'_>) -> Outcome {
    let mut text = HllMut::empty_text();
    let mut hll = HllMut::new(&mut text, 0).ok_or(Corrupt)?;
    let mut expected = vec![0; REGISTERS];
    for (index, register) in expected.iter_mut().enumerate() {
        let value = (ctx.keyspace.rng.next_u32() % 64) as u8;
        if value > 0 {
            hll.raise(index, value)?;
            *register = value;
        }
    }
    let mut found = Registers::new();
    Hll::new(&text).ok_or(Corrupt)?.merge_into(&mut found)?;
    if found.as_slice() != expected {
        return Err(Refusal::Text("TESTFAILED a register lost its value"));
    }
    Ok(())
}

fn estimates_are_near(ctx: &mut Ctx<'_>) -> Outcome {
    let seed = ctx.keyspace.rng.next_u64();
    let sparse_max = ctx.keyspace.options.hll_sparse_max_bytes;
    let (mut text, mut dense) = (HllMut::empty_text(), HllMut::empty_text());
    let mut checkpoint = 1;
    HllMut::new(&mut dense, 0).ok_or(Corrupt)?.make_dense()?;
    for number in 1..=ELEMENTS {
        let element = (number ^ seed).to_le_bytes();
        for text in [&mut text, &mut dense] {
            HllMut::new(text, sparse_max)
                .ok_or(Corrupt)?
                .add(&element)?;
        }
        if number == checkpoint {
            check(number, &text, &dense, sparse_max)?;
            checkpoint *= 10;
        }
    }
    Ok(())
}

fn check(number: u64, text: &[u8], dense: &[u8], sparse_max: usize) -> Outcome {
    let hll = Hll::new(text).ok_or(Corrupt)?;
    if number < sparse_max as u64 / 2 && hll.encoding() != Encoding::Sparse {
        return Err(Refusal::Text("TESTFAILED sparse encoding not used"));
    }
    let (estimate, from_dense) = (hll.count()?, Hll::new(dense).ok_or(Corrupt)?.count()?);
    if estimate != from_dense {
        return Err(Refusal::Text("TESTFAILED dense/sparse disagree"));
    }
    let error_max = (number * ERROR_MAX).div_ceil(1_000_000);
    if estimate.abs_diff(number) > error_max {
        let text = format!(
            "TESTFAILED Too big error. card:{number} abserr:{}",
            estimate.abs_diff(number)
        );
        return Err(Refusal::Quoting(text.into_bytes()));
    }
    Ok(())
}

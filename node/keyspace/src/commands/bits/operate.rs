//! BITOP.

use crate::commands::strings::store_computed;
use crate::commands::{Outcome, is_word, text_of};
use crate::ctx::Ctx;
use crate::events::EventClass;
use crate::refusal::Refusal;

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Operation {
    And,
    Or,
    Xor,
    Not,
}

/// BITOP AND | OR | XOR | NOT destination key [key ...]
pub(crate) fn bitop(ctx: &mut Ctx<'_>) {
    let outcome = try_bitop(ctx);
    ctx.conclude(outcome);
}

fn try_bitop(ctx: &mut Ctx<'_>) -> Outcome {
    let (access, key) = (ctx.access(), ctx.arg(2));
    let operation = parse(ctx.arg(1))?;
    if operation == Operation::Not && ctx.args.len() != 4 {
        let text = "ERR BITOP NOT must be called with a single source key.";
        return Err(Refusal::Text(text));
    }
    let result = combine_all(ctx, operation)?;
    let len = result.len();
    let place = ctx.keyspace.find_for_write(access, key, ctx.effects);
    if len > 0 {
        store_computed(ctx, place, key, result);
    } else if ctx.keyspace.delete(place) {
        ctx.notify(EventClass::GENERIC, "del", key);
        ctx.effects.changed(1);
    }
    ctx.reply.integer(len as i64);
    Ok(())
}

fn parse(word: &[u8]) -> Result<Operation, Refusal> {
    let known = [
        ("AND", Operation::And),
        ("OR", Operation::Or),
        ("XOR", Operation::Xor),
        ("NOT", Operation::Not),
    ];
    let named = known.into_iter().find(|(name, _)| is_word(word, name));
    named.map(|(_, operation)| operation).ok_or(Refusal::Syntax)
}

/// The sources, combined one after the other. A key that does not exist is an empty string.
fn combine_all(ctx: &mut Ctx<'_>, operation: Operation) -> Result<Vec<u8>, Refusal> {
    let access = ctx.access();
    let mut result: Option<Vec<u8>> = None;
    for key in ctx.args.iter().skip(3) {
        let mut digits = itoa::Buffer::new();
        let source = match ctx.keyspace.read(access, key, ctx.effects) {
            Some(entry) => text_of(entry, &mut digits)?,
            None => b"",
        };
        match &mut result {
            Some(result) => combine(operation, result, source),
            None => result = Some(source.to_vec()),
        }
    }
    let mut result = result.unwrap_or_default();
    if operation == Operation::Not {
        result.iter_mut().for_each(|byte| *byte = !*byte);
    }
    Ok(result)
}

/// The shorter one goes on in zeros. These loops are compiled to the widest registers there are.
fn combine(operation: Operation, result: &mut Vec<u8>, source: &[u8]) {
    let common = result.len().min(source.len());
    let (ours, rest) = result.split_at_mut(common);
    let (theirs, more) = source.split_at(common);
    let pairs = ours.iter_mut().zip(theirs);
    match operation {
        Operation::And => {
            pairs.for_each(|(a, b)| *a &= b);
            rest.fill(0);
            result.resize(common.max(source.len()).max(result.len()), 0);
        }
        Operation::Or => {
            pairs.for_each(|(a, b)| *a |= b);
            result.extend_from_slice(more);
        }
        Operation::Xor => {
            pairs.for_each(|(a, b)| *a ^= b);
            result.extend_from_slice(more);
        }
        // It has a single source.
        Operation::Not => {}
    }
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn as_byte_by_byte(a in vec(any::<u8>(), 0..50), b in vec(any::<u8>(), 0..50)) {
            let at = |bytes: &[u8], i: usize| bytes.get(i).copied().unwrap_or(0);
            for (operation, byte) in [
                (Operation::And, (|a, b| a & b) as fn(u8, u8) -> u8),
                (Operation::Or, |a, b| a | b),
                (Operation::Xor, |a, b| a ^ b),
            ] {
                let mut result = a.clone();
                combine(operation, &mut result, &b);
                let expected: Vec<u8> =
                    (0..a.len().max(b.len())).map(|i| byte(at(&a, i), at(&b, i))).collect();
                prop_assert_eq!(result, expected);
            }
        }
    }
}

//! HRANDFIELD.

use rand_core::Rng;
use shoal_resp::{ReplyWriter, Version};

use super::hash_of;
use crate::commands::{Outcome, bulk_item, is_word};
use crate::ctx::Ctx;
use crate::encodings::hash::HashRef;
use crate::refusal::Refusal;
use shoal_rdb::listpack::Element;

/// The longest reply to a negative count. The reference server tries to send any number.
const REPEATS_MAX: u64 = 1 << 24;

type Pair<'h> = (Element<'h>, Element<'h>);

/// HRANDFIELD key [count [WITHVALUES]]
pub(crate) fn hrandfield(ctx: &mut Ctx<'_>) {
    let outcome = if ctx.args.len() > 2 {
        random_fields(ctx)
    } else {
        random_field(ctx)
    };
    ctx.conclude(outcome);
}

fn random_field(ctx: &mut Ctx<'_>) -> Outcome {
    let (access, key) = (ctx.access(), ctx.arg(1));
    let place = ctx.keyspace.read_place(access, key, ctx.effects);
    let mut rng = ctx.keyspace.rng.clone();
    let hash = ctx.keyspace.entry(place).map(hash_of).transpose()?;
    match hash.and_then(|hash| hash.random(&mut rng)) {
        Some((field, _)) => bulk_item(&mut ctx.reply, field),
        None => ctx.reply.null(),
    }
    ctx.keyspace.rng = rng;
    Ok(())
}

fn random_fields(ctx: &mut Ctx<'_>) -> Outcome {
    let count = ctx.choice_arg(2)?;
    let with_values = match ctx.args.len() {
        3 => false,
        4 if is_word(ctx.arg(3), "WITHVALUES") => true,
        _ => return Err(Refusal::Syntax),
    };
    if with_values && count.unsigned_abs() > (i64::MAX / 2) as u64 {
        return Err(Refusal::OutOfRange);
    }
    let (access, key) = (ctx.access(), ctx.arg(1));
    let place = ctx.keyspace.read_place(access, key, ctx.effects);
    let mut rng = ctx.keyspace.rng.clone();
    let hash = ctx.keyspace.entry(place).map(hash_of).transpose()?;
    let chosen = match hash {
        None => Vec::new(),
        Some(hash) if count < 0 => choose_repeating(hash, count.unsigned_abs(), &mut rng)?,
        Some(hash) => choose_distinct(hash, count as usize, &mut rng),
    };
    reply_pairs(&mut ctx.reply, &chosen, with_values);
    ctx.keyspace.rng = rng;
    Ok(())
}

fn choose_repeating<'h, R: Rng>(
    hash: HashRef<'h>,
    count: u64,
    rng: &mut R,
) -> Result<Vec<Pair<'h>>, Refusal> {
    if count > REPEATS_MAX {
        return Err(Refusal::OutOfRange);
    }
    match hash {
        // Finding the nth pair of a listpack is a walk: list them once.
        HashRef::Pack(pack) => {
            let all: Vec<_> = pack.pairs().collect();
            let pick = |_| all.get(below(rng, all.len())).copied();
            Ok((0..count).filter_map(pick).collect())
        }
        HashRef::Table(_) => Ok((0..count).filter_map(|_| hash.random(rng)).collect()),
    }
}

/// Different fields, in random order unless it is all of them.
fn choose_distinct<'h, R: Rng>(hash: HashRef<'h>, count: usize, rng: &mut R) -> Vec<Pair<'h>> {
    let len = hash.len();
    if count >= len || count * 3 > len || matches!(hash, HashRef::Pack(_)) {
        let mut all = Vec::with_capacity(len);
        hash.for_each(|field, value| all.push((field, value)));
        if count < len {
            for i in 0..count {
                let other = i + below(rng, len - i);
                all.swap(i, other);
            }
            all.truncate(count);
        }
        return all;
    }
    // Few of many: draw until enough different ones have come up.
    let mut seen = std::collections::BTreeSet::new();
    let mut chosen = Vec::with_capacity(count);
    while chosen.len() < count {
        let Some((field, value)) = hash.random(rng) else {
            break;
        };
        if seen.insert(field.to_vec()) {
            chosen.push((field, value));
        }
    }
    chosen
}

fn below<R: Rng>(rng: &mut R, bound: usize) -> usize {
    ((u128::from(rng.next_u64()) * bound as u128) >> 64) as usize
}

/// With values, RESP3 has pairs and RESP2 a flat list.
fn reply_pairs(reply: &mut ReplyWriter<'_>, pairs: &[Pair<'_>], with_values: bool) {
    let nested = with_values && reply.version() == Version::Resp3;
    reply.array(if with_values && !nested {
        pairs.len() * 2
    } else {
        pairs.len()
    });
    for &(field, value) in pairs {
        if nested {
            reply.array(2);
        }
        bulk_item(reply, field);
        if with_values {
            bulk_item(reply, value);
        }
    }
}

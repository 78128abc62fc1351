//! ZRANDMEMBER.

use rand_core::Rng;

use super::{Listing, read_place, zset_at};
use crate::commands::{Outcome, bulk_item, is_word};
use crate::ctx::Ctx;
use crate::encodings::choice::{below, distinct_below};
use crate::encodings::zset::ZsetRef;
use crate::refusal::Refusal;
use shoal_resp::ReplyWriter;

/// ZRANDMEMBER key [count [WITHSCORES]]
pub(crate) fn zrandmember(ctx: &mut Ctx<'_>) {
    let outcome = if ctx.args.len() > 2 {
        random_members(ctx)
    } else {
        random_member(ctx)
    };
    ctx.conclude(outcome);
}

fn random_member(ctx: &mut Ctx<'_>) -> Outcome {
    let place = read_place(ctx, ctx.arg(1))?;
    let mut rng = ctx.keyspace.rng.clone();
    match zset_at(ctx.keyspace, place).and_then(|zset| zset.random(&mut rng)) {
        Some((member, _)) => bulk_item(&mut ctx.reply, member),
        None => ctx.reply.null(),
    }
    ctx.keyspace.rng = rng;
    Ok(())
}

fn random_members(ctx: &mut Ctx<'_>) -> Outcome {
    let count = ctx.choice_arg(2)?;
    let with_scores = match ctx.args.len() {
        3 => false,
        4 if is_word(ctx.arg(3), "WITHSCORES") => true,
        _ => return Err(Refusal::Syntax),
    };
    if with_scores && count.unsigned_abs() > (i64::MAX / 2) as u64 {
        return Err(Refusal::OutOfRange);
    }
    let place = read_place(ctx, ctx.arg(1))?;
    let mut rng = ctx.keyspace.rng.clone();
    let Some(zset) = zset_at(ctx.keyspace, place) else {
        ctx.reply.array(0);
        return Ok(());
    };
    let listing = Listing::new(with_scores, &ctx.reply);
    let times = usize::try_from(count.unsigned_abs()).unwrap_or(usize::MAX);
    if count < 0 {
        listing.begin(&mut ctx.reply, times);
        repeating(zset, times, &mut rng, &mut ctx.reply, listing);
    } else {
        distinct(zset, times, &mut rng, &mut ctx.reply, listing);
    }
    ctx.keyspace.rng = rng;
    Ok(())
}

/// Draws each member out of all.
fn repeating<R: Rng>(
    zset: ZsetRef<'_>,
    times: usize,
    rng: &mut R,
    reply: &mut ReplyWriter<'_>,
    listing: Listing,
) {
    // Finding a member of a pack is a walk: list them once.
    let listed: Vec<_> = match zset {
        ZsetRef::Pack(_) if times > 1 => zset.iter().collect(),
        _ => Vec::new(),
    };
    for _ in 0..times {
        let drawn = if listed.is_empty() {
            zset.random(rng)
        } else {
            listed.get(below(rng, listed.len())).copied()
        };
        if let Some((member, score)) = drawn {
            listing.member(reply, member, score);
        }
        if reply.is_full() {
            return;
        }
    }
}

/// Draws different members.
fn distinct<R: Rng>(
    zset: ZsetRef<'_>,
    times: usize,
    rng: &mut R,
    reply: &mut ReplyWriter<'_>,
    listing: Listing,
) {
    let len = zset.len();
    if times >= len {
        return listing.write(reply, zset.iter());
    }
    let ranks = distinct_below(rng, len, times);
    listing.begin(reply, times);
    if let ZsetRef::Tree(_) = zset {
        for &rank in &ranks {
            for (member, score) in zset.walk(rank..rank + 1, false) {
                listing.member(reply, member, score);
            }
        }
    } else {
        for (rank, (member, score)) in zset.iter().enumerate() {
            if ranks.contains(&rank) {
                listing.member(reply, member, score);
            }
        }
    }
}

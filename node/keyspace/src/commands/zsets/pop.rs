//! Popping from one sorted set: ZPOPMIN and ZPOPMAX, and what the other forms share with them.

use shoal_resp::Version;

use super::{Listing, zset_at};
use crate::commands::Outcome;
use crate::ctx::Ctx;
use crate::encodings::zset::Zset;
use crate::events::EventClass;
use crate::keyspace::Place;
use crate::numbers::parse_int;
use crate::refusal::Refusal;

/// Which end is popped from.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum End {
    Min,
    Max,
}

impl End {
    const fn event(self) -> &'static str {
        match self {
            Self::Min => "zpopmin",
            Self::Max => "zpopmax",
        }
    }

    /// The command that pops from this end.
    pub(super) const fn command(self) -> &'static [u8] {
        match self {
            Self::Min => b"ZPOPMIN",
            Self::Max => b"ZPOPMAX",
        }
    }
}

/// ZPOPMIN key [count]
pub(crate) fn zpopmin(ctx: &mut Ctx<'_>) {
    let outcome = try_pop(ctx, End::Min);
    ctx.conclude(outcome);
}

/// ZPOPMAX key [count]
pub(crate) fn zpopmax(ctx: &mut Ctx<'_>) {
    let outcome = try_pop(ctx, End::Max);
    ctx.conclude(outcome);
}

fn try_pop(ctx: &mut Ctx<'_>, end: End) -> Outcome {
    let count = match ctx.args.len() {
        2 => None,
        3 => {
            let count = parse_int(ctx.arg(2)).and_then(|count| usize::try_from(count).ok());
            Some(count.ok_or(Refusal::NotPositive)?)
        }
        _ => return Err(Refusal::Syntax),
    };
    let key = ctx.arg(1);
    let place = ctx.place_of::<Zset>(key)?;
    // Pairs are for those who ask for many, in RESP3.
    let listing = match ctx.reply.version() {
        Version::Resp3 if count.is_some() => Listing::Pairs,
        _ => Listing::Flat,
    };
    let count = count.unwrap_or(1);
    if !place.exists() || count == 0 {
        ctx.reply.array(0);
        return Ok(());
    }
    let popped = popped_count(ctx, place, count);
    listing.begin(&mut ctx.reply, popped);
    pop(ctx, key, place, end, popped, listing);
    Ok(())
}

/// How many of `count` members can be popped.
pub(super) fn popped_count(ctx: &Ctx<'_>, place: Place, count: usize) -> usize {
    zset_at(ctx.keyspace, place).map_or(0, |zset| zset.len().min(count))
}

/// Pops so many members, of which there are enough, and writes them without a header.
pub(super) fn pop(
    ctx: &mut Ctx<'_>,
    key: &[u8],
    place: Place,
    end: End,
    count: usize,
    listing: Listing,
) {
    let access = ctx.access();
    let reply = &mut ctx.reply;
    let updated = ctx
        .keyspace
        .update(access, key, place, |zset: &mut Zset, tools| {
            let len = zset.as_ref().len();
            let ranks = match end {
                End::Min => 0..count.min(len),
                End::Max => len.saturating_sub(count)..len,
            };
            for (member, score) in zset.as_ref().walk(ranks.clone(), end == End::Max) {
                listing.member(reply, member, score);
            }
            zset.remove_ranks(ranks, tools.hasher)
        });
    ctx.effects.changed(updated.result as u64);
    ctx.notify(EventClass::ZSET, end.event(), key);
    if updated.emptied {
        ctx.notify(EventClass::GENERIC, "del", key);
    }
}

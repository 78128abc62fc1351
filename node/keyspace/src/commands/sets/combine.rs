//! Intersections, unions and differences.

use core::ops::ControlFlow;

use crate::commands::{Outcome, bulk_item, is_word};
use crate::ctx::Ctx;
use crate::encodings::collection::Collection as _;
use crate::encodings::set::{Set, SetRef, difference, intersect, smallest_first, union};
use crate::encodings::tools::Tools;
use crate::keyspace::{Keyspace, Place};
use crate::numbers::parse_int;
use crate::refusal::Refusal;
use crate::value::Value;
use shoal_resp::Args;

/// SINTER key [key ...]
pub(crate) fn sinter(ctx: &mut Ctx<'_>) {
    let outcome = try_sinter(ctx);
    ctx.conclude(outcome);
}

fn try_sinter(ctx: &mut Ctx<'_>) -> Outcome {
    let places = find_sets(ctx, ctx.args.slice(1..))?;
    let (mark, mut count) = (ctx.reply.mark(), 0);
    if let Some(sets) = smallest_first(sets_at(ctx.keyspace, &places)) {
        intersect(&sets, &ctx.keyspace.hasher, |member| {
            bulk_item(&mut ctx.reply, member);
            count += 1;
            ControlFlow::Continue(())
        });
    }
    ctx.reply.set_since(mark, count);
    Ok(())
}

/// SINTERCARD numkeys key [key ...] [LIMIT limit]
pub(crate) fn sintercard(ctx: &mut Ctx<'_>) {
    let outcome = try_sintercard(ctx).map(|count| ctx.reply.integer(count));
    ctx.conclude(outcome);
}

fn try_sintercard(ctx: &mut Ctx<'_>) -> Result<i64, Refusal> {
    let (keys, limit) = card_args(ctx)?;
    let places = find_sets(ctx, keys)?;
    let mut count = 0;
    if let Some(sets) = smallest_first(sets_at(ctx.keyspace, &places)) {
        intersect(&sets, &ctx.keyspace.hasher, |_| {
            count += 1;
            if count == limit {
                return ControlFlow::Break(());
            }
            ControlFlow::Continue(())
        });
    }
    Ok(count)
}

/// The keys of SINTERCARD, and when to stop counting: never, if that is zero.
fn card_args<'a>(ctx: &Ctx<'a>) -> Result<(Args<'a>, i64), Refusal> {
    let positive = parse_int(ctx.arg(1)).filter(|&count| count > 0);
    let count = positive.ok_or(Refusal::Text("ERR numkeys should be greater than 0"))?;
    let count = usize::try_from(count).unwrap_or(usize::MAX);
    if count > ctx.args.len().saturating_sub(2) {
        let text = "ERR Number of keys can't be greater than number of args";
        return Err(Refusal::Text(text));
    }
    let (keys, mut limit) = (ctx.args.slice(2..2 + count), 0);
    let mut options = ctx.args.slice(2 + count..).iter();
    while let Some(word) = options.next() {
        let Some(value) = options.next().filter(|_| is_word(word, "LIMIT")) else {
            return Err(Refusal::Syntax);
        };
        limit = parse_int(value)
            .filter(|&limit| limit >= 0)
            .ok_or(Refusal::Text("ERR LIMIT can't be negative"))?;
    }
    Ok((keys, limit))
}

/// SUNION key [key ...]
pub(crate) fn sunion(ctx: &mut Ctx<'_>) {
    let outcome = reply_combined(ctx, union);
    ctx.conclude(outcome);
}

/// SDIFF key [key ...]
pub(crate) fn sdiff(ctx: &mut Ctx<'_>) {
    let outcome = reply_combined(ctx, difference);
    ctx.conclude(outcome);
}

/// Makes a set out of several, of which some may not exist.
pub(super) type Combine = fn(&[Option<SetRef<'_>>], Tools<'_>) -> Set;

fn reply_combined(ctx: &mut Ctx<'_>, combine: Combine) -> Outcome {
    let set = combined(ctx, ctx.args.slice(1..), combine)?;
    ctx.reply.set(set.len());
    for member in set.as_ref().iter() {
        bulk_item(&mut ctx.reply, member);
    }
    ctx.keyspace.graveyard.bury_value(Value::Set(set));
    Ok(())
}

/// The set that the sets at these keys make.
pub(super) fn combined(
    ctx: &mut Ctx<'_>,
    keys: Args<'_>,
    combine: Combine,
) -> Result<Set, Refusal> {
    let places = find_sets(ctx, keys)?;
    let sets: Vec<_> = sets_at(ctx.keyspace, &places).collect();
    Ok(combine(&sets, ctx.keyspace.tools()))
}

/// Where the sets are that a command reads.
pub(super) fn find_sets(ctx: &mut Ctx<'_>, keys: Args<'_>) -> Result<Vec<Place>, Refusal> {
    let (access, expired) = (ctx.access(), ctx.keyspace.stats.expired);
    let mut places = Vec::with_capacity(keys.len());
    for key in keys.iter() {
        let place = ctx.keyspace.read_place(access, key, ctx.effects);
        if let Some(entry) = ctx.keyspace.entry(place) {
            Set::view(entry).ok_or(Refusal::WrongType)?;
        }
        places.push(place);
    }
    if ctx.keyspace.stats.expired != expired {
        // A key that was past its time was deleted, and others may have moved.
        places = keys
            .iter()
            .map(|key| ctx.keyspace.locate(access, key))
            .collect();
    }
    Ok(places)
}

/// The sets at these places, as far as they exist.
pub(super) fn sets_at<'k>(
    keyspace: &'k Keyspace,
    places: &[Place],
) -> impl Iterator<Item = Option<SetRef<'k>>> {
    places
        .iter()
        .map(|&place| keyspace.entry(place).and_then(Set::view))
}

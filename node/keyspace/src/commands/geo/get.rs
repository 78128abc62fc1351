//! Positions of members by name.

use shoal_resp::ReplyWriter;

use super::geohash::Point;
use super::{distance, reply_point, unit_arg};
use crate::commands::Outcome;
use crate::commands::zsets::{read_place, zset_at};
use crate::ctx::Ctx;
use crate::double;
use crate::refusal::Refusal;

/// GEODIST key member1 member2 [unit]
pub(crate) fn geodist(ctx: &mut Ctx<'_>) {
    let outcome = try_geodist(ctx);
    ctx.conclude(outcome);
}

fn try_geodist(ctx: &mut Ctx<'_>) -> Outcome {
    let unit = match ctx.args.len() {
        0..=4 => 1.0,
        5 => unit_arg(ctx, 4)?,
        _ => return Err(Refusal::Syntax),
    };
    let place = read_place(ctx, ctx.arg(1))?;
    let zset = zset_at(ctx.keyspace, place);
    let point = |at| {
        let score = zset?.score(ctx.arg(at), &ctx.keyspace.hasher)?;
        Some(Point::of_score(score))
    };
    if let (Some(from), Some(to)) = (point(2), point(3)) {
        let distance = distance::between(from, to) / unit;
        ctx.reply.bulk(&double::four_places(distance));
    } else {
        ctx.reply.null();
    }
    Ok(())
}

/// GEOHASH key [member [member ...]]
pub(crate) fn geohash(ctx: &mut Ctx<'_>) {
    let outcome = for_members(ctx, |reply, point| match point {
        Some(point) => reply.bulk(&point.standard_geohash()),
        None => reply.null(),
    });
    ctx.conclude(outcome);
}

/// GEOPOS key [member [member ...]]
pub(crate) fn geopos(ctx: &mut Ctx<'_>) {
    let outcome = for_members(ctx, |reply, point| match point {
        Some(point) => reply_point(reply, point),
        None => reply.null_array(),
    });
    ctx.conclude(outcome);
}

fn for_members(ctx: &mut Ctx<'_>, each: fn(&mut ReplyWriter<'_>, Option<Point>)) -> Outcome {
    let place = read_place(ctx, ctx.arg(1))?;
    let zset = zset_at(ctx.keyspace, place);
    let members = ctx.args.slice(2..);
    ctx.reply.array(members.len());
    for member in members {
        let score = zset.and_then(|zset| zset.score(member, &ctx.keyspace.hasher));
        each(&mut ctx.reply, score.map(Point::of_score));
    }
    Ok(())
}

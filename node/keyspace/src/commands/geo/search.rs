//! Searching for members in an area.

use core::ops::Bound;

use shoal_rdb::listpack::Element;
use shoal_resp::ReplyWriter;

use super::area;
use super::distance::Shape;
use super::geohash::Point;
use super::options::{Form, Options, Order, Target};
use super::reply_point;
use crate::commands::zsets::{read_place, store_result, zset_at};
use crate::commands::{Outcome, bulk_item};
use crate::ctx::Ctx;
use crate::double;
use crate::encodings::zset::{Range, ScoreRange, Zset, ZsetRef};
use crate::refusal::Refusal;

/// GEORADIUS key longitude latitude radius unit [options]
pub(crate) fn georadius(ctx: &mut Ctx<'_>) {
    search(ctx, Form::Around { may_store: true });
}

/// GEORADIUS_RO key longitude latitude radius unit [options]
pub(crate) fn georadius_ro(ctx: &mut Ctx<'_>) {
    search(ctx, Form::Around { may_store: false });
}

/// GEORADIUSBYMEMBER key member radius unit [options]
pub(crate) fn georadiusbymember(ctx: &mut Ctx<'_>) {
    search(ctx, Form::AroundMember { may_store: true });
}

/// GEORADIUSBYMEMBER_RO key member radius unit [options]
pub(crate) fn georadiusbymember_ro(ctx: &mut Ctx<'_>) {
    search(ctx, Form::AroundMember { may_store: false });
}

/// GEOSEARCH key FROMMEMBER member|FROMLONLAT longitude latitude BYRADIUS …|BYBOX … [options]
pub(crate) fn geosearch(ctx: &mut Ctx<'_>) {
    search(ctx, Form::Search);
}

/// GEOSEARCHSTORE destination source FROMMEMBER … BYRADIUS … [options]
pub(crate) fn geosearchstore(ctx: &mut Ctx<'_>) {
    search(ctx, Form::SearchStore);
}

/// A member in the area.
#[derive(Clone, Copy, Debug)]
struct Found<'z> {
    member: Element<'z>,
    score: f64,
    point: Point,
    /// In metres.
    distance: f64,
}

fn search(ctx: &mut Ctx<'_>, form: Form) {
    let outcome = try_search(ctx, form);
    ctx.conclude(outcome);
}

fn try_search(ctx: &mut Ctx<'_>, form: Form) -> Outcome {
    let place = read_place(ctx, ctx.arg(form.key_at()))?;
    let options = Options::parse(ctx, form, place)?;
    let zset = zset_at(ctx.keyspace, place);
    let found = zset.map_or(Vec::new(), |zset| find(zset, &options));
    let Some(target) = options.target else {
        reply(&mut ctx.reply, &found, &options);
        return Ok(());
    };
    let result = to_store(&found, &options, target, ctx)?;
    let event = if form.is_search() {
        "geosearchstore"
    } else {
        "georadiusstore"
    };
    store_result(ctx, target.key, result, event);
    Ok(())
}

/// The wanted members in the wanted order.
fn find<'z>(zset: ZsetRef<'z>, options: &Options<'_>) -> Vec<Found<'z>> {
    let (Some(centre), Some(shape)) = (options.sought.centre, options.sought.shape) else {
        return Vec::new();
    };
    let enough = match options.count {
        count if options.any => count,
        _ => usize::MAX,
    };
    let mut found = collect(zset, centre, shape, enough);
    match options.order {
        Order::Any => {}
        Order::NearestFirst => found.sort_by(|a, b| a.distance.total_cmp(&b.distance)),
        Order::FarthestFirst => found.sort_by(|a, b| b.distance.total_cmp(&a.distance)),
    }
    if options.count > 0 {
        found.truncate(options.count);
    }
    found
}

/// The members in the area, until there are enough.
fn collect(zset: ZsetRef<'_>, centre: Point, shape: Shape, enough: usize) -> Vec<Found<'_>> {
    let mut found = Vec::new();
    for cell in area::cells(centre, shape) {
        let (first, end) = cell.scores();
        let range = ScoreRange {
            min: Bound::Included(first),
            max: Bound::Excluded(end),
        };
        let ranks = zset.ranks(&Range::Scores(range));
        for (member, score) in zset.walk(ranks, false) {
            let point = Point::of_score(score);
            if let Some(distance) = shape.distance(centre, point) {
                found.push(Found {
                    member,
                    score,
                    point,
                    distance,
                });
                if found.len() >= enough {
                    return found;
                }
            }
        }
    }
    found
}

fn reply(reply: &mut ReplyWriter<'_>, found: &[Found<'_>], options: &Options<'_>) {
    let details = [options.with_distance, options.with_hash, options.with_point];
    let details = details.into_iter().filter(|&wanted| wanted).count();
    reply.array(found.len());
    for found in found {
        if details > 0 {
            reply.array(1 + details);
        }
        bulk_item(reply, found.member);
        if options.with_distance {
            reply.bulk(&double::four_places(found.distance / options.sought.unit));
        }
        if options.with_hash {
            reply.integer(found.score as i64);
        }
        if options.with_point {
            reply_point(reply, found.point);
        }
    }
}

fn to_store(
    found: &[Found<'_>],
    options: &Options<'_>,
    target: Target<'_>,
    ctx: &Ctx<'_>,
) -> Result<Zset, Refusal> {
    let (mut result, mut digits) = (Zset::default(), itoa::Buffer::new());
    for found in found {
        let score = if target.distances {
            found.distance / options.sought.unit
        } else {
            found.score
        };
        result.set(found.member.text(&mut digits), score, ctx.keyspace.tools())?;
    }
    Ok(result)
}

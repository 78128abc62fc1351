//! Commands on sorted sets.

mod add;
mod algebra;
mod combine;
mod get;
mod inputs;
mod pop;
mod pop_first;
mod query;
mod random;
mod range;
mod remove;
mod scan;
mod store;

pub(crate) use add::{Adding, add_pairs, zadd, zincrby};
pub(crate) use combine::{zdiff, zinter, zintercard, zunion};
pub(crate) use get::{zcard, zcount, zlexcount, zmscore, zrank, zrevrank, zscore};
pub(crate) use pop::{zpopmax, zpopmin};
pub(crate) use pop_first::{bzmpop, bzpopmax, bzpopmin, zmpop};
pub(crate) use random::zrandmember;
pub(crate) use range::{
    zrange, zrangebylex, zrangebyscore, zrevrange, zrevrangebylex, zrevrangebyscore,
};
pub(crate) use remove::{zrem, zremrangebylex, zremrangebyrank, zremrangebyscore};
pub(crate) use scan::zscan;
pub(crate) use store::{store_result, zdiffstore, zinterstore, zrangestore, zunionstore};

use shoal_rdb::listpack::Element;
use shoal_resp::{ReplyWriter, Version};

use crate::commands::bulk_item;
use crate::ctx::Ctx;
use crate::encodings::collection::Collection as _;
use crate::encodings::zset::{Full, LexRange, ScoreRange, Zset, ZsetRef};
use crate::keyspace::{Keyspace, Place};
use crate::refusal::Refusal;

/// What a limit that is not a number is refused with.
const NO_SCORE_LIMIT: Refusal = Refusal::Text("ERR min or max is not a float");
/// What a limit that is none of `-`, `+`, `[text` and `(text` is refused with.
const NO_LEX_LIMIT: Refusal = Refusal::Text("ERR min or max not valid string range item");

impl From<Full> for Refusal {
    fn from(_: Full) -> Self {
        Self::Text("ERR the sorted set has too many members")
    }
}

/// Where the sorted set of a reading command is. It need not exist.
#[inline]
pub(crate) fn read_place(ctx: &mut Ctx<'_>, key: &[u8]) -> Result<Place, Refusal> {
    let access = ctx.access();
    let place = ctx.keyspace.read_place(access, key, ctx.effects);
    match ctx.keyspace.entry(place).map(Zset::view) {
        Some(None) => Err(Refusal::WrongType),
        _ => Ok(place),
    }
}

/// The sorted set at a place.
#[inline]
pub(crate) fn zset_at(keyspace: &Keyspace, place: Place) -> Option<ZsetRef<'_>> {
    keyspace.entry(place).and_then(Zset::view)
}

fn score_range(min: &[u8], max: &[u8]) -> Result<ScoreRange, Refusal> {
    ScoreRange::parse(min, max).ok_or(NO_SCORE_LIMIT)
}

fn lex_range<'a>(min: &'a [u8], max: &'a [u8]) -> Result<LexRange<'a>, Refusal> {
    LexRange::parse(min, max).ok_or(NO_LEX_LIMIT)
}

/// How members are listed in a reply.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Listing {
    /// Members only.
    Members,
    /// Member, score, member, score …
    Flat,
    /// An array of two for each.
    Pairs,
}

impl Listing {
    /// With scores, RESP3 has pairs and RESP2 a flat list.
    fn new(with_scores: bool, reply: &ReplyWriter<'_>) -> Self {
        match (with_scores, reply.version()) {
            (false, _) => Self::Members,
            (true, Version::Resp2) => Self::Flat,
            (true, Version::Resp3) => Self::Pairs,
        }
    }

    /// The header of a reply with so many members.
    fn begin(self, reply: &mut ReplyWriter<'_>, count: usize) {
        reply.array(match self {
            Self::Flat => count.saturating_mul(2),
            Self::Members | Self::Pairs => count,
        });
    }

    /// One member.
    #[inline]
    fn member(self, reply: &mut ReplyWriter<'_>, member: Element<'_>, score: f64) {
        if self == Self::Pairs {
            reply.array(2);
        }
        bulk_item(reply, member);
        if self != Self::Members {
            reply.double(score);
        }
    }

    /// Header and members.
    fn write<'m>(
        self,
        reply: &mut ReplyWriter<'_>,
        members: impl ExactSizeIterator<Item = (Element<'m>, f64)>,
    ) {
        self.begin(reply, members.len());
        for (member, score) in members {
            self.member(reply, member, score);
        }
    }
}

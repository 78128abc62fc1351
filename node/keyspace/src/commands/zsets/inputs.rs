//! What set operations work on: sorted sets, and plain sets whose members all have the score 1.

use shoal_rdb::listpack::Element;
use shoal_resp::Args;

use crate::ctx::Ctx;
use crate::encodings::collection::Collection as _;
use crate::encodings::set::{Set, SetRef};
use crate::encodings::zset::{Zset, ZsetRef};
use crate::entry::Entry;
use crate::hashing::KeyHasher;
use crate::keyspace::{Keyspace, Place};
use crate::refusal::Refusal;

/// One of the sets.
#[derive(Clone, Copy, Debug)]
pub(super) enum Input<'a> {
    Zset(ZsetRef<'a>),
    Set(SetRef<'a>),
}

impl<'a> Input<'a> {
    fn of(entry: &'a Entry) -> Option<Self> {
        let zset = Zset::view(entry).map(Self::Zset);
        zset.or_else(|| Set::view(entry).map(Self::Set))
    }

    pub(super) fn len(self) -> usize {
        match self {
            Self::Zset(zset) => zset.len(),
            Self::Set(set) => set.len(),
        }
    }

    /// The score of a member.
    pub(super) fn score(self, member: Element<'_>, hasher: &KeyHasher) -> Option<f64> {
        match self {
            Self::Zset(zset) => zset.score(member.text(&mut itoa::Buffer::new()), hasher),
            Self::Set(set) => set.contains(member, hasher).then_some(1.0),
        }
    }

    /// The members with their scores.
    pub(super) fn iter(self) -> impl Iterator<Item = (Element<'a>, f64)> {
        let (zset, set) = match self {
            Self::Zset(zset) => (Some(zset.iter()), None),
            Self::Set(set) => (None, Some(set.iter())),
        };
        let members = set.into_iter().flatten().map(|member| (member, 1.0));
        zset.into_iter().flatten().chain(members)
    }
}

/// Where the sets at some keys are.
pub(super) fn find(ctx: &mut Ctx<'_>, keys: Args<'_>) -> Result<Vec<Place>, Refusal> {
    let (access, expired) = (ctx.access(), ctx.keyspace.stats.expired);
    let mut places = Vec::with_capacity(keys.len());
    for key in keys.iter() {
        let place = ctx.keyspace.read_place(access, key, ctx.effects);
        if let Some(entry) = ctx.keyspace.entry(place) {
            Input::of(entry).ok_or(Refusal::WrongType)?;
        }
        places.push(place);
    }
    if ctx.keyspace.stats.expired != expired {
        // A key that was past its time was deleted, and others may have moved.
        let locate = |key| ctx.keyspace.locate(access, key);
        places = keys.iter().map(locate).collect();
    }
    Ok(places)
}

/// The set at a place.
pub(super) fn at(keyspace: &Keyspace, place: Place) -> Option<Input<'_>> {
    keyspace.entry(place).and_then(Input::of)
}

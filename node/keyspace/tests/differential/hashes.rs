//! Hashes.

use crate::compare::{Family, compare};
use crate::replies::frame;

const TEMPLATES: &[&str] = &[
    "HSET K f V",
    "HSET K f V",
    "HSET K f V f V",
    "HSET K f I",
    "HSET K f V f",
    "HMSET K f V f V",
    "HMSET K f V f",
    "HSETNX K f V",
    "HGET K f",
    "HGET K f",
    "HMGET K f f f",
    "HGETALL K",
    "HKEYS K",
    "HVALS K",
    "HDEL K f",
    "HDEL K f f f",
    "HEXISTS K f",
    "HLEN K",
    "HSTRLEN K f",
    "HINCRBY K f I",
    "HINCRBY K f N",
    "HINCRBY K f V",
    "HINCRBYFLOAT K f F",
    "HINCRBYFLOAT K f V",
    "HRANDFIELD K 100",
    "HRANDFIELD K 100 WITHVALUES",
    "HRANDFIELD K 0",
    "HRANDFIELD K V",
    "HRANDFIELD K 1 V",
    "HRANDFIELD K 1 WITHVALUES V",
    "HRANDFIELD K -9223372036854775808",
    "HRANDFIELD K -9223372036854775807 WITHVALUES",
    "HRANDFIELD nokey",
    "HRANDFIELD nokey -5",
    "HSCAN K 0 COUNT 1000",
    "HSCAN K 0 COUNT 1000 MATCH P",
    "HSCAN K abc",
    "HSCAN nokey abc",
    "HSCAN nokey 0 V",
    "HSCAN K 0 V",
    "HSCAN K 0 TYPE hash",
    "HSCAN K 0 COUNT 0",
    "OBJECT ENCODING K",
    "TYPE K",
    "DEL K",
    "SET K V",
    "GET K",
];

pub(crate) const FAMILY: Family = Family {
    same: random_choices,
    ..Family::new(TEMPLATES)
};

#[test]
fn hashes_answer_as_redis_does() {
    compare(FAMILY);
}

/// Fields chosen at random are as many on both sides, and no more can be said.
fn random_choices(args: &[&[u8]], theirs: &[u8], ours: &[u8]) -> Option<bool> {
    let random = args[0] == b"HRANDFIELD" && args.len() > 2;
    let count = |reply| Some(frame(reply).as_items()?.len());
    random.then(|| count(theirs).is_some() && count(theirs) == count(ours))
}

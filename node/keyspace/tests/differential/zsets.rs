//! Sorted sets.

use rand_core::Rng;
use rand_pcg::Pcg64Mcg;
use shoal_rdb::listpack::{Element, ListpackRef};
use shoal_rdb::{Limits, Value, dump};
use shoal_resp::Frame;

use crate::arguments::pick;
use crate::compare::{Family, compare};
use crate::replies::frame;
use crate::server::is_of_7_0;

/// s score, m member, r limit of a range of scores, x limit of a range of texts, w weight, n count, L a key of
/// which all members have one score.
const TEMPLATES: &[&str] = &[
    "ZADD K s m",
    "ZADD K s m",
    "ZADD K s m",
    "ZADD K s m s m s m",
    "ZADD K s m s m s m s m s m s m s m s m s m s m",
    "ZADD K NX s m s m",
    "ZADD K XX s m s m",
    "ZADD K XX CH s m s m",
    "ZADD K GT CH s m s m",
    "ZADD K LT s m s m",
    "ZADD K XX GT s m",
    "ZADD K CH s m s m",
    "ZADD K INCR s m",
    "ZADD K XX INCR s m",
    "ZADD K NX INCR s m",
    "ZADD K GT INCR s m",
    "ZADD K LT XX INCR s m",
    "ZADD K INCR s m s m",
    "ZADD K NX XX s m",
    "ZADD K NX GT s m",
    "ZADD K GT LT s m",
    "ZADD K s m s",
    "ZADD K NX CH",
    "ZADD K V m",
    "ZADD K s m V m",
    "ZINCRBY K s m",
    "ZINCRBY K s m",
    "ZINCRBY K V m",
    "ZINCRBY K NX m",
    "ZREM K m",
    "ZREM K m m m",
    "ZCARD K",
    "ZSCORE K m",
    "ZSCORE K m",
    "ZMSCORE K m m m",
    "ZRANK K m",
    "ZREVRANK K m",
    "ZCOUNT K r r",
    "ZCOUNT K r r",
    "ZLEXCOUNT K x V",
    "ZADD L 1 m",
    "ZADD L 1 m 1 m 1 m",
    "ZREM L m",
    "ZLEXCOUNT L x x",
    "ZRANGEBYLEX L x x",
    "ZRANGEBYLEX L x x LIMIT n n",
    "ZREVRANGEBYLEX L x x",
    "ZREVRANGEBYLEX L x x LIMIT n n",
    "ZRANGE L x x BYLEX",
    "ZRANGE L x x BYLEX REV LIMIT n n",
    "ZRANGE L x x BYLEX WITHSCORES",
    "ZRANGESTORE K L x x BYLEX",
    "ZRANGESTORE K L x x BYLEX REV LIMIT n n",
    "ZREMRANGEBYLEX L x x",
    "ZRANGE K n n",
    "ZRANGE K n n WITHSCORES",
    "ZRANGE K 0 -1 WITHSCORES",
    "ZRANGE K n n REV WITHSCORES",
    "ZRANGE K r r BYSCORE WITHSCORES",
    "ZRANGE K r r BYSCORE REV LIMIT n n",
    "ZRANGE K n n LIMIT n n",
    "ZRANGE K n n LIMIT n -1",
    "ZRANGE K n n LIMIT n",
    "ZRANGE K n n BYLEX BYSCORE",
    "ZRANGE K n V",
    "ZREVRANGE K n n",
    "ZREVRANGE K n n WITHSCORES",
    "ZREVRANGE K n n REV",
    "ZRANGEBYSCORE K r r",
    "ZRANGEBYSCORE K r r WITHSCORES",
    "ZRANGEBYSCORE K r r WITHSCORES LIMIT n n",
    "ZRANGEBYSCORE K r r BYLEX",
    "ZRANGEBYSCORE K V r",
    "ZREVRANGEBYSCORE K r r WITHSCORES",
    "ZREVRANGEBYSCORE K r r LIMIT n n",
    "ZRANGESTORE K K n n",
    "ZRANGESTORE K K n n REV",
    "ZRANGESTORE K K r r BYSCORE LIMIT n n",
    "ZRANGESTORE K K n n WITHSCORES",
    "ZREMRANGEBYRANK K n n",
    "ZREMRANGEBYRANK K n V",
    "ZREMRANGEBYSCORE K r r",
    "ZREMRANGEBYLEX K x V",
    "ZPOPMIN K",
    "ZPOPMIN K n",
    "ZPOPMAX K",
    "ZPOPMAX K n",
    "ZPOPMAX K V",
    "ZPOPMAX K n n",
    "ZMPOP 2 K K MIN",
    "ZMPOP 2 K K MAX COUNT n",
    "ZMPOP n K K MAX",
    "ZMPOP 1 K MIN COUNT 2 COUNT 2",
    "ZMPOP 1 K V",
    "BZPOPMIN K K 0.001",
    "BZPOPMAX K 0.001",
    "BZPOPMAX K x",
    "BZPOPMAX K -1",
    "BZMPOP 0.001 2 K K MIN COUNT n",
    "BZMPOP x 2 K K MIN COUNT n",
    "BZMPOP 0.001 1 K MAX",
    "ZUNION 2 K K WITHSCORES",
    "ZUNION 3 K K K WEIGHTS w w w WITHSCORES",
    "ZUNION 2 K K WEIGHTS w w AGGREGATE MIN WITHSCORES",
    "ZUNION 2 K K AGGREGATE MAX",
    "ZUNION 2 K K AGGREGATE V",
    "ZUNION 2 K K WEIGHTS w",
    "ZUNION n K K",
    "ZINTER 2 K K WITHSCORES",
    "ZINTER 2 K K WEIGHTS w w AGGREGATE MIN WITHSCORES",
    "ZINTER 3 K K K AGGREGATE MAX WITHSCORES",
    "ZDIFF 2 K K WITHSCORES",
    "ZDIFF 3 K K K",
    "ZDIFF 2 K K WEIGHTS 1 1",
    "ZUNIONSTORE K 2 K K",
    "ZUNIONSTORE K 2 K K WEIGHTS w w AGGREGATE MAX",
    "ZUNIONSTORE K 2 K K WITHSCORES",
    "ZUNIONSTORE K 0 K",
    "ZINTERSTORE K 2 K K",
    "ZINTERSTORE K 3 K K K WEIGHTS w w w",
    "ZDIFFSTORE K 2 K K",
    "ZDIFFSTORE K 1 K V",
    "ZINTERCARD 2 K K",
    "ZINTERCARD 2 K K LIMIT n",
    "ZINTERCARD 2 K K LIMIT V",
    "ZINTERCARD 3 K K K WITHSCORES",
    "ZRANDMEMBER nokey",
    "ZRANDMEMBER K 100",
    "ZRANDMEMBER K 100 WITHSCORES",
    "ZRANDMEMBER K n WITHSCORES",
    "ZRANDMEMBER K V",
    "ZRANDMEMBER K 1 V",
    "ZRANDMEMBER K -9223372036854775808",
    "ZRANDMEMBER K -9223372036854775807 WITHSCORES",
    "ZSCAN K 0 COUNT 1000",
    "ZSCAN K 0 COUNT 1000 MATCH P",
    "ZSCAN K abc",
    "ZSCAN K 0 V",
    "ZSCAN nokey 0",
    "SADD K m m m",
    "SADD K 1 2 3",
    "SET K V",
    "DEL K",
    "DEL K",
    "OBJECT ENCODING K",
    "OBJECT ENCODING K",
    "OBJECT ENCODING L",
    "DUMP K",
    "TYPE K",
    "COPY K K REPLACE",
];

/// What 7.0 does not know or answers otherwise.
const SINCE_7_2: &[&str] = &[
    "ZRANK K m WITHSCORE",
    "ZREVRANK K m WITHSCORE",
    "ZREVRANK K m V",
    "ZRANK K m WITHSCORE WITHSCORE",
    "BZMPOP 9223372036854775807 1 K MIN",
    "BZPOPMIN K 1e300",
];

const SCORES: &[&str] = &[
    "0",
    "1",
    "2",
    "3",
    "-1",
    "-2.5",
    "1.5",
    "0.1",
    "0.3333333333333333",
    "1e5",
    "3.0",
    "-0",
    "inf",
    "-inf",
    "+inf",
    "1e300",
    "-1e300",
    "1e-300",
    "17179869184.5",
    "9007199254740993",
    "4611686018427387904",
    "1e19",
    "0x10",
    "0x1.8p1",
    "5e-324",
    "123456789.987654321",
    "1e17",
];

const LIMITS: &[&str] = &[
    "0", "1", "(1", "2", "(3", "-1", "(-2.5", "1.5", "inf", "-inf", "(inf", "+inf", "(-inf", "100",
    "nan", "1e400", "", "(", " 1", "((1", "(0x10",
];

const TEXT_LIMITS: &[&str] = &[
    "-", "+", "[m", "(m", "[m1", "(m15", "[m2", "(m3", "[", "(", "[zz", "(7", "m1", "", "+x",
];

const WEIGHTS: &[&str] = &["1", "2", "-1", "0", "0.5", "inf", "-inf", "1e3", "x"];

fn word(rng: &mut Pcg64Mcg, word: &str) -> Option<Vec<u8>> {
    let number = rng.next_u32();
    Some(match word {
        "s" if number.is_multiple_of(3) => (number / 3 % 20).to_string().into(),
        "s" => pick(rng, SCORES).into(),
        "m" => match number % 24 {
            0 => b"a-member-of-more-than-twenty-bytes".to_vec(),
            1 => Vec::new(),
            2..5 => (number / 24 % 9).to_string().into(),
            _ => format!("m{}", number / 24 % 20).into(),
        },
        "r" => pick(rng, LIMITS).into(),
        "x" => pick(rng, TEXT_LIMITS).into(),
        "w" => pick(rng, WEIGHTS).into(),
        "n" => (i64::from(number % 15) - 4).to_string().into(),
        "K" => format!("k{}", number % 8).into(),
        "L" => format!("l{}", number % 3).into(),
        _ => return None,
    })
}

pub(crate) const FAMILY: Family = Family {
    word,
    same,
    ..Family::new(TEMPLATES)
};

#[test]
fn sorted_sets_answer_as_redis_does() {
    let since: &[&str] = if is_of_7_0() { &[] } else { SINCE_7_2 };
    compare(Family {
        templates: [TEMPLATES, since].concat().leak(),
        ..FAMILY
    });
}

/// Draws are equally long, payloads hold the same, and doubles are the same numbers: version 7.0 spells them with
/// more digits than needed, and 7.2 now and then.
pub(crate) fn same(args: &[&[u8]], theirs: &[u8], ours: &[u8]) -> Option<bool> {
    match args {
        [b"ZRANDMEMBER", _, count] if *count == b"100" => None,
        [b"ZRANDMEMBER", _, _, ..] if theirs.starts_with(b"-") => Some(false),
        [b"ZRANDMEMBER", _, _, ..] => Some(as_long(theirs, ours)),
        [b"ZRANDMEMBER" | b"ZSCAN", ..] => None,
        // What compresses a string best is up to the server; what is in it is not.
        [b"DUMP", _] => Some(value(&frame(theirs)) == value(&frame(ours))),
        _ => Some(alike(&frame(theirs), &frame(ours))),
    }
}

/// Whether two lists have as many elements.
fn as_long(theirs: &[u8], ours: &[u8]) -> bool {
    let len = |reply| frame(reply).as_items().map(<[_]>::len);
    len(ours).is_some() && len(theirs) == len(ours)
}

/// Members with the bits of their scores, and the bytes of a listpack.
type Content = (Vec<(Vec<u8>, u64)>, Vec<u8>);

/// The members and scores in the payload of a sorted set, and the bytes of the listpack where all scores are spelled
/// alike. Other types are others' business.
fn value(payload: &Frame) -> Option<Content> {
    let list = match dump::read(payload.as_bytes()?, &Limits::default()).unwrap() {
        Value::ZsetListpack(list) => list,
        Value::Zset(members) => {
            let pairs = members
                .iter()
                .map(|(member, score)| (member.to_vec(), score.to_bits()));
            return Some((pairs.collect(), Vec::new()));
        }
        _ => return None,
    };
    let score = |element: Element<'_>| {
        let text = String::from_utf8(element.to_vec()).unwrap();
        text.parse::<f64>().unwrap().to_bits()
    };
    let pairs = ListpackRef::parse(&list)
        .unwrap()
        .pairs()
        .map(|(member, of)| (member.to_vec(), score(of)));
    let exact = if is_of_7_0() {
        list.to_vec()
    } else {
        Vec::new()
    };
    Some((pairs.collect(), exact))
}

/// Whether two frames differ at most in how doubles are spelled.
fn alike(a: &Frame, b: &Frame) -> bool {
    let double = |frame: &Frame| match frame {
        Frame::Double(value) => Some(value.to_bits()),
        frame => {
            let text = core::str::from_utf8(frame.as_bytes()?).ok()?;
            text.parse::<f64>().ok().map(f64::to_bits)
        }
    };
    match (a.as_items(), b.as_items()) {
        (Some(a), Some(b)) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| alike(a, b)),
        _ => a == b || (double(a).is_some() && double(a) == double(b)),
    }
}

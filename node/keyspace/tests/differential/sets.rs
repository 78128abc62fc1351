//! Sets.

use std::collections::BTreeSet;

use rand_core::{Rng, SeedableRng};
use rand_pcg::Pcg64Mcg;

use crate::compare::{Family, compare, node, unix_millis};
use crate::replies::{canonical, frame};
use crate::server::Redis;

const TEMPLATES: &[&str] = &[
    "SADD K m",
    "SADD K m",
    "SADD K m m m",
    "SADD K i",
    "SADD K i i",
    "SADD K i i i i i i i i i",
    "SADD K m m m m m m m m m m m m",
    "SREM K m",
    "SREM K m m m",
    "SREM K i",
    "SREM nokey m",
    "SISMEMBER K m",
    "SISMEMBER K i",
    "SMISMEMBER K m m i",
    "SMISMEMBER nokey m",
    "SCARD K",
    "SMEMBERS K",
    "SMOVE K K m",
    "SMOVE K K i",
    "SMOVE nokey K m",
    "SMOVE K nokey2 i",
    "SINTER K",
    "SINTER K K",
    "SINTER K K K",
    "SINTER K nokey K",
    "SINTERCARD 1 K",
    "SINTERCARD 2 K K",
    "SINTERCARD 2 K K LIMIT 1",
    "SINTERCARD 2 K K LIMIT 0 LIMIT 2",
    "SINTERCARD 2 K K LIMIT -1",
    "SINTERCARD 2 K K LIMIT",
    "SINTERCARD 2 K K V V",
    "SINTERCARD 0 K",
    "SINTERCARD -1 K",
    "SINTERCARD V K",
    "SINTERCARD 3 K K",
    "SINTERSTORE K K",
    "SINTERSTORE K K K",
    "SINTERSTORE K K nokey",
    "SUNION K",
    "SUNION K K nokey",
    "SUNIONSTORE K K",
    "SUNIONSTORE K K K",
    "SUNIONSTORE K nokey nokey",
    "SDIFF K",
    "SDIFF K K",
    "SDIFF K K K K K K",
    "SDIFF nokey K",
    "SDIFFSTORE K K K",
    "SDIFFSTORE K K K K K K",
    "SDIFFSTORE K nokey K",
    "SPOP K 1000",
    "SPOP K 0",
    "SPOP K -1",
    "SPOP K abc",
    "SPOP K 1 1",
    "SPOP nokey",
    "SPOP nokey 5",
    "SRANDMEMBER K",
    "SRANDMEMBER K 3",
    "SRANDMEMBER K -5",
    "SRANDMEMBER K 1000",
    "SRANDMEMBER K 0",
    "SRANDMEMBER K V",
    "SRANDMEMBER K 1 1",
    "SRANDMEMBER K -9223372036854775808",
    "SRANDMEMBER nokey",
    "SRANDMEMBER nokey -5",
    "SSCAN K 0 COUNT 1000",
    "SSCAN K 0 COUNT 1000 MATCH P",
    "SSCAN K abc",
    "SSCAN nokey abc",
    "SSCAN nokey 0 V",
    "SSCAN K 0 V",
    "SSCAN K 0 COUNT 0",
    "SSCAN K 0 TYPE set",
    "OBJECT ENCODING K",
    "OBJECT ENCODING K",
    "OBJECT ENCODING K",
    "TYPE K",
    "COPY K K",
    "RENAME K K",
    "DEL K",
    "DEL K K",
    "EXPIRE K S",
    "TTL K",
    "SET K V",
    "GET K",
];

pub(crate) const FAMILY: Family = Family {
    word,
    same,
    ..Family::new(TEMPLATES)
};

#[test]
fn sets_answer_as_redis_does() {
    compare(FAMILY);
}

/// `i` is an integer of any size, `t` a text, `m` one or the other.
fn word(rng: &mut Pcg64Mcg, word: &str) -> Option<Vec<u8>> {
    const EDGES: &[i64] = &[
        i16::MIN as i64,
        i16::MAX as i64,
        i32::MIN as i64,
        i32::MAX as i64,
        i64::MIN,
        i64::MAX - 1,
    ];
    let (kind, n) = (rng.next_u32() % 8, rng.next_u32() as usize);
    let number = match kind {
        0 => EDGES[n % EDGES.len()] + (n >> 16) as i64 % 2,
        1 => rng.next_u64() as i64,
        _ => (n % 24) as i64 - 4,
    };
    match (word, kind) {
        ("i", _) | ("m", 0..4) => Some(number.to_string().into()),
        ("m", 4) => Some(vec![b'a' + (n % 3) as u8; 18 + n % 5]),
        ("m" | "t", _) => Some(format!("m{}", n % 20).into()),
        _ => None,
    }
}

/// Members chosen at random are as many on both sides; all of them come in any order.
fn same(args: &[&[u8]], theirs: &[u8], ours: &[u8]) -> Option<bool> {
    let count = |reply| frame(reply).as_items().map(<[_]>::len);
    match args {
        [b"SRANDMEMBER", _] => Some((theirs[1] == b'-') == (ours[1] == b'-')),
        [b"SRANDMEMBER", _, _] => Some(theirs[0] == ours[0] && count(theirs) == count(ours)),
        [b"SPOP", ..] => Some(canonical("SPOP", theirs) == canonical("SPOP", ours)),
        _ => None,
    }
}

/// What SPOP takes out differs, so each set is compared once and thrown away. It has only integers or only
/// texts, as the form of what is left depends on that.
#[test]
fn what_is_popped_has_left_the_set() {
    let Some(mut redis) = Redis::start(&[]) else {
        return;
    };
    let (mut node, mut rng) = (node(FAMILY), Pcg64Mcg::seed_from_u64(9));
    for round in 0..600 {
        let key = format!("pop{round}");
        let members: BTreeSet<Vec<u8>> = (0..=round % 40)
            .filter_map(|_| word(&mut rng, if round % 2 == 0 { "i" } else { "t" }))
            .collect();
        let count = (rng.next_u32() as usize % (members.len() + 2)).to_string();
        let sadd: Vec<&[u8]> = [&b"SADD"[..], key.as_bytes()]
            .into_iter()
            .chain(members.iter().map(Vec::as_slice))
            .collect();
        let pop: [&[u8]; 3] = [b"SPOP", key.as_bytes(), count.as_bytes()];
        let pop = if round % 5 == 0 { &pop[..2] } else { &pop };
        let theirs = pop_and_look(|args| redis.call(args), &sadd, pop);
        let ours = pop_and_look(|args| node.run(args, unix_millis()), &sadd, pop);
        assert_eq!(theirs, ours, "{members:?} {count}");
    }
}

/// Pops members of a new set. Returns how many, and the encoding afterwards.
fn pop_and_look(
    mut call: impl FnMut(&[&[u8]]) -> Vec<u8>,
    sadd: &[&[u8]],
    pop: &[&[u8]],
) -> (usize, String) {
    call(sadd);
    let popped = texts(&call(pop));
    let left = texts(&call(&[b"SMEMBERS", sadd[1]]));
    assert!(popped.is_disjoint(&left));
    assert!(
        (&popped | &left)
            .iter()
            .map(Vec::as_slice)
            .eq(sadd[2..].iter().copied())
    );
    let encoding = call(&[b"OBJECT", b"ENCODING", sadd[1]]);
    (popped.len(), String::from_utf8(encoding).unwrap())
}

/// The strings of a reply, which are all different.
fn texts(reply: &[u8]) -> BTreeSet<Vec<u8>> {
    let frame = frame(reply);
    let items = frame.as_items().unwrap_or(core::slice::from_ref(&frame));
    let texts: BTreeSet<_> = items
        .iter()
        .map(|item| item.as_bytes().unwrap().to_vec())
        .collect();
    assert_eq!(texts.len(), items.len());
    texts
}

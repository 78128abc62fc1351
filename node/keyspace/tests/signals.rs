//! What the keyspace tells of keys that somebody waits for: everything that changes is told, nothing else is, and
//! what comes into being wakes those who wait for it.

mod common;

use std::collections::BTreeMap;

use common::Node;
use proptest::prelude::*;
use shoal_keyspace::{Awaited, Interest, KeyName, Keyspace, KeyspaceConfig};

const NOW: i64 = 1_800_000_000_000;
const KEYS: [&str; 5] = ["a", "b", "c", "d", "e"];

/// K is a key, V a value, N a small number.
const TEMPLATES: &[&str] = &[
    "SET K V",
    "SET K N PX 5000",
    "SETNX K V",
    "SETRANGE K N V",
    "APPEND K V",
    "INCRBY K N",
    "INCRBYFLOAT K 0.5",
    "GETDEL K",
    "GETEX K PX 9000",
    "GETEX K PERSIST",
    "MSET K V K V",
    "MSETNX K V K V",
    "SETBIT K N 1",
    "BITOP OR K K K",
    "BITFIELD K SET u8 #N N",
    "PFADD K V V",
    "PFMERGE K K K",
    "HSET K V V V V",
    "HDEL K V V",
    "HINCRBY K V N",
    "RPUSH K V V V",
    "LPUSH K V",
    "LPUSHX K V",
    "LPOP K N",
    "RPOP K",
    "LSET K N V",
    "LREM K N V",
    "LTRIM K N -2",
    "LINSERT K BEFORE V V",
    "LMOVE K K LEFT RIGHT",
    "LMPOP 3 K K K LEFT COUNT N",
    "BLPOP K K 0",
    "BLMOVE K K RIGHT LEFT 0",
    "SADD K V V V",
    "SREM K V V",
    "SPOP K",
    "SPOP K N",
    "SMOVE K K V",
    "SINTERSTORE K K K",
    "SUNIONSTORE K K K",
    "SDIFFSTORE K K K",
    "ZADD K N V N V",
    "ZADD K GT CH N V",
    "ZREM K V",
    "ZINCRBY K N V",
    "ZPOPMIN K N",
    "ZMPOP 2 K K MAX",
    "ZRANGESTORE K K 0 N",
    "ZUNIONSTORE K 2 K K",
    "ZREMRANGEBYRANK K 0 N",
    "GEOADD K N N V",
    "XADD K * V V",
    "XTRIM K MAXLEN N",
    "XGROUP CREATE K V 0 MKSTREAM",
    "XGROUP DESTROY K V",
    "XREADGROUP GROUP V V COUNT N STREAMS K >",
    "XDEL K N-0",
    "XSETID K 99999999999999-N",
    "SORT K ALPHA STORE K",
    "DEL K K",
    "UNLINK K",
    "EXPIRE K N",
    "PEXPIRE K 100",
    "PEXPIRE K -1",
    "PERSIST K",
    "RENAME K K",
    "RENAMENX K K",
    "COPY K K",
    "COPY K K REPLACE",
    "COPY K K DB 1 REPLACE",
    "MOVE K 1",
    "SELECT",
    "TICK",
    "GET K",
    "TYPE K",
    "LRANGE K 0 -1",
    "TOUCH K",
    "SWAPDB 0 1",
    "FLUSHDB",
    "FLUSHALL",
];

fn command() -> impl Strategy<Value = String> {
    let fill = prop::collection::vec((0..KEYS.len(), 0..4u8), 8);
    (prop::sample::select(TEMPLATES), fill).prop_map(|(template, fill)| {
        let mut fill = fill.into_iter().cycle();
        let words = template.split(' ').map(|word| match (word, fill.next()) {
            ("K", Some((key, _))) => KEYS[key].to_owned(),
            ("V", Some((_, value))) => format!("v{value}"),
            ("N" | "#N" | "N-0" | "99999999999999-N", Some((_, value))) => {
                word.replace('N', &value.to_string())
            }
            _ => word.to_owned(),
        });
        words.collect::<Vec<_>>().join(" ")
    })
}

/// What can be seen of every key that is there, or would be if it were not past its time.
fn state(node: &mut Node) -> BTreeMap<KeyName, (Vec<u8>, Vec<u8>)> {
    // As our primary sees them: nothing is hidden, and nothing deleted for looking.
    let (db, from_primary) = (node.db, node.from_primary);
    node.from_primary = true;
    let mut all = BTreeMap::new();
    for in_db in 0..2 {
        node.db = in_db;
        for key in KEYS {
            let value = node.run(&[b"DUMP", key.as_bytes()], NOW);
            let expiry = node.run(&[b"PEXPIRETIME", key.as_bytes()], NOW);
            let name = KeyName {
                db: in_db,
                key: key.into(),
            };
            all.insert(name, (value, expiry));
        }
    }
    (node.db, node.from_primary) = (db, from_primary);
    all
}

fn standalone() -> Node {
    Node::new(Keyspace::new(KeyspaceConfig::standalone(2), 7))
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 96, ..ProptestConfig::default() })]

    #[test]
    fn a_watched_key_does_not_change_in_silence(commands in prop::collection::vec(command(), 1..60)) {
        let mut node = standalone();
        for db in 0..2 {
            for key in KEYS {
                node.keyspace.attend(db, key.as_bytes(), Interest::Watched);
            }
        }
        let mut now = NOW;
        let mut before = state(&mut node);
        for command in commands {
            match command.as_str() {
                "SELECT" => node.db = 1 - node.db,
                "TICK" => now += 60,
                _ => {
                    node.words(&command, now);
                }
            }
            let changed = node.effects.dirty > 0;
            let touched = node.keyspace.take_touched(changed);
            let after = state(&mut node);
            for (name, was) in &before {
                if after.get(name) != Some(was) {
                    prop_assert!(touched.contains(name), "{command} changed {name:?} in silence");
                }
            }
            before = after;
        }
    }
}

#[test]
fn nothing_is_told_of_what_nobody_waits_for() {
    let mut node = standalone();
    assert!(!node.keyspace.is_attended());
    node.words("SET a 1", NOW);
    assert!(node.keyspace.take_touched(true).is_empty());
    node.keyspace.attend(0, b"a", Interest::Watched);
    node.keyspace.attend(0, b"a", Interest::Watched);
    node.words("SET b 1", NOW);
    node.words("GET a", NOW);
    assert!(node.keyspace.take_touched(true).is_empty());
    node.words("SET a 1 NX", NOW);
    assert!(node.keyspace.take_touched(false).is_empty());
    node.words("APPEND a x", NOW);
    assert_eq!(node.keyspace.take_touched(true).len(), 1);
    for _ in 0..2 {
        assert!(node.keyspace.is_attended());
        node.keyspace.neglect(0, b"a", Interest::Watched);
    }
    assert!(!node.keyspace.is_attended());
    node.words("APPEND a x", NOW);
    assert!(node.keyspace.take_touched(true).is_empty());
}

#[test]
fn keys_are_ready_in_the_order_in_which_they_came() {
    let mut node = standalone();
    for key in KEYS {
        node.keyspace.attend(0, key.as_bytes(), Interest::Blocked);
    }
    for command in [
        "RPUSH c 1",
        "SET d 1",
        "RPUSH a 1",
        "RPUSH c 2",
        "XADD b * f v",
        "SADD e 1",
    ] {
        node.words(command, NOW);
    }
    let ready = core::iter::from_fn(|| node.keyspace.next_ready());
    let ready: Vec<Vec<u8>> = ready.map(|name| name.key).collect();
    assert_eq!(ready, [b"c", b"a", b"b"]);
    let holds = |key: &[u8], awaited| node.keyspace.holds(0, key, awaited);
    assert!(holds(b"c", Awaited::List) && holds(b"a", Awaited::List));
    assert!(holds(b"b", Awaited::Stream) && !holds(b"d", Awaited::List));
}

#[test]
fn another_dataset_is_looked_at_with_the_same_eyes() {
    let (mut old, mut new) = (standalone(), standalone());
    for key in KEYS {
        old.keyspace.attend(0, key.as_bytes(), Interest::Blocked);
        old.keyspace.attend(0, key.as_bytes(), Interest::Watched);
    }
    new.words("RPUSH a 1", NOW);
    new.words("SET c 1", NOW);
    old.words("SET b 1", NOW);
    old.keyspace.take_touched(true);
    new.keyspace.inherit_signals(&mut old.keyspace);
    let touched = new.keyspace.take_touched(false);
    let touched: Vec<Vec<u8>> = touched.into_iter().map(|name| name.key).collect();
    assert_eq!(touched, [b"b", b"a", b"c"]);
    assert_eq!(
        new.keyspace.next_ready().map(|name| name.key),
        Some(b"a".to_vec())
    );
    new.words("RPUSH d 1", NOW);
    assert_eq!(
        new.keyspace.next_ready().map(|name| name.key),
        Some(b"d".to_vec())
    );
    assert!(!old.keyspace.is_attended());
}

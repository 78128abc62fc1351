//! What replicas are sent, and that they never expire keys by themselves.

mod common;

use common::Node;
use shoal_keyspace::{Effects, Keyspace, KeyspaceConfig, Propagation};
use shoal_slots::UnixMillis;

const NOW: i64 = 1_000_000;

/// The stream that a command leads to, in words.
fn stream(node: &mut Node, command: &str) -> Vec<String> {
    node.words(command, NOW);
    let mut sent: Vec<String> = node
        .effects
        .expired
        .iter()
        .map(|gone| format!("DEL {}", String::from_utf8_lossy(&gone.key)))
        .collect();
    if node.effects.dirty > 0 {
        match &node.effects.propagation {
            Propagation::Verbatim => sent.push(command.to_owned()),
            Propagation::Nothing => {}
            Propagation::Instead(commands) => {
                sent.extend(
                    commands
                        .iter()
                        .map(|words| String::from_utf8_lossy(&words.join(&b' ')).into_owned()),
                );
            }
        }
    }
    sent
}

#[test]
fn commands_are_rewritten_as_redis_rewrites_them() {
    let mut node = Node::new(Keyspace::new(KeyspaceConfig::standalone(16), 1));
    for (command, expected) in [
        ("SET a 1", &["SET a 1"][..]),
        ("SET a 3 EX 100", &["SET a 3 PXAT 1100000"]),
        ("SET a 3 PX 100000", &["SET a 3 PXAT 1100000"]),
        ("SET a 3 EXAT 4102444800", &["SET a 3 PXAT 4102444800000"]),
        ("SET a 4 KEEPTTL", &["SET a 4 KEEPTTL"]),
        ("SET a 5 GET", &["SET a 5"]),
        ("SET a 5 NX", &[]),
        ("SET nx 5 NX", &["SET nx 5 NX"]),
        ("SET a 6 XX EX 50 GET", &["SET a 6 PXAT 1050000"]),
        ("SET gone 1 PXAT 1", &["SET gone 1 PXAT 1"]),
        ("SETEX a 100 7", &["SET a 7 PXAT 1100000"]),
        ("GET gone", &["DEL gone"]),
        ("GETSET a 8", &["SET a 8"]),
        ("GETDEL a", &["DEL a"]),
        ("GETDEL a", &[]),
        ("SET a 1", &["SET a 1"]),
        ("GETEX a", &[]),
        ("GETEX a EX 100", &["PEXPIREAT a 1100000"]),
        ("GETEX a PERSIST", &["PERSIST a"]),
        ("GETEX a PERSIST", &[]),
        ("GETEX a EXAT 1", &["DEL a"]),
        ("SET a 1", &["SET a 1"]),
        ("EXPIRE a 100", &["PEXPIREAT a 1100000"]),
        ("EXPIRE a 100 NX", &[]),
        ("EXPIRE a 50 LT", &["PEXPIREAT a 1050000 LT"]),
        ("PERSIST a", &["PERSIST a"]),
        ("EXPIRE a -1", &["DEL a"]),
        ("EXPIRE nosuch 10", &[]),
        ("INCR n", &["INCR n"]),
        ("INCRBYFLOAT n 1.5", &["SET n 2.5 KEEPTTL"]),
        ("HINCRBYFLOAT h f 1.5", &["HSET h f 1.5"]),
        ("SADD s 1 2 3", &["SADD s 1 2 3"]),
        ("SADD s 1", &[]),
        ("SREM s 9", &[]),
        ("SREM s 3", &["SREM s 3"]),
        ("SMOVE s t 9", &[]),
        ("SMOVE s t 2", &["SMOVE s t 2"]),
        ("SPOP s", &["SREM s 1"]),
        ("SPOP s", &[]),
        ("SPOP t 5", &["DEL t"]),
        ("SPOP t 5", &[]),
        ("SUNIONSTORE t s", &[]),
        ("SADD s 1 2", &["SADD s 1 2"]),
        ("SUNIONSTORE t s", &["SUNIONSTORE t s"]),
        ("SINTERSTORE t s nosuch", &["SINTERSTORE t s nosuch"]),
        ("SDIFFSTORE t nosuch", &[]),
        ("RPUSH l 1 2 3 4 5 6 7 8", &["RPUSH l 1 2 3 4 5 6 7 8"]),
        ("LPUSHX nosuch 1", &[]),
        ("BLPOP nosuch l 0", &["LPOP l"]),
        ("BRPOP l 0", &["RPOP l"]),
        ("LMPOP 2 nosuch l RIGHT COUNT 2", &["RPOP l 2"]),
        ("LMPOP 1 nosuch LEFT", &[]),
        ("BLMOVE l m LEFT right 0", &["LMOVE l m LEFT right"]),
        ("BRPOPLPUSH l m 0", &["RPOPLPUSH l m"]),
        ("LMOVE nosuch l LEFT LEFT", &[]),
        ("LTRIM l 0 -1", &[]),
        ("LREM l 0 nosuch", &[]),
        ("LINSERT l BEFORE nosuch 1", &[]),
        ("BLMPOP 0 1 l LEFT COUNT 100", &["LPOP l 2"]),
        ("BLPOP l 0", &[]),
        ("SORT m STORE l", &["SORT m STORE l"]),
        ("SORT m", &[]),
        ("SORT nosuch STORE l", &["SORT nosuch STORE l"]),
        ("SORT nosuch STORE l", &[]),
        ("HINCRBY h i 2", &["HINCRBY h i 2"]),
        ("MSET x 1 y 2", &["MSET x 1 y 2"]),
        ("MSETNX x 1 z 2", &[]),
        ("DEL x nosuch y", &["DEL x nosuch y"]),
        ("UNLINK z", &[]),
        ("HDEL h nosuch", &[]),
        (
            "ZADD z 1 a 2 b 3 c 4 d 5 e",
            &["ZADD z 1 a 2 b 3 c 4 d 5 e"],
        ),
        ("ZADD z 1 a", &[]),
        ("ZADD z XX 1 nosuch", &[]),
        ("ZINCRBY z 0.5 a", &["ZINCRBY z 0.5 a"]),
        ("ZMPOP 2 nosuch z MIN COUNT 2", &["ZPOPMIN z 2"]),
        ("BZPOPMAX nosuch z 0", &["ZPOPMAX z"]),
        ("BZMPOP 0 1 z MAX COUNT 9", &["ZPOPMAX z 2"]),
        ("BZPOPMIN z 0", &[]),
        ("ZUNIONSTORE z 1 nosuch", &[]),
        (
            "GEOADD g NX CH 13.361389 38.115556 a",
            &["zadd g NX CH 3479099956230698 a"],
        ),
        ("GEOADD g 13.361389 38.115556 a", &[]),
        (
            "GEOSEARCHSTORE to g FROMMEMBER a BYRADIUS 1 m",
            &["GEOSEARCHSTORE to g FROMMEMBER a BYRADIUS 1 m"],
        ),
        ("FLUSHDB", &["FLUSHDB"]),
        ("FLUSHALL ASYNC", &["FLUSHALL ASYNC"]),
        ("SWAPDB 0 1", &["SWAPDB 0 1"]),
    ] {
        assert_eq!(stream(&mut node, command), expected, "{command}");
    }
}

/// A consumer who gets nothing is created all the same, and no delivery tells replicas of him.
#[test]
fn replicas_hear_of_consumers_who_get_nothing() {
    let mut node = Node::new(Keyspace::new(KeyspaceConfig::standalone(16), 1));
    let create = "XGROUP CREATE s g $ MKSTREAM";
    for (command, expected) in [
        (create, &[create][..]),
        (
            "XREADGROUP GROUP g a STREAMS s 0",
            &["XGROUP CREATECONSUMER s g a"],
        ),
        ("XREADGROUP GROUP g a STREAMS s 0", &[]),
        (
            "XREADGROUP GROUP g b STREAMS s >",
            &["XGROUP CREATECONSUMER s g b"],
        ),
        ("XCLAIM s g c 0 1-1", &["XGROUP CREATECONSUMER s g c"]),
        ("XAUTOCLAIM s g d 0 0", &["XGROUP CREATECONSUMER s g d"]),
    ] {
        assert_eq!(stream(&mut node, command), expected, "{command}");
    }
}

/// A string that BITFIELD only makes longer is another string.
#[test]
fn replicas_hear_of_strings_that_only_grew() {
    let mut node = Node::new(Keyspace::new(KeyspaceConfig::standalone(16), 1));
    let grow = "BITFIELD b OVERFLOW FAIL SET u8 100 256";
    for (command, expected) in [
        (grow, &[grow][..]),
        (grow, &[]),
        ("SETBIT b 3 0", &[]),
        ("SETBIT b 3 1", &["SETBIT b 3 1"]),
        ("BITFIELD b GET u8 0", &[]),
        ("PFADD h a", &["PFADD h a"]),
        ("PFADD h a", &[]),
        ("PFCOUNT h", &["PFCOUNT h"]),
        ("PFCOUNT h", &[]),
        ("PFCOUNT h h", &[]),
        ("PFMERGE i h", &["PFMERGE i h"]),
        ("PFDEBUG TODENSE h", &["PFDEBUG TODENSE h"]),
        ("PFDEBUG TODENSE h", &[]),
    ] {
        assert_eq!(stream(&mut node, command), expected, "{command}");
    }
}

#[test]
fn nothing_is_recorded_if_nobody_listens() {
    let mut node = Node::new(Keyspace::new(KeyspaceConfig::cluster(), 1));
    node.effects.enabled = false;
    node.words("SET a 1 PXAT 1", NOW);
    assert_eq!(
        (node.effects.dirty, &node.effects.propagation),
        (1, &Propagation::Verbatim)
    );
    node.words("GET a", NOW);
    assert!(node.effects.expired.is_empty());
    assert_eq!(node.keyspace.stats().expired, 1);
}

#[test]
fn a_replica_hides_expired_keys_and_waits_for_its_primary() {
    let mut node = Node::new(Keyspace::new(KeyspaceConfig::cluster(), 1));
    node.keyspace.set_replica(true);
    node.from_primary = true;
    node.words("SET a 1 PXAT 1000", 500);
    node.from_primary = false;
    assert_eq!(
        node.words("GET a", 1000),
        "$1\r\n1\r\n",
        "the millisecond itself still counts"
    );
    for command in ["GET a", "TTL a", "EXISTS a", "RANDOMKEY", "KEYS *"] {
        node.words(command, 2000);
        assert!(node.effects.expired.is_empty(), "{command}");
    }
    assert_eq!(node.words("GET a", 2000), "$-1\r\n");
    assert_eq!(node.words("SCAN 0", 2000), "*2\r\n$1\r\n0\r\n*0\r\n");
    let mut effects = Effects::new(true);
    assert_eq!(
        node.keyspace
            .expire_cycle(UnixMillis(2000), 1000, &mut effects)
            .expired,
        0
    );
    assert_eq!(node.keyspace.db_size(0), 1, "DBSIZE counts it");
    node.from_primary = true;
    assert_eq!(
        node.words("GET a", 2000),
        "$1\r\n1\r\n",
        "the primary's own commands see it"
    );
    assert_eq!(node.words("DEL a", 2000), ":1\r\n");
}

#[test]
fn the_expiry_cycle_is_bounded_and_finds_everything() {
    let mut node = Node::new(Keyspace::new(KeyspaceConfig::cluster(), 1));
    for i in 0..5000 {
        node.words(
            &format!(
                "SET k{i} v PXAT {}",
                if i % 2 == 0 { 100 } else { 9_999_999 }
            ),
            50,
        );
    }
    let (mut rounds, mut effects) = (0, Effects::new(true));
    while node.keyspace.db_size(0) > 2500 {
        let before = effects.expired.len();
        node.keyspace
            .expire_cycle(UnixMillis(1000), 100, &mut effects);
        assert!(effects.expired.len() - before <= 110);
        rounds += 1;
        assert!(rounds < 1000);
    }
    assert_eq!(effects.expired.len(), 2500);
}

#[test]
fn a_cluster_scan_returns_every_key() {
    let mut node = Node::new(Keyspace::new(KeyspaceConfig::cluster(), 1));
    for i in 0..3000 {
        node.words(
            &format!("SET {}k{i} v", if i % 3 == 0 { "{hot}" } else { "" }),
            NOW,
        );
    }
    let (mut cursor, mut seen, mut calls) = ("0".to_owned(), 0, 0);
    loop {
        let reply = node.words(&format!("SCAN {cursor} COUNT 50"), NOW);
        let lines: Vec<&str> = reply.split("\r\n").collect();
        cursor = lines[2].to_owned();
        let count: usize = lines[3][1..].parse().expect("a length");
        assert!(count <= 80, "{count} at once");
        seen += count;
        calls += 1;
        if cursor == "0" {
            break;
        }
    }
    assert_eq!(seen, 3000);
    assert!(calls > 30);
}

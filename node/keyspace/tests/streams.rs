//! Facts about streams that random commands rarely meet: the clock, the last ids, and what groups know of their lag.

mod common;

use common::Node;
use shoal_keyspace::{Keyspace, KeyspaceConfig};

const NOW: i64 = 1_000_000;

fn node() -> Node {
    Node::new(Keyspace::new(KeyspaceConfig::standalone(16), 1))
}

/// The id in a reply.
fn id(reply: &str) -> &str {
    reply.split("\r\n").nth(1).unwrap_or(reply)
}

#[test]
fn ids_follow_the_clock_and_never_go_back() {
    let mut node = node();
    for (now, command, expected) in [
        (NOW, "XADD s * f v", "1000000-0"),
        (NOW, "XADD s * f v", "1000000-1"),
        (NOW - 500, "XADD s * f v", "1000000-2"),
        (NOW + 1, "XADD s * f v", "1000001-0"),
        (NOW, "XADD s 1000001-* f v", "1000001-1"),
        (
            NOW,
            "XADD s 2000000-18446744073709551615 f v",
            "2000000-18446744073709551615",
        ),
        // The clock is behind, and the millisecond used up.
        (NOW, "XADD s * f v", "2000001-0"),
        (NOW, "XADD fresh 0-* f v", "0-1"),
    ] {
        assert_eq!(id(&node.words(command, now)), expected, "{command}");
    }
}

#[test]
fn no_id_comes_after_the_last() {
    let mut node = node();
    let too_small =
        "-ERR The ID specified in XADD is equal or smaller than the target stream top item\r\n";
    let exhausted =
        "-ERR The stream has exhausted the last possible ID, unable to add more items\r\n";
    node.words("XADD s 5-18446744073709551615 f v", NOW);
    assert_eq!(node.words("XADD s 5-* f v", NOW), too_small);
    assert_eq!(node.words("XADD s 5 f v", NOW), too_small);
    node.words("XSETID s 18446744073709551615-18446744073709551615", NOW);
    assert_eq!(node.words("XADD s * f v", NOW), exhausted);
    assert_eq!(node.words("XADD s 7-7 f v", NOW), exhausted);
    let zero = "-ERR The ID specified in XADD must be greater than 0-0\r\n";
    assert_eq!(node.words("XADD nosuch 0-0 f v", NOW), zero);
    assert_eq!(node.words("EXISTS nosuch", NOW), ":0\r\n");
}

/// What XINFO GROUPS says of the only group: entries read, and the lag.
fn reading(node: &mut Node) -> (String, String) {
    let reply = node.words("XINFO GROUPS s", NOW);
    let lines: Vec<&str> = reply.split("\r\n").collect();
    let behind = |name: &str| {
        let at = lines.iter().position(|line| *line == name).unwrap_or(0);
        lines[at + 1].to_owned()
    };
    (behind("entries-read"), behind("lag"))
}

#[test]
fn the_lag_is_known_as_long_as_nothing_is_missing_in_between() {
    let mut node = node();
    for command in [
        "XGROUP CREATE s g $ MKSTREAM",
        "XADD s 1-0 x a",
        "XADD s 2-0 x b",
        "XADD s 3-0 x c",
        "XADD s 4-0 x d",
        "XADD s 5-0 x e",
    ] {
        node.words(command, NOW);
    }
    // As redis-server 7.2.6 has it; `$-1` is null: nobody knows.
    for (command, read, lag) in [
        ("XLEN s", "$-1", ":5"),
        ("XREADGROUP GROUP g c COUNT 1 STREAMS s >", ":1", ":4"),
        ("XREADGROUP GROUP g c COUNT 1 STREAMS s >", ":2", ":3"),
        ("XGROUP SETID s g 3-0", "$-1", "$-1"),
        ("XGROUP SETID s g 3-0 ENTRIESREAD 3", ":3", ":2"),
        ("XDEL s 4-0", ":3", "$-1"),
        // It does not notice that it jumped over the hole.
        ("XREADGROUP GROUP g c COUNT 1 STREAMS s >", ":4", ":1"),
        ("XADD s 6-0 x f", ":4", ":2"),
        ("XGROUP SETID s g 0", "$-1", "$-1"),
        // The hole lies before the first entry again.
        ("XTRIM s MINID 5-0", "$-1", ":2"),
    ] {
        node.words(command, NOW);
        assert_eq!(reading(&mut node), (read.into(), lag.into()), "{command}");
    }
}

#[test]
fn a_stream_outlives_its_entries() {
    let mut node = node();
    node.words("XADD s 7-0 f v", NOW);
    assert_eq!(node.words("XDEL s 7-0", NOW), ":1\r\n");
    assert_eq!(node.words("EXISTS s", NOW), ":1\r\n");
    assert_eq!(id(&node.words("XADD s 7-* f v", NOW)), "7-1");
    assert_eq!(id(&node.words("XADD s MAXLEN 0 * f v", NOW)), "1000000-0");
    assert_eq!(node.words("XLEN s", NOW), ":0\r\n");
    assert_eq!(node.words("TYPE s", NOW), "+stream\r\n");
}

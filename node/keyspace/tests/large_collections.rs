//! Large sets and hashes: scanned while they change, and freed step by step.
#![allow(clippy::unwrap_used, reason = "a test helper that fails the test")]

mod common;

use std::collections::BTreeMap;

use bytes::BytesMut;
use common::Node;
use shoal_keyspace::{Keyspace, KeyspaceConfig};
use shoal_resp::{Decoder, Limits};

const NOW: i64 = 1_000_000;

fn node() -> Node {
    Node::new(Keyspace::new(KeyspaceConfig::standalone(1), 3))
}

/// A page of SSCAN or HSCAN: the next cursor, and the members or fields.
fn page(node: &mut Node, command: &str, width: usize) -> (String, Vec<String>) {
    let reply = node.words(command, NOW);
    let mut bytes = BytesMut::from(reply.as_bytes());
    let mut decoder = Decoder::new(Limits::default());
    let frame = decoder.decode(&mut bytes).unwrap().unwrap();
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    let parts = frame.as_items().unwrap();
    let items = parts[1].as_items().unwrap().iter().step_by(width);
    let found = items.map(|item| text(item.as_bytes().unwrap())).collect();
    (text(parts[0].as_bytes().unwrap()), found)
}

/// Scans a collection of which `stay0` to `stay999` stay, while others come and go between the calls.
fn scan_while_it_changes(scan: &str, add: &str, value: &str, remove: &str, width: usize) {
    for grows in [true, false] {
        let mut node = node();
        let others = if grows { 0 } else { 20_000 };
        for n in 0..1000 {
            node.words(&format!("{add} c stay{n}{value}"), NOW);
        }
        for n in 0..others {
            node.words(&format!("{add} c other{n}{value}"), NOW);
        }
        let (mut cursor, mut seen, mut calls) = ("0".to_owned(), BTreeMap::<String, u32>::new(), 0);
        loop {
            let (next, found) = page(&mut node, &format!("{scan} c {cursor} COUNT 20"), width);
            assert!(found.len() <= 20 + 8 * 2, "{} at once", found.len());
            for text in found {
                *seen.entry(text).or_default() += 1;
            }
            // A scan never ends if more is added than it gets to see.
            let changes = if grows { 18 } else { 200 };
            for n in calls * changes..(calls + 1) * changes {
                let change = if grows {
                    format!("{add} c other{n}{value}")
                } else {
                    format!("{remove} c other{n}")
                };
                node.words(&change, NOW);
            }
            calls += 1;
            cursor = next;
            if cursor == "0" {
                break;
            }
        }
        assert!(calls > 20, "{calls} calls");
        for n in 0..1000 {
            assert!(
                seen.contains_key(&format!("stay{n}")),
                "lost stay{n}, growing: {grows}"
            );
        }
    }
}

#[test]
fn sscan_returns_every_member_that_stays() {
    scan_while_it_changes("SSCAN", "SADD", "", "SREM", 1);
}

#[test]
fn hscan_returns_every_field_that_stays() {
    scan_while_it_changes("HSCAN", "HSET", " v", "HDEL", 2);
}

#[test]
fn large_ones_are_freed_in_bounded_steps() {
    for (add, remove) in [
        ("SADD big m", "DEL big"),
        ("HSET big f v m", "DEL big"),
        ("SADD big m", "SPOP big 100000"),
        ("SADD big m", "SPOP big 19999"),
        ("SADD big m", "SUNIONSTORE big nosuch"),
        ("SADD big m", "SET big x"),
        ("SADD big m", "RENAME small big"),
        ("SADD big m", "SUNION big nosuch"),
    ] {
        let mut node = node();
        node.words("SADD small 1", NOW);
        for n in 0..20_000 {
            let value = if add.starts_with('H') { " v" } else { "" };
            node.words(&format!("{add}{n}{value}"), NOW);
        }
        assert!(!node.keyspace.free_some(1));
        node.words(remove, NOW);
        let mut steps = 0;
        while node.keyspace.free_some(100) {
            steps += 1;
        }
        assert!(steps > 40, "{remove} after {add}: {steps} steps");
    }
}

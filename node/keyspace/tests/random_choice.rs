//! What is chosen at random: every member and field as likely as any other, and the same ones for the same seed.
#![allow(clippy::unwrap_used, reason = "a test helper that fails the test")]
#![allow(clippy::panic, reason = "a test that finds another effect fails")]

mod common;

use std::collections::BTreeMap;

use bytes::BytesMut;
use common::Node;
use shoal_keyspace::{Keyspace, KeyspaceConfig, Propagation};
use shoal_resp::{Decoder, Limits};

const NOW: i64 = 1_000_000;

fn node() -> Node {
    Node::new(Keyspace::new(KeyspaceConfig::standalone(1), 7))
}

/// The strings of a reply that is a list or a single one.
fn texts(reply: &[u8]) -> Vec<Vec<u8>> {
    let mut bytes = BytesMut::from(reply);
    let mut decoder = Decoder::new(Limits::default());
    let frame = decoder.decode(&mut bytes).unwrap().unwrap();
    let items = frame.as_items().unwrap_or(core::slice::from_ref(&frame));
    items
        .iter()
        .map(|item| item.as_bytes().unwrap().to_vec())
        .collect()
}

fn call(node: &mut Node, command: &str) -> Vec<Vec<u8>> {
    let words: Vec<&[u8]> = command.split(' ').map(str::as_bytes).collect();
    texts(&node.run(&words, NOW))
}

/// Asserts that what a command returns again and again is spread as evenly as chance would do it: the sum of
/// squares is near the number of `choices`, and beyond 1.6 times that in less than one of ten thousand cases.
fn assert_even(node: &mut Node, command: &str, calls: usize, choices: usize) {
    let mut counts = BTreeMap::<Vec<u8>, usize>::new();
    for _ in 0..calls {
        for text in call(node, command) {
            *counts.entry(text).or_default() += 1;
        }
    }
    let expected = counts.values().sum::<usize>() as f64 / choices as f64;
    assert!(expected > 50.0, "too few to judge");
    let missing = (choices - counts.len()) as f64 * expected;
    let squares = counts
        .values()
        .map(|&count| (count as f64 - expected).powi(2) / expected);
    let sum = squares.sum::<f64>() + missing;
    assert!(sum < 1.6 * choices as f64, "{command}: {sum} for {choices}");
}

/// Sets of a hundred members in each form.
fn fill(node: &mut Node) {
    for n in 0..100 {
        for command in [
            format!("SADD ints {}", n * 1000),
            format!("SADD pack m{n}"),
            format!("SADD table {:>0100}", n),
            format!("HSET hpack f{n} v"),
            format!("HSET htable f{n} {:>0100}", n),
        ] {
            node.words(&command, NOW);
        }
    }
    for (key, encoding) in [
        ("ints", "intset"),
        ("pack", "listpack"),
        ("table", "hashtable"),
        ("hpack", "listpack"),
        ("htable", "hashtable"),
    ] {
        assert_eq!(
            call(node, &format!("OBJECT ENCODING {key}")),
            [encoding.as_bytes()]
        );
    }
}

#[test]
fn members_and_fields_are_chosen_evenly() {
    let mut node = node();
    fill(&mut node);
    for (command, keys) in [
        ("SRANDMEMBER", &["ints", "pack", "table"][..]),
        ("HRANDFIELD", &["hpack", "htable"]),
    ] {
        for key in keys {
            assert_even(&mut node, &format!("{command} {key}"), 20_000, 100);
            assert_even(&mut node, &format!("{command} {key} -1000"), 20, 100);
            assert_even(&mut node, &format!("{command} {key} 5"), 4000, 100);
            assert_even(&mut node, &format!("{command} {key} 60"), 400, 100);
        }
    }
}

#[test]
fn members_are_popped_evenly() {
    for key in ["ints", "pack", "table"] {
        for count in [1, 30, 95] {
            let mut counts = BTreeMap::<Vec<u8>, usize>::new();
            let mut node = node();
            fill(&mut node);
            let whole = call(&mut node, &format!("SMEMBERS {key}"));
            for _ in 0..20_000 / count {
                node.words(&format!("COPY {key} copy REPLACE"), NOW);
                for popped in call(&mut node, &format!("SPOP copy {count}")) {
                    *counts.entry(popped).or_default() += 1;
                }
                assert_eq!(
                    call(&mut node, &format!("SRANDMEMBER copy {}", 200)).len(),
                    100 - count
                );
            }
            let expected = (20_000 / count * count) as f64 / 100.0;
            let sum: f64 = whole
                .iter()
                .map(|member| {
                    let count = counts.get(member).copied().unwrap_or(0);
                    (count as f64 - expected).powi(2) / expected
                })
                .sum();
            assert!(sum < 160.0, "{key} {count}: {sum}");
        }
    }
}

#[test]
fn the_same_seed_makes_the_same_choices() {
    let run = || {
        let mut node = node();
        fill(&mut node);
        let mut replies = Vec::new();
        for key in ["ints", "pack", "table"] {
            for command in ["SRANDMEMBER", "SPOP"] {
                replies.push(call(&mut node, &format!("{command} {key}")));
                replies.push(call(&mut node, &format!("{command} {key} 7")));
                replies.push(call(&mut node, &format!("{command} {key} 90")));
            }
        }
        replies.push(call(&mut node, "HRANDFIELD htable 10"));
        replies
    };
    assert_eq!(run(), run());
}

#[test]
fn replicas_are_told_what_was_popped() {
    let mut node = node();
    fill(&mut node);
    for n in 100..5000 {
        node.words(&format!("SADD table {n}"), NOW);
    }
    for (key, count, commands) in [
        ("ints", 40, 1),
        ("pack", 99, 1),
        ("table", 2500, 3),
        ("table", 2400, 3),
    ] {
        let popped = call(&mut node, &format!("SPOP {key} {count}"));
        let Propagation::Instead(sent) = &node.effects.propagation else {
            panic!("{key}: not rewritten");
        };
        assert_eq!((popped.len(), sent.len()), (count, commands));
        assert!(
            sent.iter()
                .all(|command| command[0] == b"SREM" && command[1] == key.as_bytes())
        );
        assert!(sent.iter().all(|command| command.len() <= 1026), "{key}");
        assert_eq!(
            sent.iter()
                .flat_map(|command| &command[2..])
                .collect::<Vec<_>>(),
            popped.iter().collect::<Vec<_>>()
        );
        assert_eq!(node.effects.dirty, count as u64);
    }
    let popped = call(&mut node, "SPOP ints");
    let expected = vec![vec![b"SREM".to_vec(), b"ints".to_vec(), popped[0].clone()]];
    assert_eq!(node.effects.propagation, Propagation::Instead(expected));
    call(&mut node, "SPOP ints 1000");
    let expected = vec![vec![b"DEL".to_vec(), b"ints".to_vec()]];
    assert_eq!(node.effects.propagation, Propagation::Instead(expected));
    assert_eq!(node.words("EXISTS ints", NOW), ":0\r\n");
}

//! Random commands against the simplest possible model: a sorted map of keys to values.
//!
//! The model says what is stored; that every reply is Redis' own is checked in `differential.rs`. Here time
//! passes, keys expire, slots are dropped, and the books (counts, memory) must balance all the time.

#![allow(clippy::panic, reason = "a test that finds a wrong type fails")]

mod common;

use std::collections::BTreeMap;

use common::Node;
use proptest::prelude::*;
use shoal_keyspace::{Effects, Keyspace, KeyspaceConfig};
use shoal_slots::{Slot, UnixMillis};

#[derive(Clone, Debug)]
enum Op {
    Set(u8, Vec<u8>, Option<u16>),
    Append(u8, Vec<u8>),
    Incr(u8),
    Del(u8),
    Expire(u8, u16),
    Persist(u8),
    Rename(u8, u8),
    Copy(u8, u8),
    HashSet(u8, u8, Vec<u8>),
    HashDel(u8, u8),
    Pass(u16),
    Cycle(u8),
    DropSlot(u8),
    Flush,
}

fn value() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        proptest::collection::vec(any::<u8>(), 0..60),
        (0usize..3000).prop_map(|len| vec![b'v'; len]),
        any::<i32>().prop_map(|n| n.to_string().into_bytes()),
    ]
}

fn op() -> impl Strategy<Value = Op> {
    let key = || 0u8..40;
    prop_oneof![
        8 => (key(), value(), proptest::option::of(1u16..500)).prop_map(|(k, v, t)| Op::Set(k, v, t)),
        2 => (key(), value()).prop_map(|(k, v)| Op::Append(k, v)),
        2 => key().prop_map(Op::Incr),
        3 => key().prop_map(Op::Del),
        2 => (key(), 1u16..500).prop_map(|(k, t)| Op::Expire(k, t)),
        1 => key().prop_map(Op::Persist),
        1 => (key(), key()).prop_map(|(a, b)| Op::Rename(a, b)),
        1 => (key(), key()).prop_map(|(a, b)| Op::Copy(a, b)),
        6 => (key(), 0u8..30, value()).prop_map(|(k, f, v)| Op::HashSet(k, f, v)),
        3 => (key(), 0u8..30).prop_map(|(k, f)| Op::HashDel(k, f)),
        2 => (0u16..300).prop_map(Op::Pass),
        1 => any::<u8>().prop_map(Op::Cycle),
        1 => key().prop_map(Op::DropSlot),
        1 => Just(Op::Flush),
    ]
}

#[derive(Clone, Debug, PartialEq)]
enum Content {
    Text(Vec<u8>),
    Hash(BTreeMap<Vec<u8>, Vec<u8>>),
}

type Model = BTreeMap<Vec<u8>, (Content, Option<i64>)>;

fn key(n: u8) -> Vec<u8> {
    // A few keys share a slot.
    format!("{{tag{}}}key{n}", n % 7).into_bytes()
}

fn field(n: u8) -> Vec<u8> {
    format!("field{n}").into_bytes()
}

struct World {
    node: Node,
    model: Model,
    now: i64,
}

impl World {
    fn new(config: KeyspaceConfig) -> Self {
        Self {
            node: Node::new(Keyspace::new(config, 11)),
            model: Model::new(),
            now: 1_000_000,
        }
    }

    fn run(&mut self, args: &[&[u8]]) -> Vec<u8> {
        self.node.run(args, self.now)
    }

    /// What is past its time is gone for everybody, whether it was deleted already or not.
    fn expire(&mut self) {
        let now = self.now;
        self.model
            .retain(|_, (_, expiry)| expiry.is_none_or(|when| now <= when));
    }

    fn apply(&mut self, op: Op) {
        self.expire();
        let number = |n: u16| n.to_string().into_bytes();
        match op {
            Op::Set(k, text, ttl) => {
                let key = key(k);
                match ttl {
                    Some(ttl) => self.run(&[b"SET", &key, &text, b"PX", &number(ttl)]),
                    None => self.run(&[b"SET", &key, &text]),
                };
                self.model.insert(
                    key,
                    (
                        Content::Text(text),
                        ttl.map(|ttl| self.now + i64::from(ttl)),
                    ),
                );
            }
            Op::Append(k, more) => {
                self.run(&[b"APPEND", &key(k), &more]);
                let entry = self
                    .model
                    .entry(key(k))
                    .or_insert((Content::Text(Vec::new()), None));
                if let Content::Text(text) = &mut entry.0 {
                    text.extend(more);
                }
            }
            Op::Incr(k) => {
                let reply = self.run(&[b"INCR", &key(k)]);
                if let Some(digits) = reply.strip_prefix(b":") {
                    let text = digits.strip_suffix(b"\r\n").expect("whole").to_vec();
                    let entry = self
                        .model
                        .entry(key(k))
                        .or_insert((Content::Text(b"0".to_vec()), None));
                    let Content::Text(old) = &entry.0 else {
                        panic!("INCR of a hash")
                    };
                    let old: i64 = String::from_utf8_lossy(old).parse().expect("a number");
                    assert_eq!((old + 1).to_string().into_bytes(), text);
                    entry.0 = Content::Text(text);
                }
            }
            Op::Del(k) => {
                let reply = self.run(&[b"DEL", &key(k)]);
                let removed = self.model.remove(&key(k)).is_some();
                assert_eq!(reply, if removed { b":1\r\n" } else { b":0\r\n" });
            }
            Op::Expire(k, ttl) => {
                self.run(&[b"PEXPIRE", &key(k), &number(ttl)]);
                if let Some(entry) = self.model.get_mut(&key(k)) {
                    entry.1 = Some(self.now + i64::from(ttl));
                }
            }
            Op::Persist(k) => {
                self.run(&[b"PERSIST", &key(k)]);
                if let Some(entry) = self.model.get_mut(&key(k)) {
                    entry.1 = None;
                }
            }
            Op::Rename(a, b) => {
                self.run(&[b"RENAME", &key(a), &key(b)]);
                if let Some(entry) = self.model.remove(&key(a)) {
                    self.model.insert(key(b), entry);
                }
            }
            Op::Copy(a, b) => {
                self.run(&[b"COPY", &key(a), &key(b), b"REPLACE"]);
                if let Some(entry) = self.model.get(&key(a)).cloned() {
                    self.model.insert(key(b), entry);
                }
            }
            other => self.apply_rest(other),
        }
    }

    fn apply_rest(&mut self, op: Op) {
        match op {
            Op::HashSet(k, f, text) => {
                self.run(&[b"HSET", &key(k), &field(f), &text]);
                let entry = self
                    .model
                    .entry(key(k))
                    .or_insert((Content::Hash(BTreeMap::new()), None));
                if let Content::Hash(hash) = &mut entry.0 {
                    hash.insert(field(f), text);
                }
            }
            Op::HashDel(k, f) => {
                self.run(&[b"HDEL", &key(k), &field(f)]);
                if let Some((Content::Hash(hash), _)) = self.model.get_mut(&key(k)) {
                    hash.remove(&field(f));
                    if hash.is_empty() {
                        self.model.remove(&key(k));
                    }
                }
            }
            Op::Pass(millis) => self.now += i64::from(millis),
            Op::Cycle(budget) => {
                let mut effects = Effects::new(true);
                let report = self.node.keyspace.expire_cycle(
                    UnixMillis(self.now),
                    budget.into(),
                    &mut effects,
                );
                assert_eq!(report.expired, effects.expired.len());
                for gone in effects.expired {
                    assert!(
                        !self.model.contains_key(&gone.key),
                        "an unexpired key was deleted"
                    );
                }
            }
            Op::DropSlot(k) => {
                let slot = Slot::of_key(&key(k));
                self.node.keyspace.drop_slots([slot]);
                if self.node.keyspace.is_cluster() {
                    self.model.retain(|key, _| Slot::of_key(key) != slot);
                }
            }
            Op::Flush => {
                self.node.keyspace.flush(None);
                self.model.clear();
                while self.node.keyspace.free_some(10) {}
            }
            _ => {}
        }
    }

    /// The keyspace holds exactly what the model holds.
    fn check(&mut self) {
        self.expire();
        // Whatever was not deleted yet is deleted by now.
        let mut effects = Effects::default();
        self.node
            .keyspace
            .expire_cycle(UnixMillis(self.now), 1_000_000, &mut effects);
        assert_eq!(self.node.keyspace.db_size(0), self.model.len());
        let expiring = self
            .model
            .values()
            .filter(|(_, expiry)| expiry.is_some())
            .count();
        assert_eq!(self.node.keyspace.expiring(0), expiring);
        for (key, (content, expiry)) in self.model.clone() {
            let time = self.run(&[b"PEXPIRETIME", &key]);
            assert_eq!(time, format!(":{}\r\n", expiry.unwrap_or(-1)).into_bytes());
            match content {
                Content::Text(text) => {
                    let expected =
                        [format!("${}\r\n", text.len()).as_bytes(), &text, b"\r\n"].concat();
                    assert_eq!(self.run(&[b"GET", &key]), expected);
                }
                Content::Hash(hash) => {
                    assert_eq!(
                        self.run(&[b"HLEN", &key]),
                        format!(":{}\r\n", hash.len()).into_bytes()
                    );
                    for (field, text) in hash {
                        let expected =
                            [format!("${}\r\n", text.len()).as_bytes(), &text, b"\r\n"].concat();
                        assert_eq!(self.run(&[b"HGET", &key, &field]), expected);
                    }
                }
            }
        }
        if self.node.keyspace.is_cluster() {
            let per_slot: usize = Slot::all()
                .map(|slot| self.node.keyspace.count_keys_in_slot(slot))
                .sum();
            assert_eq!(per_slot, self.model.len());
        }
    }
}

fn play(config: KeyspaceConfig, ops: Vec<Op>) {
    let empty = Keyspace::new(config.clone(), 1).memory_used();
    let mut world = World::new(config);
    for (i, op) in ops.into_iter().enumerate() {
        world.apply(op);
        if i % 50 == 0 {
            world.check();
        }
    }
    world.check();
    world.apply(Op::Flush);
    world.check();
    assert_eq!(
        world.node.keyspace.memory_used(),
        empty,
        "the books of memory balance"
    );
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn a_standalone_keyspace_is_a_map(ops in proptest::collection::vec(op(), 1..400)) {
        play(KeyspaceConfig::standalone(2), ops);
    }

    #[test]
    fn a_cluster_keyspace_is_a_map(ops in proptest::collection::vec(op(), 1..400)) {
        let mut config = KeyspaceConfig::cluster();
        config.options.hash_max_listpack_entries = 5;
        play(config, ops);
    }
}

//! Eviction by every policy: the memory ends below its limit, persistent keys survive the volatile policies, and
//! what goes is mostly what should.

#![allow(clippy::panic, reason = "a test that finds the wrong outcome fails")]

mod common;

use std::collections::BTreeSet;

use common::Node;
use proptest::prelude::*;
use shoal_keyspace::{Eviction, EvictionPolicy, Keyspace, KeyspaceConfig};
use shoal_slots::UnixMillis;

const NOW: i64 = 1_700_000_000_000;

const POLICIES: [EvictionPolicy; 7] = [
    EvictionPolicy::VolatileLru,
    EvictionPolicy::VolatileLfu,
    EvictionPolicy::VolatileRandom,
    EvictionPolicy::VolatileTtl,
    EvictionPolicy::AllKeysLru,
    EvictionPolicy::AllKeysLfu,
    EvictionPolicy::AllKeysRandom,
];

fn is_volatile(policy: EvictionPolicy) -> bool {
    format!("{policy:?}").starts_with("Volatile")
}

fn node(policy: EvictionPolicy, cluster: bool, seed: u64) -> Node {
    let config = if cluster {
        KeyspaceConfig::cluster()
    } else {
        KeyspaceConfig::standalone(16)
    };
    let mut keyspace = Keyspace::new(config, seed);
    keyspace.options_mut().policy = policy;
    Node::new(keyspace)
}

/// Evicts until the memory is at most `limit`, or nothing may go any more.
fn evict_down_to(node: &mut Node, limit: usize, now: i64) -> Vec<Vec<u8>> {
    let mut gone = Vec::new();
    while node.keyspace.memory_used() > limit {
        match node.keyspace.evict(UnixMillis(now), &mut node.effects) {
            Eviction::Evicted { key, .. } => gone.push(key),
            Eviction::Searching => {}
            Eviction::Nothing => break,
        }
    }
    gone
}

fn policy() -> impl Strategy<Value = EvictionPolicy> {
    (0..POLICIES.len()).prop_map(|at| POLICIES[at])
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn memory_ends_below_the_limit_and_volatile_policies_spare_persistent_keys(
        policy in policy(),
        cluster in any::<bool>(),
        seed in any::<u64>(),
        keys in proptest::collection::vec((any::<u16>(), any::<bool>(), 0usize..2000, 0usize..3), 1..200),
        share in 0usize..100,
    ) {
        let mut node = node(policy, cluster, seed);
        let empty = node.keyspace.memory_used();
        let (mut persistent, mut volatile) = (BTreeSet::new(), BTreeSet::new());
        for (n, (number, expires, len, db)) in keys.iter().enumerate() {
            node.db = if cluster { 0 } else { *db };
            let key = (node.db, format!("key:{number}").into_bytes());
            let now = NOW + n as i64 * 1500;
            persistent.remove(&key);
            volatile.remove(&key);
            node.run(&[b"SET", &key.1, &vec![b'v'; *len]], now);
            if *expires {
                node.run(&[b"PEXPIREAT", &key.1, format!("{}", NOW * 2 + i64::from(*number)).as_bytes()], now);
                volatile.insert(key);
            } else {
                persistent.insert(key);
            }
        }
        let full = node.keyspace.memory_used();
        let limit = empty + (full - empty) * share / 100;
        let gone = evict_down_to(&mut node, limit, NOW + 1_000_000);
        prop_assert_eq!(node.keyspace.stats().evicted, gone.len() as u64);
        prop_assert_eq!(node.keyspace.total_keys() + gone.len(), persistent.len() + volatile.len());
        if is_volatile(policy) {
            for (db, key) in &persistent {
                prop_assert!(node.keyspace.contains(*db, key, UnixMillis(NOW)));
            }
            prop_assert!(node.keyspace.memory_used() <= limit || gone.len() == volatile.len());
        } else {
            prop_assert!(node.keyspace.memory_used() <= limit);
        }
        // Without keys there is nothing but the empty tables.
        if node.keyspace.total_keys() == 0 {
            prop_assert_eq!(node.keyspace.memory_used(), empty);
        }
    }
}

#[test]
fn nothing_is_evicted_without_a_policy_or_without_candidates() {
    let mut node = node(EvictionPolicy::NoEviction, true, 1);
    node.words("SET a 1", NOW);
    assert_eq!(
        node.keyspace.evict(UnixMillis(NOW), &mut node.effects),
        Eviction::Nothing
    );
    node.keyspace.options_mut().policy = EvictionPolicy::VolatileTtl;
    assert_eq!(
        node.keyspace.evict(UnixMillis(NOW), &mut node.effects),
        Eviction::Nothing
    );
    node.keyspace.options_mut().policy = EvictionPolicy::AllKeysRandom;
    assert!(matches!(
        node.keyspace.evict(UnixMillis(NOW), &mut node.effects),
        Eviction::Evicted { db: 0, .. }
    ));
    assert_eq!(
        node.keyspace.evict(UnixMillis(NOW), &mut node.effects),
        Eviction::Nothing
    );
}

/// One key with an expiry among very many without is found in bounded pieces.
#[test]
fn a_rare_volatile_key_is_found() {
    for cluster in [true, false] {
        let mut node = node(EvictionPolicy::VolatileLru, cluster, 7);
        for n in 0..200_000 {
            node.run(&[b"SET", format!("{{tag}}{n}").as_bytes(), b"v"], NOW);
        }
        node.words("SET {tag}needle v EX 1000", NOW);
        let calls = (0..1000)
            .map(|_| node.keyspace.evict(UnixMillis(NOW), &mut node.effects))
            .position(|found| found != Eviction::Searching);
        assert!(calls.is_some());
        assert!(node.words("EXISTS {tag}needle", NOW).starts_with(":0"));
    }
}

/// What share of the evicted keys belongs to the half that should go.
fn precision(policy: EvictionPolicy, cluster: bool, prepare: impl Fn(&mut Node, usize)) -> f64 {
    const KEYS: usize = 10_000;
    let mut node = node(policy, cluster, 42);
    for n in 0..KEYS {
        prepare(&mut node, n);
    }
    let gone: Vec<bool> = (0..KEYS / 4)
        .map(|_| {
            match node
                .keyspace
                .evict(UnixMillis(NOW + 40_000_000), &mut node.effects)
            {
                Eviction::Evicted { key, .. } => {
                    let digits = String::from_utf8_lossy(&key[4..]).into_owned();
                    digits.parse::<usize>().is_ok_and(|n| n < KEYS / 2)
                }
                other => panic!("{other:?}"),
            }
        })
        .collect();
    gone.iter().filter(|good| **good).count() as f64 / gone.len() as f64
}

#[test]
fn old_rare_and_short_lived_keys_go_first() {
    for cluster in [true, false] {
        let old = precision(EvictionPolicy::AllKeysLru, cluster, |node, n| {
            node.words(&format!("SET key:{n} v"), NOW + n as i64 * 2000);
        });
        let rare = precision(EvictionPolicy::AllKeysLfu, cluster, |node, n| {
            node.words(&format!("SET key:{n} v"), NOW + 39_990_000);
            for _ in 0..(if n < 5000 { 1 } else { 60 }) {
                node.words(&format!("GET key:{n}"), NOW + 39_990_000);
            }
        });
        let short = precision(EvictionPolicy::VolatileTtl, cluster, |node, n| {
            node.words(&format!("SET key:{n} v PX {}", 90_000_000 + n), NOW);
        });
        for share in [old, rare, short] {
            assert!(share > 0.95, "old {old} rare {rare} short {short}");
        }
    }
}

/// Random policies take everything with the same chance, in crowded slots as in lonely ones.
#[test]
fn chance_is_fair_across_slots() {
    let mut node = node(EvictionPolicy::AllKeysRandom, true, 3);
    for n in 0..5000 {
        node.run(&[b"SET", format!("{{one}}:{n}").as_bytes(), b"v"], NOW);
        node.run(&[b"SET", format!("lonely:{n}").as_bytes(), b"v"], NOW);
    }
    let lonely = (0..4000)
        .filter(
            |_| match node.keyspace.evict(UnixMillis(NOW), &mut node.effects) {
                Eviction::Evicted { key, .. } => key.starts_with(b"lonely"),
                other => panic!("{other:?}"),
            },
        )
        .count();
    // Five standard deviations of a fair coin.
    assert!((1842..2158).contains(&lonely), "{lonely} of 4000");
}

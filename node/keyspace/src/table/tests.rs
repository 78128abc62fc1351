//! Tables against a plain map, through growth and shrinking.

use std::collections::{BTreeMap, BTreeSet};

use rand_core::{Rng, SeedableRng};
use rand_pcg::Pcg64Mcg;

use super::*;
use crate::entry::{Payload, View};

fn key(n: u64) -> Vec<u8> {
    format!("key:{n}").into_bytes()
}

fn insert(table: &mut Table, hasher: &KeyHasher, n: u64) {
    let key = key(n);
    let expiry = n.is_multiple_of(5).then_some(n as i64);
    table.insert(
        hasher.hash(&key),
        Entry::new(&key, Payload::Int(n as i64), expiry),
        hasher,
    );
}

fn scan_all(table: &Table) -> BTreeMap<Vec<u8>, usize> {
    let (mut seen, mut position) = (BTreeMap::new(), 0);
    while position < END {
        let next = table.scan(position, &mut |entry| {
            *seen.entry(entry.key().to_vec()).or_default() += 1
        });
        assert!(next > position);
        position = next;
    }
    seen
}

fn check(table: &Table, hasher: &KeyHasher, model: &BTreeSet<u64>) {
    assert_eq!(table.len(), model.len());
    assert_eq!(
        table.expiring(),
        model.iter().filter(|n| n.is_multiple_of(5)).count()
    );
    for &n in model {
        let key = key(n);
        let entry = table.get(hasher.hash(&key), &key).expect("present");
        assert!(matches!(entry.view(), View::Int(value) if value == n as i64));
    }
    let seen = scan_all(table);
    assert!(seen.len() == model.len() && seen.values().all(|&times| times == 1));
    assert_eq!(table.iter().count(), model.len());
    let entries: usize = table.iter().map(Entry::memory).sum();
    assert_eq!(table.entry_bytes(), entries);
    let cells: usize = core::iter::once(table.single.bytes())
        .chain(
            table
                .leaves
                .iter()
                .flat_map(|leaves| leaves.as_slice().iter().map(|leaf| leaf.segment.bytes())),
        )
        .sum();
    assert!(table.bytes() >= cells && table.bytes() < cells + 64 * (table.len() + 1));
}

#[test]
fn a_table_is_a_map_through_growth_and_shrinking() {
    let sizes: &[u64] = if cfg!(miri) {
        &[300]
    } else {
        &[3, 9, 60, 300, 5_000, 40_000]
    };
    for &size in sizes {
        let (hasher, mut rng) = (KeyHasher::new(size), Pcg64Mcg::seed_from_u64(size));
        let (mut table, mut model) = (Table::default(), BTreeSet::new());
        for target in [size, size / 10, size, 0] {
            while model.len() as u64 != target {
                let n = rng.next_u64() % (size * 2);
                let key = key(n);
                let hash = hasher.hash(&key);
                if (model.len() as u64) < target && model.insert(n) {
                    insert(&mut table, &hasher, n);
                } else if (model.len() as u64) > target && model.remove(&n) {
                    assert_eq!(table.remove(hash, &key).expect("present").key(), key);
                }
                assert_eq!(table.find(hash, &key).is_some(), model.contains(&n));
            }
            check(&table, &hasher, &model);
        }
        assert!(table.bytes() < 64, "an empty table keeps nothing");
    }
}

#[test]
fn churn_at_a_constant_size_does_not_lose_entries() {
    let (hasher, mut table) = (KeyHasher::new(7), Table::default());
    let mut model = BTreeSet::new();
    let window = if cfg!(miri) { 100 } else { 230 };
    for n in 0..window * 20 {
        insert(&mut table, &hasher, n);
        model.insert(n);
        if n >= window {
            let gone = key(n - window);
            assert!(table.remove(hasher.hash(&gone), &gone).is_some());
            model.remove(&(n - window));
        }
    }
    check(&table, &hasher, &model);
}

/// The promise of SCAN: what is there all the time is returned, whatever happens meanwhile.
#[test]
fn a_scan_returns_what_stays_while_the_table_grows_and_shrinks() {
    for seed in 0..if cfg!(miri) { 1 } else { 20 } {
        let (hasher, mut rng) = (KeyHasher::new(seed), Pcg64Mcg::seed_from_u64(seed));
        let mut table = Table::default();
        let stays = 0..200u64;
        stays.clone().for_each(|n| insert(&mut table, &hasher, n));
        let (mut next, mut extra, mut seen, mut position) =
            (1000u64, Vec::new(), BTreeSet::new(), 0);
        let mut growing = seed.is_multiple_of(2);
        while position < END {
            position = table.scan(position, &mut |entry| {
                seen.insert(entry.key().to_vec());
            });
            for _ in 0..rng.next_u64() % 60 {
                if growing {
                    insert(&mut table, &hasher, next);
                    extra.push(next);
                    next += 1;
                } else if let Some(n) = extra.pop() {
                    assert!(table.remove(hasher.hash(&key(n)), &key(n)).is_some());
                }
            }
            growing ^= rng.next_u64().is_multiple_of(50);
        }
        for n in stays {
            assert!(seen.contains(&key(n)), "seed {seed} lost {n}");
        }
    }
}

/// Draws a hundred times as often as there are entries, and sums up how far the counts are from a hundred.
fn unevenness(table: &Table, rng: &mut Pcg64Mcg) -> f64 {
    let mut counts: BTreeMap<_, f64> = table.iter().map(|e| (e.key().to_vec(), 0.0)).collect();
    for _ in 0..100 * table.len() {
        let drawn = table.random(rng).expect("not empty");
        *counts.get_mut(drawn.key()).expect("an entry") += 1.0;
    }
    counts.values().map(|n| (n - 100.0).powi(2) / 100.0).sum()
}

#[test]
fn every_entry_is_as_likely_as_any_other() {
    let (hasher, mut rng, mut table) = (
        KeyHasher::new(1),
        Pcg64Mcg::seed_from_u64(1),
        Table::default(),
    );
    assert!(table.random(&mut rng).is_none());
    // If all are equally likely, the sum is near their number, with a deviation of the root of twice that.
    let plausible = |table: &Table, sum: f64| {
        let len = table.len() as f64;
        (sum - len).abs() < 4.0 * (2.0 * len).sqrt()
    };
    let steps: &[u64] = if cfg!(miri) {
        &[3]
    } else {
        &[3, 100, 1000, 6000]
    };
    for &len in steps {
        (table.len() as u64..len).for_each(|n| insert(&mut table, &hasher, n));
        let sum = unevenness(&table, &mut rng);
        assert!(plausible(&table, sum), "{sum} with {len}");
    }
    // Segments of very different sizes.
    for n in (0..6000).filter(|n| n % 60 != 0) {
        let key = key(n);
        let hash = hasher.hash(&key);
        if hash >> 63 == 0 {
            table.remove(hash, &key);
        }
    }
    let sum = unevenness(&table, &mut rng);
    assert!(plausible(&table, sum), "{sum} after removals");
}

#[test]
fn distinct_random_entries_are_distinct() {
    let (hasher, mut rng, mut table) = (
        KeyHasher::new(1),
        Pcg64Mcg::seed_from_u64(2),
        Table::default(),
    );
    (0..600).for_each(|n| insert(&mut table, &hasher, n));
    for count in [0, 1, 5, 199, 200, 201, 599, 600, 1000] {
        let mut seen = BTreeSet::new();
        table.random_distinct(count, &mut rng, |entry| {
            assert!(seen.insert(entry.key().to_vec()));
        });
        assert_eq!(seen.len(), count.min(600));
    }
}

#[test]
fn freeing_is_done_in_bounded_steps() {
    let (hasher, mut table) = (KeyHasher::new(1), Table::default());
    (0..3000).for_each(|n| insert(&mut table, &hasher, n));
    let (mut steps, mut freed) = (0, 0);
    while table.free_some(100, |entry| {
        drop(entry);
        freed += 1;
        1
    }) == 0
    {
        steps += 1;
    }
    assert_eq!(freed, 3000);
    assert!(steps > 3000 / (MAX_ENTRIES + 100));
    assert!(table.is_empty());
}

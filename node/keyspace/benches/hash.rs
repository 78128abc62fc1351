//! Hashes beside plain maps: reading, overwriting and adding fields.
//!
//! The keyspace executes whole commands on one of many keys (lookup of the key, LRU clock, reply); the plain
//! maps only do their part.
#![allow(
    missing_docs,
    reason = "criterion's macros make undocumented functions"
)]

mod server;

use std::collections::BTreeMap;
use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use hashbrown::HashMap;
use server::Server;

const BATCH: usize = 1000;
const LARGE: u64 = 1_000_000;
const VALUE: &[u8] = b"value-of-16-byte";

type PlainMap = HashMap<Box<[u8]>, Box<[u8]>, foldhash::fast::FixedState>;

fn field(n: u64) -> Vec<u8> {
    format!("field:{n:02}").into_bytes()
}

/// A scattered order that visits all numbers below `count`, if that is odd or a power of ten.
fn scattered(i: usize, count: u64) -> u64 {
    (i as u64).wrapping_mul(2_654_435_761) % count
}

fn small(c: &mut Criterion) {
    const KEYS: usize = 10_000;
    for count in [5, 20, 100] {
        let mut group = c.benchmark_group(format!("hash of {count}"));
        group.throughput(Throughput::Elements(BATCH as u64));
        let mut server = Server::new();
        let keys: Vec<_> = (0..KEYS)
            .map(|n| format!("hash:{n:011}").into_bytes())
            .collect();
        let fields: Vec<_> = (0..count).map(field).collect();
        for key in &keys {
            for field in &fields {
                server.run(&[b"HSET", key, field, VALUE]);
            }
        }
        let mut i = 0;
        let mut run = |server: &mut Server, command: &[u8], value: &[&[u8]]| {
            for _ in 0..BATCH {
                i += 1;
                let key = &keys[scattered(i, KEYS as u64) as usize];
                let args = [&[command, key, &fields[i % fields.len()]], value].concat();
                server.run(&args);
                black_box(&server.out);
            }
        };
        group.bench_function("HGET", |b| b.iter(|| run(&mut server, b"HGET", &[])));
        group.bench_function("HSET", |b| b.iter(|| run(&mut server, b"HSET", &[VALUE])));
        group.bench_function("HDEL and HSET", |b| {
            b.iter(|| {
                run(&mut server, b"HDEL", &[]);
                run(&mut server, b"HSET", &[VALUE]);
            });
        });
        group.bench_function("HGETALL", |b| {
            b.iter(|| {
                for key in keys.iter().take(BATCH) {
                    server.run(&[b"HGETALL", key]);
                    black_box(&server.out);
                }
            });
        });
    }
}

fn large(c: &mut Criterion) {
    let mut group = c.benchmark_group("hash of a million");
    group.throughput(Throughput::Elements(BATCH as u64));
    let fields: Vec<_> = (0..LARGE).map(field).collect();
    let mut server = Server::new();
    for field in &fields {
        server.run(&[b"HSET", b"large", field, VALUE]);
    }
    let mut plain: PlainMap = fields
        .iter()
        .map(|field| (field[..].into(), VALUE.into()))
        .collect();
    let mut tree: BTreeMap<Box<[u8]>, Box<[u8]>> = fields
        .iter()
        .map(|field| (field[..].into(), VALUE.into()))
        .collect();
    let mut i = 0;
    let mut next = || {
        i += 1;
        &fields[scattered(i, LARGE) as usize][..]
    };
    group.bench_function("HGET", |b| {
        b.iter(|| {
            for _ in 0..BATCH {
                server.run(&[b"HGET", b"large", next()]);
                black_box(&server.out);
            }
        });
    });
    group.bench_function("HSET", |b| {
        b.iter(|| {
            for _ in 0..BATCH {
                server.run(&[b"HSET", b"large", next(), VALUE]);
                black_box(&server.out);
            }
        });
    });
    group.bench_function("hashbrown overwrite", |b| {
        b.iter(|| {
            for _ in 0..BATCH {
                plain.insert(next().into(), VALUE.into());
            }
        });
    });
    group.bench_function("btree overwrite", |b| {
        b.iter(|| {
            for _ in 0..BATCH {
                tree.insert(next().into(), VALUE.into());
            }
        });
    });
}

criterion_group!(benches, small, large);
criterion_main!(benches);

//! Sets beside plain ones: looking members up, adding and removing them, intersecting.
//!
//! The keyspace executes whole commands on one of many keys (lookup of the key, LRU clock, reply); the plain
//! sets only do their part.
#![allow(
    missing_docs,
    reason = "criterion's macros make undocumented functions"
)]

mod server;

use std::collections::BTreeSet;
use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use hashbrown::HashSet;
use server::Server;

const BATCH: usize = 1000;
const LARGE: u64 = 1_000_000;

type PlainSet = HashSet<Box<[u8]>, foldhash::fast::FixedState>;

fn member(n: u64) -> Vec<u8> {
    format!("member:{n:09}").into_bytes()
}

/// A scattered order that visits all numbers below `count`, if that is odd or a power of ten.
fn scattered(i: usize, count: u64) -> u64 {
    (i as u64).wrapping_mul(2_654_435_761) % count
}

/// Names of the shapes, and the members of a set of each.
fn shapes() -> [(&'static str, Vec<Vec<u8>>); 3] {
    let numbers = |count: u64| (0..count).map(|n| (n * 37).to_string().into_bytes());
    [
        ("10 integers", numbers(10).collect()),
        ("500 integers", numbers(500).collect()),
        ("20 texts", (0..20).map(member).collect()),
    ]
}

fn small(c: &mut Criterion) {
    const KEYS: usize = 10_000;
    for (name, members) in shapes() {
        let mut group = c.benchmark_group(format!("set of {name}"));
        group.throughput(Throughput::Elements(BATCH as u64));
        let mut server = Server::new();
        let keys: Vec<_> = (0..KEYS)
            .map(|n| format!("set:{n:012}").into_bytes())
            .collect();
        for key in &keys {
            for member in &members {
                server.run(&[b"SADD", key, member]);
            }
        }
        let mut i = 0;
        let mut run = |server: &mut Server, command: &[u8]| {
            for _ in 0..BATCH {
                i += 1;
                let key = &keys[scattered(i, KEYS as u64) as usize];
                server.run(&[command, key, &members[i % members.len()]]);
                black_box(&server.out);
            }
        };
        group.bench_function("SISMEMBER", |b| b.iter(|| run(&mut server, b"SISMEMBER")));
        group.bench_function("SADD known", |b| b.iter(|| run(&mut server, b"SADD")));
        group.bench_function("SREM and SADD", |b| {
            b.iter(|| {
                run(&mut server, b"SREM");
                run(&mut server, b"SADD");
            });
        });
    }
}

fn large(c: &mut Criterion) {
    let mut group = c.benchmark_group("set of a million");
    group.throughput(Throughput::Elements(BATCH as u64));
    let members: Vec<_> = (0..LARGE).map(member).collect();
    let mut server = Server::new();
    for member in &members {
        server.run(&[b"SADD", b"large", member]);
    }
    let plain: PlainSet = members
        .iter()
        .map(|member| Box::from(&member[..]))
        .collect();
    let tree: BTreeSet<Box<[u8]>> = plain.iter().cloned().collect();
    let mut i = 0;
    let mut next = || {
        i += 1;
        &members[scattered(i, LARGE) as usize][..]
    };
    group.bench_function("SISMEMBER", |b| {
        b.iter(|| {
            for _ in 0..BATCH {
                server.run(&[b"SISMEMBER", b"large", next()]);
                black_box(&server.out);
            }
        });
    });
    group.bench_function("hashbrown contains", |b| {
        b.iter(|| (0..BATCH).filter(|_| plain.contains(next())).count());
    });
    group.bench_function("btree contains", |b| {
        b.iter(|| (0..BATCH).filter(|_| tree.contains(next())).count());
    });
    group.bench_function("SRANDMEMBER", |b| {
        b.iter(|| {
            for _ in 0..BATCH {
                server.run(&[b"SRANDMEMBER", b"large"]);
            }
        });
    });
}

criterion_group!(benches, small, large);
criterion_main!(benches);

//! Streams beside a `BTreeMap` from ids to vectors of fields. The keyspace executes whole commands (lookup of key
//! and expiry, LRU clock, reply); the map only stores.
#![allow(
    missing_docs,
    reason = "criterion's macros make undocumented functions"
)]

mod server;

use std::collections::BTreeMap;
use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use server::Server;

type Fields = Vec<(Vec<u8>, Vec<u8>)>;
type Map = BTreeMap<(u64, u64), Fields>;

const FIELDS: [(&[u8], &[u8]); 2] = [(b"sensor", b"7"), (b"value", b"value-of-16-byte")];
const LENGTH: u64 = 1_000_000;

fn add(server: &mut Server, id: &[u8]) {
    let [(a, b), (c, d)] = FIELDS;
    server.run(&[b"XADD", b"stream", id, a, b, c, d]);
}

fn filled() -> Server {
    let mut server = Server::new();
    for ms in 1..=LENGTH {
        add(&mut server, format!("{ms}-0").as_bytes());
    }
    server
}

fn fields() -> Fields {
    let owned = FIELDS.iter().map(|(a, b)| (a.to_vec(), b.to_vec()));
    owned.collect()
}

fn filled_map() -> Map {
    (1..=LENGTH).map(|ms| ((ms, 0), fields())).collect()
}

fn append(c: &mut Criterion) {
    let mut group = c.benchmark_group("append");
    group.throughput(Throughput::Elements(1));
    let mut server = Server::new();
    group.bench_function("XADD", |b| b.iter(|| add(&mut server, b"*")));
    let mut server = Server::new();
    group.bench_function("XADD MAXLEN ~ 10000", |b| {
        let [(a, b_), (c, d)] = FIELDS;
        b.iter(|| {
            server.run(&[
                b"XADD", b"stream", b"MAXLEN", b"~", b"10000", b"*", a, b_, c, d,
            ]);
        });
    });
    let (mut map, mut ms) = (Map::new(), 0);
    group.bench_function("map", |b| {
        b.iter(|| {
            ms += 1;
            map.insert(black_box((ms, 0)), fields());
        });
    });
}

fn ranges(c: &mut Criterion) {
    let mut group = c.benchmark_group("100 from the middle");
    group.throughput(Throughput::Elements(100));
    let mut server = filled();
    let middle = (LENGTH / 2).to_string();
    group.bench_function("XRANGE", |b| {
        b.iter(|| {
            server.run(&[
                b"XRANGE",
                b"stream",
                middle.as_bytes(),
                b"+",
                b"COUNT",
                b"100",
            ]);
            black_box(&server.out);
        });
    });
    group.bench_function("XREVRANGE", |b| {
        b.iter(|| {
            server.run(&[
                b"XREVRANGE",
                b"stream",
                middle.as_bytes(),
                b"-",
                b"COUNT",
                b"100",
            ]);
            black_box(&server.out);
        });
    });
    let map = filled_map();
    group.bench_function("map", |b| {
        let mut out = Vec::new();
        b.iter(|| {
            out.clear();
            for (_, fields) in map.range((LENGTH / 2, 0)..).take(100) {
                for (field, value) in fields {
                    out.extend_from_slice(field);
                    out.extend_from_slice(value);
                }
            }
            black_box(&out);
        });
    });
}

fn groups(c: &mut Criterion) {
    let mut group = c.benchmark_group("groups");
    group.throughput(Throughput::Elements(1));
    let mut server = Server::new();
    server.run(&[b"XGROUP", b"CREATE", b"stream", b"g", b"0", b"MKSTREAM"]);
    let mut ms = 0_u64;
    group.bench_function("XADD, XREADGROUP, XACK", |b| {
        b.iter(|| {
            ms += 1;
            let id = format!("{ms}-0");
            add(&mut server, id.as_bytes());
            server.run(&[
                b"XREADGROUP",
                b"GROUP",
                b"g",
                b"c",
                b"COUNT",
                b"1",
                b"STREAMS",
                b"stream",
                b">",
            ]);
            server.run(&[b"XACK", b"stream", b"g", id.as_bytes()]);
        });
    });
}

criterion_group!(benches, append, ranges, groups);
criterion_main!(benches);

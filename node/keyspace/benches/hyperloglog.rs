//! HyperLogLogs in both forms, beside a set that keeps every element.
#![allow(
    missing_docs,
    reason = "criterion's macros make undocumented functions"
)]

mod server;

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use hashbrown::HashSet;
use server::Server;

fn element(i: u64) -> Vec<u8> {
    format!("visitor:{i:08}").into_bytes()
}

/// A few hundred elements are sparse, many thousands are dense.
const SIZES: [(&[u8], u64); 2] = [(b"sparse", 500), (b"dense", 100_000)];

fn hyperloglogs(criterion: &mut Criterion) {
    let mut server = Server::new();
    let mut group = criterion.benchmark_group("hyperloglog");
    for (key, size) in SIZES {
        let name = key.escape_ascii().to_string();
        let elements: Vec<Vec<u8>> = (0..size).map(element).collect();
        for element in &elements {
            server.run(&[b"PFADD", key, element]);
        }
        let mut elements = elements.iter().cycle();
        group.bench_function(format!("PFADD of a known element, {name}"), |bencher| {
            bencher.iter(|| {
                let Some(element) = elements.next() else {
                    return;
                };
                server.run(&[b"PFADD", key, element]);
            });
        });
        group.bench_function(format!("PFCOUNT of two, {name}"), |bencher| {
            bencher.iter(|| server.run(black_box(&[b"PFCOUNT", key, b"nosuch"])));
        });
        group.bench_function(format!("PFCOUNT from the cache, {name}"), |bencher| {
            bencher.iter(|| server.run(black_box(&[b"PFCOUNT", key])));
        });
        group.bench_function(format!("PFMERGE, {name}"), |bencher| {
            bencher.iter(|| server.run(black_box(&[b"PFMERGE", b"merged", key])));
        });
    }
    let mut set: HashSet<Vec<u8>, foldhash::fast::FixedState> = (0..100_000).map(element).collect();
    let elements: Vec<Vec<u8>> = set.iter().cloned().collect();
    let mut elements = elements.iter().cycle();
    group.bench_function("HashSet::insert of a known element", |bencher| {
        bencher.iter(|| elements.next().map(|element| set.insert(element.clone())));
    });
    group.finish();
}

criterion_group!(benches, hyperloglogs);
criterion_main!(benches);

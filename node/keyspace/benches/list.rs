//! Lists beside a deque of vectors. The keyspace executes whole commands (lookup of key and expiry, LRU clock,
//! reply); the deque only stores.
#![allow(
    missing_docs,
    reason = "criterion's macros make undocumented functions"
)]

mod server;

use std::collections::VecDeque;
use std::hint::black_box;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use server::Server;

const ELEMENT: &[u8] = b"element-of-16-by";
/// Inside the entry, one node, and many of them.
const LENGTHS: [usize; 3] = [10, 300, 1_000_000];

fn filled(len: usize) -> Server {
    let mut server = Server::new();
    for _ in 0..len {
        server.run(&[b"RPUSH", b"list", ELEMENT]);
    }
    server
}

fn deque(len: usize) -> VecDeque<Vec<u8>> {
    core::iter::repeat_n(ELEMENT.to_vec(), len).collect()
}

fn ends(c: &mut Criterion) {
    for len in LENGTHS {
        let mut group = c.benchmark_group("push and pop");
        group.throughput(Throughput::Elements(2));
        let mut server = filled(len);
        for (name, push, pop) in [
            ("LPUSH LPOP", b"LPUSH", b"LPOP"),
            ("RPUSH LPOP", b"RPUSH", b"LPOP"),
        ] {
            group.bench_function(BenchmarkId::new(name, len), |b| {
                b.iter(|| {
                    server.run(&[push, b"list", ELEMENT]);
                    server.run(&[pop, b"list"]);
                    black_box(&server.out);
                });
            });
        }
        let mut list = deque(len);
        group.bench_function(BenchmarkId::new("deque", len), |b| {
            b.iter(|| {
                list.push_back(black_box(ELEMENT).to_vec());
                black_box(list.pop_front());
            });
        });
    }
}

fn middle(c: &mut Criterion) {
    let mut group = c.benchmark_group("middle");
    for len in LENGTHS {
        let mut server = filled(len);
        let index = (len / 2).to_string();
        group.bench_function(BenchmarkId::new("LINDEX", len), |b| {
            b.iter(|| server.run(&[b"LINDEX", b"list", index.as_bytes()]));
        });
        group.bench_function(BenchmarkId::new("LSET", len), |b| {
            b.iter(|| server.run(&[b"LSET", b"list", index.as_bytes(), b"another"]));
        });
        group.bench_function(BenchmarkId::new("LRANGE of 100", len), |b| {
            b.iter(|| server.run(&[b"LRANGE", b"list", b"0", b"99"]));
        });
        let list = deque(len);
        group.bench_function(BenchmarkId::new("deque, 100", len), |b| {
            let mut out = Vec::new();
            b.iter(|| {
                out.clear();
                for element in list.iter().take(100) {
                    out.extend_from_slice(element);
                }
                black_box(&out);
            });
        });
    }
}

fn search(c: &mut Criterion) {
    let mut group = c.benchmark_group("search");
    let len = 100_000;
    group.throughput(Throughput::Elements(len as u64));
    let mut server = filled(len);
    group.bench_function("LPOS of nothing", |b| {
        b.iter(|| server.run(&[b"LPOS", b"list", b"nothing-like-that"]));
    });
    let list = deque(len);
    group.bench_function("deque", |b| {
        b.iter(|| {
            list.iter()
                .position(|element| element == b"nothing-like-that")
        });
    });
}

criterion_group!(benches, ends, middle, search);
criterion_main!(benches);

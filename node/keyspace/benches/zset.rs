//! Sorted sets beside a `HashMap` of scores and a `BTreeSet` of scores and members. The keyspace executes whole
//! commands (lookup of key and expiry, parsing of numbers, LRU clock, reply) and knows ranks; the maps only store.
#![allow(clippy::print_stderr)]
#![allow(
    missing_docs,
    reason = "criterion's macros make undocumented functions"
)]

mod server;

use std::collections::BTreeSet;
use std::hint::black_box;
use std::ops::Bound;
use std::rc::Rc;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use hashbrown::HashMap;
use server::Server;

/// Inside the entry, a small tree, and one that no cache holds.
const LENGTHS: [u64; 3] = [10, 1000, 1_000_000];
/// How many scores there are for each member.
const SPREAD: u64 = 4;

fn member(n: u64) -> Vec<u8> {
    format!("member:{n:09}").into_bytes()
}

/// A scattered number below `len`.
fn scattered(i: u64, len: u64) -> u64 {
    i.wrapping_mul(0x9e37_79b9_7f4a_7c15) % len
}

fn score(i: u64, len: u64) -> u64 {
    scattered(i ^ 0x5555, len * SPREAD)
}

fn filled(len: u64) -> Server {
    let mut server = Server::new();
    for n in 0..len {
        let score = score(n, len).to_string();
        server.run(&[b"ZADD", b"zset", score.as_bytes(), &member(n)]);
    }
    server
}

/// What a Rust user would put together: scores are whole here, which spares it a wrapper around doubles.
#[derive(Default)]
struct Maps {
    scores: HashMap<Rc<[u8]>, u64, foldhash::fast::FixedState>,
    order: BTreeSet<(u64, Rc<[u8]>)>,
}

impl Maps {
    fn filled(len: u64) -> Self {
        let mut maps = Self::default();
        for n in 0..len {
            maps.add(&member(n), score(n, len));
        }
        maps
    }

    fn add(&mut self, member: &[u8], score: u64) {
        let member: Rc<[u8]> = Rc::from(member);
        if let Some(old) = self.scores.insert(member.clone(), score) {
            self.order.remove(&(old, member.clone()));
        }
        self.order.insert((score, member));
    }

    fn range(&self, from: u64, count: usize) -> impl Iterator<Item = &(u64, Rc<[u8]>)> {
        let start = (from, Rc::from(&b""[..]));
        let rest = self.order.range((Bound::Included(start), Bound::Unbounded));
        rest.take(count)
    }
}

fn changes(c: &mut Criterion) {
    for len in LENGTHS {
        let mut group = c.benchmark_group("zset changes");
        group.throughput(Throughput::Elements(1));
        let members: Vec<_> = (0..len).map(member).collect();
        let mut server = filled(len);
        let mut i = 0;
        group.bench_function(BenchmarkId::new("ZADD over", len), |b| {
            b.iter(|| {
                i += 1;
                let score = score(i, len).to_string();
                let member = &members[scattered(i, len) as usize];
                server.run(&[b"ZADD", b"zset", score.as_bytes(), member]);
            });
        });
        group.bench_function(BenchmarkId::new("ZINCRBY", len), |b| {
            b.iter(|| {
                i += 1;
                let member = &members[scattered(i, len) as usize];
                server.run(&[b"ZINCRBY", b"zset", b"0.25", member]);
            });
        });
        group.bench_function(BenchmarkId::new("ZPOPMIN and ZADD", len), |b| {
            b.iter(|| {
                i += 1;
                server.run(&[b"ZPOPMIN", b"zset"]);
                let score = score(i, len).to_string();
                server.run(&[b"ZADD", b"zset", score.as_bytes(), &member(len + i)]);
            });
        });
        drop(server);
        let mut maps = Maps::filled(len);
        group.bench_function(BenchmarkId::new("maps, over", len), |b| {
            b.iter(|| {
                i += 1;
                maps.add(&members[scattered(i, len) as usize], score(i, len));
            });
        });
    }
}

fn reads(c: &mut Criterion) {
    for len in LENGTHS {
        let mut group = c.benchmark_group("zset reads");
        let members: Vec<_> = (0..len).map(member).collect();
        let mut server = filled(len);
        let mut i = 0;
        for command in [&b"ZSCORE"[..], b"ZRANK"] {
            let name = String::from_utf8_lossy(command);
            group.bench_function(BenchmarkId::new(name, len), |b| {
                b.iter(|| {
                    i += 1;
                    let member = &members[scattered(i, len) as usize];
                    server.run(&[command, b"zset", member]);
                    black_box(&server.out);
                });
            });
        }
        let from = |i: u64| score(i, len).to_string();
        group.bench_function(BenchmarkId::new("ZRANGEBYSCORE, 10", len), |b| {
            b.iter(|| {
                i += 1;
                let (from, ten) = (from(i), [&b"LIMIT"[..], b"0", b"10"]);
                let range = [&b"ZRANGEBYSCORE"[..], b"zset", from.as_bytes(), b"+inf"];
                server.run(&[&range[..], &ten[..]].concat());
                black_box(&server.out);
            });
        });
        group.bench_function(BenchmarkId::new("ZRANGE, 100 with scores", len), |b| {
            b.iter(|| {
                i += 1;
                let first = scattered(i, len);
                let (first, last) = (first.to_string(), (first + 99).to_string());
                let ranks = [first.as_bytes(), last.as_bytes()];
                server.run(&[b"ZRANGE", b"zset", ranks[0], ranks[1], b"WITHSCORES"]);
                black_box(&server.out);
            });
        });
        drop(server);
        let maps = Maps::filled(len);
        group.bench_function(BenchmarkId::new("maps, range of 10", len), |b| {
            b.iter(|| {
                i += 1;
                let bytes = maps
                    .range(score(i, len), 10)
                    .map(|(_, member)| member.len());
                black_box(bytes.sum::<usize>());
            });
        });
    }
}

fn growth(c: &mut Criterion) {
    const MEMBERS: u64 = 1_000_000;
    let mut group = c.benchmark_group("zset growth");
    group
        .sample_size(10)
        .throughput(Throughput::Elements(MEMBERS));
    group.bench_function("ZADD a million new", |b| b.iter(|| filled(MEMBERS)));
    group.bench_function("maps, a million new", |b| b.iter(|| Maps::filled(MEMBERS)));
}

criterion_group!(benches, changes, reads, growth);
criterion_main!(benches);

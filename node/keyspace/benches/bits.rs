//! Bits of a long string beside loops over its bytes, and the commands that set single bits.
#![allow(
    missing_docs,
    reason = "criterion's macros make undocumented functions"
)]

mod server;

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use server::Server;

/// Larger than the caches near the processor, as bitmaps are.
const LEN: usize = 1 << 20;

fn bytes(seed: u8) -> Vec<u8> {
    (0..LEN)
        .map(|i| (i as u32).wrapping_mul(0x9e37_79b9).to_be_bytes()[0] ^ seed)
        .collect()
}

fn long_strings(criterion: &mut Criterion) {
    let mut server = Server::new();
    let (a, b, zeros) = (bytes(1), bytes(2), vec![0; LEN]);
    server.run(&[b"SET", b"a", &a]);
    server.run(&[b"SET", b"b", &b]);
    server.run(&[b"SET", b"zeros", &zeros]);
    let mut group = criterion.benchmark_group("bits");
    group.throughput(Throughput::Bytes(LEN as u64));
    group.bench_function("BITCOUNT", |bencher| {
        bencher.iter(|| server.run(&[b"BITCOUNT", b"a"]));
    });
    group.bench_function("count byte by byte", |bencher| {
        bencher.iter(|| {
            let ones = black_box(&a)
                .iter()
                .map(|byte| u64::from(byte.count_ones()));
            ones.sum::<u64>()
        });
    });
    group.bench_function("BITPOS of the last bit", |bencher| {
        bencher.iter(|| server.run(&[b"BITPOS", b"zeros", b"1"]));
    });
    group.bench_function("find byte by byte", |bencher| {
        bencher.iter(|| black_box(&zeros).iter().position(|byte| *byte != 0));
    });
    group.bench_function("BITOP AND", |bencher| {
        bencher.iter(|| server.run(&[b"BITOP", b"AND", b"c", b"a", b"b"]));
    });
    group.bench_function("and byte by byte", |bencher| {
        bencher.iter(|| {
            let pairs = black_box(&a).iter().zip(black_box(&b));
            pairs.map(|(a, b)| a & b).collect::<Vec<u8>>()
        });
    });
    group.finish();
}

fn single_bits(criterion: &mut Criterion) {
    let mut server = Server::new();
    server.run(&[b"SETBIT", b"long", b"8000000", b"1"]);
    server.run(&[b"SETBIT", b"short", b"100", b"1"]);
    let mut group = criterion.benchmark_group("bit");
    let commands: [&[&[u8]]; 5] = [
        &[b"SETBIT", b"short", b"77", b"1"],
        &[b"SETBIT", b"long", b"7654321", b"1"],
        &[b"GETBIT", b"long", b"7654321"],
        &[b"BITFIELD", b"short", b"GET", b"u7", b"30"],
        &[b"BITFIELD", b"short", b"INCRBY", b"i23", b"#2", b"1000"],
    ];
    for command in commands {
        let name = command.join(&b' ').escape_ascii().to_string();
        group.bench_function(name, |bencher| {
            bencher.iter(|| server.run(black_box(command)));
        });
    }
    group.finish();
}

criterion_group!(benches, long_strings, single_bits);
criterion_main!(benches);

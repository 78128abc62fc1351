//! What every request pays before it is executed: finding its command and its keys.

use std::hint::black_box;

use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use shoal_keyspace::command::{lookup, resolve};
use shoal_resp::Args;

fn commands(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("command");
    for name in ["GET", "hincrbyfloat", "nosuch"] {
        group.bench_with_input(
            BenchmarkId::new("lookup", name),
            name.as_bytes(),
            |bencher, name| {
                bencher.iter(|| lookup(black_box(name)));
            },
        );
    }
    let requests: [&[&[u8]]; 3] = [
        &[b"GET", b"key"],
        &[b"MSET", b"a", b"1", b"b", b"2"],
        &[b"CLUSTER", b"SLOTS"],
    ];
    for request in requests {
        let (args, name) = (Args::from_slices(request), request[0].escape_ascii());
        group.bench_with_input(
            BenchmarkId::new("resolve", &name),
            &args,
            |bencher, args| {
                bencher.iter(|| resolve(black_box(*args)).is_ok());
            },
        );
        let Ok(spec) = resolve(args) else { continue };
        group.bench_with_input(BenchmarkId::new("keys", &name), &args, |bencher, args| {
            bencher.iter(|| {
                spec.keys(black_box(*args))
                    .fold(0, |sum, found| sum + found.key.len())
            });
        });
    }
    group.finish();
}

criterion_group!(benches, commands);
criterion_main!(benches);

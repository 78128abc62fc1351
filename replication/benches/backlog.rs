//! How fast the stream is written, read by replicas that keep up, and found by replicas that come back.

use std::hint::black_box;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use shoal_replication::{Backlog, Primary, PrimaryConfig, ReplicaKey};
use shoal_slots::{Now, ReplOffset};

const COMMANDS: usize = 1000;

fn append(c: &mut Criterion) {
    let mut group = c.benchmark_group("append");
    for len in [40, 200, 10_000] {
        let command = vec![b'x'; len];
        group.throughput(Throughput::Bytes((len * COMMANDS) as u64));
        group.bench_with_input(
            BenchmarkId::from_parameter(len),
            &command,
            |bencher, command| {
                let mut backlog = Backlog::new(1024 * 1024, ReplOffset(0));
                bencher.iter(|| {
                    for _ in 0..COMMANDS {
                        backlog.append(command);
                    }
                    backlog.trim(None);
                });
            },
        );
    }
    group.finish();
}

fn feed(c: &mut Criterion) {
    let mut group = c.benchmark_group("feed");
    let command = b"*3\r\n$3\r\nSET\r\n$3\r\nkey\r\n$16\r\n0123456789abcdef\r\n";
    for replicas in [0u64, 1, 10] {
        group.throughput(Throughput::Bytes((command.len() * COMMANDS) as u64));
        group.bench_with_input(
            BenchmarkId::new("replicas", replicas),
            &replicas,
            |bencher, replicas| {
                let (mut primary, now) = (Primary::new(PrimaryConfig::new(), 1), Now::default());
                primary.become_replica();
                primary.become_primary(now);
                let request = shoal_replication::PsyncRequest::new(Some(primary.history()));
                for key in 0..*replicas {
                    primary.psync(
                        now,
                        ReplicaKey(key),
                        request,
                        shoal_replication::Upstream::None,
                    );
                }
                bencher.iter(|| {
                    for _ in 0..COMMANDS {
                        primary.feed(0, command);
                    }
                    for key in (0..*replicas).map(ReplicaKey) {
                        while let len @ 1.. = black_box(primary.output(key)).len() {
                            primary.output_written(now, key, len);
                        }
                    }
                });
            },
        );
    }
    group.finish();
}

fn seek(c: &mut Criterion) {
    let mut backlog = Backlog::new(64 * 1024 * 1024, ReplOffset(0));
    backlog.append(&vec![b'x'; 64 * 1024 * 1024]);
    let mut offset = 0;
    c.bench_function("seek", |bencher| {
        bencher.iter(|| {
            offset = (offset + 7_777_777) % (64 * 1024 * 1024);
            black_box(backlog.read(ReplOffset(offset)))
        });
    });
}

criterion_group!(benches, append, feed, seek);
criterion_main!(benches);

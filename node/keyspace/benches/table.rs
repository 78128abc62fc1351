//! The keyspace beside plain maps: reading, overwriting and adding keys of 16 bytes with values of 16 bytes.
//!
//! The keyspace executes whole commands (lookup of expiry, LRU clock, reply); the maps only store. A million
//! keys are read in a scattered order, so that every access misses the caches as it does in a real server.
#![allow(clippy::print_stderr)]
#![allow(
    missing_docs,
    reason = "criterion's macros make undocumented functions"
)]

use std::collections::BTreeMap;
use std::hint::black_box;

use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use hashbrown::HashMap;
use shoal_keyspace::command::{Handler, lookup};
use shoal_keyspace::{Blocking, Ctx, Effects, Keyspace, KeyspaceConfig};
use shoal_resp::{Args, ReplyWriter, Version};
use shoal_slots::{Slot, UnixMillis};

const KEYS: u64 = 1_000_000;
const BATCH: u64 = 1000;
const NOW: UnixMillis = UnixMillis(1_700_000_000_000);

type Map = HashMap<Box<[u8]>, Box<[u8]>, foldhash::fast::FixedState>;

fn key(n: u64) -> [u8; 16] {
    let mut key = *b"key:000000000000";
    let digits = format!("{n:012}");
    key[4..].copy_from_slice(digits.as_bytes());
    key
}

/// A scattered order that visits every key.
fn scattered(i: u64) -> u64 {
    i.wrapping_mul(2_654_435_761) % KEYS
}

struct Server {
    keyspace: Keyspace,
    effects: Effects,
    out: Vec<u8>,
}

impl Server {
    fn new(config: KeyspaceConfig) -> Self {
        Self {
            keyspace: Keyspace::new(config, 1),
            effects: Effects::new(false),
            out: Vec::with_capacity(1 << 16),
        }
    }

    fn filled(config: KeyspaceConfig) -> Self {
        let mut server = Self::new(config);
        for n in 0..KEYS {
            server.run(&[b"SET", &key(n), b"0123456789abcdeX"], None);
        }
        server
    }

    #[inline]
    fn run(&mut self, args: &[&[u8]], slot: Option<Slot>) {
        self.out.clear();
        let Some(Handler::Keyspace(handler)) = lookup(args[0]).map(|spec| spec.handler) else {
            return;
        };
        self.effects.clear();
        handler(&mut Ctx {
            keyspace: &mut self.keyspace,
            args: Args::from_slices(args),
            reply: ReplyWriter::new(&mut self.out, Version::Resp2),
            db: 0,
            slot,
            hash: None,
            now: NOW,
            from_primary: false,
            blocking: Blocking::Forbidden,
            effects: &mut self.effects,
        });
    }
}

fn keyspace(c: &mut Criterion) {
    for (name, config) in [
        ("cluster", KeyspaceConfig::cluster()),
        ("standalone", KeyspaceConfig::standalone(1)),
    ] {
        let mut group = c.benchmark_group(name);
        group.throughput(Throughput::Elements(BATCH));
        let mut server = Server::filled(config.clone());
        eprintln!(
            "{name}: {} bytes per key by our own count",
            server.keyspace.memory_used() / KEYS as usize
        );
        let keys: Vec<_> = (0..KEYS).map(|i| key(scattered(i))).collect();
        let slots: Vec<_> = keys.iter().map(|key| Slot::of_key(key)).collect();
        let mut i = 0;
        group.bench_function("get", |b| {
            b.iter(|| {
                for _ in 0..BATCH {
                    i = (i + 1) % KEYS as usize;
                    server.run(&[b"GET", &keys[i]], Some(slots[i]));
                    black_box(&server.out);
                }
            });
        });
        group.bench_function("set over", |b| {
            b.iter(|| {
                for _ in 0..BATCH {
                    i = (i + 1) % KEYS as usize;
                    server.run(&[b"SET", &keys[i], b"0123456789abcdeY"], Some(slots[i]));
                }
            });
        });
        drop(server);
        group.sample_size(10).throughput(Throughput::Elements(KEYS));
        group.bench_function("set a million new", |b| {
            b.iter_batched_ref(
                || Server::new(config.clone()),
                |server| {
                    for i in 0..KEYS as usize {
                        server.run(&[b"SET", &keys[i], b"0123456789abcdeX"], Some(slots[i]));
                    }
                },
                BatchSize::PerIteration,
            );
        });
    }
}

fn maps(c: &mut Criterion) {
    let mut group = c.benchmark_group("maps");
    group.throughput(Throughput::Elements(BATCH));
    let keys: Vec<_> = (0..KEYS).map(|i| key(scattered(i))).collect();
    let pairs = || {
        keys.iter()
            .map(|key| (Box::from(&key[..]), Box::from(&b"0123456789abcdeX"[..])))
    };
    let hash_map: Map = pairs().collect();
    let tree: BTreeMap<Box<[u8]>, Box<[u8]>> = pairs().collect();
    let (mut i, mut sum) = (0, 0);
    group.bench_function("hashbrown get", |b| {
        b.iter(|| {
            for _ in 0..BATCH {
                i = (i + 1) % KEYS as usize;
                sum += hash_map
                    .get(&keys[i][..])
                    .map_or(0, |value| usize::from(value[0]));
            }
        });
    });
    group.bench_function("btree get", |b| {
        b.iter(|| {
            for _ in 0..BATCH {
                i = (i + 1) % KEYS as usize;
                sum += tree
                    .get(&keys[i][..])
                    .map_or(0, |value| usize::from(value[0]));
            }
        });
    });
    black_box(sum);
    drop((hash_map, tree));
    group.sample_size(10).throughput(Throughput::Elements(KEYS));
    group.bench_function("hashbrown insert a million", |b| {
        b.iter_batched_ref(
            Map::default,
            |map| map.extend(pairs()),
            BatchSize::PerIteration,
        );
    });
}

criterion_group!(benches, keyspace, maps);
criterion_main!(benches);

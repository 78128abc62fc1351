//! What routing costs: hashing keys (beside another crate's hashing), deciding, walking sets, patching maps.

use std::hint::black_box;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
#[cfg(feature = "client")]
use shoal_slots::{Address, SlotMap};
use shoal_slots::{
    ClusterState, ClusterView, CommandKind, NodeId, RouteRequest, Slot, SlotSet, ViewNode,
    plain_slot, route,
};

fn key(len: usize) -> Vec<u8> {
    (0..len).map(|i| b"user:0123456789abcdef"[i % 21]).collect()
}

fn of_key(c: &mut Criterion) {
    let mut group = c.benchmark_group("of_key");
    for len in [8, 16, 64] {
        let key = key(len);
        group.throughput(Throughput::Bytes(len as u64));
        group.bench_with_input(BenchmarkId::new("shoal", len), &key, |b, key| {
            b.iter(|| Slot::of_key(black_box(key)));
        });
        group.bench_with_input(BenchmarkId::new("redis-protocol", len), &key, |b, key| {
            b.iter(|| redis_protocol::redis_keyslot(black_box(key)));
        });
    }
    let tagged = b"{user:1000}.followers".as_slice();
    group.bench_function("shoal/tagged", |b| {
        b.iter(|| Slot::of_key(black_box(tagged)))
    });
    group.bench_function("redis-protocol/tagged", |b| {
        b.iter(|| redis_protocol::redis_keyslot(black_box(tagged)));
    });
    group.finish();
}

fn view() -> ClusterView {
    let node = |digit: u8| {
        ViewNode::new(
            NodeId::parse(&[digit; 40]).expect("an id"),
            "127.0.0.1",
            7000,
        )
    };
    let mut builder = ClusterView::builder(node(b'a'));
    let (me, other) = (builder.myself(), builder.add(node(b'b')).expect("room"));
    builder
        .table_mut()
        .assign(&"0-8191".parse().expect("slots"), me);
    builder
        .table_mut()
        .assign(&"8192-16383".parse().expect("slots"), other);
    let migrating = Slot::of_key(b"{06S}");
    builder.table_mut().set_migrating(migrating, Some(other));
    builder.state(ClusterState::Ok);
    builder.build()
}

fn routing(c: &mut Criterion) {
    let view = view();
    let request = RouteRequest::of(CommandKind::Read);
    let mut group = c.benchmark_group("route");
    let mine = [b"user:2".as_slice()];
    let keys = |keys: &'static [&'static [u8]]| black_box(keys).iter().copied();
    group.bench_function("serves_plainly", |b| {
        b.iter(|| view.serves_plainly(Slot::of_key(black_box(mine[0]))));
    });
    for (name, list) in [
        ("mine", [b"user:2".as_slice()].as_slice()),
        ("mine, 8 keys", &[b"{user:2}a".as_slice(); 8]),
        ("moved", &[b"foo".as_slice()]),
        ("migrating", &[b"{06S}0".as_slice()]),
    ] {
        let list: &'static [&'static [u8]] = Vec::leak(list.to_vec());
        group.bench_function(BenchmarkId::new("plain_slot", name), |b| {
            b.iter(|| plain_slot(&view, keys(list)))
        });
        group.bench_function(BenchmarkId::new("route", name), |b| {
            b.iter(|| route(&view, &request, keys(list), |_| true));
        });
    }
    group.finish();
}

fn sets(c: &mut Criterion) {
    let mut group = c.benchmark_group("slot_set");
    let every_third: SlotSet = Slot::all().step_by(3).collect();
    let third: SlotSet = Slot::all().take(5461).collect();
    for (name, set) in [("one range", &third), ("5462 ranges", &every_third)] {
        group.bench_function(BenchmarkId::new("ranges", name), |b| {
            b.iter(|| black_box(set).ranges().count())
        });
        group.bench_function(BenchmarkId::new("len", name), |b| {
            b.iter(|| black_box(set).len())
        });
    }
    group.bench_function("union", |b| {
        b.iter(|| black_box(&third).union(black_box(&every_third)))
    });
    group.finish();
}

#[cfg(feature = "client")]
fn map(c: &mut Criterion) {
    let mut map = SlotMap::new();
    let addresses: Vec<_> = (0..1000)
        .map(|n| Address::new(format!("10.0.0.{}", n % 250), 7000 + n))
        .collect();
    for (slot, address) in Slot::all().zip(addresses.iter().cycle()) {
        map.patch(slot, address.clone());
    }
    let slot = Slot::of_key(b"foo");
    let mut group = c.benchmark_group("slot_map");
    group.bench_function("lookup", |b| b.iter(|| map.primary(black_box(slot))));
    let mut turn = 0;
    group.bench_function("patch, 1000 primaries", |b| {
        b.iter(|| {
            turn = (turn + 1) % addresses.len();
            map.patch(slot, addresses[turn].clone())
        });
    });
    group.finish();
}

#[cfg(not(feature = "client"))]
fn map(_: &mut Criterion) {}

criterion_group!(benches, of_key, routing, sets, map);
criterion_main!(benches);

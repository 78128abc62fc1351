//! What a heartbeat costs: a node of a large cluster reads and writes thousands of them per second.

use std::hint::black_box;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use shoal_gossip::wire::{
    Body, Dialect, Extension, GossipEntry, Header, Heartbeat, IpText, MessageFlags, NodeFlags,
    Packet,
};
use shoal_slots::{ClusterState, Epoch, NodeId, ReplOffset, ShardId, SlotSet};

fn ping(entries: usize) -> Packet {
    let id = |number: usize| NodeId::parse(format!("{number:040x}").as_bytes()).expect("40 digits");
    let entry = |number| GossipEntry {
        node: id(number),
        ping_sent: 0,
        pong_received: 1_795_156_369,
        ip: IpText::new("192.168.100.100").expect("an address"),
        port: 6379,
        cport: 16379,
        flags: NodeFlags::PRIMARY,
        pport: 0,
    };
    let header = Header {
        port: 6379,
        pport: 0,
        cport: 16379,
        current_epoch: Epoch(7),
        config_epoch: Epoch(3),
        offset: ReplOffset(99),
        sender: id(0),
        slots: SlotSet::full(),
        primary: None,
        ip: IpText::EMPTY,
        flags: NodeFlags::PRIMARY | NodeFlags::MYSELF,
        state: ClusterState::Ok,
        mflags: MessageFlags::EXT_DATA,
    };
    let shard = ShardId::parse(&[b'5'; 40]).expect("40 digits");
    let heartbeat = Heartbeat {
        gossip: (1..=entries).map(entry).collect(),
        extensions: vec![Extension::ShardId(shard)],
        malformed: 0,
    };
    Packet {
        header,
        body: Body::Ping(heartbeat),
    }
}

fn heartbeats(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("ping");
    for entries in [3, 100] {
        let packet = ping(entries);
        let bytes = packet.encode();
        group.throughput(Throughput::Bytes(bytes.len() as u64));
        group.bench_with_input(
            BenchmarkId::new("parse", entries),
            &bytes,
            |bencher, bytes| {
                bencher.iter(|| Packet::parse(black_box(bytes), Dialect::Redis72));
            },
        );
        group.bench_with_input(
            BenchmarkId::new("encode", entries),
            &packet,
            |bencher, packet| {
                bencher.iter(|| black_box(packet).encode());
            },
        );
    }
    group.finish();
}

criterion_group!(benches, heartbeats);
criterion_main!(benches);

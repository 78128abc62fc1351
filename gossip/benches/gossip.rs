//! One heartbeat handled, answered included, by a node of a small, a big and a huge cluster.

use criterion::{BatchSize, Criterion, criterion_group, criterion_main};
use shoal_gossip::nodes_conf::{NodeLine, NodesConf};
use shoal_gossip::wire::{IpText, NodeFlags};
use shoal_gossip::{Config, Gossip, LinkChange, LinkId, Output};
use shoal_slots::{Epoch, Instant, NodeId, Now, Slot};

const NOW: Now = Now {
    instant: Instant::from_micros(1_000_000),
    unix_micros: 1_700_000_000_000_000,
};

/// The file of the n-th of `size` primaries that share all slots.
fn conf(n: usize, size: usize) -> NodesConf {
    let line = |i: usize| {
        let id = NodeId::parse(format!("{i:040}").as_bytes()).unwrap_or_else(|_| unreachable!());
        let mut line = NodeLine::new(id);
        line.ip = IpText::new(&format!("10.0.{}.{}", i / 250, i % 250)).unwrap_or_default();
        (line.port, line.cport, line.config_epoch) = (6379, 16379, Epoch(i as u64 + 1));
        line.flags = NodeFlags::PRIMARY;
        line.flags.set(NodeFlags::MYSELF, i == n);
        line.slots = Slot::all()
            .filter(|slot| slot.index() * size / 16384 == i)
            .collect();
        line
    };
    NodesConf {
        nodes: (0..size).map(line).collect(),
        current_epoch: Epoch(size as u64),
        ..NodesConf::default()
    }
}

fn node(n: usize, size: usize) -> Gossip {
    let gossip = Gossip::restore(Config::new(6379, 16379), conf(n, size), 1, NOW);
    let mut gossip = gossip.unwrap_or_else(|_| unreachable!());
    gossip.handle_timeout(NOW);
    let connects: Vec<LinkId> = core::iter::from_fn(|| gossip.poll_output())
        .filter_map(|output| match output {
            Output::Event(shoal_gossip::Event::Connect { link, .. }) => Some(link),
            _ => None,
        })
        .collect();
    for link in connects {
        gossip.handle_link(
            NOW,
            link,
            LinkChange::Connected {
                local_ip: "10.0.0.1".into(),
            },
        );
    }
    while gossip.poll_output().is_some() {}
    gossip
}

fn heartbeats(c: &mut Criterion) {
    let mut group = c.benchmark_group("heartbeat");
    for size in [6, 100, 1000] {
        let mut peer = node(1, size);
        let id = NodeId::parse(format!("{:040}", 0).as_bytes()).unwrap_or_else(|_| unreachable!());
        peer.ping(NOW, id);
        let ping = core::iter::from_fn(|| peer.poll_output()).find_map(|output| match output {
            Output::Transmit(transmit) => Some(transmit.packet),
            Output::Event(_) => None,
        });
        let ping = ping.unwrap_or_default();
        let mut me = node(0, size);
        let link = LinkId::inbound(1);
        let change = LinkChange::Accepted {
            peer_ip: "10.0.0.1".into(),
            local_ip: "10.0.0.0".into(),
        };
        me.handle_link(NOW, link, change);
        group.throughput(criterion::Throughput::Bytes(ping.len() as u64));
        group.bench_function(format!("{size} nodes"), |b| {
            b.iter_batched(
                || (),
                |()| {
                    let _ = me.handle_packet(NOW, link, &ping);
                    while me.poll_output().is_some() {}
                },
                BatchSize::SmallInput,
            );
        });
    }
    group.finish();
}

criterion_group!(benches, heartbeats);
criterion_main!(benches);

//! What a command costs inside the data plane: parsing, routing, executing and answering pipelines of `GET` and `SET`
//! with 16-byte values over 100000 keys, without a socket. The time shown is per pipeline; the throughput
//! counts commands.

use std::hint::black_box;
use std::sync::Arc;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use shoal_config::{Config, Host};
use shoal_core::{ClientId, DataPlane, PeerInfo, ToData};
use shoal_slots::{ClusterState, ClusterView, NodeId, Now, SlotSet, ViewNode};

/// Keys that the pipelines go through.
const KEYS: u32 = 100_000;

struct NoFiles;

impl Host for NoFiles {
    fn read(&mut self, _path: &[u8]) -> Result<Vec<u8>, String> {
        Err("no files here".into())
    }

    fn change_dir(&mut self, path: &[u8]) -> Result<Vec<u8>, String> {
        Ok(path.to_vec())
    }
}

fn plane(cluster: bool) -> (DataPlane, ClientId) {
    let mut config = Config::new();
    let text = if cluster { "cluster-enabled yes" } else { "" };
    config
        .load(None, text.as_bytes(), &mut NoFiles)
        .expect("sound");
    let now = Now {
        unix_micros: 1_767_225_600_000_000,
        ..Now::default()
    };
    let mut plane = DataPlane::new(config, 1, now);
    let mut builder = ClusterView::builder(ViewNode::new(NodeId::ZERO, "127.0.0.1", 6379));
    let me = builder.myself();
    builder.table_mut().assign(&SlotSet::full(), me);
    builder.state(ClusterState::Ok);
    plane.handle_control(now, ToData::View(Arc::new(builder.build())));
    let peer = PeerInfo {
        addr: "127.0.0.1:1".into(),
        ..PeerInfo::default()
    };
    let client = plane.connect(now, peer).expect("accepted");
    (plane, client)
}

/// Pipelines of `depth` commands that together go through all keys in a scattered order.
fn pipelines(depth: u32, set: bool) -> Vec<Vec<u8>> {
    let command = |n: u32| {
        let key = format!("key:{:012}", n.wrapping_mul(2_654_435_761) % KEYS);
        let mut out = Vec::new();
        match set {
            true => {
                shoal_resp::write_command(&mut out, &[b"SET", key.as_bytes(), b"0123456789abcdef"])
            }
            false => shoal_resp::write_command(&mut out, &[b"GET", key.as_bytes()]),
        }
        out
    };
    (0..KEYS / depth)
        .map(|p| (p * depth..(p + 1) * depth).flat_map(command).collect())
        .collect()
}

fn run(plane: &mut DataPlane, client: ClientId, bytes: &[u8]) {
    plane.handle_input(
        Now {
            unix_micros: 1_767_225_600_000_000,
            ..Now::default()
        },
        client,
        black_box(bytes),
    );
    let written = black_box(plane.output(client)).len();
    plane.output_written(client, written);
}

fn commands(c: &mut Criterion) {
    for (mode, cluster) in [("standalone", false), ("cluster", true)] {
        let (mut plane, client) = plane(cluster);
        for (name, set) in [("set", true), ("get", false)] {
            for depth in [1, 16, 64] {
                let pipelines = pipelines(depth, set);
                let mut group = c.benchmark_group(format!("{mode}/{name}"));
                group.throughput(Throughput::Elements(u64::from(depth)));
                let mut next = pipelines.iter().cycle();
                group.bench_function(depth.to_string(), |b| {
                    b.iter(|| {
                        next.next()
                            .into_iter()
                            .for_each(|bytes| run(&mut plane, client, bytes))
                    });
                });
                group.finish();
            }
        }
    }
}

criterion_group!(benches, commands);
criterion_main!(benches);

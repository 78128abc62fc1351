//! What happens to clusters besides clean deaths: stuck nodes, stopped nodes, and everybody gone at once.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may fail")]

mod harness;

use std::time::{Duration, Instant};

use harness::cluster::{Cluster, Node, wait_for_agreement, wait_long};
use harness::load::{Kept, Load, keys_in};
use harness::text_of;

const LINES: [&str; 3] = [
    "cluster-node-timeout 2000",
    "appendonly no",
    "enable-debug-command yes",
];

/// The command takes longer than the node timeout, yet the node is alive and says so: the bus has a thread of its own.
#[test]
fn a_slow_command_does_not_cost_a_primary_its_role() {
    let cluster = Cluster::start(&LINES);
    let before = cluster.wait_until_healthy();
    let (primary, others) = cluster.nodes.split_first().unwrap();
    let mut client = primary.client();
    let slow = std::thread::spawn(move || {
        let started = Instant::now();
        assert_eq!(client.text(&["DEBUG", "SLEEP", "2.5"]), "OK");
        started.elapsed()
    });
    while !slow.is_finished() {
        for node in others {
            let view = node.view().unwrap();
            let about = view.of(primary).unwrap();
            assert!(about.is_primary() && about.is_steady(), "{about:?}");
        }
    }
    let took = slow.join().unwrap();
    assert!(took >= Duration::from_millis(2500), "{took:?}");
    assert_eq!(cluster.wait_until_healthy(), before);
}

#[test]
fn a_stopped_primary_is_replaced_and_returns_as_a_replica() {
    let cluster = Cluster::start(&LINES);
    let (primary, replica) = cluster.shard_of(0);
    let (primary, replica) = (&cluster.nodes[primary], &cluster.nodes[replica]);
    let seeds = cluster.nodes.iter().map(Node::address).collect();
    let load = Load::start(seeds, keys_in("k", 0..=5460, 100), Kept::Most);
    wait_long("the load to flow", || {
        (load.acknowledged_by(&primary.address()) > 500).then_some(())
    });
    primary.signal("-STOP");
    wait_long("writes at the replica", || {
        (load.acknowledged_by(&replica.address()) > 500).then_some(())
    });
    primary.signal("-CONT");
    wait_long("the stopped node to return as a replica", || {
        primary.is_synced_replica().then_some(())
    });
    let seen = load.stop();
    assert_eq!(seen.wrong, Vec::<String>::new());
    assert_eq!(seen.strange, Vec::<String>::new());
    cluster.wait_until_healthy();
    let values = |node: &Node| {
        let mut client = node.client();
        client.text(&["READONLY"]);
        let value = |key: &String| text_of(&client.ask(&["GET", key]));
        seen.keys.keys().map(value).collect::<Vec<_>>()
    };
    wait_long("equal contents", || {
        (values(primary) == values(replica)).then_some(())
    });
}

#[test]
fn a_cluster_whose_nodes_all_died_comes_back() {
    let mut cluster = Cluster::start(&LINES);
    let before = cluster.wait_until_healthy();
    for node in &mut cluster.nodes {
        node.kill();
    }
    for node in &mut cluster.nodes {
        node.restart();
    }
    let after = cluster.wait_until_healthy();
    assert_eq!(after.0.len(), before.0.len());
    for (id, line) in &before.0 {
        // A replica that starts first may have taken over meanwhile; the slots are all somebody's in any case.
        assert_eq!(after.0[id].address, line.address);
    }
    let slots = |view: &harness::cluster::View| {
        let mut slots: Vec<String> = view
            .0
            .values()
            .flat_map(|line| line.slots.clone())
            .collect();
        slots.sort();
        slots
    };
    assert_eq!(slots(&after), slots(&before));
    wait_for_agreement(&cluster.all(), harness::cluster::AGREEMENT);
}

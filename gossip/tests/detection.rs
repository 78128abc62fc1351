//! From silence to FAIL, and back.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that fails panics"
)]

mod common;

use std::time::Duration;

use common::{Cluster, T, lossy};
use shoal_gossip::Event;
use shoal_simnet::Faults;
use shoal_slots::ClusterState;

#[test]
fn every_survivor_fails_a_silent_node() {
    for seed in 0..200 {
        let mut cluster = Cluster::of_primaries(seed, 5, lossy(5));
        cluster.isolate(0);
        cluster.run_for(5 * T / 2);
        for n in 1..5 {
            assert!(
                cluster.sees_fail(n, 0),
                "node {n}, seed {seed}\n{}",
                cluster.picture()
            );
            for other in 1..5 {
                assert!(
                    !cluster.sees_fail(n, other),
                    "{n} failed {other}, seed {seed}"
                );
            }
        }
        assert!(
            !cluster.nodes[0].happened(|e| matches!(e, Event::NodeFailed(_))),
            "a minority fails nobody"
        );
    }
}

#[test]
fn nobody_is_failed_while_all_is_well_even_with_loss() {
    for seed in 0..20 {
        let mut cluster = Cluster::of_primaries(seed, 6, lossy(5));
        cluster.run_for(Duration::from_secs(120));
        for node in &cluster.nodes {
            assert!(
                !node.happened(|e| matches!(e, Event::NodeFailed(_))),
                "seed {seed}"
            );
        }
    }
}

#[test]
fn a_killed_process_is_no_faster_than_a_silent_one() {
    let mut cluster = Cluster::of_primaries(5, 4, Faults::default());
    cluster.kill(0);
    let took = cluster.run_until("failed", |c| (1..4).all(|n| c.sees_fail(n, 0)));
    assert!(took > T && took < 2 * T, "{took:?}");
}

#[test]
fn replicas_decide_fail_too_and_fail_spreads_at_once() {
    for seed in 0..20 {
        let mut cluster = Cluster::with_replicas(seed, 3, Faults::default());
        cluster.isolate(1);
        cluster.run_until("failed somewhere", |c| {
            (0..6).any(|n| n != 1 && c.sees_fail(n, 1))
        });
        cluster.run_for(Duration::from_millis(5));
        for n in [0, 2, 3, 4, 5] {
            assert!(cluster.sees_fail(n, 1), "node {n}, seed {seed}");
        }
    }
}

#[test]
fn a_primary_with_slots_stays_failed_for_two_timeouts_and_a_replica_recovers_at_once() {
    let mut cluster = Cluster::with_replicas(3, 3, Faults::default());
    for (n, least) in [(0, 2 * T), (4, Duration::ZERO)] {
        cluster.isolate(n);
        cluster.run_until("failed", |c| c.sees_fail(1, n));
        let failed_at = cluster.now;
        cluster.heal();
        cluster.run_until("recovered", |c| c.all(|c, m| !c.sees_fail(m, n)));
        let took = cluster.now - failed_at;
        assert!(took >= least && took < least + 2 * T, "node {n}: {took:?}");
    }
    cluster.run_until("ok", |c| c.all(|c, n| c.state(n) == ClusterState::Ok));
}

#[test]
fn the_only_voter_needs_no_second_opinion() {
    let mut cluster = Cluster::of_primaries(1, 1, Faults::default());
    let replica = cluster.add_node(common::config());
    cluster.meet(replica, 0);
    cluster.run_until("known", |c| c.all(|c, n| c.knows_all(n)));
    cluster.kill(replica);
    cluster.run_until("failed", |c| c.sees_fail(0, replica));
}

#[test]
fn reports_are_counted_and_expire() {
    let mut cluster = Cluster::of_primaries(1, 5, Faults::default());
    let victim = cluster.id(0);
    // Two of five doubt the node: not enough for FAIL, but reported.
    for n in [1, 2] {
        let (a, b) = (cluster.nodes[n].host, cluster.nodes[0].host);
        cluster.net.cut(b, a);
        cluster.net.cut(a, b);
    }
    cluster.run_for(3 * T);
    let count = |c: &mut Cluster| {
        c.call(4, |g, now| g.count_failure_reports(now, victim.as_str()))
            .unwrap()
    };
    assert_eq!(count(&mut cluster), 2);
    assert!(!cluster.sees_fail(4, 0));
    cluster.heal();
    cluster.run_for(3 * T);
    assert_eq!(count(&mut cluster), 0);
}

/// Time from silence to FAIL everywhere, in milliseconds: median and worst of 20 seeds. A change here is a
/// change of behaviour that users see; look at it, then bless it.
#[test]
fn golden_time_to_fail() {
    let mut table = String::new();
    for size in [3, 5, 10] {
        for loss in [0, 5, 20] {
            let mut times: Vec<u128> = (0..20).map(|seed| time_to_fail(seed, size, loss)).collect();
            times.sort_unstable();
            table += &format!(
                "{size:>2} nodes {loss:>2}% loss: {:>4} {:>4}\n",
                times[10], times[19]
            );
        }
    }
    let golden = include_str!("data/time_to_fail.txt");
    assert_eq!(table, golden, "measured:\n{table}");
}

fn time_to_fail(seed: u64, size: u32, loss: u8) -> u128 {
    let mut cluster = Cluster::of_primaries(seed, size, lossy(loss));
    cluster.run_for(Duration::from_millis(seed * 37 % 1000));
    cluster.isolate(0);
    let took = cluster.run_until("failed", |c| (1..size as usize).all(|n| c.sees_fail(n, 0)));
    took.as_millis()
}

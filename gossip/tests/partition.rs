//! Minorities stop, majorities go on, and afterwards everybody agrees.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that fails panics"
)]

mod common;

use std::time::Duration;

use common::{Cluster, T, lossy};
use shoal_simnet::{Faults, HostId};
use shoal_slots::ClusterState::{Fail, Ok as Fine};

fn hosts(range: std::ops::Range<u32>) -> Vec<HostId> {
    range.map(HostId).collect()
}

#[test]
fn a_minority_stops_after_a_timeout_and_heals() {
    for seed in 0..50 {
        let mut cluster = Cluster::of_primaries(seed, 5, lossy(2));
        cluster.net.partition(&[&hosts(0..2), &hosts(2..5)]);
        let took = cluster.run_until("stopped", |c| c.state(0) == Fail && c.state(1) == Fail);
        assert!(took > T && took < 2 * T, "{took:?}, seed {seed}");
        cluster.run_for(T);
        assert!(
            (2..5).all(|n| cluster.state(n) == Fail),
            "its slots are uncovered on the other side"
        );
        cluster.heal();
        cluster.run_until("healed", |c| c.all(|c, n| c.state(n) == Fine));
    }
}

#[test]
fn without_full_coverage_the_majority_goes_on() {
    let mut cluster = Cluster::of_primaries(1, 5, Faults::default());
    for n in 0..5 {
        cluster.nodes[n].gossip.config_mut().require_full_coverage = false;
    }
    cluster.net.partition(&[&hosts(0..2), &hosts(2..5)]);
    cluster.run_for(3 * T);
    assert_eq!(
        (0..5).map(|n| cluster.state(n)).collect::<Vec<_>>(),
        [Fail, Fail, Fine, Fine, Fine]
    );
}

#[test]
fn a_primary_waits_before_it_rejoins_and_a_replica_does_not() {
    let mut cluster = Cluster::with_replicas(1, 3, Faults::default());
    // Node 0 with its replica 3: a minority of two.
    cluster.net.partition(&[
        &[HostId(0), HostId(3)],
        &[HostId(1), HostId(2), HostId(4), HostId(5)],
    ]);
    cluster.run_until("stopped", |c| c.state(0) == Fail && c.state(3) == Fail);
    cluster.heal();
    let healed = cluster.now;
    cluster.run_until("replica back", |c| c.state(3) == Fine);
    let replica = cluster.now - healed;
    cluster.run_until("primary back", |c| c.state(0) == Fine);
    let primary = cluster.now - healed;
    assert!(
        replica < T && primary >= T,
        "replica {replica:?}, primary {primary:?}"
    );
}

#[test]
fn a_started_primary_does_not_serve_for_two_seconds() {
    let mut cluster = Cluster::of_primaries(1, 3, Faults::default());
    cluster.kill(0);
    cluster.run_for(Duration::from_millis(50));
    cluster.restart(0);
    let started = cluster.now;
    cluster.run_until("serving", |c| c.state(0) == Fine);
    let took = cluster.now - started;
    assert!(
        took >= Duration::from_secs(2) && took < Duration::from_millis(2500),
        "{took:?}"
    );
}

#[test]
fn a_majority_elects_and_the_old_primary_follows() {
    for seed in 0..60 {
        let mut cluster = Cluster::with_replicas(seed, 3, lossy(3));
        cluster.elections = true;
        let (old, new) = (cluster.id(0), cluster.id(3));
        let slots = cluster.gossip(0).slots_of(&old).clone();
        cluster.isolate(0);
        cluster.run_until("elected", |c| {
            (1..6).all(|n| *c.gossip(n).slots_of(&new) == slots)
        });
        cluster.run_until("serving", |c| (1..6).all(|n| c.state(n) == Fine));
        assert!(*cluster.gossip(0).slots_of(&old) == slots, "it cannot know");
        cluster.heal();
        cluster.run_until("demoted", |c| {
            c.all(|c, n| {
                let demoted = c
                    .gossip(n)
                    .node(&old)
                    .is_some_and(|peer| peer.primary == Some(new));
                demoted && *c.gossip(n).slots_of(&new) == slots && c.state(n) == Fine
            })
        });
    }
}

#[test]
fn one_way_silence_is_silence() {
    let mut cluster = Cluster::of_primaries(2, 5, Faults::default());
    for n in 1..5 {
        cluster.net.cut(HostId(0), HostId(n));
    }
    cluster.run_for(3 * T);
    assert!((1..5).all(|n| cluster.sees_fail(n, 0)));
    assert_eq!(cluster.state(0), Fail, "its pings stay unanswered");
}

#[test]
fn a_silent_machine_looks_dead_and_comes_back() {
    let mut cluster = Cluster::of_primaries(2, 4, Faults::default());
    cluster.nodes[0].gossip.set_silent(true);
    cluster.run_until("failed", |c| (1..4).all(|n| c.sees_fail(n, 0)));
    cluster.nodes[0].gossip.set_silent(false);
    cluster.run_until("back", |c| c.all(|c, n| c.state(n) == Fine));
    assert!(
        (1..4).all(|n| !cluster.sees_fail(0, n)),
        "silence is no reason to blame others"
    );
    cluster.run_until("forgiven", |c| (1..4).all(|n| !c.sees_fail(n, 0)));
}

//! Who owns which slot: claims, UPDATE, resharding, FORGET and RESET.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that fails panics"
)]

mod common;

use std::time::Duration;

use common::{Cluster, T, lossy};
use shoal_gossip::{Event, SetSlot};
use shoal_simnet::Faults;
use shoal_slots::{ClusterState, Role, Slot, SlotSet};

fn slot(n: u16) -> Slot {
    Slot::new(n).unwrap()
}

/// Moves a slot as redis-cli does: marks, then NODE at the target, the source, everybody else.
fn mark(cluster: &mut Cluster, n: u16, from: usize, to: usize) {
    let (source, target) = (cluster.id(from), cluster.id(to));
    cluster
        .call(to, |g, now| {
            g.set_slot(now, slot(n), SetSlot::Importing(source.as_str()))
        })
        .unwrap();
    cluster
        .call(from, |g, now| {
            g.set_slot(now, slot(n), SetSlot::Migrating(target.as_str()))
        })
        .unwrap();
}

fn give(cluster: &mut Cluster, n: u16, at: usize, to: usize) {
    let id = cluster.id(to);
    let action = SetSlot::Node {
        id: id.as_str(),
        keys_here: 0,
    };
    cluster
        .call(at, |g, now| g.set_slot(now, slot(n), action))
        .unwrap();
}

#[test]
fn a_moved_slot_is_everybodys_knowledge_within_a_heartbeat() {
    for seed in 0..20 {
        // From the greatest configEpoch to the smallest: only a new epoch can make the claim stand.
        let mut cluster = Cluster::of_primaries(seed, 4, lossy(3));
        let moved = slot(16383);
        mark(&mut cluster, 16383, 3, 0);
        give(&mut cluster, 16383, 0, 0);
        cluster.run_until("moved", |c| {
            c.all(|c, n| c.gossip(n).slot_owner(moved) == Some(c.id(0)))
        });
        let lost = |e: &Event| matches!(e, Event::SlotsLost(slots) if slots.to_string() == "16383");
        assert!(cluster.nodes[3].happened(lost));
        assert!(cluster.gossip(0).importing().next().is_none());
        assert!(
            cluster.gossip(0).config_epoch().0 > 4,
            "a closed import takes a new epoch"
        );
        assert_eq!(
            cluster.gossip(3).migrating().count(),
            1,
            "the source waits for its own SETSLOT NODE"
        );
        give(&mut cluster, 16383, 3, 0);
        assert_eq!(cluster.gossip(3).migrating().count(), 0);
    }
}

#[test]
fn an_imported_slot_is_not_taken_by_a_claim() {
    let mut cluster = Cluster::of_primaries(1, 3, Faults::default());
    let source = cluster.id(0);
    cluster
        .call(2, |g, now| {
            g.set_slot(now, slot(0), SetSlot::Importing(source.as_str()))
        })
        .unwrap();
    cluster.call(0, |g, _| g.bump_epoch());
    cluster.run_for(2 * T);
    assert_eq!(cluster.gossip(2).slot_owner(slot(0)), Some(source));
    assert_eq!(cluster.gossip(2).importing().count(), 1);
}

#[test]
fn losing_the_last_slot_by_resharding_makes_a_replica() {
    let mut cluster = Cluster::strangers(4, 3, Faults::default());
    let shares = ["0", "1-8000", "8001-16383"];
    for (n, share) in shares.iter().enumerate() {
        let slots: Vec<_> = share.parse::<SlotSet>().unwrap().iter().collect();
        cluster.call(n, |g, now| g.add_slots(now, &slots)).unwrap();
        cluster
            .call(n, |g, now| g.set_config_epoch(now, n as i64 + 1))
            .unwrap();
        cluster.meet(n, 0);
    }
    cluster.run_until("ok", |c| {
        c.all(|c, n| c.state(n) == ClusterState::Ok && c.knows_all(n))
    });
    mark(&mut cluster, 0, 0, 1);
    give(&mut cluster, 0, 1, 1);
    cluster.run_until("followed", |c| {
        c.gossip(0).myself().primary == Some(c.id(1))
    });
    assert!(cluster.nodes[0].happened(|e| matches!(e, Event::BecomeReplicaOf(_))));
    cluster.run_until("known", |c| {
        c.all(|c, n| c.gossip(n).node(&c.id(0)).unwrap().role == Role::Replica)
    });
}

#[test]
fn a_stale_claimant_is_updated() {
    for seed in 0..50 {
        let mut cluster = Cluster::with_replicas(seed, 3, lossy(2));
        let (old, new) = (cluster.id(0), cluster.id(3));
        cluster.isolate(0);
        cluster.run_for(3 * T);
        // A takeover without votes, as CLUSTER FAILOVER TAKEOVER does it.
        cluster.call(3, |g, now| {
            let epoch = g.raise_current_epoch();
            g.promote_self(now, epoch)
        });
        cluster.run_for(T);
        // The new owner is not heard by the old one: only an UPDATE of the others can tell it.
        cluster.heal();
        let (a, b) = (cluster.nodes[0].host, cluster.nodes[3].host);
        cluster.net.cut(b, a);
        cluster.run_until("updated", |c| c.gossip(0).myself().primary == Some(new));
        assert!(cluster.gossip(0).slots_of(&old).is_empty());
    }
}

#[test]
fn forget_spreads_and_holds() {
    let mut cluster = Cluster::of_primaries(2, 5, Faults::default());
    let gone = cluster.add_node(common::config());
    cluster.meet(gone, 0);
    cluster.run_until("joined", |c| c.all(|c, n| c.knows_all(n)));
    let id = cluster.id(gone);
    cluster
        .call(1, |g, now| g.forget(now, id.as_str()))
        .unwrap();
    let knows = |c: &Cluster, n: usize| c.gossip(n).node(&id).is_some();
    cluster.run_until("forgotten", |c| (0..5).all(|n| !knows(c, n)));
    // The forgotten node goes on pinging; nobody takes it back, not even after the minute is over.
    cluster.run_for(Duration::from_secs(90));
    assert!((0..5).all(|n| !knows(&cluster, n)));
    assert!((0..5).all(|n| cluster.gossip(gone).node(&cluster.id(n)).is_some()));
}

#[test]
fn a_replica_does_not_forget_its_primary_when_told() {
    let mut cluster = Cluster::with_replicas(2, 3, Faults::default());
    let primary = cluster.id(0);
    cluster
        .call(1, |g, now| g.forget(now, primary.as_str()))
        .unwrap();
    cluster.run_for(2 * T);
    assert!(cluster.gossip(3).node(&primary).is_some());
    assert!(cluster.gossip(2).node(&primary).is_none());
    assert!(
        cluster.gossip(0).node(&primary).is_some(),
        "nobody forgets himself"
    );
}

#[test]
fn a_hard_reset_leaves_a_node_without_address() {
    let mut cluster = Cluster::of_primaries(2, 4, Faults::default());
    let old = cluster.id(3);
    cluster.call(3, |g, now| g.reset(now, true, false)).unwrap();
    assert_ne!(cluster.id(3), old);
    cluster.run_until("noticed", |c| {
        (0..3).all(|n| c.gossip(n).node(&old).is_some_and(|p| p.noaddr))
    });
    assert!(cluster.nodes[0].saved.contains(&format!("{old} :0@0")));
    assert!(cluster.nodes[0].saved.contains("noaddr"));
    assert_eq!(cluster.gossip(3).nodes().len(), 1);
    // It can join again under its new name.
    cluster.meet(3, 0);
    cluster.run_until("joined", |c| c.all(|c, n| c.knows_all(n)));
}

#[test]
fn a_soft_reset_keeps_name_and_epochs() {
    let mut cluster = Cluster::of_primaries(2, 3, Faults::default());
    let (id, epoch) = (cluster.id(1), cluster.gossip(1).config_epoch());
    cluster
        .call(1, |g, now| g.reset(now, false, false))
        .unwrap();
    assert_eq!(
        (cluster.id(1), cluster.gossip(1).config_epoch()),
        (id, epoch)
    );
    assert_eq!(cluster.gossip(1).nodes().len(), 1);
    cluster.run_for(2 * T);
    assert_eq!(
        cluster.gossip(1).nodes().len(),
        1,
        "pings of strangers are answered, not believed"
    );
    assert!(
        cluster
            .gossip(0)
            .node(&id)
            .is_some_and(|peer| peer.is_alive() && !peer.noaddr)
    );
}

#[test]
fn a_restarted_node_remembers() {
    for seed in 0..20 {
        let mut cluster = Cluster::with_replicas(seed, 3, Faults::default());
        let before = cluster.gossip(4).nodes_conf();
        let owned = cluster.gossip(0).slots_of(&cluster.id(0)).clone();
        for n in [0, 4] {
            cluster.kill(n);
        }
        cluster.run_for(Duration::from_millis(100));
        for n in [0, 4] {
            cluster.restart(n);
        }
        assert_eq!(*cluster.gossip(0).slots_of(&cluster.id(0)), owned);
        let after = cluster.gossip(4).nodes_conf();
        assert_eq!(after.current_epoch, before.current_epoch);
        for line in &before.nodes {
            let again = after.node(line.id).unwrap();
            assert_eq!(
                (&again.slots, again.primary, again.ip),
                (&line.slots, line.primary, line.ip)
            );
            assert_eq!(
                (again.config_epoch, again.aux.shard_id),
                (line.config_epoch, line.aux.shard_id)
            );
        }
        cluster.run_until("ok", |c| {
            c.all(|c, n| c.state(n) == ClusterState::Ok && c.knows_all(n))
        });
    }
}

#[test]
fn slots_with_loaded_keys_are_taken_or_marked() {
    let mut cluster = Cluster::strangers(1, 1, Faults::default());
    cluster
        .call(0, |g, now| g.add_slots(now, &[slot(5)]))
        .unwrap();
    cluster.call(0, |g, now| {
        g.adopt_loaded_slots(now, &"5-6".parse().unwrap())
    });
    assert_eq!(cluster.gossip(0).slot_owner(slot(6)), Some(cluster.id(0)));

    let mut cluster = Cluster::of_primaries(1, 2, Faults::default());
    cluster.call(0, |g, now| {
        g.adopt_loaded_slots(now, &"16383".parse().unwrap())
    });
    let marks: Vec<_> = cluster.gossip(0).importing().collect();
    assert_eq!(marks, [(slot(16383), cluster.id(1))]);
}

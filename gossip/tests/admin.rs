//! The operator's commands: what they refuse, in the reference server's words, and that a refusal changes
//! nothing.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that fails panics"
)]

mod common;

use common::Cluster;
use shoal_gossip::{Event, Gossip, SetSlot};
use shoal_simnet::Faults;
use shoal_slots::{Now, Slot};

const NOBODY: &str = "5555555555555555555555555555555555555555";

fn slot(n: u16) -> Slot {
    Slot::new(n).unwrap()
}

/// Two primaries (0, 1) and their replicas (2, 3).
fn cluster() -> Cluster {
    Cluster::with_replicas(1, 2, Faults::default())
}

/// The command is refused at node `n` with this text, and nothing has changed.
#[track_caller]
fn refused<E: ToString>(
    cluster: &mut Cluster,
    n: usize,
    text: &str,
    call: impl FnOnce(&mut Gossip, Now) -> Result<(), E>,
) {
    let before = cluster.gossip(n).nodes_conf();
    let result = cluster.call(n, call);
    assert_eq!(
        result.err().map(|error| error.to_string()).as_deref(),
        Some(text)
    );
    assert_eq!(cluster.gossip(n).nodes_conf(), before);
}

#[test]
fn meet() {
    let mut c = cluster();
    for (host, port, bus) in [
        ("localhost", 6379, None),
        ("", 6379, None),
        ("127.0.0.1", 0, None),
        ("127.0.0.1", 60000, None),
        ("127.0.0.1", -1, Some(5)),
        ("127.0.0.1", 6379, Some(65536)),
        ("127.0.0.1", i64::MAX, None),
        ("::1::2", 6379, None),
    ] {
        let text = format!("Invalid node address specified: {host}:{port}");
        refused(&mut c, 0, &text, |g, now| g.meet(now, host, port, bus));
    }
    c.call(0, |g, now| g.meet(now, "::0001", 6379, Some(7)))
        .unwrap();
    assert!(
        c.gossip(0)
            .nodes()
            .any(|peer| peer.handshake && peer.address.ip == "::1")
    );
}

#[test]
fn forget() {
    let mut c = cluster();
    let (me, primary) = (c.id(2).to_string(), c.id(0).to_string());
    refused(&mut c, 2, &format!("Unknown node {NOBODY}"), |g, now| {
        g.forget(now, NOBODY)
    });
    refused(&mut c, 2, "Unknown node x", |g, now| g.forget(now, "x"));
    refused(
        &mut c,
        2,
        "I tried hard but I can't forget myself...",
        |g, now| g.forget(now, &me),
    );
    refused(&mut c, 2, "Can't forget my master!", |g, now| {
        g.forget(now, &primary)
    });
    let other = c.id(3).to_string();
    c.call(2, |g, now| g.forget(now, &other)).unwrap();
    c.call(2, |g, now| g.forget(now, &other)).unwrap();
}

#[test]
fn slots() {
    let mut c = cluster();
    refused(&mut c, 0, "Slot 0 is already busy", |g, now| {
        g.add_slots(now, &[slot(0)])
    });
    c.call(0, |g, now| g.del_slots(now, &[slot(0), slot(1)]))
        .unwrap();
    refused(&mut c, 0, "Slot 0 is already unassigned", |g, now| {
        g.del_slots(now, &[slot(5), slot(0)])
    });
    refused(&mut c, 0, "Slot 5 specified multiple times", |g, now| {
        g.del_slots(now, &[slot(5), slot(5)])
    });
    refused(&mut c, 0, "Slot 1 specified multiple times", |g, now| {
        g.add_slots(now, &[slot(1), slot(1)])
    });
    c.call(0, |g, now| g.add_slots(now, &[slot(1), slot(0)]))
        .unwrap();
    refused(
        &mut c,
        0,
        "DB must be empty to perform CLUSTER FLUSHSLOTS.",
        |g, now| g.flush_slots(now, 1),
    );
    refused(&mut c, 2, "Slot 0 is already busy", |g, now| {
        g.add_slots(now, &[slot(0)])
    });
    c.call(2, |g, now| g.del_slots(now, &[slot(0)])).unwrap();
    refused(
        &mut c,
        2,
        "Please use ADDSLOTS only with masters.",
        |g, now| g.add_slots(now, &[slot(0)]),
    );
    c.call(0, |g, now| g.flush_slots(now, 0)).unwrap();
    assert_eq!(c.gossip(0).slot_counts().assigned, 8192);
}

#[test]
fn set_slot() {
    let mut c = cluster();
    let (a, b, replica) = (
        c.id(0).to_string(),
        c.id(1).to_string(),
        c.id(2).to_string(),
    );
    let set = |action| move |g: &mut Gossip, now: Now| g.set_slot(now, slot(0), action);
    refused(
        &mut c,
        2,
        "Please use SETSLOT only with masters.",
        set(SetSlot::Stable),
    );
    refused(
        &mut c,
        1,
        "I'm not the owner of hash slot 0",
        set(SetSlot::Migrating(&a)),
    );
    refused(
        &mut c,
        0,
        "I'm already the owner of hash slot 0",
        set(SetSlot::Importing(&b)),
    );
    refused(
        &mut c,
        0,
        "I don't know about node x",
        set(SetSlot::Migrating("x")),
    );
    refused(
        &mut c,
        1,
        &format!("I don't know about node {NOBODY}"),
        set(SetSlot::Importing(NOBODY)),
    );
    refused(
        &mut c,
        0,
        "Target node is not a master",
        set(SetSlot::Migrating(&replica)),
    );
    refused(
        &mut c,
        0,
        "Unknown node x",
        set(SetSlot::Node {
            id: "x",
            keys_here: 0,
        }),
    );
    refused(
        &mut c,
        0,
        "Target node is not a master",
        set(SetSlot::Node {
            id: &replica,
            keys_here: 0,
        }),
    );
    refused(
        &mut c,
        0,
        "Can't assign hashslot 0 to a different node while I still hold keys for this hash slot.",
        set(SetSlot::Node {
            id: &b,
            keys_here: 1,
        }),
    );
    c.call(0, set(SetSlot::Migrating(&b))).unwrap();
    assert!(c.nodes[0].saved.contains(&format!("[0->-{b}]")));
    c.call(0, set(SetSlot::Stable)).unwrap();
    assert!(!c.nodes[0].saved.contains("[0->-"));
}

#[test]
fn replicate() {
    let mut c = cluster();
    let (a, b, replica) = (
        c.id(0).to_string(),
        c.id(1).to_string(),
        c.id(2).to_string(),
    );
    refused(&mut c, 2, "Unknown node x", |g, now| {
        g.replicate(now, "x", false)
    });
    refused(&mut c, 2, "Can't replicate myself", |g, now| {
        g.replicate(now, &replica, false)
    });
    refused(
        &mut c,
        3,
        "I can only replicate a master, not a replica.",
        |g, now| g.replicate(now, &replica, false),
    );
    refused(
        &mut c,
        0,
        "To set a master the node must be empty and without assigned slots.",
        |g, now| g.replicate(now, &b, false),
    );
    // A replica may have keys: they are its primary's.
    c.call(3, |g, now| g.replicate(now, &a, true)).unwrap();
    assert_eq!(c.gossip(3).my_shard(), c.gossip(0).my_shard());
    c.run_until("seen", |c| c.gossip(0).myself().replicas.len() == 2);
    let replicas: Vec<_> = c
        .gossip(0)
        .replicas_of(&a)
        .unwrap()
        .iter()
        .map(|peer| peer.id)
        .collect();
    assert_eq!(
        replicas,
        [c.id(2), c.id(3)],
        "in the order in which they were learnt"
    );
    assert_eq!(
        c.gossip(0).replicas_of(&replica).unwrap_err().to_string(),
        "The specified node is not a master"
    );
}

#[test]
fn reset_and_epoch() {
    let mut c = cluster();
    refused(
        &mut c,
        0,
        "CLUSTER RESET can't be called with master nodes containing keys",
        |g, now| g.reset(now, true, true),
    );
    refused(&mut c, 0, "Invalid config epoch specified: -1", |g, now| {
        g.set_config_epoch(now, -1)
    });
    refused(
        &mut c,
        0,
        "The user can assign a config epoch only when the node does not know any other node.",
        |g, now| g.set_config_epoch(now, 7),
    );
    // A replica may be reset whatever it holds: it becomes an empty primary.
    c.call(2, |g, now| g.reset(now, false, true)).unwrap();
    assert!(c.nodes[2].happened(|event| *event == Event::BecomePrimary));
    assert!(c.gossip(2).myself().is_primary());
    c.call(2, |g, now| g.set_config_epoch(now, 7)).unwrap();
    refused(
        &mut c,
        2,
        "Node config epoch is already non-zero",
        |g, now| g.set_config_epoch(now, 8),
    );
}

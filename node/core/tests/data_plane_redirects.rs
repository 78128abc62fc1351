//! Redirections, byte for byte as captured from redis-server 7.2.6: the dialogues of
//! `data/redirects-7.2.6.json` are replayed against data planes that are in the same situation.
//!
//! There, A (21300) owns slots 0 to 5460 with the keys `{06S}0..2` in slot 0, B (21301) and C (21302) own the
//! rest, and another node is a replica of A.

mod support;

use std::sync::Arc;

use serde_json::Value;
use shoal_core::{ClientId, ToData};
use shoal_keyspace::command::lookup;
use shoal_slots::{ClusterState, ClusterView, Role, RouteOptions, Slot, SlotSet};
use support::{Rig, node};

const A: u8 = 0;
const B: u8 = 1;

/// What is special about a view.
#[derive(Clone, Copy, Default)]
struct Special {
    down: bool,
    reads_when_down: bool,
    migrating: bool,
    importing: bool,
    /// Nobody owns C's slots.
    without_c: bool,
}

/// The cluster as node `me` sees it; number 3 is the replica of A.
fn view(me: u8, special: Special) -> ClusterView {
    let mut builder = ClusterView::builder(node(me));
    let mut places = [None; 4];
    for n in 0..4 {
        places[usize::from(n)] = if n == me {
            Some(builder.myself())
        } else {
            builder.add(node(n))
        };
    }
    let places = places.map(|place| place.expect("room"));
    let replica = builder.node_mut(places[3]).expect("the replica");
    replica.role = Role::Replica;
    replica.primary = Some(places[0]);
    for (n, slots) in ["0-5460", "5461-10921", "10922-16383"].iter().enumerate() {
        if n < 2 || !special.without_c {
            builder
                .table_mut()
                .assign(&slots.parse::<SlotSet>().expect("slots"), places[n]);
        }
    }
    let zero = Slot::new(0).expect("slot");
    if special.migrating {
        builder.table_mut().set_migrating(zero, Some(places[1]));
    }
    if special.importing {
        builder.table_mut().set_importing(zero, Some(places[0]));
    }
    builder.state(if special.down {
        ClusterState::Fail
    } else {
        ClusterState::Ok
    });
    builder.options(RouteOptions {
        allow_reads_when_down: special.reads_when_down,
        ..RouteOptions::default()
    });
    builder.build()
}

fn captures() -> Vec<Value> {
    let text = include_str!("data/redirects-7.2.6.json");
    serde_json::from_str::<Value>(text)
        .expect("json")
        .as_array()
        .expect("a list")
        .clone()
}

/// Replays one captured dialogue; commands that are not in the table are left out. Returns how many were replayed.
fn replay(rig: &mut Rig, client: ClientId, situation: &str) -> usize {
    let captures = captures();
    let found = captures
        .iter()
        .find(|entry| entry["situation"] == situation)
        .expect(situation);
    let mut replayed = 0;
    for pair in found["dialogue"].as_array().expect("a dialogue") {
        let (command, answer) = (
            pair[0].as_str().expect("text"),
            pair[1].as_str().expect("text"),
        );
        let name = command.split(' ').next().unwrap_or_default();
        if lookup(name.as_bytes()).is_none() {
            continue;
        }
        assert_eq!(rig.ask(client, command), answer, "{situation}: {command}");
        replayed += 1;
    }
    replayed
}

fn rig(me: u8, special: Special) -> (Rig, ClientId) {
    let mut rig = Rig::cluster(view(A, Special::default()), "");
    let client = rig.client();
    if me == A || me == 3 {
        for n in 0..3 {
            assert_eq!(rig.ask(client, &format!("SET {{06S}}{n} v{n}")), "+OK\r\n");
        }
    }
    rig.control(ToData::View(Arc::new(view(me, special))));
    if me == 3 {
        rig.control(ToData::BecomeReplicaOf {
            primary: support::node_id(b'a'),
            host: "127.0.0.1".into(),
            port: 21300,
        });
    }
    (rig, client)
}

#[test]
fn a_primary_redirects_what_is_not_its_own() {
    let (mut rig, client) = rig(A, Special::default());
    assert_eq!(replay(&mut rig, client, "slot of another master"), 3);
    assert_eq!(replay(&mut rig, client, "keys in different slots"), 3);
    assert!(replay(&mut rig, client, "no key") >= 3);
    for (situation, steps) in [
        ("transaction touching a foreign slot", 4),
        ("transaction in one local slot", 4),
        ("transaction, keys of two slots of this node", 4),
    ] {
        assert_eq!(replay(&mut rig, client, situation), steps);
    }
}

#[test]
fn a_replica_serves_reads_of_clients_that_said_readonly() {
    let (mut rig, client) = rig(3, Special::default());
    assert_eq!(replay(&mut rig, client, "replica, no READONLY"), 3);
    for (command, answer) in [
        ("READONLY", "+OK\r\n"),
        ("GET {06S}0", "$2\r\nv0\r\n"),
        ("SET {06S}0 x", "-MOVED 0 127.0.0.1:21300\r\n"),
        ("GET foo", "-MOVED 12182 127.0.0.1:21302\r\n"),
        ("READWRITE", "+OK\r\n"),
        ("GET {06S}0", "-MOVED 0 127.0.0.1:21300\r\n"),
        (
            "WAIT 1 10",
            "-ERR WAIT cannot be used with replica instances.",
        ),
    ] {
        let got = rig.ask(client, command);
        assert!(got.starts_with(answer), "{command}: {got}");
    }
    assert_eq!(
        replay(
            &mut rig,
            client,
            "replica of the migrating source, READONLY"
        ),
        3
    );
    for situation in [
        "replica, READONLY",
        "replica, READONLY, transaction with a write",
    ] {
        let fresh = rig.client();
        assert!(replay(&mut rig, fresh, situation) >= 5);
    }
}

#[test]
fn the_source_of_a_migration_asks() {
    let (mut rig, client) = rig(A, Special::default());
    // The captured server has one key more by then.
    assert_eq!(replay(&mut rig, client, "transaction in one local slot"), 4);
    let special = Special {
        migrating: true,
        ..Special::default()
    };
    rig.control(ToData::View(Arc::new(view(A, special))));
    for (situation, steps) in [
        ("migrating source: transaction", 4),
        ("migrating source: transaction with absent keys", 3),
        ("migrating source: transaction mixed", 4),
    ] {
        assert_eq!(replay(&mut rig, client, situation), steps);
    }
    assert_eq!(replay(&mut rig, client, "migrating source: key present"), 3);
    assert_eq!(replay(&mut rig, client, "migrating source: key absent"), 5);
    assert!(replay(&mut rig, client, "migrating source: some keys present") >= 2);
}

#[test]
fn the_target_of_a_migration_serves_those_who_were_asked() {
    let (mut rig, client) = rig(
        B,
        Special {
            importing: true,
            ..Special::default()
        },
    );
    assert_eq!(
        replay(&mut rig, client, "importing target: without ASKING"),
        2
    );
    assert_eq!(replay(&mut rig, client, "importing target: ASKING"), 7);
    assert_eq!(
        replay(
            &mut rig,
            client,
            "importing target: ASKING with several keys"
        ),
        8
    );
    assert_eq!(
        replay(
            &mut rig,
            client,
            "importing target: ASKING lasts for one command"
        ),
        3
    );
    for situation in [
        "importing target: ASKING before MULTI",
        "importing target: ASKING inside MULTI",
    ] {
        assert_eq!(replay(&mut rig, client, situation), 4);
    }
}

#[test]
fn a_cluster_that_is_down_says_so() {
    let (mut rig, client) = rig(
        A,
        Special {
            down: true,
            ..Special::default()
        },
    );
    assert!(replay(&mut rig, client, "cluster down (require-full-coverage yes)") >= 3);
    let special = Special {
        down: true,
        reads_when_down: true,
        ..Special::default()
    };
    rig.control(ToData::View(Arc::new(view(A, special))));
    let client = rig.client();
    assert_eq!(
        replay(
            &mut rig,
            client,
            "cluster down, cluster-allow-reads-when-down yes"
        ),
        3
    );
}

#[test]
fn unassigned_slots_are_not_served() {
    let (mut rig, client) = rig(A, Special::default());
    assert_eq!(
        replay(
            &mut rig,
            client,
            "full coverage not required, failed master's slot"
        ),
        2
    );
    rig.control(ToData::View(Arc::new(view(
        A,
        Special {
            without_c: true,
            ..Special::default()
        },
    ))));
    assert_eq!(
        replay(
            &mut rig,
            client,
            "full coverage not required, unassigned slot"
        ),
        2
    );
}

#[test]
fn a_fresh_node_serves_nothing() {
    let mut rig = Rig::standalone("cluster-enabled yes");
    let client = rig.client();
    for (command, answer) in [
        ("GET foo", "-CLUSTERDOWN Hash slot not served\r\n"),
        ("SELECT 1", "-ERR SELECT is not allowed in cluster mode\r\n"),
        ("SELECT 0", "+OK\r\n"),
        (
            "REPLICAOF 127.0.0.1 1",
            "-ERR REPLICAOF not allowed in cluster mode.\r\n",
        ),
        ("CLUSTER KEYSLOT foo{}{bar}", ":8363\r\n"),
        ("CLUSTER KEYSLOT {foo}bar", ":12182\r\n"),
        ("CLUSTER COUNTKEYSINSLOT 16384", "-ERR Invalid slot\r\n"),
        (
            "CLUSTER COUNTKEYSINSLOT x",
            "-ERR value is not an integer or out of range\r\n",
        ),
        (
            "CLUSTER GETKEYSINSLOT 0 -1",
            "-ERR Invalid slot or number of keys\r\n",
        ),
        (
            "CLUSTER GETKEYSINSLOT 0 x",
            "-ERR value is not an integer or out of range\r\n",
        ),
        ("CLUSTER GETKEYSINSLOT 0 10", "*0\r\n"),
    ] {
        assert_eq!(rig.ask(client, command), answer, "{command}");
    }
}

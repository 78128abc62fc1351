//! The data plane and the control plane: admin commands in order, pauses, roles, lost slots.

mod support;

use std::sync::Arc;

use bytes::Bytes;
use core::time::Duration;
use shoal_core::{AdminRequest, PrimaryLinkStatus, ToControl, ToData};
use shoal_slots::{ClusterView, Role, Slot, SlotSet};
use support::{Rig, encode, node, whole_cluster};

fn only_admin(rig: &mut Rig) -> AdminRequest {
    let mut admin: Vec<AdminRequest> = rig
        .messages()
        .into_iter()
        .filter_map(|message| match message {
            ToControl::Admin(request) => Some(request),
            _ => None,
        })
        .collect();
    assert_eq!(
        admin.len(),
        1,
        "one command at a time: the rest of the pipeline waits"
    );
    admin.remove(0)
}

fn answer(rig: &mut Rig, request: &AdminRequest, reply: &[u8]) {
    rig.control(ToData::AdminReply {
        ticket: request.ticket,
        reply: reply.to_vec(),
    });
}

#[test]
fn admin_commands_block_their_client_and_keep_the_order_of_replies() {
    let mut rig = Rig::cluster(whole_cluster(), "");
    let (client, other) = (rig.client(), rig.client());
    rig.ask(other, "SET foo 1");
    let pipeline = [
        encode("PING"),
        encode("CLUSTER SETSLOT 12182 MIGRATING abc"),
        encode("GET foo"),
        encode("cluster myid"),
        encode("PING"),
    ]
    .concat();
    assert_eq!(rig.send(client, &pipeline), "+PONG\r\n");
    let request = only_admin(&mut rig);
    assert_eq!(request.subcommand, "setslot");
    assert_eq!(request.args, ["12182", "MIGRATING", "abc"].map(Bytes::from));
    assert_eq!((request.keys_total, request.slot_keys), (1, Some(1)));
    // More input, in the middle of the wait; others are served meanwhile.
    assert_eq!(rig.send(client, &encode("ECHO late")), "");
    assert_eq!(rig.ask(other, "GET foo"), "$1\r\n1\r\n");
    answer(&mut rig, &request, b"+OK\r\n");
    assert_eq!(rig.read(client), "+OK\r\n$1\r\n1\r\n");
    let request = only_admin(&mut rig);
    assert_eq!((request.subcommand, request.args.len()), ("myid", 0));
    answer(&mut rig, &request, b"$1\r\nx\r\n");
    assert_eq!(rig.read(client), "$1\r\nx\r\n+PONG\r\n$4\r\nlate\r\n");
    assert!(
        rig.events
            .iter()
            .any(|event| matches!(event, shoal_core::DataEvent::Output(id) if *id == client))
    );
}

#[test]
fn a_setslot_answers_only_after_its_view_is_in_force() {
    let mut rig = Rig::cluster(whole_cluster(), "");
    let client = rig.client();
    rig.send(
        client,
        &[encode("CLUSTER DELSLOTS 12182"), encode("GET foo")].concat(),
    );
    let request = only_admin(&mut rig);
    let mut builder = ClusterView::builder(node(0));
    builder.state(shoal_slots::ClusterState::Ok);
    rig.control(ToData::View(Arc::new(builder.build())));
    answer(&mut rig, &request, b"+OK\r\n");
    assert_eq!(
        rig.read(client),
        "+OK\r\n-CLUSTERDOWN Hash slot not served\r\n"
    );
}

#[test]
fn an_answer_for_a_client_that_left_reaches_nobody() {
    let mut rig = Rig::cluster(whole_cluster(), "");
    let client = rig.client();
    rig.ask(client, "CLUSTER INFO");
    let request = only_admin(&mut rig);
    rig.plane.handle_closed(rig.now, client);
    let next = rig.client();
    assert_eq!(client.index(), next.index());
    answer(&mut rig, &request, b"+OK\r\n");
    assert_eq!(rig.read(next), "");
}

#[test]
fn a_pause_holds_writes_and_lets_them_go_in_order() {
    let mut rig = Rig::standalone("");
    let clients = [rig.client(), rig.client(), rig.client()];
    assert_eq!(rig.ask(clients[0], "CLIENT PAUSE 1000 WRITE"), "+OK\r\n");
    for (n, client) in clients.iter().enumerate() {
        let pipeline = [
            encode("GET list"),
            encode(&format!("APPEND list {n}")),
            encode("GET list"),
        ]
        .concat();
        assert_eq!(
            rig.send(*client, &pipeline),
            "$-1\r\n",
            "reads go on, a write and what follows wait"
        );
    }
    assert_eq!(
        rig.send(clients[1], &encode("PING")),
        "",
        "behind a held write, everything waits"
    );
    rig.advance_ms(999);
    assert_eq!(rig.read(clients[0]), "");
    rig.advance_ms(1);
    assert_eq!(rig.read(clients[0]), ":1\r\n$1\r\n0\r\n");
    assert_eq!(rig.read(clients[1]), ":2\r\n$2\r\n01\r\n+PONG\r\n");
    assert_eq!(rig.read(clients[2]), ":3\r\n$3\r\n012\r\n");
}

#[test]
fn unpause_ends_a_pause_of_everything() {
    let mut rig = Rig::standalone("");
    let (boss, client) = (rig.client(), rig.client());
    assert_eq!(rig.ask(boss, "CLIENT PAUSE 100000"), "+OK\r\n");
    assert_eq!(rig.ask(client, "PING"), "");
    assert_eq!(rig.ask(boss, "CLIENT UNPAUSE"), "+OK\r\n");
    assert_eq!(rig.read(client), "+PONG\r\n");
    assert_eq!(
        rig.ask(boss, "CLIENT PAUSE x"),
        "-ERR timeout is not an integer or out of range\r\n"
    );
    assert_eq!(
        rig.ask(boss, "CLIENT PAUSE -1"),
        "-ERR timeout is negative\r\n"
    );
}

#[test]
fn a_manual_failover_pauses_at_an_offset_and_moves_held_writes_on() {
    let mut rig = Rig::cluster(whole_cluster(), "");
    let client = rig.client();
    rig.messages();
    rig.control(ToData::PauseWrites {
        until: rig.now.instant + Duration::from_secs(10),
    });
    assert!(
        rig.messages()
            .iter()
            .any(|message| matches!(message, ToControl::PausedAt { .. }))
    );
    assert_eq!(rig.ask(client, "SET foo 1"), "");
    // The replica won: this node is one of its replicas now.
    let mut builder = ClusterView::builder(node(0));
    let myself = builder.myself();
    let winner = builder.add(node(1)).expect("room");
    if let Some(me) = builder.node_mut(myself) {
        me.role = Role::Replica;
        me.primary = Some(winner);
    }
    builder.table_mut().assign(&SlotSet::full(), winner);
    builder.state(shoal_slots::ClusterState::Ok);
    rig.control(ToData::View(Arc::new(builder.build())));
    rig.control(ToData::BecomeReplicaOf {
        primary: support::node_id(b'b'),
        host: "127.0.0.1".into(),
        port: 21301,
    });
    assert_eq!(rig.read(client), "-MOVED 12182 127.0.0.1:21301\r\n");
}

#[test]
fn keys_do_not_expire_while_the_stream_must_stand_still() {
    let mut rig = Rig::cluster(whole_cluster(), "");
    let client = rig.client();
    rig.ask(client, "SET foo 1 PX 50");
    rig.control(ToData::PauseWrites {
        until: rig.now.instant + Duration::from_secs(10),
    });
    rig.advance_ms(1000);
    assert_eq!(rig.ask(client, "GET foo"), "$-1\r\n");
    assert_eq!(rig.ask(client, "DBSIZE"), ":1\r\n");
    rig.control(ToData::ResumeWrites);
    rig.advance_ms(300);
    assert_eq!(rig.ask(client, "DBSIZE"), ":0\r\n");
}

#[test]
fn lost_slots_lose_their_keys() {
    let mut rig = Rig::cluster(whole_cluster(), "");
    let client = rig.client();
    for command in ["SET foo 1", "SET {foo}2 1", "SET bar 1"] {
        rig.ask(client, command);
    }
    rig.control(ToData::DropSlots(
        [Slot::of_key(b"foo")].into_iter().collect(),
    ));
    assert_eq!(rig.ask(client, "DBSIZE"), ":1\r\n");
    assert_eq!(rig.ask(client, "CLUSTER COUNTKEYSINSLOT 12182"), ":0\r\n");
    rig.control(ToData::FlushAll);
    assert_eq!(rig.ask(client, "DBSIZE"), ":0\r\n");
    rig.advance_ms(100);
}

#[test]
fn every_cron_turn_reports_replication_and_a_heartbeat() {
    let mut rig = Rig::cluster(whole_cluster(), "");
    rig.advance_ms(100);
    rig.messages();
    rig.advance_ms(1000);
    let messages = rig.messages();
    assert_eq!(
        messages
            .iter()
            .filter(|message| matches!(message, ToControl::Heartbeat))
            .count(),
        10
    );
    let status = messages.iter().rev().find_map(|message| match message {
        ToControl::Replication(status) => Some(*status),
        _ => None,
    });
    let status = status.expect("a report");
    assert_eq!(
        (status.role, status.link, status.loading),
        (Role::Primary, PrimaryLinkStatus::None, false)
    );
}

#[test]
fn cluster_options_are_told_to_the_control_plane() {
    let mut rig = Rig::cluster(whole_cluster(), "");
    let client = rig.client();
    rig.messages();
    assert_eq!(
        rig.ask(client, "CONFIG SET cluster-node-timeout 2000 maxclients 50"),
        "+OK\r\n"
    );
    let told = rig.messages();
    assert!(
        matches!(&told[..], [ToControl::Option { name: "cluster-node-timeout", value }] if value == "2000"),
        "{told:?}"
    );
}

#[test]
fn nothing_spins_when_idle() {
    let mut rig = Rig::cluster(whole_cluster(), "");
    rig.client();
    rig.advance_ms(1000);
    let mut turns = 0;
    let end = rig.now.instant + Duration::from_secs(10);
    while rig.plane.poll_timeout().is_some_and(|due| due <= end) {
        let due = rig.plane.poll_timeout().expect("checked");
        rig.now.instant = due.max(rig.now.instant);
        rig.plane.handle_timeout(rig.now);
        turns += 1;
        assert!(turns < 200, "a deadline that is not moved spins");
    }
}

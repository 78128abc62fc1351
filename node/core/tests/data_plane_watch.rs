//! `WATCH`: what touches a key, and what does not.

mod support;

use support::{Rig, whole_cluster};

const DONE: &str = "*1\r\n+PONG\r\n";
const TOUCHED: &str = "*-1\r\n";

/// Executes a transaction of one `PING`.
fn exec(rig: &mut Rig, client: shoal_core::ClientId) -> String {
    rig.ask(client, "MULTI");
    rig.ask(client, "PING");
    rig.ask(client, "EXEC")
}

/// What becomes of a transaction whose client watches `k`, while another client says `commands`. Before that, `setup`
/// was said.
fn outcome(setup: &[&str], commands: &[&str]) -> String {
    let mut rig = Rig::standalone("enable-debug-command yes");
    let (client, other) = (rig.client(), rig.client());
    for command in setup {
        let answer = rig.ask(other, command);
        assert!(!answer.starts_with('-'), "{command}: {answer}");
    }
    rig.ask(client, "WATCH k");
    for command in commands {
        rig.ask(other, command);
    }
    exec(&mut rig, client)
}

#[test]
fn what_changes_the_key_touches_it() {
    for (setup, command) in [
        ("PING", "SET k 1"),
        ("SET k 1", "SET k 1"),
        ("SET k 1", "DEL k"),
        ("SET k 1", "UNLINK j k"),
        ("SET k 1", "EXPIRE k 100"),
        ("SET k 1 EX 100", "PERSIST k"),
        ("SET k 1", "APPEND k x"),
        ("SET k 1", "INCR k"),
        ("SET k 1", "GETDEL k"),
        ("SET k 1", "RENAME k j"),
        ("SET j 1", "RENAME j k"),
        ("SET j 1", "COPY j k"),
        ("SET k 1", "MOVE k 1"),
        ("HSET k a 1", "HSET k a 2"),
        ("HSET k a 1", "HDEL k a"),
        ("SET k 1", "FLUSHDB"),
        ("SET k 1", "FLUSHALL"),
        ("SET k 1", "SWAPDB 0 1"),
    ] {
        assert_eq!(outcome(&[setup], &[command]), TOUCHED, "{command}");
    }
}

#[test]
fn what_changes_nothing_does_not() {
    for (setup, command) in [
        ("SET k 1", "GET k"),
        ("SET k 1", "SET j 1"),
        ("SET k 1", "SETNX k 2"),
        ("SET k 1", "SET k 2 XX NX"),
        ("SET k 1", "HSET k a 1"),
        ("SET k 1", "DEL j"),
        ("SET j 1", "DEL k j"),
        ("SET j 1", "RENAMENX nosuch k"),
        ("SET k 1", "PERSIST k"),
        ("HSET k a 1", "HDEL k b"),
        ("SET k 1", "COPY k j"),
        ("SET k 1", "FLUSHDB wrong"),
        ("SET j 1", "FLUSHALL"),
        ("SET j 1", "SWAPDB 0 1"),
        ("SET k 1", "SWAPDB 2 3"),
        ("SET k 1", "TOUCH k"),
        ("SET k 1", "DUMP k"),
    ] {
        assert_eq!(outcome(&[setup], &[command]), DONE, "{command}");
    }
}

#[test]
fn a_key_is_watched_in_its_database() {
    assert_eq!(outcome(&[], &["SELECT 1", "SET k 1"]), DONE);
    assert_eq!(outcome(&["SELECT 1", "SET k 1"], &["MOVE k 0"]), TOUCHED);
    assert_eq!(outcome(&["SET j 1"], &["COPY j k DB 1"]), DONE);
    let elsewhere = ["SELECT 1", "SET j 1"];
    assert_eq!(outcome(&elsewhere, &["COPY j k DB 0"]), TOUCHED);
    assert_eq!(outcome(&["SELECT 1", "SET k 1"], &["SWAPDB 1 0"]), TOUCHED);
}

#[test]
fn the_same_client_touches_as_well() {
    let mut rig = Rig::standalone("");
    let client = rig.client();
    rig.ask(client, "WATCH j k");
    rig.ask(client, "SET k 1");
    assert_eq!(exec(&mut rig, client), TOUCHED);
    assert_eq!(exec(&mut rig, client), DONE, "only once");
}

#[test]
fn unwatch_discard_and_exec_forget() {
    for forgets in [&["UNWATCH"][..], &["MULTI", "DISCARD"], &["MULTI", "EXEC"]] {
        let mut rig = Rig::standalone("");
        let (client, other) = (rig.client(), rig.client());
        rig.ask(client, "WATCH k");
        for command in forgets {
            rig.ask(client, command);
        }
        rig.ask(other, "SET k 1");
        assert_eq!(exec(&mut rig, client), DONE, "{forgets:?}");
        rig.ask(client, "WATCH k");
        rig.ask(other, "SET k 2");
        rig.ask(client, "UNWATCH");
        assert_eq!(exec(&mut rig, client), DONE);
    }
}

#[test]
fn all_watchers_of_a_key_are_told() {
    let mut rig = Rig::standalone("");
    let clients: Vec<_> = (0..3).map(|_| rig.client()).collect();
    for client in &clients {
        rig.ask(*client, "WATCH a k b");
        rig.ask(*client, "WATCH k");
    }
    let other = rig.client();
    rig.ask(other, "SET k 1");
    for client in &clients {
        assert_eq!(exec(&mut rig, *client), TOUCHED);
    }
}

#[test]
fn one_who_left_is_not_missed() {
    let mut rig = Rig::standalone("");
    let (client, other) = (rig.client(), rig.client());
    rig.ask(client, "WATCH k");
    rig.plane.handle_closed(rig.now, client);
    assert_eq!(rig.ask(other, "SET k 1"), "+OK\r\n");
    let next = rig.client();
    assert_eq!(exec(&mut rig, next), DONE);
}

#[test]
fn a_watched_key_that_expires_is_touched() {
    for active in ["0", "1"] {
        let mut rig = Rig::standalone("enable-debug-command yes");
        let client = rig.client();
        rig.ask(client, &format!("DEBUG SET-ACTIVE-EXPIRE {active}"));
        rig.ask(client, "SET k 1 PX 50");
        rig.ask(client, "WATCH k");
        rig.advance_ms(2000);
        assert_eq!(exec(&mut rig, client), TOUCHED);
    }
    let mut rig = Rig::standalone("enable-debug-command yes");
    let (client, other) = (rig.client(), rig.client());
    rig.ask(client, "DEBUG SET-ACTIVE-EXPIRE 0");
    rig.ask(client, "SET k 1 PX 50");
    rig.ask(client, "WATCH k");
    rig.advance_ms(2000);
    // Deleted by who looks at it.
    assert_eq!(rig.ask(other, "GET k"), "$-1\r\n");
    assert_eq!(exec(&mut rig, client), TOUCHED);
}

/// `k` is past its time, and still there, when it is watched.
fn stale(setup: &[&str], commands: &[&str]) -> String {
    let mut rig = Rig::standalone("enable-debug-command yes");
    let (client, other) = (rig.client(), rig.client());
    rig.ask(other, "DEBUG SET-ACTIVE-EXPIRE 0");
    for command in setup {
        rig.ask(other, command);
    }
    rig.advance_ms(1000);
    rig.ask(client, "WATCH k");
    for command in commands {
        rig.ask(other, command);
    }
    exec(&mut rig, client)
}

#[test]
fn a_key_past_its_time_is_as_good_as_missing() {
    let gone = "SET k 1 PX 10";
    for commands in [
        &[][..],
        &["DEL k"],
        &["GET k"],
        &["FLUSHALL"],
        &["FLUSHDB"],
        &["SWAPDB 0 1"],
    ] {
        assert_eq!(stale(&[gone], commands), DONE, "{commands:?}");
    }
    assert_eq!(stale(&[gone], &["SET k 2"]), TOUCHED);
    assert_eq!(stale(&[gone, "SELECT 1", gone], &["SWAPDB 0 1"]), DONE);
    assert_eq!(stale(&["SELECT 1", gone], &["SWAPDB 0 1"]), DONE);
    assert_eq!(
        stale(&[gone, "SELECT 1", "SET k 2"], &["SWAPDB 0 1"]),
        TOUCHED
    );
}

#[test]
fn made_and_deleted_in_between_is_touched() {
    assert_eq!(outcome(&[], &["SET k 1", "DEL k"]), TOUCHED);
    assert_eq!(
        outcome(&[], &["MULTI", "SET k 1", "DEL k", "EXEC"]),
        TOUCHED
    );
}

#[test]
fn lost_slots_touch_their_keys() {
    let mut rig = Rig::cluster(whole_cluster(), "");
    let (client, calm) = (rig.client(), rig.client());
    rig.ask(client, "SET foo 1");
    rig.ask(client, "WATCH foo");
    rig.ask(calm, "SET bar 1");
    rig.ask(calm, "WATCH bar");
    let slots = [shoal_slots::Slot::of_key(b"foo")].into_iter().collect();
    rig.control(shoal_core::ToData::DropSlots(slots));
    assert_eq!(exec(&mut rig, client), TOUCHED);
    assert_eq!(exec(&mut rig, calm), DONE);
}

#[test]
fn a_new_dataset_touches_what_was_or_is_there() {
    use support::net::Net;
    let replica = Rig::standalone("");
    let mut net = Net::new(vec![Rig::standalone(""), replica]);
    let feeder = net.rigs[0].client();
    net.ask(0, feeder, "SET new 1");
    let (watch_new, watch_other) = (net.rigs[1].client(), net.rigs[1].client());
    net.ask(1, watch_new, "WATCH new");
    net.ask(1, watch_other, "WATCH other");
    net.ask(1, watch_new, "REPLICAOF 127.0.0.1 7000");
    net.advance_ms(6000);
    assert_eq!(net.ask(1, watch_new, "GET new"), "$1\r\n1\r\n");
    assert_eq!(exec(&mut net.rigs[1], watch_new), TOUCHED);
    assert_eq!(exec(&mut net.rigs[1], watch_other), DONE);
    // And so does what comes with the stream.
    net.ask(1, watch_other, "WATCH other");
    net.ask(0, feeder, "SET other 1");
    net.pump();
    assert_eq!(exec(&mut net.rigs[1], watch_other), TOUCHED);
}

//! `MULTI`, `EXEC` and `DISCARD`: what is queued, what is refused, and what becomes of it.

mod support;

use std::sync::Arc;

use shoal_core::{ToControl, ToData};
use shoal_slots::{ClusterState, ClusterView, SlotSet};
use support::{Rig, encode, node, whole_cluster};

#[test]
fn queued_commands_are_answered_together() {
    let mut rig = Rig::standalone("");
    let (client, other) = (rig.client(), rig.client());
    assert_eq!(rig.ask(client, "MULTI"), "+OK\r\n");
    assert_eq!(rig.ask(client, "SET k 5"), "+QUEUED\r\n");
    assert_eq!(rig.ask(client, "INCR k"), "+QUEUED\r\n");
    assert_eq!(rig.ask(client, "PING"), "+QUEUED\r\n");
    assert_eq!(rig.ask(other, "GET k"), "$-1\r\n");
    assert_eq!(rig.ask(client, "EXEC"), "*3\r\n+OK\r\n:6\r\n+PONG\r\n");
    assert_eq!(rig.ask(other, "GET k"), "$1\r\n6\r\n");
    assert_eq!(rig.ask(client, "EXEC"), "-ERR EXEC without MULTI\r\n");
    assert_eq!(rig.ask(client, "DISCARD"), "-ERR DISCARD without MULTI\r\n");
}

#[test]
fn a_pipeline_is_one_transaction_too() {
    let mut rig = Rig::standalone("");
    let client = rig.client();
    let words = [
        "MULTI", "SET a 1", "EXEC", "GET a", "MULTI", "GET a", "EXEC",
    ];
    let pipeline: Vec<u8> = words.iter().flat_map(|word| encode(word)).collect();
    assert_eq!(
        rig.send(client, &pipeline),
        "+OK\r\n+QUEUED\r\n*1\r\n+OK\r\n$1\r\n1\r\n+OK\r\n+QUEUED\r\n*1\r\n$1\r\n1\r\n"
    );
}

#[test]
fn nothing_queued_is_an_empty_answer_and_discard_forgets() {
    let mut rig = Rig::standalone("");
    let client = rig.client();
    rig.ask(client, "MULTI");
    assert_eq!(rig.ask(client, "EXEC"), "*0\r\n");
    rig.ask(client, "MULTI");
    rig.ask(client, "SET k 1");
    assert_eq!(rig.ask(client, "DISCARD"), "+OK\r\n");
    assert_eq!(rig.ask(client, "GET k"), "$-1\r\n");
}

#[test]
fn an_error_while_executing_stops_nothing() {
    let mut rig = Rig::standalone("");
    let client = rig.client();
    for command in ["MULTI", "SET k text", "INCR k", "SET l 1"] {
        rig.ask(client, command);
    }
    assert_eq!(
        rig.ask(client, "EXEC"),
        "*3\r\n+OK\r\n-ERR value is not an integer or out of range\r\n+OK\r\n"
    );
    let stats = rig.ask(client, "INFO errorstats");
    assert!(stats.contains("errorstat_ERR:count=1\r\n"), "{stats}");
}

#[test]
fn an_error_while_queueing_fails_the_transaction() {
    const ABORTED: &str = "-EXECABORT Transaction discarded because of previous errors.\r\n";
    let mut rig = Rig::standalone("");
    let client = rig.client();
    for wrong in ["NOSUCH x", "GET", "CLIENT NOSUCH", "SHUTDOWN NOW"] {
        rig.ask(client, "MULTI");
        rig.ask(client, "SET k 1");
        let refusal = rig.ask(client, wrong);
        assert!(refusal.starts_with("-ERR "), "{refusal}");
        assert_eq!(rig.ask(client, "SET k 2"), "+QUEUED\r\n");
        assert_eq!(rig.ask(client, "EXEC"), ABORTED, "{wrong}");
        assert_eq!(rig.ask(client, "GET k"), "$-1\r\n");
    }
    rig.ask(client, "MULTI");
    assert_eq!(
        rig.ask(client, "PSYNC ? -1"),
        "-ERR Command not allowed inside a transaction\r\n"
    );
    rig.ask(client, "EXEC now");
    assert_eq!(rig.ask(client, "EXEC"), "-ERR EXEC without MULTI\r\n");
}

#[test]
fn errors_about_the_transaction_itself_do_not_fail_it() {
    let mut rig = Rig::standalone("");
    let client = rig.client();
    rig.ask(client, "MULTI");
    assert_eq!(
        rig.ask(client, "MULTI"),
        "-ERR MULTI calls can not be nested\r\n"
    );
    assert_eq!(
        rig.ask(client, "WATCH k"),
        "-ERR WATCH inside MULTI is not allowed\r\n"
    );
    rig.ask(client, "PING");
    assert_eq!(rig.ask(client, "EXEC"), "*1\r\n+PONG\r\n");
    rig.ask(client, "MULTI");
    assert_eq!(
        rig.ask(client, "EXEC now"),
        "-EXECABORT Transaction discarded because of: wrong number of arguments for 'exec' command\r\n"
    );
}

#[test]
fn the_protocol_version_may_change_in_the_middle() {
    let mut rig = Rig::standalone("");
    let client = rig.client();
    for command in ["MULTI", "HGETALL h", "HELLO 3", "HGETALL h", "GET k"] {
        rig.ask(client, command);
    }
    let answer = rig.ask(client, "EXEC");
    assert!(answer.starts_with("*4\r\n*0\r\n%7\r\n"), "{answer}");
    assert!(answer.ends_with("%0\r\n_\r\n"), "{answer}");
    for command in ["WATCH k", "SET k 1", "MULTI"] {
        rig.ask(client, command);
    }
    assert_eq!(rig.ask(client, "EXEC"), "_\r\n");
}

#[test]
fn databases_may_be_selected_inside() {
    let mut rig = Rig::standalone("");
    let client = rig.client();
    for command in [
        "MULTI", "SELECT 3", "SET k 3", "SELECT 0", "EXISTS k", "SELECT 3",
    ] {
        rig.ask(client, command);
    }
    assert_eq!(
        rig.ask(client, "EXEC"),
        "*5\r\n+OK\r\n+OK\r\n+OK\r\n:0\r\n+OK\r\n"
    );
    assert_eq!(rig.ask(client, "GET k"), "$1\r\n3\r\n");
}

#[test]
fn client_list_shows_transactions() {
    let mut rig = Rig::standalone("");
    let (client, other) = (rig.client(), rig.client());
    let line = |rig: &mut Rig| rig.ask(other, "CLIENT LIST ID 1");
    assert!(line(&mut rig).contains(" multi=-1 "));
    rig.ask(client, "WATCH k");
    rig.ask(client, "MULTI");
    rig.ask(client, "PING");
    let shown = line(&mut rig);
    assert!(shown.contains(" flags=x "), "{shown}");
    assert!(shown.contains(" multi=1 "), "{shown}");
    rig.ask(other, "SET k 1");
    assert!(line(&mut rig).contains(" flags=xd "));
    rig.ask(client, "EXEC");
    assert!(line(&mut rig).contains(" flags=N "));
}

#[test]
fn reset_ends_a_transaction_and_quit_is_not_queued() {
    let mut rig = Rig::standalone("");
    let (client, other) = (rig.client(), rig.client());
    rig.ask(client, "WATCH k");
    rig.ask(client, "MULTI");
    assert_eq!(rig.ask(client, "RESET"), "+RESET\r\n");
    assert_eq!(rig.ask(client, "EXEC"), "-ERR EXEC without MULTI\r\n");
    rig.ask(other, "SET k 1");
    rig.ask(client, "MULTI");
    assert_eq!(rig.ask(client, "EXEC"), "*0\r\n", "no longer watched");
    rig.ask(client, "MULTI");
    assert_eq!(rig.ask(client, "QUIT"), "+OK\r\n");
    assert!(rig.closed.contains(&client));
}

#[test]
fn a_transaction_of_writes_is_refused_on_a_replica() {
    let mut rig = Rig::standalone("");
    let client = rig.client();
    for command in ["MULTI", "GET k", "SET k 1"] {
        rig.ask(client, command);
    }
    let other = rig.client();
    rig.ask(other, "REPLICAOF 127.0.0.1 7001");
    assert_eq!(
        rig.ask(client, "EXEC"),
        "-EXECABORT Transaction discarded because of: READONLY You can't write against a read only replica.\r\n"
    );
    rig.ask(client, "MULTI");
    rig.ask(client, "GET k");
    assert_eq!(rig.ask(client, "EXEC"), "*1\r\n$-1\r\n");
    rig.ask(client, "MULTI");
    let refusal = rig.ask(client, "SET k 1");
    assert!(refusal.starts_with("-READONLY "), "{refusal}");
    assert!(rig.ask(client, "EXEC").starts_with("-EXECABORT "));
}

#[test]
fn a_pause_of_writes_holds_the_whole_transaction() {
    let mut rig = Rig::standalone("");
    let (client, reader, other) = (rig.client(), rig.client(), rig.client());
    for command in ["MULTI", "SET k 1"] {
        rig.ask(client, command);
    }
    for command in ["MULTI", "GET k"] {
        rig.ask(reader, command);
    }
    let counter = rig.client();
    for command in ["MULTI", "PFCOUNT hll"] {
        rig.ask(counter, command);
    }
    rig.ask(other, "CLIENT PAUSE 1000 WRITE");
    assert_eq!(rig.ask(client, "EXEC"), "");
    assert_eq!(
        rig.ask(counter, "EXEC"),
        "",
        "it may have to repeat the count"
    );
    let info = rig.ask(other, "INFO clients");
    assert!(info.contains("blocked_clients:2\r\n"), "{info}");
    assert_eq!(rig.ask(reader, "EXEC"), "*1\r\n$-1\r\n");
    rig.advance_ms(1000);
    assert_eq!(rig.read(client), "*1\r\n+OK\r\n");
}

#[test]
fn what_is_queued_counts_as_input() {
    let mut rig = Rig::standalone("client-query-buffer-limit 1mb");
    let client = rig.client();
    rig.ask(client, "MULTI");
    let command = encode(&format!("SET k {}", "x".repeat(100_000)));
    let sent = (0..20).find(|_| {
        rig.send(client, &command);
        rig.closed.contains(&client)
    });
    assert_eq!(sent, Some(10));
}

#[test]
fn wait_does_not_wait_inside() {
    let mut rig = Rig::standalone("");
    let client = rig.client();
    rig.ask(client, "MULTI");
    rig.ask(client, "WAIT 1 0");
    assert_eq!(rig.ask(client, "EXEC"), "*1\r\n:0\r\n");
}

#[test]
fn a_command_for_the_control_plane_lets_the_transaction_wait() {
    let mut rig = Rig::cluster(whole_cluster(), "");
    let client = rig.client();
    rig.messages();
    for command in ["MULTI", "SET a 1", "CLUSTER MYID", "GET a"] {
        rig.ask(client, command);
    }
    let pipeline = [encode("EXEC"), encode("PING")].concat();
    assert_eq!(rig.send(client, &pipeline), "*3\r\n+OK\r\n");
    let asked = rig.messages();
    let ticket = asked.into_iter().find_map(|message| match message {
        ToControl::Admin(request) => Some(request.ticket),
        _ => None,
    });
    let reply = b"$2\r\nme\r\n".to_vec();
    rig.control(ToData::AdminReply {
        ticket: ticket.expect("a question"),
        reply,
    });
    assert_eq!(rig.read(client), "$2\r\nme\r\n$1\r\n1\r\n+PONG\r\n");
}

/// A cluster in which this node owns the first half of the slots.
fn half_a_cluster() -> ClusterView {
    let mut builder = ClusterView::builder(node(0));
    let (me, other) = (builder.myself(), builder.add(node(1)).expect("a place"));
    let (mine, others): (Vec<_>, Vec<_>) =
        SlotSet::full().iter().partition(|slot| slot.get() < 8192);
    builder.table_mut().assign(&mine.into_iter().collect(), me);
    builder
        .table_mut()
        .assign(&others.into_iter().collect(), other);
    builder.state(ClusterState::Ok);
    builder.build()
}

#[test]
fn in_a_cluster_a_transaction_has_one_slot() {
    let mut rig = Rig::cluster(half_a_cluster(), "");
    let client = rig.client();
    // Slots 5061 (bar), 7716 (b is 3300), and 12182 (foo).
    rig.ask(client, "MULTI");
    let moved = "-MOVED 12182 127.0.0.1:21301\r\n";
    assert_eq!(rig.ask(client, "SET foo 1"), moved);
    assert!(rig.ask(client, "EXEC").starts_with("-EXECABORT "));
    rig.ask(client, "MULTI");
    assert_eq!(rig.ask(client, "SET bar 1"), "+QUEUED\r\n");
    assert_eq!(rig.ask(client, "SET b 1"), "+QUEUED\r\n");
    assert_eq!(
        rig.ask(client, "EXEC"),
        "-CROSSSLOT Keys in request don't hash to the same slot\r\n"
    );
    assert_eq!(rig.ask(client, "EXEC"), "-ERR EXEC without MULTI\r\n");
    assert_eq!(rig.ask(client, "EXISTS bar"), ":0\r\n");
    for command in ["MULTI", "SET {bar}1 1", "PING", "SET {bar}2 1"] {
        rig.ask(client, command);
    }
    assert_eq!(rig.ask(client, "EXEC"), "*3\r\n+OK\r\n+PONG\r\n+OK\r\n");
}

#[test]
fn a_slot_that_goes_away_before_exec_takes_the_transaction_along() {
    let mut rig = Rig::cluster(whole_cluster(), "");
    let client = rig.client();
    for command in ["MULTI", "SET foo 1"] {
        rig.ask(client, command);
    }
    rig.control(ToData::View(Arc::new(half_a_cluster())));
    assert_eq!(rig.ask(client, "EXEC"), "-MOVED 12182 127.0.0.1:21301\r\n");
    assert_eq!(rig.ask(client, "EXEC"), "-ERR EXEC without MULTI\r\n");
}

//! Commands that wait for data: who is served, in which order, and when a wait ends without data.

mod support;

use core::time::Duration;
use std::sync::Arc;

use shoal_core::{ClientId, DataEvent, ToData};
use shoal_slots::{ClusterState, ClusterView, SlotSet};
use support::{Rig, encode, node, whole_cluster};

/// A server with some clients.
fn with_clients<const N: usize>(text: &str) -> (Rig, [ClientId; N]) {
    let mut rig = Rig::standalone(text);
    let clients = core::array::from_fn(|_| rig.client());
    (rig, clients)
}

/// Blocks a client; it must not be answered yet.
fn block(rig: &mut Rig, client: ClientId, command: &str) {
    assert_eq!(rig.ask(client, command), "", "{command}");
}

fn pair(key: &str, value: &str) -> String {
    format!(
        "*2\r\n${}\r\n{key}\r\n${}\r\n{value}\r\n",
        key.len(),
        value.len()
    )
}

#[test]
fn a_push_wakes_whoever_came_first() {
    let (mut rig, [a, b, c, other]) = with_clients("");
    for client in [a, b, c] {
        block(&mut rig, client, "BLPOP k 0");
    }
    assert_eq!(rig.ask(other, "RPUSH k 1 2"), ":2\r\n");
    assert_eq!(rig.read(a), pair("k", "1"));
    assert_eq!(rig.read(b), pair("k", "2"));
    assert_eq!(rig.read(c), "");
    assert_eq!(rig.ask(other, "EXISTS k"), ":0\r\n");
    assert_eq!(rig.ask(other, "RPUSH k 3"), ":1\r\n");
    assert_eq!(rig.read(c), pair("k", "3"));
}

#[test]
fn a_woken_client_is_announced_and_goes_on() {
    let (mut rig, [a, other]) = with_clients("");
    let pipeline = [encode("BLPOP k 0"), encode("PING"), encode("BLPOP k 0")].concat();
    assert_eq!(rig.send(a, &pipeline), "");
    rig.events.clear();
    rig.ask(other, "RPUSH k 1");
    let announced = |event: &DataEvent| matches!(event, DataEvent::Output(client) if *client == a);
    assert!(rig.events.iter().any(announced));
    assert_eq!(rig.read(a), pair("k", "1") + "+PONG\r\n");
    rig.ask(other, "RPUSH k 2");
    assert_eq!(rig.read(a), pair("k", "2"));
}

#[test]
fn the_first_key_that_holds_anything_is_popped() {
    let (mut rig, [a, other]) = with_clients("");
    for (pushed, answer) in [("RPUSH y 1", pair("y", "1")), ("RPUSH x 1", pair("x", "1"))] {
        block(&mut rig, a, "BRPOP x y x 0");
        rig.ask(other, pushed);
        assert_eq!(rig.read(a), answer);
    }
    // Both at once: the order of the arguments decides, not the order of the pushes.
    block(&mut rig, a, "BLPOP x y 0");
    for command in ["MULTI", "RPUSH y 2", "RPUSH x 1", "EXEC"] {
        rig.ask(other, command);
    }
    assert_eq!(rig.read(a), pair("x", "1"));
    assert_eq!(rig.ask(other, "LLEN y"), ":1\r\n");
}

#[test]
fn nobody_is_served_in_the_middle_of_a_transaction() {
    let (mut rig, [a, other]) = with_clients("");
    block(&mut rig, a, "BLPOP k 0");
    for command in ["MULTI", "RPUSH k 1", "DEL k", "EXEC"] {
        rig.ask(other, command);
    }
    assert_eq!(rig.read(a), "");
    for command in ["MULTI", "RPUSH k 1", "LPUSH k 0", "LLEN k", "EXEC"] {
        rig.ask(other, command);
    }
    assert_eq!(rig.read(a), pair("k", "0"));
}

#[test]
fn inside_a_transaction_nothing_blocks() {
    let (mut rig, [a]) = with_clients("");
    for command in [
        "MULTI",
        "BLPOP k 0",
        "BLMOVE k l LEFT LEFT 0",
        "BLMPOP 0 1 k LEFT",
    ] {
        rig.ask(a, command);
    }
    assert_eq!(rig.ask(a, "EXEC"), "*3\r\n*-1\r\n$-1\r\n*-1\r\n");
}

#[test]
fn what_one_moves_wakes_the_next() {
    let (mut rig, [a, b, c, d, other]) = with_clients("");
    block(&mut rig, c, "BLPOP z 0");
    block(&mut rig, b, "BLMOVE y z RIGHT LEFT 0");
    block(&mut rig, a, "BRPOPLPUSH x y 0");
    block(&mut rig, d, "BLPOP z 0");
    assert_eq!(rig.ask(other, "RPUSH x 1"), ":1\r\n");
    assert_eq!(rig.read(a), "$1\r\n1\r\n");
    assert_eq!(rig.read(b), "$1\r\n1\r\n");
    assert_eq!(rig.read(c), pair("z", "1"));
    assert_eq!(rig.read(d), "");
    assert_eq!(rig.ask(other, "EXISTS x y z"), ":0\r\n");
}

#[test]
fn a_ring_of_moves_comes_to_an_end() {
    let (mut rig, [a, b, other]) = with_clients("");
    block(&mut rig, a, "BLMOVE x y LEFT RIGHT 0");
    block(&mut rig, b, "BLMOVE y x LEFT RIGHT 0");
    rig.ask(other, "RPUSH x 1");
    assert_eq!(rig.read(a), "$1\r\n1\r\n");
    assert_eq!(rig.read(b), "$1\r\n1\r\n");
    assert_eq!(rig.ask(other, "LRANGE x 0 -1"), "*1\r\n$1\r\n1\r\n");
}

#[test]
fn every_way_to_make_a_list_wakes() {
    for ways in [
        &["RPUSH j 1", "RENAME j k"][..],
        &["RPUSH j 1", "RENAMENX j k"],
        &["RPUSH j 1", "COPY j k"],
        &["RPUSH j 1", "LMOVE j k LEFT LEFT"],
        &["RPUSH j 1", "RPOPLPUSH j k"],
        &["SELECT 1", "RPUSH k 1", "MOVE k 0"],
        &["SELECT 1", "RPUSH k 1", "SWAPDB 0 1"],
        &["SELECT 1", "RPUSH j 1", "COPY j k DB 0"],
        &["SET k text", "DEL k", "RPUSH k 1"],
        &["SET k text", "RPUSH j 1", "RENAME j k"],
        &["SET k text", "RPUSH j 1", "COPY j k REPLACE"],
    ] {
        let (mut rig, [a, other]) = with_clients("");
        block(&mut rig, a, "BLPOP k 0");
        for command in ways {
            assert_eq!(rig.read(a), "", "before {command} of {ways:?}");
            let answer = rig.ask(other, command);
            assert!(!answer.starts_with('-'), "{command}: {answer}");
        }
        assert_eq!(rig.read(a), pair("k", "1"), "{ways:?}");
    }
}

#[test]
fn a_restored_list_wakes() {
    let (mut rig, [a, other]) = with_clients("");
    rig.ask(other, "RPUSH j 1");
    rig.plane.handle_input(rig.now, other, &encode("DUMP j"));
    let dump = rig.read_bytes(other);
    let start = dump.iter().position(|byte| *byte == b'\n').expect("a bulk") + 1;
    let payload = &dump[start..dump.len() - 2];
    block(&mut rig, a, "BLPOP k 0");
    let mut request = Vec::new();
    shoal_resp::write_command(&mut request, &[b"RESTORE", b"k", b"0", payload]);
    assert_eq!(rig.send(other, &request), "+OK\r\n");
    assert_eq!(rig.read(a), pair("k", "1"));
}

#[test]
fn another_database_is_another_key() {
    let (mut rig, [a, other]) = with_clients("");
    rig.ask(a, "SELECT 3");
    block(&mut rig, a, "BLPOP k 0");
    rig.ask(other, "RPUSH k 0");
    assert_eq!(rig.read(a), "");
    rig.ask(other, "SELECT 3");
    rig.ask(other, "RPUSH k 3");
    assert_eq!(rig.read(a), pair("k", "3"));
}

#[test]
fn a_value_of_another_type_wakes_nobody() {
    let (mut rig, [a, other]) = with_clients("");
    block(&mut rig, a, "BLPOP k 0");
    for command in [
        "SET k 1",
        "DEL k",
        "SADD k 1",
        "DEL k",
        "HSET k f v",
        "DEL k",
    ] {
        rig.ask(other, command);
        assert_eq!(rig.read(a), "", "{command}");
    }
    rig.ask(other, "RPUSH k 1");
    assert_eq!(rig.read(a), pair("k", "1"));
}

#[test]
fn each_type_has_its_own_clients() {
    let (mut rig, [list, zset, other]) = with_clients("");
    block(&mut rig, zset, "BZPOPMIN k 0");
    block(&mut rig, list, "BLPOP k 0");
    rig.ask(other, "RPUSH k 1");
    assert_eq!(
        (rig.read(list), rig.read(zset)),
        (pair("k", "1"), String::new())
    );
    block(&mut rig, list, "BLPOP k 0");
    rig.ask(other, "ZADD k 5 m");
    let popped = "*3\r\n$1\r\nk\r\n$1\r\nm\r\n$1\r\n5\r\n";
    assert_eq!(
        (rig.read(list), rig.read(zset)),
        (String::new(), popped.to_owned())
    );
    // And what one leaves behind is taken by the next of the same kind.
    block(&mut rig, zset, "BZMPOP 0 1 k MAX COUNT 2");
    for command in ["MULTI", "ZADD k 1 a 2 b 3 c", "EXEC"] {
        rig.ask(other, command);
    }
    assert!(rig.read(zset).contains("$1\r\nc\r\n"));
    assert_eq!(rig.ask(other, "ZCARD k"), ":1\r\n");
    assert_eq!(rig.read(list), "");
}

#[test]
fn a_stored_result_wakes() {
    let (mut rig, [a, zset, other]) = with_clients("");
    block(&mut rig, a, "BLPOP k 0");
    rig.ask(other, "SADD s 3 1 2");
    rig.ask(other, "SORT s STORE k");
    assert_eq!(rig.read(a), pair("k", "1"));
    block(&mut rig, zset, "BZPOPMAX z 0");
    rig.ask(other, "ZUNIONSTORE z 1 s");
    assert!(rig.read(zset).starts_with("*3\r\n$1\r\nz\r\n"));
    block(&mut rig, zset, "BZPOPMIN z2 0");
    rig.ask(other, "ZRANGESTORE z2 z 0 -1");
    assert!(rig.read(zset).starts_with("*3\r\n$2\r\nz2\r\n"));
}

#[test]
fn a_wait_ends_at_its_millisecond() {
    for (timeout, millis) in [
        ("1", 1000),
        ("0.1", 100),
        ("0.001", 1),
        ("0.0001", 1),
        ("2.0005", 2001),
    ] {
        let (mut rig, [a]) = with_clients("");
        rig.advance_ms(7);
        block(&mut rig, a, &format!("BLPOP k {timeout}"));
        rig.advance(Duration::from_micros(millis * 1000 - 1));
        assert_eq!(rig.read(a), "", "{timeout}");
        let due = rig.now.instant + Duration::from_micros(1);
        assert_eq!(rig.plane.poll_timeout(), Some(due), "{timeout}");
        rig.advance(Duration::from_micros(1));
        assert_eq!(rig.read(a), "*-1\r\n", "{timeout}");
    }
}

#[test]
fn whoever_waits_for_ever_does() {
    let (mut rig, [a, other]) = with_clients("timeout 10");
    block(&mut rig, a, "BLPOP k 0");
    rig.advance(Duration::from_secs(3600));
    assert_eq!(rig.read(a), "");
    let fresh = rig.client();
    rig.ask(fresh, "RPUSH k 1");
    assert_eq!(rig.read(a), pair("k", "1"));
    assert!(rig.closed.contains(&other), "idle, unlike who is blocked");
}

#[test]
fn timeouts_are_answered_with_null_in_both_protocols() {
    for (hello, null) in [("HELLO 2", "*-1\r\n"), ("HELLO 3", "_\r\n")] {
        for command in [
            "BLPOP k 1",
            "BLMOVE k l LEFT LEFT 1",
            "BRPOPLPUSH k l 1",
            "BLMPOP 1 1 k LEFT",
        ] {
            let (mut rig, [a]) = with_clients("");
            rig.ask(a, hello);
            block(&mut rig, a, command);
            rig.advance_ms(1000);
            assert_eq!(rig.read(a), null, "{command}");
        }
    }
}

#[test]
fn timeouts_that_are_none_are_refused() {
    let (mut rig, [a]) = with_clients("");
    for (timeout, text) in [
        ("x", "timeout is not a float or out of range"),
        ("", "timeout is not a float or out of range"),
        ("nan", "timeout is not a float or out of range"),
        ("-1", "timeout is negative"),
        ("-0.002", "timeout is negative"),
        ("-inf", "timeout is negative"),
        ("inf", "timeout is out of range"),
        ("1e300", "timeout is out of range"),
        ("9223372036854775807", "timeout is out of range"),
        ("9223372036854775", "timeout is out of range"),
    ] {
        let answer = rig.ask(a, &format!("BLPOP k {timeout}"));
        assert_eq!(answer, format!("-ERR {text}\r\n"), "{timeout}");
    }
    block(&mut rig, a, "BLPOP k -0.0001");
}

#[test]
fn a_key_past_its_time_is_not_there_to_be_popped() {
    let (mut rig, [a, other]) = with_clients("enable-debug-command yes");
    rig.ask(other, "DEBUG SET-ACTIVE-EXPIRE 0");
    rig.ask(other, "RPUSH k old");
    rig.ask(other, "PEXPIRE k 10");
    rig.advance_ms(20);
    block(&mut rig, a, "BLPOP k 0");
    rig.ask(other, "RPUSH k new");
    assert_eq!(rig.read(a), pair("k", "new"));
}

#[test]
fn what_expires_while_its_transaction_sleeps_was_never_there() {
    let (mut rig, [a, other]) = with_clients("enable-debug-command yes");
    rig.ask(other, "DEBUG SET-ACTIVE-EXPIRE 0");
    block(&mut rig, a, "BLPOP k 1");
    for command in [
        "MULTI",
        "RPUSH k 1",
        "PEXPIRE k 100",
        "DEBUG SLEEP 0.2",
        "LLEN k",
    ] {
        rig.ask(other, command);
    }
    // Within a transaction time stands still.
    assert_eq!(rig.ask(other, "EXEC"), "*4\r\n:1\r\n:1\r\n+OK\r\n:1\r\n");
    assert_eq!(rig.read(a), "");
    rig.advance_ms(1000);
    assert_eq!(rig.read(a), "*-1\r\n");
}

#[test]
fn client_unblock_ends_a_wait() {
    let (mut rig, [a, other]) = with_clients("");
    block(&mut rig, a, "BLPOP k 0");
    assert_eq!(rig.ask(other, "CLIENT UNBLOCK 1"), ":1\r\n");
    assert_eq!(rig.read(a), "*-1\r\n");
    assert_eq!(rig.ask(other, "CLIENT UNBLOCK 1"), ":0\r\n");
    block(&mut rig, a, "BLMOVE k l LEFT LEFT 0");
    assert_eq!(rig.ask(other, "CLIENT UNBLOCK 1 TIMEOUT"), ":1\r\n");
    assert_eq!(rig.read(a), "*-1\r\n");
    block(&mut rig, a, "BLPOP k 0");
    assert_eq!(rig.ask(other, "CLIENT UNBLOCK 1 ERROR"), ":1\r\n");
    assert_eq!(
        rig.read(a),
        "-UNBLOCKED client unblocked via CLIENT UNBLOCK\r\n"
    );
    // Nothing of it is left.
    rig.ask(other, "RPUSH k 1");
    assert_eq!(rig.read(a), "");
    assert_eq!(rig.ask(a, "LLEN k"), ":1\r\n");
}

#[test]
fn one_who_leaves_takes_nothing_along() {
    let (mut rig, [a, b, other]) = with_clients("");
    block(&mut rig, a, "BLPOP k 0");
    block(&mut rig, b, "BLPOP k 0");
    rig.plane.handle_closed(rig.now, a);
    rig.ask(other, "RPUSH k 1");
    assert_eq!(rig.read(b), pair("k", "1"));
    block(&mut rig, b, "BLPOP k 0");
    assert_eq!(rig.ask(other, "CLIENT KILL ID 2"), ":1\r\n");
    assert_eq!(rig.ask(other, "RPUSH k 2"), ":1\r\n");
    assert_eq!(rig.ask(other, "LLEN k"), ":1\r\n");
}

#[test]
fn a_woken_client_is_held_by_a_pause() {
    let (mut rig, [a, other]) = with_clients("");
    let pipeline = [encode("BLPOP k 5"), encode("PING")].concat();
    assert_eq!(rig.send(a, &pipeline), "");
    for command in ["MULTI", "RPUSH k 1", "CLIENT PAUSE 1000 WRITE", "EXEC"] {
        rig.ask(other, command);
    }
    assert_eq!(rig.read(a), "");
    assert_eq!(rig.ask(other, "LLEN k"), ":1\r\n");
    rig.advance_ms(1000);
    assert_eq!(rig.read(a), pair("k", "1") + "+PONG\r\n");
}

#[test]
fn one_who_was_held_in_vain_waits_on_until_its_time() {
    let (mut rig, [a, b, other]) = with_clients("");
    block(&mut rig, a, "BLPOP k 0");
    block(&mut rig, b, "BLPOP k 5");
    for command in ["MULTI", "RPUSH k 1", "CLIENT PAUSE 1000 WRITE", "EXEC"] {
        rig.ask(other, command);
    }
    rig.advance_ms(1000);
    assert_eq!(rig.read(a), pair("k", "1"));
    assert_eq!(rig.read(b), "");
    rig.advance_ms(3999);
    assert_eq!(rig.read(b), "");
    rig.advance_ms(1);
    assert_eq!(rig.read(b), "*-1\r\n");
}

#[test]
fn a_time_that_is_over_during_a_pause_is_over() {
    let (mut rig, [a, other]) = with_clients("");
    block(&mut rig, a, "BLPOP k 1");
    rig.ask(other, "CLIENT PAUSE 10000 ALL");
    rig.advance_ms(1000);
    assert_eq!(rig.read(a), "*-1\r\n");
}

#[test]
fn becoming_a_replica_ends_all_waits() {
    let (mut rig, [a, other]) = with_clients("");
    block(&mut rig, a, "BLPOP k 0");
    rig.ask(other, "REPLICAOF 127.0.0.1 7001");
    assert_eq!(
        rig.read(a),
        "-UNBLOCKED force unblock from blocking operation, instance state changed (master -> replica?)\r\n"
    );
    assert!(rig.closed.contains(&a), "it is to look for the primary");
}

#[test]
fn blocked_clients_are_counted_and_listed() {
    let (mut rig, [a, b, other]) = with_clients("");
    block(&mut rig, a, "BLPOP k l 0");
    block(&mut rig, b, "BLPOP k 10");
    let info = rig.ask(other, "INFO clients");
    for line in [
        "blocked_clients:2\r\n",
        "clients_in_timeout_table:1\r\n",
        "total_blocking_keys:2\r\n",
        "total_blocking_keys_on_nokey:0\r\n",
    ] {
        assert!(info.contains(line), "{info}");
    }
    let list = rig.ask(other, "CLIENT LIST ID 1");
    assert!(list.contains(" flags=b "), "{list}");
    assert!(list.contains(" cmd=blpop "), "{list}");
    rig.ask(other, "RPUSH k 1");
    rig.advance_ms(10_000);
    let info = rig.ask(other, "INFO clients");
    assert!(info.contains("blocked_clients:0\r\n"), "{info}");
    assert!(info.contains("total_blocking_keys:0\r\n"), "{info}");
    let stats = rig.ask(other, "INFO commandstats");
    assert!(stats.contains("cmdstat_blpop:calls=2,"), "{stats}");
}

#[test]
fn one_who_wants_no_replies_gets_none() {
    let (mut rig, [a, other]) = with_clients("");
    rig.ask(a, "CLIENT REPLY SKIP");
    let pipeline = [encode("BLPOP k 0"), encode("PING")].concat();
    assert_eq!(rig.send(a, &pipeline), "");
    rig.ask(other, "RPUSH k 1");
    assert_eq!(rig.read(a), "+PONG\r\n");
    assert_eq!(rig.ask(other, "EXISTS k"), ":0\r\n");
}

#[test]
fn what_a_woken_client_does_is_repeated_as_what_it_does() {
    let mut rig = Rig::standalone("repl-diskless-sync no");
    let [a, b, replica, other] = core::array::from_fn(|_| rig.client());
    rig.ask(replica, "REPLCONF capa psync2");
    rig.ask(replica, "PSYNC ? -1");
    block(&mut rig, a, "BRPOP k 0");
    block(&mut rig, b, "BLMOVE j k LEFT RIGHT 0");
    rig.read_bytes(replica);
    rig.ask(other, "RPUSH j 1");
    let expected = ["SELECT 0", "RPUSH j 1", "LMOVE j k LEFT RIGHT", "RPOP k"];
    let expected: Vec<u8> = expected
        .iter()
        .flat_map(|command| encode(command))
        .collect();
    assert_eq!(rig.read(replica), String::from_utf8_lossy(&expected));
}

/// A cluster in which this node owns no slot above 8191, and perhaps nobody does.
fn half_a_cluster(others: bool) -> ClusterView {
    let mut builder = ClusterView::builder(node(0));
    let (me, other) = (builder.myself(), builder.add(node(1)).expect("a place"));
    let (low, high): (SlotSet, SlotSet) = {
        let (low, high): (Vec<_>, Vec<_>) =
            SlotSet::full().iter().partition(|slot| slot.get() < 8192);
        (low.into_iter().collect(), high.into_iter().collect())
    };
    builder.table_mut().assign(&low, me);
    if others {
        builder.table_mut().assign(&high, other);
    }
    builder.state(ClusterState::Ok);
    builder.build()
}

#[test]
fn a_slot_that_goes_away_sends_its_clients_after_it() {
    let mut rig = Rig::cluster(whole_cluster(), "");
    let [stays, goes, follows] = core::array::from_fn(|_| rig.client());
    block(&mut rig, stays, "BLPOP bar 0");
    block(&mut rig, goes, "BLPOP foo {foo}2 0");
    rig.send(follows, &[encode("BLPOP foo 0"), encode("PING")].concat());
    rig.control(ToData::View(Arc::new(half_a_cluster(true))));
    assert_eq!(rig.read(stays), "");
    assert_eq!(rig.read(goes), "-MOVED 12182 127.0.0.1:21301\r\n");
    assert_eq!(
        rig.read(follows),
        "-MOVED 12182 127.0.0.1:21301\r\n+PONG\r\n"
    );
    let other = rig.client();
    rig.ask(other, "RPUSH bar 1");
    assert_eq!(rig.read(stays), pair("bar", "1"));
}

#[test]
fn nobody_waits_in_a_cluster_that_is_down() {
    let mut rig = Rig::cluster(whole_cluster(), "");
    let [a, b] = core::array::from_fn(|_| rig.client());
    block(&mut rig, a, "BLPOP foo 0");
    rig.control(ToData::View(Arc::new(half_a_cluster(false))));
    assert_eq!(rig.read(a), "-CLUSTERDOWN Hash slot not served\r\n");
    block(&mut rig, b, "BLPOP bar 0");
    let mut builder = ClusterView::builder(node(0));
    let me = builder.myself();
    builder.table_mut().assign(&SlotSet::full(), me);
    builder.state(ClusterState::Fail);
    rig.control(ToData::View(Arc::new(builder.build())));
    assert_eq!(rig.read(b), "-CLUSTERDOWN The cluster is down\r\n");
}

#[test]
fn a_woken_client_that_finds_a_key_past_its_time_deletes_it() {
    let (mut rig, [a, other]) = with_clients("enable-debug-command yes");
    rig.ask(other, "DEBUG SET-ACTIVE-EXPIRE 0");
    rig.ask(a, "SELECT 9");
    block(&mut rig, a, "BRPOP k 0");
    rig.ask(other, "RPUSH k 1");
    rig.ask(other, "PEXPIRE k 100");
    rig.advance_ms(101);
    assert_eq!(rig.ask(other, "DBSIZE"), ":1\r\n");
    assert_eq!(rig.ask(other, "SWAPDB 0 9"), "+OK\r\n");
    assert_eq!(rig.read(a), "", "it goes on waiting");
    rig.ask(other, "SELECT 9");
    assert_eq!(rig.ask(other, "DBSIZE"), ":0\r\n");
    rig.ask(other, "RPUSH k 2");
    assert_eq!(rig.read(a), pair("k", "2"));
}

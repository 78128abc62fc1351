//! Readers that wait for entries of streams: all readers get an entry, one consumer of a group does, and a group that
//! goes away is an error.

mod support;

use shoal_core::ClientId;
use support::Rig;
use support::net::Net;

fn with_clients<const N: usize>() -> (Rig, [ClientId; N]) {
    let mut rig = Rig::standalone("enable-debug-command yes");
    let clients = core::array::from_fn(|_| rig.client());
    (rig, clients)
}

fn block(rig: &mut Rig, client: ClientId, command: &str) {
    assert_eq!(rig.ask(client, command), "", "{command}");
}

/// One entry `f v` of one stream.
fn entry(key: &str, id: &str) -> String {
    let fields = "*2\r\n$1\r\nf\r\n$1\r\nv\r\n";
    format!(
        "*1\r\n*2\r\n${}\r\n{key}\r\n*1\r\n*2\r\n${}\r\n{id}\r\n{fields}",
        key.len(),
        id.len()
    )
}

#[test]
fn every_reader_gets_a_new_entry() {
    let (mut rig, [a, b, other]) = with_clients();
    rig.ask(other, "XADD s 1-1 f old");
    block(&mut rig, a, "XREAD BLOCK 0 STREAMS s $");
    block(&mut rig, b, "XREAD BLOCK 0 STREAMS t s 0 1-1");
    rig.ask(other, "XADD s 2-1 f v");
    assert_eq!(rig.read(a), entry("s", "2-1"));
    assert_eq!(rig.read(b), entry("s", "2-1"));
    block(&mut rig, a, "XREAD BLOCK 100 STREAMS s $");
    rig.advance_ms(100);
    assert_eq!(rig.read(a), "*-1\r\n");
}

#[test]
fn one_who_waits_for_what_comes_later_waits_on() {
    let (mut rig, [a, b, other]) = with_clients();
    block(&mut rig, a, "XREAD BLOCK 0 STREAMS s 5-0");
    block(&mut rig, b, "XREAD BLOCK 0 STREAMS s 0");
    rig.ask(other, "XADD s 3-1 f v");
    assert_eq!(rig.read(a), "");
    assert_eq!(rig.read(b), entry("s", "3-1"));
    rig.ask(other, "XADD s 6-1 f v");
    assert_eq!(rig.read(a), entry("s", "6-1"));
}

#[test]
fn what_is_taken_back_in_the_same_transaction_was_never_there() {
    let (mut rig, [a, other]) = with_clients();
    rig.ask(other, "XADD s 1-1 f v");
    block(&mut rig, a, "XREAD BLOCK 0 STREAMS s $");
    for command in ["MULTI", "XADD s 2-1 f v", "XDEL s 2-1", "EXEC"] {
        rig.ask(other, command);
    }
    assert_eq!(rig.read(a), "");
    rig.ask(other, "XADD s 3-1 f v");
    assert_eq!(rig.read(a), entry("s", "3-1"));
}

#[test]
fn a_reader_does_not_mind_deletion() {
    let (mut rig, [a, other]) = with_clients();
    rig.ask(other, "XADD s 5-1 f v");
    block(&mut rig, a, "XREAD BLOCK 0 STREAMS s $");
    for command in ["DEL s", "SET s text", "DEL s", "RPUSH s 1", "FLUSHALL"] {
        rig.ask(other, command);
        assert_eq!(rig.read(a), "", "{command}");
    }
    rig.ask(other, "XADD s 6-1 f v");
    assert_eq!(rig.read(a), entry("s", "6-1"));
}

#[test]
fn one_consumer_of_a_group_gets_an_entry() {
    let (mut rig, [a, b, other]) = with_clients();
    rig.ask(other, "XGROUP CREATE s g $ MKSTREAM");
    block(&mut rig, a, "XREADGROUP GROUP g alice BLOCK 0 STREAMS s >");
    block(&mut rig, b, "XREADGROUP GROUP g bob BLOCK 0 STREAMS s >");
    rig.ask(other, "XADD s 1-1 f v");
    assert_eq!(
        (rig.read(a), rig.read(b)),
        (entry("s", "1-1"), String::new())
    );
    block(&mut rig, a, "XREADGROUP GROUP g alice BLOCK 0 STREAMS s >");
    rig.ask(other, "XADD s 2-1 f v");
    assert_eq!(
        (rig.read(a), rig.read(b)),
        (String::new(), entry("s", "2-1"))
    );
    let pending = rig.ask(other, "XPENDING s g");
    assert!(pending.starts_with("*4\r\n:2\r\n"), "{pending}");
}

#[test]
fn a_group_that_goes_away_is_an_error() {
    let no_group =
        "-NOGROUP No such key 's' or consumer group 'g' in XREADGROUP with GROUP option\r\n";
    let wrong_type = "-WRONGTYPE Operation against a key holding the wrong kind of value\r\n";
    for (ways, error) in [
        (&["DEL s"][..], no_group),
        (&["UNLINK s"], no_group),
        (&["FLUSHDB"], no_group),
        (&["FLUSHALL"], no_group),
        (&["RENAME s t"], no_group),
        (&["MOVE s 1"], no_group),
        (&["SWAPDB 0 1"], no_group),
        (&["XGROUP DESTROY s g"], no_group),
        (&["SET s text"], wrong_type),
        (&["SET t text", "RENAME t s"], wrong_type),
        (&["SET t text", "COPY t s REPLACE"], wrong_type),
        (&["XADD t 1-1 f v", "RENAME t s"], no_group),
        (&["SELECT 1", "SET s text", "SWAPDB 0 1"], wrong_type),
        (&["SELECT 1", "XADD s 1-1 f v", "SWAPDB 0 1"], no_group),
    ] {
        let (mut rig, [a, other]) = with_clients();
        rig.ask(other, "XGROUP CREATE s g $ MKSTREAM");
        block(&mut rig, a, "XREADGROUP GROUP g alice BLOCK 0 STREAMS s >");
        let info = rig.ask(other, "INFO clients");
        assert!(
            info.contains("total_blocking_keys_on_nokey:1\r\n"),
            "{info}"
        );
        for command in ways {
            assert_eq!(rig.read(a), "", "before {command}");
            rig.ask(other, command);
        }
        assert_eq!(rig.read(a), error, "{ways:?}");
    }
}

#[test]
fn a_group_that_expires_is_an_error_too() {
    let (mut rig, [a, other]) = with_clients();
    rig.ask(other, "XGROUP CREATE s g $ MKSTREAM");
    rig.ask(other, "PEXPIRE s 50");
    block(&mut rig, a, "XREADGROUP GROUP g alice BLOCK 0 STREAMS s >");
    rig.advance_ms(2000);
    assert!(rig.read(a).starts_with("-NOGROUP "));
}

#[test]
fn readers_of_a_replica_are_woken_by_its_stream() {
    let mut net = Net::new(vec![Rig::standalone(""), Rig::standalone("")]);
    let (feeder, reader, operator) = (
        net.rigs[0].client(),
        net.rigs[1].client(),
        net.rigs[1].client(),
    );
    net.ask(1, operator, "REPLICAOF 127.0.0.1 7000");
    // A reader may wait before there is any data, and through the arrival of all of it.
    assert_eq!(net.ask(1, reader, "XREAD BLOCK 0 STREAMS s 0"), "");
    net.ask(0, feeder, "XADD s 1-1 f v");
    net.advance_ms(8000);
    assert_eq!(net.ask(1, operator, "XLEN s"), ":1\r\n");
    assert_eq!(net.rigs[1].read(reader), entry("s", "1-1"));
    assert_eq!(net.ask(1, reader, "XREAD BLOCK 0 STREAMS s $"), "");
    for command in ["MULTI", "XADD s 2-1 f v", "XADD s 3-1 f v", "EXEC"] {
        net.ask(0, feeder, command);
    }
    net.pump();
    let both = net.rigs[1].read(reader);
    assert!(both.contains("2-1") && both.contains("3-1"), "{both}");
}

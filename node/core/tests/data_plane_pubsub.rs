//! Publish and subscribe: who hears what, what a subscriber may say, and what becomes of channels whose slot goes.

mod support;

use core::time::Duration;

use bytes::Bytes;
use shoal_core::{ToControl, ToData};
use shoal_slots::{ClusterState, ClusterView, SlotSet};
use support::{Rig, encode, node, whole_cluster};

/// An array of bulk strings and numbers, as RESP2 shows a message.
fn message(parts: &[&str]) -> String {
    let part = |part: &&str| match part.strip_prefix(':') {
        Some(number) => format!(":{number}\r\n"),
        None => format!("${}\r\n{part}\r\n", part.len()),
    };
    let parts: String = parts.iter().map(part).collect();
    let len = parts.matches("\r\n").count() - parts.matches('$').count();
    format!("*{len}\r\n{parts}")
}

#[test]
fn subscribers_and_fitting_patterns_hear_a_message() {
    let mut rig = Rig::standalone("");
    let (by_name, by_pattern, speaker) = (rig.client(), rig.client(), rig.client());
    assert_eq!(
        rig.ask(by_name, "SUBSCRIBE news sport"),
        message(&["subscribe", "news", ":1"]) + &message(&["subscribe", "sport", ":2"])
    );
    assert_eq!(
        rig.ask(by_pattern, "PSUBSCRIBE n[ae]*"),
        message(&["psubscribe", "n[ae]*", ":1"])
    );
    assert_eq!(rig.ask(speaker, "PUBLISH news hello"), ":2\r\n");
    assert_eq!(rig.read(by_name), message(&["message", "news", "hello"]));
    assert_eq!(
        rig.read(by_pattern),
        message(&["pmessage", "n[ae]*", "news", "hello"])
    );
    assert_eq!(rig.ask(speaker, "PUBLISH nobody hello"), ":0\r\n");
}

#[test]
fn one_who_subscribes_twice_hears_once() {
    let mut rig = Rig::standalone("");
    let (listener, speaker) = (rig.client(), rig.client());
    rig.ask(listener, "SUBSCRIBE a a");
    assert_eq!(rig.ask(speaker, "PUBLISH a x"), ":1\r\n");
    assert_eq!(rig.read(listener), message(&["message", "a", "x"]));
}

#[test]
fn unsubscribing_counts_down_and_without_names_ends_all() {
    let mut rig = Rig::standalone("");
    let listener = rig.client();
    assert_eq!(
        rig.ask(listener, "UNSUBSCRIBE"),
        "*3\r\n$11\r\nunsubscribe\r\n$-1\r\n:0\r\n"
    );
    rig.ask(listener, "SUBSCRIBE a b");
    rig.ask(listener, "PSUBSCRIBE c*");
    assert_eq!(
        rig.ask(listener, "UNSUBSCRIBE"),
        message(&["unsubscribe", "a", ":2"]) + &message(&["unsubscribe", "b", ":1"])
    );
    assert_eq!(
        rig.ask(listener, "PUNSUBSCRIBE c* d*"),
        message(&["punsubscribe", "c*", ":0"]) + &message(&["punsubscribe", "d*", ":0"])
    );
    assert_eq!(
        rig.ask(listener, "GET k"),
        "$-1\r\n",
        "it is no subscriber any more"
    );
}

#[test]
fn in_resp2_a_subscriber_says_little_in_resp3_everything() {
    let mut rig = Rig::standalone("");
    let (old, new, speaker) = (rig.client(), rig.client(), rig.client());
    rig.ask(old, "SUBSCRIBE a");
    assert_eq!(
        rig.ask(old, "GET k"),
        "-ERR Can't execute 'get': only (P|S)SUBSCRIBE / (P|S)UNSUBSCRIBE / PING / QUIT / RESET are allowed in this \
         context\r\n"
    );
    assert_eq!(rig.ask(old, "PING"), message(&["pong", ""]));
    assert_eq!(rig.ask(old, "PING x"), message(&["pong", "x"]));
    assert_eq!(rig.ask(old, "RESET"), "+RESET\r\n");
    assert_eq!(rig.ask(speaker, "PUBLISH a x"), ":0\r\n");

    rig.ask(new, "HELLO 3");
    assert_eq!(
        rig.ask(new, "SUBSCRIBE a"),
        ">3\r\n$9\r\nsubscribe\r\n$1\r\na\r\n:1\r\n"
    );
    assert_eq!(rig.ask(new, "GET k"), "_\r\n");
    assert_eq!(rig.ask(new, "PING"), "+PONG\r\n");
    rig.ask(speaker, "PUBLISH a x");
    assert_eq!(
        rig.read(new),
        ">3\r\n$7\r\nmessage\r\n$1\r\na\r\n$1\r\nx\r\n"
    );
}

#[test]
fn pubsub_tells_who_listens() {
    let mut rig = Rig::standalone("");
    let (a, b, asker) = (rig.client(), rig.client(), rig.client());
    rig.ask(a, "SUBSCRIBE x1 y");
    rig.ask(b, "SUBSCRIBE x1");
    rig.ask(b, "PSUBSCRIBE p*");
    rig.ask(b, "SSUBSCRIBE s");
    assert_eq!(rig.ask(asker, "PUBSUB CHANNELS"), message(&["x1", "y"]));
    assert_eq!(rig.ask(asker, "PUBSUB CHANNELS x*"), message(&["x1"]));
    assert_eq!(
        rig.ask(asker, "PUBSUB NUMSUB x1 nobody"),
        message(&["x1", ":2", "nobody", ":0"])
    );
    assert_eq!(rig.ask(asker, "PUBSUB NUMPAT"), ":1\r\n");
    assert_eq!(rig.ask(asker, "PUBSUB SHARDCHANNELS"), message(&["s"]));
    assert_eq!(
        rig.ask(asker, "PUBSUB SHARDNUMSUB s"),
        message(&["s", ":1"])
    );
    let list = rig.ask(asker, "CLIENT LIST TYPE pubsub");
    assert!(list.contains("flags=P db=0 sub=1 psub=1 ssub=1"), "{list}");
    rig.plane.handle_closed(rig.now, b);
    assert_eq!(rig.ask(asker, "PUBSUB NUMSUB x1"), message(&["x1", ":1"]));
    assert_eq!(rig.ask(asker, "PUBSUB NUMPAT"), ":0\r\n");
}

#[test]
fn what_happens_to_keys_is_published_if_asked_for() {
    let mut rig = Rig::standalone("notify-keyspace-events KEx$");
    let (listener, other) = (rig.client(), rig.client());
    rig.ask(listener, "PSUBSCRIBE __key*");
    rig.ask(other, "SET k v PX 100");
    rig.ask(other, "LPUSH list 1");
    assert_eq!(
        rig.read(listener),
        message(&["pmessage", "__key*", "__keyspace@0__:k", "set"])
            + &message(&["pmessage", "__key*", "__keyevent@0__:set", "k"])
    );
    rig.advance(Duration::from_secs(2));
    assert_eq!(
        rig.read(listener),
        message(&["pmessage", "__key*", "__keyspace@0__:k", "expired"])
            + &message(&["pmessage", "__key*", "__keyevent@0__:expired", "k"])
    );
    assert_eq!(
        rig.ask(other, "CONFIG SET notify-keyspace-events ''"),
        "-ERR CONFIG SET failed (possibly related to argument 'notify-keyspace-events') - Invalid event class \
         character. Use 'Ag$lshzxeKEtmdn'.\r\n"
    );
    rig.send(
        other,
        b"*4\r\n$6\r\nCONFIG\r\n$3\r\nSET\r\n$22\r\nnotify-keyspace-events\r\n$0\r\n\r\n",
    );
    rig.ask(other, "SET k v");
    assert_eq!(rig.read(listener), "");
}

#[test]
fn in_a_cluster_messages_go_over_the_bus_and_come_from_there() {
    let mut rig = Rig::cluster(whole_cluster(), "");
    let (listener, speaker) = (rig.client(), rig.client());
    rig.ask(listener, "SUBSCRIBE a");
    rig.ask(listener, "SSUBSCRIBE a");
    rig.messages();
    assert_eq!(rig.ask(speaker, "SPUBLISH a x"), ":1\r\n");
    assert_eq!(rig.read(listener), message(&["smessage", "a", "x"]));
    let sent = rig.messages();
    assert!(
        matches!(&sent[..], [ToControl::Publish { channel, message, shard: true }]
            if channel == "a" && message == "x"),
        "{sent:?}"
    );
    rig.control(ToData::Published {
        channel: Bytes::from_static(b"a"),
        message: Bytes::from_static(b"y"),
        shard: false,
    });
    assert_eq!(rig.read(listener), message(&["message", "a", "y"]));
    assert!(
        rig.messages().is_empty(),
        "what came from the bus does not go back"
    );
}

#[test]
fn subscribers_of_a_slot_that_goes_are_told() {
    let mut rig = Rig::cluster(whole_cluster(), "");
    let (listener, stranger) = (rig.client(), rig.client());
    rig.ask(listener, "SSUBSCRIBE a");
    rig.control(ToData::View(std::sync::Arc::new(someone_elses_cluster())));
    assert_eq!(rig.read(listener), message(&["sunsubscribe", "a", ":0"]));
    let moved = rig.ask(stranger, "SSUBSCRIBE a");
    assert!(moved.starts_with("-MOVED 15495 127.0.0.1:21301"), "{moved}");
}

/// A cluster in which another node owns every slot.
fn someone_elses_cluster() -> ClusterView {
    let mut builder = ClusterView::builder(node(0));
    let other = builder.add(node(1)).expect("a place");
    builder.table_mut().assign(&SlotSet::full(), other);
    builder.state(ClusterState::Ok);
    builder.build()
}

#[test]
fn a_subscriber_that_does_not_read_is_cut_off() {
    let mut rig = Rig::standalone("client-output-buffer-limit pubsub 1000 0 0");
    let (listener, speaker) = (rig.client(), rig.client());
    rig.ask(listener, "SUBSCRIBE a");
    let long = encode(&format!("PUBLISH a {}", "x".repeat(600)));
    assert_eq!(rig.send(speaker, &long), ":1\r\n");
    rig.send(speaker, &long);
    assert!(rig.closed.contains(&listener));
    assert_eq!(rig.send(speaker, &long), ":0\r\n");
}

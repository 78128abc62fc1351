//! What a keyspace holds, in a form that does not depend on seeds and encodings.

use std::collections::BTreeMap;

use bytes::BytesMut;
use shoal_resp::{Decoder, Frame, Limits, Version};

use super::node::Node;

/// What XINFO says of time and of memory.
const NOT_DATA: [&[u8]; 5] = [
    b"seen-time",
    b"active-time",
    b"delivery-time",
    b"radix-tree-keys",
    b"radix-tree-nodes",
];

/// Every key of every database, with its value and when it expires.
pub(crate) fn of(node: &mut Node) -> BTreeMap<(usize, Vec<u8>), String> {
    let mut all = BTreeMap::new();
    for db in 0..node.keyspace.database_count() {
        for key in keys(node, db) {
            let (value, expiry) = (value(node, &key), ask(node, &[b"PEXPIRETIME", &key]));
            all.insert((db, key), format!("{value} until {expiry:?}"));
        }
    }
    all
}

fn keys(node: &mut Node, db: usize) -> Vec<Vec<u8>> {
    (node.db, node.version) = (db, Version::Resp3);
    node.see_everything();
    let keys = ask(node, &[b"KEYS", b"*"]);
    let keys: Vec<Vec<u8>> = keys
        .as_items()
        .expect("KEYS gives an array")
        .iter()
        .map(|key| key.as_bytes().expect("keys are bulk strings").to_vec())
        .collect();
    assert_eq!(keys.len(), node.keyspace.db_size(db), "KEYS gives all keys");
    keys
}

fn ask(node: &mut Node, args: &[&[u8]]) -> Frame {
    let args: Vec<Vec<u8>> = args.iter().map(|arg| arg.to_vec()).collect();
    let reply = node.execute(&args);
    let frame = Decoder::new(Limits::default()).decode(&mut BytesMut::from(&reply[..]));
    frame.expect("execute checks replies").expect("it is whole")
}

fn value(node: &mut Node, key: &[u8]) -> String {
    let kind = ask(node, &[b"TYPE", key]);
    let shown = match kind.as_bytes().unwrap_or_default() {
        b"string" => format!("{:?}", ask(node, &[b"GET", key])),
        b"list" => format!("{:?}", ask(node, &[b"LRANGE", key, b"0", b"-1"])),
        b"hash" => sorted(&ask(node, &[b"HGETALL", key])),
        b"set" => sorted(&ask(node, &[b"SMEMBERS", key])),
        b"zset" => {
            let scores = ask(node, &[b"ZRANGE", key, b"0", b"-1", b"WITHSCORES"]);
            // Small sorted sets keep whole scores as integers, which have no negative zero.
            format!("{scores:?}").replace("Double(-0.0)", "Double(0.0)")
        }
        b"stream" => {
            let info = ask(node, &[b"XINFO", b"STREAM", key, b"FULL", b"COUNT", b"0"]);
            without_times(&info)
        }
        _ => panic!("TYPE gave {kind:?}"),
    };
    assert!(!shown.starts_with("Error"), "cannot read {kind:?}: {shown}");
    shown
}

fn sorted(frame: &Frame) -> String {
    let mut shown: Vec<String> = match (frame.as_items(), frame.as_pairs()) {
        (Some(items), _) => items.iter().map(|item| format!("{item:?}")).collect(),
        (_, Some(pairs)) => pairs.map(|pair| format!("{pair:?}")).collect(),
        _ => panic!("no collection: {frame:?}"),
    };
    shown.sort();
    shown.join(" ")
}

fn without_times(frame: &Frame) -> String {
    if let (Frame::Map(_), Some(pairs)) = (frame, frame.as_pairs()) {
        let pairs = pairs.filter(|(name, _)| !NOT_DATA.contains(&name.as_bytes().unwrap_or(b"")));
        let shown: Vec<String> = pairs
            .map(|(name, value)| format!("{name:?}: {}", without_times(value)))
            .collect();
        return shown.join(", ");
    }
    match frame.as_items() {
        Some(items) => items
            .iter()
            .map(without_times)
            .collect::<Vec<_>>()
            .join("; "),
        None => format!("{frame:?}"),
    }
}

/// Puts a copy of every value into another keyspace, which must then hold the same.
pub(crate) fn survive_dump_and_restore(node: &mut Node, other: &mut Node) {
    for db in 0..node.keyspace.database_count() {
        for key in keys(node, db) {
            let payload = ask(node, &[b"DUMP", &key]);
            let payload = payload.as_bytes().expect("DUMP gives bytes").to_vec();
            (other.db, other.version) = (db, Version::Resp3);
            let restored = ask(other, &[b"RESTORE", &key, b"0", &payload]);
            assert!(
                matches!(restored, Frame::Simple(_)),
                "{key:?}: {restored:?}"
            );
            assert_eq!(value(node, &key), value(other, &key), "{key:?}");
        }
    }
    other.keyspace.audit().expect("the books agree");
}

//! When two replies mean the same though their bytes differ.

use bytes::BytesMut;
use shoal_resp::{Decoder, Frame, Limits};

/// Commands whose replies come in the order of a hash table.
const UNORDERED: &[&str] = &[
    "KEYS",
    "SCAN",
    "HGETALL",
    "HKEYS",
    "HVALS",
    "HRANDFIELD",
    "HSCAN",
    "SMEMBERS",
    "SINTER",
    "SUNION",
    "SDIFF",
    "SSCAN",
    "SRANDMEMBER",
    "ZSCAN",
    "ZRANDMEMBER",
];
/// Commands whose replies depend on the time of the call.
const TIMED: &[&str] = &["TTL", "PTTL", "EXPIRETIME", "PEXPIRETIME"];

/// Whether replies to a command differ only in what is up to the server.
pub(crate) fn same_reply(args: &[&[u8]], theirs: &[u8], ours: &[u8]) -> bool {
    let name = String::from_utf8_lossy(args[0]).to_ascii_uppercase();
    if UNORDERED.contains(&name.as_str()) {
        canonical(&name, theirs) == canonical(&name, ours)
    } else {
        TIMED.contains(&name.as_str()) && near(theirs, ours)
    }
}

/// A reply with its elements sorted, cursors included.
pub(crate) fn canonical(name: &str, reply: &[u8]) -> String {
    let shown = |frame: &Frame| format!("{frame:?}");
    let sorted = |frames: &[Frame], width: usize| {
        let mut groups: Vec<String> = frames
            .chunks(width)
            .map(|group| group.iter().map(shown).collect())
            .collect();
        groups.sort();
        format!("{} {groups:?}", frames.len())
    };
    let frame = frame(reply);
    match &frame {
        Frame::Map(_) => {
            let mut pairs: Vec<String> = frame
                .as_pairs()
                .unwrap()
                .map(|(a, b)| shown(a) + &shown(b))
                .collect();
            pairs.sort();
            format!("map {pairs:?}")
        }
        _ => match (name, frame.as_items()) {
            ("SCAN" | "SSCAN", Some([cursor, keys])) => {
                shown(cursor) + &sorted(keys.as_items().unwrap(), 1)
            }
            ("HSCAN" | "ZSCAN", Some([cursor, pairs])) => {
                shown(cursor) + &sorted(pairs.as_items().unwrap(), 2)
            }
            ("HGETALL", Some(items)) => sorted(items, 2),
            (_, Some(items)) => sorted(items, 1),
            (_, None) => shown(&frame),
        },
    }
}

/// Whether two times are about the same.
fn near(a: &[u8], b: &[u8]) -> bool {
    match (frame(a).as_integer(), frame(b).as_integer()) {
        (Some(a), Some(b)) if a > 0 && b > 0 => a.abs_diff(b) <= 2000,
        _ => a == b,
    }
}

pub(crate) fn frame(reply: &[u8]) -> Frame {
    let mut bytes = BytesMut::from(reply);
    Decoder::new(Limits::default())
        .decode(&mut bytes)
        .unwrap()
        .unwrap()
}

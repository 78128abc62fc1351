//! Damaged and hostile streams, named after the rows of the project's list of bad input.
#![allow(clippy::unwrap_used, clippy::panic)]

mod common;

use common::{listpack, read, read_body};
use shoal_rdb::stream_node::{StreamNodeError, StreamNodeRef};
use shoal_rdb::{
    PendingEntry, RdbErrorKind, Stream, StreamConsumer, StreamError, StreamGroup, StreamId, Value,
    dump,
};

const fn id(ms: u64, seq: u64) -> StreamId {
    StreamId { ms, seq }
}

/// A node with the fields `f`, and the entries `10-0` (with its own fields) and `11-5`.
const NODE: [&str; 19] = [
    "2", "0", "1", "f", "0", "0", "0", "0", "2", "x", "1", "y", "2", "8", "2", "1", "5", "value",
    "4",
];

fn node(elements: &[&str]) -> Vec<u8> {
    listpack(elements)
}

/// A sound stream of two nodes and two groups.
fn sound() -> Stream {
    let entry = |ms, count| PendingEntry {
        id: id(ms, 0),
        delivery_time_ms: 1_700_000_000_000,
        delivery_count: count,
    };
    let consumer = |name: &'static str, pending: &[u64]| StreamConsumer {
        name: name.into(),
        seen_time_ms: 5,
        active_time_ms: Some(4),
        pending: pending.iter().map(|&ms| id(ms, 0)).collect(),
    };
    Stream {
        nodes: vec![
            (id(10, 0), node(&NODE).into()),
            (id(20, 0), node(&NODE).into()),
        ],
        length: 4,
        last_id: id(21, 5),
        first_id: id(10, 0),
        max_deleted_id: id(15, 0),
        entries_added: 6,
        groups: vec![
            StreamGroup {
                name: "g".into(),
                last_id: id(20, 0),
                entries_read: Some(3),
                pending: vec![entry(10, 1), entry(20, 7), entry(30, 0)],
                consumers: vec![
                    consumer("a", &[10, 30]),
                    consumer("b", &[20]),
                    consumer("c", &[]),
                ],
            },
            StreamGroup {
                name: "h".into(),
                ..StreamGroup::default()
            },
        ],
    }
}

fn write(stream: &Stream, version: u16) -> Vec<u8> {
    let value = Value::Stream(Box::new(stream.clone()));
    dump::write(version, false, |writer| writer.value(&value))
}

/// What reading says after a change.
fn after(change: impl FnOnce(&mut Stream)) -> Result<Value, RdbErrorKind> {
    let mut stream = sound();
    change(&mut stream);
    read(&write(&stream, 11))
}

fn refused(error: StreamError) -> Result<Value, RdbErrorKind> {
    Err(RdbErrorKind::Stream(error))
}

#[test]
fn sound_streams_come_back_in_both_forms() {
    assert_eq!(
        read(&write(&sound(), 11)),
        Ok(Value::Stream(Box::new(sound())))
    );
    let mut older = sound();
    for consumer in older
        .groups
        .iter_mut()
        .flat_map(|group| &mut group.consumers)
    {
        consumer.active_time_ms = Some(consumer.seen_time_ms);
    }
    assert_eq!(
        read(&write(&sound(), 10)),
        Ok(Value::Stream(Box::new(older)))
    );
}

#[test]
fn row_27_every_byte_of_a_stream_changed_or_missing() {
    let payload = write(&sound(), 11);
    let body = dump::open(&payload).unwrap();
    for place in 0..body.len() {
        assert_eq!(
            read_body(&body[..place.max(1)]),
            Err(RdbErrorKind::UnexpectedEnd)
        );
        for change in 1..=255 {
            let mut damaged = body.to_vec();
            damaged[place] ^= change;
            if let Ok(value) = read_body(&damaged) {
                let again = dump::write(11, true, |writer| writer.value(&value));
                assert_eq!(read(&again), Ok(value), "byte {place} ^ {change}");
            }
        }
    }
}

#[test]
fn row_27_nodes_element_by_element() {
    use StreamNodeError as E;
    let parse = |elements: &[&str]| StreamNodeRef::parse(id(10, 0), &node(elements)).map(drop);
    assert_eq!(parse(&NODE), Ok(()));
    let cases: [(usize, &str, E); 17] = [
        (0, "1", E::WrongCount),
        (0, "x", E::BadNumber),
        (0, "-1", E::BadNumber),
        (1, "1", E::WrongCount),
        (2, "2", E::BadNumber),
        (2, "100", E::Truncated),
        (2, "9223372036854775807", E::Truncated),
        (4, "1", E::BadNumber),
        (5, "4", E::BadNumber),
        (5, "-1", E::BadNumber),
        (5, "1", E::WrongCount),
        (8, "9223372036854775807", E::Truncated),
        (8, "4611686018427387903", E::Truncated),
        (13, "7", E::WrongEntrySize),
        (15, "0", E::WrongCount),
        (15, "-1", E::Unordered),
        (18, "5", E::WrongEntrySize),
    ];
    for (place, text, error) in cases {
        let mut elements = NODE;
        elements[place] = text;
        if (place, text) == (15, "0") {
            // The same millisecond with a greater sequence number is in order.
            assert_eq!(parse(&elements), Ok(()));
            continue;
        }
        assert_eq!(parse(&elements), Err(error), "{text} at {place}");
    }
    // Cut anywhere, and with something behind the last entry.
    for len in 0..NODE.len() {
        assert!(parse(&NODE[..len]).is_err(), "{len}");
    }
    assert_eq!(parse(&[&NODE[..], &["0"]].concat()), Err(E::Truncated));
    // The second entry at the place of the first.
    let mut same = NODE;
    (same[15], same[16]) = ("0", "0");
    assert_eq!(parse(&same), Err(E::Unordered));
}

#[test]
fn row_27_nodes_out_of_order_and_numbers_that_lie() {
    assert!(after(|_| ()).is_ok());
    let unordered = || refused(StreamError::NodesUnordered);
    assert_eq!(after(|stream| stream.nodes.swap(0, 1)), unordered());
    // The second node starts with the last entry of the first one.
    assert_eq!(after(|stream| stream.nodes[1].0 = id(11, 5)), unordered());
    assert_eq!(
        after(|stream| stream.length = 3),
        refused(StreamError::WrongLength)
    );
    assert_eq!(
        after(|stream| stream.nodes.clear()),
        refused(StreamError::WrongLength)
    );
    assert_eq!(
        after(|stream| stream.last_id = id(21, 4)),
        refused(StreamError::BeyondLastId)
    );
    // A node's id that has not sixteen bytes.
    let body = b"\x15\x01\x0f0123456789abcde\x01x\0\0\0\0\0\0\0\0";
    assert_eq!(read_body(body), refused(StreamError::BadNodeId));
}

#[test]
fn row_27_pending_lists() {
    let group = |change: fn(&mut StreamGroup)| after(|stream| change(&mut stream.groups[0]));
    assert_eq!(
        group(|g| g.pending.swap(0, 1)),
        refused(StreamError::PendingUnordered)
    );
    assert_eq!(
        group(|g| g.pending[1] = g.pending[0]),
        refused(StreamError::PendingUnordered)
    );
    assert_eq!(
        group(|g| g.consumers[0].pending.reverse()),
        refused(StreamError::PendingUnordered)
    );
    assert_eq!(
        group(|g| g.consumers[2].pending.push(id(40, 0))),
        refused(StreamError::PendingUnknown)
    );
    assert_eq!(
        group(|g| g.consumers[1].pending.clear()),
        refused(StreamError::PendingUnowned)
    );
    assert_eq!(
        group(|g| g.consumers.clear()),
        refused(StreamError::PendingUnowned)
    );
    let named = group(|g| g.consumers[1].name = "a".into());
    assert_eq!(named, refused(StreamError::DuplicateConsumer));
    let named = after(|stream| stream.groups[1].name = "g".into());
    assert_eq!(named, refused(StreamError::DuplicateGroup));
}

#[test]
fn row_29_two_consumers_share_a_pending_entry() {
    let shared = refused(StreamError::PendingShared);
    let second = after(|stream| stream.groups[0].consumers[1].pending = vec![id(10, 0), id(20, 0)]);
    assert_eq!(second, shared);
    let third = after(|stream| stream.groups[0].consumers[2].pending = vec![id(30, 0)]);
    assert_eq!(third, shared);
    let twice = after(|stream| stream.groups[0].consumers[0].pending = vec![id(10, 0), id(10, 0)]);
    assert_eq!(twice, shared);
}

#[test]
fn row_31_counters_and_differences_at_their_edges() {
    let read = |number| after(|stream| stream.groups[0].entries_read = Some(number));
    assert!(read(i64::MAX.cast_unsigned()).is_ok());
    assert_eq!(read(1 << 63), refused(StreamError::BadCounter));
    assert!(after(|stream| stream.groups[0].entries_read = None).is_ok());
    // Differences of ids wrap around, as they are written: 5-9 and 6-0 in a node that starts at 5-9.
    let mut elements = NODE;
    (elements[15], elements[16]) = ("1", "-9");
    let bytes = node(&elements);
    let wrapped = StreamNodeRef::parse(id(5, 9), &bytes).unwrap();
    let ids: Vec<_> = wrapped.entries().map(|entry| entry.id).collect();
    assert_eq!(ids, [id(5, 9), id(6, 0)]);
    // Beyond the greatest id there is none.
    let bytes = node(&NODE);
    let wrapped = StreamNodeRef::parse(id(u64::MAX, 0), &bytes).map(drop);
    assert_eq!(wrapped, Err(StreamNodeError::Unordered));
}

#[test]
fn nodes_without_live_entries_are_left_out() {
    let mut elements = NODE;
    (elements[0], elements[1], elements[5], elements[14]) = ("0", "2", "1", "3");
    let dead: Vec<u8> = node(&elements);
    let value = after(|stream| {
        stream.nodes[0].1 = dead.into();
        stream.length = 2;
    });
    let Ok(Value::Stream(stream)) = value else {
        panic!("{value:?}");
    };
    assert_eq!(stream.nodes.len(), 1);
}

//! Damaged and hostile lists, sets and sorted sets, named after the rows of the project's list of bad input.
#![allow(clippy::unwrap_used, clippy::panic)]

mod common;

use std::sync::{Arc, Mutex};

use common::{blob, intset, listpack, read, read_body};
use shoal_rdb::intset::IntsetError;
use shoal_rdb::listpack::ListpackError;
use shoal_rdb::{
    Item, Limits, ListNode, RdbErrorKind, Reader, Value, Writer, WriterConfig, ZiplistError, dump,
};

/// One payload of every type and form that is written.
fn samples() -> Vec<Vec<u8>> {
    let texts = ["a", "1", "b", "-4097", "c", "70000"];
    let write = |f: &dyn Fn(shoal_rdb::ValueWriter<'_>)| dump::write(11, false, f);
    vec![
        write(&|value| value.hash_listpack(&listpack(&texts))),
        write(&|value| value.set_listpack(&listpack(&texts))),
        write(&|value| value.zset_listpack(&listpack(&["b", "-1.5", "a", "7", "b2", "7"]))),
        write(&|value| value.set_intset(&intset(4, &[-70_000, 3, 70_000]))),
        write(&|value| {
            let mut list = value.list(3);
            list.listpack(&listpack(&texts));
            list.plain(b"long");
            list.listpack(&listpack(&["x"]));
        }),
        write(&|value| {
            let mut zset = value.zset(2);
            zset.scored(b"b", f64::INFINITY);
            zset.scored(b"a", -2.5);
        }),
        write(&|value| {
            let mut set = value.set(2);
            set.member(b"member");
            set.member(b"17");
        }),
    ]
}

#[test]
fn row_27_every_byte_of_every_form_changed() {
    for payload in samples() {
        let body = dump::open(&payload).unwrap();
        assert!(read_body(body).is_ok());
        let mut refused = 0;
        for place in 0..body.len() {
            for change in 1..=255 {
                let mut damaged = body.to_vec();
                damaged[place] ^= change;
                // Right checksums, so only the checks of the content stand between this and us.
                match read_body(&damaged) {
                    // What is accepted is sound: it can be written, and is read again as the same.
                    Ok(value) => {
                        let again = dump::write(11, true, |writer| writer.value(&value));
                        assert_eq!(read(&again), Ok(value));
                    }
                    Err(_) => refused += 1,
                }
            }
        }
        assert!(
            refused > body.len() * 20,
            "{refused} of {} bytes",
            body.len()
        );
    }
}

#[test]
fn row_27_every_form_cut_short() {
    for payload in samples() {
        let body = dump::open(&payload).unwrap();
        for len in 1..body.len() {
            let refused = Err(RdbErrorKind::UnexpectedEnd);
            assert_eq!(read_body(&body[..len]), refused, "{len} of {body:?}");
        }
    }
}

#[test]
fn row_27_list_nodes() {
    let node = |kind: u8, bytes: &[u8]| {
        let blob = blob(kind, bytes);
        read_body(&[&[18, 1], &blob[..]].concat())
    };
    assert_eq!(node(0, b"x"), Err(RdbErrorKind::BadListNode(0)));
    assert_eq!(node(3, b"x"), Err(RdbErrorKind::BadListNode(3)));
    assert_eq!(node(1, b""), Err(RdbErrorKind::EmptyListNode));
    let plain = Value::List(vec![ListNode::Plain("x".into())]);
    assert_eq!(node(1, b"x"), Ok(plain));
    let not = Err(RdbErrorKind::Listpack(ListpackError::WrongSize));
    assert_eq!(node(2, b"x"), not);
    // Empty nodes are left out; then nothing is left.
    assert_eq!(
        node(2, &listpack::<&str>(&[])),
        Err(RdbErrorKind::EmptyAggregate)
    );
    let ziplist = blob(14, b"\x0b\0\0\0\x0a\0\0\0\0\0\xff");
    assert_eq!(
        read_body(&[&[14, 1], &ziplist[1..]].concat()),
        Err(RdbErrorKind::EmptyAggregate)
    );
}

#[test]
fn row_27_ziplists_of_lists_and_sorted_sets() {
    // Two entries, "f" and the integer 5.
    let good = [16, 0, 0, 0, 13, 0, 0, 0, 2, 0, 0, 1, b'f', 3, 0xf6, 0xff];
    let list = Value::List(vec![ListNode::Listpack(listpack(&["f", "5"]).into())]);
    assert_eq!(read_body(&blob(10, &good)), Ok(list.clone()));
    let quicklist = [&[14, 1], &blob(0, &good)[1..]].concat();
    assert_eq!(read_body(&quicklist), Ok(list));
    let zset = Value::Zset(vec![("f".into(), 5.0)]);
    assert_eq!(read_body(&blob(12, &good)), Ok(zset));
    for (place, byte, error) in [
        (4, 12, ZiplistError::BadTail),
        (8, 3, ZiplistError::WrongCount),
        (13, 4, ZiplistError::BadPreviousLength(13)),
        (14, 0xff, ZiplistError::BadEntry(13)),
    ] {
        let mut bytes = good;
        bytes[place] = byte;
        for kind in [10, 12, 13] {
            let refused = Err(RdbErrorKind::Ziplist(error));
            assert_eq!(read_body(&blob(kind, &bytes)), refused, "type {kind}");
        }
    }
}

#[test]
fn row_28_sorted_set_listpacks() {
    let zset = |texts: &[&str]| read_body(&blob(17, &listpack(texts)));
    assert!(zset(&["b", "-inf", "a", "1", "b2", "1", "c", "1.5", "d", "inf"]).is_ok());
    for score in ["nan", "-nan", "NaN", "", "x", "1x", " 1", "1 "] {
        assert_eq!(
            zset(&["a", score]),
            Err(RdbErrorKind::BadScore),
            "{score:?}"
        );
    }
    assert_eq!(zset(&["a", "1", "b"]), Err(RdbErrorKind::OddZset));
    for unsorted in [
        &["a", "2", "b", "1"][..],
        &["b", "1", "a", "1"],
        &["a", "inf", "b", "1"],
        // As text, 10 stands before 9.
        &["9", "1", "10", "1"],
    ] {
        assert_eq!(
            zset(unsorted),
            Err(RdbErrorKind::UnsortedZset),
            "{unsorted:?}"
        );
    }
    assert!(zset(&["10", "1", "9", "1"]).is_ok());
    for twice in [
        &["a", "1", "a", "1"][..],
        &["a", "1", "b", "2", "a", "3"],
        &["7", "1", "7", "2"],
    ] {
        assert_eq!(zset(twice), Err(RdbErrorKind::DuplicateMember), "{twice:?}");
    }
}

#[test]
fn row_28_sorted_set_tables_and_old_forms() {
    let binary = |members: &[(&str, f64)]| {
        read(&dump::write(11, true, |value| {
            let mut zset = value.zset(members.len());
            members
                .iter()
                .for_each(|(m, s)| zset.scored(m.as_bytes(), *s));
        }))
    };
    // In any order, but no member twice.
    assert!(binary(&[("a", 1.0), ("b", 2.0)]).is_ok());
    assert_eq!(
        binary(&[("a", 1.0), ("a", 2.0)]),
        Err(RdbErrorKind::DuplicateMember)
    );
    assert_eq!(binary(&[("a", f64::NAN)]), Err(RdbErrorKind::BadScore));
    assert_eq!(binary(&[("a", -f64::NAN)]), Err(RdbErrorKind::BadScore));

    let text = |score: &[u8]| read_body(&[b"\x03\x01\x01a", score].concat());
    assert_eq!(text(b"\x03-1."), Ok(Value::Zset(vec![("a".into(), -1.0)])));
    assert_eq!(
        text(b"\xfe"),
        Ok(Value::Zset(vec![("a".into(), f64::INFINITY)]))
    );
    for bad in [&b"\xfd"[..], b"\x03nan", b"\0", b"\x02x1"] {
        assert_eq!(text(bad), Err(RdbErrorKind::BadScore), "{bad:?}");
    }
    // The member "f" with the integer 1, twice.
    let ziplist = b"\x15\0\0\0\x12\0\0\0\x04\0\0\x01f\x03\xf2\x02\x01f\x03\xf2\xff";
    assert_eq!(
        read_body(&blob(12, ziplist)),
        Err(RdbErrorKind::DuplicateMember)
    );
}

#[test]
fn row_28_sets() {
    let set = |texts: &[&str]| read_body(&blob(20, &listpack(texts)));
    assert!(set(&["b", "a", "1"]).is_ok());
    assert_eq!(set(&["a", "b", "a"]), Err(RdbErrorKind::DuplicateMember));
    assert_eq!(set(&["1", "2", "1"]), Err(RdbErrorKind::DuplicateMember));
    // The same digits once as an integer, once as a string.
    let mixed = b"\x0c\0\0\0\x02\0\x07\x01\x81\x37\x02\xff";
    assert_eq!(
        read_body(&blob(20, mixed)),
        Err(RdbErrorKind::DuplicateMember)
    );
    assert_eq!(
        read_body(b"\x02\x02\x01a\x01a"),
        Err(RdbErrorKind::DuplicateMember)
    );
    assert_eq!(
        read_body(b"\x02\x02\xc0\x07\x017"),
        Err(RdbErrorKind::DuplicateMember)
    );
    assert_eq!(read_body(b"\x02\0"), Err(RdbErrorKind::EmptyAggregate));
}

#[test]
fn row_31_intsets() {
    let read = |bytes: &[u8]| read_body(&blob(11, bytes));
    let good = intset(2, &[-5, 0, 7]);
    assert_eq!(
        read(&good).unwrap().set_members().unwrap(),
        ["-5", "0", "7"]
    );
    let refused = |error| Err(RdbErrorKind::Intset(error));
    for width in [0_u8, 1, 3, 16, 0xff] {
        let mut bytes = good.clone();
        bytes[0] = width;
        assert_eq!(read(&bytes), refused(IntsetError::BadWidth(width.into())));
    }
    for (place, byte) in [(4, 2), (4, 4), (7, 0x80), (0, 4)] {
        let mut bytes = good.clone();
        bytes[place] = byte;
        assert_eq!(
            read(&bytes),
            refused(IntsetError::WrongSize),
            "{place} {byte}"
        );
    }
    // Width times count wraps around in 32 bits.
    let mut wrapped = 8_u32.to_le_bytes().to_vec();
    wrapped.extend_from_slice(&0x2000_0000_u32.to_le_bytes());
    assert_eq!(read(&wrapped), refused(IntsetError::WrongSize));
    assert_eq!(read(&good[..7]), refused(IntsetError::WrongSize));
    assert_eq!(read(&intset(2, &[1, 1])), refused(IntsetError::Unsorted));
    assert_eq!(
        read(&intset(8, &[i64::MAX, i64::MIN])),
        refused(IntsetError::Unsorted)
    );
    assert_eq!(read(&intset(2, &[])), Err(RdbErrorKind::EmptyAggregate));
}

#[test]
fn row_31_counts_that_nothing_follows() {
    // Rows that promise more than there will ever be reserve nothing and end where the bytes end.
    for kind in [1, 2, 3, 4, 5, 14, 18, 15, 19, 21] {
        let body = [&[kind, 0x81], &u64::MAX.to_be_bytes()[..], b"\x05a"].concat();
        assert_eq!(
            read_body(&body),
            Err(RdbErrorKind::UnexpectedEnd),
            "type {kind}"
        );
    }
}

#[test]
fn row_31_members_that_say_nothing_new() {
    // A million times the same member: noticed long before the end.
    let body = [&[2, 0x80, 0, 0x10, 0, 0][..], &vec![0; 1 << 20]].concat();
    assert_eq!(read_body(&body), Err(RdbErrorKind::DuplicateMember));
}

/// Reads a stream in pieces. Returns the largest part, in elements, and the most bytes that waited.
fn read_in_pieces(stream: &[u8], piece: usize) -> (usize, usize, usize) {
    let mut reader = Reader::new(Limits::default());
    let (mut elements, mut largest, mut waiting) = (0, 0, 0);
    for piece in stream.chunks(piece) {
        reader.feed(piece);
        while let Some(item) = reader.next().unwrap() {
            if let Item::Entry { value, .. } | Item::More { value, .. } = item {
                let part = match value {
                    Value::Set(members) => members.len(),
                    other => other.list_elements().unwrap().len(),
                };
                elements += part;
                largest = largest.max(part);
            }
        }
        waiting = waiting.max(reader.buffered());
    }
    reader.finish().unwrap();
    (elements, largest, waiting)
}

#[test]
fn row_33_large_values_pass_in_parts() {
    const LEN: usize = 200_000;
    let (chunks, chunk) = (Arc::new(Mutex::new(Vec::new())), 1 << 14);
    let sink = Arc::clone(&chunks);
    let mut writer = Writer::with_sink(WriterConfig::default(), chunk, move |bytes| {
        sink.lock().unwrap().push(bytes);
    });
    let attributes = Default::default();
    let mut set = writer.entry(&attributes, b"set").set(LEN);
    (0..LEN).for_each(|n| set.member(format!("member {n}").as_bytes()));
    let node = listpack(&vec!["element"; 900]);
    let mut list = writer.entry(&attributes, b"list").list(100);
    (0..100).for_each(|_| list.listpack(&node));
    let end = writer.finish();
    let chunks = chunks.lock().unwrap();
    // No chunk is larger than asked for by more than an element, nor is what was left for the end.
    assert!(chunks.iter().all(|bytes| bytes.len() < chunk + node.len()));
    assert!(end.len() < chunk + node.len() && chunks.len() > 150);

    let stream = [chunks.concat(), end].concat();
    let (elements, largest, waiting) = read_in_pieces(&stream, 4096);
    assert_eq!(elements, LEN + 90_000);
    assert!(largest <= 65_536 / 7 + 900, "{largest} elements at once");
    assert!(waiting < 4096 + node.len(), "{waiting} bytes waited");
}

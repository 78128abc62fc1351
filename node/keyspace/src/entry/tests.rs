//! Every shape of entry, and every change from one to another.

use super::*;
use crate::encodings::hash::Hash;
use crate::options::Options;

fn payloads() -> Vec<(&'static str, Vec<u8>)> {
    let sized = |len: usize| (0..len).map(|i| b'a' + (i % 26) as u8).collect::<Vec<_>>();
    [
        0,
        1,
        7,
        8,
        44,
        45,
        200,
        255,
        256,
        1000,
        INLINE_MAX,
        INLINE_MAX + 1,
        5000,
    ]
    .map(|len| ("bytes", sized(len)))
    .into()
}

fn make(entry_key: &[u8], text: &[u8], expiry: Option<i64>) -> Entry {
    Entry::new(entry_key, Payload::Bytes(text), expiry)
}

fn text(entry: &Entry) -> Vec<u8> {
    let mut out = Vec::new();
    entry.view().append_text(&mut out);
    out
}

fn keys() -> [Vec<u8>; 5] {
    [0, 16, 255, 256, 3000].map(|len| vec![b'k'; len])
}

#[test]
fn entries_hold_what_was_put_in() {
    for key in keys() {
        for (_, value) in payloads() {
            for expiry in [None, Some(-1), Some(i64::MAX)] {
                let mut entry = make(&key, &value, expiry);
                entry.set_tag(0xbeef);
                entry.set_clock(0x00ab_cdef);
                entry.set_mark(7);
                assert_eq!(
                    (entry.key(), text(&entry), entry.expiry()),
                    (&key[..], value.clone(), expiry)
                );
                assert_eq!(
                    (entry.tag(), entry.clock(), entry.mark()),
                    (0xbeef, 0x00ab_cdef, 7)
                );
            }
        }
    }
}

#[test]
fn any_value_replaces_any_other() {
    for key in keys() {
        for (_, old) in payloads() {
            for (_, new) in payloads() {
                for (before, after) in [
                    (None, None),
                    (None, Some(5)),
                    (Some(5), None),
                    (Some(5), Some(6)),
                ] {
                    let mut entry = make(&key, &old, before);
                    entry.set_tag(0x1234);
                    entry.set_clock(99);
                    drop(entry.replace(Payload::Bytes(&new), after));
                    assert_eq!(
                        (entry.key(), text(&entry), entry.expiry()),
                        (&key[..], new.clone(), after)
                    );
                    assert_eq!((entry.tag(), entry.clock()), (0x1234, 99));
                    drop(entry.replace(Payload::Int(-5), before));
                    assert_eq!(
                        (entry.key(), text(&entry), entry.expiry()),
                        (&key[..], b"-5".to_vec(), before)
                    );
                }
            }
        }
    }
}

#[test]
fn an_expiry_comes_and_goes() {
    for key in keys() {
        for (_, value) in payloads() {
            let mut entry = make(&key, &value, None);
            entry.set_tag(77);
            for expiry in [Some(1), Some(2), None, Some(3), None, None] {
                entry.set_expiry(expiry);
                assert_eq!(
                    (entry.key(), text(&entry), entry.expiry()),
                    (&key[..], value.clone(), expiry)
                );
                assert_eq!(entry.tag(), 77);
            }
        }
    }
}

#[test]
fn strings_are_edited_in_place_and_beyond() {
    for key in keys() {
        let mut entry = Entry::new(&key, Payload::Int(12345), Some(9));
        let mut expected = b"12345".to_vec();
        for i in 0..400usize {
            let data = [b'x'; 7];
            let at = if i % 3 == 0 {
                expected.len() / 2
            } else {
                expected.len() + i % 5
            };
            let end = (at + data.len()).max(expected.len());
            expected.resize(end, 0);
            expected[at..at + data.len()].copy_from_slice(&data);
            entry.edit_string(end, at, &data);
            assert_eq!((text(&entry), entry.expiry()), (expected.clone(), Some(9)));
            assert_eq!(entry.encoding(&Options::default()), "raw");
        }
    }
}

#[test]
fn encodings_have_the_names_of_the_reference_server() {
    for (payload, name) in [
        (Payload::Int(1), "int"),
        (Payload::Bytes(&[b'x'; 44]), "embstr"),
        (Payload::Bytes(&[b'x'; 45]), "raw"),
        (Payload::Raw(b"x"), "raw"),
        (Payload::Bytes(&[b'x'; 9999]), "raw"),
        (
            Payload::Boxed(Box::new(Value::Hash(Hash::default()))),
            "listpack",
        ),
    ] {
        assert_eq!(
            Entry::new(b"k", payload, None).encoding(&Options::default()),
            name
        );
    }
}

#[test]
fn boxes_move_with_their_entry_and_are_freed_once() {
    let boxed = || Payload::Boxed(Box::new(Value::String(vec![b'v'; 2000])));
    let mut entry = Entry::new(b"key", boxed(), None);
    entry.set_expiry(Some(1));
    let copy = entry.copied(b"copy");
    let mut renamed = entry.rekeyed(&[b'r'; 300]);
    assert_eq!(
        (renamed.key(), renamed.expiry()),
        (&[b'r'; 300][..], Some(1))
    );
    assert_eq!(text(&renamed), text(&copy));
    let old = renamed.replace(boxed(), None);
    assert!(matches!(old.as_deref(), Some(Value::String(text)) if text.len() == 2000));
    let taken = renamed.take_boxed();
    assert!(taken.is_some() && renamed.take_boxed().is_none());
}

/// What one key of 16 bytes with 16 bytes of value costs, beside its share of the table.
#[test]
fn a_small_entry_is_small() {
    assert_eq!(make(&[b'k'; 16], &[b'v'; 16], None).memory(), 48);
    assert_eq!(make(&[b'k'; 16], &[b'v'; 16], Some(1)).memory(), 48);
    assert_eq!(make(&[b'k'; 8], &[b'v'; 16], None).memory(), 32);
}

//! Whatever is written is read again, in any pieces; listpacks do what a list of strings does.
#![allow(clippy::unwrap_used, clippy::panic)]

use bytes::Bytes;
use proptest::prelude::*;
use shoal_rdb::listpack::{Listpack, ListpackRef};
use shoal_rdb::{
    Attributes, Checksum, Crc64, Item, Limits, ListNode, Reader, Value, Writer, WriterConfig, dump,
    lzf,
};

/// Texts of every encoding: integers of all widths, short, long, repetitive.
fn text() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        prop::collection::vec(any::<u8>(), 0..40),
        any::<i64>().prop_map(|n| n.to_string().into_bytes()),
        any::<i16>().prop_map(|n| n.to_string().into_bytes()),
        (-200_i64..200).prop_map(|n| n.to_string().into_bytes()),
        (prop::collection::vec(any::<u8>(), 1..9), 1..200_usize)
            .prop_map(|(unit, times)| unit.repeat(times)),
        (
            any::<u8>(),
            prop::sample::select(vec![63_usize, 64, 4095, 4096, 16_383, 16_384, 70_000])
        )
            .prop_map(|(byte, len)| vec![byte; len]),
    ]
}

fn attributes() -> impl Strategy<Value = Attributes> {
    (
        any::<Option<i64>>(),
        any::<Option<u64>>(),
        any::<Option<u8>>(),
    )
        .prop_map(|(expire_at, idle_secs, freq)| Attributes {
            expire_at,
            idle_secs,
            freq,
        })
}

#[derive(Clone, Debug)]
enum Content {
    String(Vec<u8>),
    Hash(Vec<(Vec<u8>, Vec<u8>)>),
    Small(Vec<(Vec<u8>, Vec<u8>)>),
    Other(Value),
}

/// Values of the other types, in the forms that every version has.
fn other() -> impl Strategy<Value = Value> {
    let bytes = |text: &Vec<u8>| Bytes::copy_from_slice(text);
    let members = || prop::collection::btree_set(text(), 1..8);
    let score = any::<f64>().prop_filter("no score", |score| !score.is_nan());
    let node = prop_oneof![
        prop::collection::vec(text(), 1..8)
            .prop_map(|texts| ListNode::Listpack(listpack(texts).into_bytes().into())),
        text()
            .prop_filter("no node", |text| !text.is_empty())
            .prop_map(|text| ListNode::Plain(text.into())),
    ];
    prop_oneof![
        members().prop_map(move |members| Value::Set(members.iter().map(bytes).collect())),
        prop::collection::btree_map(text(), score, 1..8).prop_map(move |members| {
            Value::Zset(members.iter().map(|(m, s)| (bytes(m), *s)).collect())
        }),
        prop::collection::btree_set(any::<i64>(), 1..8).prop_map(|members| {
            let head = [8, members.len() as u32].map(u32::to_le_bytes);
            let members = members.into_iter().flat_map(i64::to_le_bytes);
            Value::SetIntset(head.into_iter().flatten().chain(members).collect())
        }),
        prop::collection::vec(node, 1..6).prop_map(Value::List),
    ]
}

fn content() -> impl Strategy<Value = Content> {
    let pairs = || {
        let pairs = prop::collection::btree_map(text(), text(), 1..8);
        pairs.prop_map(|pairs| pairs.into_iter().collect::<Vec<_>>())
    };
    prop_oneof![
        text().prop_map(Content::String),
        pairs().prop_map(Content::Hash),
        pairs().prop_map(Content::Small),
        other().prop_map(Content::Other),
    ]
}

fn listpack(texts: impl IntoIterator<Item = impl AsRef<[u8]>>) -> Listpack {
    let mut list = Listpack::new();
    for text in texts {
        list.push(text.as_ref()).unwrap();
    }
    list
}

fn small_hash(pairs: &[(Vec<u8>, Vec<u8>)]) -> Listpack {
    listpack(pairs.iter().flat_map(|(field, value)| [field, value]))
}

fn borrowed(pairs: &[(Vec<u8>, Vec<u8>)]) -> Vec<(&[u8], &[u8])> {
    pairs
        .iter()
        .map(|(field, value)| (&field[..], &value[..]))
        .collect()
}

/// The value that reading gives.
fn value(content: &Content) -> Value {
    match content {
        Content::String(text) => Value::String(Bytes::copy_from_slice(text)),
        Content::Hash(pairs) => {
            let owned = |text: &[u8]| Bytes::copy_from_slice(text);
            Value::Hash(pairs.iter().map(|(f, v)| (owned(f), owned(v))).collect())
        }
        Content::Small(pairs) => Value::HashListpack(small_hash(pairs).into_bytes().into()),
        Content::Other(value) => value.clone(),
    }
}

fn write(writer: &mut Writer, attributes: &Attributes, key: &[u8], content: &Content) {
    match content {
        Content::String(text) => writer.string(attributes, key, text),
        Content::Hash(pairs) => writer.hash(attributes, key, borrowed(pairs)),
        Content::Small(pairs) => {
            writer.hash_listpack(attributes, key, small_hash(pairs).as_bytes())
        }
        Content::Other(value) => writer.entry(attributes, key).value(value),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn streams_come_back(
        keys in prop::collection::vec((attributes(), text(), content()), 0..12),
        compress: bool,
        version in 10..=11_u16,
        piece in 1..5000_usize,
    ) {
        let mut writer = Writer::new(WriterConfig { version, compress, checksum: true });
        let (mut stream, mut expected) = (Vec::new(), vec![Item::SelectDb(0)]);
        writer.select_db(0);
        for (attributes, key, content) in &keys {
            write(&mut writer, attributes, key, content);
            // Taking what is there must not change the checksum.
            writer.drain_into(&mut stream);
            let (key, value) = (Bytes::copy_from_slice(key), value(content));
            expected.push(Item::Entry { key, value, attributes: *attributes });
        }
        stream.extend(writer.finish());
        expected.push(Item::Eof(Checksum::Verified));

        let mut reader = Reader::new(Limits::default());
        let mut items = Vec::new();
        for piece in stream.chunks(piece) {
            reader.feed(piece);
            while let Some(item) = reader.next().unwrap() {
                match (item, items.last_mut()) {
                    (Item::More { value: part, .. }, Some(Item::Entry { value, .. })) => {
                        *value = value.clone().joined(part);
                    }
                    (item, _) => items.push(item),
                }
            }
        }
        prop_assert_eq!(reader.finish(), Ok(()));
        prop_assert_eq!(reader.version(), version);
        prop_assert_eq!(items, expected);
    }

    #[test]
    fn payloads_come_back(content in content(), compress: bool, version in 10..=11_u16) {
        let payload = match &content {
            Content::String(text) => dump::string(text, version, compress),
            Content::Hash(pairs) => dump::hash(borrowed(pairs), version, compress),
            Content::Small(pairs) => dump::hash_listpack(small_hash(pairs).as_bytes(), version, compress),
            Content::Other(value) => dump::write(version, compress, |writer| writer.value(value)),
        };
        prop_assert_eq!(dump::read(&payload, &Limits::default()), Ok(value(&content)));
    }

    #[test]
    fn arbitrary_bodies_are_values_or_errors(kind in 0..24_u8, body in prop::collection::vec(any::<u8>(), 0..60)) {
        let payload = dump::seal([&[kind][..], &body].concat(), 11);
        let _ = dump::read(&payload, &Limits::default());
    }

    #[test]
    fn compressed_text_expands_again(text in text(), more in text()) {
        let text = [&text[..], &more, &text].concat();
        if let Some(packed) = lzf::compress(&text, text.len()) {
            prop_assert!(packed.len() < text.len());
            prop_assert_eq!(lzf::decompress(&packed, text.len()), Ok(text));
        }
    }

    #[test]
    fn a_listpack_is_a_list(start in prop::collection::vec(text(), 0..12), edits in edits()) {
        let (mut list, mut model) = (listpack(&start), start);
        for edit in edits {
            apply(&edit, &mut list, &mut model);
            let checked = ListpackRef::parse(list.as_bytes()).unwrap();
            prop_assert_eq!((list.len(), checked.len()), (model.len(), model.len()));
            prop_assert!(list.iter().map(|element| element.to_vec()).eq(model.iter().cloned()));
            // Edited or built at once: the bytes are the same.
            let built = listpack(&model);
            prop_assert_eq!(built.as_bytes(), list.as_bytes());
        }
    }

    #[test]
    fn checksums_do_not_care_about_pieces(bytes in prop::collection::vec(any::<u8>(), 0..300), at in 0..300_usize) {
        let (head, tail) = bytes.split_at(at.min(bytes.len()));
        let mut crc = Crc64::new();
        crc.update(head);
        crc.update(tail);
        prop_assert_eq!(crc.value(), Crc64::of(&bytes));
    }
}

#[derive(Clone, Debug)]
enum Edit {
    Push(Vec<u8>),
    Replace(prop::sample::Index, Vec<u8>),
    Remove(prop::sample::Index, usize),
}

fn edits() -> impl Strategy<Value = Vec<Edit>> {
    let index = any::<prop::sample::Index>;
    let edit = prop_oneof![
        text().prop_map(Edit::Push),
        (index(), text()).prop_map(|(index, text)| Edit::Replace(index, text)),
        (index(), 0..4_usize).prop_map(|(index, count)| Edit::Remove(index, count)),
    ];
    prop::collection::vec(edit, 0..12)
}

fn apply(edit: &Edit, list: &mut Listpack, model: &mut Vec<Vec<u8>>) {
    match edit {
        Edit::Push(text) => {
            list.push(text).unwrap();
            model.push(text.clone());
        }
        Edit::Replace(index, text) if !model.is_empty() => {
            let place = index.index(model.len());
            list.replace(position(list, place), text).unwrap();
            model[place].clone_from(text);
        }
        Edit::Remove(index, count) if !model.is_empty() => {
            let place = index.index(model.len());
            list.remove(position(list, place), *count);
            model.drain(place..(place + count).min(model.len()));
        }
        _ => {}
    }
}

fn position(list: &Listpack, place: usize) -> usize {
    let mut elements = list.iter();
    elements.by_ref().take(place).for_each(drop);
    elements.position()
}

#[test]
fn a_listpack_of_more_elements_than_it_can_count() {
    let mut list = listpack((0..65_534).map(|n| n.to_string()));
    assert_eq!(list.as_bytes()[4..6], [0xfe, 0xff]);
    list.push(b"x").unwrap();
    list.push(b"y").unwrap();
    assert_eq!(
        (&list.as_bytes()[4..6], list.len()),
        (&[0xff, 0xff][..], 65_536)
    );
    list.remove(6, 2);
    assert_eq!(
        (&list.as_bytes()[4..6], list.len()),
        (&[0xfe, 0xff][..], 65_534)
    );
    assert_eq!(ListpackRef::parse(list.as_bytes()).unwrap().len(), 65_534);
}

#[test]
fn positions_that_are_none_change_nothing() {
    let mut list = listpack(["a"]);
    let before = list.clone();
    for position in [
        0,
        5,
        before.as_bytes().len() - 1,
        before.as_bytes().len(),
        usize::MAX,
    ] {
        list.remove(position, 1);
        list.replace(position, b"z").unwrap();
        assert_eq!(list, before, "{position}");
    }
}

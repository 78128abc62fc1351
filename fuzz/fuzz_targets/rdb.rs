//! RDB streams and DUMP payloads: however the bytes are cut, the same items and the same error come out; memory
//! follows what arrived; and a value that was read, written and read again is the same value.
//!
//! The first byte chooses: a stream, a body behind a right header, or a payload with a right footer.
#![no_main]

use libfuzzer_sys::fuzz_target;
use shoal_rdb::{Item, Limits, RdbError, Reader, Value, Writer, WriterConfig, dump};

/// Everything a stream says, and where it ended.
fn items(stream: &[u8], piece: usize) -> (Vec<Item>, Result<(), RdbError>, u64) {
    // A wrong checksum would end most inputs at their last bytes only, so it is not looked at.
    let limits = Limits {
        verify_checksum: false,
        string_len_max: 1 << 20,
    };
    let mut reader = Reader::new(limits);
    let mut items = Vec::new();
    for piece in stream.chunks(piece.max(1)) {
        reader.feed(piece);
        assert!(
            reader.buffered() <= stream.len(),
            "nothing is kept but what was fed"
        );
        loop {
            match reader.next() {
                Ok(Some(item)) => items.push(item),
                Ok(None) => break,
                Err(error) => {
                    assert_eq!(reader.next(), Err(error), "errors are final");
                    return (items, Err(error), 0);
                }
            }
        }
    }
    (items, reader.finish(), reader.offset())
}

/// The bytes that a value holds, as texts.
fn weight(value: &Value) -> usize {
    let texts = |texts: Option<Vec<_>>| {
        texts
            .into_iter()
            .flatten()
            .map(|text: bytes::Bytes| text.len())
            .sum::<usize>()
    };
    match value {
        Value::String(text) => text.len(),
        Value::StreamNodes(nodes) => nodes.iter().map(|(_, node)| node.len()).sum(),
        Value::Stream(stream) => {
            let pending = stream.groups.iter().map(|group| group.pending.len());
            stream
                .nodes
                .iter()
                .map(|(_, node)| node.len())
                .sum::<usize>()
                + pending.sum::<usize>()
        }
        other => {
            let zset = other
                .zset_members()
                .into_iter()
                .flatten()
                .map(|(member, _)| member.len());
            let hash = other
                .hash_pairs()
                .into_iter()
                .flatten()
                .map(|(f, v)| f.len() + v.len());
            texts(other.list_elements())
                + texts(other.set_members())
                + zset.sum::<usize>()
                + hash.sum::<usize>()
        }
    }
}

/// The entries, values in parts joined.
fn entries(items: &[Item]) -> Vec<Item> {
    let mut entries: Vec<Item> = Vec::new();
    for item in items {
        match item {
            Item::Entry { .. } => entries.push(item.clone()),
            Item::More { key, value: part } => {
                let Some(Item::Entry {
                    key: last, value, ..
                }) = entries.last_mut()
                else {
                    panic!("a part without a beginning");
                };
                assert_eq!(last, key);
                *value = value.clone().joined(part.clone());
            }
            _ => {}
        }
    }
    entries
}

/// Writes the entries again and reads them back.
fn again(items: &[Item]) {
    // A value of which the rest is missing ends in an error, and cannot be written.
    let entries = entries(items);
    let mut writer = Writer::new(WriterConfig {
        version: 11,
        ..WriterConfig::default()
    });
    for item in &entries {
        if let Item::Entry {
            key,
            value,
            attributes,
        } = item
        {
            writer.entry(attributes, key).value(value);
        }
    }
    let (found, result, _) = self::items(&writer.finish(), 16);
    assert_eq!(result, Ok(()));
    assert_eq!(self::entries(&found), entries);
}

fn stream(data: &[u8], piece: usize) {
    let whole = items(data, data.len());
    assert_eq!(whole, items(data, 1));
    assert_eq!(whole, items(data, piece));
    // Compression gives at most 88 bytes for one, and the text of an integer is twice as long as that.
    let values = whole.0.iter().filter_map(|item| match item {
        Item::Entry { value, .. } | Item::More { value, .. } => Some(weight(value)),
        _ => None,
    });
    let total: usize = values.sum();
    assert!(
        total <= data.len() * 88 * 3,
        "{total} bytes out of {}",
        data.len()
    );
    if whole.1.is_ok() {
        again(&whole.0);
    }
}

fn payload(body: &[u8]) {
    let limits = Limits {
        string_len_max: 1 << 20,
        ..Limits::default()
    };
    let Ok(value) = dump::read(&dump::seal(body.to_vec(), 11), &limits) else {
        return;
    };
    assert!(weight(&value) <= body.len() * 88 * 3);
    let copy = dump::write(11, true, |writer| writer.value(&value));
    assert_eq!(dump::read(&copy, &limits), Ok(value));
}

fuzz_target!(|data: &[u8]| {
    let Some((&choice, input)) = data.split_first() else {
        return;
    };
    let piece = usize::from(choice >> 2) + 2;
    match choice & 3 {
        0 => stream(input, piece),
        1 => stream(&[b"REDIS0011", input].concat(), piece),
        2 => payload(input),
        _ => {
            let _ = dump::read(input, &Limits::default());
        }
    }
});

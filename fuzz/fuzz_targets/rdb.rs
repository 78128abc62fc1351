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

/// The bytes that a value holds.
fn weight(value: &Value) -> usize {
    match value {
        Value::String(text) | Value::HashListpack(text) => text.len(),
        other => other
            .hash_pairs()
            .into_iter()
            .flatten()
            .map(|(field, value)| field.len() + value.len())
            .sum(),
    }
}

/// Writes the entries again and reads them back.
fn again(items: &[Item]) {
    let mut writer = Writer::new(WriterConfig::default());
    let mut entries = Vec::new();
    for item in items {
        let Item::Entry {
            key,
            value,
            attributes,
        } = item
        else {
            continue;
        };
        match value {
            Value::String(text) => writer.string(attributes, key, text),
            Value::HashListpack(list) => writer.hash_listpack(attributes, key, list),
            Value::Hash(pairs) => {
                writer.hash(attributes, key, pairs.iter().map(|(f, v)| (&f[..], &v[..])))
            }
            _ => continue,
        }
        entries.push(item.clone());
    }
    let (mut found, result, _) = self::items(&writer.finish(), 16);
    assert_eq!(result, Ok(()));
    found.pop();
    assert_eq!(found, entries);
}

fn stream(data: &[u8], piece: usize) {
    let whole = items(data, data.len());
    assert_eq!(whole, items(data, 1));
    assert_eq!(whole, items(data, piece));
    // Compression gives at most 88 bytes for one.
    let total: usize = whole
        .0
        .iter()
        .map(|item| {
            if let Item::Entry { value, .. } = item {
                weight(value)
            } else {
                0
            }
        })
        .sum();
    assert!(
        total <= data.len() * 88,
        "{total} bytes out of {}",
        data.len()
    );
    again(&whole.0);
}

fn payload(body: &[u8]) {
    let limits = Limits {
        string_len_max: 1 << 20,
        ..Limits::default()
    };
    let Ok(value) = dump::read(&dump::seal(body.to_vec(), 11), &limits) else {
        return;
    };
    assert!(weight(&value) <= body.len() * 88);
    let copy = match &value {
        Value::String(text) => dump::string(text, 11, true),
        Value::HashListpack(list) => dump::hash_listpack(list, 11, true),
        Value::Hash(pairs) => dump::hash(pairs.iter().map(|(f, v)| (&f[..], &v[..])), 11, true),
        _ => return,
    };
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

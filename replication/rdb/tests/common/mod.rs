//! What the tests share: payloads to try on the reader, files read as a whole, a real server.
#![allow(dead_code, clippy::unwrap_used)]

pub(crate) mod server;

use shoal_rdb::listpack::Listpack;
use shoal_rdb::{Item, Limits, RdbErrorKind, Reader, Value, dump};

/// What reading says of a body behind a right footer.
pub(crate) fn read_body(body: &[u8]) -> Result<Value, RdbErrorKind> {
    read(&dump::seal(body.to_vec(), 11))
}

/// What reading says of a payload.
pub(crate) fn read(payload: &[u8]) -> Result<Value, RdbErrorKind> {
    match dump::read(payload, &Limits::default()) {
        Ok(value) => Ok(value),
        Err(dump::DumpError::BadFormat(kind)) => Err(kind),
        Err(dump::DumpError::VersionOrChecksum) => panic!("the footer is right"),
    }
}

/// A value of this type that is one string.
pub(crate) fn blob(kind: u8, bytes: &[u8]) -> Vec<u8> {
    let mut body = vec![kind, 0x80];
    body.extend_from_slice(&u32::try_from(bytes.len()).unwrap().to_be_bytes());
    body.extend_from_slice(bytes);
    body
}

/// A listpack of these texts.
pub(crate) fn listpack<T: AsRef<[u8]>>(texts: &[T]) -> Vec<u8> {
    let mut list = Listpack::new();
    for text in texts {
        list.push(text.as_ref()).unwrap();
    }
    list.into_bytes()
}

/// An intset of this width.
pub(crate) fn intset(width: u32, numbers: &[i64]) -> Vec<u8> {
    let mut bytes = width.to_le_bytes().to_vec();
    bytes.extend_from_slice(&u32::try_from(numbers.len()).unwrap().to_le_bytes());
    for number in numbers {
        bytes.extend(number.to_le_bytes().iter().take(width as usize));
    }
    bytes
}

/// The entries of a file, values in parts joined, sorted.
pub(crate) fn entries(file: &[u8]) -> Vec<Item> {
    let mut reader = Reader::new(Limits::default());
    reader.feed(file);
    let mut entries: Vec<Item> = Vec::new();
    while let Some(item) = reader.next().unwrap() {
        match item {
            Item::Entry { .. } => entries.push(item),
            Item::More { value: part, .. } => {
                if let Some(Item::Entry { value, .. }) = entries.last_mut() {
                    *value = value.clone().joined(part);
                }
            }
            _ => {}
        }
    }
    reader.finish().unwrap();
    entries.sort_by_key(|item| format!("{item:?}"));
    entries
}

/// What a value holds, whatever its form. When consumers were active is left out: not all versions tell.
pub(crate) fn content(value: &Value) -> String {
    let sorted = |mut texts: Vec<String>| {
        texts.sort();
        texts.join(" ")
    };
    if let Some(members) = value.set_members() {
        return sorted(members.iter().map(|m| format!("{m:?}")).collect());
    }
    if let Some(pairs) = value.hash_pairs() {
        return sorted(pairs.iter().map(|pair| format!("{pair:?}")).collect());
    }
    if let Some(members) = value.zset_members() {
        return sorted(members.iter().map(|pair| format!("{pair:?}")).collect());
    }
    let mut value = value.clone();
    if let Value::Stream(stream) = &mut value {
        for group in &mut stream.groups {
            for consumer in &mut group.consumers {
                consumer.active_time_ms = None;
            }
        }
    }
    format!("{value:?}")
}

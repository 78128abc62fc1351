//! Files and payloads of real servers decode to what the servers said they hold, are written as they were, and
//! the pieces a stream arrives in never matter.
#![allow(clippy::unwrap_used, clippy::panic)]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Value as Json, json};
use shoal_rdb::stream_node::StreamNodeRef;
use shoal_rdb::{
    Checksum, Item, Limits, PendingEntry, RdbError, Reader, Stream, StreamId, Value, Writer,
    WriterConfig, dump,
};

fn data() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data")
}

/// All captured files with their expected content.
fn files() -> Vec<(String, Vec<u8>, Json)> {
    let mut files = Vec::new();
    for directory in fs::read_dir(data()).unwrap() {
        for file in fs::read_dir(directory.unwrap().path()).unwrap() {
            let path = file.unwrap().path();
            if path.extension().is_some_and(|extension| extension == "rdb") {
                let json = fs::read_to_string(path.with_extension("json")).unwrap();
                let name = path.strip_prefix(data()).unwrap().display().to_string();
                files.push((
                    name,
                    fs::read(&path).unwrap(),
                    serde_json::from_str(&json).unwrap(),
                ));
            }
        }
    }
    files.sort_by(|a, b| a.0.cmp(&b.0));
    assert_eq!(files.len(), 83, "captures got lost");
    files
}

/// One character per byte.
fn bytes(json: &Json) -> Vec<u8> {
    json.as_str()
        .unwrap()
        .chars()
        .map(|c| u8::try_from(c).unwrap())
        .collect()
}

fn read(file: &[u8], piece: usize) -> (Vec<Item>, Result<(), RdbError>) {
    let mut reader = Reader::new(Limits::default());
    let mut items = Vec::new();
    for piece in file.chunks(piece) {
        reader.feed(piece);
        loop {
            match reader.next() {
                Ok(Some(item)) => items.push(item),
                Ok(None) => break,
                Err(error) => {
                    assert_eq!(reader.finish(), Err(error));
                    return (items, Err(error));
                }
            }
        }
    }
    (items, reader.finish())
}

/// The content as the captures describe it.
#[derive(Debug, PartialEq)]
enum Content {
    String(Vec<u8>),
    Hash(BTreeSet<(Vec<u8>, Vec<u8>)>),
    List(Vec<Vec<u8>>),
    Set(BTreeSet<Vec<u8>>),
    Zset(BTreeMap<Vec<u8>, f64>),
    Stream(Json),
}

fn content_of(value: &Value) -> Content {
    let owned = |text: &bytes::Bytes| text.to_vec();
    match value {
        Value::String(text) => Content::String(text.to_vec()),
        Value::List(_) => Content::List(value.list_elements().unwrap().iter().map(owned).collect()),
        Value::Set(_) | Value::SetIntset(_) | Value::SetListpack(_) => {
            Content::Set(value.set_members().unwrap().iter().map(owned).collect())
        }
        Value::Zset(_) | Value::ZsetListpack(_) => {
            let members = value.zset_members().unwrap();
            Content::Zset(members.iter().map(|(m, s)| (m.to_vec(), *s)).collect())
        }
        Value::Stream(stream) => Content::Stream(stream_json(stream)),
        other => {
            let pairs = other.hash_pairs().unwrap();
            let pairs = pairs.iter().map(|(f, v)| (f.to_vec(), v.to_vec()));
            Content::Hash(pairs.collect())
        }
    }
}

type Keys = BTreeMap<(u32, Vec<u8>), (Content, Option<i64>)>;

/// What the captures say of a value.
fn content(kind: &str, value: &Json) -> Content {
    let items = || value.as_array().unwrap().iter();
    match kind {
        "string" => Content::String(bytes(value)),
        "hash" => Content::Hash(items().map(|p| (bytes(&p[0]), bytes(&p[1]))).collect()),
        "list" => Content::List(items().map(bytes).collect()),
        "set" => Content::Set(items().map(bytes).collect()),
        "zset" => {
            let score = |text: &Json| text.as_str().unwrap().parse().unwrap();
            Content::Zset(items().map(|p| (bytes(&p[0]), score(&p[1]))).collect())
        }
        "stream" => Content::Stream(named(&value["xinfo_full"])),
        other => panic!("{other}"),
    }
}

fn expected(json: &Json) -> Keys {
    let mut keys = Keys::new();
    for key in json["keys"].as_array().unwrap() {
        let content = content(key["type"].as_str().unwrap(), &key["value"]);
        let expires = key["expire_ms"].as_i64().filter(|&at| at >= 0);
        let db = u32::try_from(key["db"].as_u64().unwrap()).unwrap();
        keys.insert((db, bytes(&key["key"])), (content, expires));
    }
    keys
}

/// What XINFO STREAM FULL says, as far as it is in a file: rows of names and values as objects.
fn named(row: &Json) -> Json {
    const DERIVED: [&str; 5] = [
        "radix-tree-keys",
        "radix-tree-nodes",
        "lag",
        "pel-count",
        "",
    ];
    let mut object = serde_json::Map::new();
    for pair in row.as_array().unwrap().chunks(2) {
        let (name, value) = (pair[0].as_str().unwrap(), &pair[1]);
        let value = match name {
            "groups" | "consumers" => value.as_array().unwrap().iter().map(named).collect(),
            _ => value.clone(),
        };
        if !DERIVED.contains(&name) {
            object.insert(name.to_owned(), value);
        }
    }
    Json::Object(object)
}

/// The same from a stream that was read. Versions before 7.2 do not tell the active time.
fn stream_json(stream: &Stream) -> Json {
    let text = |bytes: &[u8]| bytes.iter().map(|&b| char::from(b)).collect::<String>();
    let id = |id: StreamId| format!("{}-{}", id.ms, id.seq);
    let mut entries = Vec::new();
    for (node_id, node) in &stream.nodes {
        for entry in StreamNodeRef::parse(*node_id, node).unwrap().entries() {
            let at = id(entry.id);
            let texts = entry.flat_map(|(field, value)| [field, value]);
            let texts: Vec<_> = texts.map(|element| text(&element.to_vec())).collect();
            entries.push(json!([at, texts]));
        }
    }
    let groups: Vec<_> = stream
        .groups
        .iter()
        .map(|group| {
            let owner = |entry: &PendingEntry| {
                let mut consumers = group.consumers.iter();
                text(
                    &consumers
                        .find(|c| c.pending.contains(&entry.id))
                        .unwrap()
                        .name,
                )
            };
            let pending = group.pending.iter();
            let pending: Vec<_> = pending
                .map(|e| json!([id(e.id), owner(e), e.delivery_time_ms, e.delivery_count]))
                .collect();
            let consumers: Vec<_> = group
                .consumers
                .iter()
                .map(|consumer| {
                    let own = group
                        .pending
                        .iter()
                        .filter(|e| consumer.pending.contains(&e.id));
                    let own: Vec<_> = own
                        .map(|e| json!([id(e.id), e.delivery_time_ms, e.delivery_count]))
                        .collect();
                    json!({
                        "name": text(&consumer.name),
                        "seen-time": consumer.seen_time_ms,
                        "active-time": consumer.active_time_ms.unwrap_or(-1),
                        "pending": own,
                    })
                })
                .collect();
            json!({
                "name": text(&group.name),
                "last-delivered-id": id(group.last_id),
                "entries-read": group.entries_read,
                "pending": pending,
                "consumers": consumers,
            })
        })
        .collect();
    json!({
        "length": stream.length,
        "last-generated-id": id(stream.last_id),
        "max-deleted-entry-id": id(stream.max_deleted_id),
        "entries-added": stream.entries_added,
        "recorded-first-entry-id": id(stream.first_id),
        "entries": entries,
        "groups": groups,
    })
}

/// Leaves out what a server before 7.2 does not tell.
fn without_active_times(mut keys: Keys) -> Keys {
    for (content, _) in keys.values_mut() {
        let Content::Stream(stream) = content else {
            continue;
        };
        for group in stream["groups"].as_array_mut().unwrap() {
            for consumer in group["consumers"].as_array_mut().unwrap() {
                consumer.as_object_mut().unwrap().remove("active-time");
            }
        }
    }
    keys
}

fn decoded(items: &[Item]) -> Keys {
    let mut keys = Keys::new();
    let mut db = 0;
    for item in items {
        match item {
            Item::SelectDb(number) => db = *number,
            Item::Entry {
                key,
                value,
                attributes,
            } => {
                keys.insert(
                    (db, key.to_vec()),
                    (content_of(value), attributes.expire_at),
                );
            }
            _ => {}
        }
    }
    keys
}

#[test]
fn files_hold_what_their_servers_said() {
    for (name, file, json) in files() {
        let (items, result) = read(&file, usize::MAX);
        result.expect(&name);
        let (mut decoded, expected) = (decoded(&items), expected(&json));
        if name.contains("7.0.15") || name.contains("old-formats") {
            decoded = without_active_times(decoded);
        }
        assert_eq!(decoded, expected, "{name}");
        let summed = !["no-checksum", "old-formats/v4", "old-formats/v1"]
            .iter()
            .any(|without| name.contains(without));
        let checksum = if summed {
            Checksum::Verified
        } else {
            Checksum::NotChecked
        };
        assert_eq!(items.last(), Some(&Item::Eof(checksum)), "{name}");
    }
}

#[test]
fn files_written_again_hold_the_same() {
    for (name, file, _) in files() {
        let (items, _) = read(&file, usize::MAX);
        for version in [10, 11] {
            let mut writer = Writer::new(WriterConfig {
                version,
                ..WriterConfig::default()
            });
            for item in &items {
                match item {
                    Item::SelectDb(db) => writer.select_db(*db),
                    Item::Entry {
                        key,
                        value,
                        attributes,
                    } => writer.entry(attributes, key).value(value),
                    _ => {}
                }
            }
            let (again, result) = read(&writer.finish(), 100);
            result.expect(&name);
            let (mut found, mut wanted) = (decoded(&again), decoded(&items));
            if version == 10 {
                (found, wanted) = (without_active_times(found), without_active_times(wanted));
            }
            assert_eq!(found, wanted, "{name} as version {version}");
        }
    }
}

#[test]
fn pieces_do_not_matter() {
    for (name, file, _) in files() {
        let whole = read(&file, usize::MAX);
        for piece in [1, 2, 3, 7, 64] {
            assert_eq!(read(&file, piece), whole, "{name} in pieces of {piece}");
        }
    }
}

#[test]
fn attributes_and_aux_fields_are_read() {
    let items_of = |name: &str| {
        let (_, file, _) = files().into_iter().find(|(file, ..)| file == name).unwrap();
        read(&file, 3).0
    };
    let attributes = |name: &str| -> Vec<_> {
        let entry = |item| match item {
            Item::Entry { attributes, .. } => Some(attributes),
            _ => None,
        };
        items_of(name).into_iter().filter_map(entry).collect()
    };
    assert!(
        attributes("redis-7.0.15/lfu.rdb")
            .iter()
            .all(|a| a.freq.is_some() && a.idle_secs.is_none())
    );
    assert!(
        attributes("redis-7.0.15/lru.rdb")
            .iter()
            .all(|a| a.freq.is_none() && a.idle_secs.is_some())
    );
    let items = items_of("redis-7.2.6/functions.rdb");
    assert_eq!(
        items
            .iter()
            .filter(|item| matches!(item, Item::Function(f) if f.starts_with(b"#!lua")))
            .count(),
        2
    );
    let version = Item::Aux {
        name: "redis-ver".into(),
        value: "7.2.6".into(),
    };
    assert!(items.contains(&version));
    let resize = |item: &Item| matches!(item, Item::ResizeDb { keys: 1, .. });
    assert!(items_of("redis-7.0.15/multi-db.rdb").iter().any(resize));
}

#[test]
fn payloads_are_read_and_written_alike() {
    let (mut same, mut packed) = (0, 0);
    for server in ["redis-7.0.15", "redis-7.2.6", "valkey-8.0.1"] {
        let dumps = fs::read_to_string(data().join(server).join("dumps.json")).unwrap();
        let dumps: Json = serde_json::from_str(&dumps).unwrap();
        for entry in dumps.as_array().unwrap() {
            let file = entry["file"].as_str().unwrap();
            let json =
                fs::read_to_string(data().join(server).join(format!("{file}.json"))).unwrap();
            let keys = expected(&serde_json::from_str(&json).unwrap());
            let key = bytes(&entry["key"]);
            // One file has the same key in several databases.
            let named = keys.iter().filter(|((_, name), _)| *name == key);
            let contents: Vec<_> = named.map(|(_, (content, _))| content).collect();
            let payload = unhex(entry["dump_hex"].as_str().unwrap());
            let value = dump::read(&payload, &Limits::default());
            let value = value.unwrap();
            let found = (content_of(&value), None);
            let found = Keys::from([((0, key), found)]);
            let found = if server == "redis-7.0.15" {
                without_active_times(found)
            } else {
                found
            };
            let (found, _) = found.values().next().unwrap();
            assert!(contents.contains(&found), "{server} {file}: {value:?}");
            // Compressed strings (they start with c3) have many right forms; everything else has one.
            let version = u16::from(payload[payload.len() - 10]);
            let compress = file != "string-uncompressed";
            let written = dump::write(version, compress, |writer| writer.value(&value));
            if payload.contains(&0xc3) || written.contains(&0xc3) {
                assert_eq!(dump::read(&written, &Limits::default()), Ok(value));
                packed += 1;
            } else {
                assert_eq!(written, payload, "{server} {file}");
                same += 1;
            }
        }
    }
    assert!(same > 80 && packed > 5, "{same} {packed}");
}

fn unhex(text: &str) -> Vec<u8> {
    let pairs = text
        .as_bytes()
        .chunks(2)
        .map(|pair| std::str::from_utf8(pair).unwrap());
    pairs
        .map(|pair| u8::from_str_radix(pair, 16).unwrap())
        .collect()
}

//! Files of real servers, loaded into a keyspace and saved again, hold the same; so does a keyspace that reloads
//! itself.
#![allow(clippy::unwrap_used, clippy::disallowed_methods)]

mod common;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use common::Node;
use shoal_keyspace::{Keyspace, KeyspaceConfig, Loaded, SnapshotWalk};
use shoal_rdb::{Attributes, Item, Limits, Reader, Value, Writer, WriterConfig};
use shoal_slots::UnixMillis;

const NOW: UnixMillis = UnixMillis(1_700_000_000_000);

/// The captured files of all servers and old versions.
fn files() -> Vec<(String, Vec<u8>)> {
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../replication/rdb/tests/data");
    let mut files = Vec::new();
    for directory in fs::read_dir(data).unwrap() {
        for file in fs::read_dir(directory.unwrap().path()).unwrap() {
            let path = file.unwrap().path();
            if path.extension().is_some_and(|extension| extension == "rdb") {
                files.push((path.display().to_string(), fs::read(path).unwrap()));
            }
        }
    }
    assert_eq!(files.len(), 83, "captures got lost");
    files
}

fn keyspace() -> Keyspace {
    let mut keyspace = Keyspace::new(KeyspaceConfig::standalone(16), 7);
    keyspace.set_replica(true);
    keyspace
}

/// Loads a file, in pieces.
fn load(keyspace: &mut Keyspace, file: &[u8]) {
    let (mut reader, mut db) = (Reader::new(Limits::default()), 0);
    for piece in file.chunks(1000) {
        reader.feed(piece);
        while let Some(item) = reader.next().unwrap() {
            let loaded = match item {
                Item::SelectDb(number) => {
                    db = number as usize;
                    continue;
                }
                Item::Entry {
                    key,
                    value,
                    attributes,
                } => keyspace.insert_loaded(db, &key, value, &attributes, NOW),
                Item::More { key, value } => keyspace.extend_loaded(db, &key, value, NOW),
                _ => continue,
            };
            assert_eq!(loaded, Loaded::Inserted);
        }
    }
    reader.finish().unwrap();
}

fn save(keyspace: &Keyspace, version: u16) -> Vec<u8> {
    let mut writer = Writer::new(WriterConfig {
        version,
        ..WriterConfig::default()
    });
    let mut walk = SnapshotWalk::new(false);
    while walk.advance(keyspace, NOW, 1, &mut writer) {}
    writer.finish()
}

type Keys = BTreeMap<(u32, Vec<u8>), (String, Option<i64>)>;

/// What a file holds, whatever the forms of its values.
fn content(file: &[u8]) -> Keys {
    let mut reader = Reader::new(Limits::default());
    reader.feed(file);
    let (mut db, mut entries) = (0, BTreeMap::<(u32, Vec<u8>), (Value, Attributes)>::new());
    while let Some(item) = reader.next().unwrap() {
        match item {
            Item::SelectDb(number) => db = number,
            Item::Entry {
                key,
                value,
                attributes,
            } => drop(entries.insert((db, key.to_vec()), (value, attributes))),
            Item::More { key, value: part } => {
                let (value, _) = entries.get_mut(&(db, key.to_vec())).unwrap();
                *value = value.clone().joined(part);
            }
            _ => {}
        }
    }
    let shown = |(key, (value, attributes)): ((u32, Vec<u8>), (Value, Attributes))| {
        (key, (show(value), attributes.expire_at))
    };
    entries.into_iter().map(shown).collect()
}

fn show(mut value: Value) -> String {
    if let Some(mut members) = value.set_members() {
        members.sort();
        return format!("{members:?}");
    }
    if let Some(mut pairs) = value.hash_pairs() {
        pairs.sort();
        return format!("{pairs:?}");
    }
    if let Some(mut members) = value.zset_members() {
        members.sort_by(|a, b| a.0.cmp(&b.0));
        return format!("{members:?}");
    }
    if let Some(elements) = value.list_elements() {
        return format!("{elements:?}");
    }
    if let Value::Stream(stream) = &mut value {
        // Version 10 does not tell when consumers were active.
        let consumers = stream
            .groups
            .iter_mut()
            .flat_map(|group| &mut group.consumers);
        consumers.for_each(|consumer| consumer.active_time_ms = None);
    }
    format!("{value:?}")
}

#[test]
fn files_of_all_versions_come_back() {
    for (name, file) in files() {
        let mut keyspace = keyspace();
        load(&mut keyspace, &file);
        for version in [10, 11] {
            let saved = save(&keyspace, version);
            assert_eq!(
                content(&saved),
                content(&file),
                "{name} as version {version}"
            );
        }
        let digest = keyspace.digest();
        keyspace.reload(NOW).unwrap();
        assert_eq!(keyspace.digest(), digest, "{name}");
        assert_eq!(
            content(&save(&keyspace, 11)),
            content(&file),
            "{name} reloaded"
        );
    }
}

#[test]
fn large_values_come_back_from_their_parts() {
    let mut node = Node::new(keyspace());
    for chunk in 0..50 {
        let long = "x".repeat(if chunk % 10 == 0 { 70_000 } else { 20 });
        let mut all = |command: &str, f: &dyn Fn(usize) -> String| {
            let words: Vec<_> = (0..200).map(|i| f(chunk * 200 + i)).collect();
            let reply = node.words(&format!("{command} {}", words.join(" ")), NOW.0);
            assert!(!reply.starts_with('-'), "{reply}");
        };
        all("SADD set", &|i| format!("member-{i}"));
        all("HSET hash", &|i| format!("field-{i} value-{i}"));
        all("RPUSH list", &|i| format!("element-{i}"));
        all("HSET long", &|i| {
            format!("{i} {}", if i % 200 == 7 { &long } else { "v" })
        });
        all("RPUSH plain", &|i| {
            if i % 200 == 7 {
                long.clone()
            } else {
                i.to_string()
            }
        });
        all("SADD ints", &|i| (i * i).to_string());
        all("XADD stream *", &|i| format!("field-{i} {i}"));
        node.words(&format!("XADD groups {}-1 f {long}", chunk + 1), NOW.0);
    }
    node.words("XGROUP CREATE groups g 0", NOW.0);
    node.words("XREADGROUP GROUP g c COUNT 30 STREAMS groups >", NOW.0);
    let (digest, saved) = (node.keyspace.digest(), save(&node.keyspace, 11));
    let parts = count_parts(&saved);
    assert!(parts > 40, "{parts}");
    let mut other = keyspace();
    load(&mut other, &saved);
    assert_eq!(other.digest(), digest);
    assert_eq!(content(&save(&other, 11)), content(&saved));
    node.keyspace.reload(NOW).unwrap();
    assert_eq!(node.keyspace.digest(), digest);
}

fn count_parts(file: &[u8]) -> usize {
    let mut reader = Reader::new(Limits::default());
    reader.feed(file);
    std::iter::from_fn(|| reader.next().unwrap())
        .filter(|item| matches!(item, Item::More { .. }))
        .count()
}

#[test]
fn a_table_with_a_member_twice_is_refused_even_between_parts() {
    for version in [10, 11] {
        let mut writer = Writer::new(WriterConfig {
            version,
            ..WriterConfig::default()
        });
        let attributes = Attributes::default();
        let mut set = writer.entry(&attributes, b"set").set(3000);
        for i in 0..3000 {
            set.member(format!("{}", if i == 2999 { 5 } else { i }).as_bytes());
        }
        let file = writer.finish();
        let mut reader = Reader::new(Limits::default());
        reader.feed(&file);
        let mut keyspace = keyspace();
        let mut last = None;
        while let Some(item) = reader.next().unwrap() {
            last = match item {
                Item::Entry { key, value, .. } => {
                    Some(keyspace.insert_loaded(0, &key, value, &attributes, NOW))
                }
                Item::More { key, value } => Some(keyspace.extend_loaded(0, &key, value, NOW)),
                _ => last,
            };
        }
        assert_eq!(last, Some(Loaded::Refused));
    }
}

//! A real redis-server loads what the writer writes and saves it again, restores our payloads, and dumps ones
//! that we read.
#![allow(clippy::unwrap_used, clippy::panic)]

mod common;

use common::entries;
use common::server::Server;
use shoal_rdb::listpack::Listpack;
use shoal_rdb::{Attributes, Item, Value, Writer, WriterConfig, dump};

fn texts() -> Vec<Vec<u8>> {
    let mut texts: Vec<Vec<u8>> = (0..30)
        .map(|bits| (1_i64 << (2 * bits)).to_string().into_bytes())
        .collect();
    texts.extend((0..30).map(|bits| (-(1_i64 << (2 * bits))).to_string().into_bytes()));
    texts.extend(
        [0, 1, 63, 64, 100, 127, 4095, 4096, 16_383, 16_384, 70_000].map(|len| vec![b'x'; len]),
    );
    texts.extend(
        [20_usize, 21, 300, 5000].map(|len| (0..len).map(|n| (n * n / 7 % 256) as u8).collect()),
    );
    texts
}

fn sample(config: WriterConfig) -> Vec<u8> {
    let mut writer = Writer::new(config);
    writer.aux(b"redis-ver", b"7.2.4");
    writer.aux(b"shoal", b"unknown names are ignored");
    writer.select_db(0);
    writer.resize_db(texts().len() as u64 * 3, texts().len() as u64);
    for (number, text) in texts().iter().enumerate() {
        let expiring = Attributes {
            expire_at: Some(4_102_444_800_000 + number as i64),
            ..Attributes::default()
        };
        writer.string(&expiring, format!("string:{number}").as_bytes(), text);
        // Longer than a listpack may be by default, so it stays a table.
        let long = vec![b'l'; 100];
        writer.hash(
            &Attributes::default(),
            format!("hash:{number}").as_bytes(),
            [(&b"f"[..], &text[..]), (&long, b"v")],
        );
        if text.len() <= 64 {
            let mut list = Listpack::new();
            list.push(text).unwrap();
            list.push(b"v").unwrap();
            let key = format!("small:{number}");
            writer.hash_listpack(&Attributes::default(), key.as_bytes(), list.as_bytes());
        }
    }
    writer.finish()
}

#[test]
fn a_real_server_loads_and_saves_what_we_write() {
    for (name, compress, checksum) in [
        ("full", true, true),
        ("plain", false, true),
        ("unsummed", true, false),
    ] {
        let file = sample(WriterConfig {
            version: 10,
            compress,
            checksum,
        });
        let Some(server) = Server::over(name, &file) else {
            return;
        };
        assert_eq!(server.text(&["DBSIZE"]), entries(&file).len().to_string());
        assert_eq!(server.text(&["OBJECT", "ENCODING", "small:0"]), "listpack");
        assert_eq!(server.text(&["PEXPIRETIME", "string:3"]), "4102444800003");
        // What it saves again holds the same; tables come back in another order of fields.
        let key = |item: &Item| match item {
            Item::Entry {
                key,
                value: Value::Hash(pairs),
                attributes,
            } => {
                let mut pairs = pairs.clone();
                pairs.sort();
                (key.clone(), Value::Hash(pairs), *attributes)
            }
            Item::Entry {
                key,
                value,
                attributes,
            } => (key.clone(), value.clone(), *attributes),
            other => panic!("{other:?}"),
        };
        let (ours, theirs) = (entries(&file), entries(&server.saved()));
        assert_eq!(ours.len(), theirs.len());
        let sorted = |items: &[Item]| {
            let mut keys: Vec<_> = items.iter().map(key).collect();
            keys.sort_by(|a, b| a.0.cmp(&b.0));
            keys
        };
        assert_eq!(sorted(&ours), sorted(&theirs));
    }
}

#[test]
fn a_real_server_restores_our_payloads_and_we_read_its_dumps() {
    let Some(server) = Server::over("dump", &Writer::new(WriterConfig::default()).finish()) else {
        return;
    };
    for (number, text) in texts().iter().enumerate() {
        let key = format!("string:{number}");
        // The command's last argument comes through the pipe, so the bytes arrive as they are.
        let payload = dump::string(text, 10, true);
        assert_eq!(
            server.cli(&["RESTORE", &key, "0"], &payload),
            b"OK\n",
            "{key}"
        );
    }
    let pair: (&[u8], &[u8]) = (b"field", b"17");
    assert_eq!(
        server.cli(&["RESTORE", "hash", "0"], &dump::hash([pair], 10, true)),
        b"OK\n"
    );
    assert_eq!(server.text(&["HGET", "hash", "field"]), "17");
    for entry in entries(&server.saved()) {
        let Item::Entry { key, value, .. } = entry else {
            continue;
        };
        match value {
            Value::String(value) => {
                let number: usize = std::str::from_utf8(&key[7..]).unwrap().parse().unwrap();
                assert_eq!(value, texts()[number], "{key:?}");
            }
            other => assert_eq!(
                other.hash_pairs(),
                Some(vec![("field".into(), "17".into())])
            ),
        }
    }
    let refused = server.cli(&["RESTORE", "newer", "0"], &dump::string(b"v", 11, true));
    assert_eq!(
        refused, b"ERR DUMP payload version or checksum are wrong\n\n",
        "what 7.0 says to version 11"
    );
}

//! Payloads of every type and encoding go both ways between us and a real server, which compares with
//! DEBUG DIGEST-VALUE: its own ones after we read and wrote them, and those of other versions after we made them
//! readable for it.
#![allow(clippy::unwrap_used, clippy::panic)]

mod common;

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use common::server::Server;
use shoal_rdb::{Limits, Writer, WriterConfig, dump};

/// Commands that make keys of every encoding and size.
fn commands() -> String {
    let mut out = String::new();
    for (n, len) in [1, 2, 7, 100, 127, 128, 129, 600, 3000]
        .into_iter()
        .enumerate()
    {
        let values = |f: &dyn Fn(usize) -> String| (0..len).map(f).collect::<Vec<_>>().join(" ");
        let mut line = |command: &str, name: &str, f: &dyn Fn(usize) -> String| {
            writeln!(out, "{command} {name}:{n} {}", values(f)).unwrap();
        };
        line("RPUSH", "list:int", &|i| (i * i * 7919).to_string());
        line("RPUSH", "list:text", &|i| format!("element-{i}"));
        line("RPUSH", "list:long", &|i| "x".repeat(i % 300 + 1));
        line("RPUSH", "list:plain", &|i| {
            "y".repeat(if i % 40 == 3 { 9000 } else { 3 })
        });
        line("SADD", "set:int16", &|i| (i as i64 - 50).to_string());
        line("SADD", "set:int32", &|i| {
            (i as i64 * 70_001 - 9).to_string()
        });
        line("SADD", "set:int64", &|i| {
            (i as i64 * 70_000_000_001 - 9).to_string()
        });
        line("SADD", "set:text", &|i| format!("member-{i}"));
        line("SADD", "set:mixed", &|i| {
            if i % 2 == 0 {
                i.to_string()
            } else {
                format!("m{i}")
            }
        });
        line("ZADD", "zset:int", &|i| format!("{} m{i}", i as i64 - 60));
        line("ZADD", "zset:same", &|i| format!("1 m{i}"));
        line("ZADD", "zset:float", &|i| {
            format!(
                "{} m{i}",
                (i as f64).sqrt() * 1e10f64.powi(i as i32 % 20 - 10)
            )
        });
        line("ZADD", "zset:number", &|i| format!("0.1 {i}"));
        line("HSET", "hash:text", &|i| format!("field-{i} value-{i}"));
        line("HSET", "hash:int", &|i| format!("{i} {}", i * 99_991));
        line("HSET", "hash:long", &|i| {
            format!("f{i} {}", "z".repeat(60 + i % 9))
        });
    }
    out + "ZADD zset:edges -inf a +inf b 1.7976931348623157e308 c 5e-324 d -0 e 9007199254740993 f 1e17 g\n"
}

/// Commands that make streams.
fn streams() -> String {
    let mut out = String::new();
    for (n, len) in [1, 2, 50, 350].into_iter().enumerate() {
        for i in 0..len {
            let own = if i % 7 == 3 {
                format!("extra{i} x")
            } else {
                String::new()
            };
            writeln!(
                out,
                "XADD st:{n} {}-{} name v{i} n {i} {own}",
                1000 + i / 3,
                i % 3 + 1
            )
            .unwrap();
        }
        writeln!(
            out,
            "XGROUP CREATE st:{n} g 0\nXGROUP CREATE st:{n} end $\nXGROUP CREATE st:{n} mid 1005-1"
        )
        .unwrap();
        writeln!(out, "XREADGROUP GROUP g alice COUNT 20 STREAMS st:{n} >").unwrap();
        writeln!(out, "XREADGROUP GROUP g bob COUNT 9 STREAMS st:{n} >").unwrap();
        writeln!(
            out,
            "XCLAIM st:{n} g carl 0 1000-1 1000-2\nXACK st:{n} g 1001-1 1002-2"
        )
        .unwrap();
        writeln!(
            out,
            "XGROUP CREATECONSUMER st:{n} mid idle\nXDEL st:{n} 1000-2 1003-1 1100-1"
        )
        .unwrap();
    }
    out + "XTRIM st:3 MAXLEN 200\nXADD gone 5-5 a b\nXDEL gone 5-5\nXGROUP CREATE new g $ MKSTREAM\nXADD big 1-1 f v\nXSETID big 18446744073709551615-18446744073709551615 ENTRIESADDED 77 MAXDELETEDID 9-9\n"
}

#[test]
fn payloads_of_a_real_server_come_back_to_it() {
    let Some(server) = Server::over("types", &Writer::new(WriterConfig::default()).finish()) else {
        return;
    };
    let replies = server.cli(&[], (commands() + &streams()).as_bytes());
    let replies = String::from_utf8_lossy(&replies);
    let errors: Vec<_> = replies
        .lines()
        .filter(|line| line.contains("ERR"))
        .collect();
    assert!(errors.is_empty(), "{errors:?}");
    let mut keys: Vec<String> = server
        .text(&["KEYS", "*"])
        .lines()
        .map(str::to_owned)
        .collect();
    keys.sort();
    assert_eq!(keys.len(), 16 * 9 + 1 + 4 + 3);
    for key in &keys {
        let payload = server.dump(key);
        let value = dump::read(&payload, &Limits::default()).unwrap();
        for compress in [true, false] {
            let ours = dump::write(10, compress, |writer| writer.value(&value));
            assert_eq!(
                dump::read(&ours, &Limits::default()).unwrap(),
                value,
                "{key}"
            );
            server.text(&["DEL", "copy"]);
            assert_eq!(
                server.cli(&["RESTORE", "copy", "0"], &ours),
                b"OK\n",
                "{key}"
            );
            let digests = server.text(&["DEBUG", "DIGEST-VALUE", key, "copy"]);
            let (one, two) = digests.split_once('\n').unwrap();
            assert_eq!(one, two, "{key}");
            let encoding = |key| server.text(&["OBJECT", "ENCODING", key]);
            assert_eq!(encoding(key), encoding("copy"), "{key}");
        }
        if key.starts_with("st") {
            let full = |key| server.text(&["XINFO", "STREAM", key, "FULL", "COUNT", "0"]);
            assert_eq!(full(key), full("copy"), "{key}");
        }
    }
}

#[test]
fn files_of_a_real_server_come_back_to_it() {
    let Some(server) = Server::over("file", &Writer::new(WriterConfig::default()).finish()) else {
        return;
    };
    server.cli(&[], (commands() + &streams()).as_bytes());
    let digest = server.text(&["DEBUG", "DIGEST"]);
    let mut writer = Writer::new(WriterConfig::default());
    writer.select_db(0);
    for item in common::entries(&server.saved()) {
        if let shoal_rdb::Item::Entry {
            key,
            value,
            attributes,
        } = item
        {
            writer.entry(&attributes, &key).value(&value);
        }
    }
    let again = Server::over("again", &writer.finish()).unwrap();
    assert_eq!(again.text(&["DEBUG", "DIGEST"]), digest);
}

#[test]
fn payloads_of_newer_versions_become_readable() {
    let Some(server) = Server::over("newer", &Writer::new(WriterConfig::default()).finish()) else {
        return;
    };
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data");
    let mut restored = 0;
    for version in ["redis-7.2.6", "valkey-8.0.1"] {
        let dumps = fs::read_to_string(data.join(version).join("dumps.json")).unwrap();
        let dumps: serde_json::Value = serde_json::from_str(&dumps).unwrap();
        for entry in dumps.as_array().unwrap() {
            let hex = entry["dump_hex"].as_str().unwrap();
            let byte = |at: usize| u8::from_str_radix(&hex[at..at + 2], 16).unwrap();
            let payload: Vec<u8> = (0..hex.len()).step_by(2).map(byte).collect();
            let value = dump::read(&payload, &Limits::default()).unwrap();
            let ours = dump::write(10, true, |writer| writer.value(&value));
            server.text(&["DEL", "copy"]);
            assert_eq!(
                server.cli(&["RESTORE", "copy", "0"], &ours),
                b"OK\n",
                "{value:?}"
            );
            let back = dump::read(&server.dump("copy"), &Limits::default()).unwrap();
            assert_eq!(common::content(&back), common::content(&value));
            restored += 1;
        }
    }
    assert!(restored > 60, "{restored}");
}

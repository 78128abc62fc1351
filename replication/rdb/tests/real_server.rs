//! A real redis-server loads what the writer writes and saves it again, restores our payloads, and dumps ones
//! that we read. Skipped with a message where there is no redis-server, unless SHOAL_REQUIRE_REAL=1.
#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stderr)]

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::{env, fs};

use shoal_rdb::listpack::Listpack;
use shoal_rdb::{Attributes, Item, Limits, Reader, Value, Writer, WriterConfig, dump};

/// A server of our own, reached through a socket in its own directory, gone at the end.
struct Server {
    child: Child,
    dir: PathBuf,
}

impl Server {
    /// Starts a server over this file; `None` if there is none on this machine.
    fn over(name: &str, file: &[u8]) -> Option<Self> {
        let found = Command::new("redis-server")
            .arg("--version")
            .output()
            .is_ok_and(|out| out.status.success());
        if !found {
            assert!(
                env::var_os("SHOAL_REQUIRE_REAL").is_none(),
                "redis-server is required and not there"
            );
            eprintln!("skipped: no redis-server");
            return None;
        }
        let dir = env::temp_dir().join(format!("shoal-rdb-{name}-{}", std::process::id()));
        fs::create_dir_all(&dir).unwrap();
        fs::write(dir.join("dump.rdb"), file).unwrap();
        let child = Command::new("redis-server")
            .args([
                "--port",
                "0",
                "--unixsocket",
                "socket",
                "--save",
                "",
                "--logfile",
                "log",
                "--dir",
            ])
            .arg(&dir)
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        let mut server = Self { child, dir };
        while server.cli(&["PING"], b"") != b"PONG\n" {
            let died = server.child.try_wait().unwrap();
            assert!(
                died.is_none(),
                "{}",
                fs::read_to_string(server.dir.join("log")).unwrap_or_default()
            );
        }
        Some(server)
    }

    /// What redis-cli prints for a command; `last` is its last argument, if not empty.
    fn cli(&self, words: &[&str], last: &[u8]) -> Vec<u8> {
        let mut command = Command::new("redis-cli");
        command.arg("-s").arg(self.dir.join("socket"));
        if !last.is_empty() {
            command.arg("-x");
        }
        let command = command
            .args(words)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null());
        let mut child = command.spawn().unwrap();
        child.stdin.take().unwrap().write_all(last).unwrap();
        child.wait_with_output().unwrap().stdout
    }

    fn text(&self, words: &[&str]) -> String {
        String::from_utf8(self.cli(words, b""))
            .unwrap()
            .trim_end()
            .to_owned()
    }

    fn saved(&self) -> Vec<Item> {
        assert_eq!(self.text(&["SAVE"]), "OK");
        entries(&fs::read(Path::new(&self.dir).join("dump.rdb")).unwrap())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        let _ = fs::remove_dir_all(&self.dir);
    }
}

fn entries(file: &[u8]) -> Vec<Item> {
    let mut reader = Reader::new(Limits::default());
    reader.feed(file);
    let mut entries = Vec::new();
    while let Some(item) = reader.next().unwrap() {
        if matches!(item, Item::Entry { .. }) {
            entries.push(item);
        }
    }
    reader.finish().unwrap();
    entries.sort_by_key(|item| format!("{item:?}"));
    entries
}

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
        let (ours, theirs) = (entries(&file), server.saved());
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
    for entry in server.saved() {
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

//! Random commands against a real redis-server, reply by reply, in RESP2 and RESP3.
//!
//! Skipped with a message if there is no redis-server, unless `SHOAL_REQUIRE_REAL=1`.
#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    clippy::print_stderr
)]
#![allow(clippy::unwrap_used, reason = "a test helper that fails the test")]

mod common;

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use bytes::BytesMut;
use common::Node;
use rand_core::{Rng, SeedableRng};
use rand_pcg::Pcg64Mcg;
use shoal_keyspace::{Keyspace, KeyspaceConfig};
use shoal_resp::{Decoder, Frame, Limits, Version, write_command};

const COMMANDS: usize = 20_000;
/// Low, so that small tests cross them.
const LISTPACK_ENTRIES: usize = 8;
const LISTPACK_VALUE: usize = 20;

/// K key, V value, I integer, F float, f field, N small number, S seconds, A absolute seconds, M absolute
/// milliseconds, P pattern, O offset; anything else is itself.
const TEMPLATES: &[&str] = &[
    "SET K V",
    "SET K V",
    "SET K V",
    "SET K I",
    "SET K F",
    "SET K V NX",
    "SET K V XX",
    "SET K V GET",
    "SET K V EX S",
    "SET K V KEEPTTL",
    "SET K V NX GET",
    "SET K V XX GET PXAT M",
    "SET K V EXAT A",
    "SET K V EX S KEEPTTL",
    "SET K V PX N",
    "SET K V NX XX",
    "SET K V EX",
    "SET K V EX 0",
    "SET K V EX V",
    "SET K V EX 9223372036854775807",
    "SET K V PERSIST",
    "GET K",
    "GET K",
    "GETDEL K",
    "GETEX K",
    "GETEX K EX S",
    "GETEX K PXAT M",
    "GETEX K PERSIST",
    "GETEX K EXAT 1",
    "GETEX K PERSIST EX S",
    "GETEX K EX 0",
    "GETSET K V",
    "SETNX K V",
    "SETEX K S V",
    "PSETEX K 100000 V",
    "SETEX K 0 V",
    "SETEX K V V",
    "PSETEX K -1 V",
    "MGET K K K",
    "MSET K V K V",
    "MSET K V K",
    "MSETNX K V K V",
    "APPEND K V",
    "APPEND K I",
    "STRLEN K",
    "INCR K",
    "DECR K",
    "INCRBY K I",
    "DECRBY K I",
    "INCRBYFLOAT K F",
    "INCRBYFLOAT K F",
    "INCRBYFLOAT K V",
    "SETRANGE K O V",
    "SETRANGE K I V",
    "GETRANGE K O O",
    "SUBSTR K O O",
    "GETRANGE K I I",
    "DEL K",
    "DEL K K",
    "UNLINK K",
    "EXISTS K K",
    "TYPE K",
    "TOUCH K K",
    "EXPIRE K S",
    "EXPIRE K S NX",
    "EXPIRE K S XX",
    "EXPIRE K S GT",
    "EXPIRE K S LT",
    "EXPIRE K S NX XX",
    "EXPIRE K S GT LT",
    "EXPIRE K S V",
    "EXPIRE K V",
    "EXPIRE K -1",
    "EXPIRE K 9223372036854775807",
    "PEXPIRE K 9223372036854775807",
    "EXPIREAT K A",
    "EXPIREAT K A LT",
    "PEXPIREAT K M GT",
    "PEXPIREAT K M",
    "PEXPIREAT K I",
    "EXPIREAT K 9223372036854775807",
    "TTL K",
    "PTTL K",
    "EXPIRETIME K",
    "PEXPIRETIME K",
    "PERSIST K",
    "RENAME K K",
    "RENAMENX K K",
    "COPY K K",
    "COPY K K REPLACE",
    "COPY K K DB 1",
    "COPY K K DB 99",
    "COPY K K DB V",
    "COPY K K DB 0 REPLACE",
    "MOVE K 1",
    "MOVE K 0",
    "MOVE K 99",
    "MOVE K V",
    "SWAPDB 0 1",
    "SWAPDB 0 99",
    "SWAPDB V 1",
    "SWAPDB 1 V",
    "DBSIZE",
    "KEYS P",
    "KEYS *",
    "OBJECT ENCODING K",
    "OBJECT ENCODING K",
    "OBJECT REFCOUNT K",
    "OBJECT FREQ K",
    "OBJECT IDLETIME nokey",
    "OBJECT HELP",
    "OBJECT nosuch K",
    "RESTORE K 0 V",
    "RESTORE K -1 V REPLACE",
    "RESTORE K 0 V FREQ 256 REPLACE",
    "RESTORE K V V REPLACE",
    "RESTORE K 0 V IDLETIME -1",
    "RESTORE K 0 V FREQ 1 IDLETIME 1",
    "RESTORE K 0 V V",
    "RESTORE K 0 V FREQ",
    "DUMP nokey",
    "SCAN abc",
    "SCAN 1x",
    "SCAN 18446744073709551616",
    "SCAN 0 COUNT 0",
    "SCAN 0 COUNT V",
    "SCAN 0 MATCH",
    "SCAN 0 V 1",
    "SCAN 0 COUNT 1000",
    "SCAN 0 COUNT 1000 MATCH P",
    "SCAN 0 COUNT 1000 TYPE hash",
    "SCAN 0 COUNT 1000 TYPE string MATCH P",
    "SCAN 0 COUNT 1000 TYPE nosuch",
    "FLUSHALL V",
    "FLUSHDB SYNC ASYNC",
    "RANDOMKEY V",
    "HSET K f V",
    "HSET K f V",
    "HSET K f V f V",
    "HSET K f I",
    "HSET K f V f",
    "HMSET K f V f V",
    "HMSET K f V f",
    "HSETNX K f V",
    "HGET K f",
    "HGET K f",
    "HMGET K f f f",
    "HGETALL K",
    "HKEYS K",
    "HVALS K",
    "HDEL K f",
    "HDEL K f f f",
    "HEXISTS K f",
    "HLEN K",
    "HSTRLEN K f",
    "HINCRBY K f I",
    "HINCRBY K f N",
    "HINCRBY K f V",
    "HINCRBYFLOAT K f F",
    "HINCRBYFLOAT K f V",
    "HRANDFIELD K 100",
    "HRANDFIELD K 100 WITHVALUES",
    "HRANDFIELD K 0",
    "HRANDFIELD K V",
    "HRANDFIELD K 1 V",
    "HRANDFIELD K 1 WITHVALUES V",
    "HRANDFIELD K -9223372036854775808",
    "HRANDFIELD K -9223372036854775807 WITHVALUES",
    "HRANDFIELD nokey",
    "HRANDFIELD nokey -5",
    "HSCAN K 0 COUNT 1000",
    "HSCAN K 0 COUNT 1000 MATCH P",
    "HSCAN K abc",
    "HSCAN nokey abc",
    "HSCAN nokey 0 V",
    "HSCAN K 0 V",
    "HSCAN K 0 TYPE hash",
    "HSCAN K 0 COUNT 0",
];

/// Commands whose replies come in the order of a hash table.
const UNORDERED: &[&str] = &[
    "KEYS",
    "SCAN",
    "HGETALL",
    "HKEYS",
    "HVALS",
    "HRANDFIELD",
    "HSCAN",
];
/// Commands whose replies depend on the time of the call.
const TIMED: &[&str] = &["TTL", "PTTL", "EXPIRETIME", "PEXPIRETIME"];

#[test]
fn replies_are_those_of_redis_in_resp2() {
    compare(Version::Resp2, 1);
}

#[test]
fn replies_are_those_of_redis_in_resp3() {
    compare(Version::Resp3, 2);
}

#[test]
fn dump_payloads_are_exchanged_with_redis() {
    let Some(mut redis) = Redis::start() else {
        return;
    };
    let mut node = node();
    let mut rng = Pcg64Mcg::seed_from_u64(3);
    for round in 0..200usize {
        let now = unix_millis();
        let key = format!("d{round}");
        let command: Vec<Vec<u8>> = if round % 2 == 0 {
            vec![
                b"SET".to_vec(),
                key.clone().into(),
                value(&mut rng).repeat(1 + round),
            ]
        } else {
            let pairs =
                (0..1 + round % 20).flat_map(|i| [format!("f{i}").into_bytes(), value(&mut rng)]);
            [b"HSET".to_vec(), key.clone().into()]
                .into_iter()
                .chain(pairs)
                .collect()
        };
        let command: Vec<&[u8]> = command.iter().map(Vec::as_slice).collect();
        assert_eq!(redis.call(&command), node.run(&command, now));
        let dumps = [
            redis.call(&[b"DUMP", key.as_bytes()]),
            node.run(&[b"DUMP", key.as_bytes()], now),
        ];
        let [from_redis, from_us] = dumps.map(|reply| frame(&reply).as_bytes().unwrap().to_vec());
        let copy = format!("copy{round}");
        let ok = b"+OK\r\n".to_vec();
        assert_eq!(
            redis.call(&[b"RESTORE", copy.as_bytes(), b"0", &from_us]),
            ok,
            "{command:?}"
        );
        assert_eq!(
            node.run(&[b"RESTORE", copy.as_bytes(), b"0", &from_redis], now),
            ok,
            "{command:?}"
        );
        let read: &[u8] = if round % 2 == 0 { b"GET" } else { b"HGETALL" };
        for key in [&key, &copy] {
            let read = [read, key.as_bytes()];
            assert_eq!(
                canonical("HGETALL", &redis.call(&read)),
                canonical("HGETALL", &node.run(&read, now))
            );
            let encoding: [&[u8]; 3] = [b"OBJECT", b"ENCODING", key.as_bytes()];
            assert_eq!(redis.call(&encoding), node.run(&encoding, now));
        }
    }
}

fn node() -> Node {
    let mut config = KeyspaceConfig::standalone(16);
    config.options.hash_max_listpack_entries = LISTPACK_ENTRIES;
    config.options.hash_max_listpack_value = LISTPACK_VALUE;
    Node::new(Keyspace::new(config, 42))
}

fn compare(version: Version, seed: u64) {
    let Some(mut redis) = Redis::start() else {
        return;
    };
    if version == Version::Resp3 {
        redis.call(&[b"HELLO", b"3"]);
    }
    let (mut node, mut rng) = (node(), Pcg64Mcg::seed_from_u64(seed));
    node.version = version;
    let mut history: Vec<String> = Vec::new();
    for _ in 0..COMMANDS {
        let args = random_command(&mut rng);
        let args: Vec<&[u8]> = args.iter().map(Vec::as_slice).collect();
        let shown = args
            .iter()
            .map(|arg| String::from_utf8_lossy(arg))
            .collect::<Vec<_>>()
            .join(" ");
        history.push(shown.clone());
        let theirs = redis.call(&args);
        let ours = node.run(&args, unix_millis());
        let name = String::from_utf8_lossy(args[0]).into_owned();
        let same = if UNORDERED.contains(&name.as_str()) {
            canonical(&name, &theirs) == canonical(&name, &ours)
        } else if TIMED.contains(&name.as_str()) {
            near(&theirs, &ours)
        } else {
            theirs == ours
        };
        let recent = &history[history.len().saturating_sub(12)..];
        assert!(
            same,
            "{shown}\n redis: {}\n shoal: {}\nafter {recent:#?}",
            String::from_utf8_lossy(&theirs),
            String::from_utf8_lossy(&ours)
        );
    }
    let rest = redis.call(&[b"DBSIZE"]);
    assert_eq!(rest, node.run(&[b"DBSIZE"], unix_millis()));
}

/// A reply with its elements sorted, cursors included.
fn canonical(name: &str, reply: &[u8]) -> String {
    let shown = |frame: &Frame| format!("{frame:?}");
    let sorted = |frames: &[Frame], width: usize| {
        let mut groups: Vec<String> = frames
            .chunks(width)
            .map(|group| group.iter().map(shown).collect())
            .collect();
        groups.sort();
        format!("{} {groups:?}", frames.len())
    };
    let frame = frame(reply);
    match &frame {
        Frame::Map(_) => {
            let mut pairs: Vec<String> = frame
                .as_pairs()
                .unwrap()
                .map(|(a, b)| shown(a) + &shown(b))
                .collect();
            pairs.sort();
            format!("map {pairs:?}")
        }
        _ => match (name, frame.as_items()) {
            ("SCAN", Some([cursor, keys])) => shown(cursor) + &sorted(keys.as_items().unwrap(), 1),
            ("HSCAN", Some([cursor, pairs])) => {
                shown(cursor) + &sorted(pairs.as_items().unwrap(), 2)
            }
            ("HGETALL", Some(items)) => sorted(items, 2),
            (_, Some(items)) => sorted(items, 1),
            (_, None) => shown(&frame),
        },
    }
}

fn near(a: &[u8], b: &[u8]) -> bool {
    match (frame(a).as_integer(), frame(b).as_integer()) {
        (Some(a), Some(b)) if a > 0 && b > 0 => a.abs_diff(b) <= 2000,
        _ => a == b,
    }
}

fn frame(reply: &[u8]) -> Frame {
    let mut bytes = BytesMut::from(reply);
    Decoder::new(Limits::default())
        .decode(&mut bytes)
        .unwrap()
        .unwrap()
}

fn unix_millis() -> i64 {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap()
        .as_millis() as i64
}

fn pick<'a, R: Rng>(rng: &mut R, choices: &[&'a str]) -> &'a str {
    choices[rng.next_u32() as usize % choices.len()]
}

fn value<R: Rng>(rng: &mut R) -> Vec<u8> {
    const VALUES: &[&str] = &[
        "",
        "a",
        "hello",
        "hello world",
        "12",
        "-7",
        "0",
        "007",
        "1e3",
        "3.25",
        " 1",
        "1 ",
        "+5",
        "9223372036854775807",
        "-9223372036854775808",
        "99999999999999999999",
        "inf",
        "nan",
        "-inf",
        "0x10",
        "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
        "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
        "twenty-one-bytes-long",
    ];
    match rng.next_u32() % 12 {
        0 => vec![b'z'; rng.next_u32() as usize % 3000],
        1 => (0..rng.next_u32() % 40)
            .map(|_| rng.next_u32() as u8)
            .collect(),
        _ => pick(rng, VALUES).into(),
    }
}

fn random_command<R: Rng>(rng: &mut R) -> Vec<Vec<u8>> {
    let template = pick(rng, TEMPLATES);
    template
        .split(' ')
        .map(|word| argument(rng, word))
        .collect()
}

fn argument<R: Rng>(rng: &mut R, word: &str) -> Vec<u8> {
    const INTS: &[&str] = &[
        "0",
        "1",
        "-1",
        "42",
        "-100",
        "9223372036854775807",
        "-9223372036854775808",
        "4611686018427387904",
    ];
    const FLOATS: &[&str] = &[
        "0.1",
        "1.5",
        "-2.25",
        "3",
        "1e5",
        "1.1e-3",
        "-0.000001",
        "123456789.987654321",
        "1e17",
        "5.0e3",
        "0.3333333333333333",
        "1e300",
        "-1e300",
        "1e-17",
        "17179869184.5",
        "inf",
        "0x1p3",
        "99999999999999999999999",
        "1e4000",
        "00012.50",
    ];
    const PATTERNS: &[&str] = &[
        "*", "k?", "k[0-4]", "k[^1]", "f*", "?[13579]", "[", "k\\1", "*1*", "**", "",
    ];
    let number = |rng: &mut R, from: i64, to: i64| {
        (from + (rng.next_u64() % (to - from) as u64) as i64).to_string()
    };
    match word {
        "K" => format!("k{}", rng.next_u32() % 12).into(),
        "V" => value(rng),
        "I" => pick(rng, INTS).into(),
        "F" => pick(rng, FLOATS).into(),
        "f" => format!("f{}", rng.next_u32() % 16).into(),
        "N" => number(rng, 10_000, 99_999).into(),
        "S" => number(rng, 100, 999).into(),
        "A" => number(rng, 4_000_000_000, 4_000_000_050).into(),
        "M" => number(rng, 4_000_000_000_000, 4_000_000_000_050).into(),
        "O" => number(rng, -20, 60).into(),
        "P" => pick(rng, PATTERNS).into(),
        literal => literal.into(),
    }
}

/// A redis-server of our own and a connection to it.
struct Redis {
    process: Child,
    stream: TcpStream,
}

impl Redis {
    fn start() -> Option<Self> {
        let port = TcpListener::bind("127.0.0.1:0")
            .unwrap()
            .local_addr()
            .unwrap()
            .port();
        let started = Command::new("redis-server")
            .args([
                "--port",
                &port.to_string(),
                "--bind",
                "127.0.0.1",
                "--save",
                "",
                "--appendonly",
                "no",
                "--dir",
            ])
            .arg(std::env::temp_dir())
            .args(["--hash-max-listpack-entries", &LISTPACK_ENTRIES.to_string()])
            .args(["--hash-max-listpack-value", &LISTPACK_VALUE.to_string()])
            .stdout(Stdio::null())
            .spawn();
        let Ok(process) = started else {
            assert!(
                std::env::var("SHOAL_REQUIRE_REAL").as_deref() != Ok("1"),
                "redis-server is required but absent"
            );
            eprintln!("skipped: there is no redis-server");
            return None;
        };
        let deadline = Instant::now() + Duration::from_secs(20);
        loop {
            // Connecting again and again is what waits here.
            if let Ok(stream) = TcpStream::connect(("127.0.0.1", port)) {
                stream.set_nodelay(true).unwrap();
                return Some(Self { process, stream });
            }
            assert!(Instant::now() < deadline, "redis-server does not answer");
            std::thread::yield_now();
        }
    }

    fn call(&mut self, args: &[&[u8]]) -> Vec<u8> {
        let mut request = Vec::new();
        write_command(&mut request, args);
        self.stream.write_all(&request).unwrap();
        let (mut reply, mut buffer) = (Vec::new(), [0; 65536]);
        loop {
            let n = self.stream.read(&mut buffer).unwrap();
            assert!(n > 0, "redis-server closed the connection");
            reply.extend_from_slice(&buffer[..n]);
            let mut bytes = BytesMut::from(&reply[..]);
            if Decoder::new(Limits::default())
                .decode(&mut bytes)
                .unwrap()
                .is_some()
            {
                assert!(bytes.is_empty());
                return reply;
            }
        }
    }
}

impl Drop for Redis {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

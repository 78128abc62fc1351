//! DUMP on one side, RESTORE on the other, for values of every type and size. Both sides must then agree on the
//! digests of values and of everything, and on the encodings that they chose.

use rand_core::{Rng, SeedableRng};
use rand_pcg::Pcg64Mcg;
use shoal_rdb::{Limits, Value, dump as payload};

use crate::arguments::value;
use crate::common::Node;
use crate::compare::{COMMANDS, Family, from_environment, node, unix_millis};
use crate::replies::frame;
use crate::server::Redis;

/// Nodes of few elements, and long ones on their own, so that small lists have several.
const FAMILY: Family = Family {
    options: &[("list-max-listpack-size", "5")],
    configure: |options| options.list_max_listpack_size = 5,
    ..Family::new(&[])
};

/// The commands that make a value of one type; which one and how large is random.
fn commands(rng: &mut Pcg64Mcg, round: usize, key: &str) -> Vec<Vec<Vec<u8>>> {
    let len = [1, 2, 5, 8, 9, 30][rng.next_u32() as usize % 6];
    let texts = |rng: &mut Pcg64Mcg, count: usize| (0..count).map(|_| value(rng)).collect();
    let numbers = |rng: &mut Pcg64Mcg| {
        let width = [1, 12, 24, 40, 62][rng.next_u32() as usize % 5];
        let number = |_| (rng.next_u64() >> (63 - width)).to_string().into_bytes();
        (0..len).map(number).collect::<Vec<_>>()
    };
    if round % 7 == 6 {
        return stream(rng, key, len);
    }
    let (name, arguments): (_, Vec<Vec<u8>>) = match round % 7 {
        0 => ("SET", vec![value(rng).repeat(1 + round % 1000)]),
        1 => ("HSET", texts(rng, 2 * len)),
        2 => ("RPUSH", texts(rng, len)),
        3 => ("SADD", numbers(rng)),
        4 => ("SADD", texts(rng, len)),
        _ => ("ZADD", scored(rng, len)),
    };
    let command = [name.into(), key.into()].into_iter().chain(arguments);
    vec![command.collect()]
}

/// A stream with deleted entries, groups and pending entries.
fn stream(rng: &mut Pcg64Mcg, key: &str, len: usize) -> Vec<Vec<Vec<u8>>> {
    let mut commands = Vec::new();
    let mut command = |words: String| {
        commands.push(
            words
                .split(' ')
                .map(|word| word.as_bytes().to_vec())
                .collect(),
        );
    };
    for entry in 0..3 * len {
        let own = [" f v", " f w other 1", " g -77"][rng.next_u32() as usize % 3];
        command(format!(
            "XADD {key} {}-{}{own}",
            100 + entry / 4,
            entry % 4 + 1
        ));
    }
    command(format!("XGROUP CREATE {key} g 0"));
    command(format!("XGROUP CREATE {key} end $ ENTRIESREAD 3"));
    command(format!(
        "XREADGROUP GROUP g alice COUNT {len} STREAMS {key} >"
    ));
    command(format!("XREADGROUP GROUP g bob COUNT 4 STREAMS {key} >"));
    command(format!(
        "XCLAIM {key} g bob 0 100-1 100-3 TIME 17 RETRYCOUNT 9"
    ));
    command(format!("XGROUP CREATECONSUMER {key} end idle"));
    for deleted in 0..rng.next_u32() as usize % (2 * len) {
        command(format!("XDEL {key} {}-2", 100 + deleted));
    }
    command(format!("XTRIM {key} MAXLEN {}", 2 * len));
    commands
}

/// Scores and members.
fn scored(rng: &mut Pcg64Mcg, len: usize) -> Vec<Vec<u8>> {
    let mut out = Vec::new();
    for _ in 0..len {
        let bits = rng.next_u64();
        let score = match bits % 5 {
            0 => (bits >> 50).to_string(),
            // No more digits than a double has: beyond, 7.2 prints some that mean nothing.
            1 => format!("-{}", bits >> 12),
            2 => ["inf", "-inf", "0.1", "1e300"][bits as usize / 5 % 4].to_owned(),
            3 => format!("{:e}", bits as f64 / 1e9),
            _ => "7".to_owned(),
        };
        out.extend([score.into_bytes(), value(rng)]);
    }
    out
}

/// Both sides, and what is asked of both.
struct Sides {
    redis: Redis,
    node: Node,
}

impl Sides {
    /// The replies, which must be the same.
    fn both(&mut self, args: &[&[u8]]) -> Vec<u8> {
        let theirs = self.redis.call(args);
        let ours = self.node.run(args, unix_millis());
        assert_eq!(
            theirs.escape_ascii().to_string(),
            ours.escape_ascii().to_string(),
            "{args:?}"
        );
        ours
    }

    /// What each side dumps: the server's payload, ours.
    fn dumps(&mut self, key: &[u8]) -> [Vec<u8>; 2] {
        let dump = [&b"DUMP"[..], key];
        let replies = [self.redis.call(&dump), self.node.run(&dump, unix_millis())];
        replies.map(|reply| frame(&reply).as_bytes().unwrap().to_vec())
    }

    fn check_digest(&mut self, key: &[u8]) {
        let theirs = self.redis.call(&[b"DEBUG", b"DIGEST-VALUE", key]);
        let ours = hex(self.node.keyspace.digest_value(0, key));
        let theirs = String::from_utf8_lossy(&theirs).into_owned();
        assert!(theirs.contains(&ours), "{key:?}: {theirs} and {ours}");
    }
}

fn hex(digest: [u8; 20]) -> String {
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The value of a payload, whatever its form; the order of a table means nothing.
fn value_of(payload: &[u8]) -> Value {
    let mut value = payload::read(payload, &Limits::default()).unwrap();
    if let Value::Stream(stream) = &mut value {
        // Our payloads are those of 7.0, which do not tell when a consumer was active.
        let consumers = stream.groups.iter_mut().flat_map(|g| &mut g.consumers);
        consumers.for_each(|consumer| consumer.active_time_ms = None);
    }
    if let Some(mut members) = value.set_members() {
        members.sort();
        return Value::Set(members);
    }
    if let Some(mut pairs) = value.hash_pairs() {
        pairs.sort();
        return Value::Hash(pairs);
    }
    match value.zset_members() {
        Some(mut members) => {
            members.sort_by(|a, b| a.0.cmp(&b.0));
            Value::Zset(members)
        }
        None => value,
    }
}

#[test]
fn dump_payloads_are_exchanged_with_redis() {
    let Some(redis) = Redis::start(FAMILY.options) else {
        return;
    };
    let node = node(FAMILY);
    let mut sides = Sides { redis, node };
    // Every round takes some thirty commands.
    let rounds = from_environment("SHOAL_DIFFERENTIAL").unwrap_or(COMMANDS) / 30;
    let seed = from_environment("SHOAL_SEED").unwrap_or(3);
    let mut rng = Pcg64Mcg::seed_from_u64(seed as u64);
    for round in 0..rounds {
        let (key, copy) = (format!("d{round}"), format!("copy{round}"));
        let (key, copy) = (key.as_bytes(), copy.as_bytes());
        for command in commands(&mut rng, round, str::from_utf8(key).unwrap()) {
            let command: Vec<&[u8]> = command.iter().map(Vec::as_slice).collect();
            sides.both(&command);
        }
        let [theirs, ours] = sides.dumps(key);
        let restore = |payload| [&b"RESTORE"[..], copy, b"0", payload];
        let ok = b"+OK\r\n".to_vec();
        assert_eq!(sides.redis.call(&restore(&ours)), ok, "{ours:02x?}");
        let restored = sides.node.run(&restore(&theirs), unix_millis());
        assert_eq!(restored, ok, "{theirs:02x?}");
        let again = sides.dumps(copy)[1].clone();
        assert_eq!(value_of(&theirs), value_of(&again));
        for key in [key, copy] {
            sides.check_digest(key);
            sides.both(&[b"OBJECT", b"ENCODING", key]);
        }
        // What we restore from our own payload dumps as that again.
        sides.node.run(&[b"DEL", copy], unix_millis());
        sides.node.run(&restore(&ours), unix_millis());
        assert_eq!(value_of(&sides.dumps(copy)[1]), value_of(&ours));
        sides.both(&[b"COPY", key, b"another", b"REPLACE"]);
        sides.check_digest(b"another");
        if round % 5 == 0 {
            sides.both(&[b"PEXPIREAT", key, b"4102444800000"]);
        }
    }
    let theirs = sides.redis.call(&[b"DEBUG", b"DIGEST"]);
    let ours = format!("+{}\r\n", hex(sides.node.keyspace.digest()));
    assert_eq!(String::from_utf8_lossy(&theirs), ours);
}

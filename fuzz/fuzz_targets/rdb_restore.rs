//! Payloads through RESTORE into a keyspace: what is accepted dumps, restores and reloads as the same value, takes
//! memory by what arrived, and stands every command. The first byte chooses the limits of the compact forms.
#![no_main]

use libfuzzer_sys::fuzz_target;
use shoal_keyspace::command::{Handler, resolve};
use shoal_keyspace::{Blocking, Ctx, Effects, Keyspace, KeyspaceConfig};
use shoal_rdb::{Limits, dump};
use shoal_resp::{Args, ReplyWriter, Version};
use shoal_slots::UnixMillis;

const NOW: UnixMillis = UnixMillis(1_700_000_000_000);

/// Commands that read and change a value in every place; those of other types are refused.
const COMMANDS: &[&str] = &[
    "OBJECT ENCODING k",
    "MEMORY USAGE k",
    "STRLEN k",
    "APPEND k x",
    "GETRANGE k 0 -1",
    "SETRANGE k 3 abc",
    "LLEN k",
    "LRANGE k 0 -1",
    "LPOS k x RANK -1",
    "LINDEX k -2",
    "LSET k 0 first",
    "LINSERT k AFTER first x",
    "LREM k -1 x",
    "LPUSH k a",
    "RPUSH k b",
    "LPOP k 2",
    "RPOP k 2",
    "LTRIM k 1 -2",
    "LRANGE k 0 -1",
    "SMEMBERS k",
    "SISMEMBER k 7",
    "SADD k 7 member",
    "SREM k 7",
    "SPOP k 2",
    "SRANDMEMBER k -5",
    "SSCAN k 0",
    "HGETALL k",
    "HSET k f v 7 8",
    "HINCRBY k 7 1",
    "HDEL k f",
    "HRANDFIELD k -5 WITHVALUES",
    "HSCAN k 0",
    "ZRANGE k 0 -1 WITHSCORES",
    "ZREVRANGEBYSCORE k +inf -inf",
    "ZRANGEBYLEX k - +",
    "ZADD k 1.5 m",
    "ZRANK k m",
    "ZINCRBY k 3 m",
    "ZREM k m",
    "ZPOPMIN k",
    "ZPOPMAX k",
    "ZSCAN k 0",
    "XLEN k",
    "XRANGE k - +",
    "XREVRANGE k + -",
    "XINFO STREAM k FULL COUNT 0",
    "XINFO GROUPS k",
    "XADD k * f v",
    "XPENDING k g",
    "XPENDING k g - + 10",
    "XREADGROUP GROUP g alice STREAMS k >",
    "XREADGROUP GROUP g bob STREAMS k 0",
    "XAUTOCLAIM k g carl 0 0",
    "XCLAIM k g dave 0 5-0 10-0 1-1 FORCE",
    "XACK k g 5-0 10-0",
    "XGROUP DELCONSUMER k g alice",
    "XDEL k 5-0 10-0 1-1",
    "XTRIM k MAXLEN 1",
    "XRANGE k - +",
    "XGROUP DESTROY k g",
];

fn run(keyspace: &mut Keyspace, args: &[&[u8]]) -> Vec<u8> {
    let (mut out, mut effects) = (Vec::new(), Effects::new(true));
    let args = Args::from_slices(args);
    let reply = ReplyWriter::new(&mut out, Version::Resp3);
    if let Ok(spec) = resolve(args)
        && let Handler::Keyspace(handler) = spec.handler
    {
        handler(&mut Ctx {
            keyspace,
            args,
            reply,
            db: 0,
            slot: None,
            hash: None,
            now: NOW,
            from_primary: false,
            blocking: Blocking::Forbidden,
            effects: &mut effects,
        });
    }
    out
}

/// The payload of a key, without the frame of the reply.
fn dumped(keyspace: &mut Keyspace, key: &[u8]) -> Option<Vec<u8>> {
    let reply = run(keyspace, &[b"DUMP", key]);
    let start = reply.iter().position(|&byte| byte == b'\n')? + 1;
    reply.get(start..reply.len() - 2).map(<[u8]>::to_vec)
}

/// What a payload holds. Its form may be smaller after it was read, and the order of tables means nothing.
fn content(payload: &[u8]) -> String {
    let value = dump::read(payload, &Limits::default()).expect("our own payloads are sound");
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
    match value.list_elements() {
        Some(elements) => format!("{elements:?}"),
        None => format!("{value:?}"),
    }
}

fn check(keyspace: &mut Keyspace) {
    let Some(payload) = dumped(keyspace, b"k") else {
        return;
    };
    assert_eq!(
        run(keyspace, &[b"RESTORE", b"copy", b"0", &payload, b"REPLACE"]),
        b"+OK\r\n"
    );
    let again = dumped(keyspace, b"copy").expect("it was restored");
    assert_eq!(content(&payload), content(&again));
    assert_eq!(
        keyspace.digest_value(0, b"k"),
        keyspace.digest_value(0, b"copy")
    );
    let digest = keyspace.digest();
    keyspace.reload(NOW).expect("our own snapshot is sound");
    assert_eq!(keyspace.digest(), digest);
}

fuzz_target!(|data: &[u8]| {
    let Some((&choice, body)) = data.split_first() else {
        return;
    };
    let mut config = KeyspaceConfig::standalone(1);
    let options = &mut config.options;
    options.string_len_max = 1 << 20;
    options.encodings_of_7_0 = choice & 1 != 0;
    if choice & 2 != 0 {
        options.hash_max_listpack_entries = 2;
        options.zset_max_listpack_entries = 2;
        options.set_max_intset_entries = 2;
        options.set_max_listpack_entries = 2;
        options.list_max_listpack_size = 2;
    }
    let mut keyspace = Keyspace::new(config, 1);
    let payload = dump::seal(body.to_vec(), 11);
    let reply = run(&mut keyspace, &[b"RESTORE", b"k", b"0", &payload]);
    if reply != b"+OK\r\n" {
        assert_eq!(keyspace.total_keys(), 0);
        return;
    }
    // Compression gives at most 88 bytes for one; an element of two bytes becomes an entry of a table.
    let bound = 88 * 64 * body.len() + (1 << 16);
    assert!(
        keyspace.memory_used() <= bound,
        "{} bytes for {}",
        keyspace.memory_used(),
        body.len()
    );
    check(&mut keyspace);
    for command in COMMANDS {
        let words: Vec<&[u8]> = command.split(' ').map(str::as_bytes).collect();
        run(&mut keyspace, &words);
    }
    check(&mut keyspace);
});

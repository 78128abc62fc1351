//! What is measured: one command each, on keys that are there before.

use std::fmt;
use std::io::Write;

/// Keys that commands on collections are spread over.
const COLLECTIONS: u32 = 10_000;

/// One command, and what it needs.
#[derive(Clone, Copy)]
pub(crate) struct Operation {
    pub(crate) name: &'static str,
    /// Over how many keys it is spread, at most.
    pub(crate) keys: u32,
    /// Appends the commands that prepare a key, and returns how many they are.
    pub(crate) prepare: fn(u32, &mut Vec<u8>) -> usize,
    /// Appends the command for a key; the other number is random.
    pub(crate) write: fn(u32, u32, &mut Vec<u8>),
}

impl fmt::Display for Operation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name)
    }
}

/// In this order: later ones use what earlier ones left behind.
pub(crate) const OPERATIONS: [Operation; 13] = [
    Operation {
        name: "SET",
        keys: u32::MAX,
        prepare: set_string,
        write: |key, _, out| {
            set_string(key, out);
        },
    },
    Operation {
        name: "GET",
        keys: u32::MAX,
        prepare: set_string,
        write: |key, _, out| command(out, &["GET", &format!("key:{key:012}")]),
    },
    Operation {
        name: "INCR",
        keys: u32::MAX,
        prepare: nothing,
        write: |key, _, out| command(out, &["INCR", &format!("number:{key:09}")]),
    },
    Operation {
        name: "MSET (10)",
        keys: 100_000,
        prepare: nothing,
        write: set_ten,
    },
    Operation {
        name: "LPUSH",
        keys: COLLECTIONS,
        prepare: nothing,
        write: |key, _, out| {
            command(
                out,
                &["LPUSH", &format!("list:{key:011}"), "element-of-16-byt"],
            )
        },
    },
    Operation {
        name: "LPOP",
        keys: COLLECTIONS,
        prepare: nothing,
        write: |key, _, out| command(out, &["LPOP", &format!("list:{key:011}")]),
    },
    Operation {
        name: "LRANGE_100",
        keys: 1_000,
        prepare: fill_list,
        write: |key, _, out| {
            command(out, &["LRANGE", &format!("range:{key:010}"), "0", "99"]);
        },
    },
    Operation {
        name: "HSET",
        keys: COLLECTIONS,
        prepare: nothing,
        write: |key, random, out| {
            let (key, field) = (
                format!("hash:{key:011}"),
                format!("field:{:02}", random % 20),
            );
            command(out, &["HSET", &key, &field, "value-of-16-byte"]);
        },
    },
    Operation {
        name: "SADD",
        keys: COLLECTIONS,
        prepare: nothing,
        write: |key, random, out| {
            let (key, member) = (
                format!("set:{key:012}"),
                format!("member:{:03}", random % 200),
            );
            command(out, &["SADD", &key, &member]);
        },
    },
    Operation {
        name: "ZADD",
        keys: COLLECTIONS,
        prepare: nothing,
        write: |key, random, out| {
            let (key, score) = (format!("zset:{key:011}"), (random >> 8).to_string());
            let member = format!("member:{:03}", random % 200);
            command(out, &["ZADD", &key, &score, &member]);
        },
    },
    Operation {
        name: "ZRANGEBYSCORE",
        keys: COLLECTIONS,
        prepare: nothing,
        write: |key, random, out| {
            let (key, from) = (format!("zset:{key:011}"), (random >> 8).to_string());
            command(
                out,
                &["ZRANGEBYSCORE", &key, &from, "+inf", "LIMIT", "0", "10"],
            );
        },
    },
    Operation {
        name: "XADD",
        keys: COLLECTIONS,
        prepare: nothing,
        write: |key, random, out| {
            let (key, value) = (format!("stream:{key:09}"), random.to_string());
            command(out, &["XADD", &key, "*", "sensor", "7", "value", &value]);
        },
    },
    Operation {
        name: "HGETALL",
        keys: COLLECTIONS,
        prepare: nothing,
        write: |key, _, out| command(out, &["HGETALL", &format!("hash:{key:011}")]),
    },
];

fn nothing(_: u32, _: &mut Vec<u8>) -> usize {
    0
}

fn set_string(key: u32, out: &mut Vec<u8>) -> usize {
    command(
        out,
        &["SET", &format!("key:{key:012}"), &format!("val:{key:012}")],
    );
    1
}

fn set_ten(key: u32, random: u32, out: &mut Vec<u8>) {
    let mut words = vec!["MSET".to_owned()];
    for nth in 0..10 {
        words.push(format!("{{{key:06}}}:{:06}", nth * 7));
        words.push(format!("value:{random:010}"));
    }
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    command(out, &words);
}

fn fill_list(key: u32, out: &mut Vec<u8>) -> usize {
    let mut words = vec!["RPUSH".to_owned(), format!("range:{key:010}")];
    words.extend((0..100).map(|nth| format!("element-{nth:08}")));
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    command(out, &words);
    1
}

/// Appends a request.
pub(crate) fn command(out: &mut Vec<u8>, words: &[&str]) {
    let _ = write!(out, "*{}\r\n", words.len());
    for word in words {
        let _ = write!(out, "${}\r\n{word}\r\n", word.len());
    }
}

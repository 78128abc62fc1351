//! What is weighed: many small keys of one kind, or one large one.

use crate::operations::command;

/// Keys or members of one kind.
#[derive(Clone, Copy)]
pub(crate) struct Dataset {
    pub(crate) name: &'static str,
    /// How many steps make it whole.
    pub(crate) steps: u32,
    /// What a step adds: a key, or many members of one.
    pub(crate) things_per_step: u32,
    /// Appends the command of a step.
    pub(crate) write: fn(u32, &mut Vec<u8>),
}

const MEMBERS_PER_STEP: u32 = 100;

pub(crate) const DATASETS: [Dataset; 8] = [
    small("string 16+16", |key, out| {
        command(
            out,
            &["SET", &format!("key:{key:012}"), &format!("val:{key:012}")],
        );
    }),
    small("string 16+100", |key, out| {
        command(
            out,
            &["SET", &format!("key:{key:012}"), &format!("val:{key:096}")],
        );
    }),
    small("hash of 5", |key, out| {
        let fields = (0..5).flat_map(|nth| [format!("f{nth}"), format!("{:08x}", mix(key, nth))]);
        aggregate(out, "HSET", "hash", key, fields);
    }),
    small("list of 10", |key, out| {
        aggregate(
            out,
            "RPUSH",
            "list",
            key,
            (0..10).map(|nth| format!("item:{:04x}", mix(key, nth) >> 16)),
        );
    }),
    small("set of 10 integers", |key, out| {
        aggregate(
            out,
            "SADD",
            "sset",
            key,
            (0..10).map(|nth| (mix(key, nth) % 10_000).to_string()),
        );
    }),
    small("zset of 10", |key, out| {
        let pairs = (0..10).flat_map(|nth| {
            [
                nth.to_string(),
                format!("member:{:03}", mix(key, nth) % 1000),
            ]
        });
        aggregate(out, "ZADD", "zset", key, pairs);
    }),
    large("zset of 10 million", |step, out| {
        let members = step * MEMBERS_PER_STEP..(step + 1) * MEMBERS_PER_STEP;
        let pairs = members.flat_map(|nth| [mix(nth, 1).to_string(), format!("member:{nth:09}")]);
        aggregate(out, "ZADD", "zset", 0, pairs);
    }),
    large("hash of 10 million", |step, out| {
        let fields = step * MEMBERS_PER_STEP..(step + 1) * MEMBERS_PER_STEP;
        let pairs = fields.flat_map(|nth| [format!("field:{nth:010}"), format!("value:{nth:010}")]);
        aggregate(out, "HSET", "hash", 0, pairs);
    }),
];

/// A million keys.
const fn small(name: &'static str, write: fn(u32, &mut Vec<u8>)) -> Dataset {
    Dataset {
        name,
        steps: 1_000_000,
        things_per_step: 1,
        write,
    }
}

/// One key with ten million members.
const fn large(name: &'static str, write: fn(u32, &mut Vec<u8>)) -> Dataset {
    Dataset {
        name,
        steps: 10_000_000 / MEMBERS_PER_STEP,
        things_per_step: MEMBERS_PER_STEP,
        write,
    }
}

fn aggregate(
    out: &mut Vec<u8>,
    name: &str,
    prefix: &str,
    key: u32,
    words: impl Iterator<Item = String>,
) {
    let words: Vec<String> = [name.to_owned(), format!("{prefix}:{key:011}")]
        .into_iter()
        .chain(words)
        .collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    command(out, &words);
}

/// Numbers without order, the same on both sides.
fn mix(a: u32, b: u32) -> u32 {
    let mixed = ((u64::from(a) << 32) | (u64::from(b) + 1)).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    (mixed >> 32) as u32 ^ mixed as u32
}

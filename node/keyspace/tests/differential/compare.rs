//! Sending the same random commands to both sides.

use std::time::{SystemTime, UNIX_EPOCH};

use rand_core::SeedableRng;
use rand_pcg::Pcg64Mcg;
use shoal_keyspace::{Keyspace, KeyspaceConfig};
use shoal_resp::Version;

use crate::arguments::{argument, pick};
use crate::common::Node;
use crate::replies::same_reply;
use crate::server::{Redis, is_of_7_0};

/// How many commands are sent unless the environment says otherwise.
pub(crate) const COMMANDS: usize = 20_000;
/// Low, so that small tests cross them.
pub(crate) const LISTPACK_ENTRIES: usize = 8;
pub(crate) const LISTPACK_VALUE: usize = 20;

/// Says of a command, redis-server's reply and ours whether they mean the same; `None`: no opinion.
pub(crate) type SameReply = fn(&[&[u8]], &[u8], &[u8]) -> Option<bool>;

/// A family of commands and how to try it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Family {
    /// Commands, one of which is picked at random each time. Words of letters that `argument` or `word` know become
    /// random arguments; all others stand for themselves.
    pub(crate) templates: &'static [&'static str],
    /// Words of this family, asked first.
    pub(crate) word: fn(&mut Pcg64Mcg, &str) -> Option<Vec<u8>>,
    /// Asked if the bytes of two replies differ, before the rules for all families.
    pub(crate) same: SameReply,
    /// More options for both sides, by redis.conf name, and the same for us.
    pub(crate) options: &'static [(&'static str, &'static str)],
    /// Sets those options on our side.
    pub(crate) configure: fn(&mut shoal_keyspace::Options),
}

impl Family {
    /// A family of commands with plain replies and no words of its own.
    pub(crate) const fn new(templates: &'static [&'static str]) -> Self {
        Self {
            templates,
            word: |_, _| None,
            same: |_, _, _| None,
            options: &[],
            configure: |_| {},
        }
    }
}

/// Both protocols.
pub(crate) fn compare(family: Family) {
    compare_in(family, Version::Resp2);
    compare_in(family, Version::Resp3);
}

fn compare_in(family: Family, version: Version) {
    let Some(mut redis) = Redis::start(family.options) else {
        return;
    };
    if version == Version::Resp3 {
        redis.call(&[b"HELLO", b"3"]);
    }
    let seed = seed();
    let mut rng = Pcg64Mcg::seed_from_u64(seed);
    let mut node = node(family);
    node.version = version;
    let mut history: Vec<String> = Vec::new();
    for _ in 0..commands() {
        let args = random_command(&mut rng, family);
        let args: Vec<&[u8]> = args.iter().map(Vec::as_slice).collect();
        let shown = show(&args);
        history.push(shown.clone());
        let theirs = redis.call(&args);
        let ours = node.run(&args, unix_millis());
        let same = theirs == ours
            || (family.same)(&args, &theirs, &ours)
                .unwrap_or_else(|| same_reply(&args, &theirs, &ours));
        let recent = &history[history.len().saturating_sub(12)..];
        assert!(
            same,
            "{shown}\n redis: {}\n shoal: {}\nseed {seed}, after {recent:#?}",
            theirs.escape_ascii(),
            ours.escape_ascii()
        );
    }
    let size = redis.call(&[b"DBSIZE"]);
    assert_eq!(size, node.run(&[b"DBSIZE"], unix_millis()));
}

/// A keyspace with low limits and the encodings of the server's version.
pub(crate) fn node(family: Family) -> Node {
    let mut config = KeyspaceConfig::standalone(16);
    let options = &mut config.options;
    options.encodings_of_7_0 = is_of_7_0();
    options.hash_max_listpack_entries = LISTPACK_ENTRIES;
    options.hash_max_listpack_value = LISTPACK_VALUE;
    options.zset_max_listpack_entries = LISTPACK_ENTRIES;
    options.zset_max_listpack_value = LISTPACK_VALUE;
    options.set_max_intset_entries = LISTPACK_ENTRIES;
    options.set_max_listpack_entries = LISTPACK_ENTRIES;
    options.set_max_listpack_value = LISTPACK_VALUE;
    (family.configure)(options);
    Node::new(Keyspace::new(config, 42))
}

pub(crate) fn random_command(rng: &mut Pcg64Mcg, family: Family) -> Vec<Vec<u8>> {
    let words = pick(rng, family.templates).split(' ');
    let fill = |word| (family.word)(rng, word).unwrap_or_else(|| argument(rng, word));
    words.map(fill).collect()
}

pub(crate) fn show(args: &[&[u8]]) -> String {
    let word = |arg: &&[u8]| arg[..arg.len().min(60)].escape_ascii().to_string();
    args.iter().map(word).collect::<Vec<_>>().join(" ")
}

/// How many commands to send.
pub(crate) fn commands() -> usize {
    from_environment("SHOAL_DIFFERENTIAL").unwrap_or(COMMANDS)
}

/// What the random commands begin with.
pub(crate) fn seed() -> u64 {
    from_environment("SHOAL_SEED").unwrap_or(1) as u64
}

pub(crate) fn from_environment(name: &str) -> Option<usize> {
    std::env::var(name).ok()?.parse().ok()
}

pub(crate) fn unix_millis() -> i64 {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap()
        .as_millis() as i64
}

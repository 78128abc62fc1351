//! Lists: once with nodes of four elements, once with nodes of four kilobytes. The server looks 500 times a second
//! whose time to wait is over.

use rand_core::Rng;
use rand_pcg::Pcg64Mcg;

use crate::arguments::{pick, value};
use crate::compare::{Family, compare};

/// L list, E element, i index, C count, R rank; the others are those of all families.
const TEMPLATES: &[&str] = &[
    "LPUSH L E",
    "RPUSH L E",
    "LPUSH L E E E",
    "RPUSH L E E E",
    "RPUSH L E E E E E E E E E E E E E E E E",
    "LPUSH L E E E E E E E E E E E E E E E E",
    "LPUSHX L E E",
    "RPUSHX L E E",
    "LPOP L",
    "RPOP L",
    "LPOP L C",
    "RPOP L C",
    "LPOP L I",
    "RPOP L V",
    "LPOP L 1 1",
    "LLEN L",
    "LINDEX L i",
    "LINDEX L i",
    "LINDEX L I",
    "LINDEX L V",
    "LINDEX nokey V",
    "LSET L i E",
    "LSET L i E",
    "LSET L -1000000 E",
    "LSET L last E",
    "LSET nokey V E",
    "LRANGE L 0 -1",
    "LRANGE L i i",
    "LRANGE L i i",
    "LRANGE L I I",
    "LRANGE L V i",
    "LRANGE nokey 0 V",
    "LTRIM L i i",
    "LTRIM L 0 40",
    "LTRIM L -40 -1",
    "LTRIM L I I",
    "LTRIM L 0 V",
    "LREM L R E",
    "LREM L 0 E",
    "LREM L I E",
    "LREM L V E",
    "LINSERT L BEFORE E E",
    "LINSERT L after E E",
    "LINSERT L BEFORE E E",
    "LINSERT L AFTER E E",
    "LINSERT L V E E",
    "LINSERT nokey V E E",
    "LPOS L E",
    "LPOS L E RANK R",
    "LPOS L E COUNT C",
    "LPOS L E COUNT 0 RANK R MAXLEN C",
    "LPOS L E MAXLEN C COUNT C RANK -1",
    "LPOS L E RANK R COUNT I",
    "LPOS L E MAXLEN I",
    "LPOS L E RANK 0",
    "LPOS L E RANK first",
    "LPOS L E COUNT",
    "LPOS L E COUNT V",
    "LPOS L E V 1",
    "LPOS nokey E COUNT 0",
    "LPOS nokey E RANK",
    "LMOVE L L LEFT RIGHT",
    "LMOVE L L right left",
    "LMOVE L L LEFT LEFT",
    "LMOVE L L RIGHT RIGHT",
    "LMOVE L L V LEFT",
    "LMOVE nokey L LEFT V",
    "RPOPLPUSH L L",
    "RPOPLPUSH nokey L",
    "LMPOP 1 L LEFT",
    "LMPOP 2 L L RIGHT COUNT C",
    "LMPOP 2 nokey L LEFT COUNT C",
    "LMPOP 1 L LEFT COUNT I",
    "LMPOP 1 L LEFT COUNT C COUNT C",
    "LMPOP 1 L LEFT COUNT",
    "LMPOP 1 L LEFT V C",
    "LMPOP 1 L V",
    "LMPOP 2 L LEFT",
    "LMPOP I L LEFT",
    "LMPOP V L LEFT",
    "BLPOP L L 0.001",
    "BRPOP L 0.001",
    "BLPOP L soon",
    "BLPOP L -1",
    "BRPOP L abc",
    "BLMOVE L L RIGHT LEFT 0.001",
    "BLMOVE L L LEFT V 0.001",
    "BLMOVE L L LEFT LEFT 1s",
    "BRPOPLPUSH L L 0.001",
    "BRPOPLPUSH L L -2",
    "BLMPOP 0.001 2 L L LEFT COUNT C",
    "BLMPOP 0.001 1 L RIGHT",
    "BLMPOP -1 1 L RIGHT",
    "BLMPOP 0.001 0 L RIGHT",
    "SET L E",
    "DEL L",
    "TYPE L",
    "OBJECT ENCODING L",
    "COPY L L REPLACE",
    "RENAME L L",
    "EXPIRE L S",
    "EXISTS L L",
];

#[test]
fn lists_answer_as_redis_does_with_nodes_of_few_elements() {
    compare(Family {
        options: &[("list-max-listpack-size", "4"), ("hz", "500")],
        configure: |options| options.list_max_listpack_size = 4,
        ..family()
    });
}

#[test]
fn lists_answer_as_redis_does_with_nodes_of_some_bytes() {
    compare(Family {
        options: &[("list-max-listpack-size", "-1"), ("hz", "500")],
        configure: |options| options.list_max_listpack_size = -1,
        ..family()
    });
}

pub(crate) const fn family() -> Family {
    Family {
        word,
        same: timed_out,
        ..Family::new(TEMPLATES)
    }
}

/// A server lets a client wait for a millisecond, our handlers are told that they may not wait: both say that there
/// is nothing, but not with the same null.
fn timed_out(args: &[&[u8]], theirs: &[u8], ours: &[u8]) -> Option<bool> {
    let moves = args[0] == b"BLMOVE" || args[0] == b"BRPOPLPUSH";
    moves.then(|| theirs == b"*-1\r\n" && ours == b"$-1\r\n")
}

fn word(rng: &mut Pcg64Mcg, word: &str) -> Option<Vec<u8>> {
    let mut number = |from: i64, to: i64| {
        let offset = rng.next_u64() % (to - from) as u64;
        (from + offset as i64).to_string().into_bytes()
    };
    match word {
        "L" => Some([b"l", &number(0, 4)[..]].concat()),
        "i" => Some(number(-50, 50)),
        "C" => Some(number(0, 20)),
        "R" => Some(number(-4, 5)),
        "E" if rng.next_u32().is_multiple_of(4) => Some(value(rng)),
        "E" => Some(pick(rng, &["a", "b", "c", "1", "-300", "70000"]).into()),
        _ => None,
    }
}

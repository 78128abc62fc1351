//! SORT and SORT_RO, of lists, sets and sorted sets, by themselves and by other keys.

use rand_core::Rng;
use rand_pcg::Pcg64Mcg;

use crate::arguments::pick;
use crate::compare::{Family, compare};
use crate::replies::canonical;

/// L list, S set, Z sorted set, W what elements lead to, E element, c number for LIMIT.
const TEMPLATES: &[&str] = &[
    "RPUSH L E E E",
    "RPUSH L n n n n",
    "LPUSH L E",
    "LPOP L 3",
    "SADD S n n n",
    "SADD S E E",
    "SREM S E E",
    "ZADD Z n n n n n n",
    "ZADD Z n E",
    "ZREM Z n n",
    "SORT Z",
    "SORT Z DESC LIMIT c c",
    "SORT Z BY w_* GET #",
    "SORT Z BY nosort LIMIT c c",
    "SORT Z BY nosort DESC",
    "SORT Z BY nosort DESC LIMIT c c",
    "SORT Z ALPHA STORE L",
    "SORT Z BY nosort LIMIT c c STORE L",
    "DEL L S Z",
    "MSET w_W n w_W n w_W text",
    "SET w_W E",
    "DEL w_W w_W",
    "HSET h_W f n g text",
    "HSET h_W f E",
    "DEL h_W",
    "SORT L",
    "SORT L DESC",
    "SORT L ALPHA",
    "SORT L ALPHA DESC",
    "SORT L LIMIT c c",
    "SORT L DESC LIMIT c c",
    "SORT L ALPHA LIMIT c c",
    "SORT L LIMIT I I",
    "SORT L LIMIT c V",
    "SORT L LIMIT c",
    "SORT S",
    "SORT S ALPHA",
    "SORT S LIMIT c c",
    "SORT S ALPHA DESC LIMIT c c",
    "SORT L BY w_*",
    "SORT L BY w_* DESC LIMIT c c",
    "SORT S BY w_* GET #",
    "SORT L BY w_* ALPHA",
    "SORT L BY w_* ALPHA DESC GET w_* GET #",
    "SORT L BY h_*->f",
    "SORT L BY h_*->f GET h_*->g GET h_*->f GET h_*->",
    "SORT L BY h_*->g ALPHA GET h_*",
    "SORT L BY nosort",
    "SORT L BY nosort DESC LIMIT c c",
    "SORT L BY nosort LIMIT c c GET # GET w_*",
    "SORT L BY w_* BY nosort",
    "SORT L BY nosort BY w_*",
    "SORT S BY nosort",
    "SORT L GET constant",
    "SORT L GET #",
    "SORT L ALPHA GET w_* GET h_*->f",
    "SORT L STORE L",
    "SORT L ALPHA STORE L",
    "SORT S STORE L",
    "SORT S BY nosort STORE L",
    "SORT L BY w_* GET # GET w_* STORE L",
    "SORT L LIMIT c c STORE L",
    "SORT nokey STORE L",
    "SORT nokey STORE nokey",
    "SORT nokey",
    "SORT nokey ALPHA BY w_*",
    "SORT w_W",
    "SORT h_W STORE L",
    "SORT L STORE",
    "SORT L BY",
    "SORT L nosuch",
    "SORT L ASC DESC ASC",
    "SORT_RO L",
    "SORT_RO L ALPHA DESC LIMIT c c",
    "SORT_RO L BY w_* GET # GET w_*",
    "SORT_RO L STORE L",
    "SORT_RO S BY nosort",
    "LRANGE L 0 -1",
    "LRANGE L 0 -1",
    "OBJECT ENCODING L",
    "TYPE L",
    "EXPIRE L 1000",
    "TTL L",
];

#[test]
fn sorting_is_that_of_redis() {
    compare(Family {
        word,
        same: order_of_a_set,
        ..Family::new(TEMPLATES)
    });
}

/// A set that is not sorted comes in any order.
fn order_of_a_set(args: &[&[u8]], theirs: &[u8], ours: &[u8]) -> Option<bool> {
    let unsorted = args.len() > 3 && args[1].starts_with(b"s") && args[3] == b"nosort";
    unsorted.then(|| canonical("SMEMBERS", theirs) == canonical("SMEMBERS", ours))
}

fn word(rng: &mut Pcg64Mcg, word: &str) -> Option<Vec<u8>> {
    const ELEMENTS: &[&str] = &[
        "", "a", "b", "abc", "B", "1", "2", "10", "-3", "1.5", "1e3", "0x10", " 7", "7 ", "inf",
        "-inf", "nan", "+4", "007",
    ];
    let mut number =
        |from: i64, to: i64| (from + (rng.next_u64() % (to - from) as u64) as i64).to_string();
    match word {
        "L" => Some(format!("l{}", number(0, 3)).into()),
        "S" => Some(format!("s{}", number(0, 2)).into()),
        "Z" => Some(format!("z{}", number(0, 2)).into()),
        "c" => Some(number(-2, 12).into()),
        "n" => Some(number(-20, 20).into()),
        "E" => Some(pick(rng, ELEMENTS).into()),
        "w_W" => Some(format!("w_{}", number(-20, 20)).into()),
        "h_W" => Some(format!("h_{}", number(-20, 20)).into()),
        _ => None,
    }
}

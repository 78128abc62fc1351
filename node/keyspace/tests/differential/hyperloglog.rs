//! HyperLogLogs, byte for byte.

use rand_core::Rng;

use crate::arguments::pick;
use crate::compare::{Family, compare};

/// E element, H bytes that look like a HyperLogLog, N byte.
const TEMPLATES: &[&str] = &[
    "PFADD K E",
    "PFADD K E",
    "PFADD K E E",
    "PFADD K E E E E E E E E E E E E E E E E",
    "PFADD K E E E E E E E E E E E E E E E E E E E E E E E E E E E E E E E E",
    "PFADD K",
    "PFADD K a b c",
    "PFCOUNT K",
    "PFCOUNT K",
    "PFCOUNT K K",
    "PFCOUNT K K K nokey",
    "PFCOUNT nokey",
    "PFMERGE K",
    "PFMERGE K K",
    "PFMERGE K K K",
    "PFMERGE K nokey",
    "PFDEBUG ENCODING K",
    "PFDEBUG DECODE K",
    "PFDEBUG decode K",
    "PFDEBUG TODENSE K",
    "PFDEBUG GETREG K",
    "PFDEBUG x K",
    "PFDEBUG GETREG nokey",
    "GET K",
    "GET K",
    "GET K",
    "STRLEN K",
    "OBJECT ENCODING K",
    "SET K H",
    "SET K H",
    "SET K 12",
    "SET K text",
    "SETRANGE K 4 N",
    "SETRANGE K 15 N",
    "SETRANGE K 5 N",
    "HSET K f v",
    "DEL K",
    "DEL K",
    "DEL K K",
    "COPY K K REPLACE",
];

#[test]
fn hyperloglogs_answer_as_redis_does() {
    compare(FAMILY);
}

#[test]
fn hyperloglogs_that_soon_become_dense_answer_as_redis_does() {
    compare(Family {
        options: &[("hll-sparse-max-bytes", "100")],
        configure: |options| options.hll_sparse_max_bytes = 100,
        ..FAMILY
    });
}

pub(crate) const FAMILY: Family = Family {
    word: |rng, word| argument(rng, word),
    ..Family::new(TEMPLATES)
};

/// The random argument that a word stands for here.
fn argument<R: Rng>(rng: &mut R, word: &str) -> Option<Vec<u8>> {
    Some(match word {
        "K" => format!("k{}", rng.next_u32() % 5).into(),
        "E" => element(rng),
        "H" => text(rng),
        "N" => vec![rng.next_u32() as u8],
        _ => return None,
    })
}

fn element<R: Rng>(rng: &mut R) -> Vec<u8> {
    match rng.next_u32() % 4 {
        0 => pick(rng, &["", "a", "b", "1234567", "12345678", "123456789"]).into(),
        1 => vec![rng.next_u32() as u8; rng.next_u32() as usize % 40],
        _ => (rng.next_u32() % 5000).to_string().into(),
    }
}

/// A header with runs that sometimes add up, and now and then something else.
fn text<R: Rng>(rng: &mut R) -> Vec<u8> {
    let mut text = b"HYLL\x01\0\0\0\0\0\0\0\0\0\0\x80".to_vec();
    let mut left = 16384;
    while left > 0 && !rng.next_u32().is_multiple_of(100) {
        let len = 1 + rng.next_u32() % 64.min(left);
        match rng.next_u32() % 3 {
            0 if len <= 4 => text.push(0x80 | (rng.next_u32() as u8 & 0x7c) | (len - 1) as u8),
            1 => text.push((len - 1) as u8),
            _ => {
                let len = 1 + rng.next_u32() % left;
                text.extend([0x40 | ((len - 1) >> 8) as u8, (len - 1) as u8]);
                left -= len;
                continue;
            }
        }
        left -= len;
    }
    match rng.next_u32() % 10 {
        0 => text.truncate(rng.next_u32() as usize % 40),
        1 => text.push(rng.next_u32() as u8),
        2 => text[4] = 0,
        _ => {}
    }
    // The reference server writes beyond the end of a value that ends in half a run.
    while text.last().is_some_and(|byte| byte >> 6 == 1) {
        text.pop();
    }
    text
}

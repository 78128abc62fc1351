//! LCS, of texts that have much in common.

use rand_core::Rng;
use rand_pcg::Pcg64Mcg;

use crate::compare::{Family, compare};

const TEMPLATES: &[&str] = &[
    "SET K T",
    "SET K T",
    "SET K I",
    "APPEND K T",
    "DEL K",
    "HSET K f V",
    "LCS K K",
    "LCS K K LEN",
    "LCS K K IDX",
    "LCS K K IDX WITHMATCHLEN",
    "LCS K K IDX MINMATCHLEN 3",
    "LCS K K IDX MINMATCHLEN 2 WITHMATCHLEN",
    "LCS K K MINMATCHLEN -1 IDX",
    "LCS K K WITHMATCHLEN",
    "LCS K K LEN IDX",
    "LCS K K LEN MINMATCHLEN V",
    "LCS K K IDX MINMATCHLEN",
    "LCS K K V",
    "LCS K",
];

#[test]
fn common_subsequences_are_those_of_redis() {
    compare(Family {
        word,
        ..Family::new(TEMPLATES)
    });
}

/// T: a text of few different letters.
fn word(rng: &mut Pcg64Mcg, word: &str) -> Option<Vec<u8>> {
    (word == "T").then(|| {
        let letters = 2 + rng.next_u32() % 4;
        let letter = |_| b'a' + (rng.next_u32() % letters) as u8;
        (0..40).map(letter).collect()
    })
}

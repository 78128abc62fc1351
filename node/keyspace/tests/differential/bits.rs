//! Bits of strings.

use rand_core::Rng;

use crate::arguments::pick;
use crate::compare::{Family, compare};

/// B value with bits, O offset in bits, R end of a range, T type of a field, I integer.
const TEMPLATES: &[&str] = &[
    "SET K B",
    "SET K B",
    "SET K I",
    "APPEND K B",
    "SETRANGE K 3 B",
    "HSET K f v",
    "DEL K",
    "GET K",
    "STRLEN K",
    "OBJECT ENCODING K",
    "SETBIT K O 1",
    "SETBIT K O 1",
    "SETBIT K O 0",
    "SETBIT K O 2",
    "SETBIT K O -1",
    "SETBIT K O B",
    "SETBIT K I 1",
    "SETBIT K -1 1",
    "SETBIT K #1 1",
    "SETBIT K 4294967296 1",
    "SETBIT K 4294967296 2",
    "SETBIT K B 1",
    "GETBIT K O",
    "GETBIT K O",
    "GETBIT K I",
    "GETBIT K 4294967295",
    "GETBIT K 4294967296",
    "BITCOUNT K",
    "BITCOUNT K R",
    "BITCOUNT K R R",
    "BITCOUNT K R R",
    "BITCOUNT K R R BYTE",
    "BITCOUNT K R R bit",
    "BITCOUNT K R R BIT",
    "BITCOUNT K I I BIT",
    "BITCOUNT K R R x",
    "BITCOUNT K R R BIT x",
    "BITCOUNT K R B BIT",
    "BITCOUNT K B R BIT",
    "BITCOUNT nokey B",
    "BITPOS K 0",
    "BITPOS K 1",
    "BITPOS K 2",
    "BITPOS K B",
    "BITPOS K 0 R",
    "BITPOS K 1 R",
    "BITPOS K 0 R R",
    "BITPOS K 1 R R",
    "BITPOS K 0 R R BYTE",
    "BITPOS K 0 R R BIT",
    "BITPOS K 1 R R BIT",
    "BITPOS K 1 I I BIT",
    "BITPOS K 0 I I",
    "BITPOS K 0 B R BIT",
    "BITPOS K 0 R B x",
    "BITPOS K 0 R R x",
    "BITPOS K 0 R R BIT x",
    "BITOP AND K K",
    "BITOP AND K K K",
    "BITOP and K K K K",
    "BITOP OR K K K",
    "BITOP OR K K nokey K",
    "BITOP XOR K K K",
    "BITOP XOR K K K K K",
    "BITOP AND K nokey",
    "BITOP NOT K K",
    "BITOP NOT K K K",
    "BITOP not K nokey",
    "BITOP NAND K K",
    "BITFIELD K",
    "BITFIELD K GET T O",
    "BITFIELD K GET T #O",
    "BITFIELD K GET u64 0",
    "BITFIELD K GET i65 0",
    "BITFIELD K GET T B",
    "BITFIELD K GET B 0",
    "BITFIELD K SET T O I",
    "BITFIELD K SET T O O GET T O",
    "BITFIELD K SET T #O I",
    "BITFIELD K SET T O B",
    "BITFIELD K SET T O",
    "BITFIELD K SET T 4294967296 1",
    "BITFIELD K INCRBY T O I",
    "BITFIELD K INCRBY T O I",
    "BITFIELD K INCRBY T O O",
    "BITFIELD K INCRBY T O B",
    "BITFIELD K OVERFLOW WRAP INCRBY T O I",
    "BITFIELD K OVERFLOW SAT INCRBY T O I",
    "BITFIELD K OVERFLOW SAT INCRBY T O O",
    "BITFIELD K OVERFLOW SAT SET T O I",
    "BITFIELD K OVERFLOW FAIL INCRBY T O I",
    "BITFIELD K OVERFLOW FAIL SET T O I OVERFLOW sat SET T O I GET T O",
    "BITFIELD K OVERFLOW fail SET u8 #300 256",
    "BITFIELD K OVERFLOW",
    "BITFIELD K OVERFLOW x",
    "BITFIELD K INCRBY T O I SET T O I INCRBY T O 1",
    "BITFIELD K x",
    "BITFIELD_RO K GET T O",
    "BITFIELD_RO K GET T O GET T #O",
    "BITFIELD_RO K",
    "BITFIELD_RO K OVERFLOW SAT",
    "BITFIELD_RO K SET T O 1",
    "BITFIELD_RO K GET T O SET T O x",
];

pub(crate) const FAMILY: Family = Family {
    word: |rng, word| argument(rng, word),
    ..Family::new(TEMPLATES)
};

#[test]
fn bits_answer_as_redis_does() {
    compare(FAMILY);
}

/// The random argument that a word stands for here.
fn argument<R: Rng>(rng: &mut R, word: &str) -> Option<Vec<u8>> {
    const INTS: &[&str] = &[
        "0",
        "1",
        "-1",
        "127",
        "128",
        "-128",
        "-129",
        "255",
        "256",
        "-9223372036854775808",
        "9223372036854775807",
        "4611686018427387904",
    ];
    Some(match word {
        "K" => format!("k{}", rng.next_u32() % 5).into(),
        "B" => bits(rng),
        "O" => (rng.next_u32() % 160).to_string().into(),
        "#O" => format!("#{}", rng.next_u32() % 20).into(),
        "R" => (i64::from(rng.next_u32() % 120) - 60).to_string().into(),
        "T" => type_of_field(rng).into(),
        "I" => pick(rng, INTS).into(),
        _ => return None,
    })
}

fn type_of_field<R: Rng>(rng: &mut R) -> String {
    match rng.next_u32() % 3 {
        0 => pick(rng, &["i8", "u8", "i64", "u63", "u1", "i1"]).into(),
        1 => format!("i{}", 1 + rng.next_u32() % 64),
        _ => format!("u{}", 1 + rng.next_u32() % 63),
    }
}

/// Strings with long rows of equal bits.
fn bits<R: Rng>(rng: &mut R) -> Vec<u8> {
    let len = match rng.next_u32() % 8 {
        0 => rng.next_u32() % 2000,
        _ => rng.next_u32() % 40,
    };
    let fill = [0, 0xff, rng.next_u32() as u8][rng.next_u32() as usize % 3];
    let mut bytes = vec![fill; len as usize];
    for _ in 0..rng.next_u32() % 4 {
        let at = rng.next_u32() % len.max(1);
        if let Some(byte) = bytes.get_mut(at as usize) {
            *byte = rng.next_u32() as u8;
        }
    }
    bytes
}

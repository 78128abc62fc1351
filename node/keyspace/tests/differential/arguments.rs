//! Random arguments.

use rand_core::Rng;

/// One of these.
pub(crate) fn pick<'a, R: Rng>(rng: &mut R, choices: &[&'a str]) -> &'a str {
    choices[rng.next_u32() as usize % choices.len()]
}

/// A string that may or may not be a number, mostly short.
pub(crate) fn value<R: Rng>(rng: &mut R) -> Vec<u8> {
    const VALUES: &[&str] = &[
        "",
        "a",
        "hello",
        "hello world",
        "12",
        "-7",
        "0",
        "007",
        "1e3",
        "3.25",
        " 1",
        "1 ",
        "+5",
        "9223372036854775807",
        "-9223372036854775808",
        "99999999999999999999",
        "inf",
        "nan",
        "-inf",
        "0x10",
        "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
        "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
        "twenty-one-bytes-long",
    ];
    match rng.next_u32() % 12 {
        0 => vec![b'z'; rng.next_u32() as usize % 3000],
        1 => (0..rng.next_u32() % 40)
            .map(|_| rng.next_u32() as u8)
            .collect(),
        _ => pick(rng, VALUES).into(),
    }
}

/// The random argument that a word stands for.
///
/// K key, V value, I integer, F float, f field or member, N small number, S seconds, A absolute seconds, M absolute
/// milliseconds, P pattern, O offset; anything else is itself.
pub(crate) fn argument<R: Rng>(rng: &mut R, word: &str) -> Vec<u8> {
    const INTS: &[&str] = &[
        "0",
        "1",
        "-1",
        "42",
        "-100",
        "9223372036854775807",
        "-9223372036854775808",
        "4611686018427387904",
    ];
    const FLOATS: &[&str] = &[
        "0.1",
        "1.5",
        "-2.25",
        "3",
        "1e5",
        "1.1e-3",
        "-0.000001",
        "123456789.987654321",
        "1e17",
        "5.0e3",
        "0.3333333333333333",
        "1e300",
        "-1e300",
        "1e-17",
        "17179869184.5",
        "inf",
        "0x1p3",
        "99999999999999999999999",
        "1e4000",
        "00012.50",
    ];
    const PATTERNS: &[&str] = &[
        "*", "k?", "k[0-4]", "k[^1]", "f*", "?[13579]", "[", "k\\1", "*1*", "**", "",
    ];
    let number = |rng: &mut R, from: i64, to: i64| {
        (from + (rng.next_u64() % (to - from) as u64) as i64).to_string()
    };
    match word {
        "K" => format!("k{}", rng.next_u32() % 12).into(),
        "V" => value(rng),
        "I" => pick(rng, INTS).into(),
        "F" => pick(rng, FLOATS).into(),
        "f" => format!("f{}", rng.next_u32() % 16).into(),
        "N" => number(rng, 10_000, 99_999).into(),
        "S" => number(rng, 100, 999).into(),
        "A" => number(rng, 4_000_000_000, 4_000_000_050).into(),
        "M" => number(rng, 4_000_000_000_000, 4_000_000_000_050).into(),
        "O" => number(rng, -20, 60).into(),
        "P" => pick(rng, PATTERNS).into(),
        literal => literal.into(),
    }
}

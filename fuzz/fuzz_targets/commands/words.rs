//! Arguments that are likely to hurt, or to mean something.

use libfuzzer_sys::arbitrary::{Result, Unstructured};
use shoal_keyspace::command::ArgKind;

const INTEGERS: [&str; 26] = [
    "0",
    "1",
    "-1",
    "2",
    "-2",
    "3",
    "4",
    "5",
    "7",
    "8",
    "10",
    "-10",
    "63",
    "64",
    "100",
    "-100",
    "1000",
    "65535",
    "65536",
    "-1000",
    "2147483647",
    "4294967295",
    "4294967296",
    "9223372036854775807",
    "-9223372036854775808",
    "18446744073709551615",
];
const DOUBLES: [&str; 18] = [
    "0",
    "1",
    "-1",
    "1.5",
    "-0",
    "2.25",
    "1e3",
    "3.14159265358979",
    "0.1",
    "1e300",
    "-1e300",
    "1e-300",
    "inf",
    "-inf",
    "nan",
    "179.9",
    "-85.05112878",
    "9007199254740993",
];
const TIMES: [&str; 8] = [
    "0",
    "1",
    "1700000000",
    "1700000100",
    "1700000000000",
    "1700000100000",
    "9223372036854775807",
    "-1",
];
const PATTERNS: [&str; 9] = [
    "*", "s*", "?", "[a-c]*", "*0", "h[^a]*", "\\*", "[", "a*b*c*",
];
const IDS: [&str; 16] = [
    "*",
    "1-*",
    "0",
    "0-0",
    "0-1",
    "1",
    "1-1",
    "1-2",
    "2-0",
    "5-5",
    "$",
    ">",
    "-",
    "+",
    "(1-1",
    "18446744073709551615-18446744073709551615",
];
const BOUNDS: [&str; 16] = [
    "-inf", "+inf", "0", "1", "(1", "(0", "2", "-1", "-", "+", "[a", "(a", "[m3", "(m5", "[", "3.5",
];
const TYPES: [&str; 8] = ["u8", "i8", "u63", "i64", "u1", "i1", "u64", "i33"];
const NAMES: [&str; 5] = ["g", "h", "c", "d", ""];
const WORDS: [&str; 24] = [
    "",
    "a",
    "b",
    "m1",
    "m2",
    "m3",
    "member",
    "field",
    "value",
    "12",
    "-7",
    "007",
    "3.0e3",
    "hello world",
    "ABCDEFGHIJKLMNOPQRSTUVWXYZ-0123456789-abcdefghijklmnopqrstuvwxyz-64+",
    "NX",
    "XX",
    "GET",
    "COUNT",
    "LIMIT",
    "WITHSCORES",
    "STORE",
    "BY",
    "nosuchword",
];

fn pick(choices: &[&str], input: &mut Unstructured<'_>) -> Result<Vec<u8>> {
    Ok(input.choose(choices)?.as_bytes().to_vec())
}

/// An argument of a kind and a name.
pub(crate) fn of(kind: ArgKind, name: &str, input: &mut Unstructured<'_>) -> Result<Vec<u8>> {
    if input.ratio(1, 40)? {
        return anything(input);
    }
    match (kind, name) {
        (ArgKind::Pattern, _) => pick(&PATTERNS, input),
        (ArgKind::UnixTime, _) => pick(&TIMES, input),
        (ArgKind::Integer, "cursor") => pick(&["0", "0", "0", "1", "7"], input),
        // Offsets into strings, within and beyond their limit.
        (ArgKind::Integer, _) if input.ratio(1, 4)? => {
            Ok(input.int_in_range(-20..=600)?.to_string().into())
        }
        (ArgKind::Integer, _) => pick(&INTEGERS, input),
        (ArgKind::Double, _) => pick(&DOUBLES, input),
        (_, "id" | "last-id" | "lastid" | "max-deleted-id" | "new-id") => pick(&IDS, input),
        (_, "start" | "end" | "stop" | "min" | "max" | "threshold") => {
            let either = if input.ratio(1, 2)? { &IDS } else { &BOUNDS };
            pick(either, input)
        }
        (_, "group" | "consumer" | "newconsumer") => pick(&NAMES, input),
        (_, "encoding") => pick(&TYPES, input),
        (_, "member" | "field" | "element" | "value" | "pivot") => member(input),
        _ => anything(input),
    }
}

/// Something that collections hold.
fn member(input: &mut Unstructured<'_>) -> Result<Vec<u8>> {
    Ok(match input.int_in_range(0..=7u8)? {
        0..=2 => format!("m{}", input.int_in_range(0..=12u8)?).into(),
        3 => input.int_in_range(-5..=20i64)?.to_string().into(),
        4 => pick(&INTEGERS, input)?,
        5 => pick(&WORDS, input)?,
        _ => long(input)?,
    })
}

/// Bytes of any kind, or many of one.
fn long(input: &mut Unstructured<'_>) -> Result<Vec<u8>> {
    if input.ratio(1, 2)? {
        let len = input.int_in_range(0..=20usize)?;
        return Ok(input.bytes(len.min(input.len()))?.to_vec());
    }
    let len = *input.choose(&[11usize, 63, 64, 65, 127, 128, 255, 256, 1024, 1025, 4097])?;
    Ok(vec![input.int_in_range(b'a'..=b'c')?; len])
}

/// Any argument.
pub(crate) fn anything(input: &mut Unstructured<'_>) -> Result<Vec<u8>> {
    match input.int_in_range(0..=9u8)? {
        0 => pick(&INTEGERS, input),
        1 => pick(&DOUBLES, input),
        2 => pick(&IDS, input),
        3 => pick(&BOUNDS, input),
        4 | 5 => pick(&WORDS, input),
        _ => member(input),
    }
}

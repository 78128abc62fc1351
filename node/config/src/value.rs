//! Values of options: read from words, shown as CONFIG GET shows them.

use crate::check::check_text;
use crate::number::{integer, memory, octal};
use crate::option::{Flags, Kind, OptionSpec};
use crate::special;

/// A value in force.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// `yes` or `no`.
    Bool(bool),
    /// A number: also bytes, octal and (negative) percents.
    Number(i128),
    /// The number of the chosen word, or the bits of several.
    Enum(u32),
    /// A text; `None` where the option can be unset.
    Text(Option<Vec<u8>>),
    /// Addresses.
    List(Vec<Vec<u8>>),
    /// Snapshot points: seconds and changes.
    SavePoints(Vec<(u64, u64)>),
    /// Limits of normal clients, replicas and subscribers.
    BufferLimits([BufferLimit; 3]),
    /// Adjustments for a primary, a replica and a child process.
    OomValues([i32; 3]),
    /// Keyspace event classes, as bits in the order of `g$lshzxetdnKEm`.
    Events(u32),
    /// The primary's host and port.
    Primary(Option<(Vec<u8>, u16)>),
    /// Percentiles.
    Percentiles(Vec<f64>),
}

/// When a client whose output is not read is cut off.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct BufferLimit {
    /// At once beyond this many bytes (0: never).
    pub hard: u64,
    /// Beyond this many bytes for `soft_seconds` (0: never).
    pub soft: u64,
    /// See `soft`.
    pub soft_seconds: u64,
}

/// Reads the words of an option. `old` is the value they replace: some options merge into it.
/// `fresh` is false while a file adds further `save` lines to the first one.
pub(crate) fn parse(
    spec: &OptionSpec,
    words: &[&[u8]],
    old: Option<&Value>,
    fresh: bool,
) -> Result<Value, String> {
    match spec.kind {
        Kind::Enum(names) => parse_enum(spec, names, words),
        Kind::Bind => special::bind(words),
        Kind::Save => special::save(words, if fresh { None } else { old }),
        Kind::BufferLimits => special::buffer_limits(words, old),
        Kind::OomValues => special::oom_values(words),
        Kind::ReplicaOf => special::replica_of(words),
        Kind::Percentiles => special::percentiles(words),
        kind => match words {
            [word] => parse_word(kind, word),
            _ => Err("wrong number of arguments".into()),
        },
    }
}

fn parse_word(kind: Kind, word: &[u8]) -> Result<Value, String> {
    match kind {
        Kind::Bool if word.eq_ignore_ascii_case(b"yes") => Ok(Value::Bool(true)),
        Kind::Bool if word.eq_ignore_ascii_case(b"no") => Ok(Value::Bool(false)),
        Kind::Bool => Err("argument must be 'yes' or 'no'".into()),
        Kind::Int(min, max) => {
            let number = integer(word).ok_or("argument couldn't be parsed into an integer")?;
            bounded(number.into(), min, max)
        }
        Kind::Memory(min, max) => bounded(
            memory(word)
                .ok_or("argument must be a memory value")?
                .into(),
            min,
            max,
        ),
        Kind::MemoryOrPercent(most) => memory_or_percent(word, most),
        Kind::Octal(max) => {
            let number = octal(word).ok_or("argument couldn't be parsed as an octal number")?;
            if (0..=max).contains(&i128::from(number)) {
                return Ok(Value::Number(number.into()));
            }
            Err(format!("argument must be between 0 and {max:o} inclusive"))
        }
        Kind::OptionalText(check) => {
            check_text(check, word)?;
            Ok(Value::Text((!word.is_empty()).then(|| word.to_vec())))
        }
        Kind::Text(check) => {
            check_text(check, word)?;
            Ok(Value::Text(Some(word.to_vec())))
        }
        Kind::Events => special::events(word),
        _ => Ok(Value::Text(Some(word.to_vec()))),
    }
}

fn bounded(number: i128, min: i128, max: i128) -> Result<Value, String> {
    if (min..=max).contains(&number) {
        return Ok(Value::Number(number));
    }
    Err(format!(
        "argument must be between {min} and {max} inclusive"
    ))
}

fn memory_or_percent(word: &[u8], most: i128) -> Result<Value, String> {
    if let Some(bytes) = memory(word) {
        return bounded(bytes.into(), 0, i64::MAX.into());
    }
    let percent = word
        .strip_suffix(b"%")
        .and_then(integer)
        .filter(|percent| *percent >= 0);
    match percent {
        None => Err("argument must be a memory or percent value".into()),
        Some(percent) if i128::from(percent) > most => Err(format!(
            "percentage argument must be less or equal to {most}"
        )),
        Some(percent) => Ok(Value::Number(-i128::from(percent))),
    }
}

fn parse_enum(spec: &OptionSpec, names: &[(&str, u32)], words: &[&[u8]]) -> Result<Value, String> {
    let multi = spec.flags.contains(Flags::MULTI);
    let find = |word: &&[u8]| {
        names
            .iter()
            .find(|(name, _)| name.as_bytes().eq_ignore_ascii_case(word))
    };
    let found: Option<Vec<u32>> = words
        .iter()
        .map(|word| find(word).map(|(_, number)| *number))
        .collect();
    match found {
        Some(numbers) if numbers.len() == 1 || (multi && !numbers.is_empty()) => {
            let bits = numbers.into_iter().fold(0, |all, bits| all | bits);
            if multi && bits & 3 == 3 {
                return Err("shutdown options SAVE and NOSAVE can't be used simultaneously".into());
            }
            Ok(Value::Enum(bits))
        }
        _ => {
            let all: Vec<&str> = names.iter().map(|(name, _)| *name).collect();
            Err(format!(
                "argument(s) must be one of the following: {}",
                all.join(", ")
            ))
        }
    }
}

/// The name of an enumerated value; several, separated by blanks, if it is made of bits.
pub(crate) fn enum_name(names: &[(&'static str, u32)], value: u32) -> String {
    if let Some((name, _)) = names.iter().find(|(_, number)| *number == value) {
        return (*name).into();
    }
    let bits = names
        .iter()
        .filter(|(_, bit)| *bit != 0 && value & bit == *bit);
    bits.map(|(name, _)| *name).collect::<Vec<_>>().join(" ")
}

/// A value as CONFIG GET shows it.
pub(crate) fn show(spec: &OptionSpec, value: &Value) -> Vec<u8> {
    match (value, spec.kind) {
        (Value::Bool(yes), _) => if *yes { "yes" } else { "no" }.into(),
        (Value::Number(number), Kind::Octal(_)) => format!("{number:o}").into_bytes(),
        (Value::Number(number), Kind::MemoryOrPercent(_)) if *number < 0 => {
            format!("{}%", -number).into_bytes()
        }
        (Value::Number(number), _) => number.to_string().into_bytes(),
        (Value::Enum(number), Kind::Enum(names)) => enum_name(names, *number).into_bytes(),
        (Value::Text(text), _) => text.clone().unwrap_or_default(),
        _ => special::show(value),
    }
}

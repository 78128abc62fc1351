//! The words of an inline request: a line as a person types it into a terminal, with quotes and escapes.

use alloc::vec::Vec;

use crate::{ArgRange, RequestError};

/// Splits `line`, which has no quotes, at its spaces.
pub(in crate::request) fn split_plain(line: &[u8], ranges: &mut Vec<ArgRange>) {
    let mut at = 0;
    while let Some(start) = next_word(line, at) {
        let len = line
            .get(start..)
            .unwrap_or_default()
            .iter()
            .take_while(|&&byte| !ends_word(byte))
            .count();
        ranges.push(ArgRange {
            start,
            end: start + len,
        });
        at = start + len;
    }
}

/// Splits `line` at its spaces and writes the arguments, without quotes and escapes, into `text`; the ranges are
/// relative to `text`.
pub(in crate::request) fn split_quoted(
    line: &[u8],
    text: &mut Vec<u8>,
    ranges: &mut Vec<ArgRange>,
) -> Result<(), RequestError> {
    let mut at = 0;
    while let Some(start) = next_word(line, at) {
        let begin = text.len();
        at = word(line, start, text)?;
        ranges.push(ArgRange {
            start: begin,
            end: text.len(),
        });
    }
    Ok(())
}

/// Where the next word begins, at or after `at`.
fn next_word(line: &[u8], at: usize) -> Option<usize> {
    let skipped = line.get(at..)?.iter().position(|&byte| !is_space(byte))?;
    Some(at + skipped)
}

/// Reads one word from `at` on; returns where it ended. Quotes may begin anywhere in a word but must end it.
fn word(line: &[u8], mut at: usize, text: &mut Vec<u8>) -> Result<usize, RequestError> {
    while let Some(&byte) = line.get(at) {
        match byte {
            b'"' => return closed(line, double_quoted(line, at + 1, text)?),
            b'\'' => return closed(line, single_quoted(line, at + 1, text)?),
            byte if ends_word(byte) => break,
            byte => text.push(byte),
        }
        at += 1;
    }
    Ok(at)
}

/// A closing quote must be followed by a space or the end of the line.
fn closed(line: &[u8], at: usize) -> Result<usize, RequestError> {
    match line.get(at) {
        Some(&byte) if !is_space(byte) => Err(RequestError::UnbalancedQuotes),
        _ => Ok(at),
    }
}

/// Reads up to and beyond the closing `"`, with C's escapes.
fn double_quoted(line: &[u8], mut at: usize, text: &mut Vec<u8>) -> Result<usize, RequestError> {
    loop {
        match line.get(at..).unwrap_or_default() {
            [] => return Err(RequestError::UnbalancedQuotes),
            [b'"', ..] => return Ok(at + 1),
            [b'\\', b'x', high, low, ..] if high.is_ascii_hexdigit() && low.is_ascii_hexdigit() => {
                text.push(hex_value(*high) << 4 | hex_value(*low));
                at += 4;
            }
            [b'\\', escaped, ..] => {
                text.push(unescape(*escaped));
                at += 2;
            }
            [byte, ..] => {
                text.push(*byte);
                at += 1;
            }
        }
    }
}

/// Reads up to and beyond the closing `'`, in which only `\'` is an escape.
fn single_quoted(line: &[u8], mut at: usize, text: &mut Vec<u8>) -> Result<usize, RequestError> {
    loop {
        match line.get(at..).unwrap_or_default() {
            [] => return Err(RequestError::UnbalancedQuotes),
            [b'\'', ..] => return Ok(at + 1),
            [b'\\', b'\'', ..] => {
                text.push(b'\'');
                at += 2;
            }
            [byte, ..] => {
                text.push(*byte);
                at += 1;
            }
        }
    }
}

/// What a backslash and this letter stand for.
fn unescape(letter: u8) -> u8 {
    match letter {
        b'n' => b'\n',
        b'r' => b'\r',
        b't' => b'\t',
        b'b' => 0x08,
        b'a' => 0x07,
        other => other,
    }
}

fn hex_value(digit: u8) -> u8 {
    match digit {
        b'0'..=b'9' => digit - b'0',
        _ => (digit | 0x20).wrapping_sub(b'a').wrapping_add(10),
    }
}

/// Spaces between words, as C's `isspace` has them.
fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t'..=b'\r')
}

/// What ends a word that has no quotes; vertical tab and form feed do not.
fn ends_word(byte: u8) -> bool {
    matches!(byte, b' ' | b'\n' | b'\r' | b'\t')
}

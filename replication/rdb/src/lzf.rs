//! LZF, the compression of long strings in RDB files. The one crate that had it is no longer kept up, and the
//! format is two rules, so it lives here.
//!
//! A control byte below 32 is followed by one more literal bytes than it says. Otherwise its upper three bits
//! are a length (7: plus the next byte) and its lower five bits with the following byte a distance less one;
//! two bytes more than the length are copied from that far back, possibly from bytes being written.
//! Both directions are bounded: what comes out of [`decompress`] has exactly the promised length, and memory
//! is reserved for no more than the input can expand to.

use alloc::vec;
use alloc::vec::Vec;

/// Why bytes are not the compressed form of a string of the promised length.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum LzfError {
    /// The input ends inside a literal or a reference.
    #[error("compressed data ends early")]
    Truncated,
    /// A reference points before the start of the output.
    #[error("compressed data refers to before its start")]
    BadReference,
    /// The output is longer or shorter than promised.
    #[error("compressed data does not have the promised length")]
    WrongLength,
}

/// Longest literal run.
const LITERAL_MAX: usize = 32;
/// Longest copy: 7 + 255 + 2.
const COPY_MAX: usize = 264;
/// Farthest copy.
const DISTANCE_MAX: usize = 8192;
/// Copies shorter than this save nothing.
const COPY_MIN: usize = 3;
/// No input byte stands for more output bytes than this: three bytes give at most a [`COPY_MAX`].
const EXPANSION_MAX: usize = COPY_MAX / 3;

/// Expands `input` to exactly `len` bytes.
///
/// # Errors
/// [`LzfError`] if the input is malformed or gives another length.
pub fn decompress(input: &[u8], len: usize) -> Result<Vec<u8>, LzfError> {
    if len > input.len().saturating_mul(EXPANSION_MAX) {
        return Err(LzfError::WrongLength);
    }
    let mut output = Vec::with_capacity(len);
    let mut rest = input;
    while let Some((&control, after)) = rest.split_first() {
        rest = if usize::from(control) < LITERAL_MAX {
            copy_literal(&mut output, usize::from(control) + 1, after)?
        } else {
            copy_reference(&mut output, control, after)?
        };
        if output.len() > len {
            return Err(LzfError::WrongLength);
        }
    }
    if output.len() == len {
        Ok(output)
    } else {
        Err(LzfError::WrongLength)
    }
}

fn copy_literal<'a>(
    output: &mut Vec<u8>,
    len: usize,
    input: &'a [u8],
) -> Result<&'a [u8], LzfError> {
    let (literal, rest) = input.split_at_checked(len).ok_or(LzfError::Truncated)?;
    output.extend_from_slice(literal);
    Ok(rest)
}

fn copy_reference<'a>(
    output: &mut Vec<u8>,
    control: u8,
    input: &'a [u8],
) -> Result<&'a [u8], LzfError> {
    let mut rest = input.iter();
    let mut next = || {
        rest.next()
            .copied()
            .map(usize::from)
            .ok_or(LzfError::Truncated)
    };
    let mut len = usize::from(control >> 5);
    if len == 7 {
        len += next()?;
    }
    let distance = (usize::from(control & 31) << 8) + next()? + 1;
    let mut start = output
        .len()
        .checked_sub(distance)
        .ok_or(LzfError::BadReference)?;
    let mut left = len + 2;
    // A copy that overlaps its own output is done in pieces that do not.
    while left > 0 {
        let piece = left.min(output.len() - start);
        output.extend_from_within(start..start + piece);
        (start, left) = (start + piece, left - piece);
    }
    Ok(rest.as_slice())
}

/// Compresses `input` into fewer than `len_max` bytes, or says that it cannot.
///
/// Greedy: at every position the last place with the same three bytes is tried. The result depends on the
/// input alone.
#[must_use]
pub fn compress(input: &[u8], len_max: usize) -> Option<Vec<u8>> {
    let bits = (usize::BITS - input.len().leading_zeros()).clamp(6, 14);
    // Positions plus one, zero meaning none; as large as the input needs, so that clearing it is never the
    // greater part of the work.
    let mut table = vec![0_u32; 1 << bits];
    let mut output = Vec::with_capacity(len_max.min(input.len()));
    let (mut position, mut literals) = (0, 0);
    while position < input.len() {
        match find(input, position, &mut table, bits) {
            Some((distance, len)) => {
                push_literals(&mut output, input, literals, position);
                push_copy(&mut output, distance, len);
                for inside in position + 1..position + len {
                    remember(input, inside, &mut table, bits);
                }
                position += len;
                literals = position;
            }
            None => position += 1,
        }
        if output.len() >= len_max {
            return None;
        }
    }
    push_literals(&mut output, input, literals, position);
    if output.len() < len_max {
        Some(output)
    } else {
        None
    }
}

/// Where the three bytes at a position are looked up.
fn bucket(input: &[u8], position: usize, bits: u32) -> Option<usize> {
    let bytes = input.get(position..position + COPY_MIN)?;
    let value = bytes
        .iter()
        .fold(0_u32, |value, &byte| (value << 8) | u32::from(byte));
    // Multiplying by a large odd number spreads the three bytes over the upper bits.
    Some((value.wrapping_mul(0x9e37_79b1) >> (32 - bits)) as usize)
}

fn remember(input: &[u8], position: usize, table: &mut [u32], bits: u32) -> Option<usize> {
    let place = table.get_mut(bucket(input, position, bits)?)?;
    let now = u32::try_from(position).ok()?.checked_add(1)?;
    (core::mem::replace(place, now) as usize).checked_sub(1)
}

/// The distance and length of a copy for this position.
fn find(input: &[u8], position: usize, table: &mut [u32], bits: u32) -> Option<(usize, usize)> {
    let earlier = remember(input, position, table, bits)?;
    let distance = position - earlier;
    if distance > DISTANCE_MAX {
        return None;
    }
    let (old, new) = (input.get(earlier..)?, input.get(position..)?);
    let len = old
        .iter()
        .zip(new)
        .take(COPY_MAX)
        .take_while(|(a, b)| a == b)
        .count();
    if len >= COPY_MIN {
        Some((distance, len))
    } else {
        None
    }
}

fn push_literals(output: &mut Vec<u8>, input: &[u8], from: usize, to: usize) {
    for run in input.get(from..to).unwrap_or_default().chunks(LITERAL_MAX) {
        output.push(low_byte(run.len() - 1));
        output.extend_from_slice(run);
    }
}

fn push_copy(output: &mut Vec<u8>, distance: usize, len: usize) {
    let (distance, len) = (distance - 1, len - 2);
    let high = low_byte(distance >> 8);
    if len < 7 {
        output.push(low_byte(len << 5) | high);
    } else {
        output.push((7 << 5) | high);
        output.push(low_byte(len - 7));
    }
    output.push(low_byte(distance));
}

const fn low_byte(value: usize) -> u8 {
    (value & 0xff) as u8
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn row_32_lzf_promises_more_than_it_holds() {
        assert_eq!(decompress(b"\x00a", 1), Ok(b"a".to_vec()));
        for len in [0, 2, 1 << 20, usize::MAX] {
            assert_eq!(
                decompress(b"\x00a", len),
                Err(LzfError::WrongLength),
                "{len}"
            );
        }
        // Three bytes may promise 264, not 265.
        assert_eq!(
            decompress(b"\x00a\xe0\xff\x00", 265).map(|v| v.len()),
            Ok(265)
        );
        assert_eq!(decompress(b"\xe0\xff\x00", 265), Err(LzfError::WrongLength));
    }

    #[test]
    fn row_32_lzf_refers_to_before_its_start() {
        assert_eq!(decompress(b"\x20\x00", 3), Err(LzfError::BadReference));
        assert_eq!(decompress(b"\x00a\x20\x01", 4), Err(LzfError::BadReference));
        assert_eq!(decompress(b"\x00a\x20\x00", 4), Ok(b"aaaa".to_vec()));
    }

    #[test]
    fn row_32_lzf_ends_early() {
        for input in [&b"\x01a"[..], b"\x00a\x20", b"\x00a\xe0", b"\x00a\xe0\x01"] {
            assert_eq!(decompress(input, 4), Err(LzfError::Truncated), "{input:?}");
        }
    }

    #[test]
    fn long_repetitions_shrink_and_come_back() {
        let input: Vec<u8> = (0..100_000_u32).map(|n| (n / 700 % 251) as u8).collect();
        let small = compress(&input, input.len() - 4).unwrap();
        assert!(small.len() < input.len() / 50, "{}", small.len());
        assert_eq!(decompress(&small, input.len()), Ok(input));
    }

    #[test]
    fn what_does_not_shrink_is_refused() {
        let input: Vec<u8> = (0..=255).collect();
        assert_eq!(compress(&input, input.len() - 4), None);
        assert_eq!(compress(b"", 0), None);
        assert_eq!(compress(b"", 1), Some(Vec::new()));
    }
}

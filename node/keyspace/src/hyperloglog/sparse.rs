//! Registers as runs of equal ones: few bytes while few registers are filled.
//!
//! ```text
//! 00llllll           l + 1 zeros                        (up to 64)
//! 01llllll llllllll  l + 1 zeros                        (up to 16384)
//! 1vvvvvll           l + 1 registers of value v + 1     (up to 4, of up to 32)
//! ```
//!
//! Raising a register splits its run in up to three and then joins neighbours, in the reference server's order:
//! the bytes that come out are seen by clients.

use super::{Corrupt, HEADER, REGISTERS};

const VALUE_MAX: u8 = 32;
const VALUE_RUN_MAX: usize = 4;
const SHORT_ZEROS_MAX: usize = 64;
/// How many runs are looked at for neighbours to join.
const JOIN_SCAN: usize = 5;

/// Equal registers.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Run {
    /// Their value.
    pub(crate) value: u8,
    /// How many there are.
    pub(crate) len: usize,
    /// How many bytes say so.
    pub(crate) bytes: usize,
}

impl Run {
    #[inline]
    fn at(body: &[u8], at: usize) -> Option<Self> {
        let &byte = body.get(at)?;
        let low = usize::from(byte & 0x3f);
        let (value, len, bytes) = match byte >> 6 {
            0 => (0, low + 1, 1),
            // The reference server reads its terminating zero if the second byte is missing.
            1 => (0, (low << 8 | second(body, at)) + 1, 2),
            _ => ((byte >> 2 & 0x1f) + 1, low % VALUE_RUN_MAX + 1, 1),
        };
        Some(Self { value, len, bytes })
    }
}

#[inline]
fn second(body: &[u8], at: usize) -> usize {
    body.get(at + 1).copied().unwrap_or(0).into()
}

/// The runs as they stand there.
pub(super) fn runs(body: &[u8]) -> impl Iterator<Item = Run> + use<'_> {
    let mut at = 0;
    core::iter::from_fn(move || {
        let run = Run::at(body, at)?;
        at += run.bytes;
        Some(run)
    })
}

/// The runs with the index of their first register, after it was seen that they cover every register exactly once.
pub(super) fn checked_runs(
    body: &[u8],
) -> Result<impl Iterator<Item = (usize, Run)> + use<'_>, Corrupt> {
    // There are no more runs than bytes, and a run is short: the sum cannot overflow.
    if runs(body).map(|run| run.len).sum::<usize>() != REGISTERS {
        return Err(Corrupt);
    }
    let mut next = 0;
    Ok(runs(body).map(move |run| {
        let first = next;
        next += run.len;
        (first, run)
    }))
}

/// What became of raising a register.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Raised {
    /// It is as high already.
    No,
    Yes,
    /// The value has to become dense first.
    NoRoom,
}

/// A run, and where it was found.
struct Found {
    run: Run,
    at: usize,
    /// Where the run before it is.
    before: Option<usize>,
    /// Its first register.
    first: usize,
}

/// Raises a register of a sparse value, header included, which stays within `bytes_max` bytes.
pub(super) fn raise(
    text: &mut Vec<u8>,
    index: usize,
    value: u8,
    bytes_max: usize,
) -> Result<Raised, Corrupt> {
    if value > VALUE_MAX {
        return Ok(Raised::NoRoom);
    }
    let Found {
        run,
        at,
        before,
        first,
    } = find(text, index).ok_or(Corrupt)?;
    if run.value >= value {
        return Ok(Raised::No);
    }
    let mut split = Vec::with_capacity(5);
    push(&mut split, run.value, index - first);
    push(&mut split, value, 1);
    push(&mut split, run.value, first + run.len - 1 - index);
    if split.len() > run.bytes && text.len() + split.len() - run.bytes > bytes_max {
        return Ok(Raised::NoRoom);
    }
    let end = text.len().min(at + run.bytes);
    text.splice(at..end, split);
    join(text, before.unwrap_or(HEADER));
    Ok(Raised::Yes)
}

/// The run of a register.
fn find(text: &[u8], index: usize) -> Option<Found> {
    let (mut at, mut before, mut first) = (HEADER, None, 0);
    loop {
        let run = Run::at(text, at)?;
        if index < first + run.len {
            return Some(Found {
                run,
                at,
                before,
                first,
            });
        }
        before = Some(at);
        at += run.bytes;
        first += run.len;
    }
}

/// Joins neighbouring runs of the same value, from a run on.
fn join(text: &mut Vec<u8>, mut at: usize) {
    for _ in 0..JOIN_SCAN {
        let Some(run) = Run::at(text, at) else {
            return;
        };
        let next = Run::at(text, at + run.bytes);
        match next.filter(|next| run.value != 0 && next.value == run.value) {
            Some(next) if run.len + next.len <= VALUE_RUN_MAX => {
                text.remove(at);
                text[at] = value_run(run.value, run.len + next.len);
            }
            _ => at += run.bytes,
        }
    }
}

const fn value_run(value: u8, len: usize) -> u8 {
    0x80 | (value - 1) << 2 | (len - 1) as u8
}

/// Appends a run of zeros, or at most four of another value; nothing if it is empty.
fn push(out: &mut Vec<u8>, value: u8, len: usize) {
    match (value, len) {
        (_, 0) => {}
        (0, _) => push_zeros(out, len),
        (_, _) => out.push(value_run(value, len)),
    }
}

/// Appends a run of zeros, which is not empty.
pub(super) fn push_zeros(out: &mut Vec<u8>, len: usize) {
    let low = len - 1;
    if len > SHORT_ZEROS_MAX {
        out.push(0x40 | (low >> 8) as u8);
    }
    out.push(low as u8);
}

//! LCS: the longest common subsequence of two strings.
//!
//! The lengths of the common subsequences of all prefixes are a table of which only two rows are kept. Which of the
//! longest subsequences is found has to be the reference server's, so the way back through the table is kept too:
//! one bit a cell, instead of a number.

use crate::commands::{Outcome, is_word};
use crate::ctx::Ctx;
use crate::numbers::parse_int;
use crate::refusal::Refusal;

/// The memory of one cell in the reference server, which decides what it refuses.
const CELL: u64 = 4;

/// LCS key1 key2 [LEN] [IDX] [MINMATCHLEN min-match-len] [WITHMATCHLEN]
pub(crate) fn lcs(ctx: &mut Ctx<'_>) {
    let outcome = try_lcs(ctx);
    ctx.conclude(outcome);
}

fn try_lcs(ctx: &mut Ctx<'_>) -> Outcome {
    let (a, b) = (text_at(ctx, 1), text_at(ctx, 2));
    let (Some(a), Some(b)) = (a, b) else {
        return Err(Refusal::Text(
            "ERR The specified keys must contain string values",
        ));
    };
    let options = Options::parse(ctx)?;
    check_size(ctx, &a, &b)?;
    match options.form {
        Form::Len => ctx
            .reply
            .integer(i64::from(Paths::search(&a, &b, false).len)),
        Form::Text => ctx.reply.bulk(&common_text(&a, &b)),
        Form::Ranges => reply_ranges(ctx, &options, &a, &b),
    }
    Ok(())
}

/// The string at a key; empty if there is no key, `None` if there is something else.
fn text_at(ctx: &mut Ctx<'_>, index: usize) -> Option<Vec<u8>> {
    let (access, key) = (ctx.access(), ctx.arg(index));
    let Some(entry) = ctx.keyspace.read(access, key, ctx.effects) else {
        return Some(Vec::new());
    };
    entry.string(&mut itoa::Buffer::new()).map(<[u8]>::to_vec)
}

fn check_size(ctx: &Ctx<'_>, a: &[u8], b: &[u8]) -> Outcome {
    const LEN_MAX: usize = u32::MAX as usize - 1;
    if a.len() >= LEN_MAX || b.len() >= LEN_MAX {
        return Err(Refusal::Text("ERR String too long for LCS"));
    }
    let cells = (a.len() as u64 + 1).saturating_mul(b.len() as u64 + 1);
    if cells.saturating_mul(CELL) > ctx.string_len_max() as u64 {
        return Err(Refusal::Text(
            "ERR Insufficient memory, transient memory for LCS exceeds proto-max-bulk-len",
        ));
    }
    Ok(())
}

/// What to reply with.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Form {
    Text,
    Len,
    Ranges,
}

#[derive(Clone, Copy, Debug)]
struct Options {
    form: Form,
    with_len: bool,
    /// Shorter ranges are left out.
    len_min: i64,
}

impl Options {
    fn parse(ctx: &Ctx<'_>) -> Result<Self, Refusal> {
        let (mut len, mut ranges) = (false, false);
        let mut options = Self {
            form: Form::Text,
            with_len: false,
            len_min: 0,
        };
        let mut args = ctx.args.slice(3..).iter();
        while let Some(word) = args.next() {
            if is_word(word, "IDX") {
                ranges = true;
            } else if is_word(word, "LEN") {
                len = true;
            } else if is_word(word, "WITHMATCHLEN") {
                options.with_len = true;
            } else if is_word(word, "MINMATCHLEN") {
                let value = args.next().ok_or(Refusal::Syntax)?;
                options.len_min = parse_int(value).ok_or(Refusal::NotInteger)?;
            } else {
                return Err(Refusal::Syntax);
            }
        }
        options.form = match (len, ranges) {
            (true, true) => {
                return Err(Refusal::Text(
                    "ERR If you want both the length and indexes, please just use IDX.",
                ));
            }
            (true, false) => Form::Len,
            (false, true) => Form::Ranges,
            (false, false) => Form::Text,
        };
        Ok(options)
    }
}

/// The table of prefixes, as far as it is needed afterwards.
struct Paths {
    /// The length of the longest common subsequence.
    len: u32,
    /// For each pair of prefixes whose last bytes differ: whether more is common without the last byte of the first
    /// than without that of the second.
    up: Vec<u64>,
    width: usize,
}

impl Paths {
    /// Computes the table, and keeps the way back if it is wanted.
    fn search(a: &[u8], b: &[u8], way_back: bool) -> Self {
        let cells = if way_back { a.len() * b.len() } else { 0 };
        let mut paths = Self {
            len: 0,
            up: vec![0; cells.div_ceil(64)],
            width: b.len(),
        };
        let mut above = vec![0_u32; b.len()];
        for (i, &byte) in a.iter().enumerate() {
            // Left of this cell, and left of the one above it.
            let (mut left, mut corner) = (0, 0);
            for (j, (cell, &other)) in above.iter_mut().zip(b).enumerate() {
                let up = *cell;
                if byte == other {
                    left = corner + 1;
                } else if up > left {
                    left = up;
                    if way_back {
                        paths.mark_up(i, j);
                    }
                }
                corner = up;
                *cell = left;
            }
        }
        paths.len = above.last().copied().unwrap_or(0);
        paths
    }

    fn mark_up(&mut self, i: usize, j: usize) {
        let cell = i * self.width + j;
        if let Some(word) = self.up.get_mut(cell / 64) {
            *word |= 1 << (cell % 64);
        }
    }

    fn goes_up(&self, i: usize, j: usize) -> bool {
        let cell = i * self.width + j;
        self.up
            .get(cell / 64)
            .is_some_and(|word| word >> (cell % 64) & 1 == 1)
    }

    /// Walks back from the ends of both strings and shows the places of all common bytes.
    fn walk(&self, a: &[u8], b: &[u8], mut common: impl FnMut(usize, usize)) {
        let (mut i, mut j) = (a.len(), b.len());
        while i > 0 && j > 0 {
            if a.get(i - 1) == b.get(j - 1) {
                (i, j) = (i - 1, j - 1);
                common(i, j);
            } else if self.goes_up(i - 1, j - 1) {
                i -= 1;
            } else {
                j -= 1;
            }
        }
    }
}

fn common_text(a: &[u8], b: &[u8]) -> Vec<u8> {
    let mut text = Vec::new();
    Paths::search(a, b, true).walk(a, b, |i, _| text.extend(a.get(i)));
    text.reverse();
    text
}

/// A stretch that both strings have.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
struct Match {
    a: usize,
    b: usize,
    len: usize,
}

/// The stretches that make up the longest common subsequence, the last one first.
fn matches(paths: &Paths, a: &[u8], b: &[u8]) -> Vec<Match> {
    let mut found: Vec<Match> = Vec::new();
    paths.walk(a, b, |i, j| match found.last_mut() {
        Some(last) if last.a == i + 1 && last.b == j + 1 => {
            *last = Match {
                a: i,
                b: j,
                len: last.len + 1,
            };
        }
        _ => found.push(Match { a: i, b: j, len: 1 }),
    });
    found
}

fn reply_ranges(ctx: &mut Ctx<'_>, options: &Options, a: &[u8], b: &[u8]) {
    let paths = Paths::search(a, b, true);
    let mut found = matches(&paths, a, b);
    found.retain(|found| found.len as i64 >= options.len_min);
    let reply = &mut ctx.reply;
    reply.map(2);
    reply.bulk(b"matches");
    reply.array(found.len());
    for Match { a, b, len } in found {
        reply.array(2 + usize::from(options.with_len));
        for start in [a, b] {
            reply.array(2);
            reply.integer(start as i64);
            reply.integer((start + len - 1) as i64);
        }
        if options.with_len {
            reply.integer(len as i64);
        }
    }
    reply.bulk(b"len");
    reply.integer(paths.len.into());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_known_example() {
        let (a, b) = (&b"ohmytext"[..], &b"mynewtext"[..]);
        assert_eq!(common_text(a, b), b"mytext");
        let paths = Paths::search(a, b, true);
        assert_eq!(paths.len, 6);
        let (text, my) = (Match { a: 4, b: 5, len: 4 }, Match { a: 2, b: 0, len: 2 });
        assert_eq!(matches(&paths, a, b), [text, my]);
    }

    #[test]
    fn nothing_has_nothing_in_common() {
        assert_eq!(common_text(b"", b"abc"), b"");
        assert_eq!(Paths::search(b"abc", b"", false).len, 0);
    }
}

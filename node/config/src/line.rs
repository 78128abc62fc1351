//! One line of redis.conf: splitting into words and writing words back.
//!
//! A word is a run of characters without blanks; `"…"` takes the escapes `\n \r \t \b \a \xHH` and `\` before
//! any other character, `'…'` only `\'`. A closing quote must end its word. Beyond Redis' grammar we remember
//! where each word began and whether it was quoted, because a trailing ` # comment` is accepted here
//! (Redis refuses it, and users write it all the time).

/// One word of a line.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Word {
    pub(crate) bytes: Vec<u8>,
    /// Offset of its first character (or quote) in the line.
    pub(crate) start: usize,
    /// Whether it began with a quote.
    quoted: bool,
}

impl Word {
    /// Whether this word may begin a trailing comment.
    pub(crate) fn looks_like_comment(&self) -> bool {
        !self.quoted && self.bytes.first() == Some(&b'#')
    }
}

/// A line split into words. `balanced` is false when the quotes did not match;
/// `words` then holds what came before the faulty word.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Split {
    pub(crate) words: Vec<Word>,
    pub(crate) balanced: bool,
}

/// What C's `isspace` accepts.
fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | 0x0b | 0x0c | b'\r')
}

/// Removes what Redis trims from both ends of a line.
pub(crate) fn trim(line: &[u8]) -> &[u8] {
    let blank = |byte: &u8| matches!(byte, b' ' | b'\t' | b'\r' | b'\n');
    let start = line
        .iter()
        .position(|byte| !blank(byte))
        .unwrap_or(line.len());
    let end = line
        .iter()
        .rposition(|byte| !blank(byte))
        .map_or(start, |last| last + 1);
    line.get(start..end).unwrap_or_default()
}

/// Splits a line into words. A NUL byte ends the line, as it does in C.
pub(crate) fn split(line: &[u8]) -> Split {
    let line = line.split(|byte| *byte == 0).next().unwrap_or_default();
    let mut words = Vec::new();
    let mut at = 0;
    loop {
        while line.get(at).copied().is_some_and(is_space) {
            at += 1;
        }
        let Some(&first) = line.get(at) else {
            return Split {
                words,
                balanced: true,
            };
        };
        let quoted = matches!(first, b'"' | b'\'');
        match word(line, at) {
            Some((bytes, end)) => {
                words.push(Word {
                    bytes,
                    start: at,
                    quoted,
                });
                at = end;
            }
            None => {
                // An apostrophe in a trailing comment leaves the quotes open and does no harm.
                if first == b'#' {
                    words.push(Word {
                        bytes: b"#".to_vec(),
                        start: at,
                        quoted,
                    });
                }
                return Split {
                    words,
                    balanced: false,
                };
            }
        }
    }
}

/// The words of a line, or `None` when its quotes do not match: Redis' grammar without our superset.
#[must_use]
pub fn split_words(line: &[u8]) -> Option<Vec<Vec<u8>>> {
    let split = split(line);
    split
        .balanced
        .then(|| split.words.into_iter().map(|word| word.bytes).collect())
}

/// Reads the word at `at`; returns it and where it ended.
fn word(line: &[u8], mut at: usize) -> Option<(Vec<u8>, usize)> {
    let mut bytes = Vec::new();
    loop {
        match line.get(at) {
            None | Some(b' ' | b'\n' | b'\r' | b'\t') => return Some((bytes, at)),
            Some(b'"') => return double_quoted(line, at + 1, bytes),
            Some(b'\'') => return single_quoted(line, at + 1, bytes),
            Some(&other) => bytes.push(other),
        }
        at += 1;
    }
}

/// The rest of a word after an opening `"`.
fn double_quoted(line: &[u8], mut at: usize, mut bytes: Vec<u8>) -> Option<(Vec<u8>, usize)> {
    loop {
        match *line.get(at)? {
            b'"' => return closed(line, at + 1, bytes),
            b'\\' => match hex_escape(line, at) {
                Some(byte) => {
                    bytes.push(byte);
                    at += 3;
                }
                None => match line.get(at + 1) {
                    Some(&escaped) => {
                        bytes.push(unescape(escaped));
                        at += 1;
                    }
                    None => bytes.push(b'\\'),
                },
            },
            other => bytes.push(other),
        }
        at += 1;
    }
}

/// The rest of a word after an opening `'`.
fn single_quoted(line: &[u8], mut at: usize, mut bytes: Vec<u8>) -> Option<(Vec<u8>, usize)> {
    loop {
        match *line.get(at)? {
            b'\'' => return closed(line, at + 1, bytes),
            b'\\' if line.get(at + 1) == Some(&b'\'') => {
                bytes.push(b'\'');
                at += 1;
            }
            other => bytes.push(other),
        }
        at += 1;
    }
}

/// A closing quote must be followed by a blank or the end of the line.
fn closed(line: &[u8], end: usize, bytes: Vec<u8>) -> Option<(Vec<u8>, usize)> {
    line.get(end)
        .is_none_or(|byte| is_space(*byte))
        .then_some((bytes, end))
}

/// The byte of `\xHH` at `at`, if that is what stands there.
fn hex_escape(line: &[u8], at: usize) -> Option<u8> {
    let digit = |offset: usize| char::from(*line.get(at + offset)?).to_digit(16);
    if line.get(at + 1) != Some(&b'x') {
        return None;
    }
    u8::try_from(digit(2)? * 16 + digit(3)?).ok()
}

fn unescape(escaped: u8) -> u8 {
    match escaped {
        b'n' => b'\n',
        b'r' => b'\r',
        b't' => b'\t',
        b'b' => 0x08,
        b'a' => 0x07,
        other => other,
    }
}

/// Appends `bytes` as a quoted word that [`split_words`] reads back unchanged.
pub fn quote(bytes: &[u8], out: &mut Vec<u8>) {
    const HEX: &[u8; 16] = b"0123456789abcdef";
    out.push(b'"');
    for &byte in bytes {
        match byte {
            b'\\' | b'"' => out.extend_from_slice(&[b'\\', byte]),
            b'\n' => out.extend_from_slice(b"\\n"),
            b'\r' => out.extend_from_slice(b"\\r"),
            b'\t' => out.extend_from_slice(b"\\t"),
            0x07 => out.extend_from_slice(b"\\a"),
            0x08 => out.extend_from_slice(b"\\b"),
            0x20..=0x7e => out.push(byte),
            other => {
                out.extend_from_slice(b"\\x");
                out.extend([other >> 4, other & 15].map(|half| HEX[usize::from(half & 15)]));
            }
        }
    }
    out.push(b'"');
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(line: &str) -> Option<Vec<String>> {
        let split = split_words(line.as_bytes())?;
        Some(
            split
                .iter()
                .map(|word| String::from_utf8_lossy(word).into_owned())
                .collect(),
        )
    }

    #[test]
    fn plain_words_are_separated_by_any_blanks() {
        assert_eq!(
            words("a  b\tc"),
            Some(vec!["a".into(), "b".into(), "c".into()])
        );
        assert_eq!(words("   "), Some(vec![]));
    }

    #[test]
    fn quotes_keep_blanks_and_may_begin_inside_a_word() {
        assert_eq!(
            words(r#"requirepass "a b" x'c d'"#),
            Some(vec!["requirepass".into(), "a b".into(), "xc d".into()])
        );
    }

    #[test]
    fn row_36_escapes_in_quotes() {
        assert_eq!(
            split_words(br#""\xff\x00\n\q\"\\" '\'\n'"#),
            Some(vec![b"\xff\x00\nq\"\\".to_vec(), b"'\\n".to_vec()])
        );
        // A broken hex escape is the letter x, not an error.
        assert_eq!(words(r#""\xg1""#), Some(vec!["xg1".into()]));
    }

    #[test]
    fn row_36_unbalanced_quotes() {
        for line in ["\"abc", "'abc", "\"abc\"d", "'abc'd", "\"abc\\\"", "\"\\"] {
            assert_eq!(words(line), None, "{line}");
        }
    }

    #[test]
    fn quoting_reads_back_unchanged() {
        let all: Vec<u8> = (0..=255).collect();
        let mut line = Vec::new();
        quote(&all, &mut line);
        assert_eq!(split_words(&line), Some(vec![all]));
    }
}

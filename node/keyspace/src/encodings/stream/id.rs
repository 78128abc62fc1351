//! Ids of entries: what their texts mean, and which comes next.

pub(crate) use shoal_rdb::StreamId;

/// The lowest id, which no entry has.
pub(crate) const MIN: StreamId = StreamId { ms: 0, seq: 0 };
/// The highest id.
pub(crate) const MAX: StreamId = StreamId {
    ms: u64::MAX,
    seq: u64::MAX,
};

/// The id right after another.
pub(crate) const fn next(id: StreamId) -> Option<StreamId> {
    match (id.seq.checked_add(1), id.ms.checked_add(1)) {
        (Some(seq), _) => Some(StreamId { ms: id.ms, seq }),
        (None, Some(ms)) => Some(StreamId { ms, seq: 0 }),
        (None, None) => None,
    }
}

/// The id right before another.
pub(crate) const fn previous(id: StreamId) -> Option<StreamId> {
    match (id.seq.checked_sub(1), id.ms.checked_sub(1)) {
        (Some(seq), _) => Some(StreamId { ms: id.ms, seq }),
        (None, Some(ms)) => Some(StreamId { ms, seq: u64::MAX }),
        (None, None) => None,
    }
}

/// What the text of an id says.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Parsed {
    pub(crate) ms: u64,
    pub(crate) seq: Seq,
}

/// The second half of an id.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Seq {
    /// A number.
    Given(u64),
    /// Left out.
    Missing,
    /// A star: whatever comes next.
    Next,
}

impl Parsed {
    /// The id, if its second half is no star.
    pub(crate) const fn or_seq(self, missing: u64) -> Option<StreamId> {
        let seq = match self.seq {
            Seq::Given(seq) => seq,
            Seq::Missing => missing,
            Seq::Next => return None,
        };
        Some(StreamId { ms: self.ms, seq })
    }
}

/// Reads `ms`, `ms-seq` or `ms-*`.
pub(crate) fn parse(text: &[u8]) -> Option<Parsed> {
    /// A longer text is no id, however many zeros it begins with.
    const LEN_MAX: usize = 127;
    if text.len() > LEN_MAX {
        return None;
    }
    let text = until_nul(text);
    let dash = text.iter().position(|&byte| byte == b'-');
    let (ms, seq) = match dash.and_then(|at| text.split_at_checked(at)) {
        None => (text, Seq::Missing),
        Some((ms, [_, b'*'])) => (ms, Seq::Next),
        Some((ms, behind)) => (ms, Seq::Given(unsigned(behind.get(1..)?)?)),
    };
    let ms = unsigned(ms)?;
    Some(Parsed { ms, seq })
}

/// What C takes for the whole text: the reference server compares and parses ids that way.
pub(crate) fn until_nul(text: &[u8]) -> &[u8] {
    text.split(|&byte| byte == 0).next().unwrap_or_default()
}

/// Reads an unsigned number as the reference server does.
fn unsigned(text: &[u8]) -> Option<u64> {
    match text {
        [b'1'..=b'9', ..] => digits(text),
        _ => unsigned_as_in_c(text),
    }
}

fn digits(text: &[u8]) -> Option<u64> {
    if text.is_empty() {
        return None;
    }
    text.iter().try_fold(0_u64, |value, &byte| {
        let digit = byte.is_ascii_digit().then(|| u64::from(byte - b'0'))?;
        value.checked_mul(10)?.checked_add(digit)
    })
}

/// What is no canonical number may still be one for `strtoull`: spaces, a sign and zeros may lead it, and a
/// minus wraps around. Canonical negative numbers were refused before.
fn unsigned_as_in_c(text: &[u8]) -> Option<u64> {
    if crate::numbers::parse_int(text).is_some_and(|number| number < 0) {
        return None;
    }
    // Unlike Rust's, C's spaces include the vertical tab.
    let blank = |byte: &u8| byte.is_ascii_whitespace() || *byte == 0x0b;
    let start = text.iter().position(|byte| !blank(byte))?;
    match text.get(start..)? {
        [b'-', rest @ ..] => digits(rest).map(u64::wrapping_neg),
        [b'+', rest @ ..] => digits(rest),
        rest => digits(rest),
    }
}

/// The text of an id, as replies and propagated commands have it.
pub(crate) struct IdText {
    bytes: [u8; 41],
    len: usize,
}

impl IdText {
    pub(crate) fn new(id: StreamId) -> Self {
        let (mut ms, mut seq) = (itoa::Buffer::new(), itoa::Buffer::new());
        let mut text = Self {
            bytes: [0; 41],
            len: 0,
        };
        text.push(ms.format(id.ms).as_bytes());
        text.push(b"-");
        text.push(seq.format(id.seq).as_bytes());
        text
    }

    fn push(&mut self, part: &[u8]) {
        let end = self.len + part.len();
        if let Some(place) = self.bytes.get_mut(self.len..end) {
            place.copy_from_slice(part);
            self.len = end;
        }
    }

    pub(crate) fn as_bytes(&self) -> &[u8] {
        self.bytes.get(..self.len).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn id(ms: u64, seq: u64) -> StreamId {
        StreamId { ms, seq }
    }

    #[test]
    fn neighbours_cross_milliseconds_and_stop_at_the_ends() {
        assert_eq!(next(id(1, 2)), Some(id(1, 3)));
        assert_eq!(next(id(1, u64::MAX)), Some(id(2, 0)));
        assert_eq!(next(MAX), None);
        assert_eq!(previous(id(1, 2)), Some(id(1, 1)));
        assert_eq!(previous(id(1, 0)), Some(id(0, u64::MAX)));
        assert_eq!(previous(MIN), None);
    }

    #[test]
    fn texts_mean_what_they_mean_to_redis() {
        let parsed = |text: &str| parse(text.as_bytes()).and_then(|parsed| parsed.or_seq(7));
        for (text, expected) in [
            ("5", Some(id(5, 7))),
            ("5-3", Some(id(5, 3))),
            ("0-0", Some(MIN)),
            ("18446744073709551615-18446744073709551615", Some(MAX)),
            ("18446744073709551616-0", None),
            ("5-*", None),
            ("", None),
            ("-", None),
            ("5-", None),
            ("-5", None),
            ("a-1", None),
            ("1-a", None),
            ("1-2-3", None),
            // What strtoull takes.
            (" 5-+03", Some(id(5, 3))),
            ("\x0b007-1", Some(id(7, 1))),
            ("5--3", None),
            ("5--03", Some(id(5, u64::MAX - 2))),
            ("5- -3", Some(id(5, u64::MAX - 2))),
            ("5-3\0junk", Some(id(5, 3))),
        ] {
            assert_eq!(parsed(text), expected, "{text:?}");
        }
        assert_eq!(parsed(&"0".repeat(128)), None);
        assert_eq!(parsed(&"0".repeat(127)), Some(id(0, 7)));
        assert_eq!(parse(b"5-*").map(|parsed| parsed.seq), Some(Seq::Next));
    }

    #[test]
    fn every_id_fits_its_text() {
        assert_eq!(
            IdText::new(MAX).as_bytes(),
            b"18446744073709551615-18446744073709551615"
        );
        assert_eq!(IdText::new(id(5, 0)).as_bytes(), b"5-0");
    }
}

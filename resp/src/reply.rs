//! Replies, written straight into the connection's output buffer: the server's second hot path.
//!
//! One call per value, in the words of RESP3; for a client that speaks RESP2 the same calls write what the
//! reference server would send it (a map as an array of twice the length, a double as a bulk string, …).

use alloc::vec::Vec;

use crate::double::push_double;
use crate::simple::push_one_line;
use crate::{SimpleStr, Version};

/// Writes replies for one client.
#[derive(Debug)]
pub struct ReplyWriter<'a> {
    out: &'a mut Vec<u8>,
    version: Version,
    limit: usize,
}

/// A place in the output, to go back to.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub struct ReplyMark(usize);

impl<'a> ReplyWriter<'a> {
    /// Appends to `out` for a client that speaks `version`.
    #[inline]
    #[must_use]
    pub fn new(out: &'a mut Vec<u8>, version: Version) -> Self {
        Self {
            out,
            version,
            limit: usize::MAX,
        }
    }

    /// The same, for a client that is closed when its output holds more than `limit` bytes: replies of any
    /// length may end there. Nothing is cut off otherwise.
    #[inline]
    #[must_use]
    pub fn limited(self, limit: usize) -> Self {
        Self { limit, ..self }
    }

    /// Whether the output is beyond its limit, so that nobody will read the rest of a reply.
    #[inline]
    #[must_use]
    pub fn is_full(&self) -> bool {
        self.out.len() > self.limit
    }

    /// The version in which replies are written.
    #[inline]
    #[must_use]
    pub fn version(&self) -> Version {
        self.version
    }

    /// Changes the version, as `HELLO` does before its own reply.
    pub fn set_version(&mut self, version: Version) {
        self.version = version;
    }

    /// A writer for the same output, to hand on.
    #[inline]
    pub fn reborrow(&mut self) -> ReplyWriter<'_> {
        ReplyWriter {
            out: self.out,
            version: self.version,
            limit: self.limit,
        }
    }

    /// How many bytes the output holds, those of earlier replies included.
    #[inline]
    #[must_use]
    pub fn len(&self) -> usize {
        self.out.len()
    }

    /// Whether the output holds nothing.
    #[inline]
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.out.is_empty()
    }

    /// The place where the next reply will begin.
    #[inline]
    #[must_use]
    pub fn mark(&self) -> ReplyMark {
        ReplyMark(self.out.len())
    }

    /// Takes back everything beyond `len` bytes.
    pub fn truncate(&mut self, len: usize) {
        self.out.truncate(len);
    }

    /// What was written since `mark`.
    #[must_use]
    pub fn since(&self, mark: ReplyMark) -> &[u8] {
        self.out.get(mark.0..).unwrap_or_default()
    }

    /// `+OK`.
    #[inline]
    pub fn ok(&mut self) {
        self.out.extend_from_slice(b"+OK\r\n");
    }

    /// A simple string. A CR or LF in it becomes a space.
    #[inline]
    pub fn simple(&mut self, text: &str) {
        self.line(b'+', text.as_bytes());
    }

    /// An error with its code, such as `ERR syntax error`; the dash is ours. A CR or LF becomes a space.
    pub fn error(&mut self, text: &str) {
        self.line(b'-', text.as_bytes());
    }

    /// As [`error`](Self::error), for a text that quotes bytes of the client.
    pub fn error_bytes(&mut self, text: &[u8]) {
        self.line(b'-', text);
    }

    /// A text that is known to be one line.
    #[inline]
    pub fn simple_str(&mut self, text: &SimpleStr) {
        self.line(b'+', text.as_bytes());
    }

    /// An error of any bytes. RESP2 has only errors of one line: there a CR or LF becomes a space.
    pub fn bulk_error(&mut self, text: &[u8]) {
        match self.version {
            Version::Resp2 => self.line(b'-', text),
            Version::Resp3 => {
                push_header(self.out, b'!', text.len());
                self.out.extend_from_slice(text);
                self.out.extend_from_slice(b"\r\n");
            }
        }
    }

    /// A bulk string.
    #[inline]
    pub fn bulk(&mut self, payload: &[u8]) {
        push_bulk(self.out, payload);
    }

    /// An integer.
    #[inline]
    pub fn integer(&mut self, value: i64) {
        match value {
            0 => self.out.extend_from_slice(b":0\r\n"),
            1 => self.out.extend_from_slice(b":1\r\n"),
            _ => push_number(self.out, b':', value),
        }
    }

    /// An integer in the form of a bulk string.
    #[inline]
    pub fn bulk_integer(&mut self, value: i64) {
        push_bulk(self.out, itoa::Buffer::new().format(value).as_bytes());
    }

    /// The absence of a value.
    #[inline]
    pub fn null(&mut self) {
        self.out.extend_from_slice(match self.version {
            Version::Resp2 => b"$-1\r\n",
            Version::Resp3 => b"_\r\n",
        });
    }

    /// The absence of an array; RESP3 has one null for both.
    #[inline]
    pub fn null_array(&mut self) {
        self.out.extend_from_slice(match self.version {
            Version::Resp2 => b"*-1\r\n",
            Version::Resp3 => b"_\r\n",
        });
    }

    /// The header of an array; its `len` elements follow.
    #[inline]
    pub fn array(&mut self, len: usize) {
        push_header(self.out, b'*', len);
    }

    /// The header of a map; `pairs` keys and values follow.
    #[inline]
    pub fn map(&mut self, pairs: usize) {
        match self.version {
            Version::Resp2 => push_header(self.out, b'*', pairs.saturating_mul(2)),
            Version::Resp3 => push_header(self.out, b'%', pairs),
        }
    }

    /// The header of a set; its `len` elements follow.
    #[inline]
    pub fn set(&mut self, len: usize) {
        self.aggregate(b'~', len);
    }

    /// The header of a push message; its `len` elements follow.
    #[inline]
    pub fn push(&mut self, len: usize) {
        self.aggregate(b'>', len);
    }

    /// The header of an attribute; `pairs` keys and values follow, then the reply that they describe. RESP2 has
    /// no attributes: `false` says that nothing was written, and the pairs must be left out too.
    #[must_use = "in RESP2 the pairs must be left out"]
    pub fn attribute(&mut self, pairs: usize) -> bool {
        let known = self.version == Version::Resp3;
        if known {
            push_header(self.out, b'|', pairs);
        }
        known
    }

    /// A boolean.
    #[inline]
    pub fn boolean(&mut self, value: bool) {
        self.out.extend_from_slice(match (self.version, value) {
            (Version::Resp2, false) => b":0\r\n",
            (Version::Resp2, true) => b":1\r\n",
            (Version::Resp3, false) => b"#f\r\n",
            (Version::Resp3, true) => b"#t\r\n",
        });
    }

    /// A double, in the shortest spelling that reads back as the same number.
    pub fn double(&mut self, value: f64) {
        match self.version {
            Version::Resp2 => {
                let mut text = Vec::with_capacity(32);
                push_double(&mut text, value);
                push_bulk(self.out, &text);
            }
            Version::Resp3 => {
                self.out.push(b',');
                push_double(self.out, value);
                self.out.extend_from_slice(b"\r\n");
            }
        }
    }

    /// A number of any length, in decimal digits. A CR or LF in it becomes a space.
    pub fn big_number(&mut self, digits: &str) {
        match self.version {
            Version::Resp2 => push_bulk(self.out, digits.as_bytes()),
            Version::Resp3 => self.line(b'(', digits.as_bytes()),
        }
    }

    /// A text and its format, `txt` or `mkd`.
    pub fn verbatim(&mut self, format: &[u8; 3], text: &[u8]) {
        match self.version {
            Version::Resp2 => push_bulk(self.out, text),
            Version::Resp3 => {
                push_header(self.out, b'=', text.len().saturating_add(4));
                self.out.extend_from_slice(format);
                self.out.push(b':');
                self.out.extend_from_slice(text);
                self.out.extend_from_slice(b"\r\n");
            }
        }
    }

    /// Bytes that are RESP already.
    #[inline]
    pub fn raw(&mut self, encoded: &[u8]) {
        self.out.extend_from_slice(encoded);
    }

    /// Puts the header of an array in front of what was written since `mark`, for lists whose length is known
    /// only afterwards. Costs a move of those bytes.
    pub fn array_since(&mut self, mark: ReplyMark, len: usize) {
        self.header_since(mark, |writer| writer.array(len));
    }

    /// As [`array_since`](Self::array_since), for a set.
    pub fn set_since(&mut self, mark: ReplyMark, len: usize) {
        self.header_since(mark, |writer| writer.set(len));
    }

    /// As [`array_since`](Self::array_since), for a map.
    pub fn map_since(&mut self, mark: ReplyMark, pairs: usize) {
        self.header_since(mark, |writer| writer.map(pairs));
    }

    fn header_since(&mut self, mark: ReplyMark, write: impl FnOnce(&mut ReplyWriter<'_>)) {
        let body_end = self.out.len();
        write(&mut self.reborrow());
        if let Some(tail) = self.out.get_mut(mark.0..) {
            // The header was written behind the body; turn the two around in place.
            let body_len = body_end.saturating_sub(mark.0).min(tail.len());
            tail.rotate_left(body_len);
        }
    }

    #[inline]
    fn aggregate(&mut self, kind: u8, len: usize) {
        match self.version {
            Version::Resp2 => push_header(self.out, b'*', len),
            Version::Resp3 => push_header(self.out, kind, len),
        }
    }

    fn line(&mut self, kind: u8, text: &[u8]) {
        self.out.reserve(text.len() + 3);
        self.out.push(kind);
        push_one_line(self.out, text);
        self.out.extend_from_slice(b"\r\n");
    }
}

/// Appends `<kind><len>\r\n`.
#[inline]
pub(crate) fn push_header(out: &mut Vec<u8>, kind: u8, len: usize) {
    // Most headers have one or two digits: one append of a fixed size each.
    let (tens, ones) = ((len / 10) as u8, (len % 10) as u8);
    match len {
        0..10 => out.extend_from_slice(&[kind, b'0' + ones, b'\r', b'\n']),
        10..100 => out.extend_from_slice(&[kind, b'0' + tens, b'0' + ones, b'\r', b'\n']),
        _ => push_number(out, kind, len),
    }
}

/// Appends a bulk string.
#[inline]
pub(crate) fn push_bulk(out: &mut Vec<u8>, payload: &[u8]) {
    out.reserve(payload.len() + 32);
    push_header(out, b'$', payload.len());
    out.extend_from_slice(payload);
    out.extend_from_slice(b"\r\n");
}

/// Appends `<kind><number>\r\n`.
#[inline]
pub(crate) fn push_number(out: &mut Vec<u8>, kind: u8, value: impl itoa::Integer) {
    let mut digits = itoa::Buffer::new();
    let digits = digits.format(value).as_bytes();
    out.reserve(digits.len() + 3);
    out.push(kind);
    out.extend_from_slice(digits);
    out.extend_from_slice(b"\r\n");
}

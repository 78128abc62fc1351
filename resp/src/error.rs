//! Why bytes are not RESP. Every variant is fatal for its connection: after it, nobody can say where the
//! next request or reply would begin.

use alloc::format;
use alloc::vec::Vec;

/// Why a request was refused. `Display` is the reference server's text, to be sent as `-ERR <text>`.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum RequestError {
    /// The number after `*` is not a number, or too large.
    #[error("Protocol error: invalid multibulk length")]
    InvalidMultibulkLength,
    /// More arguments than a client may send before it has authenticated.
    #[error("Protocol error: unauthenticated multibulk length")]
    UnauthenticatedMultibulkLength,
    /// The line after `*` does not end.
    #[error("Protocol error: too big mbulk count string")]
    TooBigMultibulkCount,
    /// The line after `$` does not end.
    #[error("Protocol error: too big bulk count string")]
    TooBigBulkCount,
    /// An argument starts with another byte than `$`.
    #[error("Protocol error: expected '$', got '{}'", printable(*.got))]
    ExpectedBulk {
        /// The byte that came instead.
        got: u8,
    },
    /// The number after `$` is not a number, negative, too large, or not where the argument ends.
    #[error("Protocol error: invalid bulk length")]
    InvalidBulkLength,
    /// A longer argument than a client may send before it has authenticated.
    #[error("Protocol error: unauthenticated bulk length")]
    UnauthenticatedBulkLength,
    /// An inline request does not end.
    #[error("Protocol error: too big inline request")]
    TooBigInline,
    /// A quote of an inline request is not closed, or is followed by something else than a space.
    #[error("Protocol error: unbalanced quotes in request")]
    UnbalancedQuotes,
    /// The unfinished request holds more than `query_buffer_max`. The reference server closes such a
    /// connection without a word: see [`RequestError::is_silent`].
    #[error("Protocol error: query buffer limit exceeded")]
    QueryBufferTooLong,
}

impl RequestError {
    /// Writes the error reply, byte for byte as the reference server does. Nothing if it stays silent.
    pub fn write_reply(self, out: &mut Vec<u8>) {
        if self.is_silent() {
            return;
        }
        match self {
            // The byte as it came, which `Display` can only show as a character.
            Self::ExpectedBulk { got } => {
                out.extend_from_slice(b"-ERR Protocol error: expected '$', got '");
                out.push(if matches!(got, b'\r' | b'\n') {
                    b' '
                } else {
                    got
                });
                out.extend_from_slice(b"'\r\n");
            }
            other => out.extend_from_slice(format!("-ERR {other}\r\n").as_bytes()),
        }
    }

    /// Whether the connection is closed without an answer.
    #[must_use]
    pub fn is_silent(self) -> bool {
        self == Self::QueryBufferTooLong
    }
}

/// Why a byte stream is not RESP.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum DecodeError {
    /// No frame begins with this byte.
    #[error("unknown type byte {0:#04x}")]
    UnknownType(u8),
    /// A length is not a number, or negative.
    #[error("invalid length")]
    BadLength,
    /// A string is longer than `bulk_len_max`.
    #[error("bulk length {got} exceeds the limit of {max}")]
    BulkTooLong {
        /// The length in the header.
        got: u64,
        /// The limit.
        max: u64,
    },
    /// An aggregate has more elements than `multibulk_len_max`.
    #[error("{got} elements exceed the limit of {max}")]
    TooManyElements {
        /// The number in the header.
        got: u64,
        /// The limit.
        max: u64,
    },
    /// Aggregates nest deeper than `depth_max`.
    #[error("aggregates nest deeper than {max}")]
    TooDeep {
        /// The limit.
        max: usize,
    },
    /// A line is longer than `line_len_max`.
    #[error("line longer than {max} bytes")]
    LineTooLong {
        /// The limit.
        max: usize,
    },
    /// A CR without LF, or a LF without CR.
    #[error("line not ended by CR LF")]
    BadLineEnd,
    /// Something else than CR LF stands where the length says that a string ends.
    #[error("string not ended by CR LF")]
    BadPayloadEnd,
    /// `:` without an integer of 64 bits.
    #[error("invalid integer")]
    BadInteger,
    /// `#` with something else than `t` or `f`.
    #[error("invalid boolean")]
    BadBoolean,
    /// `,` without a number.
    #[error("invalid double")]
    BadDouble,
    /// `(` without an integer.
    #[error("invalid big number")]
    BadBigNumber,
    /// `_` with something behind it.
    #[error("invalid null")]
    BadNull,
    /// A verbatim string without its format and colon.
    #[error("invalid verbatim string")]
    BadVerbatim,
    /// Something else than `;` within a streamed string.
    #[error("expected a chunk of a streamed string, got {0:#04x}")]
    ExpectedChunk(u8),
    /// `.` where no streamed aggregate is open.
    #[error("end mark outside of a streamed aggregate")]
    UnexpectedEnd,
    /// A streamed aggregate has more elements than `multibulk_len_max`.
    #[error("too many elements in a streamed aggregate")]
    StreamTooLong,
    /// A streamed map that ends after a key.
    #[error("map with a key that has no value")]
    OddMap,
}

/// The byte as the reference server shows it; its error replies turn line breaks into spaces.
fn printable(byte: u8) -> char {
    match byte {
        b'\r' | b'\n' => ' ',
        other => char::from(other),
    }
}

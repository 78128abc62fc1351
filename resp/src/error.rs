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

/// The byte as the reference server shows it; its error replies turn line breaks into spaces.
fn printable(byte: u8) -> char {
    match byte {
        b'\r' | b'\n' => ' ',
        other => char::from(other),
    }
}

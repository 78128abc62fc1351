//! Lines whose end may not have arrived, and the values that a line is.

use bytes::{Bytes, BytesMut};

use super::Decoder;
use crate::{BigNumber, DecodeError, Frame, SimpleStr, grammar};

impl Decoder {
    /// Where the line at the front of `input` ends. Each byte is looked at once, however often this is called.
    pub(super) fn find_line_end(&mut self, input: &BytesMut) -> Result<Option<usize>, DecodeError> {
        let fresh = input.get(self.scanned..).unwrap_or_default();
        let found = memchr::memchr2(b'\r', b'\n', fresh).map(|index| self.scanned + index);
        let end = found.unwrap_or(input.len());
        #[cfg(test)]
        {
            self.work += (end - self.scanned) as u64 + 2;
        }
        if end > self.limits.line_len_max {
            return Err(DecodeError::LineTooLong {
                max: self.limits.line_len_max,
            });
        }
        match input.get(end..) {
            Some([b'\r', b'\n', ..]) => {
                self.scanned = 0;
                Ok(Some(end))
            }
            Some([] | [b'\r']) => {
                self.scanned = end;
                Ok(None)
            }
            _ => Err(DecodeError::BadLineEnd),
        }
    }
}

/// The text of a simple string or error.
pub(super) fn one_line(line: BytesMut) -> Result<SimpleStr, DecodeError> {
    let text = match &line[..] {
        // The most frequent reply of all needs no share of the buffer.
        b"OK" => Bytes::from_static(b"OK"),
        _ => line.freeze(),
    };
    SimpleStr::new(text).map_err(|_| DecodeError::BadLineEnd)
}

/// Reads a line that is a value by itself.
pub(super) fn scalar(kind: u8, line: Bytes) -> Result<Frame, DecodeError> {
    match kind {
        b':' => grammar::integer(&line)
            .map(Frame::Integer)
            .ok_or(DecodeError::BadInteger),
        b'#' => grammar::boolean(&line)
            .map(Frame::Boolean)
            .ok_or(DecodeError::BadBoolean),
        b',' => grammar::double(&line)
            .map(Frame::Double)
            .ok_or(DecodeError::BadDouble),
        b'(' => BigNumber::new(line)
            .map(Frame::BigNumber)
            .map_err(|_| DecodeError::BadBigNumber),
        _ if line.is_empty() => Ok(Frame::Null),
        _ => Err(DecodeError::BadNull),
    }
}

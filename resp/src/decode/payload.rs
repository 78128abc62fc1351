//! Strings with a length: they are waited for as a whole, and shared with the input. Streamed strings come in chunks.

use bytes::{Buf, Bytes, BytesMut};

use super::{Decoder, Payload, State, Step};
use crate::number::strict_i64;
use crate::{DecodeError, Frame, grammar};

impl Decoder {
    pub(super) fn begin_payload(&mut self, kind: Payload, got: u64) -> Result<Step, DecodeError> {
        let max = self.limits.bulk_len_max;
        let held = self.chunks.len() as u64;
        let too_long = got.saturating_add(held) > max;
        let len = usize::try_from(got)
            .ok()
            .filter(|_| !too_long)
            .ok_or(DecodeError::BulkTooLong { got, max })?;
        self.state = State::Payload(kind, len);
        Ok(Step::Opened)
    }

    /// Takes the payload once it is all here.
    pub(super) fn payload(
        &mut self,
        input: &mut BytesMut,
        kind: Payload,
        len: usize,
    ) -> Result<Step, DecodeError> {
        match input.get(len..len.saturating_add(2)) {
            Some(b"\r\n") => {}
            Some(_) => return Err(DecodeError::BadPayloadEnd),
            None => return Ok(Step::Wait),
        }
        if kind == Payload::Chunk {
            self.chunks
                .extend_from_slice(input.get(..len).unwrap_or_default());
            input.advance(len + 2);
            self.state = State::ChunkLine;
            return Ok(Step::Opened);
        }
        self.state = State::Line;
        // An empty string needs no share of the buffer.
        let payload = if len == 0 {
            Bytes::new()
        } else {
            input.split_to(len).freeze()
        };
        input.advance(2);
        Ok(Step::Leaf(match kind {
            Payload::Bulk | Payload::Chunk => Frame::Bulk(payload),
            Payload::BulkError => Frame::BulkError(payload),
            Payload::Verbatim => {
                let format = grammar::verbatim(&payload).ok_or(DecodeError::BadVerbatim)?;
                Frame::Verbatim {
                    format,
                    text: payload.slice(4..),
                }
            }
        }))
    }

    /// Reads `;<len>`; length zero ends the streamed string.
    pub(super) fn chunk_header(&mut self, input: &mut BytesMut) -> Result<Step, DecodeError> {
        match input.first() {
            None => return Ok(Step::Wait),
            Some(b';') => {}
            Some(&got) => return Err(DecodeError::ExpectedChunk(got)),
        }
        let Some(end) = self.find_line_end(input)? else {
            return Ok(Step::Wait);
        };
        let len = input
            .get(1..end)
            .and_then(strict_i64)
            .and_then(|len| u64::try_from(len).ok());
        input.advance(end + 2);
        match len.ok_or(DecodeError::BadLength)? {
            0 => {
                self.state = State::Line;
                Ok(Step::Leaf(Frame::Bulk(
                    core::mem::take(&mut self.chunks).freeze(),
                )))
            }
            len => self.begin_payload(Payload::Chunk, len),
        }
    }
}

/// Takes a bulk string off the input, if it is here as a whole: one share of the buffer and nothing else.
#[inline]
pub(super) fn whole_payload(
    input: &mut BytesMut,
    header: usize,
    len: usize,
    max: u64,
) -> Option<Bytes> {
    let end = header.saturating_add(len);
    if input.get(end..end.saturating_add(2))? != b"\r\n" || len as u64 > max || len == 0 {
        return None;
    }
    let mut whole = input.split_to(end + 2);
    whole.advance(header);
    whole.truncate(len);
    Some(whole.freeze())
}

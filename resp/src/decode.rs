//! Replies (and any other RESP), one whole frame after the other.
//!
//! The decoder takes what it has understood off the input at once and keeps open aggregates on a stack of its own,
//! so that it goes on where it stopped: no byte is looked at twice, and no nesting uses the thread's stack. Bulk
//! strings are shared with the input, not copied.

use bytes::{Buf, Bytes, BytesMut};

use crate::build::{Builder, Kind};
use crate::number::{short_header, strict_i64};
use crate::{BigNumber, DecodeError, Frame, Limits, SimpleStr, grammar};

/// Finds frames in the bytes of one peer.
#[derive(Debug)]
pub struct Decoder {
    limits: Limits,
    state: State,
    /// So many bytes at the front of the input are known to hold no end of line.
    scanned: usize,
    builder: Builder,
    /// What arrived of a streamed string.
    chunks: BytesMut,
    failed: Option<DecodeError>,
    #[cfg(test)]
    pub(crate) work: u64,
}

/// What the front of the input is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum State {
    /// The line that begins a frame.
    Line,
    /// The line that begins a chunk of a streamed string.
    ChunkLine,
    /// So many bytes of payload, and CR LF.
    Payload(Payload, usize),
}

/// What a payload is for.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Payload {
    Bulk,
    BulkError,
    Verbatim,
    Chunk,
}

/// What one line or payload brought.
enum Step {
    /// A frame without children.
    Leaf(Frame),
    /// A header; what belongs to it comes next.
    Opened,
    /// Nothing: the input ends before it does.
    Wait,
}

impl Decoder {
    /// A decoder at the start of a connection.
    #[must_use]
    pub fn new(limits: Limits) -> Self {
        Self {
            limits,
            state: State::Line,
            scanned: 0,
            builder: Builder::default(),
            chunks: BytesMut::new(),
            failed: None,
            #[cfg(test)]
            work: 0,
        }
    }

    /// The limits, to change them between two calls.
    pub fn limits_mut(&mut self) -> &mut Limits {
        &mut self.limits
    }

    /// Takes the next whole frame off the front of `input`. `Ok(None)` asks for more bytes, to be added at the end of
    /// what is left in `input`: parts of a frame may have been taken already.
    ///
    /// # Errors
    /// [`DecodeError`] if the bytes are not RESP or beyond the limits. The stream cannot be resynchronised, and
    /// every further call returns the same error: close.
    pub fn decode(&mut self, input: &mut BytesMut) -> Result<Option<Frame>, DecodeError> {
        if let Some(error) = self.failed {
            return Err(error);
        }
        loop {
            let step = match self.state {
                State::Line => self.header(input),
                State::ChunkLine => self.chunk_header(input),
                State::Payload(kind, len) => self.payload(input, kind, len),
            };
            match step {
                Ok(Step::Leaf(frame)) => match self.builder.push(frame) {
                    Ok(None) => {}
                    Ok(whole) => return Ok(whole),
                    Err(error) => return Err(self.fail(error)),
                },
                Ok(Step::Opened) => {}
                Ok(Step::Wait) => return Ok(None),
                Err(error) => return Err(self.fail(error)),
            }
        }
    }

    /// Remembers the error: what comes behind it means nothing.
    #[cold]
    fn fail(&mut self, error: DecodeError) -> DecodeError {
        self.failed = Some(error);
        error
    }

    /// Whether a frame has begun and not ended. At the end of a stream that means it was cut off.
    #[must_use]
    pub fn is_inside_frame(&self) -> bool {
        self.state != State::Line || self.builder.depth() > 0
    }

    /// Reads the line that begins a frame.
    #[inline]
    fn header(&mut self, input: &mut BytesMut) -> Result<Step, DecodeError> {
        let Some(&kind) = input.first() else {
            return Ok(Step::Wait);
        };
        if let b'$' | b'*' | b':' = kind
            && let Some((number, taken)) = short_header(input, kind)
        {
            #[cfg(test)]
            {
                self.work += taken as u64;
            }
            self.scanned = 0;
            if kind == b'$'
                && let Some(payload) = whole_payload(input, taken, number, self.limits.bulk_len_max)
            {
                return Ok(Step::Leaf(Frame::Bulk(payload)));
            }
            input.advance(taken);
            return match kind {
                b':' => Ok(Step::Leaf(Frame::Integer(number as i64))),
                _ => self.counted(kind, number as u64, input),
            };
        }
        self.careful_header(input)
    }

    /// As [`header`](Self::header), for every kind and every spelling.
    fn careful_header(&mut self, input: &mut BytesMut) -> Result<Step, DecodeError> {
        let Some(&kind) = input.first() else {
            return Ok(Step::Wait);
        };
        if !b"+-:$*_#,(!=%~>|.".contains(&kind) {
            return Err(DecodeError::UnknownType(kind));
        }
        let Some(end) = self.find_line_end(input)? else {
            return Ok(Step::Wait);
        };
        let mut line = input.split_to(end);
        input.advance(2);
        line.advance(1);
        match kind {
            b'+' => one_line(line).map(|text| Step::Leaf(Frame::Simple(text))),
            b'-' => one_line(line).map(|text| Step::Leaf(Frame::Error(text))),
            b':' | b'_' | b'#' | b',' | b'(' => scalar(kind, line.freeze()).map(Step::Leaf),
            b'.' if line.is_empty() => self.builder.end_streamed().map(Step::Leaf),
            b'.' => Err(DecodeError::UnexpectedEnd),
            _ => self.long_header(kind, &line, input),
        }
    }

    /// Reads what follows the type of a counted kind: its number, `?` or the null's `-1`.
    fn long_header(
        &mut self,
        kind: u8,
        digits: &[u8],
        input: &BytesMut,
    ) -> Result<Step, DecodeError> {
        if digits == b"?" {
            return self.streamed(kind);
        }
        let number = strict_i64(digits).ok_or(DecodeError::BadLength)?;
        match (kind, u64::try_from(number)) {
            (_, Ok(number)) => self.counted(kind, number, input),
            (b'$', Err(_)) if number == -1 => Ok(Step::Leaf(Frame::Null)),
            (b'*', Err(_)) if number == -1 => Ok(Step::Leaf(Frame::NullArray)),
            _ => Err(DecodeError::BadLength),
        }
    }

    /// Begins a payload or an aggregate of known length; `input` is what follows the header.
    fn counted(&mut self, kind: u8, number: u64, input: &BytesMut) -> Result<Step, DecodeError> {
        let aggregate = match kind {
            b'$' => return self.begin_payload(Payload::Bulk, number),
            b'!' => return self.begin_payload(Payload::BulkError, number),
            b'=' => return self.begin_payload(Payload::Verbatim, number),
            b'*' => Kind::Array,
            b'%' => Kind::Map,
            b'~' => Kind::Set,
            b'>' => Kind::Push,
            _ => Kind::Attributed,
        };
        let max = self.limits.multibulk_len_max;
        let frames = match aggregate {
            Kind::Map => number.saturating_mul(2),
            Kind::Attributed => number.saturating_mul(2).saturating_add(1),
            Kind::Array | Kind::Set | Kind::Push => number,
        };
        let frames = usize::try_from(frames).ok().filter(|_| number <= max);
        let frames = frames.ok_or(DecodeError::TooManyElements { got: number, max })?;
        if frames == 0 {
            return Ok(Step::Leaf(aggregate.finish_empty()));
        }
        self.check_depth()?;
        self.builder.open(aggregate, frames, input.len());
        Ok(Step::Opened)
    }

    /// Whether one more aggregate may be opened.
    fn check_depth(&self) -> Result<(), DecodeError> {
        let max = self.limits.depth_max;
        if self.builder.depth() < max {
            Ok(())
        } else {
            Err(DecodeError::TooDeep { max })
        }
    }

    /// Begins a string or aggregate whose length only its end will tell.
    fn streamed(&mut self, kind: u8) -> Result<Step, DecodeError> {
        let max = usize::try_from(self.limits.multibulk_len_max).unwrap_or(usize::MAX);
        let (aggregate, max) = match kind {
            b'$' => {
                self.chunks = BytesMut::new();
                self.state = State::ChunkLine;
                return Ok(Step::Opened);
            }
            b'*' => (Kind::Array, max),
            b'%' => (Kind::Map, max.saturating_mul(2)),
            b'~' => (Kind::Set, max),
            _ => return Err(DecodeError::BadLength),
        };
        self.check_depth()?;
        self.builder.open_streamed(aggregate, max);
        Ok(Step::Opened)
    }

    fn begin_payload(&mut self, kind: Payload, got: u64) -> Result<Step, DecodeError> {
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
    fn payload(
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
    fn chunk_header(&mut self, input: &mut BytesMut) -> Result<Step, DecodeError> {
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

    /// Where the line at the front of `input` ends. Each byte is looked at once, however often this is called.
    fn find_line_end(&mut self, input: &BytesMut) -> Result<Option<usize>, DecodeError> {
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

/// Takes a bulk string off the input, if it is here as a whole: one share of the buffer and nothing else.
#[inline]
fn whole_payload(input: &mut BytesMut, header: usize, len: usize, max: u64) -> Option<Bytes> {
    let end = header.saturating_add(len);
    if input.get(end..end.saturating_add(2))? != b"\r\n" || len as u64 > max || len == 0 {
        return None;
    }
    let mut whole = input.split_to(end + 2);
    whole.advance(header);
    whole.truncate(len);
    Some(whole.freeze())
}

/// The text of a simple string or error.
fn one_line(line: BytesMut) -> Result<SimpleStr, DecodeError> {
    let text = match &line[..] {
        // The most frequent reply of all needs no share of the buffer.
        b"OK" => Bytes::from_static(b"OK"),
        _ => line.freeze(),
    };
    SimpleStr::new(text).map_err(|_| DecodeError::BadLineEnd)
}

/// Reads a line that is a value by itself.
fn scalar(kind: u8, line: Bytes) -> Result<Frame, DecodeError> {
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

//! Replies (and any other RESP), one whole frame after the other.
//!
//! The decoder takes what it has understood off the input at once and keeps open aggregates on a stack of its own,
//! so that it goes on where it stopped: no byte is looked at twice, and no nesting uses the thread's stack. Bulk
//! strings are shared with the input, not copied.

mod lines;
mod payload;

use bytes::{Buf, BytesMut};

use crate::build::{Builder, Kind};
use crate::number::{short_header, strict_i64};
use crate::{DecodeError, Frame, Limits};

use lines::{one_line, scalar};
use payload::whole_payload;

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
}

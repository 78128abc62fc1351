//! Putting frames together from their parts in the order of the wire: the explicit stack of open aggregates.

use alloc::vec::Vec;

use crate::{Attributed, DecodeError, Frame, Items, Pairs};

/// The shortest element there is (`_\r\n`): so many bytes at least must arrive for each one.
const ELEMENT_LEN_MIN: usize = 3;

/// What an aggregate becomes when it is whole.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Kind {
    Array,
    Map,
    Set,
    Push,
    Attributed,
}

impl Kind {
    /// The kind of an aggregate; leaves count as arrays, and nobody asks for theirs.
    pub(crate) fn of(frame: &Frame) -> Self {
        match frame {
            Frame::Map(_) => Self::Map,
            Frame::Set(_) => Self::Set,
            Frame::Push(_) => Self::Push,
            Frame::Attributed(_) => Self::Attributed,
            _ => Self::Array,
        }
    }

    /// An aggregate without children.
    pub(crate) fn finish_empty(self) -> Frame {
        self.finish(Vec::new())
    }

    fn finish(self, frames: Vec<Frame>) -> Frame {
        let items = Items(frames);
        match self {
            Self::Array => Frame::Array(items),
            Self::Map => Frame::Map(Pairs(items)),
            Self::Set => Frame::Set(items),
            Self::Push => Frame::Push(items),
            Self::Attributed => Frame::Attributed(Attributed(items)),
        }
    }
}

/// An aggregate whose end was not yet seen.
#[derive(Debug)]
struct Open {
    kind: Kind,
    frames: Items,
    /// Frames that may still come, and must unless it is streamed.
    missing: usize,
    /// Whether an end mark closes it, rather than the last frame.
    streamed: bool,
}

/// Open aggregates, the innermost last.
#[derive(Debug, Default)]
pub(crate) struct Builder {
    open: Vec<Open>,
    /// Slots reserved for frames that have not arrived.
    promised: usize,
}

impl Builder {
    /// How many aggregates are open.
    pub(crate) fn depth(&self) -> usize {
        self.open.len()
    }

    /// Opens an aggregate of `len` frames, not zero. Room is made for as many as `available` bytes of input can hold
    /// besides what was promised before: what a header claims is only a claim.
    pub(crate) fn open(&mut self, kind: Kind, len: usize, available: usize) {
        let justified = (available / ELEMENT_LEN_MIN).saturating_sub(self.promised);
        let reserved = len.min(justified);
        self.promised += reserved;
        let frames = Items(Vec::with_capacity(reserved));
        self.open.push(Open {
            kind,
            frames,
            missing: len,
            streamed: false,
        });
    }

    /// Opens an aggregate that goes on until its end mark, for at most `max` frames.
    pub(crate) fn open_streamed(&mut self, kind: Kind, max: usize) {
        self.open.push(Open {
            kind,
            frames: Items::default(),
            missing: max,
            streamed: true,
        });
    }

    /// Adds a whole frame to the innermost aggregate, and closes those that it completes. Returns it, or the
    /// outermost aggregate, when nothing is open any more.
    pub(crate) fn push(&mut self, mut frame: Frame) -> Result<Option<Frame>, DecodeError> {
        while let Some(innermost) = self.open.last_mut() {
            let Some(missing) = innermost.missing.checked_sub(1) else {
                return Err(DecodeError::StreamTooLong);
            };
            innermost.missing = missing;
            innermost.frames.0.push(frame);
            self.promised = self.promised.saturating_sub(1);
            if missing > 0 || innermost.streamed {
                return Ok(None);
            }
            match self.close() {
                Some(whole) => frame = whole,
                None => return Ok(None),
            }
        }
        self.promised = 0;
        Ok(Some(frame))
    }

    /// Takes the innermost aggregate off the stack.
    fn close(&mut self) -> Option<Frame> {
        self.open
            .pop()
            .map(|open| open.kind.finish(open.frames.into_vec()))
    }

    /// Ends the innermost aggregate, which must be a streamed one; the frame still has to be pushed.
    pub(crate) fn end_streamed(&mut self) -> Result<Frame, DecodeError> {
        let innermost = self.open.last().filter(|open| open.streamed);
        let innermost = innermost.ok_or(DecodeError::UnexpectedEnd)?;
        if innermost.kind == Kind::Map && innermost.frames.len() % 2 == 1 {
            return Err(DecodeError::OddMap);
        }
        self.close().ok_or(DecodeError::UnexpectedEnd)
    }
}

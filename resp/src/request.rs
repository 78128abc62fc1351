//! Requests, parsed in place: the server's hottest path.
//!
//! A request is an array of bulk strings, or a line of words (inline). The parser remembers how far it read, so
//! that neither a bulk string nor a line that arrives in many pieces is ever looked at twice; arguments come out as
//! ranges of the caller's buffer, in a list that is used again for the next request.
//!
//! What the reference server accepts is accepted and what it refuses is refused, with its texts. One thing is
//! stricter unless [`Limits::check_line_ends`] is off: it skips the two bytes after a number or a bulk string
//! unseen, we want them to be CR LF.

mod ahead;
mod inline;
mod lines;
mod multibulk;
mod words;

use alloc::vec::Vec;

pub use ahead::{RequestBatch, WholeRequest};

use crate::number::short_header;
use crate::{ArgRange, Args, Limits, RequestError};

/// Above this many arguments the list is given back after the request.
const RANGES_KEPT_MAX: usize = 4096;
/// Above this many bytes the buffer of unquoted inline arguments is given back.
const UNQUOTED_KEPT_MAX: usize = 4096;

/// What one call of [`RequestParser::parse`] found.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Progress {
    /// A whole request, `consumed` bytes long; its arguments are at [`RequestParser::args`].
    Request {
        /// Bytes to take off the front of the input.
        consumed: usize,
    },
    /// A request without arguments (`*0`, `*-1`, a blank line): nothing to execute and nothing to answer.
    Skipped {
        /// Bytes to take off the front of the input.
        consumed: usize,
    },
    /// The request goes on beyond the input.
    Incomplete,
}

/// Where the next byte belongs.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Stage {
    /// At the first byte of a request.
    Start,
    /// In the line `*<count>`.
    Count,
    /// In the line of an inline request.
    Inline,
    /// In the line `$<length>` of the next argument.
    Length,
    /// In the payload of an argument of this length.
    Payload(usize),
}

/// Finds requests in the bytes of one client.
#[derive(Clone, Debug)]
pub struct RequestParser {
    limits: Limits,
    stage: Stage,
    /// Where the unfinished part begins: everything before it needs no second look.
    position: usize,
    /// From `position` on, so many bytes are known to hold no end of line.
    scanned: usize,
    /// Arguments still to come.
    missing: usize,
    ranges: Vec<ArgRange>,
    /// Arguments of an inline request that had quotes, without them.
    unquoted: Vec<u8>,
    source: Source,
    #[cfg(test)]
    pub(crate) work: u64,
}

/// In what the ranges lie, and so which form the request had.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Source {
    Multibulk,
    InlinePlain,
    InlineUnquoted,
}

impl RequestParser {
    /// A parser at the start of a connection.
    #[must_use]
    pub fn new(limits: Limits) -> Self {
        Self {
            limits,
            stage: Stage::Start,
            position: 0,
            scanned: 0,
            missing: 0,
            ranges: Vec::new(),
            unquoted: Vec::new(),
            source: Source::Multibulk,
            #[cfg(test)]
            work: 0,
        }
    }

    /// The limits in force.
    #[must_use]
    pub fn limits(&self) -> &Limits {
        &self.limits
    }

    /// The limits, to change them between two calls.
    pub fn limits_mut(&mut self) -> &mut Limits {
        &mut self.limits
    }

    /// Looks for one request at the front of `input`.
    ///
    /// `input` is everything that was not yet consumed. Until the request is whole it may grow between
    /// calls, but its front must stay; after [`Progress::Request`] or [`Progress::Skipped`] the next call starts
    /// behind the consumed bytes.
    ///
    /// # Errors
    /// [`RequestError`] if the bytes are no request. Answer with its text and close: the stream cannot be resumed.
    #[inline]
    pub fn parse(&mut self, input: &[u8]) -> Result<Progress, RequestError> {
        if self.stage == Stage::Start {
            self.forget_last();
            if let Some((count, taken)) = short_header(input, b'*')
                && count != 0
                && count as u64 <= self.limits.multibulk_len_bound()
            {
                self.source = Source::Multibulk;
                return self.arguments(input, taken, count);
            }
        }
        self.resume(input)
    }

    /// The arguments of the request that [`parse`](Self::parse) just found in the same `input`.
    #[inline]
    #[must_use]
    pub fn args<'a>(&'a self, input: &'a [u8]) -> Args<'a> {
        let buffer = if self.source == Source::InlineUnquoted {
            &self.unquoted
        } else {
            input
        };
        Args::from_ranges(buffer, &self.ranges)
    }

    /// Where the arguments lie in the input; `None` after an inline request that had quotes.
    #[must_use]
    pub fn ranges(&self) -> Option<&[ArgRange]> {
        (self.source != Source::InlineUnquoted).then_some(&self.ranges[..])
    }

    /// Whether the last request was a line of words, and so cannot be passed on to replicas as it is.
    #[must_use]
    pub fn is_inline(&self) -> bool {
        self.source != Source::Multibulk
    }

    /// How many bytes are still missing from the bulk string that is arriving, of which `available` bytes of
    /// input are here. A hint for reading: an attacker may claim any number, so never reserve it blindly.
    #[must_use]
    pub fn bytes_wanted(&self, available: usize) -> Option<usize> {
        match self.stage {
            Stage::Payload(len) => Some(
                self.position
                    .saturating_add(len)
                    .saturating_add(2)
                    .saturating_sub(available),
            ),
            _ => None,
        }
    }

    /// Gives memory back, for a connection that falls idle. Its arguments are forgotten.
    pub fn release(&mut self) {
        if self.stage == Stage::Start {
            self.ranges = Vec::new();
            self.unquoted = Vec::new();
        }
    }

    #[inline]
    fn forget_last(&mut self) {
        if self.ranges.capacity() > RANGES_KEPT_MAX || self.unquoted.capacity() > UNQUOTED_KEPT_MAX
        {
            self.release();
        }
        self.ranges.clear();
    }

    /// Goes on where the input ended last time, or where the short way did not lead.
    #[cold]
    fn resume(&mut self, input: &[u8]) -> Result<Progress, RequestError> {
        match self.stage {
            Stage::Start => match input.first() {
                Some(b'*') => self.count(input),
                Some(_) => self.inline(input),
                None => Ok(Progress::Incomplete),
            },
            Stage::Inline => self.inline(input),
            Stage::Count => self.count(input),
            Stage::Length => self.careful_arguments(input, None),
            Stage::Payload(len) => self.careful_arguments(input, Some(len)),
        }
    }

    /// Remembers our place until more bytes arrive.
    fn incomplete(
        &mut self,
        input: &[u8],
        position: usize,
        stage: Stage,
    ) -> Result<Progress, RequestError> {
        if input.len() > self.limits.query_buffer_max {
            return Err(RequestError::QueryBufferTooLong);
        }
        self.position = position;
        self.stage = stage;
        Ok(Progress::Incomplete)
    }

    /// Returns to the start, whatever form the request had: no trace of it must colour the next one.
    fn finish(&mut self, progress: Progress) -> Result<Progress, RequestError> {
        self.stage = Stage::Start;
        self.position = 0;
        self.scanned = 0;
        self.missing = 0;
        let (Progress::Request { consumed } | Progress::Skipped { consumed }) = progress else {
            return Ok(progress);
        };
        if consumed > self.limits.query_buffer_max {
            return Err(RequestError::QueryBufferTooLong);
        }
        Ok(progress)
    }
}

/// Whether these are the first words of an HTTP request (`POST …`, `Host: …`): a browser was tricked into
/// talking to us, and the connection must be closed without executing what follows.
#[must_use]
pub fn is_cross_protocol(args: Args<'_>) -> bool {
    args.first().is_some_and(|name| {
        name.eq_ignore_ascii_case(b"post") || name.eq_ignore_ascii_case(b"host:")
    })
}

//! Requests, parsed in place: the server's hottest path.
//!
//! A request is an array of bulk strings, or a line of words (inline). The parser remembers how far it read, so
//! that neither a bulk string nor a line that arrives in many pieces is ever looked at twice; arguments come out as
//! ranges of the caller's buffer, in a list that is used again for the next request.
//!
//! What the reference server accepts is accepted and what it refuses is refused, with its texts. One thing is
//! stricter unless [`Limits::check_line_ends`] is off: it skips the two bytes after a number or a bulk string
//! unseen, we want them to be CR LF.

use alloc::vec::Vec;

use crate::inline::{split_plain, split_quoted};
use crate::number::{short_length, strict_i64};
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
            match input.first() {
                Some(b'*') => self.source = Source::Multibulk,
                Some(_) => return self.start_inline(input),
                None => return Ok(Progress::Incomplete),
            }
            match short_length(input.get(1..).unwrap_or_default()) {
                Some((count, len))
                    if count != 0 && count as u64 <= self.limits.multibulk_len_bound() =>
                {
                    self.missing = count;
                    self.position = 1 + len;
                    return self.arguments(input, None);
                }
                _ => self.stage = Stage::Count,
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
            Stage::Inline => self.inline(input),
            Stage::Start | Stage::Count => self.count(input),
            Stage::Length => self.arguments(input, None),
            Stage::Payload(len) => self.arguments(input, Some(len)),
        }
    }

    /// Reads the line `*<count>` with care.
    fn count(&mut self, input: &[u8]) -> Result<Progress, RequestError> {
        let Some(line) = self.line(input, RequestError::TooBigMultibulkCount)? else {
            return self.incomplete(input, self.position, Stage::Count);
        };
        let count = line.value.filter(|&count| count <= i64::from(i32::MAX));
        let count = count.ok_or(RequestError::InvalidMultibulkLength)?;
        // A count that is not positive is an empty request, not an error.
        let Ok(count @ 1..) = u64::try_from(count) else {
            return Ok(self.finish(Progress::Skipped {
                consumed: line.after,
            }));
        };
        if count > self.limits.multibulk_len_max {
            return Err(RequestError::InvalidMultibulkLength);
        }
        if count > self.limits.multibulk_len_bound() {
            return Err(RequestError::UnauthenticatedMultibulkLength);
        }
        self.missing = usize::try_from(count).map_err(|_| RequestError::InvalidMultibulkLength)?;
        self.position = line.after;
        self.arguments(input, None)
    }

    /// Reads arguments from `position` on; `open` is the length of one whose header was read before.
    #[inline]
    fn arguments(
        &mut self,
        input: &[u8],
        mut open: Option<usize>,
    ) -> Result<Progress, RequestError> {
        let mut at = self.position;
        while self.missing > 0 {
            let len = match open.take() {
                Some(len) => len,
                None => match self.length(input, at)? {
                    Some((len, after)) => {
                        at = after;
                        len
                    }
                    None => return self.incomplete(input, at, Stage::Length),
                },
            };
            let end = at.saturating_add(len);
            match input.get(end..end.saturating_add(2)) {
                Some(b"\r\n") => {}
                Some([_, _]) if !self.limits.check_line_ends => {}
                Some([_, _]) => return Err(RequestError::InvalidBulkLength),
                _ => return self.incomplete(input, at, Stage::Payload(len)),
            }
            self.ranges.push(ArgRange { start: at, end });
            self.missing -= 1;
            at = end + 2;
        }
        if at > self.limits.query_buffer_max {
            return Err(RequestError::QueryBufferTooLong);
        }
        Ok(self.finish(Progress::Request { consumed: at }))
    }

    /// Reads the line `$<length>` at `at`: the length, and where the payload begins.
    #[inline]
    fn length(&mut self, input: &[u8], at: usize) -> Result<Option<(usize, usize)>, RequestError> {
        #[cfg(test)]
        {
            self.work += 12;
        }
        if let Some([b'$', rest @ ..]) = input.get(at..)
            && let Some((len, taken)) = short_length(rest)
            && len as u64 <= self.limits.bulk_len_bound()
        {
            self.scanned = 0;
            return Ok(Some((len, at + 1 + taken)));
        }
        self.position = at;
        self.careful_length(input)
    }

    #[cold]
    fn careful_length(&mut self, input: &[u8]) -> Result<Option<(usize, usize)>, RequestError> {
        let Some(line) = self.line(input, RequestError::TooBigBulkCount)? else {
            return Ok(None);
        };
        match input.get(self.position) {
            Some(b'$') => {}
            got => {
                return Err(RequestError::ExpectedBulk {
                    got: got.copied().unwrap_or_default(),
                });
            }
        }
        let len = line.value.and_then(|len| u64::try_from(len).ok());
        let len = len
            .filter(|&len| len <= self.limits.bulk_len_max)
            .ok_or(RequestError::InvalidBulkLength)?;
        if len > self.limits.bulk_len_bound() {
            return Err(RequestError::UnauthenticatedBulkLength);
        }
        let len = usize::try_from(len).map_err(|_| RequestError::InvalidBulkLength)?;
        self.scanned = 0;
        Ok(Some((len, line.after)))
    }

    /// Finds the end of the header line at `position`, looking at each byte once however often it is called.
    fn line(&mut self, input: &[u8], too_big: RequestError) -> Result<Option<Line>, RequestError> {
        let rest = input.get(self.position..).unwrap_or_default();
        let Some(end) = self.find_end(rest, b'\r', too_big)? else {
            return Ok(None);
        };
        let Some(&line_feed) = rest.get(end + 1) else {
            self.scanned = end;
            return Ok(None);
        };
        self.scanned = 0;
        // The first byte is the type, which the caller looks at.
        let digits = rest.get(1..end).unwrap_or_default();
        let well_ended = line_feed == b'\n' || !self.limits.check_line_ends;
        let value = if well_ended { strict_i64(digits) } else { None };
        Ok(Some(Line {
            value,
            after: self.position + end + 2,
        }))
    }

    /// Finds `wanted` in `rest`. As in the reference server, a NUL byte hides everything behind it, so
    /// that the line never ends and grows too big.
    fn find_end(
        &mut self,
        rest: &[u8],
        wanted: u8,
        too_big: RequestError,
    ) -> Result<Option<usize>, RequestError> {
        let fresh = rest.get(self.scanned..).unwrap_or_default();
        let found = memchr::memchr2(wanted, 0, fresh).map(|index| self.scanned + index);
        #[cfg(test)]
        {
            self.work += found.map_or(rest.len(), |end| end + 1) as u64 - self.scanned as u64;
        }
        let ended = found.filter(|&end| rest.get(end) == Some(&wanted));
        if ended.unwrap_or(rest.len()) > self.limits.inline_len_max {
            return Err(too_big);
        }
        if ended.is_none() {
            // A NUL stays in view: the next call finds it at once.
            self.scanned = found.unwrap_or(rest.len());
        }
        Ok(ended)
    }

    #[cold]
    fn start_inline(&mut self, input: &[u8]) -> Result<Progress, RequestError> {
        self.stage = Stage::Inline;
        self.inline(input)
    }

    /// Reads a request that is a line of words.
    fn inline(&mut self, input: &[u8]) -> Result<Progress, RequestError> {
        let Some(end) = self.find_end(input, b'\n', RequestError::TooBigInline)? else {
            return self.incomplete(input, 0, Stage::Inline);
        };
        let line = input.get(..end).unwrap_or_default();
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        self.source = Source::InlinePlain;
        if memchr::memchr2(b'"', b'\'', line).is_none() {
            split_plain(line, 0, &mut self.ranges);
        } else {
            self.source = Source::InlineUnquoted;
            self.unquoted.clear();
            split_quoted(line, &mut self.unquoted, &mut self.ranges)?;
        }
        let consumed = end + 1;
        let empty = self.ranges.is_empty();
        Ok(self.finish(if empty {
            Progress::Skipped { consumed }
        } else {
            Progress::Request { consumed }
        }))
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
    #[inline]
    fn finish(&mut self, progress: Progress) -> Progress {
        self.stage = Stage::Start;
        self.position = 0;
        self.scanned = 0;
        self.missing = 0;
        progress
    }
}

/// A header line: its number, if it is one, and where the next line begins.
struct Line {
    value: Option<i64>,
    after: usize,
}

/// Whether these are the first words of an HTTP request (`POST …`, `Host: …`): a browser was tricked into
/// talking to us, and the connection must be closed without executing what follows.
#[must_use]
pub fn is_cross_protocol(args: Args<'_>) -> bool {
    args.first().is_some_and(|name| {
        name.eq_ignore_ascii_case(b"post") || name.eq_ignore_ascii_case(b"host:")
    })
}

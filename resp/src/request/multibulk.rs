//! Requests that are an array of bulk strings.
//!
//! There are two ways through the same grammar. The short one takes arguments that are here as a whole and spelled
//! as everybody spells them; whatever it does not recognise it leaves untouched to the careful one, which knows
//! partial input and every error.

use super::{Progress, RequestParser, Source, Stage};
use crate::number::short_header;
use crate::{ArgRange, RequestError};

impl RequestParser {
    /// Reads `missing` arguments from `at` on, as far as the short way leads.
    #[inline]
    pub(super) fn arguments(
        &mut self,
        input: &[u8],
        mut at: usize,
        mut missing: usize,
    ) -> Result<Progress, RequestError> {
        let bound = self.limits.bulk_len_bound();
        while missing > 0 {
            #[cfg(test)]
            {
                self.work += 12;
            }
            let Some(range) = whole_argument(input, at, bound) else {
                self.position = at;
                self.missing = missing;
                return self.careful_arguments(input, None);
            };
            self.ranges.push(range);
            missing -= 1;
            at = range.end + 2;
        }
        if at > self.limits.query_buffer_max {
            return Err(RequestError::QueryBufferTooLong);
        }
        Ok(Progress::Request { consumed: at })
    }

    /// Reads the line `*<count>` with care.
    pub(super) fn count(&mut self, input: &[u8]) -> Result<Progress, RequestError> {
        self.source = Source::Multibulk;
        let Some(line) = self.line(input, RequestError::TooBigMultibulkCount)? else {
            return self.incomplete(input, self.position, Stage::Count);
        };
        let count = line.value.filter(|&count| count <= i64::from(i32::MAX));
        let count = count.ok_or(RequestError::InvalidMultibulkLength)?;
        // A count that is not positive is an empty request, not an error.
        let Ok(count @ 1..) = u64::try_from(count) else {
            return self.finish(Progress::Skipped {
                consumed: line.after,
            });
        };
        if count > self.limits.multibulk_len_max {
            return Err(RequestError::InvalidMultibulkLength);
        }
        if count > self.limits.multibulk_len_bound() {
            return Err(RequestError::UnauthenticatedMultibulkLength);
        }
        self.missing = usize::try_from(count).map_err(|_| RequestError::InvalidMultibulkLength)?;
        self.position = line.after;
        self.careful_arguments(input, None)
    }

    /// Reads arguments from `position` on; `open` is the length of one whose header was read before.
    #[cold]
    pub(super) fn careful_arguments(
        &mut self,
        input: &[u8],
        mut open: Option<usize>,
    ) -> Result<Progress, RequestError> {
        let bound = self.limits.bulk_len_bound();
        while self.missing > 0 {
            #[cfg(test)]
            {
                self.work += 12;
            }
            // After an argument that came in pieces the next ones are usually whole.
            if open.is_none()
                && let Some(range) = whole_argument(input, self.position, bound)
            {
                self.ranges.push(range);
                self.missing -= 1;
                self.position = range.end + 2;
                self.scanned = 0;
                continue;
            }
            let len = match open.take() {
                Some(len) => len,
                None => match self.length(input)? {
                    Some(len) => len,
                    None => return self.incomplete(input, self.position, Stage::Length),
                },
            };
            let (start, end) = (self.position, self.position.saturating_add(len));
            match input.get(end..end.saturating_add(2)) {
                Some(b"\r\n") => {}
                Some([_, _]) if !self.limits.check_line_ends => {}
                Some([_, _]) => return Err(RequestError::InvalidBulkLength),
                _ => return self.incomplete(input, start, Stage::Payload(len)),
            }
            self.ranges.push(ArgRange { start, end });
            self.missing -= 1;
            self.position = end + 2;
        }
        self.finish(Progress::Request {
            consumed: self.position,
        })
    }

    /// Reads the line `$<length>` at `position` and goes behind it.
    fn length(&mut self, input: &[u8]) -> Result<Option<usize>, RequestError> {
        let Some(line) = self.line(input, RequestError::TooBigBulkCount)? else {
            return Ok(None);
        };
        let first = input.get(self.position).copied().unwrap_or_default();
        if first != b'$' {
            return Err(RequestError::ExpectedBulk { got: first });
        }
        let len = line.value.and_then(|len| u64::try_from(len).ok());
        let len = len.filter(|&len| len <= self.limits.bulk_len_max);
        let len = len.ok_or(RequestError::InvalidBulkLength)?;
        if len > self.limits.bulk_len_bound() {
            return Err(RequestError::UnauthenticatedBulkLength);
        }
        self.position = line.after;
        usize::try_from(len)
            .map(Some)
            .map_err(|_| RequestError::InvalidBulkLength)
    }
}

/// The argument at `at`, if it is here as a whole, well formed and within `bound`.
#[inline(always)]
pub(super) fn whole_argument(input: &[u8], at: usize, bound: u64) -> Option<ArgRange> {
    let (len, taken) = short_header(input.get(at..)?, b'$')?;
    let start = at.saturating_add(taken);
    let end = start.saturating_add(len);
    let whole = len as u64 <= bound && input.get(end..end.saturating_add(2))? == b"\r\n";
    whole.then_some(ArgRange { start, end })
}

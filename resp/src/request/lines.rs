//! Lines whose end may not have arrived. Each byte is looked at once, however the line is cut into reads.

use super::RequestParser;
use crate::RequestError;
use crate::number::strict_i64;

/// A header line: its number, if it is one, and where the next line begins.
pub(super) struct Line {
    pub(super) value: Option<i64>,
    pub(super) after: usize,
}

impl RequestParser {
    /// Reads the header line at `position`, once its end is here.
    pub(super) fn line(
        &mut self,
        input: &[u8],
        too_big: RequestError,
    ) -> Result<Option<Line>, RequestError> {
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
    pub(super) fn find_end(
        &mut self,
        rest: &[u8],
        wanted: u8,
        too_big: RequestError,
    ) -> Result<Option<usize>, RequestError> {
        let fresh = rest.get(self.scanned..).unwrap_or_default();
        let found = memchr::memchr2(wanted, 0, fresh).map(|index| self.scanned + index);
        #[cfg(test)]
        {
            self.work += (found.map_or(rest.len(), |end| end + 1) - self.scanned) as u64;
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
}

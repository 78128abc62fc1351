//! Requests that are a line of words.

use super::words::{split_plain, split_quoted};
use super::{Progress, RequestParser, Source, Stage};
use crate::RequestError;

impl RequestParser {
    /// Reads a line of words; one without any is skipped.
    pub(super) fn inline(&mut self, input: &[u8]) -> Result<Progress, RequestError> {
        let Some(end) = self.find_end(input, b'\n', RequestError::TooBigInline)? else {
            return self.incomplete(input, 0, Stage::Inline);
        };
        let line = input.get(..end).unwrap_or_default();
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        if memchr::memchr2(b'"', b'\'', line).is_none() {
            self.source = Source::InlinePlain;
            split_plain(line, &mut self.ranges);
        } else {
            self.source = Source::InlineUnquoted;
            self.unquoted.clear();
            split_quoted(line, &mut self.unquoted, &mut self.ranges)?;
        }
        let consumed = end + 1;
        self.finish(match self.ranges.is_empty() {
            true => Progress::Skipped { consumed },
            false => Progress::Request { consumed },
        })
    }
}

//! Requests found ahead of their execution: as many whole ones as the input holds.
//!
//! Whoever executes a pipeline can look at all of it first, and have the memory that it will need on its way to
//! the processor. Only requests that need no thought are taken: arrays of few bulk strings that are here
//! as a whole and within the limits. The first one of any other kind ends the batch and is left to
//! [`RequestParser::parse`], which then says what it is; so looking ahead changes no answer. Its bytes are the only ones
//! that are looked at twice, and only in the read in which it begins.

use alloc::vec::Vec;

use super::multibulk::whole_argument;
use super::{RequestParser, Stage};
use crate::number::short_header;
use crate::{ArgRange, Args};

/// A request with more arguments than this is not looked for: there is enough to do for it alone.
const ARGUMENTS_MAX: usize = 64;

/// Whole requests at the front of an input, found by [`RequestParser::parse_ahead`].
///
/// To be used again for the next input: its memory is bounded by [`RequestBatch::CAPACITY`] requests of 64 arguments.
#[derive(Clone, Debug, Default)]
pub struct RequestBatch {
    /// The arguments of all requests.
    ranges: Vec<ArgRange>,
    /// Where each request ends.
    ends: Vec<End>,
}

#[derive(Clone, Copy, Debug, Default)]
struct End {
    /// Among the ranges.
    ranges: usize,
    /// In the input.
    bytes: usize,
}

/// One request of a batch.
#[derive(Clone, Copy, Debug)]
pub struct WholeRequest<'a> {
    /// Its arguments; there is at least one.
    pub args: Args<'a>,
    /// All its bytes.
    pub bytes: &'a [u8],
}

impl RequestBatch {
    /// How many requests a batch has at most: enough to hide how slow memory is, few enough that what was
    /// fetched for the last is still there when its turn comes.
    pub const CAPACITY: usize = 64;

    /// How many requests there are.
    #[inline]
    #[must_use]
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether none was found.
    #[inline]
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// Whether there may be more requests of the same kind behind these.
    #[inline]
    #[must_use]
    pub fn is_full(&self) -> bool {
        self.ends.len() >= Self::CAPACITY
    }

    /// The requests, which were found in this very `input`.
    #[inline]
    pub fn iter<'a>(&'a self, input: &'a [u8]) -> impl Iterator<Item = WholeRequest<'a>> {
        let mut start = End::default();
        self.ends.iter().map_while(move |&end| {
            let ranges = self.ranges.get(start.ranges..end.ranges)?;
            let bytes = input.get(start.bytes..end.bytes)?;
            start = end;
            Some(WholeRequest {
                args: Args::from_ranges(input, ranges),
                bytes,
            })
        })
    }

    #[inline]
    fn clear(&mut self) {
        self.ranges.clear();
        self.ends.clear();
    }
}

impl RequestParser {
    /// Fills `batch` with the whole requests at the front of `input`, up to the first one that is
    /// incomplete, empty, inline, unusually long or wrong. Does not change the parser; in the middle of a request
    /// nothing is found.
    #[inline]
    pub fn parse_ahead(&self, input: &[u8], batch: &mut RequestBatch) {
        batch.clear();
        if self.stage != Stage::Start {
            return;
        }
        let mut at = 0;
        while !batch.is_full() {
            let found = batch.ranges.len();
            let Some(end) = self.whole_request(input, at, &mut batch.ranges) else {
                batch.ranges.truncate(found);
                return;
            };
            at = end;
            batch.ends.push(End {
                ranges: batch.ranges.len(),
                bytes: at,
            });
        }
    }

    /// The end of the request that begins at `start`, whose arguments are added to `ranges`.
    #[inline]
    fn whole_request(
        &self,
        input: &[u8],
        start: usize,
        ranges: &mut Vec<ArgRange>,
    ) -> Option<usize> {
        let (count, taken) = short_header(input.get(start..)?, b'*')?;
        let most = self.limits.multibulk_len_bound().min(ARGUMENTS_MAX as u64);
        if count == 0 || count as u64 > most {
            return None;
        }
        let bound = self.limits.bulk_len_bound();
        let mut at = start + taken;
        for _ in 0..count {
            let range = whole_argument(input, at, bound)?;
            ranges.push(range);
            at = range.end + 2;
        }
        (at - start <= self.limits.query_buffer_max).then_some(at)
    }
}

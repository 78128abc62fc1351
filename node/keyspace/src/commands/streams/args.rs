//! Ids in arguments.

use crate::ctx::Ctx;
use crate::encodings::stream::id::{self, StreamId, until_nul};
use crate::refusal::Refusal;

pub(super) const BAD_ID: Refusal =
    Refusal::Text("ERR Invalid stream ID specified as stream command argument");

/// An id; one without its second half has zero there.
pub(super) fn strict_id(text: &[u8]) -> Result<StreamId, Refusal> {
    strict_or(text, 0)
}

fn strict_or(text: &[u8], missing_seq: u64) -> Result<StreamId, Refusal> {
    id::parse(text)
        .and_then(|parsed| parsed.or_seq(missing_seq))
        .ok_or(BAD_ID)
}

/// An id, or one of the signs for the lowest and the highest.
pub(super) fn any_id(text: &[u8], missing_seq: u64) -> Result<StreamId, Refusal> {
    match until_nul(text) {
        b"-" => Ok(id::MIN),
        b"+" => Ok(id::MAX),
        _ => strict_or(text, missing_seq),
    }
}

/// Where a range starts: `-`, an id, or an id that is not part of it.
pub(super) fn start_of_range(text: &[u8]) -> Result<StreamId, Refusal> {
    match text {
        [b'(', excluded @ ..] if !excluded.is_empty() => id::next(strict_or(excluded, 0)?)
            .ok_or(Refusal::Text("ERR invalid start ID for the interval")),
        _ => any_id(text, 0),
    }
}

/// Where a range ends: `+`, an id, or an id that is not part of it.
pub(super) fn end_of_range(text: &[u8]) -> Result<StreamId, Refusal> {
    match text {
        [b'(', excluded @ ..] if !excluded.is_empty() => {
            id::previous(strict_or(excluded, u64::MAX)?)
                .ok_or(Refusal::Text("ERR invalid end ID for the interval"))
        }
        _ => any_id(text, u64::MAX),
    }
}

impl Ctx<'_> {
    /// All arguments from `first` on as ids.
    pub(super) fn ids_from(&self, first: usize) -> Result<Vec<StreamId>, Refusal> {
        self.args.iter().skip(first).map(strict_id).collect()
    }
}

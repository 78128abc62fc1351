//! Commands on lists.

mod blocking;
mod edit;
mod pop;
mod position;
mod push;
mod range;
mod transfer;

pub(crate) use blocking::{blmove, blmpop, blpop, brpop, brpoplpush};
pub(crate) use edit::{linsert, lrem, lset};
pub(crate) use pop::{lmpop, lpop, rpop};
pub(crate) use position::lpos;
pub(crate) use push::{lpush, lpushx, rpush, rpushx};
pub(crate) use range::{lindex, llen, lrange, ltrim};
pub(crate) use transfer::{lmove, rpoplpush};

use core::ops::Range;

use crate::commands::is_word;
use crate::ctx::Ctx;
use crate::encodings::collection::Collection;
use crate::encodings::list::{End, List, ListRef};
use crate::entry::Entry;
use crate::events::EventClass;
use crate::refusal::Refusal;

/// The list of an entry.
fn list_of(entry: &Entry) -> Result<ListRef<'_>, Refusal> {
    List::view(entry).ok_or(Refusal::WrongType)
}

/// LEFT or RIGHT.
fn end_arg(ctx: &Ctx<'_>, index: usize) -> Result<End, Refusal> {
    match ctx.arg(index) {
        word if is_word(word, "LEFT") => Ok(End::Left),
        word if is_word(word, "RIGHT") => Ok(End::Right),
        _ => Err(Refusal::Syntax),
    }
}

/// The indices between two ends that are given as clients do: inclusive, negative from the end, perhaps beyond.
fn span(start: i64, end: i64, len: usize) -> Range<usize> {
    let len_signed = i64::try_from(len).unwrap_or(i64::MAX);
    let absolute = |index: i64| if index < 0 { len_signed + index } else { index };
    let start = absolute(start).max(0);
    let behind = absolute(end).saturating_add(1).min(len_signed);
    if start < behind {
        start as usize..behind as usize
    } else {
        0..0
    }
}

/// The index that a client means; `None` if it lies before the first element.
fn absolute(index: i64, len: usize) -> Option<usize> {
    match usize::try_from(index) {
        Ok(index) => Some(index),
        Err(_negative) => len.checked_sub(usize::try_from(index.unsigned_abs()).ok()?),
    }
}

impl End {
    /// The command that pops from here, as replicas are told it.
    const fn pop_command(self) -> &'static [u8] {
        match self {
            Self::Left => b"LPOP",
            Self::Right => b"RPOP",
        }
    }

    const fn push_event(self) -> &'static str {
        match self {
            Self::Left => "lpush",
            Self::Right => "rpush",
        }
    }

    const fn pop_event(self) -> &'static str {
        match self {
            Self::Left => "lpop",
            Self::Right => "rpop",
        }
    }
}

impl Ctx<'_> {
    /// Notes that elements were popped, and perhaps the key with the last of them.
    fn note_popped(&mut self, key: &[u8], end: End, count: usize, emptied: bool) {
        self.note_removed(key, end.pop_event(), count, emptied);
    }

    /// Notes that elements were removed, and perhaps the key with the last of them.
    fn note_removed(&mut self, key: &[u8], event: &'static str, count: usize, emptied: bool) {
        self.notify(EventClass::LIST, event, key);
        if emptied {
            self.notify(EventClass::GENERIC, "del", key);
        }
        self.effects.changed(count as u64);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_are_cut_to_the_list() {
        for (start, end, expected) in [
            (0, -1, 0..5),
            (1, 3, 1..4),
            (-2, -1, 3..5),
            (-100, 100, 0..5),
            (3, 1, 0..0),
            (5, 9, 0..0),
            (0, -6, 0..0),
            (i64::MIN, i64::MAX, 0..5),
            (i64::MAX, i64::MIN, 0..0),
        ] {
            assert_eq!(span(start, end, 5), expected, "{start} {end}");
        }
        assert_eq!(span(0, -1, 0), 0..0);
    }

    #[test]
    fn indices_count_from_either_end() {
        for (index, expected) in [
            (0, Some(0)),
            (7, Some(7)),
            (-1, Some(4)),
            (-5, Some(0)),
            (-6, None),
            (i64::MIN, None),
        ] {
            assert_eq!(absolute(index, 5), expected, "{index}");
        }
    }
}

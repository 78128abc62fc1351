//! What a stream remembers of its entries, and what that tells of its readers.
//!
//! A group counts what it reads. That number is only worth something while no entry was deleted in the middle
//! of what it reads later, and it can be guessed anew at the ends of a stream.

use super::group::Group;
use super::id::{self, StreamId};

/// The numbers of a stream.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(crate) struct Numbers {
    /// How many entries it has.
    pub(crate) length: u64,
    /// The id of its first entry, or zeros.
    pub(crate) first_id: StreamId,
    /// The last id that was given to an entry.
    pub(crate) last_id: StreamId,
    /// The greatest id of a deleted entry. Trimming does not count.
    pub(crate) max_deleted_id: StreamId,
    /// How many entries were ever added.
    pub(crate) entries_added: u64,
}

impl Numbers {
    /// How many entries a group has not read yet, if that is known.
    pub(crate) fn lag(&self, group: &Group) -> Option<i64> {
        let read = match group.entries_read {
            _ if self.entries_added == 0 => 0,
            Some(read) if !self.has_deleted_from(group.last_id) => read,
            _ => self.entries_up_to(group.last_id)?,
        };
        Some(self.entries_added.wrapping_sub(read).cast_signed())
    }

    /// What a group has read when it goes on to an entry.
    pub(super) fn count_read(&self, entries_read: Option<u64>, id: StreamId) -> Option<u64> {
        match entries_read {
            Some(read) if !self.has_deleted_from(id) => Some(read.wrapping_add(1)),
            _ if self.entries_added > 0 => self.entries_up_to(id),
            unknown => unknown,
        }
    }

    /// Whether an entry from `start` on was deleted, in the middle of the stream.
    fn has_deleted_from(&self, start: StreamId) -> bool {
        self.length > 0
            && self.max_deleted_id != id::MIN
            && self.first_id <= self.max_deleted_id
            && start <= self.max_deleted_id
    }

    /// How many entries were ever added up to an id, where that can be told: at the ends of the stream, and
    /// as long as nothing was deleted in its middle.
    fn entries_up_to(&self, id: StreamId) -> Option<u64> {
        if self.entries_added == 0 {
            return Some(0);
        }
        if id == self.last_id || (self.length == 0 && id < self.last_id) {
            return Some(self.entries_added);
        }
        let whole = self.max_deleted_id == id::MIN || self.max_deleted_id < self.first_id;
        if id > self.last_id || id > self.first_id || !whole {
            return None;
        }
        let before_first = self.entries_added.wrapping_sub(self.length);
        Some(before_first.wrapping_add(u64::from(id == self.first_id)))
    }
}

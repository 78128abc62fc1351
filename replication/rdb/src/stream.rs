//! Streams as RDB keeps them: nodes of entries, and consumer groups with what they have not acknowledged.

use alloc::vec::Vec;

use bytes::Bytes;

/// The id of an entry.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct StreamId {
    /// Milliseconds since the Unix epoch, or whatever its writer chose.
    pub ms: u64,
    /// Tells entries of one millisecond apart.
    pub seq: u64,
}

impl StreamId {
    /// The id as nodes and pending lists have it: both numbers big-endian.
    #[must_use]
    pub fn to_bytes(self) -> [u8; 16] {
        ((u128::from(self.ms) << 64) | u128::from(self.seq)).to_be_bytes()
    }

    /// The id in such bytes.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 16]) -> Self {
        let both = u128::from_be_bytes(bytes);
        Self {
            ms: (both >> 64) as u64,
            seq: (both & u64::MAX as u128) as u64,
        }
    }
}

/// A node: the id that its entries count from, and a listpack of them (see [`crate::stream_node`]).
pub type StreamNode = (StreamId, Bytes);

/// A stream, completely checked: nodes are sound and in order, `length` is right, every pending entry belongs
/// to exactly one consumer of its group.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Stream {
    /// The nodes in the order of their ids; none is without live entries. A reader has handed out the first
    /// ones of a large stream before.
    pub nodes: Vec<StreamNode>,
    /// How many live entries there are in all nodes.
    pub length: u64,
    /// The last id that was given to an entry.
    pub last_id: StreamId,
    /// The id of the first entry, as the writer remembers it.
    pub first_id: StreamId,
    /// The greatest id of a deleted entry.
    pub max_deleted_id: StreamId,
    /// How many entries were ever added.
    pub entries_added: u64,
    /// The groups, no name twice.
    pub groups: Vec<StreamGroup>,
}

/// A consumer group.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct StreamGroup {
    /// Its name.
    pub name: Bytes,
    /// The last id that was delivered.
    pub last_id: StreamId,
    /// How many entries were delivered, if that is known.
    pub entries_read: Option<u64>,
    /// What was delivered and not acknowledged, in the order of ids.
    pub pending: Vec<PendingEntry>,
    /// The consumers, no name twice.
    pub consumers: Vec<StreamConsumer>,
}

/// A delivery that waits for its acknowledgement.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct PendingEntry {
    /// The entry, which may be deleted by now.
    pub id: StreamId,
    /// When it was last delivered, in milliseconds since the Unix epoch.
    pub delivery_time_ms: i64,
    /// How often it was delivered.
    pub delivery_count: u64,
}

/// A consumer of a group.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct StreamConsumer {
    /// Its name.
    pub name: Bytes,
    /// When it was last heard of.
    pub seen_time_ms: i64,
    /// When it last got something.
    pub active_time_ms: Option<i64>,
    /// The entries of the group's pending list that are its own, in the order of ids.
    pub pending: Vec<StreamId>,
}

impl Stream {
    /// What form 1 of the type does not say of a group: how many entries were delivered up to an id. It is
    /// known at the ends of the stream only.
    pub(crate) fn guess_entries_read(&self, id: StreamId) -> Option<u64> {
        if self.length == 0 || id < self.first_id {
            Some(0)
        } else if id == self.last_id {
            Some(self.length)
        } else if id == self.first_id {
            Some(1)
        } else {
            None
        }
    }
}

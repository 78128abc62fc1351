//! Looking at keys before their commands run.
//!
//! With many keys in memory a lookup is mostly waiting: for the table of the slot, for the cells in it, and for the
//! entry, each of which tells where the next one is. A pipeline says early which keys it will ask for, so all
//! of them are sent for in three rounds: in each round the memory of all keys is on its way at the same time.
//! Nothing here changes anything, and commands run correctly without it.

use shoal_slots::Slot;

use crate::keyspace::Keyspace;
use crate::prefetch::prefetch;
use crate::table::Table;

/// What is known of a key without looking into the keyspace.
#[derive(Clone, Copy, Debug)]
pub struct KnownKey {
    slot: Option<Slot>,
    hash: u64,
}

impl KnownKey {
    /// The slot; outside of a cluster there is none.
    #[inline]
    #[must_use]
    pub const fn slot(&self) -> Option<Slot> {
        self.slot
    }

    /// The hash, for [`Ctx::hash`](crate::Ctx::hash) of the same keyspace.
    #[inline]
    #[must_use]
    pub const fn hash(&self) -> u64 {
        self.hash
    }
}

impl Keyspace {
    /// What there is to know of a key.
    #[inline]
    #[must_use]
    pub fn know(&self, key: &[u8]) -> KnownKey {
        KnownKey {
            slot: self.cluster.then(|| Slot::of_key(key)),
            hash: self.hasher.hash(key),
        }
    }

    /// First round: sends for the table that a key belongs to.
    #[inline]
    pub fn prefetch_table(&self, db: usize, key: KnownKey) {
        if let Some(table) = self.table_of(db, key) {
            prefetch(core::ptr::from_ref(table));
        }
    }

    /// Second round: sends for the cells where the key should be.
    #[inline]
    pub fn prefetch_cells(&self, db: usize, key: KnownKey) {
        if let Some(table) = self.table_of(db, key) {
            table.prefetch_cells(key.hash);
        }
    }

    /// Third round: sends for the entry that is likely the key's.
    #[inline]
    pub fn prefetch_entry(&self, db: usize, key: KnownKey) {
        if let Some(table) = self.table_of(db, key) {
            table.prefetch_entry(key.hash);
        }
    }

    #[inline]
    fn table_of(&self, db: usize, key: KnownKey) -> Option<&Table> {
        let index = key.slot.map_or(0, Slot::index);
        self.databases.get(db)?.table(index)
    }
}

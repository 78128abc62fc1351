//! Looking at keys before their commands run.
//!
//! With many keys in memory a lookup is mostly waiting: for the table of the slot, for the cells in it, and for the
//! entry, each of which tells where the next one is. A pipeline says early which keys it will ask for, so all
//! of them are sent for in three rounds: in each round the memory of all keys is on its way at the same time.
//! Nothing here changes anything, and commands run correctly without it.

use shoal_slots::Slot;

use crate::ctx::Ctx;
use crate::keyspace::{Access, Keyspace};
use crate::prefetch::prefetch;
use crate::table::Table;

/// How many keys of one command are looked at together: enough to hide the wait, and few enough to stay in the cache.
const TOGETHER: usize = 16;

/// What is known of a key without looking into the keyspace.
#[derive(Clone, Copy, Debug, Default)]
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
            slot: self.slot_of(key),
            hash: self.hasher.hash(key),
        }
    }

    #[inline]
    fn slot_of(&self, key: &[u8]) -> Option<Slot> {
        self.cluster.then(|| Slot::of_key(key))
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

impl Ctx<'_> {
    /// Executes a command of many keys: runs `each` for every `step`-th argument from `first` on, which is a key, with
    /// its index and with what is known about it. The next keys' memory is on its way meanwhile.
    #[inline]
    pub(crate) fn for_keys(
        &mut self,
        first: usize,
        step: usize,
        mut each: impl FnMut(&mut Self, Access, usize),
    ) {
        let end = self.args.len();
        if end <= first + step {
            let access = self.access();
            return each(self, access, first);
        }
        let mut group = [self.access(); TOGETHER];
        let mut next = first;
        while next < end {
            let indexes = (next..end).step_by(step).take(TOGETHER);
            let known = self.look_at(indexes.clone(), &mut group);
            for (index, access) in indexes.zip(known) {
                each(self, *access, index);
            }
            next += step * TOGETHER;
        }
    }

    /// Hashes keys and sends for their memory.
    fn look_at<'g>(
        &self,
        indexes: impl Iterator<Item = usize>,
        group: &'g mut [Access; TOGETHER],
    ) -> &'g [Access] {
        let mut known = [KnownKey::default(); TOGETHER];
        let mut count = 0;
        for ((known, access), index) in known.iter_mut().zip(&mut *group).zip(indexes) {
            let key = self.arg(index);
            // All keys of a command are in one slot of a cluster, which routing has computed.
            known.slot = self.slot.or_else(|| self.keyspace.slot_of(key));
            known.hash = self.keyspace.hasher.hash(key);
            (access.slot, access.hash) = (known.slot, Some(known.hash));
            count += 1;
        }
        let known = &known[..count];
        known
            .iter()
            .for_each(|&key| self.keyspace.prefetch_cells(self.db, key));
        known
            .iter()
            .for_each(|&key| self.keyspace.prefetch_entry(self.db, key));
        &group[..count]
    }
}

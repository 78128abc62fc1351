//! The members of a large set: entries without values in a table.

use rand_core::Rng;

use crate::entry::{Entry, Payload};
use crate::hashing::KeyHasher;
use crate::table::Table;

/// A set in table form.
#[derive(Clone, Debug, Default)]
pub(crate) struct SetTable(Table);

impl SetTable {
    pub(crate) const fn table(&self) -> &Table {
        &self.0
    }

    pub(crate) fn into_table(self) -> Table {
        self.0
    }

    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    pub(crate) fn heap_bytes(&self) -> usize {
        self.0.bytes() + self.0.entry_bytes()
    }

    #[inline]
    pub(crate) fn contains(&self, member: &[u8], hasher: &KeyHasher) -> bool {
        self.0.find(hasher.hash(member), member).is_some()
    }

    /// Adds a member. Returns whether it is new.
    #[inline]
    pub(crate) fn insert(&mut self, member: &[u8], hasher: &KeyHasher) -> bool {
        let hash = hasher.hash(member);
        let new = self.0.find(hash, member).is_none();
        if new {
            self.insert_entry(hash, Entry::new(member, Payload::Bytes(b""), None), hasher);
        }
        new
    }

    fn insert_entry(&mut self, hash: u64, entry: Entry, hasher: &KeyHasher) {
        self.0.insert(hash, entry, hasher);
    }

    /// Removes a member. Returns whether it was there.
    #[inline]
    pub(crate) fn remove(&mut self, member: &[u8], hasher: &KeyHasher) -> bool {
        self.0.remove(hasher.hash(member), member).is_some()
    }

    /// Takes a member out that is chosen at random; its entry's key is the member.
    pub(crate) fn take_random<R: Rng>(&mut self, rng: &mut R) -> Option<Entry> {
        let position = self.0.random_position(rng)?;
        self.0.remove_at(position)
    }
}

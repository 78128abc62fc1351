//! One database: a table per slot in a cluster, or a single table.

use shoal_slots::Slot;

use crate::census::{Among, Census, GROUP};
use crate::entry::Entry;
use crate::hashing::KeyHasher;
use crate::table::{Position, Table};

#[derive(Debug)]
pub(crate) struct Database {
    tables: Box<[Table]>,
    census: Census,
    /// Memory of the entries.
    entry_bytes: usize,
    /// Memory of the tables' cells.
    table_bytes: usize,
    /// How long keys with an expiry have left, in milliseconds, as the expiry cycle estimates it.
    pub(crate) average_ttl: i64,
}

impl Database {
    pub(crate) fn new(tables: usize) -> Self {
        Self {
            tables: (0..tables).map(|_| Table::default()).collect(),
            census: Census::new(tables),
            entry_bytes: 0,
            table_bytes: 0,
            average_ttl: 0,
        }
    }

    pub(crate) const fn len(&self) -> usize {
        self.census.total(Among::All)
    }

    pub(crate) const fn expiring(&self) -> usize {
        self.census.total(Among::Expiring)
    }

    pub(crate) const fn count(&self, among: Among) -> usize {
        self.census.total(among)
    }

    /// The memory of keys and values, in constant time.
    pub(crate) const fn memory(&self) -> usize {
        self.entry_bytes + self.overhead()
    }

    /// The part of the memory that is neither keys nor values.
    pub(crate) const fn overhead(&self) -> usize {
        self.table_bytes + size_of_val::<[Table]>(&self.tables)
    }

    #[inline]
    pub(crate) fn table(&self, index: usize) -> Option<&Table> {
        self.tables.get(index)
    }

    /// The next table from `index` on that has entries.
    pub(crate) fn next_occupied(&self, index: usize) -> Option<usize> {
        self.next_with(index, Among::All)
    }

    /// The next table from `index` on that has such entries.
    pub(crate) fn next_with(&self, index: usize, among: Among) -> Option<usize> {
        let mut index = index;
        loop {
            index = self.census.skip_empty(index, among)?;
            if count(self.tables.get(index)?, among) > 0 {
                return Some(index);
            }
            index += 1;
        }
    }

    /// The table that holds the `nth` key, counting through all tables.
    pub(crate) fn table_of_nth(&self, nth: usize) -> Option<&Table> {
        self.tables.get(self.index_of_nth(nth, Among::All)?)
    }

    /// The number of the table that holds the `nth` such key, counting through all tables.
    pub(crate) fn index_of_nth(&self, nth: usize, among: Among) -> Option<usize> {
        let (first, mut left) = self.census.group_of_nth(nth, among)?;
        for (at, table) in self.tables.get(first..)?.iter().take(GROUP).enumerate() {
            let here = count(table, among);
            if left < here {
                return Some(first + at);
            }
            left -= here;
        }
        None
    }

    pub(crate) fn insert(&mut self, table: usize, hash: u64, entry: Entry, hasher: &KeyHasher) {
        let Some(place) = self.tables.get_mut(table) else {
            return;
        };
        self.census.change(table, 1, entry.has_expiry().into());
        self.entry_bytes += entry.memory();
        let before = place.bytes();
        place.insert(hash, entry, hasher);
        self.table_bytes = self.table_bytes + place.bytes() - before;
    }

    pub(crate) fn remove(&mut self, table: usize, position: Position) -> Option<Entry> {
        let place = self.tables.get_mut(table)?;
        let before = place.bytes();
        let entry = place.remove_at(position)?;
        self.table_bytes = self.table_bytes + place.bytes() - before;
        self.census
            .change(table, -1, -i32::from(entry.has_expiry()));
        self.entry_bytes = self.entry_bytes.saturating_sub(entry.memory());
        Some(entry)
    }

    /// Changes an entry and keeps the books: memory, and how many keys have an expiry.
    #[inline]
    pub(crate) fn edit<R>(
        &mut self,
        table: usize,
        position: Position,
        change: impl FnOnce(&mut Entry) -> R,
    ) -> Option<R> {
        let place = self.tables.get_mut(table)?;
        let (memory, expiring) = (place.entry_bytes(), place.expiring());
        let result = place.edit(position, change)?;
        self.entry_bytes = (self.entry_bytes + place.entry_bytes()).saturating_sub(memory);
        if place.expiring() != expiring {
            let more = if place.expiring() > expiring { 1 } else { -1 };
            self.census.change(table, 0, more);
        }
        Some(result)
    }

    /// Takes the whole table of a slot off in constant time.
    pub(crate) fn detach(&mut self, index: usize) -> Table {
        let Some(place) = self.tables.get_mut(index) else {
            return Table::default();
        };
        let table = core::mem::take(place);
        let fewer = |count: usize| -i32::try_from(count).unwrap_or(i32::MAX);
        self.census
            .change(index, fewer(table.len()), fewer(table.expiring()));
        self.entry_bytes = self.entry_bytes.saturating_sub(table.entry_bytes());
        self.table_bytes = self.table_bytes.saturating_sub(table.bytes());
        table
    }

    /// The keys of one slot, at most `max`.
    pub(crate) fn keys_in(&self, slot: Slot, max: usize) -> Vec<Vec<u8>> {
        self.tables
            .get(slot.index())
            .map_or_else(Vec::new, |table| {
                table
                    .iter()
                    .take(max)
                    .map(|entry| entry.key().to_vec())
                    .collect()
            })
    }
}

fn count(table: &Table, among: Among) -> usize {
    match among {
        Among::All => table.len(),
        Among::Expiring => table.expiring(),
    }
}

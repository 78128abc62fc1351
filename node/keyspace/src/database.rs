//! One database: a table per slot in a cluster, or a single table.

use shoal_slots::Slot;

use crate::entry::Entry;
use crate::hashing::KeyHasher;
use crate::table::{Position, Table};

/// Tables per block of the summary that finds non-empty tables.
const BLOCK: usize = 128;

#[derive(Debug)]
pub(crate) struct Database {
    tables: Box<[Table]>,
    /// How many keys each block of tables has, for skipping empty slots and for choosing keys at random.
    blocks: Box<[usize]>,
    len: usize,
    expiring: usize,
    /// Memory of the entries.
    bytes: usize,
}

impl Database {
    pub(crate) fn new(tables: usize) -> Self {
        Self {
            tables: (0..tables).map(|_| Table::default()).collect(),
            blocks: vec![0; tables.div_ceil(BLOCK)].into(),
            len: 0,
            expiring: 0,
            bytes: 0,
        }
    }

    pub(crate) const fn len(&self) -> usize {
        self.len
    }

    pub(crate) const fn expiring(&self) -> usize {
        self.expiring
    }

    pub(crate) fn memory(&self) -> usize {
        let tables: usize = self.tables.iter().map(Table::bytes).sum();
        self.bytes + tables + size_of_val::<[Table]>(&self.tables)
    }

    #[inline]
    pub(crate) fn table(&self, index: usize) -> Option<&Table> {
        self.tables.get(index)
    }

    /// The next table from `index` on that has entries.
    pub(crate) fn next_occupied(&self, index: usize) -> Option<usize> {
        let mut index = index;
        while index < self.tables.len() {
            let block = index / BLOCK;
            if self.blocks.get(block).is_none_or(|&len| len == 0) {
                index = (block + 1) * BLOCK;
            } else if self.tables.get(index).is_none_or(Table::is_empty) {
                index += 1;
            } else {
                return Some(index);
            }
        }
        None
    }

    /// The table that holds the `nth` key, counting through all tables.
    pub(crate) fn table_of_nth(&self, nth: usize) -> Option<&Table> {
        let mut left = nth;
        let mut block = 0;
        while let Some(&len) = self.blocks.get(block).filter(|&&len| len <= left) {
            left -= len;
            block += 1;
        }
        for table in self.tables.get(block * BLOCK..)? {
            if left < table.len() {
                return Some(table);
            }
            left -= table.len();
        }
        None
    }

    pub(crate) fn insert(&mut self, table: usize, hash: u64, entry: Entry, hasher: &KeyHasher) {
        let Some(place) = self.tables.get_mut(table) else {
            return;
        };
        self.len += 1;
        self.expiring += usize::from(entry.has_expiry());
        self.bytes += entry.memory();
        if let Some(block) = self.blocks.get_mut(table / BLOCK) {
            *block += 1;
        }
        place.insert(hash, entry, hasher);
    }

    pub(crate) fn remove(&mut self, table: usize, position: Position) -> Option<Entry> {
        let entry = self.tables.get_mut(table)?.remove_at(position)?;
        self.len -= 1;
        self.expiring -= usize::from(entry.has_expiry());
        self.bytes = self.bytes.saturating_sub(entry.memory());
        if let Some(block) = self.blocks.get_mut(table / BLOCK) {
            *block -= 1;
        }
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
        let table = self.tables.get_mut(table)?;
        let (memory, expiring) = (table.entry_bytes(), table.expiring());
        let result = table.edit(position, change)?;
        self.bytes = (self.bytes + table.entry_bytes()).saturating_sub(memory);
        self.expiring = (self.expiring + table.expiring()).saturating_sub(expiring);
        Some(result)
    }

    /// Takes the whole table of a slot off in constant time.
    pub(crate) fn detach(&mut self, index: usize) -> Table {
        let Some(place) = self.tables.get_mut(index) else {
            return Table::default();
        };
        let table = core::mem::take(place);
        self.len -= table.len();
        self.expiring = self.expiring.saturating_sub(table.expiring());
        if let Some(block) = self.blocks.get_mut(index / BLOCK) {
            *block -= table.len();
        }
        self.bytes = self.bytes.saturating_sub(table.entry_bytes());
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

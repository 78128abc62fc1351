//! Walking the whole keyspace in the order of slots, for saving it.
//!
//! A walk advances a bounded amount per call. For now it is a plain walk: what is written meanwhile may be
//! in it or not, so whoever needs a point in time runs it to its end without letting commands in between.
//! The marks in the entries are for the walk that saves old values before they change.

use shoal_rdb::Writer;
use shoal_slots::UnixMillis;

use crate::keyspace::Keyspace;
use crate::table::END;

/// Where a walk over the keyspace is.
#[derive(Clone, Copy, Debug, Default)]
pub struct SnapshotWalk {
    db: usize,
    table: usize,
    position: u64,
    /// Whether the header of the current database is written.
    selected: bool,
    with_usage: bool,
}

impl SnapshotWalk {
    /// A walk from the beginning. `with_usage`: write LRU or LFU data of the keys too.
    #[must_use]
    pub const fn new(with_usage: bool) -> Self {
        Self {
            db: 0,
            table: 0,
            position: 0,
            selected: false,
            with_usage,
        }
    }

    /// Writes at least `budget` keys (and a handful more), unless the end comes first. Returns whether there is
    /// more to write.
    pub fn advance(
        &mut self,
        keyspace: &Keyspace,
        now: UnixMillis,
        budget: usize,
        writer: &mut Writer,
    ) -> bool {
        let mut written = 0;
        while let Some(database) = keyspace.databases.get(self.db) {
            if written >= budget {
                return true;
            }
            let Some(table) = database.next_occupied(self.table) else {
                *self = Self {
                    db: self.db + 1,
                    ..Self::new(self.with_usage)
                };
                continue;
            };
            if table != self.table {
                (self.table, self.position) = (table, 0);
            }
            if !self.selected {
                writer.select_db(self.db as u32);
                writer.resize_db(database.len() as u64, database.expiring() as u64);
                self.selected = true;
            }
            let Some(entries) = database.table(table) else {
                return false;
            };
            self.position = entries.scan(self.position, &mut |entry| {
                keyspace.write_entry(entry, now, self.with_usage, writer);
                written += 1;
            });
            if self.position == END {
                (self.table, self.position) = (table + 1, 0);
            }
        }
        false
    }
}

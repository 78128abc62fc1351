//! Where detached tables and large values wait until their memory is freed, a bounded piece at a time.

use crate::encodings::hash::Hash;
use crate::entry::Entry;
use crate::table::Table;
use crate::value::Value;

/// Things to be freed. It can be handed to another thread as a whole and dropped there.
#[derive(Debug, Default)]
pub struct Graveyard {
    tables: Vec<Table>,
}

impl Graveyard {
    /// Whether nothing waits.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.tables.is_empty()
    }

    /// Frees about `budget` keys or fields. Returns whether more is left.
    pub fn free_some(&mut self, budget: usize) -> bool {
        let mut left = budget;
        while left > 0 {
            let Some(mut table) = self.tables.pop() else {
                return false;
            };
            let mut found = Vec::new();
            let after = table.free_some(left, |mut entry| {
                found.extend(entry.take_boxed().filter(|value| value.is_large()));
                1
            });
            if after == 0 {
                self.tables.push(table);
            }
            left = after;
            for value in found {
                self.bury_value(*value);
            }
        }
        !self.is_empty()
    }

    pub(crate) fn bury_table(&mut self, table: Table) {
        if !table.is_empty() {
            self.tables.push(table);
        }
    }

    /// Frees a value now if it is small, and later if not.
    pub(crate) fn bury_value(&mut self, value: Value) {
        if let Value::Hash(Hash::Table(table)) = value {
            self.bury_table(table.into_table());
        }
    }

    /// Frees an entry, its value later if that is large.
    pub(crate) fn bury_entry(&mut self, mut entry: Entry) {
        if let Some(value) = entry.take_boxed() {
            self.bury_value(*value);
        }
    }
}

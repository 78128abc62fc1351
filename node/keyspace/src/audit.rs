//! Counting everything again: what the books say must be what is there. For fuzzing and tests; it looks at every key.

use shoal_slots::Slot;

use crate::database::Database;
use crate::keyspace::Keyspace;
use crate::table::Table;

/// What was counted in a database.
#[derive(Debug, Default, Eq, PartialEq)]
struct Books {
    keys: usize,
    expiring: usize,
    memory: usize,
}

impl Keyspace {
    /// Compares the books with the keys, and says where they differ.
    ///
    /// # Errors
    ///
    /// What is wrong, for whoever looks for the reason.
    #[doc(hidden)]
    pub fn audit(&self) -> Result<(), String> {
        for (number, database) in self.databases.iter().enumerate() {
            let booked = Books {
                keys: database.len(),
                expiring: database.expiring(),
                memory: database.memory(),
            };
            let counted = self.count(database)?;
            if booked != counted {
                return Err(format!(
                    "database {number}: booked {booked:?}, counted {counted:?}"
                ));
            }
        }
        Ok(())
    }

    fn count(&self, database: &Database) -> Result<Books, String> {
        let mut books = Books::default();
        let tables = (0..).map_while(|index| database.table(index));
        for (index, table) in tables.enumerate() {
            let before = (books.keys, books.expiring);
            books.memory += size_of::<Table>() + table.bytes();
            for entry in table.iter() {
                books.keys += 1;
                books.expiring += usize::from(entry.has_expiry());
                books.memory += entry.memory();
                let found = table.find(self.hasher.hash(entry.key()), entry.key());
                let misplaced = self.cluster && Slot::of_key(entry.key()).index() != index;
                if found.is_none() || misplaced {
                    let key = entry.key().escape_ascii();
                    return Err(format!("nobody finds {key} in table {index}"));
                }
            }
            let counted = (books.keys - before.0, books.expiring - before.1);
            if counted != (table.len(), table.expiring()) {
                return Err(format!("table {index}: counted {counted:?} keys"));
            }
        }
        Ok(books)
    }
}

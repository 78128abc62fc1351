//! Expiry: keys go when somebody looks at them after their time (see `Keyspace::find`), or when the cycle
//! below comes across them.

use shoal_slots::UnixMillis;

use crate::effects::Effects;
use crate::keyspace::{Keyspace, is_expired};
use crate::table::END;

/// Where the cycle goes on.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct CyclePosition {
    db: usize,
    table: usize,
    position: u64,
}

/// What a piece of the expiry cycle found.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct CycleReport {
    /// Keys with an expiry that were looked at.
    pub checked: usize,
    /// Those of them that were past their time and are now deleted.
    pub expired: usize,
}

impl CycleReport {
    /// Whether so many keys were past their time that another piece should follow soon: more than one in
    /// ten, as the reference server has it.
    #[must_use]
    pub const fn is_behind(&self) -> bool {
        self.expired * 10 > self.checked
    }
}

impl Keyspace {
    /// Deletes keys that are past their time, going round all databases piece by piece. One unit of the
    /// budget is one key looked at, or a handful of cells passed over. A replica does nothing.
    ///
    /// The deleted keys stand in `effects.expired`, if somebody listens.
    pub fn expire_cycle(
        &mut self,
        now: UnixMillis,
        budget: usize,
        effects: &mut Effects,
    ) -> CycleReport {
        let mut report = CycleReport::default();
        let total: usize = self
            .databases
            .iter()
            .map(super::database::Database::expiring)
            .sum();
        if self.replica || total == 0 {
            return report;
        }
        let mut left = budget;
        let mut expired = Vec::new();
        // Going round once is enough, even if the budget would allow more.
        let mut rounds = 0;
        while left > 0 && rounds <= self.databases.len() {
            left -= 1;
            let Some(table) = self.next_expiring_table() else {
                rounds += 1;
                self.cycle = CyclePosition {
                    db: (self.cycle.db + 1) % self.databases.len(),
                    table: 0,
                    position: 0,
                };
                continue;
            };
            let mut checked = 0;
            let cycle = self.cycle;
            let next = self
                .databases
                .get(cycle.db)
                .and_then(|db| db.table(table))
                .map_or(END, |table| {
                    table.scan(cycle.position, &mut |entry| {
                        if entry.has_expiry() {
                            checked += 1;
                            if is_expired(entry, now) {
                                expired.push(entry.key().to_vec());
                            }
                        }
                    })
                });
            self.cycle = match next {
                END => CyclePosition {
                    table: table + 1,
                    position: 0,
                    ..cycle
                },
                position => CyclePosition { position, ..cycle },
            };
            report.checked += checked;
            report.expired += expired.len();
            left = left.saturating_sub(checked);
            for key in expired.drain(..) {
                self.delete_in(cycle.db, table, &key, effects);
            }
        }
        report
    }

    /// The table of the cycle's database to go on with; leaves its number in the cycle's position.
    fn next_expiring_table(&mut self) -> Option<usize> {
        let db = self
            .databases
            .get(self.cycle.db)
            .filter(|db| db.expiring() > 0)?;
        let mut table = db.next_occupied(self.cycle.table)?;
        while db.table(table).is_some_and(|table| table.expiring() == 0) {
            table = db.next_occupied(table + 1)?;
        }
        if table != self.cycle.table {
            self.cycle.table = table;
            self.cycle.position = 0;
        }
        Some(table)
    }

    fn delete_in(&mut self, db: usize, table: usize, key: &[u8], effects: &mut Effects) {
        let hash = self.hasher.hash(key);
        let position = self
            .databases
            .get(db)
            .and_then(|db| db.table(table))
            .and_then(|table| table.find(hash, key));
        let place = crate::keyspace::Place {
            db,
            table,
            hash,
            position,
        };
        self.delete_expired(place, key, effects);
    }
}

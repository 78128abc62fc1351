//! Expiry: keys go when somebody looks at them after their time (see `Keyspace::find`), or when the cycle
//! below comes across them.

use shoal_slots::UnixMillis;

use crate::census::Among;
use crate::database::Database;
use crate::effects::Effects;
use crate::keyspace::{Keyspace, Place, is_expired};
use crate::table::END;

/// What deleting a key costs, in keys looked at.
const DELETION: usize = 4;

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
    /// Whether more than `percent` of the keys were past their time, so that another piece should follow soon.
    #[must_use]
    pub const fn is_behind(&self, percent: usize) -> bool {
        self.expired * 100 > self.checked * percent
    }
}

/// How long keys with an expiry live on, as far as the cycle has seen them.
#[derive(Clone, Copy, Debug, Default)]
struct Lifetimes {
    sum: i64,
    keys: i64,
}

impl Lifetimes {
    const fn add(&mut self, millis: i64) {
        if millis > 0 {
            self.sum = self.sum.saturating_add(millis);
            self.keys += 1;
        }
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
        if self.replica || self.databases.iter().all(|db| db.expiring() == 0) {
            return report;
        }
        let mut left = budget;
        let mut lifetimes = Lifetimes::default();
        // Going round once is enough, even if the budget would allow more.
        let mut rounds = 0;
        while left > 0 && rounds <= self.databases.len() {
            let Some(table) = self.next_expiring_table() else {
                rounds += 1;
                self.end_of_database(&mut lifetimes);
                continue;
            };
            let piece = self.look_at_place(table, now, &mut lifetimes, effects);
            left = left.saturating_sub(1 + piece.checked + DELETION * piece.expired);
            report.checked += piece.checked;
            report.expired += piece.expired;
        }
        self.note_lifetimes(lifetimes);
        report
    }

    /// The average time that keys of a database with an expiry have left, in milliseconds, estimated by the cycle.
    #[must_use]
    pub fn average_ttl(&self, db: usize) -> i64 {
        self.databases
            .get(db)
            .filter(|db| db.expiring() > 0)
            .map_or(0, |db| db.average_ttl)
    }

    /// Looks at one place of a table, deletes what is past its time, and moves the cycle on.
    fn look_at_place(
        &mut self,
        table: usize,
        now: UnixMillis,
        lifetimes: &mut Lifetimes,
        effects: &mut Effects,
    ) -> CycleReport {
        let cycle = self.cycle;
        let mut checked = 0;
        let mut expired = Vec::new();
        let entries = self.databases.get(cycle.db).and_then(|db| db.table(table));
        let next = entries.map_or(END, |table| {
            table.scan(cycle.position, &mut |entry| {
                let Some(when) = entry.expiry() else {
                    return;
                };
                checked += 1;
                lifetimes.add(when.saturating_sub(now.0));
                if is_expired(entry, now) {
                    expired.push(entry.key().to_vec());
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
        for key in &expired {
            self.delete_in(cycle.db, table, key, effects);
        }
        CycleReport {
            checked,
            expired: expired.len(),
        }
    }

    /// The table of the cycle's database to go on with; leaves its number in the cycle's position.
    fn next_expiring_table(&mut self) -> Option<usize> {
        let db = self.databases.get(self.cycle.db)?;
        let table = db.next_with(self.cycle.table, Among::Expiring)?;
        if table != self.cycle.table {
            self.cycle.table = table;
            self.cycle.position = 0;
        }
        Some(table)
    }

    /// The cycle goes on with the next database.
    fn end_of_database(&mut self, lifetimes: &mut Lifetimes) {
        self.note_lifetimes(core::mem::take(lifetimes));
        self.cycle = CyclePosition {
            db: (self.cycle.db + 1) % self.databases.len(),
            table: 0,
            position: 0,
        };
    }

    fn note_lifetimes(&mut self, seen: Lifetimes) {
        if let Some(db) = self
            .databases
            .get_mut(self.cycle.db)
            .filter(|_| seen.keys > 0)
        {
            note_average(db, seen.sum / seen.keys);
        }
    }

    fn delete_in(&mut self, db: usize, table: usize, key: &[u8], effects: &mut Effects) {
        let hash = self.hasher.hash(key);
        let position = self
            .databases
            .get(db)
            .and_then(|db| db.table(table))
            .and_then(|table| table.find(hash, key));
        let place = Place {
            db,
            table,
            hash,
            position,
        };
        self.delete_expired(place, key, effects);
    }
}

/// A running average, in which what is new counts for a fiftieth, as in the reference server.
const fn note_average(db: &mut Database, average: i64) {
    if db.average_ttl == 0 {
        db.average_ttl = average;
    }
    db.average_ttl = db.average_ttl / 50 * 49 + average / 50;
}

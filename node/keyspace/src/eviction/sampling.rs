//! Random entries, fairly over all databases and tables, in little time.

use rand_core::Rng;
use rand_pcg::Pcg64Mcg;

use crate::census::Among;
use crate::database::Database;
use crate::entry::Entry;
use crate::table::{END, POSITION_BITS, Table};

/// How many places of a table are looked at for one entry. Most places are taken; where few keys have an expiry
/// the rest is up to the sweep.
const PLACES: usize = 256;

/// Where a sampled entry was found.
#[derive(Clone, Copy, Debug)]
pub(super) struct Sample<'k> {
    pub(super) db: usize,
    pub(super) table: usize,
    pub(super) entry: &'k Entry,
}

/// A random entry. Every key has nearly the same chance, wherever it lies. `None`: there is none, or they are so
/// rare that it was not found.
pub(super) fn sample<'k>(
    databases: &'k [Database],
    among: Among,
    rng: &mut Pcg64Mcg,
) -> Option<Sample<'k>> {
    let total = databases.iter().map(|db| db.count(among)).sum();
    let mut nth = below(rng.next_u64(), total)?;
    for (db, database) in databases.iter().enumerate() {
        let here = database.count(among);
        if nth < here {
            let table = database.index_of_nth(nth, among)?;
            let entry = pick(database.table(table)?, among, rng)?;
            return Some(Sample { db, table, entry });
        }
        nth -= here;
    }
    None
}

/// A random entry of a table: one of the first place with entries from a random one on.
fn pick<'t>(table: &'t Table, among: Among, rng: &mut Pcg64Mcg) -> Option<&'t Entry> {
    let mut position = rng.next_u64() >> (64 - POSITION_BITS);
    let mut seen = 0;
    let mut chosen = None;
    for _ in 0..PLACES {
        position = table.scan(position, &mut |entry| {
            if among == Among::All || entry.has_expiry() {
                seen += 1;
                if below(rng.next_u64(), seen) == Some(0) {
                    chosen = Some(entry);
                }
            }
        });
        if chosen.is_some() {
            break;
        }
        if position == END {
            position = 0;
        }
    }
    chosen
}

/// Scales a random number to the range below `count`.
fn below(number: u64, count: usize) -> Option<usize> {
    let scaled = (u128::from(number) * count as u128) >> 64;
    (count > 0).then_some(scaled as usize)
}

//! Eviction: choosing keys to delete when the memory is over its limit.
//!
//! Whether it is over is not known here: whoever watches the memory calls [`Keyspace::evict`] until it is not.
//! The order is approximated as the reference server does it: a few random keys are looked at per eviction, the
//! best of all looks so far stand in a pool, and the best of the pool goes.

mod policy;
mod pool;
mod sampling;

use shoal_slots::UnixMillis;

pub use policy::EvictionPolicy;
pub(crate) use pool::Pool;

use crate::census::Among;
use crate::effects::Effects;
use crate::entry::Entry;
use crate::events::EventClass;
use crate::keyspace::{Keyspace, Place};
use crate::table::END;
use policy::Order;
use pool::Candidate;

/// How often samples are taken before keys count as rare.
const ROUNDS: usize = 4;
/// How many tables or places of tables the sweep for rare keys passes per call.
const SWEPT: usize = 1024;

/// What became of one call of [`Keyspace::evict`].
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Eviction {
    /// This key is deleted.
    Evicted {
        /// The database it was in.
        db: usize,
        /// The key.
        key: Vec<u8>,
    },
    /// There are keys to evict, but they are rare, and none was found in bounded time. Call again.
    Searching,
    /// The policy allows no key to go.
    Nothing,
}

/// Where the sweep for rare keys goes on.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Sweep {
    db: usize,
    table: usize,
    position: u64,
}

/// What eviction remembers.
#[derive(Debug, Default)]
pub(crate) struct Evictor {
    pool: Pool,
    sweep: Sweep,
    /// The policy whose scores are in the pool.
    policy: EvictionPolicy,
}

impl Keyspace {
    /// Deletes the key that `maxmemory-policy` would rather lose than others. The caller tells replicas.
    pub fn evict(&mut self, now: UnixMillis, effects: &mut Effects) -> Eviction {
        let Some((among, order)) = self.options.policy.rule() else {
            return Eviction::Nothing;
        };
        if self.databases.iter().all(|db| db.count(among) == 0) {
            return Eviction::Nothing;
        }
        if self.evictor.policy != self.options.policy {
            self.evictor.policy = self.options.policy;
            self.evictor.pool.clear();
        }
        let samples = match order {
            Order::Chance => 1,
            _ => self.options.eviction_samples.max(1),
        };
        for _ in 0..ROUNDS {
            for _ in 0..samples {
                self.look_at_random_key(among, order, now);
            }
            if let Some(victim) = self.best_candidate(among, order, now) {
                return self.evict_candidate(victim, effects);
            }
        }
        self.sweep(among, order, now);
        match self.best_candidate(among, order, now) {
            Some(victim) => self.evict_candidate(victim, effects),
            None => Eviction::Searching,
        }
    }

    fn look_at_random_key(&mut self, among: Among, order: Order, now: UnixMillis) {
        let Some(found) = sampling::sample(&self.databases, among, &mut self.rng) else {
            return;
        };
        let score = self.score(found.entry, order, now);
        if self.evictor.pool.wants(score) {
            let key = found.entry.key();
            let candidate = Candidate {
                score,
                db: found.db,
                table: found.table,
                hash: self.hasher.hash(key),
                key: key.to_vec(),
            };
            self.evictor.pool.add(candidate);
        }
    }

    /// How good it is to evict this entry.
    fn score(&self, entry: &Entry, order: Order, now: UnixMillis) -> u64 {
        match order {
            Order::LeastRecent => self.idle_millis(entry, now),
            Order::LeastFrequent => u64::from(255 - self.frequency(entry, now).min(255)),
            Order::SoonestExpiry => u64::MAX - entry.expiry().unwrap_or_default().max(0) as u64,
            Order::Chance => 0,
        }
    }

    /// The best candidate that still is one: keys of the pool may have been deleted, used or made persistent since.
    fn best_candidate(&mut self, among: Among, order: Order, now: UnixMillis) -> Option<Place> {
        while let Some(best) = self.evictor.pool.take_best() {
            let position = self
                .databases
                .get(best.db)
                .and_then(|db| db.table(best.table))
                .and_then(|table| table.find(best.hash, &best.key));
            let place = Place {
                db: best.db,
                table: best.table,
                hash: best.hash,
                position,
            };
            let stands = self.entry(place).is_some_and(|entry| {
                (among == Among::All || entry.has_expiry())
                    && self.score(entry, order, now) >= best.score
            });
            if stands {
                return Some(place);
            }
        }
        None
    }

    fn evict_candidate(&mut self, place: Place, effects: &mut Effects) -> Eviction {
        let Some(entry) = self.remove(place) else {
            return Eviction::Searching;
        };
        let key = entry.key().to_vec();
        self.graveyard.bury_entry(entry);
        if !self.signals.is_idle() {
            self.signals.touched(place.hash, place.db, &key);
        }
        self.stats.evicted += 1;
        effects.event(EventClass::EVICTED, "evicted", place.db, &key);
        Eviction::Evicted { db: place.db, key }
    }

    /// Goes on through all tables, a bounded way, until it meets a key that may go.
    fn sweep(&mut self, among: Among, order: Order, now: UnixMillis) {
        let mut found = None;
        for _ in 0..SWEPT {
            let Sweep {
                db,
                table,
                position,
            } = self.evictor.sweep;
            let Some(database) = self.databases.get(db) else {
                self.evictor.sweep = Sweep::default();
                continue;
            };
            let Some(next) = database.next_with(table, among) else {
                self.evictor.sweep = Sweep {
                    db: db + 1,
                    ..Sweep::default()
                };
                continue;
            };
            let position = if next == table { position } else { 0 };
            let Some(entries) = database.table(next) else {
                return;
            };
            let after = entries.scan(position, &mut |entry| {
                if among == Among::All || entry.has_expiry() {
                    found = Some((
                        db,
                        next,
                        entry.key().to_vec(),
                        self.score(entry, order, now),
                    ));
                }
            });
            self.evictor.sweep = match after {
                END => Sweep {
                    db,
                    table: next + 1,
                    position: 0,
                },
                position => Sweep {
                    db,
                    table: next,
                    position,
                },
            };
            if found.is_some() {
                break;
            }
        }
        if let Some((db, table, key, score)) = found {
            let hash = self.hasher.hash(&key);
            self.evictor.pool.add(Candidate {
                score,
                db,
                table,
                hash,
                key,
            });
        }
    }
}

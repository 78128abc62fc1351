//! The keyspace: databases of tables, and the few operations on single keys that all commands are made of.

use rand_core::SeedableRng;
use rand_pcg::Pcg64Mcg;
use shoal_slots::{SLOT_COUNT, Slot, SlotSet, UnixMillis};

use crate::database::Database;
use crate::effects::Effects;
use crate::entry::Entry;
use crate::events::EventClass;
use crate::graveyard::Graveyard;
use crate::hashing::KeyHasher;
use crate::options::Options;
use crate::signals::Signals;
use crate::table::Position;

/// What a keyspace is made for.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct KeyspaceConfig {
    /// One database with a table per slot, instead of several databases with one table each.
    pub cluster: bool,
    /// How many databases there are outside of a cluster.
    pub databases: u16,
    /// What can be changed later, too.
    pub options: Options,
}

impl KeyspaceConfig {
    /// A cluster node's keyspace.
    #[must_use]
    pub fn cluster() -> Self {
        Self {
            cluster: true,
            databases: 1,
            options: Options::default(),
        }
    }

    /// A standalone server's keyspace.
    #[must_use]
    pub fn standalone(databases: u16) -> Self {
        Self {
            cluster: false,
            databases,
            options: Options::default(),
        }
    }
}

/// Counters for `INFO`.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub struct KeyspaceStats {
    /// Reads that found their key.
    pub hits: u64,
    /// Reads that did not.
    pub misses: u64,
    /// Keys deleted because their time had come.
    pub expired: u64,
    /// Keys deleted because the memory was over its limit.
    pub evicted: u64,
}

/// Who looks at keys, and when.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Access {
    pub(crate) db: usize,
    pub(crate) slot: Option<Slot>,
    /// The hash of the key, if it is known; only for looking at a single key.
    pub(crate) hash: Option<u64>,
    pub(crate) now: UnixMillis,
    pub(crate) from_primary: bool,
}

/// Where a key is, or would be. Valid until the keyspace is changed.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Place {
    pub(crate) db: usize,
    pub(crate) table: usize,
    pub(crate) hash: u64,
    pub(crate) position: Option<Position>,
}

impl Access {
    /// Somebody's who is not executing a command.
    pub(crate) const fn plain(db: usize, now: UnixMillis) -> Self {
        Self {
            db,
            slot: None,
            hash: None,
            now,
            from_primary: false,
        }
    }
}

impl Place {
    pub(crate) const fn exists(&self) -> bool {
        self.position.is_some()
    }
}

/// All keys of a node.
#[derive(Debug)]
pub struct Keyspace {
    pub(crate) databases: Vec<Database>,
    pub(crate) cluster: bool,
    pub(crate) hasher: KeyHasher,
    pub(crate) rng: Pcg64Mcg,
    pub(crate) options: Options,
    pub(crate) stats: KeyspaceStats,
    pub(crate) graveyard: Graveyard,
    pub(crate) replica: bool,
    /// Where collections that lie inside entries are changed.
    pub(crate) scratch: Vec<u8>,
    pub(crate) cycle: crate::expiry::CyclePosition,
    /// Keys that blocked or watching clients care about.
    pub(crate) signals: Signals,
    pub(crate) evictor: crate::eviction::Evictor,
}

impl Keyspace {
    /// An empty keyspace. The seed decides the order of iteration and everything random.
    #[must_use]
    pub fn new(config: KeyspaceConfig, seed: u64) -> Self {
        let (databases, tables) = if config.cluster {
            (1, usize::from(SLOT_COUNT))
        } else {
            (config.databases.max(1), 1)
        };
        Self {
            databases: (0..databases).map(|_| Database::new(tables)).collect(),
            cluster: config.cluster,
            hasher: KeyHasher::new(seed),
            rng: Pcg64Mcg::seed_from_u64(seed),
            options: config.options,
            stats: KeyspaceStats::default(),
            graveyard: Graveyard::default(),
            replica: false,
            scratch: Vec::new(),
            cycle: crate::expiry::CyclePosition::default(),
            signals: Signals::default(),
            evictor: crate::eviction::Evictor::default(),
        }
    }

    /// The options that `CONFIG SET` may change.
    #[must_use]
    pub const fn options(&self) -> &Options {
        &self.options
    }

    /// The options, to be changed.
    pub const fn options_mut(&mut self) -> &mut Options {
        &mut self.options
    }

    /// Whether we are a replica. Replicas never delete expired keys by themselves: their primary tells them.
    pub const fn set_replica(&mut self, replica: bool) {
        self.replica = replica;
    }

    /// Whether we are a replica.
    #[must_use]
    pub const fn is_replica(&self) -> bool {
        self.replica
    }

    /// The counters.
    #[must_use]
    pub const fn stats(&self) -> KeyspaceStats {
        self.stats
    }

    /// Starts the counters anew (`CONFIG RESETSTAT`).
    pub fn reset_stats(&mut self) {
        self.stats = KeyspaceStats::default();
        self.graveyard.reset_freed();
    }

    /// Whether there is a table per slot.
    #[must_use]
    pub const fn is_cluster(&self) -> bool {
        self.cluster
    }

    /// How many databases there are.
    #[must_use]
    pub const fn database_count(&self) -> usize {
        self.databases.len()
    }

    /// How many keys a database has, those included that are past their time and not deleted yet.
    #[must_use]
    pub fn db_size(&self, db: usize) -> usize {
        self.databases.get(db).map_or(0, Database::len)
    }

    /// How many keys of a database have an expiry.
    #[must_use]
    pub fn expiring(&self, db: usize) -> usize {
        self.databases.get(db).map_or(0, Database::expiring)
    }

    /// How many keys there are in all databases.
    #[must_use]
    pub fn total_keys(&self) -> usize {
        self.databases.iter().map(Database::len).sum()
    }

    /// The memory of keys and values, in bytes as requested from the allocator.
    #[must_use]
    pub fn memory_used(&self) -> usize {
        self.databases.iter().map(Database::memory).sum()
    }

    /// What a database's tables take, without keys and values, in bytes.
    #[must_use]
    pub fn table_memory(&self, db: usize) -> usize {
        self.databases.get(db).map_or(0, Database::overhead)
    }

    /// The memory of a key with its value and its share of the table.
    pub(crate) fn memory_of(&self, access: Access, key: &[u8]) -> Option<usize> {
        let place = self.locate(access, key);
        let table = self.databases.get(place.db)?.table(place.table)?;
        Some(self.entry(place)?.memory() + table.bytes() / table.len().max(1))
    }

    /// Whether a key exists for a client right now. Changes nothing, counts nothing.
    #[must_use]
    pub fn contains(&self, db: usize, key: &[u8], now: UnixMillis) -> bool {
        let place = self.locate(Access::plain(db, now), key);
        self.entry(place)
            .is_some_and(|entry| !is_expired(entry, now))
    }

    /// How many keys a slot has (cluster mode).
    #[must_use]
    pub fn count_keys_in_slot(&self, slot: Slot) -> usize {
        let table = self.databases.first().and_then(|db| db.table(slot.index()));
        if self.cluster {
            table.map_or(0, crate::table::Table::len)
        } else {
            0
        }
    }

    /// Some keys of a slot, at most `max` (cluster mode).
    #[must_use]
    pub fn keys_in_slot(&self, slot: Slot, max: usize) -> Vec<Vec<u8>> {
        match self.databases.first() {
            Some(db) if self.cluster => db.keys_in(slot, max),
            _ => Vec::new(),
        }
    }

    /// Removes all keys of these slots (cluster mode) in constant time per slot, and returns how many
    /// there were. Their memory is freed by [`Keyspace::free_some`].
    pub fn drop_slots(&mut self, slots: impl IntoIterator<Item = Slot>) -> usize {
        let slots: SlotSet = slots.into_iter().collect();
        self.signal_all(|_, key| slots.contains(Slot::of_key(key)));
        let mut dropped = 0;
        if let Some(db) = self.databases.first_mut().filter(|_| self.cluster) {
            for slot in slots.iter() {
                let table = db.detach(slot.index());
                dropped += table.len();
                self.graveyard.bury_table(table);
            }
        }
        dropped
    }

    /// Removes all keys of a database, or of all with `None`, and returns how many there were. Their memory
    /// is freed by [`Keyspace::free_some`].
    pub fn flush(&mut self, db: Option<usize>) -> usize {
        self.signal_all(|index, _| db.is_none_or(|db| db == index));
        let mut dropped = 0;
        for (index, database) in self.databases.iter_mut().enumerate() {
            if db.is_some_and(|db| db != index) {
                continue;
            }
            let mut next = 0;
            while let Some(table) = database.next_occupied(next) {
                let detached = database.detach(table);
                dropped += detached.len();
                self.graveyard.bury_table(detached);
                next = table + 1;
            }
        }
        dropped
    }

    /// Frees the memory of about `budget` removed keys or fields. Returns whether more is left: call it in
    /// every turn until it says no.
    pub fn free_some(&mut self, budget: usize) -> bool {
        self.graveyard.free_some(budget)
    }

    /// Takes the place of an older dataset: goes on with its counters, and takes over what is to be freed.
    pub fn succeed(&mut self, mut old: Self) {
        old.flush(None);
        self.stats = old.stats;
        self.graveyard.adopt(old.graveyard.take());
    }

    /// What is removed and not freed yet.
    #[must_use]
    pub const fn graveyard(&self) -> &Graveyard {
        &self.graveyard
    }

    /// What is removed and not freed yet, to be [taken](Graveyard::take) and dropped on another thread.
    pub const fn graveyard_mut(&mut self) -> &mut Graveyard {
        &mut self.graveyard
    }

    /// Exchanges two databases. False if there is no such database.
    pub(crate) fn swap_databases(&mut self, a: usize, b: usize) -> bool {
        let exist = a < self.databases.len() && b < self.databases.len();
        if exist && a != b {
            self.signal_all(|db, _| db == a || db == b);
            self.databases.swap(a, b);
            self.signal_all(|db, _| db == a || db == b);
        }
        exist
    }

    /// Where a key is, expired or not.
    #[inline]
    pub(crate) fn locate(&self, access: Access, key: &[u8]) -> Place {
        debug_assert!(
            access
                .hash
                .is_none_or(|known| known == self.hasher.hash(key))
        );
        let hash = access.hash.unwrap_or_else(|| self.hasher.hash(key));
        let table = if self.cluster {
            access.slot.unwrap_or_else(|| Slot::of_key(key)).index()
        } else {
            0
        };
        let database = self.databases.get(access.db);
        let position = database
            .and_then(|db| db.table(table))
            .and_then(|table| table.find(hash, key));
        Place {
            db: access.db,
            table,
            hash,
            position,
        }
    }

    /// The entry at a place.
    #[inline]
    pub(crate) fn entry(&self, place: Place) -> Option<&Entry> {
        self.databases
            .get(place.db)?
            .table(place.table)?
            .at(place.position?)
    }

    /// Where a key is. One that is past its time counts as missing, and is deleted if that is up to us.
    #[inline]
    pub(crate) fn find(&mut self, access: Access, key: &[u8], effects: &mut Effects) -> Place {
        let mut place = self.locate(access, key);
        if self
            .entry(place)
            .is_some_and(|entry| entry.has_expiry() && self.hides(entry, access))
        {
            if !self.replica {
                self.delete_expired(place, key, effects);
            }
            place.position = None;
        }
        place
    }

    /// As `find`, for commands that write: a replica that may be written to removes what is past its time,
    /// or it would stand in the way of the new value.
    #[inline]
    pub(crate) fn find_for_write(
        &mut self,
        access: Access,
        key: &[u8],
        effects: &mut Effects,
    ) -> Place {
        let mut place = self.locate(access, key);
        if self
            .entry(place)
            .is_some_and(|entry| entry.has_expiry() && self.hides(entry, access))
        {
            self.delete_expired(place, key, effects);
            place.position = None;
        }
        place
    }

    /// As `find`, for commands that read the value: counts hits and misses, and notes the use of the key.
    #[inline]
    pub(crate) fn read(
        &mut self,
        access: Access,
        key: &[u8],
        effects: &mut Effects,
    ) -> Option<&Entry> {
        let place = self.read_place(access, key, effects);
        self.entry(place)
    }

    /// As `read`, for commands that look at the place more than once.
    #[inline]
    pub(crate) fn read_place(
        &mut self,
        access: Access,
        key: &[u8],
        effects: &mut Effects,
    ) -> Place {
        let place = self.find(access, key, effects);
        self.count_lookup(place, key, effects);
        if place.exists() {
            self.use_entry(place, access.now);
        }
        place
    }

    /// As `read`, for commands that look at a key without using its value.
    pub(crate) fn peek(
        &mut self,
        access: Access,
        key: &[u8],
        effects: &mut Effects,
    ) -> Option<&Entry> {
        let place = self.peek_place(access, key, effects);
        self.entry(place)
    }

    /// As `peek`, for commands that look at the place more than once.
    pub(crate) fn peek_place(
        &mut self,
        access: Access,
        key: &[u8],
        effects: &mut Effects,
    ) -> Place {
        let place = self.find(access, key, effects);
        self.count_lookup(place, key, effects);
        place
    }

    /// As `peek`, for OBJECT, whose misses are not told of.
    pub(crate) fn inspect(
        &mut self,
        access: Access,
        key: &[u8],
        effects: &mut Effects,
    ) -> Option<&Entry> {
        let place = self.inspect_place(access, key, effects);
        self.entry(place)
    }

    /// As `inspect`, for commands that look at the place more than once.
    pub(crate) fn inspect_place(
        &mut self,
        access: Access,
        key: &[u8],
        effects: &mut Effects,
    ) -> Place {
        let place = self.find(access, key, effects);
        if place.exists() {
            self.stats.hits += 1;
        } else {
            self.stats.misses += 1;
        }
        place
    }

    #[inline]
    fn count_lookup(&mut self, place: Place, key: &[u8], effects: &mut Effects) {
        if place.exists() {
            self.stats.hits += 1;
        } else {
            self.stats.misses += 1;
            effects.event(EventClass::KEY_MISS, "keymiss", place.db, key);
        }
    }

    /// Whether an entry is past its time for whoever looks.
    fn hides(&self, entry: &Entry, access: Access) -> bool {
        !access.from_primary && is_expired(entry, access.now)
    }

    pub(crate) fn delete_expired(&mut self, place: Place, key: &[u8], effects: &mut Effects) {
        self.delete(place);
        if !self.signals.is_idle() {
            self.signals.touched(place.hash, place.db, key);
        }
        self.stats.expired += 1;
        effects.event(EventClass::EXPIRED, "expired", place.db, key);
        effects.expired(place.db, key);
    }

    /// Adds an entry whose key is not there, at the place where it was not found.
    #[inline]
    pub(crate) fn insert(&mut self, place: Place, access: Access, entry: Entry) {
        self.init_clock(&entry, access.now);
        self.insert_aged(place, entry);
    }

    /// Adds an entry with the clock that it already has.
    #[inline]
    pub(crate) fn insert_aged(&mut self, place: Place, entry: Entry) {
        if !self.signals.is_idle() {
            self.signals.came(place, &entry);
        }
        if let Some(db) = self.databases.get_mut(place.db) {
            db.insert(place.table, place.hash, entry, &self.hasher);
        }
    }

    /// Changes the entry at a place.
    #[inline]
    pub(crate) fn edit<R>(
        &mut self,
        place: Place,
        change: impl FnOnce(&mut Entry) -> R,
    ) -> Option<R> {
        let db = self.databases.get_mut(place.db)?;
        let (table, position) = (place.table, place.position?);
        if self.signals.is_idle() {
            return db.edit(table, position, change);
        }
        let signals = &mut self.signals;
        db.edit(table, position, |entry| {
            signals.during_edit(place, entry, change)
        })
    }

    /// Takes the entry at a place out.
    pub(crate) fn remove(&mut self, place: Place) -> Option<Entry> {
        let entry = self
            .databases
            .get_mut(place.db)?
            .remove(place.table, place.position?)?;
        if !self.signals.is_idle() {
            self.signals.left(place, &entry);
        }
        Some(entry)
    }

    /// Deletes the entry at a place. Returns whether there was one.
    pub(crate) fn delete(&mut self, place: Place) -> bool {
        let removed = self.remove(place);
        let existed = removed.is_some();
        if let Some(entry) = removed {
            self.graveyard.bury_entry(entry);
        }
        existed
    }
}

/// Whether an entry is past its time.
#[inline]
pub(crate) fn is_expired(entry: &Entry, now: UnixMillis) -> bool {
    entry.expiry().is_some_and(|when| now.0 > when)
}

//! Keyspace events: what subscribers of `__keyspace@…__` and `__keyevent@…__` are told.

use bitflags::bitflags;

use crate::ctx::Ctx;
use crate::entry::Entry;
use crate::keyspace::Place;

bitflags! {
    /// The classes of events, each a letter of `notify-keyspace-events`.
    #[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
    pub struct EventClass: u16 {
        /// `g`: commands on keys of any type.
        const GENERIC = 1;
        /// `$`: strings.
        const STRING = 1 << 1;
        /// `l`: lists.
        const LIST = 1 << 2;
        /// `s`: sets.
        const SET = 1 << 3;
        /// `h`: hashes.
        const HASH = 1 << 4;
        /// `z`: sorted sets.
        const ZSET = 1 << 5;
        /// `x`: keys whose time had come.
        const EXPIRED = 1 << 6;
        /// `e`: keys evicted for lack of memory.
        const EVICTED = 1 << 7;
        /// `t`: streams.
        const STREAM = 1 << 8;
        /// `m`: keys that were looked for and missing.
        const KEY_MISS = 1 << 9;
        /// `n`: new keys.
        const NEW = 1 << 10;
    }
}

/// Something that happened to a key.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct KeyEvent {
    /// Its class.
    pub class: EventClass,
    /// Its name.
    pub name: &'static str,
    /// The database of the key.
    pub db: usize,
    /// The key.
    pub key: Vec<u8>,
}

impl Ctx<'_> {
    /// Adds an entry whose key is not there, at the place where it was not found, and tells of the new key.
    #[inline]
    pub(crate) fn insert(&mut self, place: Place, key: &[u8], entry: Entry) {
        let access = self.access();
        self.keyspace.insert(place, access, entry);
        self.notify(EventClass::NEW, "new", key);
    }

    /// Notes an event for a key of the client's database, if anybody wants to know.
    #[inline]
    pub(crate) fn notify(&mut self, class: EventClass, name: &'static str, key: &[u8]) {
        self.effects.event(class, name, self.db, key);
    }
}

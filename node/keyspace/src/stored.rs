//! Between entries and RDB: loading items, writing entries, DUMP payloads.

use shoal_rdb::{Attributes, Value as Stored, Writer, dump as payload};
use shoal_slots::UnixMillis;

use crate::encodings::collection::Collection;
use crate::encodings::hash::{Hash, HashRef, HashTable, value_of};
use crate::encodings::pack::Pack;
use crate::encodings::tools::Tools;
use crate::entry::{Entry, Payload};
use crate::keyspace::{Access, Keyspace};
use crate::numbers::parse_int;
use crate::value::Value;
use shoal_rdb::listpack::ListpackRef;

/// What became of a key that was loaded.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Loaded {
    /// It is in the keyspace.
    Inserted,
    /// It was past its time, and we are a primary: left out.
    Expired,
    /// A key of this name was there already. It was replaced.
    Duplicate,
    /// There is no such database, or the value is damaged or of a type that is not known here.
    Refused,
}

impl Keyspace {
    /// Adds a key from an RDB file or a full synchronisation. A replica keeps keys that are past their time:
    /// their deletion will follow as a command.
    pub fn insert_loaded(
        &mut self,
        db: usize,
        key: &[u8],
        value: Stored,
        attributes: &Attributes,
        now: UnixMillis,
    ) -> Loaded {
        if !self.replica && attributes.expire_at.is_some_and(|when| now.0 > when) {
            return Loaded::Expired;
        }
        let entry = self.entry_of(key, value, attributes.expire_at);
        let Some(entry) = entry.filter(|_| db < self.databases.len()) else {
            return Loaded::Refused;
        };
        self.age_entry(&entry, now, attributes.idle_secs, attributes.freq);
        let access = Access {
            db,
            slot: None,
            hash: None,
            now,
            from_primary: true,
        };
        let existed = {
            let place = self.locate(access, key);
            self.delete(place)
        };
        let place = self.locate(access, key);
        self.insert_aged(place, entry);
        if existed {
            Loaded::Duplicate
        } else {
            Loaded::Inserted
        }
    }

    /// Adds more elements to the value of a key whose first part [`Keyspace::insert_loaded`] got.
    pub fn extend_loaded(
        &mut self,
        db: usize,
        key: &[u8],
        value: Stored,
        now: UnixMillis,
    ) -> Loaded {
        let access = Access {
            db,
            slot: None,
            hash: None,
            now,
            from_primary: true,
        };
        let place = self.locate(access, key);
        if !place.exists() {
            // The first part was past its time already.
            return Loaded::Expired;
        }
        let Stored::Hash(pairs) = value else {
            return Loaded::Refused;
        };
        let fine = self.update(access, key, place, |hash: &mut Hash, tools| {
            pairs
                .iter()
                .all(|(field, value)| hash.set(field, value, tools))
        });
        if fine.result {
            Loaded::Inserted
        } else {
            Loaded::Refused
        }
    }

    /// Makes an entry out of a value that was read and checked by `shoal_rdb`.
    pub(crate) fn entry_of(&self, key: &[u8], value: Stored, expiry: Option<i64>) -> Option<Entry> {
        let tools = Tools {
            hasher: &self.hasher,
            options: &self.options,
        };
        let hash = match value {
            Stored::String(text) => {
                let payload = parse_int(&text).map_or(Payload::Bytes(&text), Payload::Int);
                return Some(Entry::new(key, payload, expiry));
            }
            Stored::HashListpack(bytes) => {
                Hash::from_pack(Pack::from_listpack(ListpackRef::parse(&bytes).ok()?), tools)
            }
            Stored::Hash(pairs) => {
                let mut hash = Hash::default();
                for (field, value) in pairs {
                    hash.set(&field, &value, tools);
                }
                hash
            }
            _ => return None,
        };
        Some(Entry::of_value(key, Value::Hash(hash), expiry))
    }

    /// What RDB says about a key besides its value.
    fn attributes_of(&self, entry: &Entry, now: UnixMillis) -> Attributes {
        let expire_at = entry.expiry();
        if self.options.policy.counts_uses() {
            Attributes {
                expire_at,
                idle_secs: None,
                freq: u8::try_from(self.frequency(entry, now)).ok(),
            }
        } else {
            Attributes {
                expire_at,
                idle_secs: Some(self.idle_millis(entry, now) / 1000),
                freq: None,
            }
        }
    }

    /// Writes one entry. `with_usage` adds how recently or often it was used, as a server with an eviction
    /// policy does.
    pub(crate) fn write_entry(
        &self,
        entry: &Entry,
        now: UnixMillis,
        with_usage: bool,
        writer: &mut Writer,
    ) {
        let attributes = if with_usage {
            self.attributes_of(entry, now)
        } else {
            Attributes {
                expire_at: entry.expiry(),
                ..Attributes::default()
            }
        };
        match Hash::view(entry) {
            Some(HashRef::Pack(pack)) => {
                writer.hash_listpack(&attributes, entry.key(), &pack.to_listpack());
            }
            Some(HashRef::Table(table)) => {
                writer.hash(&attributes, entry.key(), table_pairs(table));
            }
            None => {
                let mut digits = itoa::Buffer::new();
                writer.string(
                    &attributes,
                    entry.key(),
                    entry.string(&mut digits).unwrap_or_default(),
                );
            }
        }
    }
}

/// The pairs of a hash in table form.
fn table_pairs(table: &HashTable) -> Vec<(&[u8], &[u8])> {
    let pairs = table
        .table()
        .iter()
        .filter_map(|entry| match value_of(entry)? {
            shoal_rdb::listpack::Element::Str(value) => Some((entry.key(), value)),
            shoal_rdb::listpack::Element::Int(_) => None,
        });
    pairs.collect()
}

/// The payload of DUMP.
pub(crate) fn dump(entry: &Entry, version: u16) -> Vec<u8> {
    match Hash::view(entry) {
        Some(HashRef::Pack(pack)) => payload::hash_listpack(&pack.to_listpack(), version, true),
        Some(HashRef::Table(table)) => payload::hash(table_pairs(table), version, true),
        None => payload::string(
            entry.string(&mut itoa::Buffer::new()).unwrap_or_default(),
            version,
            true,
        ),
    }
}

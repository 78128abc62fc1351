//! Between entries and RDB: loading items, writing entries, DUMP payloads.

mod hash;
mod list;
mod set;
mod stream;
mod zset;

use shoal_rdb::{Attributes, Value as Stored, ValueWriter, Writer, dump as payload};
use shoal_slots::UnixMillis;

use crate::encodings::collection::Collection;
use crate::encodings::hash::Hash;
use crate::encodings::list::List;
use crate::encodings::set::Set;
use crate::encodings::stream::Stream;
use crate::encodings::tools::Tools;
use crate::encodings::zset::Zset;
use crate::entry::{Entry, Payload};
use crate::keyspace::{Access, Keyspace, Place};
use crate::numbers::parse_int;
use crate::value::{Kind, Value};

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
        let access = loading(db, now);
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
        part: Stored,
        now: UnixMillis,
    ) -> Loaded {
        let access = loading(db, now);
        let place = self.locate(access, key);
        let Some(entry) = self.entry(place) else {
            // The first part was past its time already.
            return Loaded::Expired;
        };
        let fine = match entry.kind() {
            Kind::String => false,
            Kind::Hash => self.extend::<Hash>(access, key, place, part),
            Kind::List => self.extend::<List>(access, key, place, part),
            Kind::Set => self.extend::<Set>(access, key, place, part),
            Kind::Zset => self.extend::<Zset>(access, key, place, part),
            Kind::Stream => self.extend::<Stream>(access, key, place, part),
        };
        if fine {
            Loaded::Inserted
        } else {
            Loaded::Refused
        }
    }

    fn extend<C: Storable>(
        &mut self,
        access: Access,
        key: &[u8],
        place: Place,
        part: Stored,
    ) -> bool {
        let add = |collection: &mut C, tools: Tools<'_>| collection.add(part, tools);
        self.update(access, key, place, add).result
    }

    /// Makes an entry out of a value, or the first part of one, that was read and checked by `shoal_rdb`.
    pub(crate) fn entry_of(&self, key: &[u8], value: Stored, expiry: Option<i64>) -> Option<Entry> {
        let value = match value {
            Stored::String(text) => {
                let payload = parse_int(&text).map_or(Payload::Bytes(&text), Payload::Int);
                return Some(Entry::new(key, payload, expiry));
            }
            Stored::Hash(_) | Stored::HashListpack(_) => self.loaded::<Hash>(value),
            Stored::List(_) => self.loaded::<List>(value),
            Stored::Set(_) | Stored::SetIntset(_) | Stored::SetListpack(_) => {
                self.loaded::<Set>(value)
            }
            Stored::Zset(_) | Stored::ZsetListpack(_) => self.loaded::<Zset>(value),
            Stored::Stream(_) | Stored::StreamNodes(_) => self.loaded::<Stream>(value),
            _ => None,
        };
        Some(Entry::of_value(key, value?, expiry))
    }

    fn loaded<C: Storable>(&self, part: Stored) -> Option<Value> {
        let tools = Tools {
            hasher: &self.hasher,
            options: &self.options,
        };
        let mut collection = C::default();
        collection.add(part, tools).then(|| collection.into_value())
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
        save(entry, writer.entry(&attributes, entry.key()));
    }
}

/// A collection that RDB knows.
trait Storable: Collection {
    /// Adds the elements of a value that was read and checked, or of a part of one. False if they are not of
    /// this type, or one was there already: between parts nobody else looks.
    fn add(&mut self, part: Stored, tools: Tools<'_>) -> bool;

    /// Writes it.
    fn save(view: Self::View<'_>, out: ValueWriter<'_>);
}

/// Writes the value of an entry.
fn save(entry: &Entry, out: ValueWriter<'_>) {
    match entry.kind() {
        Kind::String => out.string(entry.string(&mut itoa::Buffer::new()).unwrap_or_default()),
        Kind::Hash => save_as::<Hash>(entry, out),
        Kind::List => save_as::<List>(entry, out),
        Kind::Set => save_as::<Set>(entry, out),
        Kind::Zset => save_as::<Zset>(entry, out),
        Kind::Stream => save_as::<Stream>(entry, out),
    }
}

fn save_as<C: Storable>(entry: &Entry, out: ValueWriter<'_>) {
    if let Some(view) = C::view(entry) {
        C::save(view, out);
    }
}

/// The payload of DUMP.
pub(crate) fn dump(entry: &Entry, version: u16) -> Vec<u8> {
    payload::write(version, true, |out| save(entry, out))
}

/// How a file that is loaded looks at keys.
const fn loading(db: usize, now: UnixMillis) -> Access {
    Access {
        db,
        slot: None,
        hash: None,
        now,
        from_primary: true,
    }
}

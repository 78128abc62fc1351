//! Hashes: a listpack while they are small, a table of entries (key: field, value: value) when not.

use rand_core::Rng;

use super::listpack::PairPack;
use crate::entry::{Entry, Payload, View};
use crate::hashing::KeyHasher;
use crate::options::Options;
use crate::table::Table;
use crate::value::Value;
use shoal_rdb::listpack::Element;

/// What changing a collection needs from the keyspace.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Tools<'a> {
    pub(crate) hasher: &'a KeyHasher,
    pub(crate) options: &'a Options,
}

/// A hash in table form.
#[derive(Clone, Debug, Default)]
pub(crate) struct HashTable(Table);

impl HashTable {
    pub(crate) fn into_table(self) -> Table {
        self.0
    }

    pub(crate) const fn table(&self) -> &Table {
        &self.0
    }

    fn set(&mut self, field: &[u8], value: &[u8], hasher: &KeyHasher) -> bool {
        let hash = hasher.hash(field);
        if let Some(position) = self.0.find(hash, field) {
            self.0.edit(position, |entry| {
                drop(entry.replace(Payload::Bytes(value), None))
            });
            return false;
        }
        self.0
            .insert(hash, Entry::new(field, Payload::Bytes(value), None), hasher);
        true
    }
}

/// A hash.
#[derive(Clone, Debug)]
pub(crate) enum Hash {
    /// Few and short fields.
    Listpack(PairPack),
    /// All others.
    Table(HashTable),
}

impl Default for Hash {
    fn default() -> Self {
        Self::Listpack(PairPack::default())
    }
}

impl Hash {
    pub(crate) fn len(&self) -> usize {
        match self {
            Self::Listpack(pack) => pack.len(),
            Self::Table(table) => table.0.len(),
        }
    }

    pub(crate) fn heap_bytes(&self) -> usize {
        match self {
            Self::Listpack(pack) => pack.as_bytes().len(),
            Self::Table(table) => table.0.bytes() + table.0.entry_bytes(),
        }
    }

    pub(crate) const fn encoding(&self) -> &'static str {
        match self {
            Self::Listpack(_) => "listpack",
            Self::Table(_) => "hashtable",
        }
    }

    /// The value of a field.
    pub(crate) fn get(&self, field: &[u8], hasher: &KeyHasher) -> Option<Element<'_>> {
        match self {
            Self::Listpack(pack) => pack.get(field),
            Self::Table(table) => table.0.get(hasher.hash(field), field).and_then(value_of),
        }
    }

    /// Sets a field. Returns whether it is new.
    pub(crate) fn set(&mut self, field: &[u8], value: &[u8], tools: Tools<'_>) -> bool {
        self.make_room_for(field, value, tools);
        if let Self::Listpack(pack) = self {
            match pack.set(field, value) {
                Ok(new) => {
                    if pack.len() > tools.options.hash_max_listpack_entries {
                        self.become_table(tools.hasher);
                    }
                    return new;
                }
                Err(_full) => self.become_table(tools.hasher),
            }
        }
        match self {
            Self::Table(table) => table.set(field, value, tools.hasher),
            Self::Listpack(_) => false,
        }
    }

    /// Becomes a table before a field or value arrives that is too long for a listpack.
    pub(crate) fn make_room_for(&mut self, field: &[u8], value: &[u8], tools: Tools<'_>) {
        let max = tools.options.hash_max_listpack_value;
        if matches!(self, Self::Listpack(_)) && (field.len() > max || value.len() > max) {
            self.become_table(tools.hasher);
        }
    }

    fn become_table(&mut self, hasher: &KeyHasher) {
        if let Self::Listpack(pack) = self {
            let mut table = HashTable::default();
            let (mut a, mut b) = (itoa::Buffer::new(), itoa::Buffer::new());
            for (field, value) in pack.iter() {
                table.set(field.text(&mut a), value.text(&mut b), hasher);
            }
            *self = Self::Table(table);
        }
    }

    /// Removes a field. Returns whether it was there.
    pub(crate) fn remove(&mut self, field: &[u8], hasher: &KeyHasher) -> bool {
        match self {
            Self::Listpack(pack) => pack.remove(field),
            Self::Table(table) => table.0.remove(hasher.hash(field), field).is_some(),
        }
    }

    /// A hash out of a listpack that was read from elsewhere. It becomes a table if our limits are lower.
    pub(crate) fn from_listpack(pack: PairPack, tools: Tools<'_>) -> Self {
        let options = tools.options;
        let max = options.hash_max_listpack_value;
        let long = |element: Element<'_>| matches!(element, Element::Str(text) if text.len() > max);
        let fits = pack.len() <= options.hash_max_listpack_entries
            && !pack.iter().any(|(field, value)| long(field) || long(value));
        let mut hash = Self::Listpack(pack);
        if !fits {
            hash.become_table(tools.hasher);
        }
        hash
    }

    /// Visits all fields.
    pub(crate) fn for_each<'h>(&'h self, mut visit: impl FnMut(Element<'h>, Element<'h>)) {
        match self {
            Self::Listpack(pack) => pack.iter().for_each(|(field, value)| visit(field, value)),
            Self::Table(table) => {
                for entry in table.0.iter() {
                    if let Some(value) = value_of(entry) {
                        visit(Element::Str(entry.key()), value);
                    }
                }
            }
        }
    }

    /// A field chosen at random.
    pub(crate) fn random<R: Rng>(&self, rng: &mut R) -> Option<(Element<'_>, Element<'_>)> {
        match self {
            Self::Listpack(pack) => {
                let count = pack.len() as u64;
                let chosen = ((rng.next_u64() >> 32) * count) >> 32;
                pack.iter().nth(chosen as usize)
            }
            Self::Table(table) => {
                let entry = table.0.random(rng)?;
                Some((Element::Str(entry.key()), value_of(entry)?))
            }
        }
    }
}

/// The value of an entry of a hash.
pub(crate) fn value_of(entry: &Entry) -> Option<Element<'_>> {
    match entry.view() {
        View::Bytes(bytes) => Some(Element::Str(bytes)),
        View::Int(value) => Some(Element::Int(value)),
        View::Boxed(Value::String(text)) => Some(Element::Str(text)),
        View::Boxed(_) => None,
    }
}

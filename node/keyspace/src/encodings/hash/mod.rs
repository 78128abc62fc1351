//! Hashes: a pack of fields and values while they are small, a table of entries (key: field, value: value) when not.

mod choice;

pub(crate) use choice::Pair;

use shoal_rdb::listpack::Element;

use super::collection::Collection;
use super::pack::{Pack, PackRef};
use super::tools::Tools;
use crate::entry::{Entry, PackKind, Payload, View};
use crate::hashing::KeyHasher;
use crate::table::Table;
use crate::value::Value;

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
    Pack(Pack),
    /// All others.
    Table(HashTable),
}

/// A hash to be read, wherever it is kept.
#[derive(Clone, Copy, Debug)]
pub(crate) enum HashRef<'a> {
    Pack(PackRef<'a>),
    Table(&'a HashTable),
}

impl Default for Hash {
    fn default() -> Self {
        Self::Pack(Pack::default())
    }
}

impl Collection for Hash {
    type View<'a> = HashRef<'a>;

    #[inline]
    fn view(entry: &Entry) -> Option<HashRef<'_>> {
        match entry.view() {
            View::Packed(PackKind::Hash, bytes) => Some(HashRef::Pack(PackRef::new(bytes))),
            View::Boxed(Value::Hash(hash)) => Some(hash.as_ref()),
            _ => None,
        }
    }

    fn of(value: &mut Value) -> Option<&mut Self> {
        match value {
            Value::Hash(hash) => Some(hash),
            _ => None,
        }
    }

    fn into_value(self) -> Value {
        Value::Hash(self)
    }

    fn is_empty(&self) -> bool {
        match self {
            Self::Pack(pack) => pack.is_empty(),
            Self::Table(table) => table.0.is_empty(),
        }
    }
}

impl Hash {
    pub(crate) const fn as_ref(&self) -> HashRef<'_> {
        match self {
            Self::Pack(pack) => HashRef::Pack(pack.as_ref()),
            Self::Table(table) => HashRef::Table(table),
        }
    }

    pub(crate) fn heap_bytes(&self) -> usize {
        match self {
            Self::Pack(pack) => pack.heap_bytes(),
            Self::Table(table) => table.0.bytes() + table.0.entry_bytes(),
        }
    }

    /// Whether freeing it takes so long that it should be done step by step.
    pub(crate) fn is_large(&self) -> bool {
        matches!(self, Self::Table(table) if table.0.len() > 64)
    }

    /// Sets a field. Returns whether it is new.
    pub(crate) fn set(&mut self, field: &[u8], value: &[u8], tools: Tools<'_>) -> bool {
        self.make_room_for(field, value, tools);
        match self {
            Self::Pack(pack) => {
                let new = set_in_pack(pack, field, value);
                if pack.has_more_than(tools.options.hash_max_listpack_entries.saturating_mul(2)) {
                    self.become_table(tools.hasher);
                }
                new
            }
            Self::Table(table) => table.set(field, value, tools.hasher),
        }
    }

    /// Becomes a table before a field or value arrives that is too long for a pack.
    pub(crate) fn make_room_for(&mut self, field: &[u8], value: &[u8], tools: Tools<'_>) {
        let max = tools.options.hash_max_listpack_value;
        if let Self::Pack(pack) = self
            && (field.len() > max
                || value.len() > max
                || !pack.has_room_for(field.len() + value.len()))
        {
            self.become_table(tools.hasher);
        }
    }

    fn become_table(&mut self, hasher: &KeyHasher) {
        if let Self::Pack(pack) = self {
            let mut table = HashTable::default();
            let (mut a, mut b) = (itoa::Buffer::new(), itoa::Buffer::new());
            for (field, value) in pack.as_ref().pairs() {
                table.set(field.text(&mut a), value.text(&mut b), hasher);
            }
            *self = Self::Table(table);
        }
    }

    /// Removes a field. Returns whether it was there.
    pub(crate) fn remove(&mut self, field: &[u8], hasher: &KeyHasher) -> bool {
        match self {
            Self::Pack(pack) => {
                let found = pack.as_ref().find_pair(field).map(|pair| pair.key_at);
                if let Some(at) = found {
                    pack.remove(at, 2);
                }
                found.is_some()
            }
            Self::Table(table) => table.0.remove(hasher.hash(field), field).is_some(),
        }
    }

    /// A hash out of a pack that was read from elsewhere. It becomes a table if our limits are lower.
    pub(crate) fn from_pack(pack: Pack, tools: Tools<'_>) -> Self {
        let options = tools.options;
        let max = options.hash_max_listpack_value;
        let long = |element: Element<'_>| matches!(element, Element::Str(text) if text.len() > max);
        let fits =
            pack.len() / 2 <= options.hash_max_listpack_entries && !pack.as_ref().iter().any(long);
        let mut hash = Self::Pack(pack);
        if !fits {
            hash.become_table(tools.hasher);
        }
        hash
    }
}

fn set_in_pack(pack: &mut Pack, field: &[u8], value: &[u8]) -> bool {
    let found = pack.as_ref().find_pair(field).map(|pair| pair.value_at);
    match found {
        Some(at) => pack.replace(at, value),
        None => {
            pack.push(field);
            pack.push(value);
        }
    }
    found.is_none()
}

impl<'a> HashRef<'a> {
    /// How many fields there are.
    pub(crate) fn len(self) -> usize {
        match self {
            Self::Pack(pack) => pack.len() / 2,
            Self::Table(table) => table.0.len(),
        }
    }

    /// The value of a field.
    #[inline]
    pub(crate) fn get(self, field: &[u8], hasher: &KeyHasher) -> Option<Element<'a>> {
        match self {
            Self::Pack(pack) => pack.find_pair(field).map(|pair| pair.value),
            Self::Table(table) => table.0.get(hasher.hash(field), field).and_then(value_of),
        }
    }

    /// Visits all fields.
    pub(crate) fn for_each(self, mut visit: impl FnMut(Element<'a>, Element<'a>)) {
        match self {
            Self::Pack(pack) => pack.pairs().for_each(|(field, value)| visit(field, value)),
            Self::Table(table) => {
                for entry in table.0.iter() {
                    if let Some(value) = value_of(entry) {
                        visit(Element::Str(entry.key()), value);
                    }
                }
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
        View::Packed(..) | View::Boxed(_) => None,
    }
}

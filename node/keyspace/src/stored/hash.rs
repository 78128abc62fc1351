//! Hashes: a listpack or pairs.

use shoal_rdb::listpack::{Element, ListpackRef};
use shoal_rdb::{Value as Stored, ValueWriter};

use super::Storable;
use crate::encodings::collection::Collection as _;
use crate::encodings::hash::{Hash, HashRef, value_of};
use crate::encodings::pack::Pack;
use crate::encodings::tools::Tools;

impl Storable for Hash {
    fn add(&mut self, part: Stored, tools: Tools<'_>) -> bool {
        match part {
            Stored::HashListpack(bytes) if self.is_empty() => {
                let Ok(list) = ListpackRef::parse(&bytes) else {
                    return false;
                };
                *self = Self::from_pack(Pack::from_listpack(list), tools);
                true
            }
            Stored::Hash(pairs) => pairs
                .iter()
                .all(|(field, value)| self.set(field, value, tools)),
            _ => false,
        }
    }

    fn save(view: HashRef<'_>, out: ValueWriter<'_>) {
        let table = match view {
            HashRef::Pack(pack) => return out.hash_listpack(&pack.to_listpack()),
            HashRef::Table(table) => table.table(),
        };
        let mut digits = itoa::Buffer::new();
        let mut row = out.hash(table.len());
        for entry in table.iter() {
            let value = value_of(entry).unwrap_or(Element::Str(b""));
            row.pair(entry.key(), value.text(&mut digits));
        }
    }
}

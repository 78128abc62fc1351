//! What tests and curious people ask of single keys and of tables: the keyspace's part of DEBUG.

use shoal_slots::UnixMillis;

use crate::encodings::collection::Collection;
use crate::encodings::hash::Hash;
use crate::encodings::list::{List, Quicklist};
use crate::encodings::set::Set;
use crate::encodings::zset::Zset;
use crate::entry::{Entry, Payload, View};
use crate::keyspace::{Access, Keyspace, Place};
use crate::value::Value;

/// What DUMP adds to a value: its type, the version, the checksum.
const DUMP_FRAME: usize = 11;
/// What a listpack has around its elements.
const LISTPACK_FRAME: usize = 7;

/// A key as DEBUG OBJECT shows it.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct KeyFacts {
    /// Where the entry lies in memory.
    pub address: usize,
    /// The name of the encoding.
    pub encoding: &'static str,
    /// How many bytes the value takes in a snapshot.
    pub serialized_len: usize,
    /// The clock of the LRU or the LFU policy.
    pub clock: u32,
    /// For how many seconds it was not used.
    pub idle_secs: u64,
    /// Of a list that is a row of nodes.
    pub nodes: Option<NodeFacts>,
}

/// The nodes of a list.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct NodeFacts {
    /// How many there are.
    pub count: usize,
    /// How many elements they have in all.
    pub elements: usize,
    /// The bytes of all nodes.
    pub bytes: usize,
}

impl Keyspace {
    /// What there is to say of a key, expired or not.
    #[must_use]
    pub fn key_facts(&self, db: usize, key: &[u8], now: UnixMillis) -> Option<KeyFacts> {
        let entry = self.raw_entry(db, key)?;
        let version = shoal_rdb::VERSION_MAX;
        Some(KeyFacts {
            address: core::ptr::from_ref(entry) as usize,
            encoding: entry.encoding(&self.options),
            serialized_len: crate::stored::dump(entry, version)
                .len()
                .saturating_sub(DUMP_FRAME),
            clock: entry.clock(),
            idle_secs: self.idle_millis(entry, now) / 1000,
            nodes: nodes_of(entry),
        })
    }

    /// How full the table of a collection is; `None` if it has none.
    #[must_use]
    pub fn inspect_table(&self, db: usize, key: &[u8]) -> Option<Option<String>> {
        let entry = self.raw_entry(db, key)?;
        if !matches!(entry.encoding(&self.options), "hashtable" | "skiplist") {
            return Some(None);
        }
        let elements = Hash::view(entry).map(|hash| hash.len());
        let elements = elements.or_else(|| Set::view(entry).map(|set| set.len()));
        let elements = elements.or_else(|| Zset::view(entry).map(|zset| zset.len()));
        let elements = elements.unwrap_or_default();
        Some(Some(table_report(elements, entry.memory())))
    }

    /// How full the tables of a database are; `None` if there is no such database.
    #[must_use]
    pub fn inspect_database(&self, db: usize) -> Option<String> {
        let database = self.databases.get(db)?;
        let mut text = "[Dictionary HT]\n".to_owned();
        text.push_str(&table_report(database.len(), database.overhead()));
        // Expiries stand in the entries.
        text.push_str("[Expires HT]\n");
        text.push_str(&table_report(0, 0));
        Some(text)
    }

    /// Adds keys `<prefix>:<n>` with values `value:<n>`, padded with zeros or cut off to `len` if that is not zero.
    /// Keys that exist stay as they are. Nobody is told.
    pub fn populate(&mut self, db: usize, count: u64, prefix: &[u8], len: usize, now: UnixMillis) {
        for n in 0..count {
            let mut key = prefix.to_vec();
            key.extend_from_slice(format!(":{n}").as_bytes());
            let mut value = format!("value:{n}").into_bytes();
            if len > 0 {
                value.resize(len, 0);
            }
            let access = Access {
                db,
                slot: None,
                hash: None,
                now,
                from_primary: true,
            };
            let place = self.locate(access, &key);
            if !place.exists() {
                self.insert(
                    place,
                    access,
                    Entry::new(&key, Payload::Bytes(&value), None),
                );
            }
        }
    }

    fn raw_entry(&self, db: usize, key: &[u8]) -> Option<&Entry> {
        let access = Access {
            db,
            slot: None,
            hash: None,
            now: UnixMillis(0),
            from_primary: true,
        };
        let place: Place = self.locate(access, key);
        self.entry(place)
    }
}

fn nodes_of(entry: &Entry) -> Option<NodeFacts> {
    let View::Boxed(Value::List(List::Quicklist(list))) = entry.view() else {
        return None;
    };
    Some(facts_of(list))
}

fn facts_of(list: &Quicklist) -> NodeFacts {
    NodeFacts {
        count: list.nodes().len(),
        elements: list.len(),
        bytes: list
            .nodes()
            .map(|node| node.row().len() + LISTPACK_FRAME)
            .sum(),
    }
}

fn table_report(elements: usize, bytes: usize) -> String {
    if elements == 0 {
        return "No stats available for empty dictionaries\n".to_owned();
    }
    format!(
        "Hash table 0 stats (main hash table):\n table size: {}\n number of elements: {elements}\n bytes: {bytes}\n",
        elements.next_power_of_two()
    )
}

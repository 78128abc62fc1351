//! What comes out of a stream of RDB, and what a reader accepts.

use bytes::Bytes;

use crate::value::Value;

/// What a reader accepts.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Limits {
    /// Longest string: keys, values, fields, and compact values as a whole, before and after compression.
    pub string_len_max: u64,
    /// Whether a wrong checksum is an error (`rdbchecksum`).
    pub verify_checksum: bool,
}

impl Default for Limits {
    /// 512 MiB, as `proto-max-bulk-len` by default, and checksums verified.
    fn default() -> Self {
        Self {
            string_len_max: 512 << 20,
            verify_checksum: true,
        }
    }
}

/// What may stand before a key, and holds for this key only.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Attributes {
    /// When it expires, in milliseconds since the Unix epoch.
    pub expire_at: Option<i64>,
    /// Seconds since it was last used, under an LRU policy.
    pub idle_secs: Option<u64>,
    /// Its use counter, under an LFU policy.
    pub freq: Option<u8>,
}

/// What the checksum at the end said.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Checksum {
    /// It is there and right.
    Verified,
    /// The writer wrote none (`rdbchecksum no`, or a version without), or the reader was told not to look.
    NotChecked,
}

/// One thing out of a stream of RDB.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Item {
    /// Something about the file. Unknown names are to be ignored.
    Aux {
        /// What it is about.
        name: Bytes,
        /// The value, as text.
        value: Bytes,
    },
    /// The source of a function library.
    Function(Bytes),
    /// The keys that follow belong to this database.
    SelectDb(u32),
    /// How many keys to expect in this database; a hint that nobody must trust.
    ResizeDb {
        /// Keys.
        keys: u64,
        /// Keys that expire.
        expires: u64,
    },
    /// A key. If its value is large, this is the first part of it, and [`Item::More`] follows.
    Entry {
        /// Its name.
        key: Bytes,
        /// Its value.
        value: Value,
        /// When it expires, how it was used.
        attributes: Attributes,
    },
    /// More of the value of the entry before: elements to add to it, of the same type. Large values come in
    /// parts (and large streams as [`Value::StreamNodes`] that end with a [`Value::Stream`]).
    More {
        /// The name of that entry.
        key: Bytes,
        /// What to add.
        value: Value,
    },
    /// The end. What was fed beyond it is at [`Reader::rest`](crate::Reader::rest).
    Eof(Checksum),
}

//! One key with its value: a single allocation behind a thin, tagged pointer. The only module with
//! `unsafe` (here and in `raw.rs`), but for one hint to the processor in `prefetch.rs`.
//!
//! Memory per key is what a keyspace is bought for, so an entry is laid out by hand:
//!
//! ```text
//! compact   [clock u24 | mark u8 | kind u8 | key_len u8 | val_len u8 | units u8]            8 bytes
//! wide      the same 8 bytes, then key_len u64, val_len u64, units u64                     32 bytes
//! then      [expiry i64, only if the entry has one] [key] [value]
//! ```
//!
//! `units` is the size of the allocation in steps of 16 bytes, which are also the steps of the common
//! allocators. The value is the bytes of a string, the elements of a small collection, an `i64`, or a pointer to
//! a boxed [`Value`].
//!
//! The pointer itself carries 16 bits of the key's hash in its upper end (so that a table probes
//! without touching entries) and "has an expiry" in its lowest bit (so that the expiry cycle skips what
//! it need not read).
#![allow(unsafe_code)]

mod edit;
mod raw;
#[cfg(test)]
mod tests;

use core::fmt;

pub(crate) use raw::Entry;

use crate::value::Value;

/// Values up to this many bytes live inside their entry.
pub(crate) const INLINE_MAX: usize = 1024;
/// Collections up to this many bytes live inside their entry.
pub(crate) const PACK_MAX: usize = 512;
/// Strings up to this many bytes are called `embstr`.
const EMBSTR_MAX: usize = 44;

/// What to store as a value.
#[derive(Debug)]
pub(crate) enum Payload<'a> {
    /// String bytes that were given whole: `embstr` or `raw` by their length.
    Bytes(&'a [u8]),
    /// String bytes that were edited in place: always `raw`.
    Raw(&'a [u8]),
    /// A string that is the decimal form of this number.
    Int(i64),
    /// The elements of a small collection.
    Packed(PackKind, &'a [u8]),
    /// Anything else.
    Boxed(Box<Value>),
}

/// What the elements are that an entry holds.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum PackKind {
    /// A pack of fields and values.
    Hash,
    /// A pack of elements.
    List,
    /// A pack of members.
    Set,
    /// A set of integers.
    Ints,
    /// A pack of members and scores.
    Zset,
}

impl Payload<'_> {
    const fn len(&self) -> usize {
        match self {
            Self::Bytes(bytes) | Self::Raw(bytes) | Self::Packed(_, bytes) => bytes.len(),
            Self::Int(_) | Self::Boxed(_) => 8,
        }
    }

    const fn repr(&self) -> Repr {
        match self {
            Self::Bytes(bytes) if bytes.len() <= EMBSTR_MAX => Repr::Embedded,
            Self::Bytes(_) | Self::Raw(_) => Repr::Raw,
            Self::Int(_) => Repr::Int,
            Self::Boxed(_) => Repr::Boxed,
            Self::Packed(PackKind::Hash, _) => Repr::PackedHash,
            Self::Packed(PackKind::List, _) => Repr::PackedList,
            Self::Packed(PackKind::Set, _) => Repr::PackedSet,
            Self::Packed(PackKind::Ints, _) => Repr::PackedInts,
            Self::Packed(PackKind::Zset, _) => Repr::PackedZset,
        }
    }

    /// The same value in the form in which it fits an entry: what is long moves to a box.
    fn fitted(self) -> Self {
        match self {
            Self::Bytes(bytes) | Self::Raw(bytes) if bytes.len() > INLINE_MAX => {
                Payload::Boxed(Box::new(Value::String(bytes.to_vec())))
            }
            Self::Packed(kind, bytes) if bytes.len() > PACK_MAX => {
                Payload::Boxed(Box::new(Value::from_packed(kind, bytes.to_vec())))
            }
            other => other,
        }
    }
}

/// A value as it is stored.
#[derive(Clone, Copy, Debug)]
pub(crate) enum View<'a> {
    /// The bytes of a string.
    Bytes(&'a [u8]),
    /// A string that is a number.
    Int(i64),
    /// The elements of a small collection.
    Packed(PackKind, &'a [u8]),
    /// Anything else.
    Boxed(&'a Value),
}

impl View<'_> {
    /// Appends the text of a string to a vector. Collections have none.
    pub(crate) fn append_text(&self, out: &mut Vec<u8>) {
        match self {
            Self::Bytes(bytes) => out.extend_from_slice(bytes),
            Self::Int(value) => {
                out.extend_from_slice(itoa::Buffer::new().format(*value).as_bytes())
            }
            Self::Boxed(Value::String(text)) => out.extend_from_slice(text),
            Self::Packed(..) | Self::Boxed(_) => {}
        }
    }
}

/// How the value of an entry is represented: four bits of `kind`.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Repr {
    /// String bytes inside the entry, called `embstr`.
    Embedded = 0,
    /// String bytes inside the entry, called `raw`.
    Raw = 1,
    /// An `i64`.
    Int = 2,
    /// A pointer to a boxed value.
    Boxed = 3,
    /// The elements of a collection inside the entry: one for each [`PackKind`].
    PackedHash = 4,
    PackedList = 5,
    PackedSet = 6,
    PackedInts = 7,
    PackedZset = 8,
}

/// Where the parts of an entry lie.
#[derive(Clone, Copy)]
struct Shape {
    wide: bool,
    expires: bool,
    key_len: usize,
    val_len: usize,
}

impl Shape {
    const COMPACT_HEADER: usize = 8;
    const WIDE_HEADER: usize = 32;

    const fn new(key_len: usize, val_len: usize, expires: bool) -> Self {
        let wide = key_len > u8::MAX as usize || val_len > u8::MAX as usize;
        Self {
            wide,
            expires,
            key_len,
            val_len,
        }
    }

    const fn expiry_at(self) -> usize {
        if self.wide {
            Self::WIDE_HEADER
        } else {
            Self::COMPACT_HEADER
        }
    }

    const fn key_at(self) -> usize {
        self.expiry_at() + if self.expires { 8 } else { 0 }
    }

    const fn value_at(self) -> usize {
        self.key_at() + self.key_len
    }

    const fn end(self) -> usize {
        self.value_at() + self.val_len
    }
}

impl fmt::Debug for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Entry")
            .field("key", &self.key())
            .field("value", &self.view())
            .finish_non_exhaustive()
    }
}

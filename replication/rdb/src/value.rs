//! Values, and how the types that hold one string (all but the plain aggregates) become one.

use alloc::collections::BTreeSet;
use alloc::vec::Vec;

use bytes::Bytes;

use crate::cursor::Stop;
use crate::error::RdbErrorKind;
use crate::listpack::{Element, ListpackRef};
use crate::types::ValueType;
use crate::ziplist::Ziplist;
use crate::zipmap::Zipmap;

/// The value of a key. More kinds come with the other types.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Value {
    /// A string.
    String(Bytes),
    /// A hash as fields and values. Written as a table by its owner, or converted from an old compact form;
    /// only in the latter case fields are known to differ.
    Hash(Vec<(Bytes, Bytes)>),
    /// A hash as a listpack of fields and values, completely checked: pairs, and no field twice.
    HashListpack(Bytes),
}

impl Value {
    /// The fields and values of a hash in any form, copied.
    #[must_use]
    pub fn hash_pairs(&self) -> Option<Vec<(Bytes, Bytes)>> {
        match self {
            Self::String(_) => None,
            Self::Hash(pairs) => Some(pairs.clone()),
            Self::HashListpack(bytes) => {
                let list = ListpackRef::parse(bytes).ok()?;
                Some(
                    list.pairs()
                        .map(|(field, value)| (owned(field), owned(value)))
                        .collect(),
                )
            }
        }
    }

    /// Whether it is an aggregate without elements, which no command can make.
    #[must_use]
    pub fn is_empty_aggregate(&self) -> bool {
        match self {
            Self::String(_) => false,
            Self::Hash(pairs) => pairs.is_empty(),
            Self::HashListpack(bytes) => {
                ListpackRef::parse(bytes).is_ok_and(|list| list.is_empty())
            }
        }
    }
}

/// How the content of a value type is laid out.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Layout {
    /// One string: the value itself, or a compact form of it.
    Blob(Blob),
    /// A number of pairs of strings.
    Pairs,
}

/// What a single string holds.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Blob {
    String,
    HashListpack,
    HashZiplist,
    HashZipmap,
}

impl Layout {
    /// The layout of a type that can be read.
    pub(crate) const fn of(kind: ValueType) -> Option<Self> {
        match kind {
            ValueType::String => Some(Self::Blob(Blob::String)),
            ValueType::Hash => Some(Self::Pairs),
            ValueType::HashListpack => Some(Self::Blob(Blob::HashListpack)),
            ValueType::HashZiplist => Some(Self::Blob(Blob::HashZiplist)),
            ValueType::HashZipmap => Some(Self::Blob(Blob::HashZipmap)),
            _ => None,
        }
    }
}

impl Blob {
    /// The value in a string; `at` is where the string stands, for errors.
    pub(crate) fn decode(self, bytes: Bytes, at: usize) -> Result<Value, Stop> {
        let value = match self {
            Self::String => Ok(Value::String(bytes)),
            Self::HashListpack => check_hash_listpack(&bytes).map(|()| Value::HashListpack(bytes)),
            Self::HashZiplist => hash_of_ziplist(&bytes).map(Value::Hash),
            Self::HashZipmap => hash_of_zipmap(&bytes).map(Value::Hash),
        };
        value.map_err(|kind| Stop::bad(kind, at))
    }
}

fn check_hash_listpack(bytes: &[u8]) -> Result<(), RdbErrorKind> {
    let list = ListpackRef::parse(bytes).map_err(RdbErrorKind::Listpack)?;
    if list.len() % 2 != 0 {
        return Err(RdbErrorKind::OddHash);
    }
    // An integer and the string of its digits are the same field.
    let mut fields = BTreeSet::new();
    for (field, _) in list.pairs() {
        let field = match field {
            Element::Str(text) => {
                crate::listpack::canonical_integer(text).map_or(field, Element::Int)
            }
            Element::Int(_) => field,
        };
        let new = fields.insert(match field {
            Element::Str(text) => (None, text),
            Element::Int(number) => (Some(number), &[][..]),
        });
        if !new {
            return Err(RdbErrorKind::DuplicateField);
        }
    }
    Ok(())
}

fn hash_of_ziplist(bytes: &[u8]) -> Result<Vec<(Bytes, Bytes)>, RdbErrorKind> {
    let mut entries = Ziplist::parse(bytes)
        .map_err(RdbErrorKind::Ziplist)?
        .entries();
    let mut pairs = Vec::new();
    while let Some(field) = entries.next() {
        let field = field.map_err(RdbErrorKind::Ziplist)?;
        let value = entries
            .next()
            .ok_or(RdbErrorKind::OddHash)?
            .map_err(RdbErrorKind::Ziplist)?;
        pairs.push((owned(field), owned(value)));
    }
    distinct(pairs)
}

fn hash_of_zipmap(bytes: &[u8]) -> Result<Vec<(Bytes, Bytes)>, RdbErrorKind> {
    let mut pairs = Vec::new();
    for pair in Zipmap::parse(bytes).map_err(RdbErrorKind::Zipmap)? {
        let (field, value) = pair.map_err(RdbErrorKind::Zipmap)?;
        pairs.push((Bytes::copy_from_slice(field), Bytes::copy_from_slice(value)));
    }
    distinct(pairs)
}

/// The pairs, if no field occurs twice.
pub(crate) fn distinct(pairs: Vec<(Bytes, Bytes)>) -> Result<Vec<(Bytes, Bytes)>, RdbErrorKind> {
    let mut fields = BTreeSet::new();
    if pairs.iter().all(|(field, _)| fields.insert(field)) {
        Ok(pairs)
    } else {
        Err(RdbErrorKind::DuplicateField)
    }
}

fn owned(element: Element<'_>) -> Bytes {
    Bytes::from(element.to_vec())
}

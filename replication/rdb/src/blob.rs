//! Values that are one string: the value itself, or a compact form of it.

use alloc::vec::Vec;

use bytes::Bytes;

use crate::check;
use crate::error::RdbErrorKind;
use crate::types::ValueType;
use crate::value::Value;

/// What a single string holds.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Blob {
    String,
    ListZiplist,
    SetIntset,
    SetListpack,
    ZsetListpack,
    ZsetZiplist,
    HashListpack,
    HashZiplist,
    HashZipmap,
}

impl Blob {
    /// What a value of this type holds, if it is a single string.
    pub(crate) const fn of(kind: ValueType) -> Option<Self> {
        Some(match kind {
            ValueType::String => Self::String,
            ValueType::ListZiplist => Self::ListZiplist,
            ValueType::SetIntset => Self::SetIntset,
            ValueType::SetListpack => Self::SetListpack,
            ValueType::ZsetListpack => Self::ZsetListpack,
            ValueType::ZsetZiplist => Self::ZsetZiplist,
            ValueType::HashListpack => Self::HashListpack,
            ValueType::HashZiplist => Self::HashZiplist,
            ValueType::HashZipmap => Self::HashZipmap,
            _ => return None,
        })
    }

    /// The value in the string, completely checked.
    pub(crate) fn decode(self, bytes: Bytes) -> Result<Value, RdbErrorKind> {
        match self {
            Self::String => Ok(Value::String(bytes)),
            Self::ListZiplist => {
                let mut nodes = Vec::new();
                check::list_ziplist(&bytes, &mut nodes)?;
                Ok(Value::List(nodes))
            }
            Self::SetIntset => check::set_intset(bytes),
            Self::SetListpack => check::set_listpack(bytes),
            Self::ZsetListpack => check::zset_listpack(bytes),
            Self::ZsetZiplist => check::zset_ziplist(&bytes),
            Self::HashListpack => check::hash_listpack(bytes),
            Self::HashZiplist => check::hash_ziplist(&bytes),
            Self::HashZipmap => check::hash_zipmap(&bytes),
        }
    }
}

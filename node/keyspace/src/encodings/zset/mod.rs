//! How sorted sets are laid out in memory.

use super::collection::Collection;
use super::pack::{Pack, PackRef};
use crate::entry::{Entry, PackKind, View};
use crate::value::{Kind, Value};

/// One of the sorted sets.
#[derive(Clone, Debug)]
pub(crate) enum Zset {
    /// Few and short elements.
    Pack(Pack),
}

/// To be read, wherever it is kept.
#[derive(Clone, Copy, Debug)]
pub(crate) enum ZsetRef<'a> {
    Pack(PackRef<'a>),
}

impl Default for Zset {
    fn default() -> Self {
        Self::Pack(Pack::default())
    }
}

impl Zset {
    pub(crate) const fn as_ref(&self) -> ZsetRef<'_> {
        match self {
            Self::Pack(pack) => ZsetRef::Pack(pack.as_ref()),
        }
    }

    pub(crate) const fn heap_bytes(&self) -> usize {
        match self {
            Self::Pack(pack) => pack.heap_bytes(),
        }
    }

    pub(crate) const fn is_large(&self) -> bool {
        match self {
            Self::Pack(_) => false,
        }
    }
}

impl Collection for Zset {
    const KIND: Kind = Kind::Zset;
    type View<'a> = ZsetRef<'a>;

    fn view(entry: &Entry) -> Option<ZsetRef<'_>> {
        match entry.view() {
            View::Packed(PackKind::Zset, bytes) => Some(ZsetRef::Pack(PackRef::new(bytes))),
            View::Boxed(Value::Zset(value)) => Some(value.as_ref()),
            _ => None,
        }
    }

    fn of(value: &mut Value) -> Option<&mut Self> {
        match value {
            Value::Zset(value) => Some(value),
            _ => None,
        }
    }

    fn into_value(self) -> Value {
        Value::Zset(self)
    }

    fn is_empty(&self) -> bool {
        match self {
            Self::Pack(pack) => pack.is_empty(),
        }
    }
}

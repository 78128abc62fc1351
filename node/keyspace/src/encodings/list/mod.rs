//! How lists are laid out in memory.

use super::collection::Collection;
use super::pack::{Pack, PackRef};
use crate::entry::{Entry, PackKind, View};
use crate::value::{Kind, Value};

/// One of the lists.
#[derive(Clone, Debug)]
pub(crate) enum List {
    /// Few and short elements.
    Pack(Pack),
}

/// To be read, wherever it is kept.
#[derive(Clone, Copy, Debug)]
pub(crate) enum ListRef<'a> {
    Pack(PackRef<'a>),
}

impl Default for List {
    fn default() -> Self {
        Self::Pack(Pack::default())
    }
}

impl List {
    pub(crate) const fn as_ref(&self) -> ListRef<'_> {
        match self {
            Self::Pack(pack) => ListRef::Pack(pack.as_ref()),
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

impl Collection for List {
    const KIND: Kind = Kind::List;
    type View<'a> = ListRef<'a>;

    fn view(entry: &Entry) -> Option<ListRef<'_>> {
        match entry.view() {
            View::Packed(PackKind::List, bytes) => Some(ListRef::Pack(PackRef::new(bytes))),
            View::Boxed(Value::List(value)) => Some(value.as_ref()),
            _ => None,
        }
    }

    fn of(value: &mut Value) -> Option<&mut Self> {
        match value {
            Value::List(value) => Some(value),
            _ => None,
        }
    }

    fn into_value(self) -> Value {
        Value::List(self)
    }

    fn is_empty(&self) -> bool {
        match self {
            Self::Pack(pack) => pack.is_empty(),
        }
    }
}

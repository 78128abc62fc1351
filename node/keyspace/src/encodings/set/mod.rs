//! How sets are laid out in memory.

use super::collection::Collection;
use super::pack::{Pack, PackRef};
use crate::entry::{Entry, PackKind, View};
use crate::value::{Kind, Value};

/// A set.
#[derive(Clone, Debug)]
pub(crate) enum Set {
    /// Integers only.
    Ints(Ints),
    /// Few and short members.
    Pack(Pack),
}

/// A set to be read, wherever it is kept.
#[derive(Clone, Copy, Debug)]
pub(crate) enum SetRef<'a> {
    Ints(&'a [u8]),
    Pack(PackRef<'a>),
}

/// A sorted row of integers of one width.
#[derive(Clone, Debug, Default)]
pub(crate) struct Ints(Vec<u8>);

impl Ints {
    pub(crate) const fn from_bytes(bytes: Vec<u8>) -> Self {
        Self(bytes)
    }

    pub(crate) fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    pub(crate) fn into_bytes(self) -> Vec<u8> {
        self.0
    }
}

impl Default for Set {
    fn default() -> Self {
        Self::Ints(Ints::default())
    }
}

impl Set {
    pub(crate) fn as_ref(&self) -> SetRef<'_> {
        match self {
            Self::Ints(ints) => SetRef::Ints(ints.as_bytes()),
            Self::Pack(pack) => SetRef::Pack(pack.as_ref()),
        }
    }

    pub(crate) const fn heap_bytes(&self) -> usize {
        match self {
            Self::Ints(ints) => ints.0.capacity(),
            Self::Pack(pack) => pack.heap_bytes(),
        }
    }

    pub(crate) const fn is_large(&self) -> bool {
        match self {
            Self::Ints(_) | Self::Pack(_) => false,
        }
    }
}

impl Collection for Set {
    const KIND: Kind = Kind::Set;
    type View<'a> = SetRef<'a>;

    fn view(entry: &Entry) -> Option<SetRef<'_>> {
        match entry.view() {
            View::Packed(PackKind::Ints, bytes) => Some(SetRef::Ints(bytes)),
            View::Packed(PackKind::Set, bytes) => Some(SetRef::Pack(PackRef::new(bytes))),
            View::Boxed(Value::Set(set)) => Some(set.as_ref()),
            _ => None,
        }
    }

    fn of(value: &mut Value) -> Option<&mut Self> {
        match value {
            Value::Set(set) => Some(set),
            _ => None,
        }
    }

    fn into_value(self) -> Value {
        Value::Set(self)
    }

    fn is_empty(&self) -> bool {
        match self {
            Self::Ints(ints) => ints.0.is_empty(),
            Self::Pack(pack) => pack.is_empty(),
        }
    }
}

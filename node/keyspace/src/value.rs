//! Values that do not fit inside their entry.

use crate::encodings::hash::Hash;

/// A value in a box of its own.
#[derive(Clone, Debug)]
pub(crate) enum Value {
    /// A long string.
    String(Vec<u8>),
    /// A hash.
    Hash(Hash),
}

impl Value {
    /// The memory this value owns beyond itself.
    pub(crate) fn heap_bytes(&self) -> usize {
        match self {
            Self::String(text) => text.capacity(),
            Self::Hash(hash) => hash.heap_bytes(),
        }
    }

    /// Whether freeing it takes so long that it should be done step by step.
    pub(crate) fn is_large(&self) -> bool {
        match self {
            Self::String(_) => false,
            Self::Hash(hash) => hash.len() > 64,
        }
    }
}

/// The types of values, with the names of the `TYPE` command.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Kind {
    String,
    Hash,
}

impl Kind {
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::String => "string",
            Self::Hash => "hash",
        }
    }
}

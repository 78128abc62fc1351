//! Values that do not fit inside their entry, and collections while they are changed.

use crate::encodings::hash::Hash;
use crate::encodings::list::List;
use crate::encodings::pack::Pack;
use crate::encodings::set::{Ints, Set};
use crate::encodings::stream::Stream;
use crate::encodings::zset::Zset;
use crate::entry::PackKind;
use crate::options::Options;

/// A value of its own.
#[derive(Clone, Debug)]
pub(crate) enum Value {
    /// A long string.
    String(Vec<u8>),
    Hash(Hash),
    List(List),
    Set(Set),
    Zset(Zset),
    Stream(Box<Stream>),
}

impl Value {
    /// The collection whose elements were inside an entry.
    pub(crate) fn from_packed(kind: PackKind, bytes: Vec<u8>) -> Self {
        match kind {
            PackKind::Hash => Self::Hash(Hash::Pack(Pack::from_bytes(bytes))),
            PackKind::List => Self::List(List::Pack(Pack::from_bytes(bytes))),
            PackKind::Set => Self::Set(Set::Pack(Pack::from_bytes(bytes))),
            PackKind::Ints => Self::Set(Set::Ints(Ints::from_bytes(bytes))),
            PackKind::Zset => Self::Zset(Zset::Pack(Pack::from_bytes(bytes))),
        }
    }

    /// The elements as they could lie inside an entry; `None` if they have another form.
    pub(crate) fn packed(&self) -> Option<(PackKind, &[u8])> {
        match self {
            Self::Hash(Hash::Pack(pack)) => Some((PackKind::Hash, pack.as_bytes())),
            Self::List(List::Pack(pack)) => Some((PackKind::List, pack.as_bytes())),
            Self::Set(Set::Pack(pack)) => Some((PackKind::Set, pack.as_bytes())),
            Self::Set(Set::Ints(ints)) => Some((PackKind::Ints, ints.as_bytes())),
            Self::Zset(Zset::Pack(pack)) => Some((PackKind::Zset, pack.as_bytes())),
            Self::Hash(_)
            | Self::List(_)
            | Self::Set(_)
            | Self::Zset(_)
            | Self::String(_)
            | Self::Stream(_) => None,
        }
    }

    /// The vector that a packed value is in, to be used again; an empty one for all others.
    pub(crate) fn into_buffer(self) -> Vec<u8> {
        match self {
            Self::Hash(Hash::Pack(pack))
            | Self::List(List::Pack(pack))
            | Self::Set(Set::Pack(pack))
            | Self::Zset(Zset::Pack(pack)) => pack.into_bytes(),
            Self::Set(Set::Ints(ints)) => ints.into_bytes(),
            Self::Hash(_)
            | Self::List(_)
            | Self::Set(_)
            | Self::Zset(_)
            | Self::String(_)
            | Self::Stream(_) => Vec::new(),
        }
    }

    /// The memory this value owns beyond itself.
    pub(crate) fn heap_bytes(&self) -> usize {
        match self {
            Self::String(text) => text.capacity(),
            Self::Hash(hash) => hash.heap_bytes(),
            Self::List(list) => list.heap_bytes(),
            Self::Set(set) => set.heap_bytes(),
            Self::Zset(zset) => zset.heap_bytes(),
            Self::Stream(stream) => size_of::<Stream>() + stream.heap_bytes(),
        }
    }

    /// Whether freeing it takes so long that it should be done step by step.
    pub(crate) fn is_large(&self) -> bool {
        match self {
            Self::String(_) => false,
            Self::Hash(hash) => hash.is_large(),
            Self::List(list) => list.is_large(),
            Self::Set(set) => set.is_large(),
            Self::Zset(zset) => zset.is_large(),
            Self::Stream(stream) => stream.is_large(),
        }
    }

    /// What OBJECT ENCODING calls it.
    pub(crate) fn encoding(&self, options: &Options) -> &'static str {
        if let Some((kind, _)) = self.packed() {
            return kind.encoding(options);
        }
        match self {
            Self::String(_) => "raw",
            Self::Hash(_) | Self::Set(_) => "hashtable",
            Self::List(list) => list.as_ref().encoding(options),
            Self::Zset(_) => "skiplist",
            Self::Stream(_) => "stream",
        }
    }

    pub(crate) const fn kind(&self) -> Kind {
        match self {
            Self::String(_) => Kind::String,
            Self::Hash(_) => Kind::Hash,
            Self::List(_) => Kind::List,
            Self::Set(_) => Kind::Set,
            Self::Zset(_) => Kind::Zset,
            Self::Stream(_) => Kind::Stream,
        }
    }
}

/// The types of values, with the names of the `TYPE` command.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Kind {
    String,
    Hash,
    List,
    Set,
    Zset,
    Stream,
}

impl Kind {
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::String => "string",
            Self::Hash => "hash",
            Self::List => "list",
            Self::Set => "set",
            Self::Zset => "zset",
            Self::Stream => "stream",
        }
    }
}

impl PackKind {
    /// The type of a value that is kept inside its entry like this.
    pub(crate) const fn kind(self) -> Kind {
        match self {
            Self::Hash => Kind::Hash,
            Self::List => Kind::List,
            Self::Set | Self::Ints => Kind::Set,
            Self::Zset => Kind::Zset,
        }
    }

    /// What OBJECT ENCODING calls it. Lists had but one encoding before 7.2.
    pub(crate) const fn encoding(self, options: &Options) -> &'static str {
        match self {
            Self::Ints => "intset",
            Self::List if options.encodings_of_7_0 => "quicklist",
            Self::Hash | Self::List | Self::Set | Self::Zset => "listpack",
        }
    }
}

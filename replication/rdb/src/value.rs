//! Values as they are read: every type of key, in the forms that differ in memory too.

use alloc::boxed::Box;
use alloc::vec::Vec;

use bytes::Bytes;

use crate::intset::IntsetRef;
use crate::listpack::{Element, ListpackRef};
use crate::stream::{Stream, StreamNode};

/// The value of a key, or a part of a large one (see [`Item::More`](crate::Item::More)).
///
/// Compact forms are completely checked. In forms of one element after the other, no element is there twice if
/// the value was read as a whole; between the parts of a large one nobody compares, so who puts them into a table
/// has to notice.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Value {
    /// A string.
    String(Bytes),
    /// A list, as nodes of elements; none is empty.
    List(Vec<ListNode>),
    /// A set as members.
    Set(Vec<Bytes>),
    /// A set of integers ([`IntsetRef`]).
    SetIntset(Bytes),
    /// A set as a listpack of members, none of them twice.
    SetListpack(Bytes),
    /// A sorted set as members and scores (never NaN), in any order.
    Zset(Vec<(Bytes, f64)>),
    /// A sorted set as a listpack of members and scores, ascending by score, then member; no member twice.
    ZsetListpack(Bytes),
    /// A hash as fields and values.
    Hash(Vec<(Bytes, Bytes)>),
    /// A hash as a listpack of fields and values: pairs, and no field twice.
    HashListpack(Bytes),
    /// The first nodes of a large stream; it ends with a [`Value::Stream`].
    StreamNodes(Vec<StreamNode>),
    /// A stream, or what follows its first nodes.
    Stream(Box<Stream>),
}

/// A node of a list.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum ListNode {
    /// One element, too long for a listpack.
    Plain(Bytes),
    /// Elements in a listpack, which is completely checked and not empty.
    Listpack(Bytes),
}

impl Value {
    /// Whether it is an aggregate without elements, which no command can make (streams are different).
    #[must_use]
    pub fn is_empty_aggregate(&self) -> bool {
        match self {
            Self::String(_) | Self::Stream(_) | Self::StreamNodes(_) => false,
            Self::List(nodes) => nodes.is_empty(),
            Self::Set(members) => members.is_empty(),
            Self::Zset(members) => members.is_empty(),
            Self::Hash(pairs) => pairs.is_empty(),
            Self::SetIntset(bytes) => IntsetRef::parse(bytes).is_ok_and(|set| set.is_empty()),
            Self::SetListpack(bytes) | Self::ZsetListpack(bytes) | Self::HashListpack(bytes) => {
                ListpackRef::parse(bytes).is_ok_and(|list| list.is_empty())
            }
        }
    }

    /// This part of a value and the next one. Parts of different types do not follow each other; if they do,
    /// the next one counts.
    #[must_use]
    pub fn joined(self, next: Self) -> Self {
        fn both<T>(mut a: Vec<T>, b: Vec<T>) -> Vec<T> {
            a.extend(b);
            a
        }
        match (self, next) {
            (Self::List(a), Self::List(b)) => Self::List(both(a, b)),
            (Self::Set(a), Self::Set(b)) => Self::Set(both(a, b)),
            (Self::Zset(a), Self::Zset(b)) => Self::Zset(both(a, b)),
            (Self::Hash(a), Self::Hash(b)) => Self::Hash(both(a, b)),
            (Self::StreamNodes(a), Self::StreamNodes(b)) => Self::StreamNodes(both(a, b)),
            (Self::StreamNodes(a), Self::Stream(mut stream)) => {
                stream.nodes = both(a, core::mem::take(&mut stream.nodes));
                Self::Stream(stream)
            }
            (_, next) => next,
        }
    }

    /// The fields and values of a hash in any form, copied.
    #[must_use]
    pub fn hash_pairs(&self) -> Option<Vec<(Bytes, Bytes)>> {
        match self {
            Self::Hash(pairs) => Some(pairs.clone()),
            Self::HashListpack(bytes) => {
                let list = ListpackRef::parse(bytes).ok()?;
                let pairs = list.pairs();
                Some(pairs.map(|(f, v)| (owned(f), owned(v))).collect())
            }
            _ => None,
        }
    }

    /// The elements of a list, copied.
    #[must_use]
    pub fn list_elements(&self) -> Option<Vec<Bytes>> {
        let Self::List(nodes) = self else {
            return None;
        };
        let mut elements = Vec::new();
        for node in nodes {
            match node {
                ListNode::Plain(element) => elements.push(element.clone()),
                ListNode::Listpack(bytes) => {
                    elements.extend(ListpackRef::parse(bytes).ok()?.iter().map(owned));
                }
            }
        }
        Some(elements)
    }

    /// The members of a set in any form, copied.
    #[must_use]
    pub fn set_members(&self) -> Option<Vec<Bytes>> {
        match self {
            Self::Set(members) => Some(members.clone()),
            Self::SetListpack(bytes) => {
                Some(ListpackRef::parse(bytes).ok()?.iter().map(owned).collect())
            }
            Self::SetIntset(bytes) => {
                let members = IntsetRef::parse(bytes).ok()?.iter();
                Some(members.map(|n| owned(Element::Int(n))).collect())
            }
            _ => None,
        }
    }

    /// The members and scores of a sorted set in any form, copied.
    #[must_use]
    pub fn zset_members(&self) -> Option<Vec<(Bytes, f64)>> {
        match self {
            Self::Zset(members) => Some(members.clone()),
            Self::ZsetListpack(bytes) => {
                let pairs = ListpackRef::parse(bytes).ok()?.pairs();
                let scored = pairs.map(|(m, s)| Some((owned(m), crate::score::of_element(s)?)));
                scored.collect()
            }
            _ => None,
        }
    }
}

pub(crate) fn owned(element: Element<'_>) -> Bytes {
    Bytes::from(element.to_vec())
}

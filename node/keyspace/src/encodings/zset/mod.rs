//! Sorted sets: a pack of members and scores in their order while they are small, a tree of three parts when not.

mod range;
mod score;
mod small;
mod tree;
mod view;

pub(crate) use range::{LexRange, Range, ScoreRange};
pub(crate) use tree::{END, Full, ZsetTree};
pub(crate) use view::{ZsetRef, ZsetWalk};

use super::collection::Collection;
use super::pack::{Pack, PackRef};
use super::tools::Tools;
use crate::entry::{Entry, PackKind, View};
use crate::hashing::KeyHasher;
use crate::value::Value;

/// A sorted set.
#[derive(Clone, Debug)]
pub(crate) enum Zset {
    /// Few and short members.
    Pack(Pack),
    /// All others.
    Tree(Box<ZsetTree>),
}

impl Default for Zset {
    fn default() -> Self {
        Self::Pack(Pack::default())
    }
}

impl Collection for Zset {
    type View<'a> = ZsetRef<'a>;

    #[inline]
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
            Self::Tree(tree) => tree.len() == 0,
        }
    }
}

impl Zset {
    #[inline]
    pub(crate) const fn as_ref(&self) -> ZsetRef<'_> {
        match self {
            Self::Pack(pack) => ZsetRef::Pack(pack.as_ref()),
            Self::Tree(tree) => ZsetRef::Tree(tree),
        }
    }

    pub(crate) fn heap_bytes(&self) -> usize {
        match self {
            Self::Pack(pack) => pack.heap_bytes(),
            Self::Tree(tree) => size_of::<ZsetTree>() + tree.heap_bytes(),
        }
    }

    /// Whether freeing it takes so long that it should be done step by step.
    pub(crate) fn is_large(&self) -> bool {
        matches!(self, Self::Tree(tree) if tree.len() > 64)
    }

    /// Takes the form that the reference server gives a set to which so many members come at once, the first of
    /// them `first_len` bytes long, however many of them turn out to be the same.
    pub(crate) fn expect(&mut self, count: usize, first_len: usize, tools: Tools<'_>) {
        let options = tools.options;
        let most = options.zset_max_listpack_entries;
        let too_many = if options.encodings_of_7_0 {
            most == 0
        } else {
            count > most
        };
        let too_long = self.is_empty() && first_len > options.zset_max_listpack_value;
        if too_many || too_long {
            self.become_tree(tools.hasher);
        }
    }

    /// An empty set in the form that the reference server gives one of which it knows that so many members will come.
    pub(crate) fn for_members(count: usize, tools: Tools<'_>) -> Self {
        if count > tools.options.zset_max_listpack_entries {
            Self::Tree(Box::default())
        } else {
            Self::default()
        }
    }

    /// A finished set in the form that suits its members.
    pub(crate) fn settled(tree: ZsetTree, tools: Tools<'_>) -> Self {
        let options = tools.options;
        let fits = |(member, _): (&[u8], f64)| member.len() <= options.zset_max_listpack_value;
        if tree.len() > options.zset_max_listpack_entries || !tree.walk(0, false).all(fits) {
            return Self::Tree(Box::new(tree));
        }
        let mut pack = Pack::default();
        for (member, score) in tree.walk(0, false) {
            small::push(&mut pack, member, score, options);
        }
        Self::Pack(pack)
    }

    /// Sets the score of a member, which must not be NaN. Returns the score that it had.
    pub(crate) fn set(
        &mut self,
        member: &[u8],
        score: f64,
        tools: Tools<'_>,
    ) -> Result<Option<f64>, Full> {
        if let Self::Pack(pack) = self {
            if let Some(old) = small::find(pack.as_ref(), member) {
                if old.score != score {
                    pack.remove(old.at, 2);
                    small::insert(pack, member, score, tools.options);
                }
                return Ok(Some(old.score));
            }
            let options = tools.options;
            if pack.len() / 2 < options.zset_max_listpack_entries
                && member.len() <= options.zset_max_listpack_value
                && pack.has_room_for(member.len())
            {
                small::insert(pack, member, score, options);
                return Ok(None);
            }
        }
        self.become_tree(tools.hasher);
        match self {
            Self::Tree(tree) => tree.set(member, score, tools.hasher),
            Self::Pack(_) => Err(Full),
        }
    }

    /// Becomes a tree if it is none yet.
    fn become_tree(&mut self, hasher: &KeyHasher) {
        if let Self::Pack(pack) = self {
            let mut tree = ZsetTree::default();
            let mut digits = itoa::Buffer::new();
            for (member, score) in small::pairs(pack.as_ref()) {
                // A pack has fewer members than a tree takes.
                let _: Result<_, Full> = tree.set(member.text(&mut digits), score, hasher);
            }
            *self = Self::Tree(Box::new(tree));
        }
    }

    /// Removes a member. Returns the score that it had.
    pub(crate) fn remove(&mut self, member: &[u8], hasher: &KeyHasher) -> Option<f64> {
        match self {
            Self::Pack(pack) => {
                let found = small::find(pack.as_ref(), member)?;
                pack.remove(found.at, 2);
                Some(found.score)
            }
            Self::Tree(tree) => tree.remove(member, hasher),
        }
    }

    /// Removes the members of these ranks. Returns how many there were.
    pub(crate) fn remove_ranks(
        &mut self,
        ranks: core::ops::Range<usize>,
        hasher: &KeyHasher,
    ) -> usize {
        match self {
            Self::Pack(pack) => {
                let at = pack.as_ref().position_of(ranks.start * 2);
                let before = pack.len();
                pack.remove(at, ranks.len() * 2);
                (before - pack.len()) / 2
            }
            Self::Tree(tree) => {
                let remove = |_: &usize| tree.remove_at(ranks.start, hasher);
                ranks.clone().take_while(remove).count()
            }
        }
    }

    /// A sorted set out of members and scores in a pack that was read from elsewhere. `None` if a score is not a
    /// number or a member is there twice; members that are not in order are put in order.
    pub(crate) fn from_pack(pack: Pack, tools: Tools<'_>) -> Option<Self> {
        let pairs = small::checked_pairs(pack.as_ref())?;
        let most = tools.options.zset_max_listpack_entries;
        if pairs.len() <= most && small::is_sorted(&pairs) && !small::repeats(&pairs) {
            return Some(Self::Pack(pack));
        }
        let mut zset = Self::default();
        zset.expect(pairs.len(), 0, tools);
        let mut digits = itoa::Buffer::new();
        for (member, score) in pairs {
            if zset.set(member.text(&mut digits), score, tools) != Ok(None) {
                return None;
            }
        }
        Some(zset)
    }
}

#[cfg(test)]
mod tests;

//! Sets: sorted integers while all members are integers, a pack while there are few and short ones, a table
//! of entries (key: member, no value) for the others.
//!
//! Which form a set has can be seen (`OBJECT ENCODING`), so it changes exactly when it does in Redis 7.2; a set
//! never goes back to a smaller form by itself. In 7.0 there were no packs of members: with
//! `encodings_of_7_0`, a set with a member that is no integer is a table.

mod algebra;
mod choice;
mod ints;
mod iter;
mod table;
#[cfg(test)]
mod tests;

pub(crate) use algebra::{difference, intersect, intersection, smallest_first, union};
pub(crate) use ints::{Ints, IntsRef};
pub(crate) use iter::SetIter;
pub(crate) use table::SetTable;

use shoal_rdb::listpack::{Element, canonical_integer};

use super::collection::Collection;
use super::pack::{Pack, PackRef};
use super::tools::Tools;
use crate::entry::{Entry, PackKind, View};
use crate::hashing::KeyHasher;
use crate::options::Options;
use crate::value::Value;

/// A set.
#[derive(Clone, Debug)]
pub(crate) enum Set {
    /// Integers only.
    Ints(Ints),
    /// Few and short members.
    Pack(Pack),
    /// All others.
    Table(SetTable),
}

/// A set to be read, wherever it is kept.
#[derive(Clone, Copy, Debug)]
pub(crate) enum SetRef<'a> {
    Ints(IntsRef<'a>),
    Pack(PackRef<'a>),
    Table(&'a SetTable),
}

impl<'a> SetRef<'a> {
    pub(crate) fn len(self) -> usize {
        match self {
            Self::Ints(ints) => ints.len(),
            Self::Pack(pack) => pack.len(),
            Self::Table(table) => table.len(),
        }
    }

    /// Whether this is a member.
    #[inline]
    pub(crate) fn contains(self, member: Element<'_>, hasher: &KeyHasher) -> bool {
        let mut digits = itoa::Buffer::new();
        match self {
            Self::Ints(ints) => number_of(member).is_some_and(|number| ints.contains(number)),
            Self::Pack(pack) => pack.find(member.text(&mut digits)).is_some(),
            Self::Table(table) => table.contains(member.text(&mut digits), hasher),
        }
    }

    /// The members: integers ascending, those of a pack in the order in which they came.
    pub(crate) fn iter(self) -> SetIter<'a> {
        SetIter::new(self)
    }
}

impl Default for Set {
    fn default() -> Self {
        Self::Ints(Ints::default())
    }
}

impl Set {
    /// An empty set in the form that suits `count` members of which this is the first.
    pub(crate) fn for_members(first: Element<'_>, count: usize, options: &Options) -> Self {
        if number_of(first).is_some()
            && (options.encodings_of_7_0 || count <= options.set_max_intset_entries)
        {
            Self::Ints(Ints::default())
        } else if !options.encodings_of_7_0 && count <= options.set_max_listpack_entries {
            Self::Pack(Pack::default())
        } else {
            Self::Table(SetTable::default())
        }
    }

    #[inline]
    pub(crate) fn as_ref(&self) -> SetRef<'_> {
        match self {
            Self::Ints(ints) => SetRef::Ints(ints.view()),
            Self::Pack(pack) => SetRef::Pack(pack.as_ref()),
            Self::Table(table) => SetRef::Table(table),
        }
    }

    pub(crate) fn len(&self) -> usize {
        self.as_ref().len()
    }

    pub(crate) fn heap_bytes(&self) -> usize {
        match self {
            Self::Ints(ints) => ints.heap_bytes(),
            Self::Pack(pack) => pack.heap_bytes(),
            Self::Table(table) => table.heap_bytes(),
        }
    }

    /// Whether freeing it takes so long that it should be done step by step.
    pub(crate) fn is_large(&self) -> bool {
        matches!(self, Self::Table(table) if table.len() > 64)
    }

    /// Takes the form that suits a command with so many members, before the first is added. They need not
    /// all be new, and the reference server does not look either.
    pub(crate) fn expect(&mut self, count: usize, tools: Tools<'_>) {
        let options = tools.options;
        let max = match self {
            Self::Ints(_) => options.set_max_intset_entries,
            Self::Pack(_) => options.set_max_listpack_entries,
            Self::Table(_) => return,
        };
        if count > max && !options.encodings_of_7_0 {
            self.become_table(tools.hasher);
        }
    }

    /// Adds a member. Returns whether it is new.
    pub(crate) fn add(&mut self, member: Element<'_>, tools: Tools<'_>) -> bool {
        let mut digits = itoa::Buffer::new();
        if let Self::Ints(ints) = self {
            if let Some(number) = number_of(member) {
                let new = ints.insert(number);
                let max = tools.options.set_max_intset_entries.min(Ints::LEN_MAX);
                if new && ints.view().len() > max {
                    self.become_table(tools.hasher);
                }
                return new;
            }
            self.make_room_for_text(member.text(&mut digits), tools);
        }
        let text = member.text(&mut digits);
        if let Self::Pack(pack) = self {
            if pack.as_ref().find(text).is_some() {
                return false;
            }
            if fits_pack(pack.len(), text.len(), tools.options) && pack.has_room_for(text.len()) {
                pack.push(text);
                return true;
            }
            self.become_table(tools.hasher);
        }
        match self {
            Self::Table(table) => table.insert(text, tools.hasher),
            Self::Ints(_) | Self::Pack(_) => false,
        }
    }

    /// Removes a member. Returns whether it was there.
    pub(crate) fn remove(&mut self, member: Element<'_>, hasher: &KeyHasher) -> bool {
        let mut digits = itoa::Buffer::new();
        match self {
            Self::Ints(ints) => number_of(member).is_some_and(|number| ints.remove(number)),
            Self::Pack(pack) => {
                let found = pack.as_ref().find(member.text(&mut digits));
                if let Some(at) = found {
                    pack.remove(at, 1);
                }
                found.is_some()
            }
            Self::Table(table) => table.remove(member.text(&mut digits), hasher),
        }
    }

    /// Integers become something that takes a text, too.
    fn make_room_for_text(&mut self, text: &[u8], tools: Tools<'_>) {
        let Self::Ints(ints) = self else {
            return;
        };
        let (ints, options) = (ints.view(), tools.options);
        let digits = |number: i64| itoa::Buffer::new().format(number).len();
        let longest = ints
            .bounds()
            .map_or(0, |(min, max)| digits(min).max(digits(max)));
        if !options.encodings_of_7_0 && fits_pack(ints.len(), text.len().max(longest), options) {
            let mut pack = Pack::default();
            for number in ints.iter() {
                pack.push(itoa::Buffer::new().format(number).as_bytes());
            }
            *self = Self::Pack(pack);
        } else {
            self.become_table(tools.hasher);
        }
    }

    fn become_table(&mut self, hasher: &KeyHasher) {
        let mut table = SetTable::default();
        for member in self.as_ref().iter() {
            table.insert(member.text(&mut itoa::Buffer::new()), hasher);
        }
        *self = Self::Table(table);
    }

    /// A set of which all members are known to be integers is made sorted integers, unless it is too large.
    pub(crate) fn into_ints(self, options: &Options) -> Self {
        if matches!(self, Self::Ints(_)) || self.len() > options.set_max_intset_entries {
            return self;
        }
        let mut ints = Ints::default();
        for member in self.as_ref().iter() {
            let Some(number) = number_of(member) else {
                return self;
            };
            ints.insert(number);
        }
        Self::Ints(ints)
    }
}

/// Whether a pack of `len` members may get another one of `text_len` bytes.
const fn fits_pack(len: usize, text_len: usize, options: &Options) -> bool {
    len < options.set_max_listpack_entries && text_len <= options.set_max_listpack_value
}

/// The integer that a member is.
#[inline]
pub(crate) fn number_of(member: Element<'_>) -> Option<i64> {
    match member {
        Element::Int(number) => Some(number),
        Element::Str(text) => canonical_integer(text),
    }
}

impl Collection for Set {
    type View<'a> = SetRef<'a>;

    #[inline]
    fn view(entry: &Entry) -> Option<SetRef<'_>> {
        match entry.view() {
            View::Packed(PackKind::Ints, bytes) => Some(SetRef::Ints(IntsRef::new(bytes))),
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
            Self::Ints(ints) => ints.view().len() == 0,
            Self::Pack(pack) => pack.is_empty(),
            Self::Table(table) => table.len() == 0,
        }
    }
}

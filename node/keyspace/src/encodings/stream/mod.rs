//! Streams: entries of fields and values in the order of their ids, and groups of consumers that share them.
//!
//! Entries lie in [nodes](node), dozens of them in a listpack, which are RDB's own bytes: saving and loading a
//! stream is a copy. An append goes to the last node, a range is found through the [tree](nodes) of the others.

mod entry;
mod group;
pub(crate) mod id;
mod node;
mod node_entries;
mod nodes;
mod numbers;
mod parts;
mod range;
#[cfg(test)]
mod tests;
mod trim;

use std::collections::BTreeMap;
use std::sync::Arc;

use shoal_rdb::listpack::ListpackFull;

pub(crate) use entry::Entry;
pub(crate) use group::{Consumer, ConsumerKey, Group, Pending};
pub(crate) use id::StreamId;
pub(crate) use nodes::NodeLimits;
pub(crate) use numbers::Numbers;
pub(crate) use range::Entries;
pub(crate) use trim::{Keep, Trim};

use nodes::Nodes;

use super::collection::Collection;
use crate::entry::{Entry as KeyEntry, View};
use crate::value::Value;

/// The fields and values of an entry may not be longer than this together: they must fit a listpack.
const TEXT_MAX: usize = 1 << 30;

/// A stream.
#[derive(Clone, Debug, Default)]
pub(crate) struct Stream {
    nodes: Nodes,
    numbers: Numbers,
    groups: BTreeMap<Arc<[u8]>, Group>,
    /// The memory of all groups.
    group_bytes: usize,
}

impl Stream {
    /// How many entries it has, their first and last ids, and the like.
    pub(crate) const fn numbers(&self) -> &Numbers {
        &self.numbers
    }

    /// How many nodes there are.
    pub(crate) fn node_count(&self) -> usize {
        self.nodes.len()
    }

    /// The memory it takes beyond itself.
    pub(crate) const fn heap_bytes(&self) -> usize {
        self.nodes.heap_bytes() + self.group_bytes
    }

    /// The entries.
    pub(crate) const fn entries(&self) -> Entries<'_> {
        Entries::new(&self.nodes)
    }

    /// Whether there is an entry beyond this id.
    pub(crate) fn has_beyond(&self, id: StreamId) -> bool {
        id < self.numbers.last_id && self.top_id().is_some_and(|top| top > id)
    }

    /// The id of the last entry.
    pub(crate) fn top_id(&self) -> Option<StreamId> {
        let last = self.entries().range_back(id::MIN, id::MAX).next();
        last.map(|entry| entry.id)
    }

    /// The id of the first place of an entry, deleted or not.
    pub(crate) fn first_place(&self) -> StreamId {
        let first = self.nodes.first();
        first
            .and_then(|(from, node)| node.entries(from).next())
            .map_or(id::MAX, |entry| entry.id)
    }

    /// Adds an entry, whose id must be greater than the last one.
    pub(crate) fn append<'f>(
        &mut self,
        id: StreamId,
        fields: impl Iterator<Item = (&'f [u8], &'f [u8])> + Clone,
        limits: NodeLimits,
    ) -> Result<(), ListpackFull> {
        debug_assert!(id > self.numbers.last_id);
        let text_len = fields.clone().fold(0_usize, |sum, (field, value)| {
            sum.saturating_add(field.len() + value.len())
        });
        if text_len > TEXT_MAX {
            return Err(ListpackFull);
        }
        self.nodes.append(id, fields, text_len, limits)?;
        let numbers = &mut self.numbers;
        numbers.length += 1;
        numbers.entries_added = numbers.entries_added.wrapping_add(1);
        numbers.last_id = id;
        if numbers.length == 1 {
            numbers.first_id = id;
        }
        Ok(())
    }

    /// Deletes an entry. Returns whether it was there.
    pub(crate) fn delete(&mut self, id: StreamId) -> bool {
        let Some((from, node)) = self.nodes.node_of(id) else {
            return false;
        };
        let entry = node
            .entries(from)
            .take_while(|entry| entry.id <= id)
            .find(|entry| entry.id == id && !entry.is_deleted());
        let Some(entry) = entry else {
            return false;
        };
        let marked = [(entry.flags, entry.flags_at)];
        if node.live() == 1 {
            self.nodes.remove(from);
            self.numbers.length = self.numbers.length.saturating_sub(1);
        } else {
            self.mark_deleted(from, &marked);
        }
        self.numbers.max_deleted_id = self.numbers.max_deleted_id.max(id);
        if self.numbers.length == 0 || id == self.numbers.first_id {
            self.find_first_id();
        }
        true
    }

    /// Finds out what the first entry is, after one was deleted.
    fn find_first_id(&mut self) {
        let first = self.entries().range(id::MIN, id::MAX).next();
        self.numbers.first_id = first.map_or(id::MIN, |entry| entry.id);
    }

    /// Sets what `XSETID` sets, and loading. The last id may not be lower than that of any entry.
    pub(crate) const fn set_numbers(&mut self, numbers: Numbers) {
        self.numbers = numbers;
    }

    /// The groups in the order of their names.
    pub(crate) fn groups(&self) -> impl ExactSizeIterator<Item = (&[u8], &Group)> {
        self.groups.iter().map(|(name, group)| (&**name, group))
    }

    pub(crate) fn group(&self, name: &[u8]) -> Option<&Group> {
        self.groups.get(name)
    }

    /// Changes a group, looking at the stream.
    pub(crate) fn edit_group<R>(
        &mut self,
        name: &[u8],
        change: impl FnOnce(&mut Group, Entries<'_>, &Numbers) -> R,
    ) -> Option<R> {
        let group = self.groups.get_mut(name)?;
        let before = group.heap_bytes();
        let result = change(group, Entries::new(&self.nodes), &self.numbers);
        self.group_bytes = (self.group_bytes + group.heap_bytes()).saturating_sub(before);
        Some(result)
    }

    /// Adds a group. False if there is one of this name.
    pub(crate) fn add_group(&mut self, name: &[u8], group: Group) -> bool {
        if self.groups.contains_key(name) {
            return false;
        }
        self.group_bytes += name.len() + group.heap_bytes();
        self.groups.insert(name.into(), group);
        true
    }

    /// Takes a group out.
    pub(crate) fn remove_group(&mut self, name: &[u8]) -> Option<Group> {
        let group = self.groups.remove(name)?;
        let bytes = name.len() + group.heap_bytes();
        self.group_bytes = self.group_bytes.saturating_sub(bytes);
        Some(group)
    }

    /// Frees about `budget` nodes and pending entries. Returns how much of the budget is left: if any, only
    /// the stream itself remains.
    pub(crate) fn free_some(&mut self, budget: usize) -> usize {
        let mut left = budget;
        while left > 0 && self.nodes.pop_first().is_some() {
            left -= 1;
        }
        while left > 0
            && let Some(mut group) = self.groups.first_entry()
        {
            left = group.get_mut().free_some(left);
            if left > 0 {
                group.remove();
            }
        }
        left
    }

    /// How many pieces there are to free.
    pub(crate) fn piece_count(&self) -> usize {
        let groups = self.groups.values();
        self.nodes.len() + groups.map(Group::piece_count).sum::<usize>()
    }

    /// Whether freeing it takes long.
    pub(crate) fn is_large(&self) -> bool {
        const MANY: usize = 64;
        self.piece_count() > MANY
    }
}

impl Collection for Stream {
    type View<'a> = &'a Self;

    fn view(entry: &KeyEntry) -> Option<&Self> {
        match entry.view() {
            View::Boxed(Value::Stream(stream)) => Some(stream),
            _ => None,
        }
    }

    fn of(value: &mut Value) -> Option<&mut Self> {
        match value {
            Value::Stream(stream) => Some(stream),
            _ => None,
        }
    }

    fn into_value(self) -> Value {
        Value::Stream(Box::new(self))
    }

    /// A stream stays when its last entry goes: its last id is part of it.
    fn is_empty(&self) -> bool {
        false
    }
}

//! Where detached tables and large values wait until their memory is freed.
//!
//! Freeing ten million entries takes seconds, so nothing large is freed where it is deleted. It can be freed here, a
//! piece at a time, or be handed to another thread as a whole; how much waits stays known in either case.

use core::fmt::Debug;
use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::encodings::hash::Hash;
use crate::encodings::list::Node;
use crate::encodings::set::Set;
use crate::encodings::stream::{Group, Stream};
use crate::encodings::zset::{Zset, ZsetTree};
use crate::entry::Entry;
use crate::table::Table;
use crate::value::Value;

/// Things to be freed. Dropping it frees them.
#[derive(Debug, Default)]
pub struct Graveyard {
    graves: Vec<Grave>,
    ledger: Arc<Ledger>,
}

/// What is left of a large value.
pub(crate) trait Remains: Debug + Send {
    /// Frees about `budget` elements, and returns how much of the budget is left: something only if nothing of the
    /// value is.
    fn free_some(&mut self, budget: usize) -> usize;

    /// How many elements are left.
    fn count(&self) -> usize;
}

impl Graveyard {
    /// Whether nothing waits.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.graves.is_empty()
    }

    /// Frees about `budget` keys or elements. Returns whether more is left.
    pub fn free_some(&mut self, budget: usize) -> bool {
        let mut left = budget;
        while left > 0
            && let Some(mut grave) = self.graves.pop()
        {
            let mut large = Vec::new();
            left = grave.free_some(left, &self.ledger, &mut large);
            if left == 0 {
                self.graves.push(grave);
            }
            for value in large {
                self.bury_value(value);
            }
        }
        !self.is_empty()
    }

    /// Keys and values that wait to be freed: here and in everything that was [taken](Self::take) from here.
    #[must_use]
    pub fn pending_objects(&self) -> u64 {
        self.ledger.objects.load(ORDER)
    }

    /// The memory of all that, in bytes.
    #[must_use]
    pub fn pending_bytes(&self) -> u64 {
        self.ledger.bytes.load(ORDER)
    }

    /// Keys and values that were freed so far.
    #[must_use]
    pub fn freed_objects(&self) -> u64 {
        self.ledger.freed_objects.load(ORDER)
    }

    /// Starts counting anew (`CONFIG RESETSTAT`).
    pub fn reset_freed(&self) {
        self.ledger.freed_objects.store(0, ORDER);
    }

    /// Everything that waits, to be freed elsewhere. What is pending there stays known here.
    #[must_use]
    pub fn take(&mut self) -> Self {
        Self {
            graves: core::mem::take(&mut self.graves),
            ledger: self.ledger.clone(),
        }
    }

    /// Takes over what waits in another graveyard.
    pub fn adopt(&mut self, mut other: Self) {
        for grave in other.graves.drain(..) {
            other.ledger.forget(grave.amount);
            self.bury(grave.what, grave.amount);
        }
    }

    pub(crate) fn bury_table(&mut self, table: Table) {
        if !table.is_empty() {
            let amount = Amount {
                objects: table.len() as u64,
                bytes: (table.bytes() + table.entry_bytes()) as u64,
            };
            self.bury(What::Keys(table), amount);
        }
    }

    /// Frees a value now if it is small, and later if not.
    pub(crate) fn bury_value(&mut self, value: Value) {
        let bytes = value.heap_bytes();
        match value {
            Value::Hash(Hash::Table(table)) => self.bury_remains(table.into_table(), bytes),
            Value::List(list) if list.is_large() => self.bury_remains(list.into_nodes(), bytes),
            Value::Set(Set::Table(table)) => self.bury_remains(table.into_table(), bytes),
            Value::Zset(Zset::Tree(tree)) => self.bury_remains(*tree, bytes),
            Value::Stream(stream) => self.bury_remains(*stream, bytes),
            _ => {}
        }
    }

    /// Frees a group of a stream.
    pub(crate) fn bury_group(&mut self, group: Group) {
        let bytes = group.heap_bytes();
        self.bury_remains(group, bytes);
    }

    /// Frees an entry, its value later if that is large.
    pub(crate) fn bury_entry(&mut self, mut entry: Entry) {
        if let Some(value) = entry.take_boxed() {
            self.bury_value(*value);
        }
    }

    /// Frees what is left of a large value step by step. What is not large is not worth it.
    fn bury_remains(&mut self, remains: impl Remains + 'static, bytes: usize) {
        if remains.count() > LARGE {
            let amount = Amount {
                objects: 1,
                bytes: bytes as u64,
            };
            self.bury(What::Value(Box::new(remains)), amount);
        }
    }

    fn bury(&mut self, what: What, amount: Amount) {
        self.ledger.note(amount);
        self.graves.push(Grave { what, amount });
    }
}

impl Drop for Graveyard {
    fn drop(&mut self) {
        const PIECE: usize = 4096;
        while self.free_some(PIECE) {}
    }
}

/// What has more elements is freed step by step.
const LARGE: usize = 64;

/// Something to be freed.
#[derive(Debug)]
struct Grave {
    what: What,
    /// What is left of it.
    amount: Amount,
}

#[derive(Debug)]
enum What {
    /// Keys, whose values may be large, too.
    Keys(Table),
    Value(Box<dyn Remains>),
}

impl Grave {
    /// Frees about `budget` keys or elements, and returns how much of the budget is left: something only if nothing
    /// is left here. Large values that come to light are not freed but handed out.
    fn free_some(&mut self, budget: usize, ledger: &Ledger, large: &mut Vec<Value>) -> usize {
        let mut freed = Amount::default();
        let left = match &mut self.what {
            What::Keys(table) => table.free_some(budget, |mut entry| {
                freed.objects += 1;
                freed.bytes += entry.memory() as u64;
                large.extend(take_large(&mut entry));
                1
            }),
            What::Value(remains) => {
                let before = remains.count().max(1) as u64;
                let left = remains.free_some(budget);
                freed.bytes = self.amount.bytes / before * (budget - left) as u64;
                left
            }
        };
        let freed = if left > 0 {
            self.amount
        } else {
            freed.min(self.amount)
        };
        self.amount.objects -= freed.objects;
        self.amount.bytes -= freed.bytes;
        ledger.settle(freed);
        left
    }
}

fn take_large(entry: &mut Entry) -> Option<Value> {
    let value = entry.take_boxed().filter(|value| value.is_large())?;
    Some(*value)
}

/// How much there is to free.
#[derive(Clone, Copy, Debug, Default)]
struct Amount {
    objects: u64,
    bytes: u64,
}

impl Amount {
    fn min(self, other: Self) -> Self {
        Self {
            objects: self.objects.min(other.objects),
            bytes: self.bytes.min(other.bytes),
        }
    }
}

/// How much waits to be freed, wherever that is done, and how much was.
#[derive(Debug, Default)]
struct Ledger {
    objects: AtomicU64,
    bytes: AtomicU64,
    freed_objects: AtomicU64,
}

// The numbers are only shown and compared with limits: no memory is read on their account.
const ORDER: Ordering = Ordering::Relaxed;

impl Ledger {
    fn note(&self, amount: Amount) {
        self.objects.fetch_add(amount.objects, ORDER);
        self.bytes.fetch_add(amount.bytes, ORDER);
    }

    fn forget(&self, amount: Amount) {
        self.objects.fetch_sub(amount.objects, ORDER);
        self.bytes.fetch_sub(amount.bytes, ORDER);
    }

    /// So much is freed.
    fn settle(&self, freed: Amount) {
        self.forget(freed);
        self.freed_objects.fetch_add(freed.objects, ORDER);
    }
}

/// A hash or a set.
impl Remains for Table {
    fn free_some(&mut self, budget: usize) -> usize {
        Self::free_some(self, budget, |entry| {
            drop(entry);
            1
        })
    }

    fn count(&self) -> usize {
        self.len()
    }
}

/// A list. A node is one piece of memory, however many elements it has.
impl Remains for VecDeque<Node> {
    fn free_some(&mut self, budget: usize) -> usize {
        let freed = budget.min(self.len());
        self.drain(..freed);
        budget - freed
    }

    fn count(&self) -> usize {
        self.len()
    }
}

/// A sorted set. What counts is pieces of memory, each of which has many members.
impl Remains for ZsetTree {
    fn free_some(&mut self, budget: usize) -> usize {
        Self::free_some(self, budget)
    }

    fn count(&self) -> usize {
        self.pieces()
    }
}

/// A stream: its nodes, and what is pending in its groups.
impl Remains for Stream {
    fn free_some(&mut self, budget: usize) -> usize {
        Self::free_some(self, budget)
    }

    fn count(&self) -> usize {
        self.piece_count()
    }
}

/// A group of a stream.
impl Remains for Group {
    fn free_some(&mut self, budget: usize) -> usize {
        Self::free_some(self, budget)
    }

    fn count(&self) -> usize {
        self.piece_count()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::encodings::list::{End, Limits, List};
    use crate::entry::Payload;
    use crate::hashing::KeyHasher;
    use crate::options::Options;

    fn table(keys: usize) -> Table {
        let hasher = KeyHasher::new(1);
        let mut table = Table::default();
        for n in 0..keys {
            let key = n.to_string();
            let entry = Entry::new(key.as_bytes(), Payload::Int(1), None);
            table.insert(hasher.hash(key.as_bytes()), entry, &hasher);
        }
        table
    }

    fn long_list() -> Value {
        let (mut list, limits) = (List::default(), Limits::of(&Options::default()));
        for _ in 0..2000 {
            list.push(End::Right, &[b'x'; 1000], &limits);
        }
        Value::List(list)
    }

    #[test]
    fn a_long_list_is_freed_node_by_node() {
        let mut graveyard = Graveyard::default();
        graveyard.bury_value(long_list());
        let mut calls = 1;
        while graveyard.free_some(10) {
            calls += 1;
        }
        assert!((20..=40).contains(&calls), "{calls}");
        assert!(graveyard.is_empty());
        assert_eq!(graveyard.pending_bytes(), 0);
    }

    #[test]
    fn what_waits_is_known_until_it_is_freed() {
        let mut graveyard = Graveyard::default();
        graveyard.bury_table(table(1000));
        graveyard.bury_value(long_list());
        assert_eq!(graveyard.pending_objects(), 1001);
        let mut before = graveyard.pending_bytes();
        assert!(before > 2_000_000);
        while graveyard.free_some(100) {
            assert!(graveyard.pending_bytes() < before);
            before = graveyard.pending_bytes();
        }
        assert_eq!(
            (graveyard.pending_objects(), graveyard.pending_bytes()),
            (0, 0)
        );
        assert_eq!(graveyard.freed_objects(), 1001);
    }

    #[test]
    fn a_large_value_among_keys_is_not_freed_at_once() {
        let hasher = KeyHasher::new(1);
        let mut keys = table(10);
        let entry = Entry::new(b"list", Payload::Boxed(Box::new(long_list())), None);
        keys.insert(hasher.hash(b"list"), entry, &hasher);
        let mut graveyard = Graveyard::default();
        graveyard.bury_table(keys);
        assert!(graveyard.free_some(11), "the list is left");
        assert_eq!(graveyard.pending_objects(), 1);
        while graveyard.free_some(10) {}
        assert_eq!(graveyard.pending_bytes(), 0);
    }

    #[test]
    fn what_is_freed_elsewhere_is_still_counted_here() {
        let mut graveyard = Graveyard::default();
        graveyard.bury_table(table(300));
        let taken = graveyard.take();
        assert!(graveyard.is_empty());
        assert_eq!(graveyard.pending_objects(), 300);
        let mut other = Graveyard::default();
        other.bury_table(table(5));
        graveyard.adopt(other);
        assert_eq!(graveyard.pending_objects(), 305);
        drop(taken);
        assert_eq!(graveyard.pending_objects(), 5);
        assert_eq!(graveyard.freed_objects(), 300);
    }
}

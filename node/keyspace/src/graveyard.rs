//! Where detached tables and large values wait until their memory is freed, a bounded piece at a time.

use core::fmt::Debug;
use std::collections::VecDeque;

use crate::encodings::hash::Hash;
use crate::encodings::list::Node;
use crate::entry::Entry;
use crate::table::Table;
use crate::value::Value;

/// Things to be freed. It can be handed to another thread as a whole and dropped there.
#[derive(Debug, Default)]
pub struct Graveyard {
    tables: Vec<Table>,
    values: Vec<Box<dyn Remains>>,
}

/// What is left of a large value.
pub(crate) trait Remains: Debug + Send {
    /// Frees about `budget` elements, and returns how much of the budget is left: something only if nothing of the
    /// value is.
    fn free_some(&mut self, budget: usize) -> usize;
}

impl Graveyard {
    /// Whether nothing waits.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.tables.is_empty() && self.values.is_empty()
    }

    /// Frees about `budget` keys or elements. Returns whether more is left.
    pub fn free_some(&mut self, budget: usize) -> bool {
        let mut left = budget;
        while left > 0 && !self.is_empty() {
            left = self.free_values(left);
            left = self.free_table(left);
        }
        !self.is_empty()
    }

    fn free_values(&mut self, budget: usize) -> usize {
        let mut left = budget;
        while left > 0
            && let Some(value) = self.values.last_mut()
        {
            left = value.free_some(left);
            if left > 0 {
                self.values.pop();
            }
        }
        left
    }

    fn free_table(&mut self, budget: usize) -> usize {
        if budget == 0 {
            return 0;
        }
        let Some(mut table) = self.tables.pop() else {
            return budget;
        };
        let mut found = Vec::new();
        let left = table.free_some(budget, |mut entry| {
            found.extend(entry.take_boxed().filter(|value| value.is_large()));
            1
        });
        if left == 0 {
            self.tables.push(table);
        }
        for value in found {
            self.bury_value(*value);
        }
        left
    }

    pub(crate) fn bury_table(&mut self, table: Table) {
        if !table.is_empty() {
            self.tables.push(table);
        }
    }

    /// Frees a value now if it is small, and later if not.
    pub(crate) fn bury_value(&mut self, value: Value) {
        match value {
            Value::Hash(Hash::Table(table)) => self.bury_table(table.into_table()),
            Value::List(list) if list.is_large() => self.bury_remains(list.into_nodes()),
            _ => {}
        }
    }

    /// Frees what is left of a large value step by step.
    pub(crate) fn bury_remains(&mut self, remains: impl Remains + 'static) {
        self.values.push(Box::new(remains));
    }

    /// Frees an entry, its value later if that is large.
    pub(crate) fn bury_entry(&mut self, mut entry: Entry) {
        if let Some(value) = entry.take_boxed() {
            self.bury_value(*value);
        }
    }
}

/// A list. A node is one piece of memory, however many elements it has.
impl Remains for VecDeque<Node> {
    fn free_some(&mut self, budget: usize) -> usize {
        let freed = budget.min(self.len());
        self.drain(..freed);
        budget - freed
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::encodings::list::{End, Limits, List};
    use crate::options::Options;

    #[test]
    fn a_long_list_is_freed_node_by_node() {
        let (mut list, limits) = (List::default(), Limits::of(&Options::default()));
        for _ in 0..2000 {
            list.push(End::Right, &[b'x'; 1000], &limits);
        }
        let mut graveyard = Graveyard::default();
        graveyard.bury_value(Value::List(list));
        let mut calls = 1;
        while graveyard.free_some(10) {
            calls += 1;
        }
        assert!((20..=40).contains(&calls), "{calls}");
        assert!(graveyard.is_empty());
    }
}

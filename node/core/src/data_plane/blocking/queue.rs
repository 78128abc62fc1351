//! Who waits for which key: a line per key, ordered by when they came.
//!
//! Whoever joins draws one number for all of its lines. A command that is executed again and still finds nothing
//! draws a new one: it goes to the end, as with the reference server.

use std::collections::BTreeMap;

use shoal_keyspace::KeyName;

use crate::data_plane::ClientId;

/// All lines.
#[derive(Debug, Default)]
pub(crate) struct Queue {
    lines: BTreeMap<KeyName, Line>,
    next_number: u64,
}

#[derive(Debug, Default)]
struct Line {
    clients: BTreeMap<u64, ClientId>,
    /// How many of them are to be woken by the deletion of the key.
    even_if_deleted: usize,
}

impl Queue {
    /// Joins a line for each of these keys, which are different. Returns the number in them.
    pub(super) fn join(
        &mut self,
        client: ClientId,
        keys: &[KeyName],
        even_if_deleted: bool,
    ) -> u64 {
        let number = self.next_number;
        self.next_number += 1;
        for name in keys {
            let line = self.lines.entry(name.clone()).or_default();
            line.clients.insert(number, client);
            line.even_if_deleted += usize::from(even_if_deleted);
        }
        number
    }

    /// Leaves the lines again.
    pub(super) fn leave(&mut self, keys: &[KeyName], number: u64, even_if_deleted: bool) {
        for name in keys {
            let Some(line) = self.lines.get_mut(name) else {
                continue;
            };
            if line.clients.remove(&number).is_some() {
                line.even_if_deleted -= usize::from(even_if_deleted);
            }
            if line.clients.is_empty() {
                self.lines.remove(name);
            }
        }
    }

    /// The number that the next one draws: whoever is there now has a lower one.
    pub(super) const fn end(&self) -> u64 {
        self.next_number
    }

    /// The first in a line with a number in this range.
    pub(super) fn next_in_line(
        &self,
        name: &KeyName,
        numbers: core::ops::Range<u64>,
    ) -> Option<(u64, ClientId)> {
        let line = self.lines.get(name)?;
        let (number, client) = line.clients.range(numbers).next()?;
        Some((*number, *client))
    }

    /// Whether somebody in this line wants to know of the deletion of the key.
    pub(super) fn minds_deletion(&self, name: &KeyName) -> bool {
        self.lines
            .get(name)
            .is_some_and(|line| line.even_if_deleted > 0)
    }

    /// Everybody, each at least once.
    pub(super) fn everybody(&self) -> Vec<ClientId> {
        let mut all: Vec<_> = self
            .lines
            .values()
            .flat_map(|line| {
                line.clients
                    .iter()
                    .map(|(number, client)| (*number, *client))
            })
            .collect();
        all.sort_unstable();
        all.dedup();
        all.into_iter().map(|(_, client)| client).collect()
    }

    /// For how many keys somebody waits.
    pub(crate) fn keys(&self) -> usize {
        self.lines.len()
    }

    /// For how many of them somebody waits even for their deletion.
    pub(crate) fn keys_even_if_deleted(&self) -> usize {
        let minding = |line: &&Line| line.even_if_deleted > 0;
        self.lines.values().filter(minding).count()
    }
}
